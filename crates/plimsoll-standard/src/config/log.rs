//! `[log]`.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// `[log]`: which lines are written, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// `error`, `warn`, `info`, `debug` or `trace`; default `info`. `LOG_LEVEL` and `RUST_LOG` win.
    pub level: Option<String>,
    /// `[log.targets]`: levels of targets by prefix (`sqlx = "warn"`). `RUST_LOG` wins.
    pub targets: BTreeMap<String, String>,
    /// How standard output is written; by default JSON, and readable text on a terminal. `LOG_FORMAT` wins.
    pub format: Option<LogFormat>,
    /// `[log.fields]`: further fields of every line (`region = "eu-1"`).
    pub fields: BTreeMap<String, String>,
    /// `[log.limit]`: how often one callsite may write.
    pub limit: LogLimit,
    /// `[log.recorder]`: the flight recorder.
    pub recorder: FlightRecorder,
    /// `[log.file]`: a file that lines go to, beside wherever else the service writes them.
    pub file: Option<LogFile>,
    /// `[log.ring]`: the ring between the log calls and the sinks.
    pub ring: LogRing,
}

/// `[log.file]`: a file that lines go to, as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogFile {
    /// The file; its directory is made when missing.
    pub path: PathBuf,
    /// The least severe level that is written there; everything that is logged by default.
    #[serde(default)]
    pub level: Option<String>,
    /// Put aside before it grows over so many bytes.
    #[serde(default)]
    pub rotate_bytes: Option<u64>,
    /// Put aside at each multiple of this time, in UTC: `1d` is at midnight.
    #[serde(default, deserialize_with = "super::duration::optional")]
    pub rotate_every: Option<Duration>,
    /// How many files put aside stay; all by default.
    #[serde(default)]
    pub keep: Option<usize>,
}

/// `[log.ring]`: each key overrides what the service's code says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogRing {
    /// Where the ring's file lies, for instance on a volume that outlives the container.
    pub directory: Option<PathBuf>,
    /// How large it is.
    pub bytes: Option<usize>,
    /// How long a log call may wait for room in a full ring before its line is dropped and counted.
    #[serde(deserialize_with = "super::duration::optional")]
    pub block: Option<Duration>,
}

/// The form of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One JSON object per line.
    Json,
    /// Readable text.
    Console,
}

/// `[log.limit]`: how often one callsite may write. What is beyond is counted and told in a `log.suppressed` line.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogLimit {
    /// Whether there is a limit at all. Default true.
    pub enabled: bool,
    /// Events of one callsite that may come at once. Default 10,000.
    pub burst: u64,
    /// Events of one callsite a second after that. Default 1,000.
    pub per_second: u64,
    /// The same for events at error. Default 100,000.
    pub error_burst: u64,
    /// The same for events at error. Default 10,000.
    pub error_per_second: u64,
}

impl Default for LogLimit {
    fn default() -> Self {
        Self {
            enabled: true,
            burst: 10_000,
            per_second: 1_000,
            error_burst: 100_000,
            error_per_second: 10_000,
        }
    }
}

/// `[log.recorder]`: the flight recorder keeps events below the active level per request and per job, and writes them
/// only if it fails.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FlightRecorder {
    /// By default what the service's own code says ([`Builder::flight_recorder`] of the library), else off.
    ///
    /// [`Builder::flight_recorder`]: https://docs.rs/plimsoll
    pub enabled: Option<bool>,
    /// What is kept, in the syntax of `RUST_LOG` (`orders=debug`); it adds to what is written anyway.
    pub directives: String,
    /// A request or job that took longer than this has failed, too. By default none has.
    #[serde(deserialize_with = "super::duration::optional")]
    pub slower_than: Option<Duration>,
    /// How many failures a minute are written out; further ones are counted. Default 60.
    pub dumps_per_minute: u32,
    /// Bytes kept per request or job; beyond, the oldest go. Default 64 KiB.
    pub bytes: usize,
    /// Bytes kept altogether. Default 16 MiB.
    pub total_bytes: usize,
}

impl Default for FlightRecorder {
    fn default() -> Self {
        Self {
            enabled: None,
            directives: String::new(),
            slower_than: None,
            dumps_per_minute: 60,
            bytes: 64 * 1024,
            total_bytes: 16 * 1024 * 1024,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_read() {
        let text = r#"
            [log]
            level = "debug"
            format = "console"
            [log.targets]
            sqlx = "warn"
            [log.fields]
            region = "eu-1"
            [log.limit]
            burst = 5
            [log.recorder]
            enabled = true
            directives = "orders=debug"
            slower_than = "2s"
            [log.file]
            path = "/var/log/orders.log"
            rotate_every = "1d"
            [log.ring]
            directory = "/var/lib/orders"
            block = "50ms"
        "#;
        let log = crate::Config::parse("plimsoll.toml", text, []).unwrap().log;
        assert_eq!(log.level.as_deref(), Some("debug"));
        assert_eq!(log.format, Some(LogFormat::Console));
        assert_eq!(log.targets["sqlx"], "warn");
        assert_eq!(log.fields["region"], "eu-1");
        assert_eq!((log.limit.burst, log.limit.per_second), (5, 1000));
        assert_eq!(log.recorder.slower_than, Some(Duration::from_secs(2)));
        let file = log.file.unwrap();
        assert_eq!(file.path, PathBuf::from("/var/log/orders.log"));
        assert_eq!(file.rotate_every, Some(Duration::from_secs(86_400)));
        assert_eq!(
            (file.rotate_bytes, file.keep, file.level),
            (None, None, None)
        );
        assert_eq!(log.ring.directory, Some(PathBuf::from("/var/lib/orders")));
        assert_eq!(log.ring.block, Some(Duration::from_millis(50)));
        for wrong in [
            "[log]\nlevle = 1",
            "[log.file]\nkeep = 3",
            "[log.ring]\nsize = 1",
        ] {
            assert!(
                crate::Config::parse("plimsoll.toml", wrong, []).is_err(),
                "{wrong}"
            );
        }
    }
}
