//! Scenario 28: what the figures say is what happened.

use std::time::Duration;

use serde_json::json;
use sqlx::{Connection, Executor, SqliteConnection};

use crate::support::backend::{Backend, on_both};
use crate::support::eventually;
use crate::support::parallel::many;
use crate::support::process::Plan;

on_both!(the_figures_are_true);

/// The caller leaves between the statement and its answer: the job is committed, so it is told and counted.
#[tokio::test]
async fn a_job_whose_caller_left_is_counted() {
    let plan = Plan::embedded();
    let jobs = plan.ready().await;
    let mut other = SqliteConnection::connect(&plan.database_url())
        .await
        .unwrap();
    other.execute("BEGIN IMMEDIATE").await.unwrap();
    let submit = jobs.api.submit("sleep", json!({ "seconds": 0 }));
    let left = tokio::time::timeout(Duration::from_millis(500), submit).await;
    assert!(left.is_err(), "the database was locked");
    // The service has noticed when it has told of the request's end.
    jobs.events_reach("http.request", 1).await;
    other.execute("COMMIT").await.unwrap();
    eventually("the job is stored", Duration::from_secs(20), async || {
        jobs.api.list("").await.len() == 1
    })
    .await;
    assert_eq!(jobs.events_reach("job.submitted", 1).await.len(), 1);
    let submitted = r#"jobs_submitted_total{queue="default",job_type="sleep"}"#;
    assert!((jobs.metric(submitted).await - 1.0).abs() < f64::EPSILON);
}

const JOBS: usize = 1000;
/// Fail once and then succeed.
const RETRIED: usize = 30;
/// Fail for good.
const DEAD: usize = 15;

async fn the_figures_are_true(backend: Backend) {
    let plan = backend
        .plan()
        .with(&["--retry-delay", "10ms", "--concurrency", "sleep=50,fail=50"]);
    let jobs = plan.ready().await;
    // Known durations, spread as a lognormal is: the quantiles of 20 ms * e^(0.6 z), each of them equally often.
    let z = [
        -1.64, -1.04, -0.67, -0.39, -0.13, 0.13, 0.39, 0.67, 1.04, 1.64,
    ];
    let seconds: Vec<f64> = z.iter().map(|z: &f64| 0.02 * (0.6 * z).exp()).collect();
    many(JOBS, 16, |number| {
        let (job_type, payload) = if number < DEAD {
            ("fail", json!({}))
        } else if number < DEAD + RETRIED {
            ("fail", json!({ "times": 1 }))
        } else {
            ("sleep", json!({ "seconds": seconds[number % seconds.len()] }))
        };
        let api = &jobs.api;
        async move {
            let body = json!({ "job_type": job_type, "user_id": "ada", "payload": payload, "max_attempts": 3 });
            api.submit_with(body).await
        }
    })
    .await;
    let succeeded = JOBS - DEAD;
    eventually("all have ended", Duration::from_secs(60), async || {
        jobs.events("job.finished").len() == succeeded
            && jobs.api.list("status=dead").await.len() == DEAD
    })
    .await;
    let metrics = jobs.operator.get("/metrics").await.text();
    let sum = |name: &str, labels: &[&str]| -> f64 {
        let wanted = metrics.lines().filter(|line| {
            line.strip_prefix(name)
                .is_some_and(|rest| rest.starts_with('{'))
                && labels.iter().all(|label| line.contains(label))
        });
        wanted
            .map(|line| line.rsplit(' ').next().unwrap().parse::<f64>().unwrap())
            .sum()
    };
    let attempts = |outcome: &str| sum("job_attempts_total", &[&format!(r#"outcome="{outcome}""#)]);
    assert_eq!(sum("jobs_submitted_total", &[]), JOBS as f64);
    assert_eq!(attempts("succeeded"), succeeded as f64);
    assert_eq!(attempts("failed"), (RETRIED + 3 * DEAD) as f64);
    assert_eq!(
        attempts("panicked") + attempts("timeout") + attempts("lost"),
        0.0
    );
    let ended = |outcome: &str| {
        sum(
            "job_duration_seconds_count",
            &[&format!(r#"outcome="{outcome}""#)],
        )
    };
    let rate = ended("succeeded") / (ended("succeeded") + ended("dead"));
    assert!((rate - 0.985).abs() < 1e-9, "success rate {rate}");

    // The 95th percentile lies within one bucket of the known one (the 10th of ten durations: 54 ms), late wakes of a
    // busy machine apart: the sum of all durations tells the same from another side.
    let sleeps = (JOBS - DEAD - RETRIED) as f64;
    let under = |bound: &str| {
        let labels = [
            r#"job_type="sleep""#,
            r#"outcome="succeeded""#,
            &format!(r#"le="{bound}""#),
        ];
        sum("job_duration_seconds_bucket", &labels)
    };
    assert!(
        under("0.05") / sleeps <= 0.95,
        "the longest tenth is longer than 50 ms"
    );
    assert!(
        under("0.25") / sleeps >= 0.95,
        "{} of {sleeps}",
        under("0.25")
    );
    let total = sum("job_duration_seconds_sum", &[r#"job_type="sleep""#]);
    let known: f64 = (DEAD + RETRIED..JOBS)
        .map(|number| seconds[number % seconds.len()])
        .sum();
    assert!(
        total >= known && total < known * 3.0,
        "{total} s for {known} s"
    );
    assert_eq!(
        sum("job_wait_seconds_count", &[]),
        (JOBS + RETRIED + 2 * DEAD) as f64,
        "every start waited once"
    );

    eventually("nothing waits", Duration::from_secs(5), async || {
        jobs.metric(r#"job_queue_depth{queue="default"}"#).await == 0.0
    })
    .await;
    // Every event has been written: events = written + dropped + suppressed.
    let lines = jobs.lines().len() as f64;
    let written = jobs.metric(r#"log_written_total{sink="stdout"}"#).await;
    assert!(
        written >= lines && written <= lines + 5.0,
        "{written} written, {lines} read"
    );

    // The cache's rate counts each read once.
    let read = |result: &'static str| {
        let jobs = &jobs;
        async move {
            jobs.metric(&format!(
                r#"cache_requests_total{{cache="job_status",result="{result}"}}"#
            ))
            .await
        }
    };
    let (hits, misses) = (read("hit").await, read("miss").await);
    let id = jobs.events("job.finished")[0]["job_id"]
        .as_str()
        .unwrap()
        .to_owned();
    for _ in 0..10 {
        jobs.api.job(&id).await;
    }
    assert_eq!(read("hit").await + read("miss").await, hits + misses + 10.0);
    assert!(read("hit").await >= hits + 9.0);
}
