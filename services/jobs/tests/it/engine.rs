//! What other job engines stumble over: each stumbling block is a test here.

use std::time::{Duration, Instant};

use jobs_service::job::{Job, NewJob, Status};
use jobs_service::store::{Store, Submitted, Verdict};
use serde_json::json;

use crate::support::backend::{Backend, on_both};
use crate::support::eventually;

const SOON: Duration = Duration::from_secs(20);
const LEASE: Duration = Duration::from_secs(30);

on_both!(
    a_row_that_cannot_be_read_ends_alone,
    only_the_owner_of_the_lease_ends_an_attempt,
    what_a_worker_holds_unknowingly_goes_back,
    only_old_jobs_are_forgotten,
    a_time_that_has_passed_is_now,
    work_longer_than_the_lease_runs_once,
    replicas_that_start_together_share_one_schema,
);

fn new_job(job_type: &str, payload: &str) -> NewJob {
    NewJob {
        id: uuid::Uuid::now_v7().to_string(),
        job_type: job_type.to_owned(),
        user_id: "ada".to_owned(),
        payload: payload.to_owned(),
        max_attempts: 3,
        request_id: None,
        traceparent: None,
        tracestate: None,
        idempotency_key: None,
        body_hash: String::new(),
        run_at: None,
    }
}

async fn submit(store: &Store, job: &NewJob) -> Job {
    match store.submit(job).await.unwrap() {
        Submitted::New(job) => job,
        other => panic!("{other:?}"),
    }
}

/// One turn of the maintenance.
async fn taken_back(store: &Store, lease: Duration) -> Vec<Job> {
    store.question(lease, lease / 2).await.unwrap();
    store.recover(lease).await.unwrap()
}

/// A job is due from its submission on at the earliest: it jumps no queue, and nothing waited since 1970.
async fn a_time_that_has_passed_is_now(backend: Backend) {
    let plan = backend.plan().with(&["--no-worker"]);
    let _jobs = plan.ready().await;
    let store = Store::open(&plan.database_url(), 2).unwrap();
    let old = NewJob {
        run_at: Some(1),
        ..new_job("sleep", "{}")
    };
    let job = submit(&store, &old).await;
    assert_eq!(job.run_at, job.created_at);
    let waiting = store.queue_state().await.unwrap();
    assert_eq!(waiting.depth, 1);
    assert!(
        waiting.oldest_micros < 60_000_000,
        "{}",
        waiting.oldest_micros
    );
    let later = NewJob {
        run_at: Some(4_102_444_800_000_000),
        ..new_job("sleep", "{}")
    };
    assert_eq!(submit(&store, &later).await.run_at, 4_102_444_800_000_000);
}

/// A row that does not decode must not end the worker or take its neighbours along; one of an unknown type belongs to
/// another version of the service.
async fn a_row_that_cannot_be_read_ends_alone(backend: Backend) {
    let plan = backend.plan();
    let jobs = plan.ready().await;
    let store = Store::open(&plan.database_url(), 2).unwrap();
    let mut bad = Vec::new();
    for payload in ["{\"text\":", "", "[]x", "{\"seconds\": \"soon\"}"] {
        bad.push(submit(&store, &new_job("sleep", payload)).await.id);
    }
    let strange = submit(&store, &new_job("of-the-future", "{}")).await.id;
    let mut good = Vec::new();
    for _ in 0..5 {
        good.push(jobs.api.submit("sleep", json!({ "seconds": 0 })).await);
    }
    for id in &good {
        jobs.api.wait(id, &["succeeded"], SOON).await;
    }
    for id in &bad {
        let job = jobs.api.wait(id, &["dead"], SOON).await;
        assert_eq!(job["attempt"], 1, "no further attempt can change it");
        assert!(job["error"].as_str().unwrap().contains("payload"), "{job}");
    }
    assert_eq!(jobs.api.job(&strange).await["status"], "queued");
    eventually("it shows in the depth", SOON, async || {
        jobs.metric(r#"job_queue_depth{queue="default"}"#).await == 1.0
    })
    .await;
    store.close().await;
}

async fn only_the_owner_of_the_lease_ends_an_attempt(backend: Backend) {
    let store = Store::open(&backend.plan_url(), 4).unwrap();
    store.migrate().await.unwrap();
    let id = submit(&store, &new_job("sleep", "{}")).await.id;
    let short = Duration::from_millis(200);
    let first = store
        .lease("first", "sleep", 9, short)
        .await
        .unwrap()
        .pop()
        .unwrap();
    assert_eq!(
        (first.id.as_str(), first.attempt, first.status()),
        (id.as_str(), 1, Status::Running)
    );
    assert!(
        store
            .lease("second", "sleep", 9, LEASE)
            .await
            .unwrap()
            .is_empty(),
        "leased once"
    );
    assert!(
        taken_back(&store, short).await.is_empty(),
        "not while it is alive"
    );
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert_eq!(store.keep("first", short).await.unwrap().len(), 1);
        assert!(taken_back(&store, short).await.is_empty(), "kept alive");
    }
    tokio::time::sleep(Duration::from_millis(250)).await;
    assert!(
        taken_back(&store, short).await.is_empty(),
        "asked whether it still lives"
    );
    assert_eq!(
        store.keep("first", short).await.unwrap().len(),
        1,
        "it does"
    );
    tokio::time::sleep(Duration::from_millis(250)).await;
    assert!(taken_back(&store, short).await.is_empty(), "asked again");
    tokio::time::sleep(Duration::from_millis(150)).await;
    let lost = taken_back(&store, short).await;
    assert_eq!((lost.len(), lost[0].status()), (1, Status::Retrying));
    let second = store
        .lease("second", "sleep", 9, LEASE)
        .await
        .unwrap()
        .pop()
        .unwrap();
    assert_eq!(second.attempt, 2);
    let done = Verdict::Succeeded("{}".to_owned());
    assert!(
        store
            .finish("first", &first, &done)
            .await
            .unwrap()
            .is_none(),
        "it is not first's any more"
    );
    assert!(store.keep("first", short).await.unwrap().is_empty());
    let ended = store
        .finish("second", &second, &done)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(ended.status(), Status::Succeeded);
    assert!(
        store
            .finish("second", &second, &done)
            .await
            .unwrap()
            .is_none(),
        "once"
    );
    store.close().await;
}

async fn what_a_worker_holds_unknowingly_goes_back(backend: Backend) {
    let store = Store::open(&backend.plan_url(), 4).unwrap();
    store.migrate().await.unwrap();
    submit(&store, &new_job("sleep", "{}")).await;
    // As if the answer to this statement had been lost.
    drop(store.lease("worker", "sleep", 1, LEASE).await.unwrap());
    let kept = store.keep("worker", LEASE).await.unwrap();
    store.give_back("worker", &kept[0]).await.unwrap();
    let job = store.get(&kept[0].id).await.unwrap().unwrap();
    assert_eq!(
        (job.status(), job.attempt),
        (Status::Queued, 0),
        "it never began"
    );
    store.close().await;
}

async fn only_old_jobs_are_forgotten(backend: Backend) {
    let store = Store::open(&backend.plan_url(), 4).unwrap();
    store.migrate().await.unwrap();
    for _ in 0..3 {
        submit(&store, &new_job("sleep", "{}")).await;
    }
    for job in store.lease("worker", "sleep", 2, LEASE).await.unwrap() {
        store
            .finish("worker", &job, &Verdict::Succeeded("{}".to_owned()))
            .await
            .unwrap()
            .unwrap();
    }
    assert_eq!(
        store.forget(Duration::from_secs(3600)).await.unwrap(),
        0,
        "seconds old"
    );
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(store.forget(Duration::from_millis(10)).await.unwrap(), 2);
    let (left, _) = store.list(None, None, 10).await.unwrap();
    assert_eq!(
        (left.len(), left[0].status()),
        (1, Status::Queued),
        "what has not ended stays"
    );
    store.close().await;
}

/// The heartbeat does not depend on the handler: one that computes for many leases is not given to another worker.
async fn work_longer_than_the_lease_runs_once(backend: Backend) {
    let files = tempfile::tempdir().unwrap();
    let file = std::fs::File::create(files.path().join("big")).unwrap();
    file.set_len(96 * 1024 * 1024).unwrap();
    let plan = backend.plan().with(&[
        "--lease",
        "300ms",
        "--digest-dir",
        files.path().to_str().unwrap(),
    ]);
    let (first, second) = (plan.ready().await, plan.ready().await);
    let started = Instant::now();
    let id = first.api.submit("digest", json!({ "file": "big" })).await;
    let job = first
        .api
        .wait(&id, &["succeeded"], Duration::from_secs(60))
        .await;
    assert!(
        started.elapsed() > Duration::from_millis(600),
        "long enough to mean something"
    );
    assert_eq!(job["attempt"], 1);
    assert_eq!(job["result"]["bytes"], 96 * 1024 * 1024);
    let starts = first.events("job.started").len() + second.events("job.started").len();
    assert_eq!(starts, 1);
}

async fn replicas_that_start_together_share_one_schema(backend: Backend) {
    let plan = backend.plan();
    let replicas: Vec<_> = (0..3).map(|_| plan.start()).collect();
    for replica in &replicas {
        eventually("ready", SOON, async || {
            replica.api.get("/health/ready").await.status == 200
        })
        .await;
    }
    let id = replicas[0].api.submit("digest", json!({})).await;
    replicas[2].api.wait(&id, &["succeeded"], SOON).await;
}

/// An engine that looks for the jobs of one owner among all that it ever ended becomes slower with each.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ending_a_job_costs_the_same_after_thousands() {
    let backend = Backend::embedded();
    let store = Store::open(&backend.plan_url(), 4).unwrap();
    store.migrate().await.unwrap();
    let mut rounds = Vec::new();
    for _ in 0..10 {
        for _ in 0..400 {
            submit(&store, &new_job("sleep", "{}")).await;
        }
        let started = Instant::now();
        loop {
            let jobs = store.lease("worker", "sleep", 32, LEASE).await.unwrap();
            if jobs.is_empty() {
                break;
            }
            store.keep("worker", LEASE).await.unwrap();
            taken_back(&store, LEASE).await;
            for job in jobs {
                store
                    .finish("worker", &job, &Verdict::Succeeded("{}".to_owned()))
                    .await
                    .unwrap()
                    .unwrap();
            }
        }
        rounds.push(started.elapsed());
    }
    // The best of the first and of the last three: other work on the machine comes and goes.
    let first = rounds[..3].iter().min().unwrap();
    let last = rounds[7..].iter().min().unwrap();
    assert!(*last < *first * 3, "{rounds:?}");
    store.close().await;
}
