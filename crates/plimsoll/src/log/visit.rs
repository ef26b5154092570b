//! An event's values are written into the line, each under its planned key.

use super::plan::{Opening, Plan, PlannedField};
use super::values;
use crate::context::render::{hash, mask};
use crate::encode::value;
use crate::redact::Redactor;
use std::error::Error;
use std::fmt;
use tracing::field::{Field, Visit};

/// Writes the values of one event.
pub(crate) struct Visitor<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) redactor: &'a Redactor,
    pub(crate) out: &'a mut Vec<u8>,
    pub(crate) buffer: &'a mut String,
    /// Reserved keys that the context holds and this event declares.
    pub(crate) renamed: u8,
    /// One bit per field that is not written (any more).
    skip: u64,
    /// One bit per field that is written, and under its own key.
    plain: u64,
    /// One bit per field written.
    pub(crate) seen: u64,
    /// The field being written, and where its value begins.
    pub(crate) at: usize,
    value_at: usize,
    /// One bit per field whose error wrote a chain, and their keys' mask.
    pub(crate) chains: u64,
    pub(crate) chain_mask: u64,
}

impl<'a> Visitor<'a> {
    pub(crate) const fn new(
        plan: &'a Plan,
        redactor: &'a Redactor,
        out: &'a mut Vec<u8>,
        buffer: &'a mut String,
        renamed: u8,
    ) -> Self {
        Self {
            skip: plan.shadowed,
            plain: if renamed == 0 { !plan.shadowed } else { 0 },
            plan,
            redactor,
            out,
            buffer,
            renamed,
            seen: 0,
            at: 0,
            value_at: 0,
            chains: 0,
            chain_mask: 0,
        }
    }

    pub(crate) const fn skipped(&self) -> u64 {
        self.skip
    }

    /// Leaves these fields out from now on.
    pub(crate) const fn skip(&mut self, fields: u64) {
        self.skip = fields;
        self.plain = if self.renamed == 0 { !fields } else { 0 };
    }

    /// The value being written panicked: something stands in its place, and it is not tried again.
    #[cold]
    pub(crate) fn replace_panicked(&mut self) {
        self.out.truncate(self.value_at);
        if self.out.last() != Some(&b'"') {
            self.out.push(b'"');
        }
        self.out.extend_from_slice(values::PANICKED.as_bytes());
        self.out.push(b'"');
        self.skip(self.skip | u64::MAX >> (63 - self.at.min(63)));
    }

    /// Which field is written, and what stands before its value; `None` if it is not written.
    #[inline(always)]
    fn next(&mut self, field: &Field) -> Option<(&'a PlannedField, &'a Opening)> {
        let index = field.index();
        let planned = self.plan.fields.get(index)?;
        let opening = if planned.bit & self.plain != 0 {
            &planned.key
        } else {
            self.opening(planned, index)?
        };
        self.seen |= planned.bit;
        self.at = index;
        Some((planned, opening))
    }

    /// What stands before a value that is perhaps not written, or under another key.
    #[cold]
    fn opening(&self, planned: &'a PlannedField, index: usize) -> Option<&'a Opening> {
        let written = match planned.bit {
            // A field that has no bit: those before the last one have been written.
            0 => !planned.shadowed && index >= self.at,
            bit => bit & self.skip == 0,
        };
        let opening = if planned.reserved & self.renamed == 0 {
            &planned.key
        } else {
            &planned.renamed
        };
        written.then_some(opening)
    }

    /// Writes the key with the quote that opens a string.
    #[inline(always)]
    fn begin(&mut self, field: &Field) -> Option<&'a PlannedField> {
        let (planned, opening) = self.next(field)?;
        opening.write(self.out);
        self.value_at = self.out.len();
        Some(planned)
    }

    /// Writes the key for anything but a string; `None` if the field is not written or its key hides the number.
    #[inline(always)]
    fn begin_number(&mut self, field: &Field) -> Option<()> {
        let (planned, opening) = self.next(field)?;
        if !planned.verdict.is_clean()
            && let Some(marker) = self.redactor.number(planned.verdict)
        {
            opening.write(self.out);
            self.out.extend_from_slice(marker.as_bytes());
            self.out.push(b'"');
            return None;
        }
        opening.write_unquoted(self.out);
        Some(())
    }
}

impl Visit for Visitor<'_> {
    fn record_str(&mut self, field: &Field, text: &str) {
        if let Some(planned) = self.begin(field) {
            values::text(self.redactor, planned.verdict, text, self.out);
        }
    }

    fn record_i64(&mut self, field: &Field, number: i64) {
        if self.begin_number(field).is_some() {
            value::signed(self.out, number);
        }
    }

    fn record_u64(&mut self, field: &Field, number: u64) {
        if self.begin_number(field).is_some() {
            value::unsigned(self.out, number);
        }
    }

    fn record_i128(&mut self, field: &Field, number: i128) {
        if self.begin_number(field).is_some() {
            value::integer(self.out, number);
        }
    }

    fn record_u128(&mut self, field: &Field, number: u128) {
        if self.begin_number(field).is_some() {
            value::integer(self.out, number);
        }
    }

    fn record_f64(&mut self, field: &Field, number: f64) {
        if self.begin_number(field).is_some() {
            value::float(self.out, number);
        }
    }

    fn record_bool(&mut self, field: &Field, truth: bool) {
        if let Some((_, opening)) = self.next(field) {
            opening.write_unquoted(self.out);
            value::boolean(self.out, truth);
        }
    }

    fn record_bytes(&mut self, field: &Field, bytes: &[u8]) {
        self.record_str(field, &String::from_utf8_lossy(bytes));
    }

    fn record_debug(&mut self, field: &Field, shown: &dyn fmt::Debug) {
        let Some(planned) = self.begin(field) else {
            return;
        };
        if self.plan.message == Some(self.at) {
            values::message(
                self.redactor,
                &self.plan.usual,
                shown,
                self.buffer,
                self.out,
            );
        } else {
            values::debug(self.redactor, planned.verdict, shown, self.buffer, self.out);
        }
    }

    fn record_error(&mut self, field: &Field, error: &(dyn Error + 'static)) {
        let Some(planned) = self.begin(field) else {
            return;
        };
        values::debug(
            self.redactor,
            planned.verdict,
            &format_args!("{error}"),
            self.buffer,
            self.out,
        );
        if error.source().is_some() {
            // The key is found again by its callsite's plan when the context's fields are added.
            let key = self.plan.chain_key(self.at);
            self.out.extend_from_slice(b",\"");
            self.out.extend_from_slice(&key);
            self.out.extend_from_slice(b"\":");
            self.value_at = self.out.len();
            self.out.push(b'[');
            values::chain(self.redactor, planned.verdict, error, self.buffer, self.out);
            self.out.push(b']');
            self.chains |= 1_u64.checked_shl(self.at as u32).unwrap_or(0);
            self.chain_mask |= mask(hash(&key));
        }
    }
}
