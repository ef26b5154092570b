//! A safe rewrite of a `tracing` macro: `info!("user {} left", user.id)` to `info!(id = %user.id, "user left")`.
//!
//! Safe means: the same values, formatted the same way (`{}` is `%`, `{:?}` is `?`), under names that the code itself
//! gives. Everything else (widths, results of calls, two values of one name) is left to a person.

use super::format::{Hole, Placeholder, inside, placeholders};
use super::lex::Kind;
use super::reader::Reader;
use crate::call::{Api, Embedded, Fix, LogCall, MessageKind};
use crate::span::Span;

/// Methods that only show their receiver: the receiver's name is the value's name.
const SHOWS: &[&str] = &[
    "display",
    "to_string",
    "as_str",
    "to_string_lossy",
    "as_ref",
    "clone",
];

impl Reader<'_> {
    /// The rewrite, if there is a safe one. `arguments` are the parts after the literal.
    pub(super) fn fix(
        &self,
        literal: usize,
        arguments: &[(usize, usize)],
        call: &LogCall,
    ) -> Option<Fix> {
        if call.api != Api::Tracing
            || call.message.kind != MessageKind::Values
            || !self.is_tracing(call)
        {
            return None;
        }
        let token = self.tokens[literal].span;
        let (inner, offset) = inside(token.text(self.source));
        let holes = placeholders(inner);
        let mut fields: Vec<(String, String)> = Vec::new();
        let mut used = vec![false; arguments.len()];
        let mut next = 0;
        for hole in &holes {
            if !matches!(hole.spec, "" | "?") {
                return None;
            }
            let argument = self.argument(hole, arguments, &mut next);
            if let Some(index) = argument
                && std::mem::replace(used.get_mut(index)?, true)
            {
                return None;
            }
            let embedded = self.embedded(hole, argument, arguments)?;
            let key = &embedded.key;
            if fields.iter().any(|(other, _)| other == key) || call.fields.contains(key) {
                return None;
            }
            fields.push((key.clone(), embedded.tracing_field(key)));
        }
        if used.contains(&false) || fields.is_empty() {
            return None;
        }
        let text = constant_text(inner, &holes)?;
        let list: Vec<String> = fields.into_iter().map(|(_, field)| field).collect();
        let end = self.last_argument(literal, arguments);
        let quotes = token.text(self.source);
        let replaced = format!(
            "{}, {}{}{}",
            list.join(", "),
            &quotes[..offset],
            text,
            &quotes[offset + inner.len()..]
        );
        Some(Fix {
            edits: vec![(Span::new(token.start, end), replaced)],
        })
    }

    /// The values of a text that have names, in the order of their places.
    pub(super) fn named_values(
        &self,
        literal: usize,
        arguments: &[(usize, usize)],
    ) -> Vec<Embedded> {
        let (inner, _) = inside(self.text(literal));
        let mut next = 0;
        let holes = placeholders(inner);
        let values = holes.iter().filter_map(|hole| {
            let argument = self.argument(hole, arguments, &mut next);
            self.embedded(hole, argument, arguments)
        });
        values.collect()
    }

    /// Which argument a place takes; `None` for a captured name.
    fn argument(
        &self,
        hole: &Placeholder<'_>,
        arguments: &[(usize, usize)],
        next: &mut usize,
    ) -> Option<usize> {
        match hole.hole {
            Hole::Next => {
                *next += 1;
                Some(*next - 1)
            }
            Hole::Index(index) => Some(index),
            Hole::Name(name) => self.named_argument(arguments, name),
        }
    }

    /// What stands in a place, if it has a name that can be a field's.
    fn embedded(
        &self,
        hole: &Placeholder<'_>,
        argument: Option<usize>,
        arguments: &[(usize, usize)],
    ) -> Option<Embedded> {
        let embedded = match (argument, &hole.hole) {
            (Some(index), _) => {
                let (lo, hi) = *arguments.get(index)?;
                self.field(lo, hi)?
            }
            (None, Hole::Name(name)) => Embedded {
                key: (*name).to_owned(),
                owner: String::new(),
                value: (*name).to_owned(),
                debug: false,
            },
            _ => return None,
        };
        let key = embedded.key.as_str();
        let plain = !key.is_empty()
            && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
            && key != "message"
            && !KEYWORDS.contains(&key);
        plain.then(|| Embedded {
            debug: hole.spec.ends_with('?'),
            ..embedded
        })
    }

    /// Where the literal and its arguments end; a trailing comma stays.
    fn last_argument(&self, literal: usize, arguments: &[(usize, usize)]) -> u32 {
        arguments
            .last()
            .map_or(self.tokens[literal].span.end, |(lo, hi)| {
                self.span(*lo, *hi).end
            })
    }

    /// The macro is `tracing`'s with certainty: by its path, or by the file's imports.
    fn is_tracing(&self, call: &LogCall) -> bool {
        if call.callee.starts_with("tracing::") {
            return true;
        }
        let imports =
            |text: &str| memchr::memmem::find(self.source.as_bytes(), text.as_bytes()).is_some();
        !call.callee.contains("::")
            && (imports("use tracing::")
                || imports("extern crate tracing")
                || imports("use tracing::*"))
            && !imports("use log::")
            && !imports("extern crate log")
            && !imports("slog")
            && !self.aliases.contains_key(call.callee.trim_end_matches('!'))
    }

    fn named_argument(&self, arguments: &[(usize, usize)], name: &str) -> Option<usize> {
        arguments.iter().position(|(lo, _)| {
            self.word(*lo, name) && self.punct(lo + 1, b'=') && !self.pair(lo + 1, b'=', b'=')
        })
    }

    /// A field's key and value from an argument: a path, a chain of fields, or one that only shows itself.
    fn field(&self, lo: usize, hi: usize) -> Option<Embedded> {
        let mut start = lo;
        let mut key = None;
        if self.is_ident(lo) && self.punct(lo + 1, b'=') && !self.pair(lo + 1, b'=', b'=') {
            key = Some(self.text(lo).to_owned());
            start = lo + 2;
        }
        let value = self.span(start, hi).text(self.source).to_owned();
        let mut at = start;
        while self.punct(at, b'&') || self.punct(at, b'*') {
            at += 1;
        }
        if value.contains("//") || value.contains("/*") {
            return None;
        }
        let mut name: Option<String> = None;
        let mut owner = String::new();
        while at < hi {
            if self.is_ident(at) && at < hi {
                let text = self.text(at);
                if self.open(at + 1, b'(') && at + 1 < hi {
                    if key.is_none() && !SHOWS.contains(&text) {
                        return None;
                    }
                    at = self.mate(at + 1).max(at + 1) + 1;
                    continue;
                }
                if text != "self" {
                    owner = name.replace(text.to_owned()).unwrap_or_default();
                }
                at += 1;
            } else if self.punct(at, b'.') {
                at += 1;
            } else if matches!(self.kind(at), Some(Kind::Literal)) && key.is_none() {
                // `pair.0` has no name.
                return None;
            } else if key.is_some() {
                break;
            } else {
                return None;
            }
        }
        Some(Embedded {
            key: key.or(name)?,
            owner,
            value,
            debug: false,
        })
    }
}

impl Embedded {
    /// `key = %value`; a path of one word stands for itself.
    pub(crate) fn tracing_field(&self, key: &str) -> String {
        let sigil = if self.debug { '?' } else { '%' };
        if key == self.value {
            format!("{sigil}{key}")
        } else {
            format!("{key} = {sigil}{}", self.value)
        }
    }
}

/// Words that cannot be a field's name as they stand.
const KEYWORDS: &[&str] = &[
    "self", "type", "match", "move", "ref", "mod", "use", "fn", "loop", "in", "where", "crate",
    "super", "dyn", "impl", "async", "await",
];

/// The text without its placeholders and what only served them; `None` if nothing is left to say.
fn constant_text(inner: &str, holes: &[Placeholder<'_>]) -> Option<String> {
    let mut parts = String::new();
    let mut at = 0;
    for hole in holes {
        parts.push_str(&inner[at..hole.range.0]);
        parts.push('\u{0}');
        at = hole.range.1;
    }
    parts.push_str(&inner[at..]);
    let text = crate::tidy::without_holes(&parts)?;
    Some(text)
}
