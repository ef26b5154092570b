//! `plimsoll.toml`: one file that the library, the checker and the generators read.
//!
//! The text comes from the caller (this crate does no I/O); each key can be overlaid by an environment variable
//! `PLIMSOLL_<SECTION>__<KEY>`, sections and keys in upper case, deeper levels by further double underscores
//! (`PLIMSOLL_HEALTH__CHECKS__REDIS__REQUIRED=false`). An unknown key is an error that names it.

mod check;
mod duration;
mod health;
mod http;
mod log;
mod metrics;
mod operator;
mod redact;
mod service;
mod targets;

pub use check::{Allow, Check};
pub use health::{Health, HealthCheck};
pub use http::Http;
pub use log::{FlightRecorder, Log, LogFile, LogFormat, LogLimit, LogRing};
pub use metrics::Metrics;
pub use operator::Operator;
pub use redact::{Mode, Pattern, Redact};
pub use service::Service;
pub use targets::{Alerts, Targets};

use serde::Deserialize;
use toml::{Table, Value};

/// Everything `plimsoll.toml` can say. Every section and key is optional.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// `[check]`: what `plimsoll check` reports.
    pub check: Check,
    /// `[health]`: what readiness depends on.
    pub health: Health,
    /// `[http]`: requests that come in, and how serving them ends.
    pub http: Http,
    /// `[log]`: which lines are written, and how.
    pub log: Log,
    /// `[metrics]`: how much is measured.
    pub metrics: Metrics,
    /// `[operator]`: the port for the people and machines that run the service.
    pub operator: Operator,
    /// `[redact]`: what must not be in a line.
    pub redact: Redact,
    /// `[service]`: who writes these lines.
    pub service: Service,
    /// `[targets]`: what the service is held to.
    pub targets: Targets,
}

/// Why a configuration was refused. The message names the key and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The text is not TOML.
    #[error("{origin} is not valid TOML: {message}")]
    Syntax {
        /// Where the text came from.
        origin: String,
        /// The parser's message with line and column.
        message: String,
    },
    /// A key is unknown or its value has the wrong type or range.
    #[error("{origin}: {message}")]
    Value {
        /// Where the text came from.
        origin: String,
        /// Names the key and what it may be.
        message: String,
    },
}

const PREFIX: &str = "PLIMSOLL_";

impl Config {
    /// Reads a configuration from TOML text and an environment.
    ///
    /// `origin` names the text in errors (usually the file's path). Variables that do not start with `PLIMSOLL_`
    /// or have no double underscore are not looked at.
    ///
    /// # Errors
    /// [`ConfigError`] if the text is not TOML, or a key is unknown or has a wrong value; the message names it.
    pub fn parse(
        origin: &str,
        text: &str,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let mut table: Table =
            text.parse()
                .map_err(|error: toml::de::Error| ConfigError::Syntax {
                    origin: origin.to_owned(),
                    message: located(text, &error),
                })?;
        let mut config = Self::read(origin, &table);
        // One at a time, so that a wrong one is told by its own name.
        for (name, value) in environment {
            let Some(path) = name.strip_prefix(PREFIX).filter(|path| path.contains("__")) else {
                continue;
            };
            let keys: Vec<String> = path.split("__").map(str::to_ascii_lowercase).collect();
            overlay(&mut table, &keys, scalar(&value)).map_err(|()| ConfigError::Value {
                origin: name.clone(),
                message: "names a key below one that is not a section".to_owned(),
            })?;
            // A variable may mend what is wrong in the file.
            config = match (config, Self::read(&name, &table)) {
                (Ok(_), now) | (Err(_), now @ Ok(_)) => now,
                (before, _) => before,
            };
        }
        config
    }

    fn read(origin: &str, table: &Table) -> Result<Self, ConfigError> {
        Value::Table(table.clone())
            .try_into()
            .map_err(|error: toml::de::Error| ConfigError::Value {
                origin: origin.to_owned(),
                message: error.to_string().trim_end().replace('\n', " "),
            })
    }
}

/// The parser's message in one line, with the place it means.
fn located(text: &str, error: &toml::de::Error) -> String {
    let Some(before) = error.span().and_then(|span| text.get(..span.start)) else {
        return error.message().to_owned();
    };
    let line = before.matches('\n').count() + 1;
    let column = before
        .rsplit('\n')
        .next()
        .map_or(0, |last| last.chars().count())
        + 1;
    format!("line {line}, column {column}: {}", error.message())
}

/// An environment value as TOML would read it (`true`, `10`, `["a"]`), else as a plain string.
fn scalar(text: &str) -> Value {
    format!("v = {text}")
        .parse::<Table>()
        .ok()
        .and_then(|mut table| {
            if table.len() == 1 {
                table.remove("v")
            } else {
                None
            }
        })
        .unwrap_or_else(|| Value::String(text.to_owned()))
}

fn overlay(table: &mut Table, keys: &[String], value: Value) -> Result<(), ()> {
    match keys {
        [] => Err(()),
        [key] => {
            table.insert(key.clone(), value);
            Ok(())
        }
        [section, rest @ ..] => match table
            .entry(section.clone())
            .or_insert_with(|| Value::Table(Table::new()))
        {
            Value::Table(inner) => overlay(inner, rest, value),
            _ => Err(()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn environment_wins_over_file() {
        let env = [("PLIMSOLL_SERVICE__NAME".to_owned(), "from-env".to_owned())];
        let config =
            Config::parse("plimsoll.toml", "[service]\nname = \"from-file\"", env).unwrap();
        assert_eq!(config.service.name.as_deref(), Some("from-env"));
    }

    #[test]
    fn an_unknown_key_is_named() {
        let error = Config::parse("plimsoll.toml", "[service]\nnmae = \"x\"", [])
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("nmae") && error.contains("plimsoll.toml"),
            "{error}"
        );
        let env = [("PLIMSOLL_SERVCE__NAME".to_owned(), "x".to_owned())];
        let error = Config::parse("plimsoll.toml", "", env)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("servce") && error.contains("PLIMSOLL_SERVCE__NAME"),
            "{error}"
        );
    }

    #[test]
    fn a_wrong_text_or_value_is_told_in_one_line_with_its_remedy() {
        let told = |text: &str| {
            let error = Config::parse("plimsoll.toml", text, []).unwrap_err();
            error.to_string()
        };
        let syntax = told("[log]\nlevel = ");
        assert!(syntax.contains("line 2, column 9"), "{syntax}");
        assert!(!syntax.contains('\n'), "{syntax}");
        let env = [
            ("PLIMSOLL_HTTP__PORT_OF_NOTHING".to_owned(), "5".to_owned()),
            ("PLIMSOLL_SERVICE__NAME".to_owned(), "x".to_owned()),
        ];
        let variable = Config::parse("plimsoll.toml", "", env)
            .unwrap_err()
            .to_string();
        assert!(
            variable.starts_with("PLIMSOLL_HTTP__PORT_OF_NOTHING: ") && !variable.contains("NAME"),
            "{variable}"
        );
        let bare = told("[http]\ndrain_delay = 5");
        assert!(
            bare.contains("\"5s\"") && bare.contains("drain_delay"),
            "{bare}"
        );
    }

    #[test]
    fn an_environment_value_is_read_as_toml_where_it_is_toml() {
        assert_eq!(scalar("true"), Value::Boolean(true));
        assert_eq!(scalar("10"), Value::Integer(10));
        assert_eq!(scalar("my service"), Value::String("my service".to_owned()));
        assert_eq!(scalar("1\nx = 2"), Value::String("1\nx = 2".to_owned()));
    }
}
