//! Why a start was refused.

use plimsoll_standard::ConfigError;
use std::fmt;
use std::io;
use std::path::PathBuf;

/// Why Plimsoll did not start. Each message names the setting and the remedy.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// The configuration file could not be read.
    #[error("cannot read {}: {error}; give the path of a readable file in PLIMSOLL_CONFIG", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// The configuration has an unknown key or a wrong value.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A level was not understood.
    #[error("{setting}: {error}")]
    Level {
        /// Where it was said: `RUST_LOG`, `LOG_LEVEL` or the key of the configuration.
        setting: &'static str,
        /// What is wrong with it.
        error: crate::log::DirectiveError,
    },
    /// `LOG_FORMAT` was not understood.
    #[error("LOG_FORMAT: `{value}` is not a format: use json or console")]
    Format {
        /// What it said.
        value: String,
    },
    /// A pattern of `[redact]` cannot be used.
    #[error(transparent)]
    Redact(#[from] crate::redact::RedactError),
    /// A sink cannot work.
    #[error(transparent)]
    Sink(#[from] crate::sink::StartError),
    /// A health check cannot be added.
    #[cfg(feature = "tokio")]
    #[error(transparent)]
    Health(#[from] crate::health::HealthError),
    /// This process has a global subscriber already.
    #[error(
        "a global tracing subscriber is installed already; call install() once, or put the layer that build() returns \
         into the existing subscriber"
    )]
    AlreadyInstalled,
}

/// The message: a `main` that returns this error shows it by `Debug`.
impl fmt::Debug for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_main_that_returns_it_shows_the_message() {
        let error: Box<dyn std::error::Error> = SetupError::AlreadyInstalled.into();
        assert_eq!(format!("{error:?}"), error.to_string());
    }
}
