//! Where callers and operators can put a secret.

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::JSON;
use super::outputs::{Caller, Outputs, SHOWN_TO_READERS};
use crate::support::process::Jobs;
use crate::support::secrets::{CLASSES, Secrets};

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

pub(super) async fn callers_headers_paths_and_queries(
    caller: &mut Caller<'_>,
    secrets: &mut Secrets,
) {
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

pub(super) async fn bodies(caller: &mut Caller<'_>, secrets: &mut Secrets) {
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
pub(super) async fn jobs_that_run(caller: &mut Caller<'_>, secrets: &mut Secrets) -> Vec<String> {
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
    // Digits alone under a key that names an identifier are one, also if they could be a card's.
    for class in CLASSES.into_iter().filter(|class| *class != "card") {
        let user = secrets.make(class, SHOWN_TO_READERS);
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

pub(super) async fn the_operator(
    jobs: &Jobs,
    secrets: &mut Secrets,
    outputs: &mut Outputs,
    token: &str,
) {
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
