//! Webhooks: signed, traced, and never sent where they must not go.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;
use tokio_rustls::rustls::{ServerConfig, crypto};

use crate::support::process::{Jobs, Plan};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const SOON: Duration = Duration::from_secs(15);

/// Answers each request with the next of its answers (the last one again and again) and remembers what came.
struct Receiver {
    address: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Receiver {
    async fn start(answers: Vec<Vec<u8>>) -> Self {
        Self::start_with(answers, async |stream| Some(stream)).await
    }

    async fn start_with<S, F>(
        answers: Vec<Vec<u8>>,
        wrap: impl Fn(TcpStream) -> F + Send + Sync + 'static,
    ) -> Self
    where
        S: AsyncRead + AsyncWrite + Send + Unpin,
        F: Future<Output = Option<S>> + Send,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let store = Arc::clone(&requests);
        tokio::spawn(async move {
            for number in 0.. {
                let (stream, _) = listener.accept().await.unwrap();
                let Some(mut stream) = wrap(stream).await else {
                    continue;
                };
                let mut request = Vec::new();
                let mut buffer = [0; 4096];
                while !complete(&request) {
                    match stream.read(&mut buffer).await.unwrap() {
                        0 => break,
                        read => request.extend_from_slice(&buffer[..read]),
                    }
                }
                store
                    .lock()
                    .unwrap()
                    .push(String::from_utf8(request).unwrap());
                let answer = &answers[usize::min(number, answers.len() - 1)];
                let _ = stream.write_all(answer).await;
                let _ = stream.shutdown().await;
            }
        });
        Self { address, requests }
    }

    fn url(&self) -> String {
        format!("http://{}/hook?a=b", self.address)
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

fn complete(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    body.len() >= header(head, "content-length").parse().unwrap_or(0)
}

fn header<'a>(head: &'a str, name: &str) -> &'a str {
    let mut fields = head.lines().filter_map(|line| line.split_once(": "));
    fields
        .find(|(found, _)| found.eq_ignore_ascii_case(name))
        .map_or("", |(_, value)| value)
}

fn ok() -> Vec<u8> {
    b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok".to_vec()
}

async fn service(allow: &[&str]) -> Jobs {
    let plan = Plan::embedded().env("WEBHOOK_SECRET", SECRET).with(&[
        "--retry-delay",
        "20ms",
        "--timeout",
        "webhook=2s",
    ]);
    plan.with(allow).ready().await
}

const LOOPBACK: [&str; 2] = ["--webhook-allow", "127.0.0.0/8"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_webhook_is_signed_and_traced() {
    let receiver = Receiver::start(vec![ok()]).await;
    let jobs = service(&LOOPBACK).await;
    let payload = json!({ "url": receiver.url(), "body": { "hello": "wörld" } });
    let body = json!({ "job_type": "webhook", "user_id": "ada", "payload": payload });
    let headers = [
        ("content-type", "application/json"),
        (
            "traceparent",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ),
        ("tracestate", "vendor=1"),
    ];
    let answer = jobs
        .api
        .send("POST", "/jobs", &headers, body.to_string())
        .await;
    let id = answer.json()["job_id"].as_str().unwrap().to_owned();
    let job = jobs.api.wait(&id, &["succeeded"], SOON).await;
    assert_eq!(job["result"], json!({ "status": 200, "response_bytes": 2 }));

    let requests = receiver.requests();
    assert_eq!(requests.len(), 1);
    let request = requests[0].replacen("POST /hook?a=b HTTP/1.1\r\n", "", 1);
    assert!(request.len() < requests[0].len(), "{}", requests[0]);
    let (head, sent) = request.split_once("\r\n\r\n").unwrap();
    assert_eq!(
        serde_json::from_str::<Value>(sent).unwrap(),
        payload["body"]
    );
    assert_eq!(
        header(head, "webhook-id"),
        id,
        "the same for every attempt, so that receivers can tell"
    );
    let timestamp = header(head, "webhook-timestamp");
    let key = STANDARD
        .decode(SECRET.trim_start_matches("whsec_"))
        .unwrap();
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&key).unwrap();
    mac.update(format!("{id}.{timestamp}.{sent}").as_bytes());
    assert_eq!(
        header(head, "webhook-signature"),
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    );
    let traceparent = header(head, "traceparent");
    assert!(
        traceparent.starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-"),
        "{traceparent}"
    );
    assert!(
        !traceparent.contains("00f067aa0ba902b7"),
        "a span of its own"
    );
    assert_eq!(header(head, "tracestate"), "vendor=1");
    assert_eq!(header(head, "host"), receiver.address);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn addresses_that_are_not_public_are_refused() {
    let receiver = Receiver::start(vec![ok()]).await;
    let port = receiver.address.rsplit(':').next().unwrap();
    let jobs = service(&[]).await;
    // As an address it is refused at once.
    let urls = [
        format!("http://127.0.0.1:{port}/"),
        format!("http://2130706433:{port}/"),
        format!("http://[::ffff:127.0.0.1]:{port}/"),
        format!("http://0:{port}/"),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "file:///etc/passwd".to_owned(),
        "http://user:secret@example.com/".to_owned(),
    ];
    for url in urls {
        let body = json!({ "job_type": "webhook", "user_id": "ada", "payload": { "url": url } });
        let answer = jobs.api.post("/jobs", &body).await;
        assert_eq!(answer.status, 422, "{url}");
        assert_eq!(answer.json()["errors"][0]["field"], "payload.url");
    }
    // As a name it is refused when it is resolved.
    let id = jobs
        .api
        .submit(
            "webhook",
            json!({ "url": format!("http://localhost:{port}/") }),
        )
        .await;
    let job = jobs.api.wait(&id, &["dead"], SOON).await;
    assert_eq!(
        (&job["attempt"], &job["error"]),
        (
            &json!(1),
            &json!("payload.url leads to an address that is not public")
        )
    );
    assert!(receiver.requests().is_empty(), "nothing was sent");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_are_judged_and_bounded() {
    let jobs = service(&LOOPBACK).await;
    let elsewhere = Receiver::start(vec![ok()]).await;
    let redirect = format!(
        "HTTP/1.1 302 Found\r\nlocation: {}\r\ncontent-length: 0\r\n\r\n",
        elsewhere.url()
    );
    let redirecting = Receiver::start(vec![redirect.into_bytes()]).await;
    let id = jobs
        .api
        .submit("webhook", json!({ "url": redirecting.url() }))
        .await;
    let job = jobs.api.wait(&id, &["dead"], SOON).await;
    assert_eq!(
        (&job["attempt"], &job["error"]),
        (&json!(1), &json!("the receiver answered 302"))
    );
    assert!(elsewhere.requests().is_empty(), "not followed");

    let failing = b"HTTP/1.1 500 Oh\r\ncontent-length: 0\r\n\r\n".to_vec();
    let recovering = Receiver::start(vec![failing, b"nonsense".to_vec(), ok()]).await;
    let id = jobs
        .api
        .submit("webhook", json!({ "url": recovering.url() }))
        .await;
    let job = jobs.api.wait(&id, &["succeeded"], SOON).await;
    assert_eq!(job["attempt"], 3);

    let mut long = b"HTTP/1.1 200 OK\r\ncontent-length: 9000000\r\n\r\n".to_vec();
    long.resize(long.len() + 9_000_000, b'x');
    let talkative = Receiver::start(vec![long]).await;
    let id = jobs
        .api
        .submit("webhook", json!({ "url": talkative.url() }))
        .await;
    let job = jobs.api.wait(&id, &["succeeded"], SOON).await;
    assert_eq!(job["result"]["response_bytes"], 65_536);

    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", silent.local_addr().unwrap());
    let body = json!({ "job_type": "webhook", "user_id": "ada", "payload": { "url": url }, "max_attempts": 1 });
    let id = jobs.api.submit_with(body).await;
    let job = jobs.api.wait(&id, &["dead"], SOON).await;
    assert_eq!(job["error"], "timed out after 2 s");
}

/// A receiver behind TLS, under a name that its own authority vouches for, and that authority's certificate.
async fn secure(name: &str) -> (Receiver, String) {
    let made = rcgen::generate_simple_self_signed(vec![name.to_owned()]).unwrap();
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let config = ServerConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key.into())
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let receiver = Receiver::start_with(vec![ok()], move |stream| {
        let acceptor = acceptor.clone();
        async move { acceptor.accept(stream).await.ok() }
    })
    .await;
    (receiver, made.cert.pem())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn https_is_spoken_with_whom_an_authority_vouches_for() {
    let (receiver, authority) = secure("localhost").await;
    let (elsewhere, _) = secure("elsewhere.example").await;
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("ca.pem");
    std::fs::write(&file, authority).unwrap();
    let networks = ["--webhook-allow", "127.0.0.0/8,::1/128"];
    let url = |receiver: &Receiver, host: &str| {
        let port = receiver.address.rsplit(':').next().unwrap();
        format!("https://{host}:{port}/hook?a=b")
    };
    let body = |url: String| json!({ "job_type": "webhook", "user_id": "ada", "max_attempts": 1, "payload": { "url": url, "body": [1] } });

    let jobs = service(&[&networks[..], &["--webhook-ca", file.to_str().unwrap()]].concat()).await;
    let id = jobs
        .api
        .submit_with(body(url(&receiver, "localhost")))
        .await;
    let job = jobs.api.wait(&id, &["succeeded"], SOON).await;
    assert_eq!(job["result"]["status"], 200);
    let requests = receiver.requests();
    assert!(
        requests[0].starts_with("POST /hook?a=b HTTP/1.1\r\n"),
        "{requests:?}"
    );
    assert_eq!(header(&requests[0], "webhook-id"), id);

    // Another name than the certificate's, and a certificate of another authority.
    for url in [url(&receiver, "127.0.0.1"), url(&elsewhere, "localhost")] {
        let id = jobs.api.submit_with(body(url)).await;
        let job = jobs.api.wait(&id, &["dead"], SOON).await;
        let error = job["error"].as_str().unwrap();
        assert!(error.contains("certificate"), "{error}");
    }
    // Without being told of it, nobody trusts a private authority.
    let jobs = service(&networks).await;
    let id = jobs
        .api
        .submit_with(body(url(&receiver, "localhost")))
        .await;
    let job = jobs.api.wait(&id, &["dead"], SOON).await;
    assert!(
        job["error"].as_str().unwrap().contains("certificate"),
        "{job}"
    );
    assert_eq!(
        (receiver.requests().len(), elsewhere.requests().len()),
        (1, 0)
    );
}
