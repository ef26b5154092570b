//! Macro calls: which ones write a line, and what stands in them.

use std::collections::HashSet;

use super::format::{Hole, inside, placeholders};
use super::lex::Kind;
use super::reader::Reader;
use crate::call::{Api, Level, LogCall, Message, MessageKind};
use crate::scope::{ScopeId, ScopeKind, Scopes};
use crate::span::Span;

/// Log macros by their last path segment.
pub(super) fn standard_macro(name: &str) -> Option<(Api, Option<Level>)> {
    let api = Api::Tracing;
    Some(match name {
        "trace" => (api, Some(Level::Trace)),
        "debug" => (api, Some(Level::Debug)),
        "info" => (api, Some(Level::Info)),
        "warn" | "warning" => (api, Some(Level::Warn)),
        "error" => (api, Some(Level::Error)),
        "crit" | "critical" | "fatal" => (Api::Slog, Some(Level::Critical)),
        "event" => (api, None),
        "log" => (Api::Log, None),
        "span" => (Api::TracingSpan, None),
        "trace_span" | "debug_span" | "info_span" | "warn_span" | "error_span" => {
            (Api::TracingSpan, Some(Level::Info))
        }
        "println" | "eprintln" | "print" | "eprint" | "dbg" => (Api::Print, None),
        _ => return custom_macro(name).map(|level| (Api::Other, Some(level))),
    })
}

/// `log_info`, `warn_once`, `slog_error`, `debug_rate_limited`: a level and words of logging, nothing else.
fn custom_macro(name: &str) -> Option<Level> {
    let mut level = None;
    if !name.contains('_') {
        return None;
    }
    for word in name.split('_') {
        let found = match word {
            "trace" => Level::Trace,
            "debug" => Level::Debug,
            "info" => Level::Info,
            "warn" | "warning" => Level::Warn,
            "error" => Level::Error,
            "fatal" | "crit" | "critical" => Level::Critical,
            "log" | "slog" | "once" | "tracing" | "rate" | "limited" | "ratelimit"
            | "ratelimited" | "throttled" | "every" | "kv" | "ctx" | "event" | "internal" => {
                continue;
            }
            _ => return None,
        };
        level = Some(found);
    }
    level.filter(|_| name != "internal_error" && name != "error_event")
}

impl Reader<'_> {
    /// A macro call: its path is `at..bang`.
    pub(super) fn macro_call(&mut self, at: usize, bang: usize, scope: ScopeId) -> usize {
        let open = bang + 1;
        let close = self.mate(open).max(open);
        let name = self.text(bang - 1);
        let meaning = self
            .aliases
            .get(name)
            .copied()
            .or_else(|| standard_macro(name));
        if let Some((api, level)) = meaning {
            if let Some(call) = self.log_macro(at, open, api, level, scope) {
                self.calls.push(call);
            }
        } else if matches!(name, "writeln" | "write")
            && let Some(call) = self.write_macro(at, open, scope)
        {
            self.calls.push(call);
        }
        if close > open + 1 {
            // Code inside the arguments: closures, blocks, nested calls.
            let inner = self.scopes.push(
                scope,
                ScopeKind::Macro,
                self.span(at, (close + 1).min(self.tokens.len())),
            );
            self.scopes.get_mut(inner).name = self.tokens[bang - 1].span;
            if self.open(open, b'{') {
                self.block(open + 1, close, inner);
            } else {
                self.arguments(open, inner, None);
            }
        }
        close + 1
    }

    /// A file whose brackets do not match: log macros that the walk did not come by are taken as they stand.
    pub(super) fn salvage(&mut self) {
        let known: HashSet<u32> = self.calls.iter().map(|call| call.span.end).collect();
        for bang in 1..self.tokens.len() {
            let named = self.punct(bang, b'!') && self.is_ident(bang - 1);
            if !named || !matches!(self.kind(bang + 1), Some(Kind::Open(_))) {
                continue;
            }
            // An unclosed bracket reaches to the end of the file: that is no call.
            if self.mate(bang + 1).saturating_sub(bang) > 400 {
                continue;
            }
            let mut at = bang - 1;
            while at >= 3 && self.pair(at - 2, b':', b':') && self.is_ident(at - 3) {
                at -= 3;
            }
            let Some((api, level)) = standard_macro(self.text(bang - 1)) else {
                continue;
            };
            if let Some(call) = self.log_macro(at, bang + 1, api, level, Scopes::FILE)
                && !known.contains(&call.span.end)
            {
                self.calls.push(LogCall { fix: None, ..call });
            }
        }
    }

    fn log_macro(
        &self,
        at: usize,
        open: usize,
        api: Api,
        level: Option<Level>,
        scope: ScopeId,
    ) -> Option<LogCall> {
        let close = self.mate(open).max(open);
        let span = self.span(at, (close + 1).min(self.tokens.len()));
        let mut call = LogCall {
            span,
            api,
            callee: self.span(at, open).text(self.source).to_owned(),
            level,
            message: Message {
                kind: MessageKind::Missing,
                text: String::new(),
            },
            fields: Vec::new(),
            mentions: Vec::new(),
            embedded: Vec::new(),
            scope,
            fix: None,
        };
        let path = call.callee.clone();
        if api == Api::Print && path.contains("::") && !path.starts_with("std::") {
            return None;
        }
        if api == Api::Tracing && path.starts_with("log::") {
            call.api = Api::Log;
        }
        if api == Api::Tracing && path.starts_with("slog::") {
            call.api = Api::Slog;
        }
        let name = self.text(open - 2);
        let mut lo = open + 1;
        if matches!(name, "event" | "log" | "span") && !self.aliases.contains_key(name) {
            // The level is the first argument; without one it is some other macro of that name.
            let comma = self.seek(lo, close, |i| self.punct(i, b','));
            let mut first = (lo, comma);
            while self.is_ident(first.0)
                && self.punct(first.0 + 1, b':')
                && !self.pair(first.0 + 1, b':', b':')
            {
                let next = self.seek(first.1 + 1, close, |i| self.punct(i, b','));
                if first.1 >= close {
                    return None;
                }
                first = (first.1 + 1, next);
            }
            let text = self.span(first.0, first.1).text(self.source);
            let found = level_named(text);
            if found.is_none()
                && !(text.ends_with("level") || text.ends_with("Level") || text.contains("lvl"))
            {
                return None;
            }
            call.level = found;
            lo = (first.1 + 1).min(close);
        }
        if api == Api::TracingSpan {
            // `info_span!("name", key = value)`: the name is no message.
            self.parts(lo, close, &mut call);
            call.message.kind = MessageKind::Missing;
            return Some(call);
        }
        if name == "dbg" {
            self.each_argument(open, |reader, lo, hi| {
                reader.mentions(lo, hi, "", &mut call.mentions, 0);
            });
            call.message.kind = MessageKind::Object;
            return Some(call);
        }
        let semicolon = self.seek(lo, close, |i| self.punct(i, b';'));
        if semicolon < close {
            // The `log` crate's key-values stand before the message, slog's after it.
            let keys_first = (lo..semicolon).all(|i| {
                self.kind(i) != Some(Kind::Str)
                    || self.punct(i + 1, b'=')
                    || self.punct(i - 1, b':')
            }) && self.kind(semicolon + 1) == Some(Kind::Str)
                && !self.pair(semicolon + 2, b'=', b'>');
            if keys_first {
                self.parts(lo, semicolon, &mut call);
                self.parts(semicolon + 1, close, &mut call);
            } else {
                call.api = Api::Slog;
                self.parts(lo, semicolon, &mut call);
                let kind = call.message.kind;
                self.parts(semicolon + 1, close, &mut call);
                call.message.kind = kind;
            }
        } else {
            self.parts(lo, close, &mut call);
        }
        call.message.kind = self.settle(&call, lo, close);
        Some(call)
    }

    /// Whether a line without a literal message is made of fields, or forwarded.
    fn settle(&self, call: &LogCall, lo: usize, close: usize) -> MessageKind {
        let kind = call.message.kind;
        if kind == MessageKind::Missing && (lo..close).any(|i| self.punct(i, b'$')) {
            return MessageKind::Forwarded;
        }
        kind
    }

    /// `writeln!(io::stderr(), "...")` is a print by another name.
    fn write_macro(&self, at: usize, open: usize, scope: ScopeId) -> Option<LogCall> {
        let close = self.mate(open).max(open);
        let comma = self.seek(open + 1, close, |i| self.punct(i, b','));
        let target = self.span(open + 1, comma).text(self.source);
        let standard = |text: &str| text.ends_with("stderr()") || text.ends_with("stdout()");
        // `let mut stderr = io::stderr(); writeln!(&mut stderr, ..)`
        let name = target.trim_start_matches('&').trim_start_matches("mut ");
        let bound = self
            .locals
            .get(name)
            .is_some_and(|(lo, hi)| standard(self.span(*lo, *hi).text(self.source)));
        if !standard(target) && !bound {
            return None;
        }
        let mut call = self.log_macro(at, open, Api::Print, None, scope)?;
        call.mentions.clear();
        self.parts(comma + 1, close, &mut call);
        Some(call)
    }

    /// The comma-separated parts `lo..hi` of a log macro.
    fn parts(&self, lo: usize, hi: usize, call: &mut LogCall) {
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

    /// `#[instrument]`: every argument that is not skipped becomes a field.
    pub(super) fn instrumented(&mut self, function: ScopeId, open: usize, close: usize) {
        let source = self.source;
        let attributes = self.scopes.get(function).attributes.clone();
        let Some(text) = attributes.into_iter().find(|text| {
            let text = text.text(source);
            let path = text.split(['(', ' ']).next().unwrap_or(text);
            path == "instrument"
                || path.ends_with("::instrument")
                || path == "cfg_attr" && text.contains("instrument")
        }) else {
            return;
        };
        let first = self
            .tokens
            .partition_point(|token| token.span.start < text.start);
        let last = self
            .tokens
            .partition_point(|token| token.span.end <= text.end);
        let start = self
            .tokens
            .get(first.saturating_sub(2))
            .map_or(text.start, |t| t.span.start);
        let mut call = LogCall {
            span: Span::new(start, self.span(open, close + 1).end),
            api: Api::Instrument,
            callee: "#[instrument]".to_owned(),
            level: None,
            message: Message {
                kind: MessageKind::Missing,
                text: String::new(),
            },
            fields: Vec::new(),
            mentions: Vec::new(),
            embedded: Vec::new(),
            scope: function,
            fix: None,
        };
        let mut skipped: Vec<&str> = Vec::new();
        let mut all = false;
        let mut at = first;
        while at < last {
            match self.text(at) {
                "skip_all" => all = true,
                "skip" if self.open(at + 1, b'(') => {
                    let end = self.mate(at + 1).max(at + 1);
                    skipped.extend(
                        (at + 2..end)
                            .filter(|i| self.is_ident(*i))
                            .map(|i| self.text(i)),
                    );
                }
                "fields" if self.open(at + 1, b'(') => {
                    let end = self.mate(at + 1).max(at + 1);
                    let before = call.fields.len();
                    self.parts(at + 2, end, &mut call);
                    // A field of the same name stands in for the argument.
                    skipped.extend(
                        (at + 2..end)
                            .filter(|i| self.is_ident(*i) && self.punct(i + 1, b'='))
                            .map(|i| self.text(i)),
                    );
                    debug_assert!(before <= call.fields.len());
                }
                _ => {}
            }
            at += 1;
        }
        if !all {
            self.each_argument(open, |reader, lo, hi| {
                let colon = reader.seek(lo, hi, |i| reader.punct(i, b':'));
                let name = (lo..colon).rev().find(|i| reader.is_ident(*i));
                if let Some(name) = name.filter(|_| colon < hi) {
                    let name = reader.text(name);
                    if !skipped.contains(&name) && name != "self" {
                        call.mentions.push(crate::call::Mention {
                            name: name.to_owned(),
                            span: reader.span(lo, hi),
                            ..crate::call::Mention::default()
                        });
                    }
                }
            });
        }
        call.message.kind = MessageKind::Missing;
        if !call.mentions.is_empty() {
            self.calls.push(call);
        }
    }
}

/// `Level::INFO`, `log::Level::Info`, `tracing::Level::ERROR`.
fn level_named(text: &str) -> Option<Level> {
    if !text.contains("Level")
        && !text.contains("::")
        && !text.bytes().all(|b| b.is_ascii_uppercase())
    {
        return None;
    }
    match text
        .rsplit("::")
        .next()?
        .trim()
        .to_ascii_lowercase()
        .as_str()
    {
        "trace" => Some(Level::Trace),
        "debug" => Some(Level::Debug),
        "info" => Some(Level::Info),
        "warn" => Some(Level::Warn),
        "error" => Some(Level::Error),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_macros_are_told_from_errors() {
        assert_eq!(custom_macro("log_info"), Some(Level::Info));
        assert_eq!(custom_macro("warn_once"), Some(Level::Warn));
        for name in [
            "api_error",
            "error_chain",
            "debug_assert",
            "internal_error",
            "compile_error",
            "error",
        ] {
            assert_eq!(custom_macro(name), None, "{name}");
        }
    }
}
