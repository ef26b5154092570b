//! The six forbidden things, by the ids that the checker, the run-time counter, the page and the docs share.

use std::fmt;
use std::str::FromStr;

/// One of the six forbidden things of the standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Rule {
    /// `PL001`: `print()` for logging.
    PrintForLogging,
    /// `PL002`: logging passwords, tokens, PII.
    SensitiveData,
    /// `PL003`: one giant log string instead of fields.
    UnstructuredMessage,
    /// `PL004`: everything at INFO.
    NoLevels,
    /// `PL005`: no health endpoints.
    NoHealthEndpoint,
    /// `PL006`: logging inside tight loops.
    LogInLoop,
}

impl Rule {
    /// All six, in the order of their ids.
    pub const ALL: [Self; 6] = [
        Self::PrintForLogging,
        Self::SensitiveData,
        Self::UnstructuredMessage,
        Self::NoLevels,
        Self::NoHealthEndpoint,
        Self::LogInLoop,
    ];

    /// The stable id, `PL001` to `PL006`.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::PrintForLogging => "PL001",
            Self::SensitiveData => "PL002",
            Self::UnstructuredMessage => "PL003",
            Self::NoLevels => "PL004",
            Self::NoHealthEndpoint => "PL005",
            Self::LogInLoop => "PL006",
        }
    }

    /// The name in kebab case, `print-for-logging` to `log-in-loop`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PrintForLogging => "print-for-logging",
            Self::SensitiveData => "sensitive-data",
            Self::UnstructuredMessage => "unstructured-message",
            Self::NoLevels => "no-levels",
            Self::NoHealthEndpoint => "no-health-endpoint",
            Self::LogInLoop => "log-in-loop",
        }
    }

    /// What the standard forbids, in its own words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::PrintForLogging => "print() for logging",
            Self::SensitiveData => "logging passwords, tokens, PII",
            Self::UnstructuredMessage => "one giant log string instead of structured fields",
            Self::NoLevels => "no log levels (everything at INFO)",
            Self::NoHealthEndpoint => "no health endpoints",
            Self::LogInLoop => "logging inside tight loops",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// A text that is neither a rule's id nor its name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown rule `{0}`: use one of PL001 to PL006")]
pub struct UnknownRule(pub String);

impl FromStr for Rule {
    type Err = UnknownRule;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|rule| rule.id().eq_ignore_ascii_case(text) || rule.name() == text)
            .ok_or_else(|| UnknownRule(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_names_read_back() {
        for rule in Rule::ALL {
            assert_eq!(rule.id().parse(), Ok(rule));
            assert_eq!(rule.name().parse(), Ok(rule));
        }
        assert!("PL007".parse::<Rule>().is_err());
    }
}
