//! What adopting Plimsoll costs a service that was written without it: the lines are counted and the result is run.

use crate::support::request;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::time::Duration;

#[path = "../../examples/orders/after.rs"]
mod after;

const BEFORE: &str = include_str!("../../examples/orders/before.rs");
const AFTER: &str = include_str!("../../examples/orders/after.rs");
const DOCUMENT: &str = include_str!("../../../../docs/adoption.md");

/// The lines of code, without the comment at the top.
fn code(source: &str) -> Vec<&str> {
    source
        .lines()
        .filter(|line| !line.starts_with("//!"))
        .collect()
}

/// Lines of a text with their numbers.
type Numbered<'a> = Vec<(usize, &'a str)>;

/// The smallest sets of lines to take away and to add, each with the line numbers in its own text.
fn difference<'a>(old: &[&'a str], new: &[&'a str]) -> (Numbered<'a>, Numbered<'a>) {
    // Lengths of the longest common subsequence of all tails.
    let mut common = vec![vec![0; new.len() + 1]; old.len() + 1];
    for (at, line) in old.iter().enumerate().rev() {
        for (other, candidate) in new.iter().enumerate().rev() {
            common[at][other] = if line == candidate {
                common[at + 1][other + 1] + 1
            } else {
                common[at + 1][other].max(common[at][other + 1])
            };
        }
    }
    let (mut removed, mut added) = (Vec::new(), Vec::new());
    let (mut at, mut other) = (0, 0);
    while at < old.len() || other < new.len() {
        if at < old.len() && other < new.len() && old[at] == new[other] {
            (at, other) = (at + 1, other + 1);
        } else if other == new.len()
            || (at < old.len() && common[at + 1][other] >= common[at][other + 1])
        {
            removed.push((at, old[at]));
            at += 1;
        } else {
            added.push((other, new[other]));
            other += 1;
        }
    }
    (removed, added)
}

#[test]
fn at_most_ten_lines_are_added_and_no_handler_is_changed() {
    let (old, new) = (code(BEFORE), code(AFTER));
    let (removed, added) = difference(&old, &new);
    assert!((1..=10).contains(&added.len()), "{added:#?}");
    assert!(removed.len() <= added.len(), "{removed:#?}");
    let main = |lines: &[&str]| {
        lines
            .iter()
            .position(|line| line.contains("fn main"))
            .unwrap()
    };
    let (old_main, new_main) = (main(&old), main(&new));
    assert!(removed.iter().all(|&(at, _)| at > old_main), "{removed:#?}");
    assert!(added.iter().all(|&(at, _)| at > new_main), "{added:#?}");
    assert!(
        added
            .iter()
            .any(|(_, line)| line.contains("plimsoll.serve("))
    );
}

#[test]
fn the_documented_diff_is_the_real_one() {
    let (removed, added) = difference(&code(BEFORE), &code(AFTER));
    let block = DOCUMENT
        .split("```diff\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    let marked = |mark: char| -> Vec<&str> {
        block
            .lines()
            .filter_map(|line| line.strip_prefix(mark))
            .collect()
    };
    let texts = |lines: &[(usize, &'static str)]| -> Vec<&str> {
        lines.iter().map(|&(_, line)| line).collect()
    };
    assert_eq!(marked('-'), texts(&removed));
    assert_eq!(marked('+'), texts(&added));
    for line in marked(' ') {
        assert!(AFTER.lines().any(|known| known == line), "{line}");
    }
}

/// The child: the adopted service itself.
#[test]
#[ignore = "the child process of the other test"]
fn child() {
    after::main().unwrap();
}

#[cfg(unix)]
#[tokio::test]
async fn the_adopted_service_keeps_the_standard() {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "adoption::child", "--ignored", "--nocapture"])
        .env("LISTEN", "127.0.0.1:0")
        .env("OPERATOR_LISTEN", "127.0.0.1:0")
        .env("PLIMSOLL_HTTP__DRAIN_DELAY", "10ms")
        .env_remove("RUST_LOG")
        .env_remove("LOG_LEVEL")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
    // The test harness of the child writes to the same stream.
    let mut next = move |event: &str| -> Value {
        loop {
            let line = output
                .next()
                .unwrap_or_else(|| panic!("no {event}"))
                .unwrap();
            if let Some(start) = line.find("{\"") {
                let line: Value = serde_json::from_str(&line[start..]).unwrap();
                if line["event"] == event {
                    return line;
                }
            }
        }
    };
    let started = next("service.started");
    assert_eq!(started["service"], "orders");
    let address = |key: &str| -> SocketAddr {
        started[key]
            .as_str()
            .unwrap()
            .strip_prefix("http://")
            .unwrap()
            .parse()
            .unwrap()
    };
    let (service, operator) = (address("listen"), address("operator"));

    let order = r#"{"article":"anchor","quantity":2}"#;
    let headers = [
        ("content-type", "application/json"),
        ("x-request-id", "first"),
    ];
    let placed = request(service, "POST", "/orders", &headers, order).await;
    assert_eq!((placed.status, placed.id()), (201, "first"));
    for event in ["order.placed", "http.request"] {
        let line = next(event);
        assert_eq!(line["request_id"], "first");
        assert_eq!(line["path"], "/orders");
        assert_eq!(line["method"], "POST");
    }
    let refused = request(
        service,
        "POST",
        "/orders",
        &headers[..1],
        r#"{"article":"x","quantity":0}"#,
    )
    .await;
    assert_eq!(refused.status, 422);
    // The check's first result comes a moment after the start.
    for _ in 0..100 {
        let ready = request(service, "GET", "/health/ready", &[], "").await;
        if ready.json() == json!({ "status": "ok", "checks": { "store": true } }) {
            break;
        }
        assert_eq!(ready.json()["status"], "starting");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(
        request(service, "GET", "/health", &[], "").await.body,
        r#"{"status":"ok"}"#
    );
    let metrics = request(operator, "GET", "/metrics", &[], "").await.body;
    for series in [
        r#"http_server_request_duration_seconds_count{http_request_method="POST",http_route="/orders",http_response_status_code="201"} 1"#,
        r#"health_check_up{check="store"} 1"#,
    ] {
        assert!(metrics.contains(series), "{series} is not in\n{metrics}");
    }
    let terminated = Command::new("kill")
        .arg(child.id().to_string())
        .status()
        .unwrap();
    assert!(terminated.success());
    next("service.draining");
    next("service.stopped");
    assert!(child.wait().unwrap().success());
}
