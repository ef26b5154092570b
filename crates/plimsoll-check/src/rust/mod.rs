//! The Rust reader.

mod expression;
mod fix;
mod flow;
mod format;
mod instrument;
mod item;
mod lex;
mod macros;
mod names;
mod parts;
mod reader;
mod value;

use crate::facts::{Facts, Language};
use crate::scope::Scopes;

/// Reads one Rust file; any text will do.
#[must_use]
pub fn read(source: &str) -> Facts {
    let lexed = lex::lex(source);
    let mut reader = reader::Reader::new(source, &lexed.tokens);
    reader.block(0, lexed.tokens.len(), Scopes::FILE);
    if lexed.broken {
        reader.salvage();
    }
    let mut calls = std::mem::take(&mut reader.calls);
    calls.sort_by_key(|call| (call.span.start, call.span.end));
    Facts {
        language: Language::Rust,
        calls,
        test_modules: std::mem::take(&mut reader.test_modules),
        scopes: reader.scopes,
        comments: lexed.comments,
        broken: lexed.broken,
    }
}

#[cfg(test)]
mod tests;
