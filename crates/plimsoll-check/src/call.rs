//! One log call, whatever the language: what the six rules see.

use crate::scope::ScopeId;
use crate::span::Span;

/// How loud a line is. `Critical` covers fatal, crit and critical.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Finer than debug.
    Trace,
    /// For developers.
    Debug,
    /// The normal course of things.
    Info,
    /// Something is off, the service goes on.
    Warn,
    /// A failure.
    Error,
    /// The service cannot go on.
    Critical,
}

/// What wrote the call's grammar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Api {
    /// `tracing` events.
    Tracing,
    /// A `tracing` span: its fields reach lines, its name is no message.
    TracingSpan,
    /// `#[tracing::instrument]`: arguments become fields.
    Instrument,
    /// The `log` crate.
    Log,
    /// `slog`.
    Slog,
    /// Python's `logging`.
    Logging,
    /// `structlog`.
    Structlog,
    /// `loguru`.
    Loguru,
    /// Anything else that is called like a log method or macro.
    Other,
    /// Straight to stdout or stderr.
    Print,
}

/// What the text of a line is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageKind {
    /// No message at all: fields alone.
    Missing,
    /// A constant.
    Static,
    /// Values are put into the text before the logger sees it, or by its format arguments.
    Values,
    /// A constant with arguments that the logger itself puts in (`"%s", x`): `lazy-args`.
    Lazy,
    /// An object or a result of a call stands where the message should be.
    Object,
    /// Passed on from somewhere else; nothing can be said.
    Forwarded,
}

/// The text of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// What it is made of.
    pub kind: MessageKind,
    /// The constant parts, escapes as written.
    pub text: String,
}

/// A named value that reaches the text or a field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mention {
    /// The name that tells what the value is: the last field, method, key or variable.
    pub name: String,
    /// Everything before the name, joined by dots (`self.user` of `self.user.email`).
    pub owner: String,
    /// The field's key where it is one.
    pub key: String,
    /// Where it stands.
    pub span: Span,
    /// It is the result of a call of that name.
    pub called: bool,
}

/// A value that is put into the text: what a field in its place would be made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Embedded {
    /// The name that the code gives it: the variable, the last field, the argument's own.
    pub key: String,
    /// The name before it, where there is one: `user` of `user.id`.
    pub owner: String,
    /// The expression as written.
    pub value: String,
    /// It is shown for developers: `{:?}`, `{!r}`.
    pub debug: bool,
}

/// One log call or print.
#[derive(Debug, Clone, PartialEq)]
pub struct LogCall {
    /// From the first character of the callee to the closing parenthesis.
    pub span: Span,
    /// Whose grammar it follows.
    pub api: Api,
    /// The callee as written: `tracing::info!`, `self.log.info`.
    pub callee: String,
    /// The level where it is known.
    pub level: Option<Level>,
    /// The text.
    pub message: Message,
    /// The keys of its fields.
    pub fields: Vec<String>,
    /// Every named value that flows into the line.
    pub mentions: Vec<Mention>,
    /// The values that stand in its text and have a name to be a field by.
    pub embedded: Vec<Embedded>,
    /// The innermost scope around it.
    pub scope: ScopeId,
    /// A ready replacement, where one is safe: (range, text), applied together.
    pub fix: Option<Fix>,
}

/// Replacements that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// Ranges and their new text, in order, not overlapping.
    pub edits: Vec<(Span, String)>,
}
