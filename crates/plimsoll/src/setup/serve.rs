//! `Guard::serve`: from the first request to a quiet end.

use super::backstage::{self, Front};
use super::drain::{Cause, Drain, Hook};
use super::{Guard, State, signals};
use crate::health::HealthError;
use crate::http::lobby::Places;
use crate::http::{HttpLayer, server};
use crate::rounded::{millis, seconds};
use axum::Router;
use std::fmt;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

/// What of the drain's deadline is kept for the log and for whatever the caller does after [`Guard::serve`]: a fifth, at
/// most this.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// What serving needs beside the log; part of the state behind the guard.
pub(crate) struct Serving {
    pub(super) drain: Drain,
    pub(super) token: Option<String>,
    pub(super) operator: OnceLock<SocketAddr>,
    layer: OnceLock<HttpLayer>,
    /// When the process has to be gone, once the drain has begun.
    gone_by: OnceLock<Instant>,
}

impl Serving {
    pub(super) fn new(token: Option<String>) -> Self {
        Self {
            drain: Drain::new(),
            token,
            operator: OnceLock::new(),
            layer: OnceLock::new(),
            gone_by: OnceLock::new(),
        }
    }

    /// What is left until the process has to be gone; nothing if no drain has begun.
    pub(super) fn time_left(&self) -> Option<Duration> {
        let gone_by = self.gone_by.get()?;
        Some(gone_by.saturating_duration_since(Instant::now()))
    }
}

/// Why serving did not begin, or did not end in order. Each message names the setting and the remedy.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// `[health]` or the checks are wrong.
    #[error(transparent)]
    Health(#[from] HealthError),
    /// The operator port's address is not one, or is taken.
    #[error(
        "the operator port cannot listen on {address}: {error}; give another address in OPERATOR_LISTEN, or none with enabled = false under [operator]"
    )]
    Operator {
        /// The address as configured.
        address: String,
        /// What the system said.
        error: io::Error,
    },
    /// The drain delay leaves no time for the work that comes after it.
    #[error(
        "drain_delay under [http] is {delay:?}, and drain_deadline leaves {time:?} for the whole drain: make the delay shorter or the deadline longer"
    )]
    Drain {
        /// How long the listener would stay open.
        delay: Duration,
        /// [`Guard::drain_time`].
        time: Duration,
    },
    /// The listener is broken, or a thread or signal handler could not be had.
    #[error("cannot start serving: {0}")]
    Start(#[from] io::Error),
    /// The drain's deadline came before the end of what was under way.
    #[error(
        "the drain's deadline came first: given up were {requests} requests{}",
        work.iter().map(|name| format!(", {name}")).collect::<String>()
    )]
    Unfinished {
        /// Requests that were cut off.
        requests: usize,
        /// Names of the [`on_drain`](Guard::on_drain) work that was not done.
        work: Vec<String>,
    },
}

/// The message: a `main` that returns this error shows it by `Debug`.
impl fmt::Debug for ServeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl State {
    /// Begins the drain, readiness first; false if it had begun already.
    pub(super) fn end(&self, cause: Cause) -> bool {
        self.health.drain();
        self.serving.drain.begin(cause)
    }
}

impl Guard {
    /// The tower layer with this guard's health routes and settings, for a service that serves by itself. All calls
    /// return clones of one layer.
    #[must_use]
    pub fn http_layer(&self) -> HttpLayer {
        let state = &self.state;
        let layer = state.serving.layer.get_or_init(|| {
            HttpLayer::new()
                .health(state.health.clone())
                .trust_request_id(state.config.http.trust_request_id)
                .trust_trace(state.config.http.trust_trace)
        });
        layer.clone()
    }

    /// Has `work` done during the drain, beside the requests that are still under way: stop taking jobs, finish or
    /// return the running ones. The process waits for it, at most [`drain_time`](Self::drain_time). `name` is for the log.
    pub fn on_drain<F, Fut>(&self, name: impl Into<String>, work: F)
    where
        F: FnOnce() -> Fut + Send + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        self.state.serving.drain.hook(name.into(), work);
    }

    /// How long the whole drain may take, from the signal on: `http.drain_deadline` less what the log's last flush may
    /// need. [`on_drain`](Self::on_drain) work that takes longer is given up.
    #[must_use]
    pub fn drain_time(&self) -> Duration {
        let deadline = self.state.config.http.drain_deadline;
        deadline - (deadline / 5).min(LAST_WORDS)
    }

    /// Begins the drain as SIGTERM does.
    pub fn drain(&self) {
        self.state.end(Cause::Request);
    }

    /// Ready once the drain has begun; long-lived responses (server-sent events) end then.
    pub fn draining(&self) -> impl Future<Output = ()> + Send + use<> {
        let begun = self.state.serving.drain.begun();
        async move {
            begun.await;
        }
    }

    /// Where the operator port listens, once [`serve`](Self::serve) has opened it.
    #[must_use]
    pub fn operator_address(&self) -> Option<SocketAddr> {
        self.state.serving.operator.get().copied()
    }

    /// Serves the router with everything the standard asks for, until SIGTERM or SIGINT, and ends gracefully.
    ///
    /// Wraps the router in [`http_layer`](Self::http_layer), starts the health checks and opens the operator port. On a
    /// signal readiness says `draining` at once; the listener stays open for the drain delay (none on SIGINT, which a
    /// person sends) and until the [`on_drain`](Self::on_drain) work is done, with `connection: close` on every response; then
    /// requests under way are finished, the log is flushed, and the call returns. A second signal ends the process at once
    /// with 128 and its number.
    ///
    /// The whole takes at most `http.drain_deadline`, counted from the signal: the drain itself has
    /// [`drain_time`](Self::drain_time), the rest belongs to the log, which a stalled sink may not hold up for longer.
    /// Dropping the guard keeps to the same deadline.
    ///
    /// # Errors
    /// [`ServeError`] if serving cannot begin, and [`ServeError::Unfinished`] if something was still under way at the
    /// deadline: it is given up, with a line in the log that names it.
    pub async fn serve(&self, listener: TcpListener, router: Router) -> Result<(), ServeError> {
        let state = &self.state;
        let started = Instant::now();
        let listen = listener.local_addr()?;
        let (delay, time) = (state.config.http.drain_delay, self.drain_time());
        if delay >= time {
            return Err(ServeError::Drain { delay, time });
        }
        state.health.start()?;
        let layer = self.http_layer();
        let router = router.layer(layer.clone());
        let (hand_over, arrivals) = mpsc::unbounded_channel();
        let places = Places::new(state.config.http.max_connections);
        let max_connections = places.most();
        let (close, closed) = oneshot::channel();
        let backstage = backstage::start(
            self,
            Front {
                listener: listener.into_std()?,
                router: router.clone(),
                places,
                hand_over,
                close: closed,
            },
        )?;
        let operator = self
            .operator_address()
            .map(|address| format!("http://{address}"));
        tracing::info!(
            listen = %format_args!("http://{listen}"),
            operator,
            max_connections,
            "service.started"
        );

        let mut server = std::pin::pin!(server::serve(arrivals, router));
        let cause = tokio::select! {
            cause = state.serving.drain.begun() => cause,
            () = &mut server => return Err(io::Error::other("the accepting thread has ended").into()),
        };

        let begun = Instant::now();
        let gone_by = begun + state.config.http.drain_deadline;
        let _ = state.serving.gone_by.set(gone_by);
        let delay = match cause {
            Cause::Signal(signals::INTERRUPT) => Duration::ZERO,
            Cause::Signal(_) | Cause::Request => delay,
        };
        tracing::info!(
            signal = match cause {
                Cause::Signal(number) => Some(signals::name(number)),
                Cause::Request => None,
            },
            delay_seconds = delay.as_secs_f64(),
            deadline_seconds = state.config.http.drain_deadline.as_secs_f64(),
            active_requests = layer.active(),
            "service.draining"
        );
        let mut work = DrainWork::start(state.serving.drain.take_hooks());
        let in_time = tokio::time::timeout_at((begun + time).into(), async {
            let goodbye = async {
                tokio::join!(tokio::time::sleep(delay), work.finish());
                let _ = close.send(());
            };
            tokio::join!(goodbye, &mut server);
        })
        .await
        .is_ok();
        let unfinished = (!in_time).then(|| {
            let (requests, work) = (layer.active(), work.give_up());
            tracing::error!(
                deadline_seconds = state.config.http.drain_deadline.as_secs_f64(),
                active_requests = requests,
                unfinished_work = crate::json(&work),
                "service.drain_incomplete"
            );
            ServeError::Unfinished { requests, work }
        });
        tracing::info!(
            uptime_seconds = seconds(started.elapsed()),
            requests = layer.served(),
            "service.stopped"
        );
        drop(backstage);
        // Half of what is kept for the end is the caller's, and the guard's when it is dropped.
        let left = gone_by.saturating_duration_since(Instant::now());
        let kept = state.config.http.drain_deadline - time;
        self.flush(left.saturating_sub(kept / 2));
        unfinished.map_or(Ok(()), Err)
    }
}

/// The [`Guard::on_drain`] work under way, each in a task of its own: one that panics or blocks does not take the others
/// along.
struct DrainWork {
    tasks: Vec<(String, JoinHandle<()>)>,
}

impl DrainWork {
    fn start(hooks: Vec<Hook>) -> Self {
        let start = |Hook { name, work }: Hook| {
            let told = name.clone();
            let task = tokio::spawn(async move {
                let started = Instant::now();
                work().await;
                tracing::debug!(
                    work = told,
                    duration_ms = millis(started.elapsed()),
                    "service.drained"
                );
            });
            (name, task)
        };
        Self {
            tasks: hooks.into_iter().map(start).collect(),
        }
    }

    async fn finish(&mut self) {
        for (_, task) in &mut self.tasks {
            // A panic has its own line from the panic hook.
            let _ = task.await;
        }
    }

    /// Stops what is not done; its names.
    fn give_up(self) -> Vec<String> {
        self.tasks
            .into_iter()
            .filter(|(_, task)| !task.is_finished())
            .map(|(name, task)| {
                task.abort();
                name
            })
            .collect()
    }
}
