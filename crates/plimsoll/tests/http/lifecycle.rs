//! How a service ends. Signals are for whole processes, so a child process serves and the test sends them.

use crate::support::{Answer, request};
use axum::Router;
use axum::body::Body;
use axum::routing::get;
use futures_util::StreamExt;
use plimsoll::sink::Sink;
use plimsoll_standard::Config;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const CONFIG: &str = "PLIMSOLL_LIFECYCLE_TEST";
/// Set: the child has work that never ends.
const HANGING: &str = "PLIMSOLL_LIFECYCLE_HANGING";

/// The child: a service that is configured by a variable and logs to stderr.
#[test]
#[ignore = "the child process of the other tests"]
fn child() {
    let text = std::env::var(CONFIG).expect("run by the other tests only");
    let config = Config::parse("child.toml", &text, []).unwrap();
    let plimsoll = plimsoll::configure()
        .config(config)
        .sink(Sink::stderr())
        .install()
        .unwrap();
    let plimsoll = Arc::new(plimsoll);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let served = runtime.block_on(async {
        let guard = Arc::clone(&plimsoll);
        let router = Router::new()
            .route("/", get(|| async { "quick" }))
            .route(
                "/slow",
                get(|| async {
                    tokio::time::sleep(Duration::from_millis(700)).await;
                    "slow"
                }),
            )
            .route("/never", get(std::future::pending::<String>))
            .route(
                "/events",
                get(move || {
                    let ticks = futures_util::stream::iter(0..)
                        .then(|tick| async move {
                            tokio::time::sleep(Duration::from_millis(10)).await;
                            Ok::<_, std::io::Error>(format!("data: {tick}\n\n"))
                        })
                        .take_until(Box::pin(guard.draining()));
                    async { Body::from_stream(ticks) }
                }),
            );
        plimsoll.on_drain("jobs", || async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            tracing::info!("jobs.returned");
        });
        if std::env::var_os(HANGING).is_some() {
            plimsoll.on_drain("mail", std::future::pending::<()>);
        }
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        plimsoll.serve(listener, router).await
    });
    // As main would: the error is the exit code. The log's own end comes first.
    drop(plimsoll);
    #[allow(clippy::exit, reason = "a child's exit code is what the test is about")]
    if served.is_err() {
        std::process::exit(1);
    }
}

struct Process {
    child: Child,
    lines: mpsc::Receiver<Value>,
    seen: Vec<Value>,
    address: SocketAddr,
    /// Set: what the child says is not read any more.
    deaf: Arc<AtomicBool>,
}

impl Process {
    fn start(config: &str) -> Self {
        Self::start_with(config, |command| command)
    }

    fn start_with(config: &str, prepare: impl FnOnce(&mut Command) -> &mut Command) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["--exact", "lifecycle::child", "--ignored", "--nocapture"])
            .env(
                CONFIG,
                format!("[operator]\nlisten = \"127.0.0.1:0\"\n[http]\n{config}"),
            )
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let mut child = prepare(&mut command).spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let (send, lines) = mpsc::channel();
        let deaf = Arc::new(AtomicBool::new(false));
        let ears = Arc::clone(&deaf);
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                while ears.load(Ordering::Relaxed) {
                    std::thread::sleep(Duration::from_secs(1));
                }
                let line: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line}"));
                if send.send(line).is_err() {
                    return;
                }
            }
        });
        let mut process = Self {
            child,
            lines,
            seen: Vec::new(),
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            deaf,
        };
        let started = process.until("service.started");
        let address = started["listen"]
            .as_str()
            .unwrap()
            .strip_prefix("http://")
            .unwrap();
        process.address = address.parse().unwrap();
        process
    }

    fn until(&mut self, event: &str) -> Value {
        loop {
            let line = self
                .lines
                .recv_timeout(Duration::from_secs(10))
                .unwrap_or_else(|_| panic!("no {event} after {:#?}", self.seen));
            self.seen.push(line.clone());
            if line["event"] == event {
                return line;
            }
        }
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let status = Command::new("kill").args([name, &id]).status().unwrap();
        assert!(status.success());
    }

    /// The exit status and all lines.
    fn end(mut self) -> (ExitStatus, Vec<Value>) {
        let status = self.child.wait().unwrap();
        self.seen.extend(self.lines.iter());
        (status, std::mem::take(&mut self.seen))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn events(lines: &[Value]) -> Vec<&str> {
    lines
        .iter()
        .map(|line| line["event"].as_str().unwrap())
        .filter(|event| !matches!(*event, "http.request"))
        .collect()
}

/// Asks one connection after the other until the listener is closed. Every one that was let in must be answered; only
/// one that arrives in the very instant of the closing may be reset. Returns the answers and such resets.
async fn load(address: SocketAddr) -> (usize, usize) {
    let mut answered = 0;
    loop {
        let Ok(mut stream) = TcpStream::connect(address).await else {
            return (answered, 0);
        };
        let request = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
        let mut bytes = Vec::new();
        let asked = match stream.write_all(request).await {
            Ok(()) => stream.read_to_end(&mut bytes).await,
            Err(error) => Err(error),
        };
        if let Err(error) = asked {
            let closed = TcpStream::connect(address).await.is_err();
            assert!(
                closed,
                "{error} after {answered} answers, with the listener open"
            );
            return (answered, 1);
        }
        assert_eq!(Answer::parse(&bytes).status, 200);
        answered += 1;
    }
}

/// A connection on which a request was sent.
async fn asked(address: SocketAddr, path: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sigterm_drains_and_loses_nothing() {
    let mut process = Process::start("drain_delay = \"1500ms\"\n");
    let address = process.address;
    let loads: Vec<_> = (0..4).map(|_| tokio::spawn(load(address))).collect();
    let mut kept = TcpStream::connect(address).await.unwrap();
    let mut slow = asked(address, "/slow").await;
    let mut stream = asked(address, "/events").await;
    let mut events_so_far = vec![0; 200];
    stream.read_exact(&mut events_so_far).await.unwrap();

    let signalled = Instant::now();
    process.signal("-TERM");
    let line = process.until("service.draining");
    assert_eq!(line["signal"], "SIGTERM");
    assert!(line["active_requests"].as_u64().unwrap() >= 1, "{line}");
    let ready = request(address, "GET", "/health/ready", &[], "").await;
    assert_eq!(
        (ready.status, ready.json()["status"].as_str()),
        (503, Some("draining"))
    );
    assert_eq!(
        request(address, "GET", "/health", &[], "").await.status,
        200
    );
    // A connection that would be kept alive is told to go elsewhere.
    kept.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    let mut bytes = Vec::new();
    kept.read_to_end(&mut bytes).await.unwrap();
    assert_eq!(Answer::parse(&bytes).headers["connection"], "close");

    let mut bytes = Vec::new();
    slow.read_to_end(&mut bytes).await.unwrap();
    assert_eq!(Answer::parse(&bytes).body, "slow");
    stream.read_to_end(&mut events_so_far).await.unwrap();
    assert!(Answer::parse(&events_so_far).body.contains("data: 1\n"));
    let (mut answered, mut reset) = (0, 0);
    for load in loads {
        let counts = load.await.unwrap();
        (answered, reset) = (answered + counts.0, reset + counts.1);
    }
    assert!(reset <= 1, "{reset}");
    assert!(answered > 10, "{answered}");
    let (status, lines) = process.end();
    assert!(status.success());
    assert!(signalled.elapsed() < Duration::from_secs(20));
    assert_eq!(
        events(&lines),
        [
            "service.started",
            "service.draining",
            "jobs.returned",
            "service.stopped"
        ]
    );
    let stopped = lines.last().unwrap();
    assert_eq!(stopped["event"], "service.stopped");
    // The load, the slow one, the stream and the kept connection.
    assert_eq!(stopped["requests"], answered + 3);
    assert!(
        lines.iter().all(|line| line.get("outcome").is_none()),
        "{lines:#?}"
    );
}

#[test]
fn a_person_does_not_wait_for_load_balancers() {
    let mut process = Process::start("drain_delay = \"20s\"\n");
    let started = Instant::now();
    process.signal("-INT");
    let line = process.until("service.draining");
    assert_eq!(
        (&line["delay_seconds"], &line["deadline_seconds"]),
        (&0.0.into(), &25.0.into())
    );
    let (status, _) = process.end();
    assert!(status.success());
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_second_signal_ends_it_at_once() {
    for (name, code) in [("-TERM", 143), ("-INT", 130)] {
        let mut process = Process::start("drain_delay = \"20s\"\ndrain_deadline = \"30s\"\n");
        process.signal("-TERM");
        process.until("service.draining");
        let started = Instant::now();
        process.signal(name);
        let (status, _) = process.end();
        assert_eq!(status.code(), Some(code));
        assert!(started.elapsed() < Duration::from_secs(5));
    }
}

#[tokio::test]
async fn the_deadline_holds_whatever_hangs() {
    let config = "drain_delay = \"10ms\"\ndrain_deadline = \"1s\"\n";
    let mut process = Process::start_with(config, |command| command.env(HANGING, "yes"));
    let mut never = TcpStream::connect(process.address).await.unwrap();
    never
        .write_all(b"GET /never HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    // Answered only after the request before it was read.
    request(process.address, "GET", "/", &[], "").await;
    let started = Instant::now();
    process.signal("-TERM");
    process.until("service.draining");
    let (status, lines) = process.end();
    assert_eq!(status.code(), Some(1), "something was given up");
    let took = started.elapsed();
    assert!(
        (Duration::from_millis(700)..Duration::from_secs(20)).contains(&took),
        "{took:?}"
    );
    let line = lines
        .iter()
        .find(|line| line["event"] == "service.drain_incomplete")
        .unwrap();
    assert_eq!(line["level"], "error");
    assert_eq!(line["active_requests"], 1);
    assert_eq!(line["unfinished_work"], serde_json::json!(["mail"]));
}

#[tokio::test]
async fn a_log_that_nobody_reads_does_not_hold_the_exit_up() {
    let config = "drain_delay = \"10ms\"\ndrain_deadline = \"3s\"\n";
    let mut process = Process::start(config);
    // Nobody reads stderr any more, and the pipe is full: lines are left that no sink can take.
    process.deaf.store(true, Ordering::Relaxed);
    for _ in 0..1000 {
        request(process.address, "GET", "/", &[], "").await;
    }
    let started = Instant::now();
    process.signal("-TERM");
    let status = process.child.wait().unwrap();
    assert!(status.success(), "{status}");
    let took = started.elapsed();
    // The deadline, and what it takes to start and end a process on a busy machine.
    assert!(took < Duration::from_millis(3800), "{took:?}");
    assert!(
        took > Duration::from_secs(1),
        "the sink stood still: {took:?}"
    );
}
