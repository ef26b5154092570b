//! `#[instrument]`: a span that records the function's arguments.

use super::reader::Reader;
use crate::call::{Api, LogCall, Mention, Message, MessageKind};
use crate::scope::ScopeId;
use crate::span::Span;

impl Reader<'_> {
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
                        call.mentions.push(Mention {
                            name: name.to_owned(),
                            span: reader.span(lo, hi),
                            ..Mention::default()
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
