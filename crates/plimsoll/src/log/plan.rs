//! What is decided about a callsite once: its keys, escaped and made unique, and the constant parts of its line.

use crate::context::render::{context_reserved, hash, is_reserved, mask};
use crate::encode::{escape, line::level_name};
use std::cell::Cell;
use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};
use tracing::{Level, Metadata};

/// One callsite's decisions.
pub(crate) struct Plan {
    pub(crate) level: Level,
    /// What follows the digits of the timestamp: `Z","level":"info","event":`.
    pub(crate) opening: Vec<u8>,
    /// The `event` of a line whose callsite has no message, quotes included.
    pub(crate) fallback: Vec<u8>,
    /// Which of `fields` is the message.
    pub(crate) message: Option<usize>,
    pub(crate) fields: Vec<PlannedField>,
    /// One bit per key that is written.
    pub(crate) mask: u64,
    /// One bit per field that is written.
    pub(crate) written: u128,
    /// Which keys give way if the context holds them itself.
    pub(crate) context_reserved: u8,
}

/// One declared field.
pub(crate) struct PlannedField {
    /// `,"key":"`, with the quote that opens a string; for the message the quote alone.
    pub(crate) key: Vec<u8>,
    /// The same under `field_<key>`, for a key that the context may hold.
    pub(crate) renamed: Option<(u8, Vec<u8>)>,
    /// The lower half of the key's hash.
    pub(crate) hash: u32,
    /// A later field of the same name takes its place.
    pub(crate) shadowed: bool,
    /// The key alone, unescaped.
    pub(crate) name: &'static str,
}

impl Plan {
    pub(crate) fn new(metadata: &'static Metadata<'static>) -> Self {
        let names: Vec<&'static str> = metadata.fields().iter().map(|field| field.name()).collect();
        let message = names.iter().rposition(|name| *name == "message");
        let mut fields: Vec<PlannedField> = Vec::with_capacity(names.len());
        let mut mask_of_all = 0;
        let mut written = 0;
        let mut reserved_by_context = 0;
        for (index, name) in names.iter().enumerate() {
            let is_message = message == Some(index);
            let shadowed = names[index + 1..].contains(name);
            let key = final_key(name, &names);
            let full_hash = hash(&escaped(&key));
            let bit = context_reserved(name);
            if !shadowed {
                written |= 1_u128.checked_shl(index as u32).unwrap_or(0);
                if !is_message {
                    mask_of_all |= mask(full_hash);
                    reserved_by_context |= bit;
                }
            }
            fields.push(PlannedField {
                key: if is_message {
                    vec![b'"']
                } else {
                    opening(&key)
                },
                renamed: (bit != 0)
                    .then(|| (bit, opening(&unique(format!("field_{name}"), &names)))),
                hash: full_hash as u32,
                shadowed,
                name,
            });
        }
        let mut line_opening = Vec::new();
        line_opening.extend_from_slice(b"Z\",\"level\":\"");
        line_opening.extend_from_slice(level_name(*metadata.level()).as_bytes());
        line_opening.extend_from_slice(b"\",\"event\":");
        let mut fallback = Vec::new();
        escape::string(
            &mut fallback,
            explicit_name(metadata).unwrap_or_else(|| metadata.target()),
        );
        Self {
            level: *metadata.level(),
            opening: line_opening,
            fallback,
            message,
            fields,
            mask: mask_of_all,
            written,
            context_reserved: reserved_by_context,
        }
    }
}

fn escaped(key: &str) -> Vec<u8> {
    let mut out = Vec::new();
    escape::escape(&mut out, key);
    out
}

fn opening(key: &str) -> Vec<u8> {
    let mut out = vec![b',', b'"'];
    escape::escape(&mut out, key);
    out.extend_from_slice(b"\":\"");
    out
}

/// The name a field has on the line: a reserved one is kept under `field_<key>`.
fn final_key(name: &str, names: &[&str]) -> String {
    if is_reserved(name) {
        unique(format!("field_{name}"), names)
    } else {
        name.to_owned()
    }
}

fn unique(mut key: String, names: &[&str]) -> String {
    while names.contains(&key.as_str()) {
        key.insert_str(0, "field_");
    }
    key
}

/// The `name:` given in the macro; without one, tracing makes up `event src/file.rs:12`.
fn explicit_name(metadata: &Metadata<'static>) -> Option<&'static str> {
    let name = metadata.name();
    let made_up = match (metadata.file(), metadata.line()) {
        (Some(file), Some(line)) => name == format!("event {file}:{line}"),
        _ => name.starts_with("event "),
    };
    (!made_up).then_some(name)
}

/// The plans of one `configure()`, each made at its callsite's first event. Callsites live for ever, and so do plans.
#[derive(Default)]
pub(crate) struct Plans {
    all: RwLock<HashMap<usize, &'static Plan>>,
}

const CACHE: usize = 256;

#[derive(Clone, Copy)]
struct Cached {
    owner: usize,
    callsite: usize,
    plan: Option<&'static Plan>,
}

thread_local! {
    /// The plans that this thread used last, by the callsite's address.
    static CACHED: [Cell<Cached>; CACHE] =
        const { [const { Cell::new(Cached { owner: 0, callsite: 0, plan: None }) }; CACHE] };
}

impl Plans {
    /// The plan of a callsite, for the `configure()` with that id.
    #[inline]
    pub(crate) fn of(&self, owner: usize, metadata: &'static Metadata<'static>) -> &'static Plan {
        let callsite = std::ptr::from_ref(metadata).addr();
        let slot = (callsite.wrapping_mul(0x9e37_79b9_7f4a_7c15_u64 as usize) >> (usize::BITS - 8))
            % CACHE;
        CACHED.with(|cached| {
            let place = &cached[slot];
            let entry = place.get();
            match entry.plan {
                Some(plan) if entry.callsite == callsite && entry.owner == owner => plan,
                _ => {
                    let plan = self.find_or_make(callsite, metadata);
                    place.set(Cached {
                        owner,
                        callsite,
                        plan: Some(plan),
                    });
                    plan
                }
            }
        })
    }

    #[cold]
    fn find_or_make(&self, callsite: usize, metadata: &'static Metadata<'static>) -> &'static Plan {
        if let Some(plan) = self
            .all
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&callsite)
        {
            return plan;
        }
        let mut all = self.all.write().unwrap_or_else(PoisonError::into_inner);
        all.entry(callsite)
            .or_insert_with(|| Box::leak(Box::new(Plan::new(metadata))))
    }
}
