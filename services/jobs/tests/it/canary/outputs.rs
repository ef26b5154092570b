//! What comes out of the service, and what of it must not.

use serde_json::Value;

use super::JSON;
use crate::support::client::Client;
use crate::support::process::Jobs;
use crate::support::secrets::Secrets;

/// Secrets of these places are shown to whoever may read the job.
pub(super) const SHOWN_TO_READERS: &str = "user_id";

/// Everything that came out so far, with the name of where.
#[derive(Default)]
pub(super) struct Outputs(Vec<(String, String)>);

impl Outputs {
    pub(super) fn add(&mut self, from: impl Into<String>, text: impl Into<String>) {
        self.0.push((from.into(), text.into()));
    }

    pub(super) fn streams(&mut self, jobs: &Jobs) {
        let [stdout, stderr] = jobs.written();
        self.add("stdout", stdout);
        self.add("stderr", stderr);
        self.add("the ring", jobs.ring());
    }

    pub(super) fn leaks(&self, secrets: &Secrets) -> Vec<String> {
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
pub(super) struct Caller<'a> {
    pub(super) api: &'a Client,
    pub(super) token: String,
    pub(super) outputs: Outputs,
}

impl Caller<'_> {
    pub(super) async fn send(
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

    pub(super) async fn submit(&mut self, body: Value) -> Option<String> {
        let answer = self.send("POST", "/jobs", &[JSON], body.to_string()).await;
        Some(answer["job_id"].as_str()?.to_owned())
    }
}

/// What anyone may read without being a caller.
pub(super) async fn pages(jobs: &Jobs, outputs: &mut Outputs) {
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
