//! What the event does not say itself: fields of the spans, of the context, of the service. Nearer ones win.

use super::plan::Plan;
use crate::context::render::{Rendered, context_reserved, hash, reserved_mask};

/// The keys that a line has so far.
pub(crate) struct Keys<'a> {
    plan: &'a Plan,
    /// One bit per field whose error wrote a chain.
    chains: u64,
    mask: u64,
    /// Reserved keys that the context holds.
    held: u8,
    /// Those of them that the event had to rename.
    renamed: u8,
    nearer: [Option<&'a Rendered>; 3],
}

impl<'a> Keys<'a> {
    #[inline]
    pub(crate) const fn of_event(
        plan: &'a Plan,
        renamed: u8,
        held: u8,
        chains: u64,
        chain_mask: u64,
    ) -> Self {
        Self {
            plan,
            chains,
            mask: plan.mask | chain_mask,
            held,
            renamed,
            nearer: [None; 3],
        }
    }

    /// Adds the fields of a record of the `log` crate; a key that the context holds itself gives way.
    pub(crate) fn add_record(&mut self, fields: &'a Rendered, out: &mut Vec<u8>) {
        self.add_spans(fields, out);
        self.nearer.swap(0, 2);
    }

    /// Adds the fields of the spans; a key that the context holds itself gives way.
    #[inline]
    pub(crate) fn add_spans(&mut self, fields: &'a Rendered, out: &mut Vec<u8>) {
        if fields.mask() & (self.mask | reserved_mask(self.held)) == 0 {
            out.extend_from_slice(fields.bytes());
        } else {
            self.add_one_by_one(fields, self.held, out);
        }
        self.mask |= fields.mask();
        self.nearer[0] = Some(fields);
    }

    /// Adds the fields of the context.
    #[inline]
    pub(crate) fn add_context(&mut self, fields: &'a Rendered, out: &mut Vec<u8>) {
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
    #[inline]
    pub(crate) fn add(&mut self, fields: &Rendered, out: &mut Vec<u8>) {
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
        self.plan.has(key, hash, self.renamed, self.chains)
            || self
                .nearer
                .iter()
                .flatten()
                .any(|fields| fields.contains(key, hash))
    }
}
