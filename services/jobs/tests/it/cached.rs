//! The cache speeds reads up and never tells an old state.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::backend::{Backend, on_both};

const SOON: Duration = Duration::from_secs(15);

on_both!(
    a_state_that_can_change_is_never_older_than_a_second,
    a_final_state_is_read_from_the_cache
);

async fn a_state_that_can_change_is_never_older_than_a_second(backend: Backend) {
    let plan = backend.plan().with(&["--retry-delay", "10ms"]);
    let worker = plan.ready().await;
    // The one that is asked is not the one that knows of the change.
    let asked = plan.clone().with(&["--no-worker"]).ready().await;
    for _ in 0..3 {
        let id = worker.api.submit("sleep", json!({ "seconds": 0.7 })).await;
        let job = loop {
            let before = jiff::Timestamp::now();
            let job = asked.api.job(&id).await;
            let ended = worker.api.job(&id).await["finished_at"]
                .as_str()
                .map(|time| time.parse::<jiff::Timestamp>().unwrap());
            if let Some(ended) = ended.filter(|_| job["status"] != "succeeded") {
                let age = before.as_millisecond() - ended.as_millisecond();
                assert!(age < 1000, "told {} {age} ms after its end", job["status"]);
            }
            if job["status"] == "succeeded" {
                break job;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        };
        assert_ne!(job["finished_at"], json!(null));
    }
    // `dead` can change too: a retry by hand shows within the second, through every replica.
    let id = worker
        .api
        .submit("fail", json!({ "how": "permanent", "seconds": 0 }))
        .await;
    asked.api.wait(&id, &["dead"], SOON).await;
    worker.api.wait(&id, &["dead"], SOON).await;
    let first_end = asked.api.job(&id).await["finished_at"].clone();
    assert_eq!(
        worker
            .api
            .post(&format!("/jobs/{id}/retry"), &json!({}))
            .await
            .status,
        202
    );
    let retried = Instant::now();
    while asked.api.job(&id).await["finished_at"] == first_end {
        assert!(retried.elapsed() < Duration::from_millis(1100));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn a_final_state_is_read_from_the_cache(backend: Backend) {
    let jobs = backend.plan().ready().await;
    let id = jobs.api.submit("digest", json!({})).await;
    jobs.api.wait(&id, &["succeeded"], SOON).await;
    jobs.api.job(&id).await;
    let reads = r#"db_client_operation_duration_seconds_count{db_system_name="SYSTEM",db_operation_name="job.get",outcome="ok"}"#;
    let system = if matches!(backend, Backend::Embedded(_)) {
        "sqlite"
    } else {
        "postgresql"
    };
    let reads = reads.replace("SYSTEM", system);
    let before = jobs.metric(&reads).await;
    for _ in 0..50 {
        assert_eq!(jobs.api.job(&id).await["status"], "succeeded");
    }
    assert!(
        jobs.metric(&reads).await - before <= 1.0,
        "the database was not asked"
    );
}
