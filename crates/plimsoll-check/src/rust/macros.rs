//! Macro calls: the ones that write a line, with what surrounds it.

use std::collections::HashSet;

use super::lex::Kind;
use super::names::{level_named, standard_macro};
use super::reader::Reader;
use crate::call::{Api, Level, LogCall, Message, MessageKind};
use crate::scope::{ScopeId, ScopeKind, Scopes};

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
}
