//! SIGTERM: nobody is turned away, nothing is lost, the exit is 0.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use serde_json::json;

use crate::support::backend::{Backend, on_both};
use crate::support::eventually;

const SOON: Duration = Duration::from_secs(15);

on_both!(
    no_request_fails_while_it_drains,
    running_jobs_finish_or_return_to_the_queue
);

async fn no_request_fails_while_it_drains(backend: Backend) {
    let mut jobs = backend
        .plan()
        .env("PLIMSOLL_HTTP__DRAIN_DELAY", "1s")
        .ready()
        .await;
    let draining = Arc::new(AtomicBool::new(false));
    let answered = Arc::new(AtomicUsize::new(0));
    let callers: Vec<_> = (0..8)
        .map(|caller| {
            let (api, draining, answered) = (jobs.api.clone(), Arc::clone(&draining), Arc::clone(&answered));
            tokio::spawn(async move {
                // As behind a load balancer: it goes on until readiness has been seen to be gone.
                while !draining.load(Relaxed) {
                    let body = json!({ "job_type": "digest", "user_id": format!("user-{caller}"), "payload": {} });
                    let answer = api.post("/jobs", &body).await;
                    assert_eq!(answer.status, 202, "{}", answer.text());
                    answered.fetch_add(1, Relaxed);
                }
            })
        })
        .collect();
    eventually("under load", SOON, async || answered.load(Relaxed) > 200).await;
    jobs.terminate();
    eventually("draining is told", Duration::from_secs(1), async || {
        let answer = jobs.api.get("/health/ready").await;
        answer.status == 503 && answer.json()["status"] == "draining"
    })
    .await;
    assert_eq!(jobs.api.get("/health").await.status, 200, "it still lives");
    tokio::time::sleep(Duration::from_millis(300)).await;
    draining.store(true, Relaxed);
    for caller in callers {
        caller.await.expect("no request failed");
    }
    assert_eq!(jobs.exit_code(SOON).await, 0);
    eventually("the last line", SOON, async || {
        jobs.events("service.stopped").len() == 1
    })
    .await;
    let lines = jobs.lines();
    assert_eq!(lines.last().unwrap()["event"], "service.stopped");
    assert_eq!(
        jobs.events("job.submitted").len(),
        answered.load(Relaxed),
        "every acceptance has its line"
    );
}

async fn running_jobs_finish_or_return_to_the_queue(backend: Backend) {
    let plan = backend.plan().with(&["--job-drain", "1500ms"]);
    let mut jobs = plan.ready().await;
    let short = jobs.api.submit("sleep", json!({ "seconds": 1 })).await;
    let long = jobs.api.submit_with(json!({ "job_type": "sleep", "user_id": "ada", "max_attempts": 1, "payload": { "seconds": 60 } })).await;
    jobs.api.wait(&short, &["running"], SOON).await;
    jobs.api.wait(&long, &["running"], SOON).await;
    jobs.terminate();
    assert_eq!(jobs.exit_code(SOON).await, 0);
    assert_eq!(jobs.events("job.finished").len(), 1);
    assert_eq!(jobs.events("job.released").len(), 1);
    let waits = &jobs.events("worker.draining")[0];
    assert_eq!(
        (&waits["jobs"], &waits["seconds"]),
        (&json!(2), &json!(1.5))
    );
    let named = waits["job_ids"].as_array().unwrap();
    assert!([&short, &long].iter().all(|id| named.contains(&json!(id))));

    let jobs = plan.clone().with(&["--no-worker"]).ready().await;
    assert_eq!(jobs.api.job(&short).await["status"], "succeeded");
    let job = jobs.api.job(&long).await;
    assert_eq!(
        (&job["status"], &job["attempt"]),
        (&json!("queued"), &json!(0)),
        "a deployment costs no attempt"
    );
    drop(jobs);
    // And the next worker takes it at once: there is no lease to wait for.
    let jobs = plan.ready().await;
    jobs.api
        .wait(&long, &["running"], Duration::from_secs(4))
        .await;
}

/// The database is away when the service ends: what cannot be returned is named, and the exit says so, in time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn jobs_that_cannot_be_returned_are_named() {
    let backend = Backend::servers();
    let Backend::Servers { postgres, .. } = &backend else {
        panic!("no servers")
    };
    let plan = backend.plan().with(&["--job-drain", "500ms"]);
    let mut jobs = plan.ready().await;
    let id = jobs.api.submit("sleep", json!({ "seconds": 60 })).await;
    jobs.api.wait(&id, &["running"], SOON).await;
    postgres.pause();
    let started = std::time::Instant::now();
    jobs.terminate();
    assert_eq!(jobs.exit_code(Duration::from_secs(25)).await, 1);
    assert!(
        started.elapsed() < Duration::from_secs(12),
        "{:?}",
        started.elapsed()
    );
    let lines = jobs.events("worker.jobs_abandoned");
    assert_eq!(lines.len(), 1);
    assert_eq!(
        (&lines[0]["level"], &lines[0]["job_ids"]),
        (&json!("error"), &json!([id]))
    );
    postgres.resume();
}
