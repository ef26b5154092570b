//! What the service can be told, from the command line and the environment.

mod parse;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

pub(crate) use parse::parse_address;
use parse::{parse_bytes, parse_concurrency, parse_network, parse_time, parse_timeout};

use crate::api::Access;
use crate::handlers::JobType;

const DAY: Duration = Duration::from_secs(86_400);
/// How long running jobs may go on after SIGTERM, unless set otherwise.
const DRAIN: Duration = Duration::from_secs(15);
/// How long stopped jobs may take to store that they go back to the queue.
const LAST_WORDS: Duration = Duration::from_secs(3);

/// The settings of `jobs` as typed; [`ServeArgs::check`] makes [`Settings`] of them.
#[derive(Debug, Clone, clap::Args)]
pub struct ServeArgs {
    /// Address of the API
    #[arg(
        long,
        env = "LISTEN",
        default_value = "127.0.0.1:8080",
        value_name = "ADDR",
        value_parser = parse_address
    )]
    pub listen: SocketAddr,
    /// Address of the operator port: /metrics and /log/level
    #[arg(long, env = "OPERATOR_LISTEN", value_name = "ADDR", value_parser = parse_address)]
    pub operator_listen: Option<SocketAddr>,
    /// `sqlite:FILE` or `postgres://USER@HOST/NAME` [default: a SQLite file in the data directory]
    #[arg(long, env = "DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// `redis://HOST:PORT` [default: a cache in this process]
    #[arg(long, env = "REDIS_URL", value_name = "URL", hide_env_values = true)]
    pub redis_url: Option<String>,
    /// Where the embedded database lies
    #[arg(long, env = "DATA_DIR", default_value = "data", value_name = "DIR")]
    pub data_dir: PathBuf,
    /// Bearer token that the API asks for
    #[arg(long, env = "API_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    pub api_token: Option<String>,
    /// Serve the API without a token on an address that others can reach
    #[arg(long, env = "ALLOW_ANONYMOUS")]
    pub allow_anonymous: bool,
    /// Directory whose files `digest` jobs may read
    #[arg(long, env = "DIGEST_DIR", value_name = "DIR")]
    pub digest_dir: Option<PathBuf>,
    /// Largest file that a `digest` job reads, in bytes
    #[arg(long, env = "DIGEST_LIMIT", default_value_t = 1 << 30, value_name = "BYTES", value_parser = parse_bytes)]
    pub digest_limit: u64,
    /// Secret that signs `webhook` jobs: whsec_ and base64 of 24 to 64 bytes
    #[arg(
        long,
        env = "WEBHOOK_SECRET",
        value_name = "SECRET",
        hide_env_values = true
    )]
    pub webhook_secret: Option<String>,
    /// Networks that are not public and that `webhook` jobs may still call
    #[arg(
        long,
        env = "WEBHOOK_ALLOW",
        value_name = "CIDR",
        value_delimiter = ',',
        value_parser = parse_network
    )]
    pub webhook_allow: Vec<ipnet::IpNet>,
    /// PEM file of further authorities that `webhook` jobs trust, beside the public ones
    #[arg(long, env = "WEBHOOK_CA", value_name = "FILE")]
    pub webhook_ca: Option<PathBuf>,
    /// How many jobs of a type this process runs at once
    #[arg(long, env = "JOB_CONCURRENCY", value_name = "TYPE=N", value_delimiter = ',', value_parser = parse_concurrency)]
    pub concurrency: Vec<(JobType, usize)>,
    /// How long one attempt of a type may take
    #[arg(long, env = "JOB_TIMEOUT", value_name = "TYPE=TIME", value_delimiter = ',', value_parser = parse_timeout)]
    pub timeout: Vec<(JobType, Duration)>,
    /// Delay before the second attempt; it doubles with each further one, up to 10 minutes
    #[arg(long, env = "JOB_RETRY_DELAY", default_value = "1s", value_name = "TIME", value_parser = parse_time)]
    pub retry_delay: Duration,
    /// How long a worker may be silent before its jobs are given to another one
    #[arg(long, env = "JOB_LEASE", default_value = "15s", value_name = "TIME", value_parser = parse_time)]
    pub lease: Duration,
    /// How long running jobs may go on after SIGTERM before they return to the queue [default: 15s, or what the drain's
    /// deadline leaves]
    #[arg(long, env = "JOB_DRAIN", value_name = "TIME", value_parser = parse_time)]
    pub job_drain: Option<Duration>,
    /// How long ended jobs, and with them their idempotency keys, are kept
    #[arg(long, env = "JOB_RETENTION", default_value = "7d", value_name = "TIME", value_parser = parse_time)]
    pub retention: Duration,
    /// Accept and answer, but leave the jobs to other replicas
    #[arg(long, env = "NO_WORKER")]
    pub no_worker: bool,
    /// Connections to the database
    #[arg(long, env = "DATABASE_CONNECTIONS", default_value_t = 16, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=512))]
    pub database_connections: u32,
}

/// Checked settings.
#[derive(Debug, Clone)]
pub struct Settings {
    /// As typed.
    pub args: ServeArgs,
    /// The database to use.
    pub database_url: String,
}

/// A setting that can not be; the message names it and says what to do.
#[derive(Debug, thiserror::Error)]
#[error("{}: {message}", both_names(name))]
pub struct SettingError {
    name: &'static str,
    message: String,
}

/// The variable that says the same as a flag.
#[must_use]
pub fn variable(flag: &str) -> Option<String> {
    let command = ServeArgs::augment_args(clap::Command::new("jobs"));
    let long = flag.trim_start_matches('-');
    let argument = command
        .get_arguments()
        .find(|argument| argument.get_long() == Some(long))?;
    Some(argument.get_env()?.to_string_lossy().into_owned())
}

/// A flag and its variable: a wrong value may have come by either.
fn both_names(flag: &str) -> String {
    variable(flag).map_or_else(
        || flag.to_owned(),
        |variable| format!("{flag} ({variable})"),
    )
}

impl SettingError {
    /// Names the setting and says what is wrong and what to do.
    pub fn new(name: &'static str, message: impl Into<String>) -> Self {
        Self {
            name,
            message: message.into(),
        }
    }

    /// The flag and its variable.
    #[must_use]
    pub fn setting(&self) -> String {
        both_names(self.name)
    }

    /// What is wrong and what to do.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl ServeArgs {
    /// Checks what no single value's parser can.
    ///
    /// # Errors
    /// [`SettingError`] names the setting and the remedy.
    pub fn check(self) -> Result<Settings, SettingError> {
        if self
            .api_token
            .as_deref()
            .is_some_and(|token| token.trim().len() < 8)
        {
            return Err(SettingError::new(
                "--api-token",
                "is shorter than 8 characters: make a longer one",
            ));
        }
        if !self.listen.ip().is_loopback() && self.api_token.is_none() && !self.allow_anonymous {
            return Err(SettingError::new(
                "--listen",
                format!(
                    "{} can be reached by others: set API_TOKEN, or say --allow-anonymous",
                    self.listen
                ),
            ));
        }
        for (name, duration, least, most) in [
            ("--lease", self.lease, Duration::from_millis(300), DAY),
            (
                "--retry-delay",
                self.retry_delay,
                Duration::from_millis(1),
                DAY,
            ),
            (
                "--retention",
                self.retention,
                Duration::from_secs(1),
                DAY * 3650,
            ),
        ] {
            if duration < least || duration > most {
                return Err(SettingError::new(
                    name,
                    format!(
                        "must be between {} and {} days",
                        humantime::format_duration(least),
                        most.as_secs() / DAY.as_secs()
                    ),
                ));
            }
        }
        if let Some(url) = &self.redis_url
            && !["redis://", "rediss://", "redis+unix://", "unix://"]
                .iter()
                .any(|scheme| url.starts_with(scheme))
        {
            return Err(SettingError::new("--redis-url", "must start with redis://"));
        }
        let database_url = self.resolve_database()?;
        Ok(Settings {
            args: self,
            database_url,
        })
    }

    fn resolve_database(&self) -> Result<String, SettingError> {
        match &self.database_url {
            Some(url)
                if ["sqlite:", "postgres://", "postgresql://"]
                    .iter()
                    .any(|scheme| url.starts_with(scheme)) =>
            {
                Ok(url.clone())
            }
            Some(_) => Err(SettingError::new(
                "--database-url",
                "must start with sqlite: or postgres://",
            )),
            None => {
                std::fs::create_dir_all(&self.data_dir).map_err(|error| {
                    SettingError::new(
                        "--data-dir",
                        format!(
                            "{} cannot be made: {error}; name a directory that can be written",
                            self.data_dir.display()
                        ),
                    )
                })?;
                let file = self.data_dir.join("jobs.db");
                let file = file
                    .to_str()
                    .ok_or_else(|| SettingError::new("--data-dir", "must be UTF-8"))?;
                // `?`, `#` and `%` mean something in a URL.
                let escaped = file
                    .replace('%', "%25")
                    .replace('?', "%3f")
                    .replace('#', "%23");
                Ok(format!("sqlite:{escaped}"))
            }
        }
    }
}

impl Settings {
    /// How long running jobs may go on after SIGTERM, and what is kept after that for their return to the queue; both fit
    /// into `whole`, the time that the whole drain has.
    ///
    /// # Errors
    /// [`SettingError`] if `--job-drain` does not fit.
    pub fn drain(&self, whole: Duration) -> Result<(Duration, Duration), SettingError> {
        let last_words = (whole / 4).min(LAST_WORDS);
        let most = whole - last_words;
        match self.args.job_drain {
            None => Ok((DRAIN.min(most), last_words)),
            Some(drain) if drain <= most => Ok((drain, last_words)),
            Some(drain) => Err(SettingError::new(
                "--job-drain",
                format!(
                    "{} does not fit into the drain: at most {most:?}, or make http.drain_deadline longer",
                    humantime::format_duration(drain)
                ),
            )),
        }
    }

    /// Who may use the API.
    #[must_use]
    pub fn access(&self) -> Access {
        match &self.args.api_token {
            Some(token) => Access::Token(token.trim().to_owned()),
            None if self.args.allow_anonymous => Access::Anyone,
            None => Access::Local,
        }
    }

    /// How many jobs of each type run at once.
    #[must_use]
    pub fn concurrency(&self) -> HashMap<JobType, usize> {
        let mut limits: HashMap<_, _> = JobType::ALL
            .into_iter()
            .map(|kind| (kind, kind.concurrency()))
            .collect();
        limits.extend(self.args.concurrency.iter().copied());
        limits
    }

    /// How long an attempt of each type may take.
    #[must_use]
    pub fn timeouts(&self) -> HashMap<JobType, Duration> {
        let mut limits: HashMap<_, _> = JobType::ALL
            .into_iter()
            .map(|kind| (kind, kind.timeout()))
            .collect();
        limits.extend(self.args.timeout.iter().copied());
        limits
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::Cli;

    fn parse(arguments: &[&str]) -> Result<Settings, String> {
        let all = ["jobs", "--database-url", "sqlite:x.db"]
            .iter()
            .chain(arguments);
        let cli = Cli::try_parse_from(all).map_err(|error| error.to_string())?;
        cli.serve.check().map_err(|error| error.to_string())
    }

    #[test]
    fn off_loopback_needs_a_token_or_a_word() {
        assert!(
            parse(&["--listen", "0.0.0.0:80"])
                .unwrap_err()
                .contains("API_TOKEN")
        );
        assert!(parse(&["--listen", "0.0.0.0:80", "--allow-anonymous"]).is_ok());
        assert!(parse(&["--listen", "[::]:80", "--api-token", "12345678"]).is_ok());
        assert!(parse(&["--listen", "[::1]:80"]).is_ok());
    }

    #[test]
    fn wrong_values_are_named() {
        for (arguments, word) in [
            (&["--listen", "nowhere"][..], "--listen"),
            (&["--listen", "localhost:80"], "such as 127.0.0.1:8080"),
            (&["--webhook-allow", "10.1.2.3"], "10.1.2.3/32"),
            (&["--redis-url", "http://x"], "--redis-url"),
            (&["--concurrency", "nap=3"], "nap"),
            (&["--concurrency", "sleep=0"], "1 to 1000"),
            (&["--timeout", "sleep=soon"], "--timeout"),
            (&["--lease", "200ms"], "--lease (JOB_LEASE)"),
            (&["--retention", "0s"], "between 1s and 3650 days"),
            (&["--digest-limit", "1G"], "whole number of bytes"),
            (&["--webhook-allow", "10.0.0.0/99"], "--webhook-allow"),
            (&["--api-token", "short"], "--api-token"),
        ] {
            let error = parse(arguments).unwrap_err();
            assert!(error.contains(word), "{arguments:?}: {error}");
        }
    }

    #[test]
    fn the_drain_of_the_jobs_fits_into_the_whole() {
        let seconds = Duration::from_secs;
        let drain = |arguments: &[&str], whole| {
            parse(arguments)
                .unwrap()
                .drain(seconds(whole))
                .map_err(|error| error.to_string())
        };
        assert_eq!(drain(&[], 23), Ok((seconds(15), seconds(3))));
        assert_eq!(drain(&[], 8), Ok((seconds(6), seconds(2))));
        assert_eq!(
            drain(&["--job-drain", "20s"], 23),
            Ok((seconds(20), seconds(3)))
        );
        let error = drain(&["--job-drain", "21s"], 23).unwrap_err();
        assert!(
            error.contains("--job-drain (JOB_DRAIN)") && error.contains("20s"),
            "{error}"
        );
    }

    #[test]
    fn limits_can_be_set_per_type() {
        let settings =
            parse(&["--concurrency", "sleep=3,fail=1", "--timeout", "webhook=2s"]).unwrap();
        assert_eq!(settings.concurrency()[&JobType::Sleep], 3);
        assert_eq!(settings.concurrency()[&JobType::Fail], 1);
        assert_eq!(
            settings.timeouts()[&JobType::Webhook],
            Duration::from_secs(2)
        );
    }
}
