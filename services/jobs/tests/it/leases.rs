//! Leases under an outage, a clock that is set, and a database that refuses.

use std::time::{Duration, Instant};

use jobs_service::store::Store;
use serde_json::json;

use crate::support::backend::{Backend, on_both};
use crate::support::database::execute;
use crate::support::process::Jobs;

const SOON: Duration = Duration::from_secs(20);
const HOUR: i64 = 3_600_000_000;

on_both!(
    a_clock_set_back_stalls_and_repeats_nothing,
    a_clock_set_forward_repeats_nothing,
    a_job_cancelled_elsewhere_at_its_last_moment_is_told_so,
);

/// Moves the database's clock, as far as the jobs can tell: a clock set back by an hour is times that lie an hour later.
/// The start is what a worker knows its attempt by, and no clock changes it.
async fn set_clock(url: &str, by: i64) {
    let moved = -by;
    let sql = format!(
        "UPDATE jobs SET created_at = created_at + {moved}, run_at = run_at + {moved}, lease_until = lease_until + {moved}"
    );
    assert!(execute(url, &sql).await > 0);
}

fn starts(replicas: &[&Jobs], id: &str) -> usize {
    let of_job = |jobs: &&Jobs| {
        let started = jobs.events("job.started");
        started.iter().filter(|line| line["job_id"] == id).count()
    };
    replicas.iter().map(of_job).sum()
}

/// Its only attempt: an attempt that counts as lost would end it.
async fn running(jobs: &Jobs, seconds: u32) -> String {
    let body = json!({ "job_type": "sleep", "user_id": "ada", "max_attempts": 1, "payload": { "seconds": seconds } });
    let id = jobs.api.submit_with(body).await;
    jobs.api.wait(&id, &["running"], SOON).await;
    id
}

async fn a_clock_set_back_stalls_and_repeats_nothing(backend: Backend) {
    let plan = backend.plan().with(&[
        "--lease",
        "2s",
        "--concurrency",
        "sleep=1",
        "--retry-delay",
        "1s",
    ]);
    let (first, second) = (
        plan.ready().await,
        plan.clone().with(&["--no-worker"]).ready().await,
    );
    let runs = running(&first, 6).await;
    // Waits for the one slot, and for its second attempt.
    let waits = first.api.submit("sleep", json!({ "seconds": 0 })).await;
    let fails = first.api.submit("fail", json!({ "times": 1 })).await;
    first.api.wait(&fails, &["retrying"], SOON).await;
    let later = first
        .api
        .submit_with(json!({ "job_type": "digest", "user_id": "ada", "payload": {}, "run_at": "2100-01-01T00:00:00Z" }))
        .await;
    set_clock(&plan.database_url(), -HOUR).await;
    for id in [&runs, &waits, &fails] {
        let job = first.api.wait(id, &["succeeded"], SOON).await;
        let attempts = if id == &fails { 2 } else { 1 };
        assert_eq!(job["attempt"], attempts, "{job}");
        assert_eq!(starts(&[&first, &second], id), attempts);
    }
    assert_eq!(
        first.api.job(&later).await["status"],
        "queued",
        "its time is its user's"
    );
    // Nothing lasts longer than it took.
    for line in first.events("job.finished") {
        assert!(
            (0.0..60_000.0).contains(&line["duration_ms"].as_f64().unwrap()),
            "{line}"
        );
    }
    // A worker that dies now is missed, although its lease seems to hold for another hour.
    let lost = running(&first, 60).await;
    set_clock(&plan.database_url(), -HOUR).await;
    first.kill();
    second.api.wait(&lost, &["dead"], SOON).await;
}

async fn a_clock_set_forward_repeats_nothing(backend: Backend) {
    let plan = backend.plan().with(&["--lease", "2s"]);
    let (first, second) = (plan.ready().await, plan.ready().await);
    let runs = running(&first, 5).await;
    set_clock(&plan.database_url(), 24 * HOUR).await;
    let job = first.api.wait(&runs, &["succeeded"], SOON).await;
    assert_eq!(job["attempt"], 1, "{job}");
    assert_eq!(starts(&[&first, &second], &runs), 1);
}

/// The database is away for longer than a lease; when it is back, nobody takes what a healthy worker still runs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outage_longer_than_the_lease_costs_no_attempt() {
    let backend = Backend::servers();
    let Backend::Servers { postgres, .. } = &backend else {
        panic!("no servers")
    };
    let plan = backend.plan().with(&["--lease", "2s"]);
    let (first, second) = (plan.ready().await, plan.ready().await);
    let id = running(&first, 10).await;
    postgres.pause();
    tokio::time::sleep(Duration::from_secs(5)).await;
    postgres.resume();
    let job = first.api.wait(&id, &["succeeded"], SOON).await;
    assert_eq!(job["attempt"], 1);
    assert_eq!(starts(&[&first, &second], &id), 1);
}

/// A verdict that the database refuses is not tried for ever: the lease runs out and the attempt counts as lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_verdict_is_left_to_the_lease() {
    let backend = Backend::embedded();
    let plan = backend.plan().with(&["--lease", "1s"]);
    let jobs = plan.ready().await;
    execute(
        &plan.database_url(),
        "CREATE TRIGGER refuse BEFORE UPDATE ON jobs WHEN NEW.status = 'succeeded' \
         BEGIN SELECT RAISE(ABORT, 'no success today'); END",
    )
    .await;
    let body = json!({ "job_type": "sleep", "user_id": "ada", "max_attempts": 2, "payload": { "seconds": 0 } });
    let id = jobs.api.submit_with(body).await;
    let job = jobs.api.wait(&id, &["dead"], SOON).await;
    assert_eq!(job["attempt"], 2, "{job}");
    let refused = jobs.events("job.result_refused");
    assert_eq!(refused.len(), 2, "{refused:?}");
    for line in &refused {
        assert_eq!(
            (&line["level"], &line["job_id"]),
            (&json!("error"), &json!(id))
        );
    }
    assert!(
        refused[0].to_string().contains("no success today"),
        "{refused:?}"
    );
    // The slot is free again.
    execute(&plan.database_url(), "DROP TRIGGER refuse").await;
    let next = jobs.api.submit("sleep", json!({ "seconds": 0 })).await;
    jobs.api.wait(&next, &["succeeded"], SOON).await;
}

async fn a_job_cancelled_elsewhere_at_its_last_moment_is_told_so(backend: Backend) {
    // A lease so long that its keeper hears of nothing before the attempt ends.
    let plan = backend.plan();
    let jobs = plan.ready().await;
    let store = Store::open(&plan.database_url(), 2).unwrap();
    let id = jobs.api.submit("fail", json!({ "seconds": 1.5 })).await;
    jobs.api.wait(&id, &["running"], SOON).await;
    // As another replica does it.
    store.cancel(&id).await.unwrap();
    jobs.api.wait(&id, &["cancelled"], SOON).await;
    let lines = jobs.events_reach("job.cancelled", 1).await;
    assert_eq!((lines.len(), &lines[0]["job_id"]), (1, &json!(id)));
    assert!(lines[0]["duration_ms"].as_f64().unwrap() > 0.0, "{lines:?}");
    let cancelled =
        r#"job_duration_seconds_count{queue="default",job_type="fail",outcome="cancelled"}"#;
    assert!((jobs.metric(cancelled).await - 1.0).abs() < f64::EPSILON);
    store.close().await;
}

/// SIGTERM is heard while the schema waits for a lock that somebody holds.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_migration_that_waits_does_not_hold_the_exit_up() {
    use sqlx::{Connection, Executor, PgConnection};
    let backend = Backend::servers();
    let plan = backend.plan();
    let mut first = plan.ready().await;
    first.terminate();
    assert_eq!(first.exit_code(SOON).await, 0);
    let mut other = PgConnection::connect(&plan.database_url()).await.unwrap();
    other.execute("BEGIN").await.unwrap();
    other
        .execute("LOCK TABLE _sqlx_migrations IN ACCESS EXCLUSIVE MODE")
        .await
        .unwrap();
    let mut second = plan.start();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(
        second.api.get("/health/ready").await.json()["status"],
        "starting"
    );
    let started = Instant::now();
    second.terminate();
    assert_eq!(second.exit_code(SOON).await, 0);
    assert!(
        started.elapsed() < Duration::from_secs(4),
        "{:?}",
        started.elapsed()
    );
    // And it begins once the lock is gone.
    let third = plan.start();
    other.execute("COMMIT").await.unwrap();
    crate::support::eventually("ready", SOON, async || {
        third.api.get("/health/ready").await.status == 200
    })
    .await;
}
