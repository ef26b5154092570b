//! A process of the service, as an operator would start it.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::Value;

use super::client::Client;
use super::{Killed, command, signal};

pub struct Jobs {
    child: Killed,
    output: Arc<Output>,
    pub api: Client,
    pub operator: Client,
    pub address: String,
    _data: Option<Arc<tempfile::TempDir>>,
    name: Arc<ServiceName>,
}

/// A name that only one test's processes share: a start recovers the log lines of killed processes of its own name.
pub struct ServiceName(String);

impl Default for ServiceName {
    fn default() -> Self {
        Self(format!("jobs-{}", uuid::Uuid::now_v7().simple()))
    }
}

impl ServiceName {
    /// Where its processes keep lines that must outlive them.
    fn directories(&self) -> Vec<PathBuf> {
        std::fs::read_dir("/dev/shm")
            .into_iter()
            .flatten()
            .flatten()
            .filter(|directory| directory.file_name().to_string_lossy().ends_with(&self.0))
            .map(|directory| directory.path())
            .collect()
    }
}

impl Drop for ServiceName {
    fn drop(&mut self) {
        for directory in self.directories() {
            let _ = std::fs::remove_dir_all(directory);
        }
    }
}

#[derive(Default)]
struct Output {
    lines: Mutex<Vec<String>>,
    errors: Mutex<Vec<String>>,
    more: Condvar,
    ended: std::sync::atomic::AtomicBool,
}

/// How to start the service.
#[derive(Clone, Default)]
pub struct Plan {
    pub arguments: Vec<String>,
    pub environment: Vec<(String, String)>,
    pub data: Option<Arc<tempfile::TempDir>>,
    name: Arc<ServiceName>,
}

impl Plan {
    /// An embedded service in a directory of its own that outlives the process.
    pub fn embedded() -> Self {
        let data = Arc::new(tempfile::tempdir().unwrap());
        Self::default().data(data)
    }

    pub fn data(mut self, data: Arc<tempfile::TempDir>) -> Self {
        self.arguments.extend([
            "--data-dir".to_owned(),
            data.path().to_str().unwrap().to_owned(),
        ]);
        self.data = Some(data);
        self
    }

    pub fn with(mut self, arguments: &[&str]) -> Self {
        self.arguments
            .extend(arguments.iter().map(|&argument| argument.to_owned()));
        self
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The database that the service uses.
    pub fn database_url(&self) -> String {
        let named = self
            .arguments
            .iter()
            .position(|argument| argument == "--database-url");
        match (named, &self.data) {
            (Some(at), _) => self.arguments[at + 1].clone(),
            (None, Some(data)) => format!("sqlite:{}/jobs.db", data.path().display()),
            (None, None) => panic!("no database"),
        }
    }

    /// Starts the service and waits for its first line.
    pub fn start(&self) -> Jobs {
        let mut child = Killed(
            command(env!("CARGO_BIN_EXE_jobs"))
                .args([
                    "--listen",
                    "127.0.0.1:0",
                    "--operator-listen",
                    "127.0.0.1:0",
                ])
                .args(&self.arguments)
                .env_remove("RUST_LOG")
                .env_remove("NO_COLOR")
                .env("PLIMSOLL_HTTP__DRAIN_DELAY", "300ms")
                .env("PLIMSOLL_SERVICE__NAME", &self.name.0)
                .envs(self.environment.iter().cloned())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap(),
        );
        let output = Arc::new(Output::default());
        let stdout = child.0.stdout.take().unwrap();
        let stderr = child.0.stderr.take().unwrap();
        let errors = Arc::clone(&output);
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                errors.errors.lock().unwrap().push(line);
            }
        });
        let store = Arc::clone(&output);
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).split(b'\n').map_while(Result::ok) {
                store
                    .lines
                    .lock()
                    .unwrap()
                    .push(String::from_utf8(line).unwrap());
                store.more.notify_all();
            }
            store
                .ended
                .store(true, std::sync::atomic::Ordering::Release);
        });
        let first = output.wait_for(Duration::from_secs(20), |line| {
            line.contains(r#""event":"service.started""#) && !line.contains(r#""recovered":"#)
        });
        let first = first.unwrap_or_else(|| panic!("no start: {:?}", output.lines.lock()));
        let started: Value = serde_json::from_str(&first).unwrap();
        let api = started["listen"].as_str().unwrap();
        Jobs {
            child,
            output,
            api: Client::new(api),
            operator: Client::new(started["operator"].as_str().unwrap()),
            address: api.trim_start_matches("http://").to_owned(),
            _data: self.data.clone(),
            name: Arc::clone(&self.name),
        }
    }

    /// Starts the service and waits until it is ready.
    pub async fn ready(&self) -> Jobs {
        let jobs = self.start();
        super::eventually("ready", Duration::from_secs(20), async || {
            jobs.api
                .try_send("GET", "/health/ready", &[], "")
                .await
                .is_some_and(|answer| answer.status == 200)
        })
        .await;
        jobs
    }
}

impl Output {
    fn wait_for(&self, limit: Duration, wanted: impl Fn(&str) -> bool) -> Option<String> {
        let end = Instant::now() + limit;
        let mut lines = self.lines.lock().unwrap();
        loop {
            if let Some(line) = lines.iter().find(|line| wanted(line)) {
                return Some(line.clone());
            }
            let left = end.checked_duration_since(Instant::now())?;
            lines = self.more.wait_timeout(lines, left).unwrap().0;
        }
    }
}

impl Jobs {
    pub fn pid(&self) -> u32 {
        self.child.0.id()
    }

    /// Every line of this process so far; each must be one JSON object.
    pub fn lines(&self) -> Vec<Value> {
        let mut lines = self.all_lines();
        lines.retain(|line| line.get("recovered").is_none());
        lines
    }

    /// The lines that a killed process left and this one wrote.
    pub fn recovered_lines(&self) -> Vec<Value> {
        let mut lines = self.all_lines();
        lines.retain(|line| line.get("recovered").is_some());
        lines
    }

    /// Everything that this process has written to its two streams so far.
    pub fn written(&self) -> [String; 2] {
        [&self.output.lines, &self.output.errors].map(|lines| lines.lock().unwrap().join("\n"))
    }

    /// The text that stands in the memory that outlives the process.
    pub fn ring(&self) -> String {
        let files = self.name.directories().into_iter().flat_map(|directory| {
            std::fs::read_dir(directory)
                .into_iter()
                .flatten()
                .flatten()
                .filter_map(|file| std::fs::read(file.path()).ok())
        });
        let bytes: Vec<u8> = files.flatten().filter(|byte| *byte != 0).collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn all_lines(&self) -> Vec<Value> {
        let lines = self.output.lines.lock().unwrap().clone();
        let parse = |line: &String| {
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
        };
        lines.iter().map(parse).collect()
    }

    /// The lines of one event.
    pub fn events(&self, event: &str) -> Vec<Value> {
        self.lines()
            .into_iter()
            .filter(|line| line["event"] == event)
            .collect()
    }

    /// Waits until at least `count` lines of the event have come through the pipe.
    pub async fn events_reach(&self, event: &str, count: usize) -> Vec<Value> {
        super::eventually(event, Duration::from_secs(20), async || {
            self.events(event).len() >= count
        })
        .await;
        self.events(event)
    }

    /// Waits until a killed process' pipe is empty.
    pub fn read_to_the_end(&self) {
        while !self.output.ended.load(std::sync::atomic::Ordering::Acquire) {
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub fn kill(mut self) {
        signal(self.pid(), Signal::KILL);
        self.child.0.wait().unwrap();
    }

    pub fn terminate(&self) {
        signal(self.pid(), Signal::TERM);
    }

    /// Waits for the end and gives the exit code.
    pub async fn exit_code(&mut self, limit: Duration) -> i32 {
        let end = Instant::now() + limit;
        loop {
            if let Some(status) = self.child.0.try_wait().unwrap() {
                return status.code().unwrap_or(-1);
            }
            assert!(Instant::now() < end, "still running after {limit:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The value of one series of /metrics; 0 if it is not there.
    pub async fn metric(&self, series: &str) -> f64 {
        let answer = self.operator.get("/metrics").await;
        assert_eq!(answer.status, 200);
        let text = answer.text();
        let value = text
            .lines()
            .find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
        value.map_or(0.0, |value| value.parse().unwrap())
    }
}
