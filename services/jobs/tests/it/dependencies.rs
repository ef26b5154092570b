//! A database or a cache that hangs: probes answer, requests end, all comes back.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::eventually;
use crate::support::parallel::many;
use crate::support::postgres::Postgres;
use crate::support::process::{Jobs, Plan};
use crate::support::redis::Redis;

/// A probe must answer within this time whatever hangs.
const PROBE: Duration = Duration::from_millis(100);
const NOTICED: Duration = Duration::from_secs(8);
const SOON: Duration = Duration::from_secs(20);

struct World {
    postgres: Postgres,
    redis: Redis,
}

impl World {
    fn new() -> Self {
        Self {
            postgres: Postgres::start(),
            redis: Redis::start(),
        }
    }

    fn plan(&self) -> Plan {
        Plan::default().with(&[
            "--database-url",
            &self.postgres.url(),
            "--redis-url",
            &self.redis.url(),
        ])
    }
}

async fn ready(api: &Client) -> (u16, Value) {
    let answer = api.get("/health/ready").await;
    (answer.status.as_u16(), answer.json())
}

/// Probes both routes, in parallel with whatever else goes on: every one is in time.
async fn probes_are_quick(api: &Client) {
    for path in ["/health", "/health/ready"] {
        let mut times = many(40, 4, |_| async {
            let started = Instant::now();
            api.get(path).await;
            started.elapsed()
        })
        .await;
        times.sort();
        assert!(times.last().unwrap() < &PROBE, "{path}: {times:?}");
    }
    assert_eq!(api.get("/health").await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hanging_database_is_told_and_comes_back() {
    let world = World::new();
    let jobs = world.plan().ready().await;
    let before = jobs.api.submit("digest", json!({})).await;
    jobs.api.wait(&before, &["succeeded"], SOON).await;
    let running = jobs.api.submit("sleep", json!({ "seconds": 3 })).await;
    jobs.api.wait(&running, &["running"], SOON).await;

    world.postgres.pause();
    // Requests that need the database wait for it, bounded, while the probes are asked.
    let stuck = tokio::spawn({
        let api = jobs.api.clone();
        async move {
            let started = Instant::now();
            let body = json!({ "job_type": "digest", "user_id": "ada", "payload": {} });
            let answers = many(20, 20, |_| api.post("/jobs", &body)).await;
            (answers, started.elapsed())
        }
    });
    probes_are_quick(&jobs.api).await;
    eventually("readiness names the database", NOTICED, async || {
        ready(&jobs.api).await
            == (
                503,
                json!({ "status": "degraded", "checks": { "database": false, "redis": true } }),
            )
    })
    .await;
    probes_are_quick(&jobs.api).await;
    let (answers, took) = stuck.await.unwrap();
    assert!(took < Duration::from_secs(15), "{took:?}");
    for answer in answers {
        assert_eq!(answer.status, 503);
        assert_eq!(answer.headers["content-type"], "application/problem+json");
        assert_eq!(answer.json()["request_id"], answer.request_id());
        assert!(
            !answer.text().contains("127.0.0.1"),
            "no address for callers: {}",
            answer.text()
        );
    }
    // What the cache has, it gives even now.
    assert_eq!(jobs.api.job(&before).await["status"], "succeeded");

    world.postgres.resume();
    eventually("ready again", NOTICED, async || {
        ready(&jobs.api).await.0 == 200
    })
    .await;
    // No error of the database ends the worker; a job that ran meanwhile is stored.
    let job = jobs.api.wait(&running, &["succeeded"], SOON).await;
    assert_eq!(job["attempt"], 1, "{job}");
    let after = jobs.api.submit("digest", json!({})).await;
    jobs.api.wait(&after, &["succeeded"], SOON).await;
    assert!(jobs.metric(r#"db_client_operation_duration_seconds_count{db_system_name="postgresql",db_operation_name="job.insert",outcome="timeout"}"#).await > 0.0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hanging_required_redis_makes_unready_and_fails_no_request() {
    let world = World::new();
    let jobs = world.plan().ready().await;
    let id = jobs.api.submit("digest", json!({})).await;
    jobs.api.wait(&id, &["succeeded"], SOON).await;

    world.redis.pause();
    probes_are_quick(&jobs.api).await;
    requests_go_on(&jobs.api, &id).await;
    eventually("readiness names redis", NOTICED, async || {
        ready(&jobs.api).await
            == (
                503,
                json!({ "status": "degraded", "checks": { "database": true, "redis": false } }),
            )
    })
    .await;
    probes_are_quick(&jobs.api).await;
    requests_go_on(&jobs.api, &id).await;
    let errors = jobs
        .metric(r#"cache_requests_total{cache="job_status",result="error"}"#)
        .await;
    assert!(errors > 0.0, "a cache that does not answer is counted");

    world.redis.resume();
    the_cache_is_used_again(&jobs, &id).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_optional_redis_only_degrades() {
    let world = World::new();
    let plan = world
        .plan()
        .env("PLIMSOLL_HEALTH__CHECKS__REDIS__REQUIRED", "false");
    let jobs = plan.ready().await;
    let id = jobs.api.submit("digest", json!({})).await;
    jobs.api.wait(&id, &["succeeded"], SOON).await;
    world.redis.pause();
    eventually("degraded, and ready", NOTICED, async || {
        ready(&jobs.api).await
            == (
                200,
                json!({ "status": "degraded", "checks": { "database": true, "redis": false } }),
            )
    })
    .await;
    requests_go_on(&jobs.api, &id).await;
    world.redis.resume();
    eventually("well again", NOTICED, async || {
        ready(&jobs.api).await.1["status"] == "ok"
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_redis_is_done_without() {
    let mut world = World::new();
    let jobs = world.plan().ready().await;
    let id = jobs.api.submit("digest", json!({})).await;
    jobs.api.wait(&id, &["succeeded"], SOON).await;
    world.redis.kill();
    requests_go_on(&jobs.api, &id).await;
    eventually("readiness names redis", NOTICED, async || {
        ready(&jobs.api).await.1["checks"] == json!({ "database": true, "redis": false })
    })
    .await;
    probes_are_quick(&jobs.api).await;
    world.redis.restart();
    the_cache_is_used_again(&jobs, &id).await;
}

async fn the_cache_is_used_again(jobs: &Jobs, id: &str) {
    eventually("ready again", NOTICED, async || {
        ready(&jobs.api).await.0 == 200
    })
    .await;
    let hits = || jobs.metric(r#"cache_requests_total{cache="job_status",result="hit"}"#);
    let before = hits().await;
    eventually("the cache is used again", NOTICED, async || {
        jobs.api.job(id).await;
        hits().await > before
    })
    .await;
}

/// Every request is answered, with a bounded delay.
async fn requests_go_on(api: &Client, id: &str) {
    let times = many(50, 5, |_| async {
        let started = Instant::now();
        assert_eq!(api.job(id).await["status"], "succeeded");
        started.elapsed()
    })
    .await;
    let longest = times.iter().max().unwrap();
    // Two operations of 75 ms each, on a busy machine.
    assert!(*longest < Duration::from_millis(1000), "{times:?}");
    api.submit("digest", json!({})).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_down_at_the_start_is_waited_for() {
    let port = crate::support::free_port();
    let url = format!("postgres://jobs@127.0.0.1:{port}/postgres");
    let jobs = Plan::default().with(&["--database-url", &url]).start();
    assert_eq!(jobs.api.get("/health").await.status, 200, "it lives");
    let (status, body) = ready(&jobs.api).await;
    assert_eq!(
        (status, &body["status"]),
        (503, &json!("starting")),
        "{body}"
    );
    let answer = jobs
        .api
        .post(
            "/jobs",
            &json!({ "job_type": "digest", "user_id": "ada", "payload": {} }),
        )
        .await;
    assert_eq!(answer.status, 503);
}
