//! `jobs load`: a mixed load with progress, so that a newcomer sees the figures move.

use std::io::Write;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio_util::task::TaskTracker;

use super::http_client::{HttpClient, root};
use crate::serve::complain;

const EXAMPLES: &str = "\
Examples:
  jobs load --rate 50
  jobs load --rate 200 --duration 1m --url http://127.0.0.1:9000";

/// How much to send, and where.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Submissions per second
    #[arg(long, default_value_t = 20, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=5000))]
    pub rate: u32,
    /// How long; until Ctrl-C if not given
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    pub duration: Option<Duration>,
    /// The service's API
    #[arg(
        long,
        env = "JOBS_URL",
        default_value = "http://127.0.0.1:8080",
        value_name = "URL",
        value_parser = parse_url
    )]
    pub url: String,
    /// Bearer token, if the API asks for one
    #[arg(long, env = "API_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    pub api_token: Option<String>,
}

const ANSWER: Duration = Duration::from_secs(10);
/// A client that follows its job gives up after this time.
const FOLLOW: Duration = Duration::from_secs(20);
/// Past this many unanswered requests the service is not asked for more.
const MOST_OPEN: usize = 2000;

#[derive(Debug, Default)]
struct Figures {
    submitted: AtomicU64,
    refused: AtomicU64,
    reads: AtomicU64,
    succeeded: AtomicU64,
    dead: AtomicU64,
    /// Why the last refused submission was refused.
    refusal: Mutex<Option<String>>,
}

impl Figures {
    fn refuse(&self, why: String) {
        self.refused.fetch_add(1, Relaxed);
        *self.refusal.lock().unwrap_or_else(PoisonError::into_inner) = Some(why);
    }
}

fn parse_url(text: &str) -> Result<String, &'static str> {
    match text.parse::<http::Uri>() {
        Ok(uri) if uri.scheme_str() == Some("http") && uri.host().is_some() => Ok(text.to_owned()),
        _ => Err("must be the URL of the API, such as http://127.0.0.1:8080"),
    }
}

/// Runs until the duration is over or Ctrl-C; 1 if no submission was ever accepted.
pub async fn run(args: &Args) -> ExitCode {
    let client = HttpClient::new(&args.url, args.api_token.clone());
    let figures = Arc::new(Figures::default());
    let open = TaskTracker::new();
    let started = Instant::now();
    let mut send = tokio::time::interval(Duration::from_secs(1) / args.rate);
    let mut show = tokio::time::interval(Duration::from_secs(1));
    let end = tokio::time::sleep(
        args.duration
            .unwrap_or(Duration::from_secs(100 * 365 * 86_400)),
    );
    tokio::pin!(end);
    loop {
        tokio::select! {
            () = &mut end => break,
            _ = tokio::signal::ctrl_c() => break,
            _ = send.tick() => {
                if open.len() < MOST_OPEN {
                    open.spawn(one(client.clone(), Arc::clone(&figures)));
                }
            }
            _ = show.tick() => print(&figures, started),
        }
    }
    open.close();
    drop(tokio::time::timeout(FOLLOW, open.wait()).await);
    print(&figures, started);
    let refusal = figures
        .refusal
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take();
    let why = refusal.unwrap_or_else(|| "no answer in time".to_owned());
    match (
        figures.submitted.load(Relaxed),
        figures.refused.load(Relaxed),
    ) {
        (0, _) => complain(1, &format!("{} accepted no job: {why}", args.url)),
        (_, 0) => ExitCode::SUCCESS,
        (_, _) => complain(0, &format!("the last refusal was: {why}")),
    }
}

fn print(figures: &Figures, started: Instant) {
    let [submitted, refused, reads, succeeded, dead] = [
        &figures.submitted,
        &figures.refused,
        &figures.reads,
        &figures.succeeded,
        &figures.dead,
    ]
    .map(|n| n.load(Relaxed));
    // Progress is this command's output, not a log. Whoever closed the pipe has seen enough.
    let _ = writeln!(
        std::io::stdout(),
        "{:>5} s  submitted {submitted:>7}  refused {refused:>5}  reads {reads:>8}  succeeded {succeeded:>7}  dead {dead:>5}",
        started.elapsed().as_secs()
    );
}

/// One client: submits a job, then looks at it until it has ended, as clients do.
async fn one(client: HttpClient, figures: Arc<Figures>) {
    let body = mixed_job().to_string();
    let job_id = match client.post("/jobs", body, ANSWER).await {
        Ok((status, body)) if status == 202 => {
            figures.submitted.fetch_add(1, Relaxed);
            serde_json::from_slice::<Value>(&body)
                .ok()
                .and_then(|body| Some(body.get("job_id")?.as_str()?.to_owned()))
        }
        Ok((status, body)) => {
            figures.refuse(refusal(status, &body));
            None
        }
        Err(error) => {
            figures.refuse(root(&*error));
            None
        }
    };
    let Some(job_id) = job_id else { return };
    let path = format!("/jobs/{job_id}");
    let started = Instant::now();
    while started.elapsed() < FOLLOW {
        tokio::time::sleep(Duration::from_millis(250)).await;
        let Ok((_, body)) = client.get(&path, ANSWER).await else {
            return;
        };
        figures.reads.fetch_add(1, Relaxed);
        let job: Value = serde_json::from_slice(&body).unwrap_or_default();
        match job.get("status").and_then(Value::as_str) {
            Some("succeeded") => {
                figures.succeeded.fetch_add(1, Relaxed);
                return follow_up(&client, &figures, &path).await;
            }
            Some("dead") => {
                figures.dead.fetch_add(1, Relaxed);
                return;
            }
            _ => {}
        }
    }
}

/// The status and what the service says of it.
fn refusal(status: http::StatusCode, body: &[u8]) -> String {
    let problem: Value = serde_json::from_slice(body).unwrap_or_default();
    match problem.get("detail").and_then(Value::as_str) {
        Some(detail) => format!("{status}: {detail}"),
        None => status.to_string(),
    }
}

/// Others look at a result too.
async fn follow_up(client: &HttpClient, figures: &Figures, path: &str) {
    for _ in 0..8 {
        if client.get(path, ANSWER).await.is_ok() {
            figures.reads.fetch_add(1, Relaxed);
        }
    }
}

/// Mostly quick work, some waiting, some that succeeds at the second attempt, and 1 in 200 that never does.
fn mixed_job() -> Value {
    let user_id = format!("user-{}", fastrand::u8(..50));
    let (job_type, payload, max_attempts) = match fastrand::u8(..200) {
        0 => ("fail", json!({ "message": "never works" }), 2),
        1..10 => (
            "fail",
            json!({ "message": "works at the second attempt", "times": 1 }),
            5,
        ),
        10..70 => (
            "sleep",
            json!({ "seconds": f64::from(fastrand::u8(..200)) / 100.0 }),
            5,
        ),
        _ => (
            "digest",
            json!({ "text": "x".repeat(fastrand::usize(..2000)) }),
            5,
        ),
    };
    json!({ "job_type": job_type, "user_id": user_id, "payload": payload, "max_attempts": max_attempts })
}
