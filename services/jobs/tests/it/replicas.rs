//! Several replicas on one PostgreSQL.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::json;

use crate::support::backend::Backend;
use crate::support::eventually;
use crate::support::parallel::many;

const SOON: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_two_is_killed_and_every_job_ends() {
    const JOBS: usize = 600;
    let backend = Backend::servers();
    let plan = backend
        .plan()
        .with(&["--lease", "1s", "--concurrency", "sleep=10"]);
    let (first, second) = (plan.ready().await, plan.ready().await);
    let apis = [first.api.clone(), second.api.clone()];
    let ids = many(JOBS, 16, |number| {
        let api = &apis[number % 2];
        async move { api.submit("sleep", json!({ "seconds": 0.05 })).await }
    })
    .await;
    let starts_of_first = first.events("job.started").len();
    assert!(starts_of_first > 0, "both work");
    first.kill();
    eventually("every job has succeeded", SOON, async || {
        second.api.list("status=succeeded").await.len() == JOBS
    })
    .await;
    let jobs = second.api.list("").await;
    assert_eq!(jobs.len(), ids.len());
    let again: Vec<_> = jobs.iter().filter(|job| job["attempt"] != 1).collect();
    assert!(
        again.len() <= 10,
        "only what the killed worker was running: {}",
        again.len()
    );
    assert!(again.iter().all(|job| job["attempt"] == 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_job_runs_twice_while_nobody_dies() {
    const JOBS: usize = 500;
    let backend = Backend::servers();
    let plan = backend.plan();
    let (first, second) = (plan.ready().await, plan.ready().await);
    many(JOBS, 16, |_| first.api.submit("digest", json!({}))).await;
    eventually("every job has succeeded", SOON, async || {
        first.api.list("status=succeeded").await.len() == JOBS
    })
    .await;
    let mut starts: HashMap<String, usize> = HashMap::new();
    for line in first
        .events("job.started")
        .into_iter()
        .chain(second.events("job.started"))
    {
        *starts
            .entry(line["job_id"].as_str().unwrap().to_owned())
            .or_default() += 1;
    }
    assert_eq!(starts.len(), JOBS);
    assert!(starts.values().all(|&count| count == 1));
    assert!(
        !second.events("job.started").is_empty(),
        "the work is shared"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn depth_is_the_queues_and_not_the_replicas() {
    let backend = Backend::servers();
    let plan = backend.plan().with(&["--no-worker"]);
    let (first, second) = (plan.ready().await, plan.ready().await);
    let apis = [first.api.clone(), second.api.clone()];
    many(30, 8, |number| {
        let api = &apis[number % 2];
        async move { api.submit("digest", json!({})).await }
    })
    .await;
    // Not due yet, so not waiting.
    first.api.submit_with(json!({ "job_type": "digest", "user_id": "ada", "payload": {}, "run_at": "2100-01-01T00:00:00Z" })).await;
    for jobs in [&first, &second] {
        eventually("both say 30", Duration::from_secs(5), async || {
            (jobs.metric(r#"job_queue_depth{queue="default"}"#).await - 30.0).abs() < 0.5
        })
        .await;
    }
    let submitted = first.events("job.submitted").len() + second.events("job.submitted").len();
    assert_eq!(submitted, 31);
    tokio::time::sleep(Duration::from_secs(2)).await;
    for jobs in [&first, &second] {
        let oldest = jobs
            .metric(r#"job_queue_oldest_seconds{queue="default"}"#)
            .await;
        assert!((1.0..8.0).contains(&oldest), "{oldest}");
    }
    // A third replica works it off, although it was told of nothing: it looks by itself.
    let worker = backend.plan().ready().await;
    for jobs in [&first, &second, &worker] {
        eventually("all say 0", Duration::from_secs(10), async || {
            jobs.metric(r#"job_queue_depth{queue="default"}"#).await == 0.0
                && jobs
                    .metric(r#"job_queue_oldest_seconds{queue="default"}"#)
                    .await
                    == 0.0
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_is_cancelled_through_another_replica() {
    let backend = Backend::servers();
    let worker = backend.plan().ready().await;
    let other = backend.plan().with(&["--no-worker"]).ready().await;
    let id = other.api.submit("sleep", json!({ "seconds": 600 })).await;
    worker.api.wait(&id, &["running"], SOON).await;
    assert_eq!(
        other
            .api
            .send("DELETE", &format!("/jobs/{id}"), &[], "")
            .await
            .status,
        202
    );
    other
        .api
        .wait(&id, &["cancelled"], Duration::from_secs(10))
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_busy_worker_still_looks_for_what_others_submitted() {
    let backend = Backend::servers();
    let worker = backend.plan().ready().await;
    let other = backend.plan().with(&["--no-worker"]).ready().await;
    // Each end of a job wakes the worker, more often than it looks by itself.
    let busy = tokio::spawn({
        let api = worker.api.clone();
        async move {
            loop {
                api.submit("sleep", json!({ "seconds": 0.02 })).await;
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    });
    tokio::time::sleep(Duration::from_millis(500)).await;
    let id = other.api.submit("digest", json!({})).await;
    other
        .api
        .wait(&id, &["succeeded"], Duration::from_secs(5))
        .await;
    busy.abort();
}
