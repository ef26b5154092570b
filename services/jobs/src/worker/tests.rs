use std::time::Instant;

use super::*;
use crate::job::{Job, NewJob, Status};
use crate::store::Submitted;

/// A worker on a database of its own, with a lease of one second.
async fn worker(directory: &std::path::Path) -> (Worker, Store) {
    let url = format!("sqlite:{}", directory.join("jobs.db").display());
    let store = Store::open(&url, 4).unwrap();
    store.migrate().await.unwrap();
    let limits = Limits {
        concurrency: HashMap::new(),
        timeouts: HashMap::new(),
        retry_delay: Duration::from_millis(10),
        lease: Duration::from_secs(1),
        drain: Duration::from_secs(5),
        last_words: Duration::from_secs(1),
    };
    let cache = Cache::open(None).unwrap();
    let worker = Worker::new(store.clone(), cache, Handlers::new(None, None), limits);
    (worker, store)
}

async fn submit(store: &Store, seconds: f64) -> Job {
    let job = NewJob {
        id: uuid::Uuid::now_v7().to_string(),
        job_type: "sleep".to_owned(),
        user_id: "ada".to_owned(),
        payload: format!("{{\"seconds\":{seconds}}}"),
        max_attempts: 1,
        request_id: None,
        traceparent: None,
        tracestate: None,
        idempotency_key: None,
        body_hash: String::new(),
        run_at: None,
    };
    match store.submit(&job).await.unwrap() {
        Submitted::New(job) => job,
        other => panic!("{other:?}"),
    }
}

async fn wait_for(store: &Store, id: &str, status: Status) -> Job {
    let end = Instant::now() + Duration::from_secs(15);
    loop {
        let job = store.get(id).await.unwrap().unwrap();
        if job.status() == status {
            return job;
        }
        assert!(Instant::now() < end, "{job:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lease_whose_answer_was_lost_is_noticed() {
    let directory = tempfile::tempdir().unwrap();
    let (worker, store) = worker(directory.path()).await;
    let job = submit(&store, 0.0).await;
    // The statement took effect and its answer got lost: the worker owns a job without knowing it.
    let lease = Duration::from_secs(1);
    assert_eq!(
        store
            .lease(&worker.inner.owner, "sleep", 1, lease)
            .await
            .unwrap()
            .len(),
        1
    );
    let shutdown = CancellationToken::new();
    let running = tokio::spawn({
        let (worker, shutdown) = (worker.clone(), shutdown.clone());
        async move { worker.run(shutdown).await }
    });
    let job = wait_for(&store, &job.id, Status::Succeeded).await;
    assert_eq!(job.attempt, 1, "the start that never was does not count");
    shutdown.cancel();
    running.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_attempt_that_lost_its_lease_stops_and_leaves_the_job_alone() {
    let directory = tempfile::tempdir().unwrap();
    let (worker, store) = worker(directory.path()).await;
    let job = submit(&store, 60.0).await;
    let shutdown = CancellationToken::new();
    let running = tokio::spawn({
        let (worker, shutdown) = (worker.clone(), shutdown.clone());
        async move { worker.run(shutdown).await }
    });
    let started = wait_for(&store, &job.id, Status::Running).await;
    // Somebody else ends the attempt in its owner's name, as after a long pause of this process.
    let verdict = crate::store::Verdict::Dead("taken away".to_owned());
    store
        .finish(&worker.inner.owner, &started, &verdict)
        .await
        .unwrap()
        .unwrap();
    let end = Instant::now() + Duration::from_secs(5);
    while worker.inner.running.contains(&job.id, 1) {
        assert!(Instant::now() < end, "it still runs");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let job = store.get(&job.id).await.unwrap().unwrap();
    assert_eq!(
        (job.status(), job.error.as_deref()),
        (Status::Dead, Some("taken away"))
    );
    shutdown.cancel();
    running.await.unwrap();
}
