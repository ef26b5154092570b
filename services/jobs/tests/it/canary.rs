//! Made-up secrets in every place that a caller, an operator or a dependency can put one: none of them comes out.
//!
//! What comes back by design: a job's `user_id`, to whoever may read the job. Everything else is looked for in both
//! streams, in the memory that outlives the process, in /metrics, in the health bodies and in every answer.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::support::backend::Backend;
use crate::support::client::Client;
use crate::support::process::{Jobs, Plan};
use crate::support::secrets::{CLASSES, Secrets};

const SOON: Duration = Duration::from_secs(30);
const JSON: (&str, &str) = ("content-type", "application/json");
/// Secrets of these places are shown to whoever may read the job.
const SHOWN_TO_READERS: &str = "user_id";

/// Everything that came out so far, with the name of where.
#[derive(Default)]
struct Outputs(Vec<(String, String)>);

impl Outputs {
    fn add(&mut self, from: impl Into<String>, text: impl Into<String>) {
        self.0.push((from.into(), text.into()));
    }

    fn streams(&mut self, jobs: &Jobs) {
        let [stdout, stderr] = jobs.written();
        self.add("stdout", stdout);
        self.add("stderr", stderr);
        self.add("the ring", jobs.ring());
    }

    fn leaks(&self, secrets: &Secrets) -> Vec<String> {
        let mut leaks = Vec::new();
        for secret in secrets.all() {
            for (from, text) in &self.0 {
                if secret.place == SHOWN_TO_READERS && from.starts_with("answer ") {
                    continue;
                }
                if let Some(core) = secret.found_in(text) {
                    let line = text
                        .lines()
                        .find(|line| line.contains(core))
                        .unwrap_or(text);
                    let at = line.find(core).unwrap_or(0);
                    let start = line.floor_char_boundary(at.saturating_sub(120));
                    let end = line.ceil_char_boundary((at + 80).min(line.len()));
                    leaks.push(format!(
                        "{} of {} in {from}: {}",
                        secret.class,
                        secret.place,
                        &line[start..end]
                    ));
                }
            }
        }
        leaks
    }
}

/// A caller that notes all it is answered.
struct Caller<'a> {
    api: &'a Client,
    token: String,
    outputs: Outputs,
}

impl Caller<'_> {
    async fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<bytes::Bytes>,
    ) -> Value {
        let mut headers = headers.to_vec();
        if !headers.iter().any(|(name, _)| *name == "authorization") {
            headers.push(("authorization", &self.token));
        }
        let Some(answer) = self.api.try_send(method, path, &headers, body).await else {
            return Value::Null;
        };
        let text = format!("{} {:?}\n{}", answer.status, answer.headers, answer.text());
        self.outputs
            .add(format!("answer to {method} {path:.40}"), text);
        serde_json::from_slice(&answer.body).unwrap_or(Value::Null)
    }

    async fn submit(&mut self, body: Value) -> Option<String> {
        let answer = self.send("POST", "/jobs", &[JSON], body.to_string()).await;
        Some(answer["job_id"].as_str()?.to_owned())
    }
}

/// What may stand in a URL as it is stays; a browser escapes the rest.
fn in_url(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b' ' | b'"' | b'%' | b'#' | b'?' | b'&' | b'<' | b'>' | b'\n' | b'{' | b'}' => {
                format!("%{byte:02x}")
            }
            _ => char::from(byte).to_string(),
        })
        .collect()
}

async fn callers_headers_paths_and_queries(caller: &mut Caller<'_>, secrets: &mut Secrets) {
    for name in [
        "x-request-id",
        "traceparent",
        "tracestate",
        "user-agent",
        "referer",
        "origin",
        "cookie",
        "authorization",
        "proxy-authorization",
        "x-api-key",
        "x-forwarded-for",
        "forwarded",
        "accept",
        "content-type",
        "idempotency-key",
        "if-none-match",
        "x-anything",
    ] {
        for secret in secrets.each(name) {
            caller
                .send("GET", "/jobs?limit=1", &[(name, &secret)], "")
                .await;
            let body = json!({ "job_type": "nap" }).to_string();
            caller
                .send("POST", "/jobs", &[JSON, (name, &secret)], body)
                .await;
        }
    }
    let token = secrets.make("bare", "authorization");
    caller
        .send(
            "GET",
            "/jobs",
            &[("authorization", &format!("Bearer {token}"))],
            "",
        )
        .await;
    let state = format!("vendor={}", secrets.make("bare", "tracestate"));
    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    caller
        .send(
            "GET",
            "/jobs",
            &[("traceparent", trace), ("tracestate", &state)],
            "",
        )
        .await;
    for secret in secrets.each("path") {
        let escaped = in_url(&secret);
        for path in [
            format!("/jobs/{escaped}"),
            format!("/{escaped}"),
            format!("/reset/{escaped}/confirm"),
        ] {
            caller.send("GET", &path, &[], "").await;
            caller.send("DELETE", &path, &[], "").await;
        }
    }
    for class in ["password", "dsn", "email", "webhook"] {
        let secret = secrets.make(class, "path, escaped");
        let escaped: String = secret
            .chars()
            .map(|letter| {
                if letter.is_ascii_alphanumeric() {
                    letter.to_string()
                } else {
                    format!("%{:02X}", letter as u32)
                }
            })
            .collect();
        caller
            .send("GET", &format!("/users/{escaped}"), &[], "")
            .await;
    }
    for secret in secrets.each("query") {
        for query in ["status", "cursor", "limit", "password", "x"] {
            caller
                .send(
                    "GET",
                    &format!("/jobs?{query}={}", in_url(&secret)),
                    &[],
                    "",
                )
                .await;
        }
    }
    for secret in [
        secrets.make("aws", "method"),
        secrets.make("github", "method"),
    ] {
        caller.send(&secret, "/jobs", &[], "").await;
    }
}

async fn bodies(caller: &mut Caller<'_>, secrets: &mut Secrets) {
    let places: [fn(&str) -> Value; 9] = [
        |secret| json!({ secret: 1 }),
        |secret| json!({ "job_type": secret, "user_id": "ada", "payload": {} }),
        |secret| json!({ "job_type": "digest", "user_id": "ada", "payload": {}, "run_at": secret }),
        |secret| json!({ "job_type": "digest", "user_id": "ada", "payload": {}, "max_attempts": secret }),
        |secret| json!({ "job_type": "fail", "user_id": "ada", "payload": { "times": secret } }),
        |secret| json!({ "job_type": "fail", "user_id": "ada", "payload": { "how": secret } }),
        |secret| json!({ "job_type": "fail", "user_id": "ada", "payload": { secret: true } }),
        |secret| json!({ "job_type": "sleep", "user_id": "ada", "payload": { "seconds": secret } }),
        |secret| json!({ "job_type": "webhook", "user_id": "ada", "payload": { "url": secret } }),
    ];
    for place in places {
        for secret in secrets.each("a wrong field") {
            caller.submit(place(&secret)).await;
        }
    }
    for secret in secrets.each("a body that is no JSON") {
        caller
            .send("POST", "/jobs", &[JSON], format!("{{\"user_id\": {secret}"))
            .await;
        caller.send("POST", "/jobs", &[], secret).await;
    }
    let userinfo = format!(
        "http://app:{}@example.com/hook",
        secrets.make("bare", "a webhook's userinfo")
    );
    caller
        .submit(json!({ "job_type": "webhook", "user_id": "ada", "payload": { "url": userinfo } }))
        .await;
}

/// Jobs that end in every way, with secrets in all that they hold. Gives their ids.
async fn jobs_that_run(caller: &mut Caller<'_>, secrets: &mut Secrets) -> Vec<String> {
    let mut ids = Vec::new();
    let mut messages = secrets.each("an error");
    messages.push(secrets.make("pem", "an error"));
    for message in messages {
        let text = format!("upstream said: {message}");
        let payload = json!({ "message": text });
        ids.push(
            json!({ "job_type": "fail", "user_id": "ada", "max_attempts": 2, "payload": payload }),
        );
    }
    for message in secrets.each("a panic") {
        let payload = json!({ "message": message, "how": "panic" });
        ids.push(
            json!({ "job_type": "fail", "user_id": "ada", "max_attempts": 1, "payload": payload }),
        );
    }
    for text in secrets.each("a payload") {
        let deep = json!({ "password": secrets.make("bare", "a payload's key"), "list": [[{ "a": { "b": text } }]] });
        ids.push(json!({ "job_type": "digest", "user_id": "ada", "payload": deep }));
    }
    for user in secrets.each(SHOWN_TO_READERS) {
        ids.push(json!({ "job_type": "digest", "user_id": user, "payload": {} }));
        ids.push(json!({ "job_type": "fail", "user_id": user, "max_attempts": 1, "payload": {} }));
    }
    for url in webhook_urls(secrets).await {
        let payload =
            json!({ "url": url, "body": { "token": secrets.make("bare", "a webhook's body") } });
        ids.push(json!({ "job_type": "webhook", "user_id": "ada", "max_attempts": 1, "payload": payload }));
    }
    let mut submitted = Vec::new();
    for (number, body) in ids.into_iter().enumerate() {
        let class = CLASSES[number % CLASSES.len()];
        let key = secrets.make(class, "idempotency-key").replace(' ', "");
        let answer = caller
            .send(
                "POST",
                "/jobs",
                &[JSON, ("idempotency-key", &key)],
                body.to_string(),
            )
            .await;
        let id = answer["job_id"]
            .as_str()
            .unwrap_or_else(|| panic!("{body}: {answer}"));
        submitted.push(id.to_owned());
        // The same key with another body.
        let other =
            json!({ "job_type": "sleep", "user_id": body["user_id"], "payload": { "seconds": 0 } });
        let again = caller
            .send(
                "POST",
                "/jobs",
                &[JSON, ("idempotency-key", &key)],
                other.to_string(),
            )
            .await;
        assert_eq!(again["status"], 422, "{again}");
    }
    submitted
}

/// Receivers that answer with secrets, refuse, hang up, speak no HTTP, or are not there; with a secret in each URL.
async fn webhook_urls(secrets: &mut Secrets) -> Vec<String> {
    let bodies = secrets.each("a webhook's answer").join("\n");
    let header = secrets.make("bare", "a webhook's answer");
    let answers = [
        format!(
            "HTTP/1.1 500 {header}\r\nset-cookie: session={header}\r\ncontent-length: {}\r\n\r\n{bodies}",
            bodies.len()
        ),
        format!(
            "HTTP/1.1 302 Found\r\nlocation: http://x/?token={header}\r\ncontent-length: 0\r\n\r\n"
        ),
        format!(
            "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{bodies}",
            bodies.len()
        ),
        format!("{bodies}\r\n\r\n"),
        format!("HTTP/1.1 200 OK\r\n{header}\r\n\r\n"),
        String::new(),
    ];
    let mut urls = Vec::new();
    for answer in answers {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let _ = stream.read(&mut [0; 4096]).await;
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        urls.push(format!(
            "http://{address}/{}?access_token={}",
            in_url(&secrets.make("github", "a webhook's path")),
            secrets.make("bare", "a webhook's query")
        ));
    }
    let query = secrets.make("bare", "a webhook's query");
    urls.push(format!("http://127.0.0.1:1/?sig={query}&token={query}"));
    urls.push(format!(
        "https://{}/?token={query}",
        urls[0].split('/').nth(2).unwrap()
    ));
    urls.push(format!("http://nobody.invalid/?token={query}"));
    urls
}

async fn the_operator(jobs: &Jobs, secrets: &mut Secrets, outputs: &mut Outputs, token: &str) {
    let authorization = format!("Bearer {token}");
    for secret in secrets.each("/log/level") {
        for body in [
            json!({ "level": secret }),
            json!({ "level": "info", "target": secret }),
            json!({ secret.as_str(): "info" }),
            json!({ "level": "info", "ttl_seconds": secret }),
        ] {
            let headers = [JSON, ("authorization", authorization.as_str())];
            let answer = jobs
                .operator
                .send("PUT", "/log/level", &headers, body.to_string())
                .await;
            outputs.add("the answer of PUT /log/level", answer.text());
            let headers = [
                JSON,
                ("authorization", secret.as_str()),
                ("host", secret.as_str()),
            ];
            if let Some(answer) = jobs
                .operator
                .try_send("PUT", "/log/level", &headers, body.to_string())
                .await
            {
                outputs.add("the answer of PUT /log/level", answer.text());
            }
        }
        jobs.operator.get(&format!("/{}", in_url(&secret))).await;
    }
}

/// What anyone may read without being a caller.
async fn pages(jobs: &Jobs, outputs: &mut Outputs) {
    for path in ["/health", "/health/ready", "/livez", "/readyz"] {
        outputs.add(path, jobs.api.get(path).await.text());
        let headers = [("accept", "application/health+json")];
        outputs.add(path, jobs.api.send("GET", path, &headers, "").await.text());
    }
    for path in [
        "/metrics",
        "/health/checks",
        "/health",
        "/health/ready",
        "/log/level",
        "/",
    ] {
        for accept in ["*/*", "application/openmetrics-text; version=1.0.0"] {
            let answer = jobs
                .operator
                .send("GET", path, &[("accept", accept)], "")
                .await;
            outputs.add(format!("operator {path}"), answer.text());
        }
    }
}

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
