//! The flight recorder is on: a failure brings out what led to it, a success keeps it to itself.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::process::{Jobs, Plan};

const SOON: Duration = Duration::from_secs(15);

fn recorded(jobs: &Jobs, job_id: &str) -> Vec<Value> {
    let mut lines = jobs.lines();
    lines.retain(|line| line["recorded"] == true && line["job_id"] == job_id);
    lines
}

async fn plan(files: &tempfile::TempDir) -> Jobs {
    let directory = files.path().to_str().unwrap();
    Plan::embedded()
        .with(&["--digest-dir", directory])
        .ready()
        .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failed_job_brings_out_its_debug_lines() {
    let files = tempfile::tempdir().unwrap();
    let jobs = plan(&files).await;
    let good = jobs.api.submit("digest", json!({})).await;
    jobs.api.wait(&good, &["succeeded"], SOON).await;
    let bad = jobs
        .api
        .submit("digest", json!({ "file": "missing" }))
        .await;
    jobs.events_reach("job.failed", 1).await;
    let lines = recorded(&jobs, &bad);
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert_eq!(
        (&lines[0]["event"], &lines[0]["level"], &lines[0]["attempt"]),
        (&json!("digest.computing"), &json!("debug"), &json!(1))
    );
    let at = |event: &str| {
        let lines = jobs.lines();
        lines
            .iter()
            .position(|line| line["event"] == event && line["job_id"] == bad.as_str())
    };
    assert!(at("digest.computing") < at("job.failed"), "in order");
    assert!(recorded(&jobs, &good).is_empty(), "success says nothing");
    let dumps = r#"log_recorder_dumps_total{outcome="written"}"#;
    assert!(jobs.metric(dumps).await >= 1.0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_job_does_too_and_the_configuration_can_turn_it_off() {
    let files = tempfile::tempdir().unwrap();
    let big = std::fs::File::create(files.path().join("big")).unwrap();
    big.set_len(16 * 1024 * 1024).unwrap();
    let directory = files.path().to_str().unwrap();
    let plan = Plan::embedded()
        .with(&["--digest-dir", directory])
        .env("PLIMSOLL_LOG__RECORDER__SLOWER_THAN", "5ms");
    let jobs = plan.ready().await;
    let id = jobs.api.submit("digest", json!({ "file": "big" })).await;
    jobs.api.wait(&id, &["succeeded"], SOON).await;
    jobs.events_reach("job.finished", 1).await;
    assert_eq!(recorded(&jobs, &id).len(), 1);

    let jobs = plan
        .env("PLIMSOLL_LOG__RECORDER__ENABLED", "false")
        .ready()
        .await;
    let id = jobs.api.submit("digest", json!({ "file": "big" })).await;
    jobs.api.wait(&id, &["succeeded"], SOON).await;
    jobs.events_reach("job.finished", 1).await;
    assert!(recorded(&jobs, &id).is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_line_is_counted_by_its_level() {
    let files = tempfile::tempdir().unwrap();
    let mut jobs = plan(&files).await;
    for _ in 0..20 {
        let id = jobs.api.submit("digest", json!({})).await;
        jobs.api.wait(&id, &["succeeded"], SOON).await;
    }
    let body = json!({ "job_type": "fail", "user_id": "ada", "max_attempts": 1, "payload": {} });
    let id = jobs.api.submit_with(body).await;
    jobs.api.wait(&id, &["dead"], SOON).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let counted = async |jobs: &Jobs, level: &str| {
        let events = jobs
            .metric(&format!(r#"log_events_total{{level="{level}"}}"#))
            .await;
        let suppressed = jobs.metric("log_suppressed_total").await;
        assert!(suppressed == 0.0);
        events as usize
    };
    for level in ["info", "warning", "error"] {
        let events = counted(&jobs, level).await;
        let written = jobs
            .lines()
            .iter()
            .filter(|line| line["level"] == level)
            .count();
        assert_eq!(events, written, "{level}");
    }
    assert_eq!(counted(&jobs, "error").await, 1, "the failure");
    jobs.terminate();
    assert_eq!(jobs.exit_code(SOON).await, 0);
}
