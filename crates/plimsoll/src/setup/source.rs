//! Where the configuration comes from: `PLIMSOLL_CONFIG`, else `./plimsoll.toml`, overlaid by the environment.

use super::SetupError;
use crate::log::{Directives, parse_level};
use plimsoll_standard::Config;
use std::io::ErrorKind;
use std::path::PathBuf;

/// The configuration of this process.
pub(super) fn config() -> Result<Config, SetupError> {
    let named = std::env::var_os("PLIMSOLL_CONFIG").filter(|path| !path.is_empty());
    let path = named
        .as_ref()
        .map_or_else(|| PathBuf::from("plimsoll.toml"), PathBuf::from);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        // Only the default path may be missing.
        Err(error) if named.is_none() && error.kind() == ErrorKind::NotFound => String::new(),
        Err(error) => return Err(SetupError::Read { path, error }),
    };
    Ok(Config::parse(
        &path.to_string_lossy(),
        &text,
        environment(),
    )?)
}

fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

/// The levels of this process: `RUST_LOG` over `LOG_LEVEL` over info.
pub(super) fn directives() -> Result<Directives, SetupError> {
    let mut directives = Directives::of_level(tracing::Level::INFO);
    if let Some(text) = variable("LOG_LEVEL") {
        let level = parse_level(text.trim()).map_err(|error| SetupError::Level {
            variable: "LOG_LEVEL",
            error,
        })?;
        directives.set_default(level);
    }
    if let Some(text) = variable("RUST_LOG") {
        directives = directives
            .parse_over(&text)
            .map_err(|error| SetupError::Level {
                variable: "RUST_LOG",
                error,
            })?;
    }
    Ok(directives)
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name)
        .ok()
        .filter(|text| !text.trim().is_empty())
}
