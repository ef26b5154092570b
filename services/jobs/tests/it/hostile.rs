//! Input that means harm: it is answered, logged and counted like any other.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::backend::{Backend, on_both};
use crate::support::parallel::many;
use crate::support::process::{Jobs, Plan};

const JSON: (&str, &str) = ("content-type", "application/json");
const SOON: Duration = Duration::from_secs(15);
/// Method, path, headers, body; the status and the field that the answer names.
type Case<'a> = (
    &'a str,
    &'a str,
    Vec<(&'a str, &'a str)>,
    String,
    u16,
    Option<&'a str>,
);

const LONGEST_LINE: usize = 16_384;

on_both!(
    every_wrong_request_has_its_problem,
    text_of_callers_forges_no_line
);

async fn every_wrong_request_has_its_problem(backend: Backend) {
    let jobs = backend.plan().with(&["--no-worker"]).ready().await;
    let good = json!({ "job_type": "digest", "user_id": "ada", "payload": {} });
    let with = |field: &str, value: Value| {
        let mut body = good.clone();
        body[field] = value;
        body.to_string()
    };
    let long_key = "k".repeat(256);
    let deep = format!(
        r#"{{"job_type":"digest","user_id":"ada","payload":{}1{}}}"#,
        "[".repeat(10_000),
        "]".repeat(10_000)
    );
    let unknown = format!("/jobs/{}", uuid::Uuid::now_v7());
    let cases: Vec<Case<'_>> = vec![
        (
            "POST",
            "/jobs",
            vec![],
            good.to_string(),
            415,
            Some("content-type"),
        ),
        (
            "POST",
            "/jobs",
            vec![("content-type", "text/plain")],
            good.to_string(),
            415,
            Some("content-type"),
        ),
        (
            "POST",
            "/jobs",
            vec![JSON],
            String::new(),
            400,
            Some("body"),
        ),
        (
            "POST",
            "/jobs",
            vec![JSON],
            "{\"job_type\":".to_owned(),
            400,
            Some("body"),
        ),
        ("POST", "/jobs", vec![JSON], deep, 400, Some("body")),
        (
            "POST",
            "/jobs",
            vec![JSON],
            "[]".to_owned(),
            422,
            Some("body"),
        ),
        (
            "POST",
            "/jobs",
            vec![JSON],
            with("payload", json!({ "x": "y".repeat(70_000) })),
            413,
            Some("body"),
        ),
        (
            "POST",
            "/jobs",
            vec![JSON],
            with("job_type", json!("nap")),
            422,
            Some("job_type"),
        ),
        (
            "POST",
            "/jobs",
            vec![JSON],
            with("job_type", json!("webhook")),
            422,
            Some("job_type"),
        ),
        (
            "POST",
            "/jobs",
            vec![JSON],
            with("user_id", json!("a\u{0}b")),
            422,
            Some("user_id"),
        ),
        (
            "POST",
            "/jobs",
            vec![JSON],
            with("user_id", json!("a\nb")),
            422,
            Some("user_id"),
        ),
        (
            "POST",
            "/jobs",
            vec![JSON],
            with("user_id", json!("x".repeat(129))),
            422,
            Some("user_id"),
        ),
        (
            "POST",
            "/jobs",
            vec![JSON],
            with("payload", json!("text")),
            422,
            Some("payload"),
        ),
        (
            "POST",
            "/jobs",
            vec![JSON],
            with("payload", json!({ "file": "/etc/passwd" })),
            422,
            Some("payload.file"),
        ),
        (
            "POST",
            "/jobs",
            vec![JSON],
            with("run_at", json!("tomorrow")),
            422,
            Some("run_at"),
        ),
        (
            "POST",
            "/jobs",
            vec![JSON],
            with("run_at", json!(1_700_000_000)),
            422,
            Some("run_at"),
        ),
        (
            "POST",
            "/jobs",
            vec![JSON],
            with("max_attempts", json!(0)),
            422,
            Some("max_attempts"),
        ),
        (
            "POST",
            "/jobs",
            vec![JSON],
            with("max_attempts", json!(1.5)),
            422,
            Some("max_attempts"),
        ),
        (
            "POST",
            "/jobs",
            vec![JSON],
            with("status", json!("succeeded")),
            422,
            Some("status"),
        ),
        (
            "POST",
            "/jobs",
            vec![JSON, ("idempotency-key", "")],
            good.to_string(),
            400,
            Some("Idempotency-Key"),
        ),
        (
            "POST",
            "/jobs",
            vec![JSON, ("idempotency-key", &long_key)],
            good.to_string(),
            400,
            Some("Idempotency-Key"),
        ),
        (
            "POST",
            "/jobs",
            vec![JSON, ("idempotency-key", "a"), ("idempotency-key", "b")],
            good.to_string(),
            400,
            Some("Idempotency-Key"),
        ),
        (
            "GET",
            "/jobs?status=sleeping",
            vec![],
            String::new(),
            400,
            Some("status"),
        ),
        (
            "GET",
            "/jobs?cursor=1%27%20OR%201=1",
            vec![],
            String::new(),
            400,
            Some("cursor"),
        ),
        (
            "GET",
            "/jobs?limit=0",
            vec![],
            String::new(),
            400,
            Some("limit"),
        ),
        (
            "GET",
            "/jobs?limit=x",
            vec![],
            String::new(),
            400,
            Some("query"),
        ),
        (
            "GET",
            "/jobs?order=x",
            vec![],
            String::new(),
            400,
            Some("query"),
        ),
        ("GET", "/jobs/1", vec![], String::new(), 404, None),
        ("GET", "/jobs/%ff%fe", vec![], String::new(), 404, None),
        ("GET", &unknown, vec![], String::new(), 404, None),
        ("DELETE", &unknown, vec![], String::new(), 404, None),
        ("GET", "/", vec![], String::new(), 404, None),
        ("GET", "/jobs/a/b/c", vec![], String::new(), 404, None),
        ("PUT", "/jobs", vec![], String::new(), 405, None),
        ("POST", &unknown, vec![], String::new(), 405, None),
    ];
    for (method, path, headers, body, status, field) in cases {
        let answer = jobs.api.send(method, path, &headers, body.clone()).await;
        let what = format!(
            "{method} {path} {headers:?} {:.80} -> {}",
            body,
            answer.text()
        );
        assert_eq!(answer.status, status, "{what}");
        assert_eq!(
            answer.headers["content-type"], "application/problem+json",
            "{what}"
        );
        let problem = answer.json();
        assert_eq!(problem["status"], status, "{what}");
        assert_eq!(problem["request_id"], answer.request_id(), "{what}");
        if let Some(field) = field {
            let named: Vec<_> = problem["errors"]
                .as_array()
                .unwrap()
                .iter()
                .map(|error| error["field"].clone())
                .collect();
            assert_eq!(named, [field], "{what}");
        }
    }
    let invalid = jobs
        .api
        .send(
            "POST",
            "/jobs",
            &[JSON],
            b"{\"job_type\":\"\xff\xfe\"}".to_vec(),
        )
        .await;
    assert_eq!(invalid.status, 400, "invalid UTF-8");
    assert_eq!(jobs.api.list("").await.len(), 0, "none of them was stored");
}

/// Scenario 6: callers' text with line breaks, forged lines, U+2028, escape sequences.
async fn text_of_callers_forges_no_line(backend: Backend) {
    let jobs = backend
        .plan()
        .with(&["--retry-delay", "10ms"])
        .ready()
        .await;
    let evil = "\r\n{\"event\":\"forged\",\"level\":\"critical\"}\u{2028}\u{1b}[2J\u{85}";
    let body = json!({ "job_type": "fail", "user_id": "eve\u{2028}x", "max_attempts": 1, "payload": { "message": evil } });
    let id = jobs.api.submit_with(body).await;
    let job = jobs.api.wait(&id, &["dead"], SOON).await;
    assert_eq!(
        job["error"], evil,
        "the caller gets the text back as it was"
    );
    let body = json!({ "job_type": "digest", "user_id": "eve", "payload": { "level": "x", "": 1, "a.b": { "event": "forged" }, "nul": "a\u{0}b" } });
    let id = jobs.api.submit_with(body).await;
    jobs.api.wait(&id, &["succeeded"], SOON).await;
    let path = "/jobs/%0d%0a%7b%22event%22:%22forged%22%7d%e2%80%a8%1b%5b2J";
    assert_eq!(jobs.api.get(path).await.status, 404);
    let headers = [
        JSON,
        ("x-request-id", "forged\tid"),
        (
            "traceparent",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        ),
    ];
    let answer = jobs.api.send("POST", "/jobs", &headers, "{}").await;
    assert_ne!(answer.request_id(), "forged\tid");
    for line in jobs.lines() {
        assert_ne!(line["event"], "forged", "{line}");
        assert_ne!(line["level"], "critical", "{line}");
        assert!(line["timestamp"].is_string(), "{line}");
        assert_ne!(
            line["trace_id"], "4BF92F3577B34DA6A3CE929D0E0E4736",
            "{line}"
        );
    }
    let failed = jobs.events_reach("job.failed", 1).await;
    assert_eq!(
        failed[0]["error"].as_str().unwrap().lines().count(),
        2,
        "found in one line, as it was"
    );
}

/// Scenario 8: header lines of 64 KiB, thousands of headers: an answer or a closed connection, and the service lives.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn huge_headers_hurt_nobody() {
    let jobs = Plan::embedded().ready().await;
    let huge = format!(
        "GET /jobs HTTP/1.1\r\nhost: localhost\r\nx-request-id: {}\r\nconnection: close\r\n\r\n",
        "a".repeat(64 * 1024)
    );
    let many_headers: String = (0..8000)
        .map(|number| format!("x-{number}: y\r\n"))
        .collect();
    let many_headers =
        format!("GET /jobs HTTP/1.1\r\nhost: localhost\r\n{many_headers}connection: close\r\n\r\n");
    for request in [
        huge.as_str(),
        many_headers.as_str(),
        "\0\0\0\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
    ] {
        let answer = raw(&jobs, request.as_bytes()).await;
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1."),
            "{answer}"
        );
    }
    let headers = [
        ("x-request-id", "a".repeat(4000)),
        ("traceparent", "0".repeat(4000)),
        ("tracestate", "a=b,".repeat(2500)),
    ];
    let headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let answer = jobs.api.send("GET", "/jobs", &headers, "").await;
    assert_eq!(answer.status, 200);
    assert!(answer.request_id().len() <= 128);
    assert_eq!(jobs.api.get("/health").await.status, 200);
    for line in jobs.lines() {
        assert!(line.to_string().len() <= LONGEST_LINE);
    }
    let warnings = jobs
        .lines()
        .iter()
        .filter(|line| line["level"] == "warning")
        .count();
    assert!(warnings <= 4, "no flood: {warnings}");
}

async fn raw(jobs: &Jobs, request: &[u8]) -> String {
    let mut stream = tokio::net::TcpStream::connect(&jobs.address).await.unwrap();
    // The service may close before it has read everything.
    let _ = stream.write_all(request).await;
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut answer)).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_never_ends_is_not_waited_for() {
    let jobs = Plan::embedded().ready().await;
    let head = "POST /jobs HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{";
    let mut stream = tokio::net::TcpStream::connect(&jobs.address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    let read = tokio::time::timeout(Duration::from_secs(15), stream.read_exact(&mut answer)).await;
    read.expect("an answer in time").unwrap();
    assert_eq!(&answer, b"HTTP/1.1 408");
}

/// Scenario 11: paths and methods that nobody has seen before make no new series, and the total stays right.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_paths_and_methods_add_no_series() {
    const REQUESTS: usize = 3000;
    let jobs = Plan::embedded().ready().await;
    jobs.api.get("/jobs").await;
    let series = async || {
        jobs.operator
            .get("/metrics")
            .await
            .text()
            .lines()
            .filter(|line| !line.starts_with('#'))
            .count()
    };
    let before = series().await;
    many(REQUESTS, 16, |number| {
        let api = jobs.api.clone();
        async move {
            let method = if number % 3 == 0 {
                format!("M{number}")
            } else {
                "GET".to_owned()
            };
            let path = format!(
                "/{}/x{number}?q={number}",
                ["jobs", "a", "jobs/y"][number % 3]
            );
            api.send(
                &method,
                &path,
                &[("user-agent", &format!("agent {number}"))],
                "",
            )
            .await
            .status
        }
    })
    .await;
    let added = series().await - before;
    assert!(added < 150, "{added} lines of /metrics more");
    let metrics = jobs.operator.get("/metrics").await.text();
    let names: std::collections::HashSet<_> = metrics
        .lines()
        .filter(|line| line.starts_with("http_server_request_duration_seconds_count"))
        .collect();
    assert!(names.len() < 20, "{names:#?}");
    let total: f64 = names
        .iter()
        .map(|line| line.rsplit(' ').next().unwrap().parse::<f64>().unwrap())
        .sum();
    // The readiness probes before are not requests of users.
    assert_eq!(total as usize, REQUESTS + 1);
}
