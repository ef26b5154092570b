//! How many connections may be open, and who goes if there are more.

use crate::support::{Service, config, request};
use axum::Router;
use axum::routing::get;
use plimsoll::metrics::registry;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

async fn service(max_connections: usize) -> Service {
    let router = Router::new().route("/", get(|| async { "here" }));
    let text = format!("max_connections = {max_connections}\n");
    Service::start_with(router, config(&text), |_| {}).await
}

/// A connection on which a request was answered, and which stays.
async fn kept(address: SocketAddr) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream
        .write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    let mut bytes = [0; 512];
    let read = stream.read(&mut bytes).await.unwrap();
    assert!(bytes[..read].ends_with(b"here"));
    stream
}

fn refused(reason: &str) -> f64 {
    registry()
        .snapshot()
        .value(
            "http_server_connections_refused_total",
            &[("reason", reason)],
        )
        .unwrap()
}

#[tokio::test]
async fn one_more_than_there_are_places_is_told_so() {
    let service = service(2).await;
    let address = service.address;
    let (first, _second) = (kept(address).await, kept(address).await);
    let before = refused("full");
    let answer = request(address, "GET", "/", &[], "").await;
    assert_eq!(answer.status, 503);
    assert_eq!(answer.headers["retry-after"], "1");
    assert_eq!(answer.json()["title"], "Service Unavailable");
    for probe in ["/health", "/health/ready"] {
        assert_eq!(request(address, "GET", probe, &[], "").await.status, 200);
    }
    let line = service.line("http.connections_full").await;
    assert_eq!(
        (&line["max_connections"], &line["refused"]),
        (&2.into(), &1.into())
    );
    assert_eq!(line["level"], "warning");
    assert!(refused("full") > before);

    drop(first);
    let started = Instant::now();
    while request(address, "GET", "/", &[], "").await.status != 200 {
        assert!(started.elapsed() < Duration::from_secs(10), "no place");
    }
    // However many were refused meanwhile: one line in ten seconds.
    service.line("http.connections_full").await;
}

#[tokio::test]
async fn a_silent_crowd_keeps_nobody_out() {
    let service = service(8).await;
    let address = service.address;
    let before = refused("silent");
    let mut crowd = Vec::new();
    for _ in 0..80 {
        crowd.push(TcpStream::connect(address).await.unwrap());
        assert_eq!(request(address, "GET", "/", &[], "").await.status, 200);
        assert_eq!(
            request(address, "GET", "/health", &[], "").await.status,
            200
        );
    }
    // The oldest had to go, the youngest stay.
    assert_eq!(crowd[0].read(&mut [0; 1]).await.unwrap(), 0);
    let mut byte = [0];
    let youngest = crowd[79].read(&mut byte);
    assert!(
        tokio::time::timeout(Duration::from_millis(50), youngest)
            .await
            .is_err()
    );
    assert!(refused("silent") > before);
    assert_eq!(
        service.line("http.connections_full").await["silent_closed"],
        1
    );
}
