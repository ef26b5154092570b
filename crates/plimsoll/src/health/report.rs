//! What the probes answer, in the standard's words or in those of the health+json draft.

use super::judge::Verdict;
use crate::rounded::{millis, seconds};
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::fmt::Write as _;
use std::time::Duration;

/// The word under `status` and the code that goes with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Everything works: 200 `ok`.
    Ok,
    /// Something optional does not: 200 `degraded`.
    Degraded,
    /// Something required does not: 503 `degraded`.
    Unready,
    /// Not every required check has a result yet, or a startup gate is held: 503 `starting`.
    Starting,
    /// The process is about to end: 503 `draining`.
    Draining,
}

/// How a body is worded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flavour {
    /// `{"status":"ok","checks":{"database":true}}`.
    Standard,
    /// `application/health+json`: `pass`, `warn` and `fail` (IETF draft-inadarei-api-health-check-06).
    HealthJson,
}

/// A snapshot of the service's health.
#[derive(Debug, Clone)]
pub struct Report {
    pub(super) status: Status,
    pub(super) checks: Vec<Entry>,
}

/// One check in a [`Report`].
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) name: Cow<'static, str>,
    pub(super) required: bool,
    pub(super) verdict: Verdict,
    pub(super) stale: bool,
    pub(super) cause: Option<String>,
    pub(super) took: Option<Duration>,
    pub(super) age: Option<Duration>,
    pub(super) since: Duration,
    pub(super) history: Vec<(Duration, Verdict)>,
}

impl Status {
    /// The word in the body.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Degraded | Self::Unready => "degraded",
            Self::Starting => "starting",
            Self::Draining => "draining",
        }
    }

    /// The HTTP status code of the readiness probe: 200 or 503.
    #[must_use]
    pub const fn code(self) -> u16 {
        match self {
            Self::Ok | Self::Degraded => 200,
            Self::Unready | Self::Starting | Self::Draining => 503,
        }
    }

    const fn draft_word(self) -> &'static str {
        match self {
            Self::Ok => "pass",
            Self::Degraded => "warn",
            Self::Unready | Self::Starting | Self::Draining => "fail",
        }
    }
}

impl Flavour {
    /// What a client asks for with its `Accept` header.
    #[must_use]
    pub fn of_accept(accept: &str) -> Self {
        let asked = accept.split(',').any(|range| {
            let range = range.split(';').next().unwrap_or_default().trim();
            range.eq_ignore_ascii_case(Self::HealthJson.content_type())
        });
        if asked {
            Self::HealthJson
        } else {
            Self::Standard
        }
    }

    /// The `Content-Type` of the body.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Standard => "application/json",
            Self::HealthJson => "application/health+json",
        }
    }

    /// The liveness body: the process answers, that is all it says.
    #[must_use]
    pub const fn alive(self) -> &'static str {
        match self {
            Self::Standard => r#"{"status":"ok"}"#,
            Self::HealthJson => r#"{"status":"pass"}"#,
        }
    }
}

impl Flavour {
    /// The liveness body of a process whose runtime is stuck; it goes with a 503.
    #[must_use]
    pub const fn stuck(self) -> &'static str {
        match self {
            Self::Standard => r#"{"status":"stuck"}"#,
            Self::HealthJson => r#"{"status":"fail"}"#,
        }
    }
}

impl Report {
    /// The overall status.
    #[must_use]
    pub fn status(&self) -> Status {
        self.status
    }

    /// Whether the service may get traffic.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.status.code() == 200
    }

    /// Each check's name and whether it works, in the order of registration.
    pub fn checks(&self) -> impl Iterator<Item = (&str, bool)> {
        self.checks
            .iter()
            .map(|entry| (&*entry.name, entry.verdict == Verdict::Up))
    }

    /// The public readiness body: names and booleans, no cause, no figure.
    #[must_use]
    pub fn body(&self, flavour: Flavour) -> String {
        let word = match flavour {
            Flavour::Standard => self.status.word(),
            Flavour::HealthJson => self.status.draft_word(),
        };
        let mut body = format!(r#"{{"status":"{word}","checks":{{"#);
        for (at, entry) in self.checks.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            // Names are letters, digits, `_`, `-` and `.`, so they need no escaping.
            let name = &entry.name;
            let value = match flavour {
                Flavour::Standard => (entry.verdict == Verdict::Up).to_string(),
                Flavour::HealthJson => format!(r#"[{{"status":"{}"}}]"#, entry.draft_word()),
            };
            let _ = write!(body, r#"{comma}"{name}":{value}"#);
        }
        body.push_str("}}");
        body
    }

    /// The operator's body: causes, latencies (milliseconds) and ages (seconds) beside the public part. `redact` takes
    /// secrets out of a cause.
    #[must_use]
    pub fn details(&self, redact: impl Fn(&str) -> String) -> String {
        let checks: Map<String, Value> = self
            .checks
            .iter()
            .map(|entry| (entry.name.clone().into_owned(), entry.details(&redact)))
            .collect();
        json!({ "status": self.status.word(), "ready": self.is_ready(), "checks": checks })
            .to_string()
    }
}

impl Entry {
    fn draft_word(&self) -> &'static str {
        match (self.verdict, self.required) {
            (Verdict::Up, _) => "pass",
            (_, false) => "warn",
            (_, true) => "fail",
        }
    }

    fn details(&self, redact: impl Fn(&str) -> String) -> Value {
        let cause = if self.stale {
            Some(
                "no result for too long: the check blocks its thread or the runtime is stuck"
                    .to_owned(),
            )
        } else {
            self.cause.as_deref().map(redact)
        };
        json!({
            "up": self.verdict == Verdict::Up,
            "state": word(self.verdict),
            "required": self.required,
            "error": cause,
            "duration_ms": self.took.map(millis),
            "age_seconds": self.age.map(seconds),
            "since_seconds": seconds(self.since),
            "transitions": self.history.iter().map(|&(ago, verdict)| {
                json!({ "seconds_ago": seconds(ago), "state": word(verdict) })
            }).collect::<Vec<_>>(),
        })
    }
}

const fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Unknown => "unknown",
        Verdict::Up => "up",
        Verdict::Down => "down",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &'static str, required: bool, verdict: Verdict) -> Entry {
        Entry {
            name: name.into(),
            required,
            verdict,
            stale: false,
            cause: (verdict == Verdict::Down).then(|| "postgres://u:hunter2@db refused".to_owned()),
            took: Some(Duration::from_millis(2)),
            age: Some(Duration::from_secs(1)),
            since: Duration::from_secs(9),
            history: vec![(Duration::from_secs(9), verdict)],
        }
    }

    #[test]
    fn the_public_body_is_the_standards_and_leaks_nothing() {
        let report = Report {
            status: Status::Unready,
            checks: vec![
                entry("database", true, Verdict::Down),
                entry("redis", false, Verdict::Up),
            ],
        };
        assert_eq!(
            report.body(Flavour::Standard),
            r#"{"status":"degraded","checks":{"database":false,"redis":true}}"#
        );
        assert_eq!(
            report.body(Flavour::HealthJson),
            r#"{"status":"fail","checks":{"database":[{"status":"fail"}],"redis":[{"status":"pass"}]}}"#
        );
        assert_eq!(
            Report {
                status: Status::Ok,
                checks: Vec::new()
            }
            .body(Flavour::Standard),
            r#"{"status":"ok","checks":{}}"#
        );
    }

    #[test]
    fn the_operators_body_has_the_redacted_cause() {
        let report = Report {
            status: Status::Unready,
            checks: vec![entry("database", true, Verdict::Down)],
        };
        let body = report.details(|cause| cause.replace("hunter2", "[redacted]"));
        let body: Value = serde_json::from_str(&body).unwrap();
        let database = &body["checks"]["database"];
        assert_eq!(database["error"], "postgres://u:[redacted]@db refused");
        assert_eq!(database["state"], "down");
        assert_eq!(database["duration_ms"], 2.0);
        assert_eq!(body["ready"], false);
    }

    #[test]
    fn the_draft_is_only_given_to_who_asks_for_it() {
        for (accept, flavour) in [
            ("*/*", Flavour::Standard),
            ("application/json", Flavour::Standard),
            ("application/health+json", Flavour::HealthJson),
            (
                "text/html, Application/Health+JSON;q=0.9",
                Flavour::HealthJson,
            ),
        ] {
            assert_eq!(Flavour::of_accept(accept), flavour, "{accept}");
        }
    }
}
