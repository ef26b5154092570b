//! The Python reader, over ruff's parser.
//!
//! ruff's parser is an internal crate of ruff and its interface moves; it is pinned, and nothing outside this folder
//! sees its types. It takes broken files, too: what it could make of them is read, and they are counted as broken.

mod calls;
mod embedded;
mod fix;
mod loggers;
mod message;
mod reader;
mod salvage;
mod shallow;
mod value;

use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};

use crate::call::LogCall;
use crate::facts::{Facts, Language};
use crate::scope::Scopes;
use crate::span::Span;

/// Reads one Python file; any text will do.
#[must_use]
pub fn read(source: &str) -> Facts {
    let mut facts = empty(source);
    if shallow::is_shallow(source) {
        module(source, &mut facts);
    } else {
        // Too deep for any parser: each top-level statement on its own, without those that are.
        facts.broken = true;
        for range in shallow::statements(source) {
            if shallow::is_shallow(&source[range.clone()]) {
                part(
                    source,
                    Span::new(range.start as u32, range.end as u32),
                    &mut facts,
                );
            }
        }
    }
    facts
        .calls
        .sort_by_key(|call| (call.span.start, call.span.end));
    facts
}

/// Reads a part on its own and adds what it holds; its surroundings are unknown.
fn part(source: &str, range: Span, facts: &mut Facts) {
    let text = range.text(source);
    let mut part = empty(text);
    let _ = parse(text, &mut part);
    facts
        .comments
        .extend(part.comments.iter().map(|span| shifted(*span, range.start)));
    facts
        .calls
        .extend(part.calls.into_iter().map(|call| LogCall {
            span: shifted(call.span, range.start),
            scope: Scopes::FILE,
            mentions: Vec::new(),
            fix: None,
            ..call
        }));
}

fn empty(source: &str) -> Facts {
    Facts {
        language: Language::Python,
        calls: Vec::new(),
        test_modules: Vec::new(),
        scopes: Scopes::new(source.len() as u32),
        comments: Vec::new(),
        broken: false,
    }
}

fn shifted(span: Span, by: u32) -> Span {
    Span::new(span.start + by, span.end + by)
}

fn module(source: &str, facts: &mut Facts) {
    let strings = parse(source, facts);
    if facts.broken {
        for range in salvage::parts(source, facts, &strings) {
            part(source, range, facts);
        }
    }
}

/// Parses and walks; gives back where strings stand if the text is broken.
fn parse(source: &str, facts: &mut Facts) -> Vec<Span> {
    let parsed = parse_unchecked(source, ParseOptions::from(Mode::Module));
    facts.broken |= parsed.has_invalid_syntax();
    let mut strings = Vec::new();
    for token in parsed.tokens() {
        match token.kind() {
            TokenKind::Comment => {
                let span = loggers::span(token);
                if span.text(source).contains("plimsoll:") {
                    facts.comments.push(span);
                }
            }
            TokenKind::String if facts.broken => strings.push(loggers::span(token)),
            _ => {}
        }
    }
    if let Some(parsed) = parsed.try_into_module() {
        let mut reader = reader::Reader::new(source);
        reader.module(parsed.suite());
        facts.calls = reader.calls;
        facts.scopes = reader.scopes;
    }
    strings
}

#[cfg(test)]
mod tests;
