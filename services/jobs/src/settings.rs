//! What the service can be told, from the command line and the environment.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::handlers::JobType;

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
    #[arg(long, env = "DIGEST_LIMIT", default_value_t = 1 << 30, value_name = "BYTES")]
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
    /// How long running jobs may go on after SIGTERM before they return to the queue
    #[arg(long, env = "JOB_DRAIN", default_value = "15s", value_name = "TIME", value_parser = parse_time)]
    pub job_drain: Duration,
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
#[error("{name}: {message}")]
pub struct SettingError {
    name: &'static str,
    message: String,
}

impl SettingError {
    /// Names the setting and says what is wrong and what to do.
    pub fn new(name: &'static str, message: impl Into<String>) -> Self {
        Self {
            name,
            message: message.into(),
        }
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
        for (name, duration, least) in [
            ("--lease", self.lease, Duration::from_millis(300)),
            ("--retry-delay", self.retry_delay, Duration::from_millis(1)),
        ] {
            if duration < least || duration > Duration::from_secs(86_400) {
                return Err(SettingError::new(
                    name,
                    format!(
                        "must be between {} and 1 day",
                        humantime::format_duration(least)
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

/// An address to listen on. Names are not looked up: the answer could change from start to start.
pub(crate) fn parse_address(text: &str) -> Result<SocketAddr, &'static str> {
    text.parse()
        .map_err(|_| "must be an IP address and a port, such as 127.0.0.1:8080 or [::]:8080")
}

/// A duration. What was typed is not said again: it may be a value that was meant for another setting.
fn parse_time(text: &str) -> Result<Duration, &'static str> {
    humantime::parse_duration(text).map_err(|_| "must be a time such as 500ms, 15s or 7d")
}

fn parse_network(text: &str) -> Result<ipnet::IpNet, &'static str> {
    text.parse()
        .map_err(|_| "must be a network, such as 10.1.0.0/16; one address is 10.1.2.3/32")
}

fn parse_pair(text: &str) -> Result<(JobType, &str), String> {
    let (name, value) = text
        .split_once('=')
        .ok_or("write TYPE=VALUE, such as sleep=8")?;
    let kind = JobType::parse(name)
        .ok_or_else(|| format!("unknown job type {name}: one of {}", JobType::names()))?;
    Ok((kind, value))
}

fn parse_concurrency(text: &str) -> Result<(JobType, usize), String> {
    let (kind, value) = parse_pair(text)?;
    match value.parse() {
        Ok(number @ 1..=1000) => Ok((kind, number)),
        _ => Err("must be a number from 1 to 1000".to_owned()),
    }
}

fn parse_timeout(text: &str) -> Result<(JobType, Duration), String> {
    let (kind, value) = parse_pair(text)?;
    let duration = parse_time(value)?;
    if duration.is_zero() {
        Err("must be longer than nothing".to_owned())
    } else {
        Ok((kind, duration))
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
            (&["--lease", "1ms"], "--lease"),
            (&["--webhook-allow", "10.0.0.0/99"], "--webhook-allow"),
            (&["--api-token", "short"], "--api-token"),
        ] {
            let error = parse(arguments).unwrap_err();
            assert!(error.contains(word), "{arguments:?}: {error}");
        }
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
