//! Why health checks are refused.

use super::watched::Watched;
use std::sync::Arc;

/// Why the checks cannot be started as configured.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HealthError {
    /// Two checks have one name.
    #[error("two health checks are called `{0}`: give each its own name")]
    Duplicate(String),
    /// A name cannot serve as a JSON key, a label and a configuration key at once.
    #[error("`{0}` cannot name a health check: use 1 to 64 letters, digits, `_`, `-` or `.`")]
    Name(String),
    /// The configuration speaks of a check that does not exist.
    #[error("[health.checks.{name}] names no check of this service; its checks are: {known}")]
    Unknown {
        /// The name in the configuration.
        name: String,
        /// The names that exist, with commas between.
        known: String,
    },
    /// There is no tokio runtime to run the checks in.
    #[error("health checks need a tokio runtime: start them from async code")]
    NoRuntime,
}

impl HealthError {
    pub(super) fn unknown(name: &str, checks: &[Arc<Watched>]) -> Self {
        let mut known: Vec<&str> = checks.iter().map(|known| known.check.name()).collect();
        known.sort_unstable();
        Self::Unknown {
            name: name.to_owned(),
            known: if known.is_empty() {
                "(none)".to_owned()
            } else {
                known.join(", ")
            },
        }
    }
}
