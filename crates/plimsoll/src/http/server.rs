//! Serving connections to their end, without cutting anybody off.

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use http::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tower_service::Service;

/// How long accepted connections get to send their first request before idle ones are closed.
pub(super) const SETTLE: Duration = Duration::from_millis(100);
/// A client that has not sent its whole head by then is cut off.
pub(super) const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// How long to wait when the process is out of file descriptors.
const BACK_OFF: Duration = Duration::from_millis(500);

/// A connection that another thread has accepted and whose first bytes have come.
pub(crate) struct Arrived {
    pub(super) stream: std::net::TcpStream,
    pub(super) peer: SocketAddr,
}

/// Serves `router` on every connection that arrives until no more can come, then answers what has begun and returns.
pub(crate) async fn serve(mut arrivals: mpsc::Receiver<Arrived>, router: Router) {
    // Each connection holds a receiver: it hears of the end by it, and its end is heard by the loss of it.
    let connections = watch::Sender::new(());
    while let Some(Arrived { stream, peer }) = arrivals.recv().await {
        if let Ok(stream) = TcpStream::from_std(stream) {
            tokio::spawn(connection(
                stream,
                peer,
                router.clone(),
                connections.subscribe(),
            ));
        }
    }
    tokio::time::sleep(SETTLE).await;
    let _ = connections.send(());
    connections.closed().await;
}

/// Accepts and serves for ever.
pub(crate) async fn serve_forever(listener: TcpListener, router: Router) {
    let connections = watch::Sender::new(());
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                tokio::spawn(connection(
                    stream,
                    peer,
                    router.clone(),
                    connections.subscribe(),
                ));
            }
            Err(error) => wait_after(&error).await,
        }
    }
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    mut closing: watch::Receiver<()>,
) {
    // An answer should not wait for the acknowledgement of the one before it.
    let _ = stream.set_nodelay(true);
    let builder = builder();
    let service = Connection { router, peer };
    let mut connection =
        pin!(builder.serve_connection_with_upgrades(TokioIo::new(stream), service));
    // An error here is the peer's: reset, malformed or too slow. There is nobody left to tell.
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = closing.changed() => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

/// Serves one request on a connection and closes it.
pub(super) async fn serve_once(stream: TcpStream, peer: SocketAddr, router: Router) {
    let _ = stream.set_nodelay(true);
    let mut builder = builder();
    builder.http1().keep_alive(false);
    let service = Connection { router, peer };
    let _ = builder
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

fn builder() -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT);
    builder
}

/// An error of `accept` is the new connection's, or the process has no descriptor left and has to wait for one.
pub(super) async fn wait_after(error: &io::Error) {
    if !matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
    ) {
        tracing::error!(target: "plimsoll::http", error = %error, "http.accept_failed");
        tokio::time::sleep(BACK_OFF).await;
    }
}

/// One connection's requests, each told who the peer is.
struct Connection {
    router: Router,
    peer: SocketAddr,
}

impl hyper::service::Service<Request<Incoming>> for Connection {
    type Response = axum::response::Response;
    type Error = std::convert::Infallible;
    type Future = <Router as Service<Request<Body>>>::Future;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(self.peer));
        self.router.clone().call(request)
    }
}
