//! What an attacker sends, over raw sockets.

use crate::support::{Answer, Service, raw, request};
use axum::Router;
use axum::http::{HeaderMap, Uri};
use axum::routing::{any, post};
use serde_json::Value;
use std::fmt;
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Logs all that it is given.
fn router() -> Router {
    let log = |uri: Uri, headers: HeaderMap, body: axum::body::Bytes| async move {
        let body = String::from_utf8_lossy(&body).into_owned();
        let agent = headers
            .get("user-agent")
            .map(|agent| String::from_utf8_lossy(agent.as_bytes()).into_owned());
        plimsoll::bind("agent", agent.as_deref());
        tracing::warn!(body, path_and_query = %uri, agent, "input.seen");
    };
    Router::new()
        .route("/log", post(log))
        .route("/spoof", post(spoof))
        .route("/awkward", post(awkward))
        .route("/any/{id}", any(|| async {}))
}

/// User data under the keys of the line itself.
async fn spoof() {
    let long = "k".repeat(10_000);
    for key in [
        "level",
        "timestamp",
        "event",
        "request_id",
        "trace_id",
        "",
        "a.b",
    ] {
        plimsoll::bind(key, "forged");
    }
    plimsoll::bind(long, "forged");
    tracing::info!(
        level = "critical",
        timestamp = "now",
        request_id = "forged",
        "spoofed"
    );
}

/// Values that do what they should not.
async fn awkward() {
    struct Panics;
    impl fmt::Display for Panics {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            panic!("in Display");
        }
    }
    let nested = "[".repeat(10_000);
    tracing::info!(value = %Panics, "awkward.panics");
    tracing::info!(
        nan = f64::NAN,
        infinite = f64::INFINITY,
        large = i128::MAX,
        "awkward.numbers"
    );
    tracing::info!(huge = "x".repeat(10 << 20), nested, "awkward.sizes");
}

async fn lines_with(service: &Service, event: &str) -> Vec<Value> {
    service.guard.flush(Duration::from_secs(5));
    service
        .lines
        .all()
        .into_iter()
        .filter(|line| line["event"] == event)
        .collect()
}

#[tokio::test]
async fn nothing_that_is_sent_forges_or_breaks_a_line() {
    let service = Service::start(router()).await;
    let forged = r#"{"event":"forged","level":"critical"}"#;
    let body = format!("\r\n{forged}\u{2028}\u{1b}[2J\0\n{forged}");
    let path = "/log?x=%0d%0a%7b%22event%22:%22forged%22%7d";
    let answer = request(
        service.address,
        "POST",
        path,
        &[
            ("user-agent", "a\t{\"event\":\"forged\"}\u{2028}"),
            ("x-request-id", forged),
        ],
        &body,
    )
    .await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.id().len(), 36);
    let line = service.line("input.seen").await;
    assert_eq!(line["body"], body.as_str());
    assert_eq!(line["agent"], "a\t{\"event\":\"forged\"}\u{2028}");
    assert_eq!(line["request_id"], answer.id());
    service.line("http.request").await;
    assert!(lines_with(&service, "forged").await.is_empty());
    let text = service.lines.text();
    assert!(!text.contains(['\u{1b}', '\0', '\u{2028}', '\r']));
}

#[tokio::test]
async fn reserved_keys_cannot_be_taken() {
    let service = Service::start(router()).await;
    let answer = request(service.address, "POST", "/spoof", &[], "").await;
    let line = service.line("spoofed").await;
    assert_eq!(line["level"], "info");
    assert_eq!(line["request_id"], answer.id());
    assert_ne!(line["trace_id"], "forged");
    assert_eq!(line["field_level"], "critical");
    assert_eq!(line["field_timestamp"], "now");
    assert_eq!(line["a.b"], "forged");
    assert_eq!(line[""], "forged");
    for line in service.lines.text().lines() {
        let object: &str = line.trim_matches(['{', '}']);
        for key in ["level", "timestamp", "event", "request_id", "trace_id"] {
            assert!(
                object.matches(&format!("\"{key}\":")).count() <= 1,
                "{line}"
            );
        }
    }
}

#[tokio::test]
async fn huge_heads_are_refused_or_replaced() {
    let service = Service::start(router()).await;
    let long = "a".repeat(64 * 1024);
    let answer = service.get("/any/1", &[("x-request-id", &long)]).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.id().len(), 36);
    let line = service.line("http.request").await;
    assert_eq!(line["request_id"], answer.id());
    assert!(!service.lines.text().contains("aaaaaaaaaa"));
    let metrics = request(service.operator(), "GET", "/metrics", &[], "")
        .await
        .body;
    assert!(
        metrics.contains("http_server_request_ids_replaced_total 1"),
        "{metrics}"
    );

    let mut many = "GET /any/1 HTTP/1.1\r\nhost: x\r\n".to_owned();
    for number in 0..8000 {
        many.push_str(&format!("x-{number}: y\r\n"));
    }
    let answer = raw(service.address, format!("{many}\r\n").as_bytes()).await;
    assert_eq!(answer.status, 431);
    assert_eq!(service.get("/any/1", &[]).await.status, 200);
    service.lines_of("http.request", 2).await;
}

#[tokio::test]
async fn invalid_utf_8_is_replaced_and_harms_nobody() {
    let service = Service::start(router()).await;
    let mut bytes = b"POST /log?%ff%fe HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 4\r\nx-request-id: ".to_vec();
    bytes.extend(b"\xff\xfe\r\nuser-agent: a\xff\xfeb\r\n\r\n\xc3\x28\xff!");
    let answer = raw(service.address, &bytes).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.id().len(), 36);
    let line = service.line("input.seen").await;
    assert_eq!(line["agent"], "a\u{fffd}\u{fffd}b");
    assert_eq!(line["body"], "\u{fffd}(\u{fffd}!");
    let answer = service.get("/any/%ff%fe", &[]).await;
    assert!(answer.status < 500);
    let lines = service.lines_of("http.request", 2).await;
    assert!(lines.iter().any(|line| line["path"] == "/any/%ff%fe"));
}

#[tokio::test]
async fn a_bad_traceparent_is_never_an_error_and_never_logged() {
    let service = Service::start(router()).await;
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let span = "00f067aa0ba902b7";
    let upper = trace.to_uppercase();
    let bad = [
        format!("00-{upper}-{span}-01"),
        format!("00-{}-{span}-01", "0".repeat(32)),
        format!("ff-{trace}-{span}-01"),
        format!("00-{trace}-{span}-1"),
        "x".repeat(10_000),
        "\u{ff}\u{fe}".to_owned(),
    ];
    for value in &bad {
        let answer = service.get("/any/1", &[("traceparent", value)]).await;
        assert_eq!(answer.status, 200, "{value}");
    }
    let valid = format!("00-{trace}-{span}-01");
    let twice = [
        ("traceparent", valid.as_str()),
        ("traceparent", valid.as_str()),
    ];
    assert_eq!(service.get("/any/1", &twice).await.status, 200);
    let lines = service.lines_of("http.request", bad.len() + 1).await;
    for line in &lines {
        let id = line["trace_id"].as_str().unwrap();
        assert!(
            id.len() == 32 && id != trace && id != "0".repeat(32),
            "{line}"
        );
        assert!(
            id.bytes()
                .all(|digit| digit.is_ascii_digit() || (b'a'..=b'f').contains(&digit))
        );
    }
    assert!(!service.lines.text().contains("xxxxxxxxxx"));
    let state = format!("a={}", "b".repeat(10 * 1024));
    let answer = service
        .get(
            "/any/1",
            &[
                ("traceparent", valid.as_str()),
                ("tracestate", state.as_str()),
            ],
        )
        .await;
    assert_eq!(answer.status, 200);
    let lines = service.lines_of("http.request", bad.len() + 2).await;
    assert!(lines.iter().any(|line| line["trace_id"] == trace));
}

/// Sends all requests on one connection while reading the answers, and counts them.
async fn pipelined(service: &Service, requests: Vec<String>) -> usize {
    let stream = TcpStream::connect(service.address).await.unwrap();
    let (mut reader, mut writer) = stream.into_split();
    let count = requests.len();
    let writing = tokio::spawn(async move {
        for chunk in requests.chunks(100) {
            writer.write_all(chunk.concat().as_bytes()).await.unwrap();
        }
        writer
    });
    let mut reader = tokio::io::BufReader::new(&mut reader);
    let mut line = Vec::new();
    let mut answers = 0;
    while answers < count {
        line.clear();
        let read = reader.read_until(b'\n', &mut line).await.unwrap();
        assert!(read > 0, "closed after {answers} answers");
        answers += usize::from(line.starts_with(b"HTTP/1.1 "));
    }
    drop(writing.await.unwrap());
    answers
}

#[tokio::test]
async fn random_input_grows_no_metric() {
    const REQUESTS: usize = 20_000;
    let service = Service::start(router()).await;
    service.get("/any/1", &[]).await;
    let series = |metrics: &Answer| {
        metrics
            .body
            .lines()
            .filter(|line| !line.starts_with('#'))
            .count()
    };
    let before = request(service.operator(), "GET", "/metrics", &[], "").await;
    let requests = (0..REQUESTS)
        .map(|number| {
            let method = if number % 10 == 0 { format!("M{number}") } else { "GET".to_owned() };
            format!(
                "{method} /{number}/x HTTP/1.1\r\nhost: h{number}\r\nuser-agent: agent/{number}\r\nx-request-id: bad id {number}\r\n\r\n"
            )
        })
        .collect();
    assert_eq!(pipelined(&service, requests).await, REQUESTS);
    // The last record may still be on its way.
    let started = Instant::now();
    let after = loop {
        let asked = Instant::now();
        let after = request(service.operator(), "GET", "/metrics", &[], "").await;
        assert!(
            asked.elapsed() < Duration::from_millis(500),
            "{:?}",
            asked.elapsed()
        );
        let total: f64 = after
            .body
            .lines()
            .filter(|line| {
                line.starts_with("http_server_request_duration_seconds_count")
                    && line.contains(r#"http_route="unmatched""#)
            })
            .map(|line| line.rsplit(' ').next().unwrap().parse::<f64>().unwrap())
            .sum();
        if total == REQUESTS as f64 {
            break after;
        }
        assert!(
            started.elapsed() < Duration::from_secs(5),
            "{total} of {REQUESTS}"
        );
    };
    assert!(series(&after) - series(&before) < 50);
    assert!(after.body.len() < 2 << 20);
    assert!(after.body.contains(&format!(
        "http_server_request_ids_replaced_total {REQUESTS}"
    )));
    assert!(!service.lines.text().contains("bad id"));
}

#[tokio::test]
async fn awkward_values_cost_a_line_each_and_no_request() {
    let service = Service::start(router()).await;
    let answer = request(service.address, "POST", "/awkward", &[], "").await;
    assert_eq!(answer.status, 200);
    let line = service.line("awkward.panics").await;
    assert!(line["value"].is_string(), "{line}");
    let line = service.line("awkward.numbers").await;
    assert_eq!(line["nan"], Value::Null);
    assert_eq!(line["infinite"], Value::Null);
    // In full digits, which this reader's numbers cannot hold.
    assert!(
        service
            .lines
            .text()
            .contains(&format!("\"large\":{}", i128::MAX))
    );
    let line = service.line("awkward.sizes").await;
    assert!(line["huge"].as_str().unwrap().len() < 16_384);
}
