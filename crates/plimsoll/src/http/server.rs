//! Serving connections to their end, without cutting anybody off.

use super::lobby::Place;
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
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::time::timeout;
use tower_service::Service;

/// How long accepted connections get to send their first request before idle ones are closed.
pub(super) const SETTLE: Duration = Duration::from_millis(100);
/// A client that has not sent its whole head by then is cut off, also one that has not even shown its protocol.
pub(super) const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// Connections of the operator port at once. A scraper, an operator and a page need a few; who comes later waits.
const OPERATORS: usize = 64;
/// How long one of them may stay, so that nobody holds a place for ever by reading slowly. Scrapers reconnect.
const OPERATOR_STAY: Duration = Duration::from_secs(600);
/// How long to wait when the process is out of file descriptors.
const BACK_OFF: Duration = Duration::from_millis(500);

/// A connection that another thread has accepted and whose first bytes have come.
pub(crate) struct Arrived {
    pub(super) stream: std::net::TcpStream,
    pub(super) peer: SocketAddr,
    pub(super) place: Place,
}

/// Serves `router` on every connection that arrives until no more can come, then answers what has begun and returns.
pub(crate) async fn serve(mut arrivals: mpsc::UnboundedReceiver<Arrived>, router: Router) {
    // Each connection holds a receiver: it hears of the end by it, and its end is heard by the loss of it.
    let connections = watch::Sender::new(());
    while let Some(arrived) = arrivals.recv().await {
        let Arrived {
            stream,
            peer,
            place,
        } = arrived;
        if let Ok(stream) = TcpStream::from_std(stream) {
            let served = connection(stream, peer, router.clone(), connections.subscribe());
            tokio::spawn(async move {
                served.await;
                drop(place);
            });
        }
    }
    tokio::time::sleep(SETTLE).await;
    let _ = connections.send(());
    connections.closed().await;
}

/// Accepts and serves for ever, a bounded number of connections for a bounded time.
pub(crate) async fn serve_forever(listener: TcpListener, router: Router) {
    let places = Arc::new(Semaphore::new(OPERATORS));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            return;
        };
        match listener.accept().await {
            Ok((stream, peer)) => {
                let router = router.clone();
                // Held by nobody else, so dropping it says that the connection has to end.
                let (stay, closing) = watch::channel(());
                tokio::spawn(async move {
                    let mut served = pin!(connection(stream, peer, router, closing));
                    if timeout(OPERATOR_STAY, served.as_mut()).await.is_err() {
                        drop(stay);
                        let _ = timeout(HEAD_TIMEOUT, served).await;
                    }
                    drop(place);
                });
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
    let begun = Arc::new(AtomicBool::new(false));
    let service = Connection {
        router,
        peer,
        begun: Arc::clone(&begun),
    };
    let mut connection =
        pin!(builder.serve_connection_with_upgrades(TokioIo::new(stream), service));
    // An error here is the peer's: reset, malformed or too slow. There is nobody left to tell.
    tokio::select! {
        _ = connection.as_mut() => return,
        () = silence(&begun) => return,
        _ = closing.changed() => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

/// Ready if no request has begun within the time that a head may take. The server's own timeout of a head starts when
/// the protocol is known.
async fn silence(begun: &AtomicBool) {
    tokio::time::sleep(HEAD_TIMEOUT).await;
    if begun.load(Ordering::Relaxed) {
        std::future::pending::<()>().await;
    }
}

/// Serves one request on a connection and closes it.
pub(super) async fn serve_once(stream: TcpStream, peer: SocketAddr, router: Router) {
    let _ = stream.set_nodelay(true);
    let mut builder = builder();
    builder.http1().keep_alive(false);
    let service = Connection {
        router,
        peer,
        begun: Arc::default(),
    };
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
    /// Whether a request has come.
    begun: Arc<AtomicBool>,
}

impl hyper::service::Service<Request<Incoming>> for Connection {
    type Response = axum::response::Response;
    type Error = std::convert::Infallible;
    type Future = <Router as Service<Request<Body>>>::Future;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        self.begun.store(true, Ordering::Relaxed);
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(self.peer));
        self.router.clone().call(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::time::Instant;

    async fn port() -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/", axum::routing::get(|| async { "here" }));
        tokio::spawn(serve_forever(listener, router));
        address
    }

    /// When the other side closed the connection; the paused clock runs as soon as everybody waits.
    async fn closed(stream: &mut TcpStream) -> Duration {
        let started = Instant::now();
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest).await;
        started.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_says_too_little_is_cut_off() {
        let address = port().await;
        // Nothing; what may become either protocol; a head that does not end.
        for beginning in [&b""[..], b"PRI * HT", b"GET / HTTP/1.1\r\nhost: x\r\n"] {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(beginning).await.unwrap();
            let took = closed(&mut stream).await;
            assert!(
                (HEAD_TIMEOUT - Duration::from_secs(1)..HEAD_TIMEOUT * 2).contains(&took),
                "{took:?} after {beginning:?}"
            );
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_crowd_waits_and_nobody_stays_for_ever() {
        let address = port().await;
        let mut crowd = Vec::new();
        for _ in 0..OPERATORS {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
            crowd.push(stream);
        }
        let started = Instant::now();
        let mut late = TcpStream::connect(address).await.unwrap();
        late.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
            .await
            .unwrap();
        let mut answer = String::new();
        late.read_to_string(&mut answer).await.unwrap();
        assert!(answer.ends_with("here"), "{answer}");
        let waited = started.elapsed();
        assert!(
            (HEAD_TIMEOUT - Duration::from_secs(1)..HEAD_TIMEOUT * 2).contains(&waited),
            "{waited:?}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_that_is_used_goes_on() {
        let address = port().await;
        let mut stream = TcpStream::connect(address).await.unwrap();
        for _ in 0..3 {
            stream
                .write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
                .await
                .unwrap();
            let mut bytes = [0; 512];
            let read = stream.read(&mut bytes).await.unwrap();
            assert!(bytes[..read].ends_with(b"here"));
            tokio::time::sleep(HEAD_TIMEOUT * 2 / 3).await;
        }
    }
}
