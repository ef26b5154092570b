//! What is decided about a callsite once: its keys, escaped, judged and made unique, and the constant parts of its line.

use super::limit::{Bucket, Rate};
use crate::context::render::{context_reserved, hash, is_reserved, mask};
use crate::encode::{escape, line::level_name};
use crate::redact::{KeyVerdict, Redactor};
use std::sync::OnceLock;
use std::sync::atomic::AtomicUsize;
use tracing::{Level, Metadata};

/// One callsite's decisions.
pub(crate) struct Plan {
    /// What a line about this callsite calls it.
    pub(crate) origin: Origin,
    /// One of Plimsoll's own: it has no limit, and says nothing about the service's levels.
    pub(crate) own: bool,
    /// How often it may write.
    pub(crate) bucket: Bucket,
    /// The message of its first event, if that was clean: nearly always it is the same each time.
    pub(crate) usual: OnceLock<Usual>,
    /// Whether it is written now (lowest bit), and for which generation of the levels.
    pub(crate) decision: AtomicUsize,
    names: Box<[&'static str]>,
    pub(crate) level: Level,
    /// What follows the digits of the timestamp: `Z","level":"info","event":`.
    pub(crate) opening: Opening,
    /// The `event` of a line whose callsite has no message, quotes included.
    pub(crate) fallback: Box<[u8]>,
    /// Which of `fields` is the message.
    pub(crate) message: Option<usize>,
    pub(crate) fields: Box<[PlannedField]>,
    /// One bit per key that is written.
    pub(crate) mask: u64,
    /// One bit per field (of the first 64) that is written, the message included.
    pub(crate) written: u64,
    /// One bit per field (of the first 64) that a later one of the same name replaces.
    pub(crate) shadowed: u64,
    /// Which keys give way if the context holds them itself.
    pub(crate) context_reserved: u8,
}

/// A message that was looked at before.
pub(crate) struct Usual {
    pub(crate) text: Box<str>,
    /// Escaped, with the quote that closes it.
    pub(crate) rendered: Opening,
}

/// Where a callsite stands.
pub(crate) struct Origin {
    pub(crate) target: Box<str>,
    pub(crate) file: Option<Box<str>>,
    pub(crate) line: Option<u32>,
}

/// One declared field.
pub(crate) struct PlannedField {
    /// `,"key":"`, with the quote that opens a string; for the message the quote alone.
    pub(crate) key: Opening,
    /// The same as `field_<key>`, for a key that the context may hold.
    pub(crate) renamed: Opening,
    /// Its bit in masks of fields, 0 beyond the first 64.
    pub(crate) bit: u64,
    /// The bit of a key that the context may hold.
    pub(crate) reserved: u8,
    /// What the key says about its value.
    pub(crate) verdict: KeyVerdict,
    /// A later field of the same name takes its place.
    pub(crate) shadowed: bool,
    /// The lower half of the key's hash.
    hash: u32,
}

/// Text that is written again and again: what stands before a value, a message. A short one, as nearly all are, is copied by two moves and no call.
pub(crate) struct Opening {
    short: [u8; SHORT],
    length: usize,
    /// All of it, if it is longer than that.
    long: Box<[u8]>,
}

const SHORT: usize = 32;

impl Opening {
    pub(crate) fn new(bytes: &[u8]) -> Self {
        let mut short = [0; SHORT];
        let long = bytes.len() > SHORT;
        if !long {
            short[..bytes.len()].copy_from_slice(bytes);
        }
        Self {
            short,
            length: bytes.len(),
            long: if long {
                Box::from(bytes)
            } else {
                Box::default()
            },
        }
    }

    #[inline]
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        if self.length <= SHORT {
            let end = out.len() + self.length;
            out.extend_from_slice(&self.short);
            out.truncate(end);
        } else {
            out.extend_from_slice(&self.long);
        }
    }

    /// Without the quote at its end, for a value that is no string.
    #[inline]
    pub(crate) fn write_unquoted(&self, out: &mut Vec<u8>) {
        if self.length <= SHORT {
            let end = out.len() + self.length - 1;
            out.extend_from_slice(&self.short);
            out.truncate(end);
        } else {
            out.extend_from_slice(&self.long[..self.long.len() - 1]);
        }
    }

    fn bytes(&self) -> &[u8] {
        self.short.get(..self.length).unwrap_or(&self.long)
    }

    /// The key alone, escaped; `None` for the message.
    fn key(&self) -> Option<&[u8]> {
        self.bytes().get(2..self.length.checked_sub(3)?)
    }
}

impl Plan {
    /// The plan of a `tracing` callsite.
    pub(crate) fn new(
        metadata: &'static Metadata<'static>,
        redactor: &Redactor,
        rate: Rate,
    ) -> Self {
        let names: Box<[&'static str]> =
            metadata.fields().iter().map(|field| field.name()).collect();
        let origin = Origin {
            target: metadata.target().into(),
            file: metadata.file().map(Into::into),
            line: metadata.line(),
        };
        let event = explicit_name(metadata).unwrap_or_else(|| metadata.target());
        Self::with_fields(origin, *metadata.level(), event, names, redactor, rate)
    }

    /// The plan of a callsite of the `log` crate, whose fields differ from call to call.
    pub(crate) fn without_fields(
        origin: Origin,
        level: Level,
        redactor: &Redactor,
        rate: Rate,
    ) -> Self {
        Self::with_fields(origin, level, "", Box::default(), redactor, rate)
    }

    fn with_fields(
        origin: Origin,
        level: Level,
        event: &str,
        names: Box<[&'static str]>,
        redactor: &Redactor,
        rate: Rate,
    ) -> Self {
        let message = names.iter().rposition(|name| *name == "message");
        let own = &*origin.target == "plimsoll" || origin.target.starts_with("plimsoll::");
        let mut plan = Self {
            origin,
            own,
            bucket: Bucket::new(if own { Rate::UNLIMITED } else { rate }),
            usual: OnceLock::new(),
            decision: AtomicUsize::new(0),
            level,
            opening: Opening::new(
                &[
                    b"Z\",\"level\":\"",
                    level_name(level).as_bytes(),
                    b"\",\"event\":",
                ]
                .concat(),
            ),
            fallback: quoted(event),
            message,
            names: Box::default(),
            fields: Box::default(),
            mask: 0,
            written: 0,
            shadowed: 0,
            context_reserved: 0,
        };
        let field = |(index, name): (usize, &&'static str)| {
            let is_message = message == Some(index);
            let shadowed = names[index + 1..].contains(name);
            let bit = 1_u64.checked_shl(index as u32).unwrap_or(0);
            let key = if is_reserved(name) {
                unique(format!("field_{name}"), &names)
            } else {
                (*name).to_owned()
            };
            let full_hash = hash(&escaped(&key));
            let reserved = context_reserved(name);
            if shadowed {
                plan.shadowed |= bit;
            } else {
                plan.written |= bit;
                if !is_message {
                    plan.mask |= mask(full_hash);
                    plan.context_reserved |= reserved;
                }
            }
            PlannedField {
                key: if is_message {
                    Opening::new(b"\"")
                } else {
                    opening(&key)
                },
                renamed: opening(&unique(format!("field_{name}"), &names)),
                bit,
                reserved,
                verdict: if is_message {
                    KeyVerdict::CLEAN
                } else {
                    redactor.key(name)
                },
                shadowed,
                hash: full_hash as u32,
            }
        };
        let fields = names.iter().enumerate().map(field).collect();
        plan.fields = fields;
        plan.names = names;
        plan
    }

    /// The key of the chain of an error in that field: `error_chain`, escaped.
    #[cold]
    pub(crate) fn chain_key(&self, index: usize) -> Vec<u8> {
        let name = if self.message == Some(index) {
            "event"
        } else {
            self.names.get(index).copied().unwrap_or_default()
        };
        escaped(&unique(format!("{name}_chain"), &self.names))
    }

    /// Whether the event itself writes this escaped key.
    pub(crate) fn has(&self, key: &[u8], key_hash: u32, renamed: u8, chains: u64) -> bool {
        let mut fields = self.fields.iter().enumerate();
        fields.any(|(index, field)| {
            let written = if field.reserved & renamed == 0 {
                &field.key
            } else {
                &field.renamed
            };
            let same = || written.key() == Some(key);
            let plain = field.hash == key_hash || field.reserved & renamed != 0;
            (plain && !field.shadowed && self.message != Some(index) && same())
                || (1_u64.checked_shl(index as u32).unwrap_or(0) & chains != 0
                    && self.chain_key(index) == key)
        })
    }
}

fn escaped(key: &str) -> Vec<u8> {
    let mut out = Vec::new();
    escape::escape(&mut out, key);
    out
}

fn quoted(text: &str) -> Box<[u8]> {
    [b"\"", escaped(text).as_slice(), b"\""].concat().into()
}

fn opening(key: &str) -> Opening {
    Opening::new(&[b",\"", escaped(key).as_slice(), b"\":\""].concat())
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
