//! What the event does not say itself: fields of the spans, of the context, of the service. Nearer ones win.

use super::plan::Plan;
use crate::context::Context;
use crate::context::render::{Rendered, context_reserved, hash, reserved_mask};

/// What the event itself says.
#[derive(Clone, Copy)]
pub(crate) struct Said<'a> {
    pub(crate) plan: &'a Plan,
    /// Reserved keys that it had to rename.
    pub(crate) renamed: u8,
    /// One bit per field whose error wrote a chain.
    pub(crate) chains: u64,
    /// One bit per key.
    pub(crate) mask: u64,
}

/// The keys that a line has so far.
pub(crate) struct Keys<'a> {
    said: Said<'a>,
    mask: u64,
    /// Reserved keys that the context holds.
    held: u8,
    nearer: [Option<&'a Rendered>; 3],
}

impl<'a> Keys<'a> {
    pub(crate) const fn of_event(said: Said<'a>, held: u8) -> Self {
        Self {
            mask: said.mask,
            said,
            held,
            nearer: [None; 3],
        }
    }

    /// Adds the fields of the spans, of the context and of the service.
    pub(crate) fn add_all(
        self,
        spans: &Rendered,
        context: Option<&Context>,
        service: &Rendered,
        out: &mut Vec<u8>,
    ) {
        let mut keys = self;
        keys.add_spans(spans, out);
        match context {
            None => keys.add(service, out),
            Some(context) => context.with_rendered(|fields| {
                let mut keys = keys;
                keys.add_context(fields, out);
                keys.add(service, out);
            }),
        }
    }

    /// Adds the fields of a record of the `log` crate; a key that the context holds itself gives way.
    pub(crate) fn add_record(&mut self, fields: &'a Rendered, out: &mut Vec<u8>) {
        self.add_spans(fields, out);
        self.nearer.swap(0, 2);
    }

    /// Adds the fields of the spans; a key that the context holds itself gives way.
    fn add_spans(&mut self, fields: &'a Rendered, out: &mut Vec<u8>) {
        if fields.mask() & (self.mask | reserved_mask(self.held)) == 0 {
            out.extend_from_slice(fields.bytes());
        } else {
            self.add_one_by_one(fields, self.held, out);
        }
        self.mask |= fields.mask();
        self.nearer[0] = Some(fields);
    }

    /// Adds the fields of the context.
    fn add_context(&mut self, fields: &'a Rendered, out: &mut Vec<u8>) {
        if fields.mask() & self.mask == 0 {
            out.extend_from_slice(fields.bytes());
        } else {
            for field in fields.fields() {
                // Its own keys stand: whoever else said one had it renamed.
                let reserved = std::str::from_utf8(field.key).map_or(0, context_reserved);
                if reserved & self.held != 0 || !self.has(field.key, field.hash) {
                    out.extend_from_slice(field.whole);
                }
            }
        }
        self.mask |= fields.mask();
        self.nearer[1] = Some(fields);
    }

    /// Adds fields that come after all others.
    fn add(&mut self, fields: &Rendered, out: &mut Vec<u8>) {
        if fields.mask() & self.mask == 0 {
            out.extend_from_slice(fields.bytes());
        } else {
            self.add_one_by_one(fields, 0, out);
        }
    }

    /// Leaves out what the line has already. `held` keys are kept as `field_<key>`.
    fn add_one_by_one(&self, fields: &Rendered, held: u8, out: &mut Vec<u8>) {
        for field in fields.fields() {
            let reserved = std::str::from_utf8(field.key).map_or(0, context_reserved);
            if reserved & held != 0 {
                let renamed = [b"field_", field.key].concat();
                if !self.has(&renamed, hash(&renamed) as u32)
                    && !fields.contains(&renamed, hash(&renamed) as u32)
                {
                    out.extend_from_slice(b",\"");
                    out.extend_from_slice(&renamed);
                    out.extend_from_slice(b"\":");
                    out.extend_from_slice(field.value);
                }
            } else if !self.has(field.key, field.hash) {
                out.extend_from_slice(field.whole);
            }
        }
    }

    fn has(&self, key: &[u8], hash: u32) -> bool {
        let Said {
            plan,
            renamed,
            chains,
            ..
        } = self.said;
        plan.has(key, hash, renamed, chains)
            || self
                .nearer
                .iter()
                .flatten()
                .any(|fields| fields.contains(key, hash))
    }
}
