//! The front of the service: one thread that accepts connections and answers probes itself, so that liveness is told
//! while every worker is busy. All other connections go to the workers with their first bytes unread.

use super::probe::Probe;
use super::server::{Arrived, HEAD_TIMEOUT, SETTLE, serve_once, wait_after};
use axum::Router;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// Enough of a request to know a probe by: the longest is `HEAD /health/ready `.
const FIRST_BYTES: usize = 32;

/// Accepts until `closing` is ready. Every connection on which a request has begun by then is answered or handed over.
pub(crate) async fn receive(
    listener: TcpListener,
    router: Router,
    hand_over: mpsc::Sender<Arrived>,
    closing: impl Future<Output = ()>,
) {
    let mut silent = JoinSet::new();
    let mut closing = pin!(closing);
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    silent.spawn(dispatch(stream, peer, router.clone(), hand_over.clone()));
                }
                Err(error) => wait_after(&error).await,
            },
            Some(_) = silent.join_next() => {}
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
                silent.spawn(dispatch(stream, peer, router.clone(), hand_over.clone()));
            }
        }
    }
    // Who has not said a word by then has no request to lose.
    let all = async { while silent.join_next().await.is_some() {} };
    let _ = timeout(SETTLE, all).await;
}

/// Waits for the first bytes and decides by them who serves the connection.
async fn dispatch(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    hand_over: mpsc::Sender<Arrived>,
) {
    let mut bytes = [0; FIRST_BYTES];
    let Ok(Ok(seen @ 1..)) = timeout(HEAD_TIMEOUT, stream.peek(&mut bytes)).await else {
        return;
    };
    if is_probe(&bytes[..seen]) {
        serve_once(stream, peer, router).await;
    } else if let Ok(stream) = stream.into_std() {
        // Fails only when the workers are gone, and the service with them.
        let _ = hand_over.send(Arrived { stream, peer }).await;
    }
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
