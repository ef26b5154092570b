//! A running service, its lines, and a client that speaks raw HTTP/1.1.

use axum::Router;
use plimsoll::sink::Sink;
use plimsoll::{Guard, configure};
use plimsoll_standard::Config;
use serde_json::Value;
use std::collections::HashMap;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tracing_subscriber::layer::SubscriberExt;

/// Lines as a sink wrote them.
#[derive(Clone, Default)]
pub struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Lines {
    /// All lines so far, each of which must be JSON.
    pub fn all(&self) -> Vec<Value> {
        let bytes = self.0.lock().unwrap().clone();
        let text = String::from_utf8(bytes).expect("lines are UTF-8");
        text.lines()
            .map(|line| {
                assert!(line.len() < 16_384, "a line of {} bytes", line.len());
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
            })
            .collect()
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

/// A service under test. Lines of everything on this thread are captured.
pub struct Service {
    pub guard: Arc<Guard>,
    pub lines: Lines,
    pub address: SocketAddr,
    _serving: JoinHandle<Result<(), plimsoll::ServeError>>,
    _default: tracing::subscriber::DefaultGuard,
}

pub fn config(text: &str) -> Config {
    let quiet = "[operator]\nlisten = \"127.0.0.1:0\"\n[http]\ndrain_delay = \"50ms\"\n";
    let text = if text.contains("[operator]") {
        text.to_owned()
    } else {
        format!("{quiet}{text}")
    };
    Config::parse("plimsoll.toml", &text, []).unwrap()
}

impl Service {
    pub async fn start(router: Router) -> Self {
        Self::start_with(router, config(""), |_| {}).await
    }

    /// Needs a current-thread runtime, so that every task logs to this service's layer.
    pub async fn start_with(router: Router, config: Config, prepare: impl FnOnce(&Guard)) -> Self {
        let lines = Lines::default();
        let (layer, guard) = configure()
            .config(config)
            .sink(Sink::writer("test", lines.clone()))
            .build()
            .unwrap();
        let default =
            tracing::subscriber::set_default(tracing_subscriber::Registry::default().with(layer));
        prepare(&guard);
        let guard = Arc::new(guard);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let serving = {
            let guard = Arc::clone(&guard);
            tokio::spawn(async move { guard.serve(listener, router).await })
        };
        let service = Self {
            guard,
            lines,
            address,
            _serving: serving,
            _default: default,
        };
        service.line("service.started").await;
        service
    }

    pub fn operator(&self) -> SocketAddr {
        self.guard.operator_address().unwrap()
    }

    /// The lines of that event; waits until there is one.
    pub async fn lines_of(&self, event: &str, count: usize) -> Vec<Value> {
        let started = Instant::now();
        loop {
            self.guard.flush(Duration::from_secs(1));
            let found: Vec<Value> = self
                .lines
                .all()
                .into_iter()
                .filter(|line| line["event"] == event)
                .collect();
            if found.len() >= count {
                assert_eq!(found.len(), count, "{found:#?}");
                return found;
            }
            assert!(
                started.elapsed() < Duration::from_secs(10),
                "{count} times {event}, but only:\n{}",
                self.lines.text()
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    pub async fn line(&self, event: &str) -> Value {
        self.lines_of(event, 1).await.remove(0)
    }

    pub async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        request(self.address, "GET", path, headers, "").await
    }
}

/// A response.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HashMap<String, String>,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    pub fn id(&self) -> &str {
        &self.headers["x-request-id"]
    }

    /// Reads one from what a server sent before it closed.
    pub fn parse(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let (head, body) = text
            .split_once("\r\n\r\n")
            .unwrap_or_else(|| panic!("{text:?}"));
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap();
        let headers: HashMap<String, String> = lines
            .map(|line| line.split_once(": ").unwrap())
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let body = if headers
            .get("transfer-encoding")
            .is_some_and(|way| way == "chunked")
        {
            unchunk(body)
        } else {
            body.to_owned()
        };
        Self {
            status: status.parse().unwrap(),
            headers,
            body,
        }
    }
}

fn unchunk(mut body: &str) -> String {
    let mut whole = String::new();
    while let Some((size, rest)) = body.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).unwrap();
        whole.push_str(&rest[..size]);
        body = &rest[size + 2..];
    }
    whole
}

/// One request on a connection of its own.
pub async fn request(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    let mut head = format!("{method} {path} HTTP/1.1\r\n");
    if !headers
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("host"))
    {
        head.push_str(&format!("host: {address}\r\n"));
    }
    head.push_str(&format!(
        "connection: close\r\ncontent-length: {}\r\n",
        body.len()
    ));
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    raw(address, format!("{head}\r\n{body}").as_bytes()).await
}

/// Sends these bytes and reads until the server closes.
pub async fn raw(address: SocketAddr, bytes: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // The server may answer and close before it has read everything.
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    Answer::parse(&answer)
}
