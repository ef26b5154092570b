//! `Guard::serve`: from the first request to a quiet end.

use super::backstage::{self, Front};
use super::drain::{Cause, Drain, Hook};
use super::{Guard, State, signals};
use crate::health::HealthError;
use crate::http::{HttpLayer, server};
use axum::Router;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

/// How long the sinks get when the drain's deadline is used up.
const LAST_FLUSH: Duration = Duration::from_secs(1);

/// Connections that may wait for a worker to take them over.
const ARRIVALS: usize = 1024;

/// What serving needs beside the log; part of the state behind the guard.
pub(crate) struct Serving {
    pub(super) drain: Drain,
    pub(super) token: Option<String>,
    pub(super) operator: OnceLock<SocketAddr>,
    layer: OnceLock<HttpLayer>,
}

impl Serving {
    pub(super) fn new(token: Option<String>) -> Self {
        Self {
            drain: Drain::new(),
            token,
            operator: OnceLock::new(),
            layer: OnceLock::new(),
        }
    }
}

/// Why serving did not begin. Each message names the setting and the remedy.
#[derive(Debug, thiserror::Error)]
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
    /// The listener is broken, or a thread or signal handler could not be had.
    #[error("cannot start serving: {0}")]
    Start(#[from] io::Error),
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
    /// return the running ones. The process waits for it, up to the deadline. `name` is for the log.
    pub fn on_drain<F, Fut>(&self, name: impl Into<String>, work: F)
    where
        F: FnOnce() -> Fut + Send + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        self.state.serving.drain.hook(name.into(), work);
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
    /// # Errors
    /// [`ServeError`] if serving cannot begin. What is still unfinished at the deadline is given up with a line in the
    /// log, and is not an error.
    pub async fn serve(&self, listener: TcpListener, router: Router) -> Result<(), ServeError> {
        let state = &self.state;
        let started = Instant::now();
        let listen = listener.local_addr()?;
        state.health.start()?;
        let layer = self.http_layer();
        let router = router.layer(layer.clone());
        let (hand_over, arrivals) = mpsc::channel(ARRIVALS);
        let (close, closed) = oneshot::channel();
        let backstage = backstage::start(
            self,
            Front {
                listener: listener.into_std()?,
                router: router.clone(),
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
            "service.started"
        );

        let mut server = std::pin::pin!(server::serve(arrivals, router));
        let cause = tokio::select! {
            cause = state.serving.drain.begun() => cause,
            () = &mut server => return Err(io::Error::other("the accepting thread has ended").into()),
        };

        let deadline = started_drain(state.config.http.drain_deadline);
        let delay = match cause {
            Cause::Signal(signals::INTERRUPT) => Duration::ZERO,
            Cause::Signal(_) | Cause::Request => state.config.http.drain_delay,
        };
        tracing::info!(
            signal = match cause {
                Cause::Signal(number) => Some(signals::name(number)),
                Cause::Request => None,
            },
            delay_seconds = delay.as_secs_f64(),
            active_requests = layer.active(),
            "service.draining"
        );
        let mut hooks = start_hooks(state.serving.drain.take_hooks());
        let in_time = tokio::time::timeout_at(deadline, async {
            let goodbye = async {
                tokio::join!(tokio::time::sleep(delay), finish(&mut hooks));
                let _ = close.send(());
            };
            tokio::join!(goodbye, &mut server);
        })
        .await
        .is_ok();
        if !in_time {
            tracing::error!(
                deadline_seconds = state.config.http.drain_deadline.as_secs_f64(),
                active_requests = layer.active(),
                unfinished_work = hooks.len(),
                "service.drain_incomplete"
            );
        }
        tracing::info!(
            uptime_seconds = started.elapsed().as_secs_f64(),
            requests = layer.served(),
            "service.stopped"
        );
        drop(backstage);
        let left = deadline.saturating_duration_since(tokio::time::Instant::now());
        self.flush(left.max(LAST_FLUSH));
        Ok(())
    }
}

fn started_drain(longest: Duration) -> tokio::time::Instant {
    tokio::time::Instant::now() + longest
}

/// Each hook in a task of its own: one that panics or blocks does not take the others along.
fn start_hooks(hooks: Vec<Hook>) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    for Hook { name, work } in hooks {
        tasks.spawn(async move {
            let started = Instant::now();
            work().await;
            tracing::debug!(
                work = name,
                duration_ms = started.elapsed().as_secs_f64() * 1e3,
                "service.drained"
            );
        });
    }
    tasks
}

async fn finish(hooks: &mut JoinSet<()>) {
    // A panic has its own line from the panic hook.
    while hooks.join_next().await.is_some() {}
}
