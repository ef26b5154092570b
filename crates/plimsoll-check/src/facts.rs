//! What one file says, whatever its language.

use crate::call::LogCall;
use crate::scope::Scopes;
use crate::span::Span;

/// The languages that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Language {
    /// `.rs`
    Rust,
    /// `.py`, `.pyi` is not read
    Python,
}

impl Language {
    /// By the file name's extension.
    #[must_use]
    pub fn of(path: &str) -> Option<Self> {
        match path.rsplit_once('.')?.1 {
            "rs" => Some(Self::Rust),
            "py" => Some(Self::Python),
            _ => None,
        }
    }
}

/// One file, read.
#[derive(Debug, Clone)]
pub struct Facts {
    /// Which language.
    pub language: Language,
    /// All log calls and prints, in the order of their start.
    pub calls: Vec<LogCall>,
    /// What surrounds them.
    pub scopes: Scopes,
    /// Comments that may carry a suppression, with their marks.
    pub comments: Vec<Span>,
    /// Names of modules declared as tests in this file but written in others.
    pub test_modules: Vec<Span>,
    /// The language's own parser would not take the file; it was read by tokens or in parts.
    pub broken: bool,
}
