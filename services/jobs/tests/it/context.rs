//! Every line belongs to the request and the job it came from.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::backend::{Backend, on_both};
use crate::support::eventually;
use crate::support::parallel::many;

on_both!(ids_of_a_thousand_requests_never_mix);

const REQUESTS: usize = 1000;

/// Each request enqueues a job; the job's lines, those from a thread of the blocking pool included, carry the request's id.
async fn ids_of_a_thousand_requests_never_mix(backend: Backend) {
    let plan = backend
        .plan()
        .with(&["--concurrency", "digest=8"])
        .env("LOG_LEVEL", "debug");
    let jobs = plan.ready().await;
    let submissions = many(REQUESTS, REQUESTS, |number| {
        let api = jobs.api.clone();
        async move {
            let id = format!("request-{number}");
            let headers = [
                ("content-type", "application/json"),
                ("x-request-id", id.as_str()),
            ];
            let body = json!({ "job_type": "digest", "user_id": format!("user-{number}"), "payload": { "number": number } });
            let answer = api.send("POST", "/jobs", &headers, body.to_string()).await;
            assert_eq!(answer.status, 202);
            assert_eq!(answer.request_id(), id);
            (answer.json()["job_id"].as_str().unwrap().to_owned(), number)
        }
    })
    .await;
    let numbers: HashMap<String, usize> = submissions.into_iter().collect();
    assert_eq!(numbers.len(), REQUESTS);
    eventually("all jobs have run", Duration::from_secs(60), async || {
        jobs.events("job.finished").len() >= REQUESTS
    })
    .await;

    let lines = jobs.lines();
    for (event, count) in [
        ("job.submitted", 1),
        ("job.started", 1),
        ("digest.computing", 1),
        ("job.finished", 1),
    ] {
        let found: Vec<&Value> = lines.iter().filter(|line| line["event"] == event).collect();
        assert_eq!(found.len(), REQUESTS * count, "{event}");
        for line in found {
            let number = numbers[line["job_id"].as_str().unwrap()];
            assert_eq!(line["request_id"], format!("request-{number}"), "{line}");
        }
    }
    let mut traces = HashMap::new();
    for line in lines.iter().filter(|line| line.get("request_id").is_some()) {
        let request = line["request_id"].as_str().unwrap();
        if !request.starts_with("request-") {
            continue;
        }
        if line["event"] == "job.submitted" {
            assert_eq!(
                line["user_id"],
                format!("user-{}", request.trim_start_matches("request-"))
            );
        }
        let trace = line["trace_id"].as_str().unwrap();
        let known = traces
            .entry(trace.to_owned())
            .or_insert_with(|| request.to_owned());
        assert_eq!(known, request, "one trace, one request");
    }
    assert!(traces.len() >= REQUESTS, "a trace for each request");
}
