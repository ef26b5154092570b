//! An event's values are written into the line, each under its planned key.

use super::plan::{Plan, PlannedField};
use crate::encode::{escape, value};
use std::error::Error;
use std::fmt::{self, Write as _};
use tracing::field::{Field, Visit};

/// Stands for a value whose `Debug` or `Display` returned an error.
const FAILED: &[u8] = b"[unprintable: its formatter failed]\"";

/// Writes the values of one event.
pub(crate) struct Visitor<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) out: &'a mut Vec<u8>,
    pub(crate) text: &'a mut String,
    /// Reserved keys that the context holds and this event declares.
    pub(crate) renamed: u8,
    /// One bit per field written.
    pub(crate) seen: u128,
}

impl<'a> Visitor<'a> {
    /// Writes the key with the quote that opens a string.
    #[inline]
    fn begin(&mut self, field: &Field) -> Option<&'a PlannedField> {
        let index = field.index();
        let planned = self.plan.fields.get(index)?;
        if planned.shadowed {
            return None;
        }
        self.seen |= 1_u128.checked_shl(index as u32).unwrap_or(0);
        let key = match &planned.renamed {
            Some((bit, renamed)) if bit & self.renamed != 0 => renamed,
            _ => &planned.key,
        };
        self.out.extend_from_slice(key);
        Some(planned)
    }

    /// Writes the key for anything but a string.
    #[inline]
    fn begin_plain(&mut self, field: &Field) -> Option<&'a PlannedField> {
        let planned = self.begin(field)?;
        self.out.pop();
        Some(planned)
    }
}

impl Visit for Visitor<'_> {
    fn record_str(&mut self, field: &Field, text: &str) {
        if self.begin(field).is_some() {
            escape::escape(self.out, text);
            self.out.push(b'"');
        }
    }

    fn record_i64(&mut self, field: &Field, number: i64) {
        if self.begin_plain(field).is_some() {
            value::integer(self.out, number);
        }
    }

    fn record_u64(&mut self, field: &Field, number: u64) {
        if self.begin_plain(field).is_some() {
            value::integer(self.out, number);
        }
    }

    fn record_i128(&mut self, field: &Field, number: i128) {
        if self.begin_plain(field).is_some() {
            value::integer(self.out, number);
        }
    }

    fn record_u128(&mut self, field: &Field, number: u128) {
        if self.begin_plain(field).is_some() {
            value::integer(self.out, number);
        }
    }

    fn record_f64(&mut self, field: &Field, number: f64) {
        if self.begin_plain(field).is_some() {
            value::float(self.out, number);
        }
    }

    fn record_bool(&mut self, field: &Field, truth: bool) {
        if self.begin_plain(field).is_some() {
            value::boolean(self.out, truth);
        }
    }

    fn record_bytes(&mut self, field: &Field, bytes: &[u8]) {
        self.record_str(field, &String::from_utf8_lossy(bytes));
    }

    fn record_error(&mut self, field: &Field, error: &(dyn Error + 'static)) {
        self.record_debug(field, &format_args!("{error}"));
    }

    fn record_debug(&mut self, field: &Field, shown: &dyn fmt::Debug) {
        if self.begin(field).is_none() {
            return;
        }
        self.text.clear();
        if write!(self.text, "{shown:?}").is_ok() {
            escape::escape(self.out, self.text);
            self.out.push(b'"');
        } else {
            self.out.extend_from_slice(FAILED);
        }
    }
}
