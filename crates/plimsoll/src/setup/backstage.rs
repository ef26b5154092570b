//! The thread behind the service: signals, probes and the operator port, which work while every worker is busy.

use super::serve::ServeError;
use super::{Guard, State, signals};
use crate::http::front;
use crate::http::lobby::Places;
use crate::http::operator::{self, Door, Operated};
use crate::http::server::{self, Arrived};
use crate::log::LevelControl;
use axum::Router;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// Where the operator port listens if nothing is said.
const DEFAULT_ADDRESS: &str = "127.0.0.1:9464";
/// How long a second signal waits for the log.
const LAST_WORDS: Duration = Duration::from_millis(100);

/// The running thread; dropped, it ends.
pub(super) struct Backstage {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

/// What the front of the service needs.
pub(super) struct Front {
    pub(super) listener: TcpListener,
    pub(super) router: Router,
    pub(super) places: Places,
    pub(super) hand_over: mpsc::UnboundedSender<Arrived>,
    /// Ready when the listener has to close.
    pub(super) close: oneshot::Receiver<()>,
}

/// Opens the operator port and starts the thread.
pub(super) fn start(guard: &Guard, front: Front) -> Result<Backstage, ServeError> {
    let state = Arc::clone(&guard.state);
    let port = listen(&state)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let signals = {
        let _entered = runtime.enter();
        signals::Signals::new()?
    };
    let (stop, stopped) = oneshot::channel();
    let dispatch = tracing::dispatcher::get_default(Clone::clone);
    let thread = thread::Builder::new()
        .name("plimsoll-operator".to_owned())
        .spawn(move || {
            let _default = tracing::dispatcher::set_default(&dispatch);
            runtime.block_on(async {
                tokio::select! {
                    () = signals::follow(signals, |cause| state.end(cause), || {
                        state.logging.flush(LAST_WORDS);
                    }) => {}
                    () = operate(&state, port) => {}
                    () = welcome(front) => {}
                    _ = stopped => {}
                }
            });
        })?;
    Ok(Backstage {
        stop: Some(stop),
        thread: Some(thread),
    })
}

impl Drop for Backstage {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // Its panics have their own lines.
            let _ = thread.join();
        }
    }
}

/// The port, if it is wanted. Only an address that somebody chose is worth not starting for.
fn listen(state: &State) -> Result<Option<TcpListener>, ServeError> {
    let config = &state.config.operator;
    if !config.enabled {
        return Ok(None);
    }
    let chosen = config.listen.as_deref();
    let address = chosen.unwrap_or(DEFAULT_ADDRESS);
    match bind(address) {
        Ok((listener, address)) => {
            let _ = state.serving.operator.set(address);
            Ok(Some(listener))
        }
        Err(error) if chosen.is_none() => {
            tracing::warn!(
                address,
                error = %error,
                remedy = "set OPERATOR_LISTEN to a free address",
                "operator.not_listening"
            );
            Ok(None)
        }
        Err(error) => Err(ServeError::Operator {
            address: address.to_owned(),
            error,
        }),
    }
}

fn bind(address: &str) -> io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// Accepts until told to close; never ready, since the thread is needed to the end.
async fn welcome(front: Front) {
    if let Ok(listener) = tokio::net::TcpListener::from_std(front.listener) {
        let closing = async {
            let _ = front.close.await;
        };
        front::receive(
            listener,
            front.router,
            front.places,
            front.hand_over,
            closing,
        )
        .await;
    }
    std::future::pending::<()>().await;
}

/// Serves the operator port for ever.
async fn operate(state: &State, port: Option<TcpListener>) {
    let listener = port.map(tokio::net::TcpListener::from_std).transpose();
    let (Ok(Some(listener)), Some(&address)) = (listener, state.serving.operator.get()) else {
        return std::future::pending().await;
    };
    let router = operator::router(Operated {
        health: state.health.clone(),
        level: LevelControl::new(Arc::clone(&state.logging)),
        redactor: Arc::clone(&state.redactor),
        door: Door::new(
            address,
            state.config.operator.allowed_hosts.clone(),
            state.serving.token.clone(),
        ),
    });
    server::serve_forever(listener, router).await;
}
