//! The front of the service: one thread that accepts connections and answers probes itself, so that liveness is told
//! while every worker is busy. All other connections go to the workers with their first bytes unread.

use super::lobby::{Left, Lobby, Places};
use super::probe::Probe;
use super::problem::Problem;
use super::server::{Arrived, HEAD_TIMEOUT, SETTLE, serve_once, wait_after};
use axum::Router;
use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode};
use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::timeout;

/// Enough of a request to know a probe by: the longest is `HEAD /health/ready `.
const FIRST_BYTES: usize = 32;

/// What a connection may be given to.
#[derive(Clone)]
struct Hosts {
    /// Answers probes.
    router: Router,
    /// Answers whoever finds every place taken.
    full: Router,
    places: Places,
    /// Takes all others; bounded by the places.
    hand_over: mpsc::UnboundedSender<Arrived>,
}

/// Accepts until `closing` is ready. Every connection on which a request has begun by then is answered or handed over.
pub(crate) async fn receive(
    listener: TcpListener,
    router: Router,
    places: Places,
    hand_over: mpsc::UnboundedSender<Arrived>,
    closing: impl Future<Output = ()>,
) {
    let mut lobby = Lobby::new(places.clone());
    let hosts = Hosts {
        router,
        full: Router::new().fallback(full),
        places,
        hand_over,
    };
    let mut closing = pin!(closing);
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => lobby.enter(dispatch(stream, peer, hosts.clone())),
                Err(error) => wait_after(&error).await,
            },
            true = lobby.one_left() => {}
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
                lobby.enter(dispatch(stream, peer, hosts.clone()));
            }
        }
    }
    // Who has not said a word by then has no request to lose.
    let all = async { while lobby.one_left().await {} };
    let _ = timeout(SETTLE, all).await;
}

/// Waits for the first bytes and decides by them who serves the connection.
async fn dispatch(stream: TcpStream, peer: SocketAddr, hosts: Hosts) -> Left {
    let mut bytes = [0; FIRST_BYTES];
    let Ok(Ok(seen @ 1..)) = timeout(HEAD_TIMEOUT, stream.peek(&mut bytes)).await else {
        return Left::Served;
    };
    if is_probe(&bytes[..seen]) {
        serve_once(stream, peer, hosts.router).await;
        return Left::Served;
    }
    let Some(place) = hosts.places.take() else {
        let _ = timeout(HEAD_TIMEOUT, serve_once(stream, peer, hosts.full)).await;
        return Left::Refused;
    };
    if let Ok(stream) = stream.into_std() {
        // Fails only when the workers are gone, and the service with them.
        let _ = hosts.hand_over.send(Arrived {
            stream,
            peer,
            place,
        });
    }
    Left::Served
}

/// The answer while every place is taken.
async fn full() -> Problem {
    Problem::new(StatusCode::SERVICE_UNAVAILABLE)
        .detail("too many connections are open: try again in a moment")
        .header(RETRY_AFTER, HeaderValue::from_static("1"))
}

/// Whether these are the first bytes of a probe. One that comes in pieces is the workers' to answer.
fn is_probe(bytes: &[u8]) -> bool {
    let path = bytes
        .strip_prefix(b"GET ")
        .or_else(|| bytes.strip_prefix(b"HEAD "))
        .and_then(|rest| {
            let end = rest.iter().position(|byte| matches!(byte, b' ' | b'?'))?;
            std::str::from_utf8(&rest[..end]).ok()
        });
    path.and_then(Probe::at).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_probe_is_one() {
        for probe in [
            "GET /health HTTP/1.1\r\n",
            "HEAD /health/ready HTTP/1.1\r\nho",
            "GET /livez?verbose HTTP/1.1\r\n",
        ] {
            assert!(is_probe(probe.as_bytes()), "{probe}");
        }
        for other in [
            "GET /healthy HTTP/1.1\r\n",
            "GET /health",
            "POST /health HTTP/1.1",
            "GET /orders?/health HTTP",
            "G",
            "",
            "PRI * HTTP/2.0",
        ] {
            assert!(!is_probe(other.as_bytes()), "{other}");
        }
    }
}
