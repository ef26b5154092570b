//! The command line, as a newcomer meets it.

use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::process::Plan;

/// Arguments, environment, and a word of the message.
type Case<'a> = (&'a [&'a str], &'a [(&'a str, &'a str)], &'a str);

fn jobs(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_jobs"))
        .args(arguments)
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

#[test]
fn a_wrong_value_stops_the_start_with_one_line() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    std::fs::write(directory.path().join("file"), "").unwrap();
    let file = directory.path().join("file");
    let beneath_file = file.join("jobs.log");
    let not_opened = format!(
        "sink file:jobs.log (log.file): cannot be opened: {}: ",
        beneath_file.display()
    );
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let cases: &[Case<'_>] = &[
        (&["--listen", "nowhere"], &[], "--listen"),
        (&[], &[("LISTEN", "nowhere")], "(LISTEN)"),
        (&[], &[("JOB_LEASE", "1ms")], "--lease (JOB_LEASE)"),
        (&[], &[("JOB_CONCURRENCY", "nap=1")], "(JOB_CONCURRENCY)"),
        (
            &[],
            &[("DATABASE_URL", "mysql://x")],
            "--database-url (DATABASE_URL)",
        ),
        (
            &["--job-drain", "25s"],
            &[],
            "--job-drain (JOB_DRAIN): 25s does not fit",
        ),
        (
            &["--webhook-ca", file.to_str().unwrap()],
            &[("WEBHOOK_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")],
            "--webhook-ca (WEBHOOK_CA)",
        ),
        (
            &[
                "--listen",
                "127.0.0.1:0",
                "--operator-listen",
                "127.0.0.1:0",
            ],
            &[("PLIMSOLL_HTTP__DRAIN_DELAY", "24s")],
            "drain_delay",
        ),
        (&["--listen", "0.0.0.0:0"], &[], "API_TOKEN"),
        (&["--listen", &taken], &[], "--listen"),
        (
            &["--operator-listen", &taken, "--listen", "127.0.0.1:0"],
            &[],
            "OPERATOR_LISTEN",
        ),
        (&["--database-url", "mysql://x"], &[], "--database-url"),
        (&[], &[("DATABASE_URL", "postgres://[")], "--database-url"),
        (
            &["--database-url", "sqlite:/nowhere/jobs.db"],
            &[],
            "/nowhere/jobs.db",
        ),
        (&["--redis-url", "http://x"], &[], "--redis-url"),
        (&["--data-dir", file.to_str().unwrap()], &[], "--data-dir"),
        (&["--digest-dir", "/nowhere"], &[], "--digest-dir"),
        (
            &[],
            &[("WEBHOOK_SECRET", "secret")],
            "--webhook-secret (WEBHOOK_SECRET): must be whsec_",
        ),
        (
            &[],
            &[("API_TOKEN", "short")],
            "--api-token (API_TOKEN): is shorter than 8",
        ),
        (
            &["--webhook-ca", "/nowhere"],
            &[],
            "--webhook-ca (WEBHOOK_CA)",
        ),
        (
            &[],
            &[("ALLOW_ANONYMOUS", "maybe")],
            "[possible values: true, false]",
        ),
        (
            &["--lissen", "127.0.0.1:0"],
            &[],
            "a similar argument exists: '--listen'",
        ),
        (&["load", "--rate", "0"], &[], "--rate"),
        (&["--concurrency", "nap=1"], &[], "nap"),
        (&["--unknown"], &[], "--unknown"),
        (&[], &[("PLIMSOLL_HELTH__X", "1")], "helth"),
        (&[], &[("LOG_LEVEL", "loud")], "loud"),
        (
            &[],
            &[("PLIMSOLL_LOG__FILE__PATH", beneath_file.to_str().unwrap())],
            &not_opened,
        ),
    ];
    for (arguments, environment, word) in cases {
        let mut all = vec![("DATA_DIR", data.to_str().unwrap())];
        all.extend(environment.iter().copied());
        let output = jobs(arguments, &all);
        let said = String::from_utf8(output.stderr).unwrap();
        let what = format!("{arguments:?} {environment:?}: {said}");
        assert_eq!(output.status.code(), Some(2), "{what}");
        assert!(said.contains(word), "{what}");
        assert!(
            output.stdout.is_empty()
                || !String::from_utf8_lossy(&output.stdout).contains("service.started"),
            "{what}"
        );
        assert!(
            said.starts_with("jobs: ") && said.lines().count() == 1,
            "{what}"
        );
    }
}

#[tokio::test]
async fn an_operator_adds_a_file_and_places_the_ring() {
    let directory = tempfile::tempdir().unwrap();
    let log = directory.path().join("log/jobs.log");
    let ring = directory.path().join("ring");
    std::fs::create_dir(&ring).unwrap();
    let mut jobs = Plan::embedded()
        .env("PLIMSOLL_LOG__FILE__PATH", log.to_str().unwrap())
        .env("PLIMSOLL_LOG__RING__DIRECTORY", ring.to_str().unwrap())
        .ready()
        .await;
    assert_eq!(std::fs::read_dir(&ring).unwrap().count(), 1);
    jobs.terminate();
    assert_eq!(jobs.exit_code(Duration::from_secs(15)).await, 0);
    let text = std::fs::read_to_string(&log).unwrap();
    for event in ["service.started", "service.stopped"] {
        assert!(text.contains(event), "{text}");
        assert_eq!(jobs.events(event).len(), 1, "standard output has it too");
    }
    assert_eq!(std::fs::read_dir(&ring).unwrap().count(), 0);
}

#[test]
fn help_shows_examples_and_completions_complete() {
    let help = jobs(&["--help"], &[]);
    let text = String::from_utf8(help.stdout).unwrap();
    assert_eq!(help.status.code(), Some(0));
    for word in [
        "Examples:",
        "--database-url",
        "REDIS_URL",
        "healthcheck",
        "curl",
    ] {
        assert!(text.contains(word), "{word} is missing in {text}");
    }
    for shell in ["bash", "zsh", "fish"] {
        let output = jobs(&["completions", shell], &[]);
        assert_eq!(output.status.code(), Some(0));
        assert!(String::from_utf8_lossy(&output.stdout).contains("healthcheck"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_line_says_where_to_look() {
    let jobs = Plan::embedded().start();
    let first = jobs.lines().remove(0);
    assert_eq!(first["event"], "service.started");
    assert!(
        first["listen"]
            .as_str()
            .unwrap()
            .starts_with("http://127.0.0.1:")
    );
    assert!(
        first["operator"]
            .as_str()
            .unwrap()
            .starts_with("http://127.0.0.1:")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_start_alarms_nobody() {
    let jobs = Plan::embedded().ready().await;
    for line in jobs.lines() {
        assert_eq!(line["level"], "info", "{line}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn healthcheck_follows_readiness() {
    let nobody = jobs(&["healthcheck", "--listen", "127.0.0.1:1"], &[]);
    assert_eq!(nobody.status.code(), Some(1));
    assert!(!nobody.stderr.is_empty(), "it says why");
    let service = Plan::embedded()
        .env("PLIMSOLL_HTTP__DRAIN_DELAY", "3s")
        .ready()
        .await;
    let listen = [("LISTEN", service.address.as_str())];
    assert_eq!(jobs(&["healthcheck"], &listen).status.code(), Some(0));
    service.terminate();
    let end = Instant::now() + Duration::from_secs(2);
    while jobs(&["healthcheck"], &listen).status.code() != Some(1) {
        assert!(Instant::now() < end, "draining is not ready");
    }
    assert_eq!(
        jobs(&["healthcheck", "--live"], &listen).status.code(),
        Some(0)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn load_moves_the_figures() {
    let service = Plan::embedded().ready().await;
    let url = format!("http://{}", service.address);
    let load = tokio::task::spawn_blocking(move || {
        jobs(
            &["load", "--rate", "50", "--duration", "2s", "--url", &url],
            &[],
        )
    });
    let output = load.await.unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.lines().count() >= 3, "progress each second: {text}");
    let submitted = service.events("job.submitted").len();
    assert!((80..=110).contains(&submitted), "{submitted}");
    assert!(
        text.lines()
            .last()
            .unwrap()
            .contains(&format!("submitted {submitted:>7}")),
        "{text}"
    );
    let hit = service
        .metric(r#"cache_requests_total{cache="job_status",result="hit"}"#)
        .await;
    let miss = service
        .metric(r#"cache_requests_total{cache="job_status",result="miss"}"#)
        .await;
    assert!(
        hit / (hit + miss) > 0.8,
        "the standard's target: {hit} of {}",
        hit + miss
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_guards_the_jobs_and_not_the_probes() {
    let service = Plan::embedded()
        .env("API_TOKEN", "a-long-token")
        .ready()
        .await;
    let body = json!({ "job_type": "digest", "user_id": "ada", "payload": {} }).to_string();
    let json = ("content-type", "application/json");
    for wrong in [
        "",
        "Bearer",
        "Bearer a-long-toke",
        "Bearer a-long-token2",
        "Basic a-long-token",
        "a-long-token",
    ] {
        let answer = service
            .api
            .send(
                "POST",
                "/jobs",
                &[json, ("authorization", wrong)],
                body.clone(),
            )
            .await;
        assert_eq!(answer.status, 401, "{wrong}");
        assert_eq!(answer.headers["www-authenticate"], "Bearer");
        assert_eq!(answer.json()["request_id"], answer.request_id());
    }
    assert_eq!(service.api.get("/jobs").await.status, 401);
    let right = ("authorization", "Bearer a-long-token");
    assert_eq!(
        service
            .api
            .send("POST", "/jobs", &[json, right], body)
            .await
            .status,
        202
    );
    assert_eq!(service.api.get("/health/ready").await.status, 200);
    assert!(
        !service
            .lines()
            .iter()
            .any(|line| line.to_string().contains("a-long-token")),
        "never in a line"
    );
}
