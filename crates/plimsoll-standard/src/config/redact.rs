//! `[redact]`.

use serde::Deserialize;

/// `[redact]`: what must not be in a line, beside what the standard already takes out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Redact {
    /// Whether a finding is taken out (`enforce`, the default) or only counted (`observe`).
    pub mode: Mode,
    /// Refuse to start when the self-test finds a secret that survives.
    pub strict: bool,
    /// Keys that are never sensitive here, in any of their spellings (`session_key` also covers `sessionKey`).
    pub safe_keys: Vec<String>,
    /// Keys that are always sensitive here, in any of their spellings.
    pub sensitive_keys: Vec<String>,
    /// Names of the standard's patterns to leave alone (`["email"]`).
    pub disable: Vec<String>,
    /// The organisation's own patterns.
    pub patterns: Vec<Pattern>,
}

/// What happens to a finding.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Replaced by the marker, and counted.
    #[default]
    Enforce,
    /// Counted, and left as it is.
    Observe,
}

/// `[[redact.patterns]]`: one pattern of an organisation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pattern {
    /// Its name in the marker and in the counter's label: lower-case letters, digits and `_`.
    pub name: String,
    /// A regular expression (syntax of the `regex` crate). If it has a group, only the first group is taken out.
    pub regex: String,
    /// Texts it must find something in. Checked at start.
    pub positive: Vec<String>,
    /// Texts it must leave alone. Checked at start.
    #[serde(default)]
    pub negative: Vec<String>,
}
