//! What is reported.

use plimsoll_standard::Rule;

use crate::call::Fix;
use crate::span::Span;

/// The checks; each belongs to one rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Check {
    /// PL001: a print that tells an operator something.
    Print,
    /// PL002: a credential or direct personal data in a log call.
    Secret,
    /// PL003: values in the text instead of in fields.
    Unstructured,
    /// PL003: `"%s", x`; off by default.
    LazyArgs,
    /// PL003: a line without any field; off by default.
    NoContext,
    /// PL004: all calls of a package at one level.
    OneLevel,
    /// PL004: a failure reported at info.
    WrongLevel,
    /// PL005: a service without a route for probes.
    NoHealth,
    /// PL006: one line per item of a data-sized loop.
    LogInLoop,
    /// A suppression that lacks a reason or hides nothing.
    Suppression,
}

impl Check {
    /// All checks, in the order of their rules.
    pub const ALL: [Self; 10] = [
        Self::Print,
        Self::Secret,
        Self::Unstructured,
        Self::LazyArgs,
        Self::NoContext,
        Self::OneLevel,
        Self::WrongLevel,
        Self::NoHealth,
        Self::LogInLoop,
        Self::Suppression,
    ];

    /// The name in kebab case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Print => "print",
            Self::Secret => "secret",
            Self::Unstructured => "unstructured",
            Self::LazyArgs => "lazy-args",
            Self::NoContext => "no-context",
            Self::OneLevel => "one-level",
            Self::WrongLevel => "wrong-level",
            Self::NoHealth => "no-health",
            Self::LogInLoop => "log-in-loop",
            Self::Suppression => "suppression",
        }
    }

    /// The rule it belongs to; a suppression's own fault belongs to none.
    #[must_use]
    pub const fn rule(self) -> Option<Rule> {
        Some(match self {
            Self::Print => Rule::PrintForLogging,
            Self::Secret => Rule::SensitiveData,
            Self::Unstructured | Self::LazyArgs | Self::NoContext => Rule::UnstructuredMessage,
            Self::OneLevel | Self::WrongLevel => Rule::NoLevels,
            Self::NoHealth => Rule::NoHealthEndpoint,
            Self::LogInLoop => Rule::LogInLoop,
            Self::Suppression => return None,
        })
    }

    /// The rule's id, `PL000` for the suppressions' own faults.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self.rule() {
            Some(rule) => rule.id(),
            None => "PL000",
        }
    }

    /// Whether it is reported unless asked for.
    #[must_use]
    pub const fn by_default(self) -> bool {
        !matches!(self, Self::LazyArgs | Self::NoContext)
    }

    /// The check of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|check| check.name() == name)
    }

    /// Whether a selector (`PL003`, `unstructured-message`, `lazy-args`) means this check.
    #[must_use]
    pub fn selected_by(self, selector: &str) -> bool {
        self.name() == selector
            || self.id().eq_ignore_ascii_case(selector)
            || self.rule().is_some_and(|rule| rule.name() == selector)
    }
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was checked.
    pub check: Check,
    /// Relative to the root, `/`-separated.
    pub path: String,
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
    /// The line where the call ends.
    pub end_line: u32,
    /// The column one past the end.
    pub end_column: u32,
    /// What was found and why it matters, one line.
    pub message: String,
    /// What to write instead, one line.
    pub help: String,
    /// The same for the same call after lines moved.
    pub fingerprint: String,
    /// The bytes in the file.
    pub span: Span,
    /// A replacement that is safe.
    pub fix: Option<Fix>,
}

/// What a rule hands to the engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hit {
    pub check: Check,
    pub span: Span,
    pub message: String,
    pub help: String,
    pub fix: Option<Fix>,
}
