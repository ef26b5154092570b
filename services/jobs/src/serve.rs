//! Puts it together: settings, Plimsoll, store, cache, API, workers, and a quiet end.

use std::convert::Infallible;
use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

use plimsoll::health::{self, Check, StartupGate};
use plimsoll::{Guard, ServeError};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use crate::api::Api;
use crate::cache::Cache;
use crate::handlers::webhook::Tls;
use crate::handlers::{DigestFiles, Handlers, JobType, Webhooks};
use crate::job::QUEUE;
use crate::maintenance::Maintenance;
use crate::settings::{ServeArgs, SettingError, Settings};
use crate::store::Store;
use crate::worker::{Limits, Worker};

const MIGRATE_AGAIN: Duration = Duration::from_secs(1);
/// Within what the drain keeps for the end.
const CLOSE: Duration = Duration::from_millis(500);

/// Why the service did not start: one line, and whether it is the configuration's fault.
#[derive(Debug)]
struct StartError {
    code: u8,
    message: String,
}

impl StartError {
    fn new(code: u8, message: &str) -> Self {
        Self {
            code,
            message: harmless(message),
        }
    }

    fn setting(name: &'static str, message: impl std::fmt::Display) -> Self {
        Self::from(SettingError::new(name, message.to_string()))
    }
}

impl From<SettingError> for StartError {
    fn from(error: SettingError) -> Self {
        // Apart from the name: beside `--api-token` anything looks like a token.
        Self {
            code: 2,
            message: format!("{}: {}", error.setting(), harmless(error.message())),
        }
    }
}

/// What a driver or the system says of a setting may hold its value.
fn harmless(message: &str) -> String {
    plimsoll::redact::redacted(message).replace('\n', " ")
}

/// Serves until SIGTERM or SIGINT. 0 after a quiet end, 2 if a setting is wrong, 1 for any other failure.
pub async fn run(args: ServeArgs) -> ExitCode {
    match serve(args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => say(error.code, &error.message),
    }
}

/// Says on stderr why a command ends, in one line, and gives its exit code.
pub fn complain(code: u8, message: &str) -> ExitCode {
    say(code, &harmless(message))
}

fn say(code: u8, message: &str) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "jobs: {message}");
    ExitCode::from(code)
}

async fn serve(args: ServeArgs) -> Result<(), StartError> {
    let settings = args.check()?;
    let args = &settings.args;
    let store = Store::open(&settings.database_url, args.database_connections)
        .map_err(|error| StartError::setting("--database-url", error))?;
    let cache = Cache::open(args.redis_url.as_deref())
        .map_err(|error| StartError::setting("--redis-url", error))?;
    let handlers = handlers(&settings)?;
    let plimsoll = configure(&settings, &store)?;
    let drain = settings.drain(plimsoll.drain_time())?;
    let listener = TcpListener::bind(args.listen).await.map_err(|error| {
        StartError::setting(
            "--listen",
            format!(
                "{} cannot be listened on: {error}; give another address",
                args.listen
            ),
        )
    })?;

    plimsoll::job::register(QUEUE, &JobType::ALL.map(JobType::as_str));
    let worker = Worker::new(
        store.clone(),
        cache.clone(),
        handlers.clone(),
        limits(&settings, drain),
    );
    let api = Api::new(
        store.clone(),
        cache.clone(),
        handlers,
        worker.clone(),
        settings.access(),
    );
    let maintenance = Maintenance {
        store: store.clone(),
        cache,
        lease: args.lease,
        retention: args.retention,
    };
    let jobs = Jobs {
        store: store.clone(),
        worker: (!args.no_worker).then_some(worker),
        maintenance,
    };
    let shutdown = CancellationToken::new();
    let running = tokio::spawn(jobs.run(plimsoll.health().startup_gate(), shutdown.clone()));
    // A start that fails never drains: without this the workers would meet a closed pool and log it.
    let undrained = shutdown.clone().drop_guard();
    let (tell_left, left) = oneshot::channel();
    plimsoll.on_drain("jobs", move || async move {
        shutdown.cancel();
        let _ = tell_left.send(running.await.unwrap_or_default());
    });
    let served = plimsoll.serve(listener, api.router()).await;
    drop(undrained);
    drop(tokio::time::timeout(CLOSE, store.close()).await);
    served.map_err(|error| {
        let code = match error {
            ServeError::Start(_) | ServeError::Unfinished { .. } => 1,
            _ => 2,
        };
        StartError::new(code, &error.to_string())
    })?;
    let mut left = left;
    match left.try_recv() {
        Ok(jobs) if !jobs.is_empty() => Err(StartError::new(
            1,
            &format!(
                "{} running jobs could not be returned to the queue, since the database does not answer; each is run again when its lease has run out",
                jobs.len()
            ),
        )),
        _ => Ok(()),
    }
}

fn configure(settings: &Settings, store: &Store) -> Result<Guard, StartError> {
    let redis = redis_check(settings.args.redis_url.as_deref())
        .map_err(|error| StartError::setting("--redis-url", error))?;
    let mut builder = plimsoll::configure()
        .service("jobs")
        .version(env!("CARGO_PKG_VERSION"))
        .flight_recorder(true)
        .check(store.health_check("database"))
        .check(redis);
    if let Some(address) = settings.args.operator_listen {
        builder = builder.operator_listen(address.to_string());
    }
    builder
        .install()
        .map_err(|error| StartError::new(2, &error.to_string()))
}

/// A PING; without a Redis the check stands for the cache in this process, which is always there.
fn redis_check(url: Option<&str>) -> Result<Check, redis::RedisError> {
    Ok(match url {
        Some(url) => health::redis("redis", redis::Client::open(url)?),
        None => health::check("redis", || std::future::ready(Ok::<_, Infallible>(()))),
    })
}

fn handlers(settings: &Settings) -> Result<Handlers, StartError> {
    let args = &settings.args;
    // Also without a secret: a wrong file is wrong today.
    let tls = Tls::new(args.webhook_ca.as_deref())
        .map_err(|error| StartError::setting("--webhook-ca", error))?;
    let webhooks = args
        .webhook_secret
        .as_deref()
        .map(|secret| Webhooks::new(secret, &args.webhook_allow, tls))
        .transpose()
        .map_err(|error| StartError::setting("--webhook-secret", error))?;
    let files = match &args.digest_dir {
        None => None,
        Some(directory) => Some(DigestFiles::open(directory, args.digest_limit).map_err(
            |error| {
                StartError::setting(
                    "--digest-dir",
                    format!("{} cannot be opened: {error}", directory.display()),
                )
            },
        )?),
    };
    Ok(Handlers::new(webhooks, files))
}

fn limits(settings: &Settings, (drain, last_words): (Duration, Duration)) -> Limits {
    Limits {
        concurrency: settings.concurrency(),
        timeouts: settings.timeouts(),
        retry_delay: settings.args.retry_delay,
        lease: settings.args.lease,
        drain,
        last_words,
    }
}

/// Everything that happens without a request.
struct Jobs {
    store: Store,
    worker: Option<Worker>,
    maintenance: Maintenance,
}

impl Jobs {
    /// Readiness says `starting` until the schema is up to date; a database that is down at the start is waited for.
    /// Returns the jobs that were left behind.
    async fn run(self, starting: StartupGate, shutdown: CancellationToken) -> Vec<String> {
        let mut said = false;
        loop {
            let migrated = tokio::select! {
                () = shutdown.cancelled() => return Vec::new(),
                migrated = self.store.migrate() => migrated,
            };
            let Err(error) = migrated else { break };
            if !said {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "database.not_migrated"
                );
                said = true;
            }
            tokio::select! {
                () = shutdown.cancelled() => return Vec::new(),
                () = tokio::time::sleep(MIGRATE_AGAIN) => {}
            }
        }
        drop(starting);
        let maintenance = self.maintenance.run(shutdown.clone());
        match self.worker {
            Some(worker) => tokio::join!(maintenance, worker.run(shutdown)).1,
            None => {
                maintenance.await;
                Vec::new()
            }
        }
    }
}
