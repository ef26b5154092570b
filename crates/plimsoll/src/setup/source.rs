//! Where the configuration comes from: `PLIMSOLL_CONFIG`, else `./plimsoll.toml`, overlaid by the environment.

use super::SetupError;
use crate::log::recorder::RecorderOptions;
use crate::log::{Directives, parse_level};
use crate::sink::{Format, RingOptions, Sink};
use plimsoll_standard::config::{self, Config, LogFormat};
use std::io::{ErrorKind, IsTerminal};
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

/// The levels of this process: `RUST_LOG` over `LOG_LEVEL` over the file over info.
pub(super) fn directives(config: &config::Log) -> Result<Directives, SetupError> {
    let mut directives = Directives::of_level(tracing::Level::INFO);
    if let Some(text) = &config.level {
        directives.set_default(level("log.level", text)?);
    }
    for (target, text) in &config.targets {
        directives.set(target, level("log.targets", text)?);
    }
    if let Some(text) = variable("LOG_LEVEL") {
        directives.set_default(level("LOG_LEVEL", &text)?);
    }
    if let Some(text) = variable("RUST_LOG") {
        directives = parse_over(&directives, "RUST_LOG", &text)?;
    }
    Ok(directives)
}

/// How standard output is written: as said, else readable on a terminal and JSON elsewhere.
pub(super) fn format(config: &config::Log) -> Result<Format, SetupError> {
    let said = match variable("LOG_FORMAT").as_deref().map(str::trim) {
        None => config.format,
        Some("json") => Some(LogFormat::Json),
        Some("console") => Some(LogFormat::Console),
        Some(other) => {
            return Err(SetupError::Format {
                value: other.to_owned(),
            });
        }
    };
    Ok(match said {
        Some(LogFormat::Console) => Format::Console,
        None if std::io::stdout().is_terminal() => Format::Console,
        Some(LogFormat::Json) | None => Format::Json,
    })
}

/// The file that the configuration names.
pub(super) fn file(config: &config::Log) -> Result<Option<Sink>, SetupError> {
    let Some(file) = &config.file else {
        return Ok(None);
    };
    let mut sink = Sink::file(&file.path).of_section("log.file");
    if let Some(text) = &file.level {
        sink = sink.level(level("log.file.level", text)?);
    }
    if let Some(bytes) = file.rotate_bytes {
        sink = sink.rotate_size(bytes);
    }
    if let Some(period) = file.rotate_every {
        sink = sink.rotate_every(period);
    }
    if let Some(files) = file.keep {
        sink = sink.keep(files);
    }
    Ok(Some(sink))
}

/// What the code says of the ring, and over it what the configuration says.
pub(super) fn ring(mut options: RingOptions, config: &config::LogRing) -> RingOptions {
    if let Some(directory) = &config.directory {
        options = options.directory(directory);
    }
    if let Some(bytes) = config.bytes {
        options = options.size(bytes);
    }
    if let Some(longest) = config.block {
        options = options.block(longest);
    }
    options
}

/// What the flight recorder does, if it is on.
pub(super) fn recorder(
    config: &config::FlightRecorder,
    by_default: bool,
    service: Option<&str>,
) -> Result<Option<RecorderOptions>, SetupError> {
    if !config.enabled.unwrap_or(by_default) {
        return Ok(None);
    }
    // Nothing more is kept of other crates than is written.
    let mut directives = Directives::of_level(tracing::Level::ERROR);
    if config.directives.trim().is_empty() {
        for name in service.map(str::to_owned).into_iter().chain(executable()) {
            directives.set(&name.replace('-', "_"), tracing::Level::DEBUG);
        }
    } else {
        directives = parse_over(&directives, "log.recorder.directives", &config.directives)?;
    }
    Ok(Some(RecorderOptions {
        directives,
        slower_than: config.slower_than,
        dumps_per_minute: config.dumps_per_minute,
        bytes: config.bytes,
        total_bytes: config.total_bytes,
    }))
}

/// The executable's name, which is its main crate's.
fn executable() -> Option<String> {
    let path = std::env::current_exe().ok()?;
    Some(path.file_stem()?.to_string_lossy().into_owned())
}

fn level(setting: &'static str, text: &str) -> Result<tracing::Level, SetupError> {
    parse_level(text.trim()).map_err(|error| SetupError::Level { setting, error })
}

fn parse_over(
    start: &Directives,
    setting: &'static str,
    text: &str,
) -> Result<Directives, SetupError> {
    start
        .parse_over(text)
        .map_err(|error| SetupError::Level { setting, error })
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name)
        .ok()
        .filter(|text| !text.trim().is_empty())
}
