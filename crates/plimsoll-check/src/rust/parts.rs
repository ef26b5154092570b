//! What stands in a log macro: fields, the message and its arguments.

use super::format::{Hole, inside, placeholders};
use super::lex::Kind;
use super::reader::Reader;
use crate::call::{Api, LogCall, MessageKind};

impl Reader<'_> {
    /// The comma-separated parts `lo..hi` of a log macro.
    pub(super) fn parts(&self, lo: usize, hi: usize, call: &mut LogCall) {
        let mut at = lo;
        let mut arguments: Vec<(usize, usize)> = Vec::new();
        let mut literal = None;
        let mut index = 0;
        while at < hi {
            let mut comma = self.seek(at, hi, |i| self.punct(i, b','));
            // `f::<A, B>(x)` keeps its commas.
            while let Some(angle) =
                (at..comma).find(|i| self.pair(*i, b':', b':') && self.punct(i + 2, b'<'))
            {
                let end = self.skip_angles(angle + 2, hi);
                if end <= comma {
                    break;
                }
                comma = self.seek(end, hi, |i| self.punct(i, b','));
            }
            let (part_lo, part_hi) = (at, comma);
            at = comma + 1;
            if part_lo >= part_hi {
                continue;
            }
            if literal.is_some() {
                arguments.push((part_lo, part_hi));
            } else if self.kind(part_lo) == Some(Kind::Str) && part_hi == part_lo + 1 {
                literal = Some(part_lo);
            } else {
                self.part(part_lo, part_hi, index, call);
            }
            index += 1;
        }
        if let Some(literal) = literal {
            self.message(literal, &arguments, call);
        }
    }

    /// One part before the message.
    fn part(&self, lo: usize, hi: usize, index: usize, call: &mut LogCall) {
        // `target: "x"`, `parent: &span`, `name: "x"`, `logger: l`
        if self.is_ident(lo)
            && self.punct(lo + 1, b':')
            && !self.pair(lo + 1, b':', b':')
            && matches!(self.text(lo), "target" | "parent" | "name" | "logger")
        {
            return;
        }
        if self.open(lo, b'{') && self.mate(lo) + 1 == hi {
            self.parts(lo + 1, hi - 1, call);
            return;
        }
        let equals = self.seek(lo, hi, |i| {
            self.punct(i, b'=')
                && !self.pair(i, b'=', b'=')
                && !self.punct(i.wrapping_sub(1), b'=')
                && !self.punct(i.wrapping_sub(1), b'!')
        });
        if equals < hi && equals > lo {
            let arrow = self.pair(equals, b'=', b'>');
            let key_span = self.span(lo, equals);
            let key = key_span.text(self.source).trim_matches('"');
            let key = key.split(':').next().unwrap_or(key).trim();
            let value = if arrow { equals + 2 } else { equals + 1 };
            if key == "message" {
                self.part(value, hi, 1, call);
                call.message.kind = MessageKind::Object;
                if self.kind(value) == Some(Kind::Str) {
                    self.message(value, &[], call);
                }
                return;
            }
            call.fields.push(key.to_owned());
            self.mentions(value, hi, key, &mut call.mentions, 0);
            return;
        }
        let sigil = matches!(self.kind(lo), Some(Kind::Punct(b'%' | b'?' | b'#')));
        let text = self.span(lo, hi).text(self.source);
        if index == 0 && !sigil {
            // slog's logger comes first.
            let lower = text.to_ascii_lowercase();
            if lower.ends_with("log") || lower.ends_with("logger") || lower.ends_with("log()") {
                return;
            }
        }
        if self.is_ident(lo) && self.punct(lo + 1, b'!') {
            // `info!(concat!("a", "b"))`, `println!(include_str!("x"))`, `info!(format!("{}", x))`
            call.message.kind = match self.text(lo) {
                "format" | "format_args" => MessageKind::Values,
                "concat" | "include_str" | "stringify" => MessageKind::Static,
                _ => MessageKind::Forwarded,
            };
            self.mentions(lo, hi, "", &mut call.mentions, 0);
            return;
        }
        let name = text.trim_start_matches(['%', '?', '#', '&', '*']);
        let path = name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'));
        if sigil || path && matches!(call.api, Api::Tracing | Api::TracingSpan | Api::Other) {
            call.fields.push(name.to_owned());
        } else if call.message.kind == MessageKind::Missing
            && matches!(call.api, Api::Log | Api::Slog)
        {
            call.message.kind = MessageKind::Object;
        }
        self.mentions(lo, hi, "", &mut call.mentions, 0);
    }

    /// The format string and its arguments.
    fn message(&self, literal: usize, arguments: &[(usize, usize)], call: &mut LogCall) {
        let (inner, _) = inside(self.text(literal));
        call.message.text = inner.to_owned();
        let holes = placeholders(inner);
        self.captured(literal, &mut call.mentions);
        let mut values = 0;
        let mut named: Vec<&str> = Vec::new();
        for (lo, hi) in arguments {
            let mut lo = *lo;
            let mut key = "";
            if self.is_ident(lo) && self.punct(lo + 1, b'=') && !self.pair(lo + 1, b'=', b'=') {
                key = self.text(lo);
                named.push(key);
                lo += 2;
            }
            // A binding made just before from a literal or another value is looked through.
            if !self.constant(lo, *hi) {
                values += 1;
            }
            self.mentions(lo, *hi, key, &mut call.mentions, 0);
        }
        for hole in &holes {
            if let Hole::Name(name) = hole.hole
                && !named.contains(&name)
                && name.bytes().any(|b| b.is_ascii_lowercase())
            {
                values += 1;
            }
        }
        // A captured name that an argument is given for means that argument.
        call.mentions
            .retain(|mention| !mention.key.is_empty() || !named.contains(&mention.name.as_str()));
        // `"{message}"`: somebody else's text, handed through.
        let handed = arguments.is_empty()
            && matches!(
                inner.trim_matches(['{', '}']),
                "message" | "msg" | "text" | "line"
            );
        let forwarded = handed
            || arguments
                .iter()
                .any(|(lo, _)| self.punct(*lo, b'$') && self.open(*lo + 1, b'('));
        call.message.kind = if forwarded {
            MessageKind::Forwarded
        } else if values > 0 && !holes.is_empty() {
            MessageKind::Values
        } else {
            MessageKind::Static
        };
        call.embedded = self.named_values(literal, arguments);
        call.fix = self.fix(literal, arguments, call);
    }

    /// A literal, `NAME`, `path::NAME`, `stringify!(..)`, `file!()`: the same in every line.
    fn constant(&self, lo: usize, hi: usize) -> bool {
        if hi == lo + 1 && matches!(self.kind(lo), Some(Kind::Str | Kind::Literal)) {
            return true;
        }
        if self.is_ident(lo) && self.punct(lo + 1, b'!') {
            return matches!(
                self.text(lo),
                "stringify"
                    | "file"
                    | "line"
                    | "column"
                    | "module_path"
                    | "concat"
                    | "env"
                    | "function_name"
            );
        }
        let text = self
            .span(lo, hi)
            .text(self.source)
            .trim_start_matches(['&', '*']);
        let last = text.rsplit("::").next().unwrap_or(text);
        last.len() > 1
            && last
                .bytes()
                .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
            && last.bytes().any(|b| b.is_ascii_uppercase())
    }
}
