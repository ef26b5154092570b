//! The operator port over a real socket.

use crate::support::{Answer, Lines, Service, config, request};
use axum::Router;
use axum::routing::get;
use plimsoll::setup::Builder;
use plimsoll::sink::Sink;
use plimsoll::{Guard, ServeError};
use serde_json::json;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tracing_subscriber::Registry;

const JSON: (&str, &str) = ("content-type", "application/json");

fn router() -> Router {
    Router::new().route("/chat", get(|| async { tracing::debug!("chat.heard") }))
}

async fn put(address: SocketAddr, headers: &[(&str, &str)], body: &str) -> Answer {
    request(address, "PUT", "/log/level", headers, body).await
}

/// Serves without capturing lines, which works on any runtime.
async fn serve(
    router: Router,
    prepare: impl FnOnce(Builder) -> Builder,
) -> (Arc<Guard>, JoinHandle<Result<(), ServeError>>, SocketAddr) {
    let builder = plimsoll::configure()
        .config(config(""))
        .sink(Sink::writer("test", Lines::default()));
    let (_, guard) = prepare(builder).build::<Registry>().unwrap();
    let guard = Arc::new(guard);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = {
        let guard = Arc::clone(&guard);
        tokio::spawn(async move { guard.serve(listener, router).await })
    };
    while guard.operator_address().is_none() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    (guard, serving, address)
}

#[tokio::test]
async fn the_level_is_read_and_changed_while_the_service_runs() {
    let service = Service::start(router()).await;
    let operator = service.operator();
    service.get("/chat", &[]).await;
    let before = request(operator, "GET", "/log/level", &[], "").await;
    assert_eq!(
        before.json(),
        json!({ "level": "info", "targets": {}, "overrides": [] })
    );
    assert_eq!(before.headers["cache-control"], "no-store");

    let answer = put(operator, &[JSON], r#"{"level":"debug","ttl_seconds":60}"#).await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.json(),
        json!({ "old": "info", "new": "debug", "target": null, "ttl_seconds": 60 })
    );
    service.get("/chat", &[]).await;
    service.line("chat.heard").await;
    let line = service.line("log.level_changed").await;
    assert_eq!(line["new"], "debug");

    let answer = put(operator, &[JSON], r#"{"level":"trace","target":"orders"}"#).await;
    assert_eq!(
        answer.json(),
        json!({ "old": "debug", "new": "trace", "target": "orders", "ttl_seconds": 900 })
    );
    let after = request(operator, "GET", "/log/level", &[], "").await.json();
    assert_eq!(after["level"], "debug");
    assert_eq!(after["targets"], json!({ "orders": "trace" }));
    assert_eq!(after["overrides"].as_array().unwrap().len(), 2);

    let delete = async |query: &str, headers: &[(&str, &str)]| {
        let path = format!("/log/level{query}");
        request(operator, "DELETE", &path, headers, "").await
    };
    let strange = delete("", &[("sec-fetch-site", "cross-site")]).await;
    assert_eq!(strange.status, 403);
    assert_eq!(delete("?traget=orders", &[]).await.status, 400);
    let answer = delete("?target=orders", &[]).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["targets"], json!({}));
    assert_eq!(answer.json()["level"], "debug");
    for _ in 0..2 {
        let answer = delete("", &[]).await;
        assert_eq!(answer.json(), before.json(), "nothing is left to end");
    }
    let told: Vec<_> = service
        .lines_of("log.level_changed", 4)
        .await
        .into_iter()
        .filter(|line| line["reason"] == "revoked")
        .map(|line| (line["target"].clone(), line["new"].clone()))
        .collect();
    assert_eq!(
        told,
        [
            (json!("orders"), json!("debug")),
            (json!(null), json!("info"))
        ]
    );
}

#[tokio::test]
async fn a_wrong_change_names_the_field() {
    let service = Service::start(router()).await;
    for (body, status, field) in [
        ("", 400, None),
        ("{", 400, None),
        (r#"{"level":"debug","levle":"x"}"#, 400, None),
        (r#"{"ttl_seconds":5}"#, 400, None),
        (r#"{"level":"loud"}"#, 422, Some("level")),
        (r#"{"level":"off"}"#, 422, Some("level")),
        (
            r#"{"level":"debug","ttl_seconds":0}"#,
            422,
            Some("ttl_seconds"),
        ),
        (
            r#"{"level":"debug","ttl_seconds":86401}"#,
            422,
            Some("ttl_seconds"),
        ),
        (r#"{"level":"debug","target":"a b"}"#, 422, Some("target")),
    ] {
        let answer = put(service.operator(), &[JSON], body).await;
        assert_eq!(answer.status, status, "{body}");
        assert_eq!(answer.headers["content-type"], "application/problem+json");
        let problem = answer.json();
        assert_eq!(problem["errors"][0]["field"].as_str(), field, "{problem}");
    }
    let big = format!(r#"{{"level":"{}"}}"#, "x".repeat(5000));
    assert_eq!(put(service.operator(), &[JSON], &big).await.status, 413);
    let level = request(service.operator(), "GET", "/log/level", &[], "")
        .await
        .json();
    assert_eq!(level["level"], "info");
}

#[tokio::test]
async fn strangers_are_kept_out() {
    let service = Service::start(router()).await;
    let operator = service.operator();
    for path in ["/", "/metrics", "/log/level", "/health/checks"] {
        assert_eq!(
            request(operator, "GET", path, &[], "").await.status,
            200,
            "{path}"
        );
        let rebound = request(operator, "GET", path, &[("host", "evil.example")], "").await;
        assert_eq!(rebound.status, 403, "{path}");
    }
    let body = r#"{"level":"debug"}"#;
    for (headers, status) in [
        (&[("content-type", "text/plain")][..], 415),
        (&[JSON, ("sec-fetch-site", "cross-site")], 403),
        (&[JSON, ("origin", "http://evil.example")], 403),
        (&[JSON, ("host", "localhost:9464")], 200),
    ] {
        assert_eq!(
            put(operator, headers, body).await.status,
            status,
            "{headers:?}"
        );
    }
}

#[tokio::test]
async fn changes_need_the_token_and_reads_do_not() {
    let (guard, serving, _) = serve(router(), |builder| {
        builder.operator_token("s3cret-operator-token")
    })
    .await;
    let operator = guard.operator_address().unwrap();
    let body = r#"{"level":"debug"}"#;
    assert_eq!(
        request(operator, "GET", "/log/level", &[], "").await.status,
        200
    );
    let refused = put(operator, &[JSON], body).await;
    assert_eq!(refused.status, 401);
    assert_eq!(refused.headers["www-authenticate"], "Bearer");
    assert!(!refused.body.contains("s3cret"));
    let wrong = ("authorization", "Bearer s3cret-operator-tokem");
    assert_eq!(put(operator, &[JSON, wrong], body).await.status, 401);
    let right = ("authorization", "Bearer s3cret-operator-token");
    assert_eq!(put(operator, &[JSON, right], body).await.status, 200);
    guard.drain();
    serving.await.unwrap().unwrap();
}

#[tokio::test]
async fn an_address_that_somebody_chose_must_work() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let (_, guard) = plimsoll::configure()
        .config(config(""))
        .operator_listen(address.to_string())
        .sink(Sink::writer("test", Lines::default()))
        .build::<Registry>()
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let error = guard
        .serve(listener, router())
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.contains(&address.to_string()) && error.contains("OPERATOR_LISTEN"),
        "{error}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_answers_while_every_worker_is_busy() {
    let (guard, serving, address) = serve(router(), |builder| builder).await;
    let operator = guard.operator_address().unwrap();
    // A thread of its own asks, as a scraper in another process would.
    let (busy, became_busy) = std::sync::mpsc::channel();
    let scraper = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let mut times = Vec::new();
        let ends: Vec<Instant> = became_busy.iter().take(2).collect();
        runtime.block_on(async {
            for path in ["/metrics", "/health/checks"] {
                let answer = request(operator, "GET", path, &[], "").await;
                assert_eq!(answer.status, 200);
            }
            for _ in 0..50 {
                for path in ["/health", "/health/ready"] {
                    let asked = Instant::now();
                    let answer = request(address, "GET", path, &[], "").await;
                    assert_eq!(answer.json()["status"], "ok");
                    times.push(asked.elapsed());
                }
            }
        });
        times.sort_unstable();
        assert!(times[90] < Duration::from_millis(100), "{times:?}");
        (Instant::now(), ends)
    });
    for _ in 0..2 {
        let busy = busy.clone();
        tokio::spawn(async move {
            let end = Instant::now() + Duration::from_secs(3);
            busy.send(end).unwrap();
            while Instant::now() < end {
                std::hint::spin_loop();
            }
        });
    }
    let (answered, ends) = tokio::task::spawn_blocking(|| scraper.join().unwrap())
        .await
        .unwrap();
    assert!(
        ends.iter().all(|&end| answered < end),
        "answered after the work"
    );
    guard.drain();
    serving.await.unwrap().unwrap();
}
