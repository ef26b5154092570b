//! What one request leaves behind: its id, its context, its line, its measurement.

use crate::support::{Service, config, request};
use axum::Router;
use axum::body::Body;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::routing::{get, post};
use futures_util::StreamExt;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

fn router() -> Router {
    Router::new()
        .route(
            "/orders/{id}",
            get(|| async {
                plimsoll::bind("user_id", "u-7");
                tracing::info!("order.read");
                "an order"
            }),
        )
        .route(
            "/orders",
            post(|body: String| async move { body }).layer(DefaultBodyLimit::max(64)),
        )
        .route("/broken", get(|| async { StatusCode::SERVICE_UNAVAILABLE }))
        .route("/panic", get(panics))
        .route("/slow", get(std::future::pending::<String>))
        .route(
            "/stream",
            get(|| async {
                let chunks = futures_util::stream::iter(0..).then(|_| async {
                    tokio::time::sleep(Duration::from_millis(2)).await;
                    Ok::<_, std::io::Error>("x".repeat(1000))
                });
                Body::from_stream(chunks)
            }),
        )
        .nest(
            "/api",
            Router::new().route("/items/{id}", get(|| async { "an item" })),
        )
}

async fn panics() -> &'static str {
    panic!("with a secret");
}

/// On one connection, so in one task: nothing of the first request stays for the second.
#[tokio::test]
async fn a_context_ends_with_its_request() {
    let service = Service::start(router()).await;
    let mut stream = TcpStream::connect(service.address).await.unwrap();
    let both = "GET /orders/1 HTTP/1.1\r\nhost: x\r\n\r\nGET /api/items/2 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    stream.write_all(both.as_bytes()).await.unwrap();
    stream.read_to_end(&mut Vec::new()).await.unwrap();
    let lines = service.lines_of("http.request", 2).await;
    assert_eq!(
        (&lines[0]["path"], &lines[0]["user_id"]),
        (&"/orders/1".into(), &"u-7".into())
    );
    assert_eq!(lines[1]["path"], "/api/items/2");
    assert_eq!(lines[1].get("user_id"), None, "bound by the first request");
    for key in ["request_id", "trace_id", "span_id"] {
        assert_ne!(lines[0][key], lines[1][key], "{key}");
    }
}

#[tokio::test]
async fn a_request_leaves_its_id_its_context_and_one_line() {
    let service = Service::start(router()).await;
    let answer = service
        .get("/orders/42?token=hunter2", &[("X-Request-ID", "7f3c")])
        .await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "an order"));
    assert_eq!(answer.id(), "7f3c");
    let own = service.line("order.read").await;
    let line = service.line("http.request").await;
    for line in [&own, &line] {
        assert_eq!(line["request_id"], "7f3c");
        assert_eq!(line["method"], "GET");
        assert_eq!(line["path"], "/orders/42");
        assert_eq!(line["user_id"], "u-7");
        assert_eq!(line["level"], "info");
        assert_eq!(line["trace_id"].as_str().unwrap().len(), 32);
        assert_eq!(line["span_id"].as_str().unwrap().len(), 16);
        assert_eq!(line["trace_flags"], "03");
    }
    assert_eq!(own["trace_id"], line["trace_id"]);
    assert_eq!(line["route"], "/orders/{id}");
    assert_eq!(line["status"], 200);
    assert_eq!(line["bytes"], 8);
    assert!(line["duration_ms"].as_f64().unwrap() > 0.0);
    assert_eq!(line.get("outcome"), None);
    assert!(!service.lines.text().contains("hunter2"));
}

#[tokio::test]
async fn every_response_has_an_id_whatever_went_wrong() {
    let service = Service::start(router()).await;
    let big = "x".repeat(65);
    let cases = [
        ("GET", "/nowhere", "", 404, "unmatched"),
        ("DELETE", "/orders/1", "", 405, "/orders/{id}"),
        ("POST", "/orders", big.as_str(), 413, "/orders"),
        ("GET", "/broken", "", 503, "/broken"),
        ("GET", "/panic", "", 500, "/panic"),
        ("GET", "/api/items/1", "", 200, "/api/items/{id}"),
        ("GET", "/api/nothing", "", 404, "unmatched"),
    ];
    for (count, (method, path, body, status, route)) in cases.into_iter().enumerate() {
        let answer = request(service.address, method, path, &[], body).await;
        assert_eq!(answer.status, status, "{method} {path}");
        let id = uuid::Uuid::parse_str(answer.id()).unwrap();
        assert_eq!((id.get_version_num(), answer.id().len()), (4, 36));
        let lines = service.lines_of("http.request", count + 1).await;
        let line = lines
            .iter()
            .find(|line| line["request_id"] == answer.id())
            .unwrap();
        assert_eq!(line["status"], status);
        assert_eq!(line["route"], route, "{method} {path}");
        assert_eq!(line["level"], if status >= 500 { "error" } else { "info" });
    }
}

#[tokio::test]
async fn a_panic_is_a_problem_with_an_id_and_the_service_goes_on() {
    let service = Service::start(router()).await;
    let answer = service.get("/panic", &[]).await;
    assert_eq!(answer.status, 500);
    assert_eq!(answer.headers["content-type"], "application/problem+json");
    let body = answer.json();
    assert_eq!(body["status"], 500);
    assert_eq!(body["title"], "Internal Server Error");
    assert_eq!(body["request_id"], answer.id());
    assert!(!answer.body.contains("secret"));
    let line = service.line("http.request").await;
    assert_eq!(line["status"], 500);
    assert_eq!(line["bytes"], answer.body.len());
    assert_eq!(service.get("/orders/1", &[]).await.status, 200);
    let metrics = request(service.operator(), "GET", "/metrics", &[], "").await;
    assert!(
        metrics
            .body
            .contains("http_server_panics_total{http_route=\"/panic\"} 1"),
        "{}",
        metrics.body
    );
}

#[tokio::test]
async fn a_client_that_goes_away_is_seen() {
    let service = Service::start(router()).await;
    let mut stream = TcpStream::connect(service.address).await.unwrap();
    stream
        .write_all(b"GET /slow HTTP/1.1\r\nhost: x\r\nx-request-id: gone-1\r\n\r\n")
        .await
        .unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    drop(stream);
    let line = service.line("http.request").await;
    assert_eq!(line["request_id"], "gone-1");
    assert_eq!(line["outcome"], "disconnected");
    assert_eq!(line["status"], 499);
    assert_eq!(line["level"], "info");
    assert_eq!(line["bytes"], 0);

    let mut stream = TcpStream::connect(service.address).await.unwrap();
    stream
        .write_all(b"GET /stream HTTP/1.1\r\nhost: x\r\nx-request-id: gone-2\r\n\r\n")
        .await
        .unwrap();
    let mut some = [0; 5000];
    stream.read_exact(&mut some).await.unwrap();
    drop(stream);
    let lines = service.lines_of("http.request", 2).await;
    let line = lines
        .iter()
        .find(|line| line["request_id"] == "gone-2")
        .unwrap();
    assert_eq!(line["outcome"], "disconnected");
    assert_eq!(line["status"], 200);
    assert!(line["bytes"].as_u64().unwrap() >= 4000, "{line}");
}

#[tokio::test]
async fn a_head_request_is_complete_without_a_body() {
    let service = Service::start(router()).await;
    let answer = request(service.address, "HEAD", "/orders/1", &[], "").await;
    assert_eq!((answer.status, answer.body.as_str()), (200, ""));
    assert_eq!(answer.headers["content-length"], "8");
    let line = service.line("http.request").await;
    assert_eq!(line.get("outcome"), None, "{line}");
    assert_eq!(line["method"], "HEAD");
}

#[tokio::test]
async fn durations_are_measured_by_route_and_nothing_stays_active() {
    let service = Service::start(router()).await;
    for path in ["/orders/1", "/orders/2", "/random/1", "/random/2"] {
        service.get(path, &[]).await;
    }
    request(service.address, "BREW", "/orders/1", &[], "").await;
    service.lines_of("http.request", 5).await;
    let metrics = request(service.operator(), "GET", "/metrics", &[], "")
        .await
        .body;
    for series in [
        r#"http_server_request_duration_seconds_count{http_request_method="GET",http_route="/orders/{id}",http_response_status_code="200"} 2"#,
        r#"http_server_request_duration_seconds_count{http_request_method="GET",http_route="unmatched",http_response_status_code="404"} 2"#,
        r#"http_server_request_duration_seconds_count{http_request_method="_OTHER",http_route="/orders/{id}",http_response_status_code="405"} 1"#,
        r#"http_server_active_requests{http_request_method="GET"} 0"#,
    ] {
        assert!(metrics.contains(series), "{series} is not in\n{metrics}");
    }
}

#[tokio::test]
async fn a_failed_request_brings_out_what_it_logged_below_the_level() {
    let handler = |status: u16| {
        get(move || async move {
            tracing::debug!(status, "step.taken");
            StatusCode::from_u16(status).unwrap()
        })
    };
    let router = Router::new()
        .route("/good", handler(204))
        .route("/refused", handler(404))
        .route("/bad", handler(503));
    let recorder = "[log.recorder]\nenabled = true\ndirectives = \"http=debug\"\n";
    let service = Service::start_with(router, config(recorder), |_| {}).await;
    for path in ["/good", "/refused", "/bad"] {
        service.get(path, &[]).await;
    }
    let requests = service.lines_of("http.request", 3).await;
    let step = service.line("step.taken").await;
    assert_eq!(
        (&step["recorded"], &step["status"]),
        (&true.into(), &503.into())
    );
    assert_eq!(step["request_id"], requests[2]["request_id"]);
    let lines = service.lines.all();
    let at = |event: &str, path: &str| {
        lines
            .iter()
            .position(|line| line["event"] == event && line["path"] == path)
    };
    assert!(
        at("step.taken", "/bad") < at("http.request", "/bad"),
        "in order"
    );
}

#[tokio::test]
async fn a_slow_request_does_too() {
    let router = Router::new().route(
        "/slow",
        get(|| async {
            tracing::debug!("step.taken");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }),
    );
    let recorder =
        "[log.recorder]\nenabled = true\ndirectives = \"http=debug\"\nslower_than = \"20ms\"\n";
    let service = Service::start_with(router, config(recorder), |_| {}).await;
    service.get("/slow", &[]).await;
    assert_eq!(service.line("step.taken").await["recorded"], true);
}
