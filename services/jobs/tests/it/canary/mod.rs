//! Made-up secrets in every place that a caller, an operator or a dependency can put one: none of them comes out.
//!
//! What comes back by design: a job's `user_id`, to whoever may read the job. Everything else is looked for in both
//! streams, in the memory that outlives the process, in /metrics, in the health bodies and in every answer.

mod outputs;
mod places;

use std::time::Duration;

use serde_json::json;

use self::outputs::{Caller, Outputs, pages};
use self::places::{bodies, callers_headers_paths_and_queries, jobs_that_run, the_operator};
use crate::support::backend::Backend;
use crate::support::process::Plan;
use crate::support::secrets::Secrets;

const SOON: Duration = Duration::from_secs(30);
const JSON: (&str, &str) = ("content-type", "application/json");

/// Puts secrets everywhere and reads everything, then kills the service and reads what its successor recovers.
async fn nothing_comes_out(plan: Plan, mut secrets: Secrets, level: &[(&str, &str)]) {
    let api_token = secrets.make("bare", "API_TOKEN");
    let operator_token = secrets.make("bare", "OPERATOR_TOKEN");
    let key = secrets.make("bare", "WEBHOOK_SECRET");
    let mut plan = plan
        .env("API_TOKEN", &api_token)
        .env("OPERATOR_TOKEN", &operator_token)
        .env("WEBHOOK_SECRET", &format!("whsec_{key}{key}"))
        .with(&[
            "--webhook-allow",
            "127.0.0.0/8",
            "--retry-delay",
            "10ms",
            "--timeout",
            "webhook=2s",
        ]);
    for (name, value) in level {
        plan = plan.env(name, value);
    }
    let jobs = plan.start();
    let token = format!("Bearer {api_token}");
    crate::support::eventually("the database is there", SOON, async || {
        jobs.api
            .send("GET", "/jobs", &[("authorization", &token)], "")
            .await
            .status
            == 200
    })
    .await;

    let mut caller = Caller {
        api: &jobs.api,
        token: token.clone(),
        outputs: Outputs::default(),
    };
    callers_headers_paths_and_queries(&mut caller, &mut secrets).await;
    bodies(&mut caller, &mut secrets).await;
    let look_alike = "prompt_tokens: 512, max_tokens=100, author: ada";
    let harmless = caller
        .submit(json!({ "job_type": "fail", "user_id": "ada", "max_attempts": 1, "payload": { "message": look_alike } }))
        .await
        .unwrap();
    let ids = jobs_that_run(&mut caller, &mut secrets).await;
    for id in ids.iter().chain([&harmless]) {
        crate::support::eventually("the job ends", SOON, async || {
            let path = format!("/jobs/{id}");
            let job = jobs
                .api
                .send("GET", &path, &[("authorization", &token)], "")
                .await;
            job.status == 200
                && ["succeeded", "dead"].contains(&job.json()["status"].as_str().unwrap())
        })
        .await;
        let job = caller.send("GET", &format!("/jobs/{id}"), &[], "").await;
        if *id == harmless {
            assert_eq!(job["error"], look_alike, "look-alikes stay");
        }
    }
    caller.send("GET", "/jobs?limit=200", &[], "").await;
    let mut outputs = caller.outputs;
    the_operator(&jobs, &mut secrets, &mut outputs, &operator_token).await;
    pages(&jobs, &mut outputs).await;
    jobs.events_reach("job.failed", 1).await;

    // The proof that the lines were there at all, and what became of the secrets in them.
    let failed = jobs
        .metric("plimsoll_violations_total{rule=\"PL002\"}")
        .await;
    let by_pattern: f64 = jobs
        .operator
        .get("/metrics")
        .await
        .text()
        .lines()
        .filter(|line| line.starts_with("redactions_total{"))
        .map(|line| line.rsplit(' ').next().unwrap().parse::<f64>().unwrap())
        .sum();
    assert!(
        failed > 100.0 && by_pattern >= failed,
        "{failed} {by_pattern}"
    );

    crate::support::signal(jobs.pid(), rustix::process::Signal::KILL);
    jobs.read_to_the_end();
    outputs.streams(&jobs);
    let [stdout, _] = jobs.written();
    for pattern in [
        "password",
        "jwt",
        "github_token",
        "aws_access_key_id",
        "stripe_key",
        "email",
        "card_number",
        "bank_account",
        "national_id",
        "pem",
    ] {
        assert!(
            stdout.contains(&format!("[redacted:{pattern}")),
            "nothing of {pattern} was ever logged"
        );
    }
    drop(jobs);
    let successor = plan.start();
    tokio::time::sleep(Duration::from_millis(500)).await;
    outputs.streams(&successor);

    let leaks = outputs.leaks(&secrets);
    assert!(
        leaks.is_empty(),
        "{} leaks:\n{}",
        leaks.len(),
        leaks.join("\n")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_comes_out_at_trace() {
    let level = [("LOG_LEVEL", "trace")];
    nothing_comes_out(Plan::embedded(), Secrets::default(), &level).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_comes_out_of_the_flight_recorder() {
    let level = [
        ("PLIMSOLL_LOG__RECORDER__ENABLED", "true"),
        ("PLIMSOLL_LOG__RECORDER__DIRECTIVES", "trace"),
        ("PLIMSOLL_LOG__RECORDER__DUMPS_PER_MINUTE", "100000"),
    ];
    nothing_comes_out(Plan::embedded(), Secrets::default(), &level).await;
}

/// The servers' own passwords: PostgreSQL takes any, Redis refuses one that it was not told of and says so.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_password_of_a_server_comes_out() {
    let Backend::Servers { postgres, redis } = Backend::servers() else {
        unreachable!()
    };
    let mut secrets = Secrets::default();
    let database = postgres.url().replace(
        "jobs@",
        &format!("jobs:{}@", secrets.make("bare", "DATABASE_URL")),
    );
    let cache = redis.url().replace(
        "redis://",
        &format!("redis://app:{}@", secrets.make("bare", "REDIS_URL")),
    );
    let plan = Plan::default()
        .env("DATABASE_URL", &database)
        .env("REDIS_URL", &cache);
    nothing_comes_out(plan, secrets, &[("LOG_LEVEL", "trace")]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_password_of_an_absent_server_comes_out() {
    let mut secrets = Secrets::default();
    let database = format!(
        "postgres://app:{}@127.0.0.1:1/jobs",
        secrets.make("bare", "DATABASE_URL")
    );
    let cache = format!(
        "redis://app:{}@127.0.0.1:1",
        secrets.make("bare", "REDIS_URL")
    );
    let jobs = Plan::default()
        .env("DATABASE_URL", &database)
        .env("REDIS_URL", &cache)
        .env("LOG_LEVEL", "trace")
        .start();
    jobs.events_reach("database.not_migrated", 1).await;
    jobs.events_reach("health.check_failed", 2).await;
    let mut outputs = Outputs::default();
    outputs.add("answer", jobs.api.get("/jobs").await.text());
    pages(&jobs, &mut outputs).await;
    outputs.streams(&jobs);
    let leaks = outputs.leaks(&secrets);
    assert!(leaks.is_empty(), "{}", leaks.join("\n"));
}

/// A value that was meant for another setting, or is wrong in it, is not shown where it is refused.
#[test]
fn no_secret_comes_out_of_a_refused_setting() {
    let mut secrets = Secrets::default();
    let mut outputs = Outputs::default();
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    for secret in secrets.each("a wrong setting") {
        for name in [
            "LISTEN",
            "OPERATOR_LISTEN",
            "DATABASE_URL",
            "REDIS_URL",
            "WEBHOOK_SECRET",
            "WEBHOOK_ALLOW",
            "JOB_TIMEOUT",
            "JOB_CONCURRENCY",
            "JOB_LEASE",
            "DATABASE_CONNECTIONS",
            "DIGEST_DIR",
            "LOG_LEVEL",
            "RUST_LOG",
            "LOG_FORMAT",
            "PLIMSOLL_LOG__LEVEL",
            "PLIMSOLL_HTTP__DRAIN_DELAY",
            "PLIMSOLL_REDACT__MODE",
            "PLIMSOLL_REDACT__DISABLE",
            "PLIMSOLL_HEALTH__CHECKS__REDIS__REQUIRED",
        ] {
            refused(&mut outputs, name, &data, &[], &[(name, &secret)]);
        }
        for option in ["--listen", "--unknown", "--timeout", "--database-url"] {
            let joined = format!("{option}={secret}");
            refused(&mut outputs, option, &data, &[&joined], &[]);
        }
        refused(&mut outputs, "an argument", &data, &[&secret], &[]);
    }
    for url in [
        "postgres://app:{}@[",
        "mysql://app:{}@db/x",
        "sqlite:x.db?password={}",
    ] {
        let url = url.replace("{}", &secrets.make("bare", "a wrong DATABASE_URL"));
        refused(
            &mut outputs,
            "DATABASE_URL",
            &data,
            &["--listen", "127.0.0.1:0"],
            &[("DATABASE_URL", &url)],
        );
    }
    for url in [
        "http://app:{}@cache",
        "redis://app:{}@[",
        "redis://app:{}@cache:nowhere",
    ] {
        let url = url.replace("{}", &secrets.make("bare", "a wrong REDIS_URL"));
        refused(
            &mut outputs,
            "REDIS_URL",
            &data,
            &[],
            &[("REDIS_URL", &url)],
        );
    }
    let leaks = outputs.leaks(&secrets);
    assert!(
        leaks.is_empty(),
        "{} leaks:\n{}",
        leaks.len(),
        leaks.join("\n")
    );
}

/// Starts the service so that it refuses, and notes what it says.
fn refused(
    outputs: &mut Outputs,
    what: &str,
    data: &std::path::Path,
    arguments: &[&str],
    environment: &[(&str, &str)],
) {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_jobs"))
        .args(arguments)
        .env("DATA_DIR", data)
        .env("OPERATOR_LISTEN", "127.0.0.1:0")
        .env_remove("RUST_LOG")
        // Whatever is taken after all ends here.
        .env("LISTEN", "192.0.2.1:1")
        .env("ALLOW_ANONYMOUS", "true")
        .envs(environment.iter().copied())
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    assert_eq!(
        output.status.code(),
        Some(2),
        "{what}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    outputs.add(
        format!("the refusal of {what}"),
        String::from_utf8_lossy(&output.stderr),
    );
    outputs.add(
        format!("the refusal of {what}"),
        String::from_utf8_lossy(&output.stdout),
    );
}
