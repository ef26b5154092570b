//! What a job goes through: submit, run, fail, retry, cancel.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::backend::{Backend, on_both};

const SOON: Duration = Duration::from_secs(15);

on_both!(
    a_job_succeeds_and_is_told_everywhere,
    a_failing_job_is_retried_until_it_is_dead,
    a_job_can_be_cancelled_before_and_while_it_runs,
    a_panic_and_a_timeout_are_failures,
    an_idempotency_key_makes_one_job,
    pages_hold_every_job_once,
);

fn line<'a>(lines: &'a [Value], event: &str, job_id: &str) -> &'a Value {
    let mut found = lines
        .iter()
        .filter(|line| line["event"] == event && line["job_id"] == job_id);
    found
        .next()
        .unwrap_or_else(|| panic!("no {event} of {job_id} in {lines:#?}"))
}

async fn a_job_succeeds_and_is_told_everywhere(backend: Backend) {
    let jobs = backend.plan().ready().await;
    let payload = json!({ "text": "grüße" });
    let body =
        json!({ "job_type": "digest", "user_id": "ada", "payload": payload, "max_attempts": 2 });
    let headers = [
        ("content-type", "application/json"),
        ("x-request-id", "the-request"),
        (
            "traceparent",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ),
    ];
    let answer = jobs
        .api
        .send("POST", "/jobs", &headers, body.to_string())
        .await;
    assert_eq!(answer.status, 202);
    assert_eq!(answer.request_id(), "the-request");
    assert_eq!(answer.json()["status"], "queued");
    let id = answer.json()["job_id"].as_str().unwrap().to_owned();
    assert_eq!(answer.headers["location"], format!("/jobs/{id}"));

    let job = jobs.api.wait(&id, &["succeeded"], SOON).await;
    assert_eq!(job["attempt"], 1);
    assert_eq!(job["max_attempts"], 2);
    assert_eq!(job["user_id"], "ada");
    assert_eq!(job["request_id"], "the-request");
    assert_eq!(job["error"], Value::Null);
    assert_eq!(job["result"]["bytes"], payload.to_string().len());
    for time in ["created_at", "run_at", "started_at", "finished_at"] {
        assert!(job[time].as_str().unwrap().ends_with('Z'), "{time}: {job}");
    }

    jobs.events_reach("job.finished", 1).await;
    let lines = jobs.lines();
    let submitted = line(&lines, "job.submitted", &id);
    assert_eq!(submitted["payload_size"], payload.to_string().len());
    assert_eq!(submitted["job_type"], "digest");
    assert_eq!(submitted["user_id"], "ada");
    let mut spans = Vec::new();
    for event in ["job.submitted", "job.started", "job.finished"] {
        let line = line(&lines, event, &id);
        assert_eq!(line["level"], "info");
        assert_eq!(line["request_id"], "the-request", "{line}");
        assert_eq!(
            line["trace_id"], "4bf92f3577b34da6a3ce929d0e0e4736",
            "{line}"
        );
        spans.push(line["span_id"].clone());
    }
    assert_ne!(spans[0], spans[1], "the job is a span of its own");
    assert_eq!(line(&lines, "job.finished", &id)["attempt"], 1);

    let labels = r#"{queue="default",job_type="digest""#;
    assert_eq!(
        jobs.metric(&format!("jobs_submitted_total{labels}}}"))
            .await,
        1.0
    );
    assert_eq!(
        jobs.metric(&format!(
            r#"job_attempts_total{labels},outcome="succeeded"}}"#
        ))
        .await,
        1.0
    );
    assert_eq!(
        jobs.metric(&format!(
            r#"job_duration_seconds_count{labels},outcome="succeeded"}}"#
        ))
        .await,
        1.0
    );
    assert_eq!(
        jobs.metric(&format!("job_wait_seconds_count{labels}}}"))
            .await,
        1.0
    );
    // What the cache does not know is asked of the database.
    let unknown = "/jobs/01a204f7-385e-703d-9872-eec23e7038c1";
    assert_eq!(jobs.api.get(unknown).await.status, 404);
    let operations = [
        "migrate",
        "job.insert",
        "job.lease",
        "job.finish",
        "job.get",
        "job.queue_state",
    ];
    crate::support::eventually("every statement is measured", SOON, async || {
        let metrics = jobs.operator.get("/metrics").await.text();
        operations.iter().all(|operation| {
            metrics.contains(&format!(
                r#"db_operation_name="{operation}",outcome="ok"}}"#
            ))
        })
    })
    .await;
}

async fn a_failing_job_is_retried_until_it_is_dead(backend: Backend) {
    let jobs = backend
        .plan()
        .with(&["--retry-delay", "200ms"])
        .ready()
        .await;
    let body = json!({ "job_type": "fail", "user_id": "ada", "max_attempts": 3, "payload": { "message": "no luck" } });
    let id = jobs.api.submit_with(body).await;
    let waiting = jobs.api.wait(&id, &["retrying"], SOON).await;
    assert_eq!(
        waiting["error"], "no luck",
        "the last error is told while it waits"
    );
    let dead = jobs.api.wait(&id, &["dead"], SOON).await;
    assert_eq!(dead["attempt"], 3);
    assert_eq!(dead["error"], "no luck");
    assert_ne!(dead["finished_at"], Value::Null);

    let mut failed: Vec<Value> = jobs
        .events_reach("job.failed", 3)
        .await
        .into_iter()
        .filter(|line| line["job_id"] == id)
        .collect();
    failed.sort_by_key(|line| line["attempt"].as_i64());
    let told: Vec<_> = failed
        .iter()
        .map(|line| {
            (
                line["attempt"].as_i64().unwrap(),
                line["will_retry"].as_bool().unwrap(),
            )
        })
        .collect();
    assert_eq!(told, [(1, true), (2, true), (3, false)]);
    for line in &failed {
        assert_eq!(
            (&line["level"], &line["error"]),
            (&json!("error"), &json!("no luck"))
        );
    }
    // The delay doubles: 200 ms and 400 ms, a quarter more or less; it is stored, so the starts tell it.
    let starts: Vec<f64> = jobs
        .events("job.started")
        .iter()
        .filter(|line| line["job_id"] == id)
        .map(seconds)
        .collect();
    assert!(starts[1] - starts[0] >= 0.15, "{starts:?}");
    assert!(starts[2] - starts[1] >= 0.30, "{starts:?}");

    // By hand it gets all its attempts again.
    assert_eq!(
        jobs.api
            .post(&format!("/jobs/{id}/retry"), &json!({}))
            .await
            .status,
        202
    );
    jobs.api
        .wait(&id, &["queued", "running", "retrying"], SOON)
        .await;
    let again = jobs.api.wait(&id, &["dead"], SOON).await;
    assert_eq!(again["attempt"], 3);

    // And one that fails once only succeeds at the second attempt.
    let id = jobs.api.submit("fail", json!({ "times": 1 })).await;
    let job = jobs.api.wait(&id, &["succeeded"], SOON).await;
    assert_eq!(job["attempt"], 2);
    let refused = jobs
        .api
        .post(&format!("/jobs/{id}/retry"), &json!({}))
        .await;
    assert_eq!(refused.status, 409, "only dead jobs can be retried");
}

fn seconds(line: &Value) -> f64 {
    let time = line["timestamp"]
        .as_str()
        .unwrap()
        .parse::<jiff::Timestamp>()
        .unwrap();
    time.as_microsecond() as f64 / 1e6
}

async fn a_job_can_be_cancelled_before_and_while_it_runs(backend: Backend) {
    let jobs = backend.plan().ready().await;
    let later = json!({ "job_type": "sleep", "user_id": "ada", "payload": { "seconds": 0 }, "run_at": "2100-01-01T00:00:00Z" });
    let id = jobs.api.submit_with(later).await;
    let path = format!("/jobs/{id}");
    assert_eq!(jobs.api.job(&id).await["attempt"], 0, "not started");
    let cancelled = jobs.api.send("DELETE", &path, &[], "").await;
    assert_eq!(
        (cancelled.status.as_u16(), &cancelled.json()["status"]),
        (200, &json!("cancelled"))
    );
    let again = jobs.api.send("DELETE", &path, &[], "").await;
    assert_eq!(again.status, 409, "final");

    let id = jobs.api.submit("sleep", json!({ "seconds": 600 })).await;
    jobs.api.wait(&id, &["running"], SOON).await;
    let asked = jobs
        .api
        .send("DELETE", &format!("/jobs/{id}"), &[], "")
        .await;
    assert_eq!(asked.status, 202, "its worker stops it");
    let job = jobs.api.wait(&id, &["cancelled"], SOON).await;
    assert_ne!(job["finished_at"], Value::Null);
    assert_eq!(
        jobs.metric(
            r#"job_duration_seconds_count{queue="default",job_type="sleep",outcome="cancelled"}"#
        )
        .await,
        1.0
    );
}

async fn a_panic_and_a_timeout_are_failures(backend: Backend) {
    let jobs = backend
        .plan()
        .with(&["--timeout", "sleep=200ms", "--retry-delay", "50ms"])
        .ready()
        .await;
    let panics = json!({ "job_type": "fail", "user_id": "ada", "max_attempts": 2, "payload": { "how": "panic", "message": "oh" } });
    let slow = json!({ "job_type": "sleep", "user_id": "ada", "max_attempts": 2, "payload": { "seconds": 60 } });
    let (panics, slow) = (
        jobs.api.submit_with(panics).await,
        jobs.api.submit_with(slow).await,
    );
    let job = jobs.api.wait(&panics, &["dead"], SOON).await;
    assert_eq!(
        (&job["error"], &job["attempt"]),
        (&json!("panicked: oh"), &json!(2))
    );
    let job = jobs.api.wait(&slow, &["dead"], SOON).await;
    assert_eq!(
        (&job["error"], &job["attempt"]),
        (&json!("timed out after 0.2 s"), &json!(2))
    );
    for (job_type, outcome) in [("fail", "panicked"), ("sleep", "timeout")] {
        let series = format!(
            r#"job_attempts_total{{queue="default",job_type="{job_type}",outcome="{outcome}"}}"#
        );
        assert_eq!(jobs.metric(&series).await, 2.0, "{series}");
    }
    // One bad job is not the end of the others.
    let id = jobs.api.submit("digest", json!({})).await;
    jobs.api.wait(&id, &["succeeded"], SOON).await;
    // A failure that no attempt can change ends at once.
    let id = jobs.api.submit("fail", json!({ "how": "permanent" })).await;
    assert_eq!(jobs.api.wait(&id, &["dead"], SOON).await["attempt"], 1);
}

async fn an_idempotency_key_makes_one_job(backend: Backend) {
    let jobs = backend.plan().ready().await;
    let body = |user: &str, text: &str| {
        json!({ "job_type": "digest", "user_id": user, "payload": { "text": text } }).to_string()
    };
    let headers = [
        ("content-type", "application/json"),
        ("idempotency-key", "k-1"),
    ];
    let answers = crate::support::parallel::many(50, 50, |_| {
        jobs.api.send("POST", "/jobs", &headers, body("ada", "one"))
    })
    .await;
    let mut ids: Vec<_> = answers
        .iter()
        .map(|answer| answer.json()["job_id"].as_str().unwrap().to_owned())
        .collect();
    assert!(answers.iter().all(|answer| answer.status == 202));
    assert_eq!(
        answers
            .iter()
            .filter(|answer| !answer.headers.contains_key("idempotency-replayed"))
            .count(),
        1
    );
    ids.dedup();
    assert_eq!(ids.len(), 1, "one job for one key");
    let other = jobs
        .api
        .send("POST", "/jobs", &headers, body("ada", "two"))
        .await;
    assert_eq!(other.status, 422);
    assert_eq!(other.json()["errors"][0]["field"], "Idempotency-Key");
    let other_user = jobs
        .api
        .send("POST", "/jobs", &headers, body("eve", "two"))
        .await;
    assert_eq!(other_user.status, 202, "keys are each user's own");
    assert_ne!(other_user.json()["job_id"], ids[0].as_str());
    assert_eq!(jobs.api.list("").await.len(), 2);
    assert_eq!(
        jobs.metric(r#"jobs_submitted_total{queue="default",job_type="digest"}"#)
            .await,
        2.0
    );
}

async fn pages_hold_every_job_once(backend: Backend) {
    let jobs = backend.plan().with(&["--no-worker"]).ready().await;
    let mut ids =
        crate::support::parallel::many(45, 8, |_| jobs.api.submit("digest", json!({}))).await;
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = jobs
            .api
            .get(&format!("/jobs?status=queued&limit=20{cursor}"))
            .await
            .json();
        let page_jobs = page["jobs"].as_array().unwrap().clone();
        assert!(page_jobs.len() <= 20);
        seen.extend(
            page_jobs
                .iter()
                .map(|job| job["job_id"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page["next_cursor"].as_str() else {
            break;
        };
        cursor = format!("&cursor={next}");
    }
    ids.sort();
    ids.reverse();
    assert_eq!(seen, ids, "newest first, none twice, none left out");
    assert_eq!(jobs.api.list("status=dead").await.len(), 0);
    let all = jobs.api.list("").await;
    assert_eq!(
        jobs.api.list("status=&cursor=").await,
        all,
        "empty is absent"
    );
}
