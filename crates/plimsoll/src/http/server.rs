//! Accepting and serving connections until told to close, without cutting anybody off.

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use http::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tower_service::Service;

/// How long accepted connections get to send their first request before idle ones are closed.
const SETTLE: Duration = Duration::from_millis(100);
/// A client that has not sent its whole head by then is cut off.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// How long to wait when the process is out of file descriptors.
const BACK_OFF: Duration = Duration::from_millis(500);

/// Serves `router` until `closing` is ready, then answers what has begun and returns.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    closing: impl Future<Output = ()>,
) {
    // Each connection holds a receiver: it hears of the end by it, and its end is heard by the loss of it.
    let connections = watch::Sender::new(());
    let mut closing = pin!(closing);
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => connect(stream, peer, &router, connections.subscribe()),
                Err(error) => wait_after(&error).await,
            },
            () = &mut closing => break,
        }
    }
    // Connections that the system has accepted for us would be reset by closing the listener. They are taken without
    // tokio, which would wait for the news of each of them.
    if let Ok(listener) = listener.into_std() {
        while let Ok((stream, peer)) = listener.accept() {
            let stream = stream
                .set_nonblocking(true)
                .and_then(|()| TcpStream::from_std(stream));
            if let Ok(stream) = stream {
                connect(stream, peer, &router, connections.subscribe());
            }
        }
    }
    tokio::time::sleep(SETTLE).await;
    let _ = connections.send(());
    connections.closed().await;
}

fn connect(stream: TcpStream, peer: SocketAddr, router: &Router, mut closing: watch::Receiver<()>) {
    // An answer should not wait for the acknowledgement of the one before it.
    let _ = stream.set_nodelay(true);
    let service = Connection {
        router: router.clone(),
        peer,
    };
    tokio::spawn(async move {
        let mut builder = auto::Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIMEOUT);
        let mut connection =
            pin!(builder.serve_connection_with_upgrades(TokioIo::new(stream), service));
        // An error here is the peer's: reset, malformed or too slow. There is nobody left to tell.
        tokio::select! {
            _ = connection.as_mut() => return,
            _ = closing.changed() => connection.as_mut().graceful_shutdown(),
        }
        let _ = connection.await;
    });
}

/// An error of `accept` is the new connection's, or the process has no descriptor left and has to wait for one.
async fn wait_after(error: &io::Error) {
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
