//! A job as it is stored, and as the API shows it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::time::to_rfc3339;

/// The one queue of this service.
pub const QUEUE: &str = "default";

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Waits for its first attempt (or for the first one after a manual retry).
    Queued,
    /// A worker holds its lease.
    Running,
    /// An attempt failed; the next one is due at `run_at`.
    Retrying,
    /// Final: an attempt returned a result.
    Succeeded,
    /// Final until someone retries it by hand: no attempt is left.
    Dead,
    /// Final: cancelled on request.
    Cancelled,
}

impl Status {
    /// All of them, in the order of a job's life.
    pub const ALL: [Self; 6] = [
        Self::Queued,
        Self::Running,
        Self::Retrying,
        Self::Succeeded,
        Self::Dead,
        Self::Cancelled,
    ];

    /// The word in the database and in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Retrying => "retrying",
            Self::Succeeded => "succeeded",
            Self::Dead => "dead",
            Self::Cancelled => "cancelled",
        }
    }

    /// The status that `word` names.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }

    /// Whether nothing can change it any more. `dead` is not: a job can be retried by hand.
    #[must_use]
    pub const fn is_immutable(self) -> bool {
        matches!(self, Self::Succeeded | Self::Cancelled)
    }
}

/// What a submission stores.
#[derive(Debug, Clone)]
pub struct NewJob {
    /// A version 7 uuid: ids sort by time of creation.
    pub id: String,
    /// One of the names in [`crate::handlers::JobType`].
    pub job_type: String,
    /// Whose job it is; the idempotency key is unique per user.
    pub user_id: String,
    /// Compact JSON.
    pub payload: String,
    /// From 1.
    pub max_attempts: i64,
    /// The id of the request that submitted it.
    pub request_id: Option<String>,
    /// W3C trace context of that request.
    pub traceparent: Option<String>,
    /// W3C trace state of that request.
    pub tracestate: Option<String>,
    /// The client's `Idempotency-Key`.
    pub idempotency_key: Option<String>,
    /// SHA-256 over what the client asked for, in hex: the same key with another body is refused by it.
    pub body_hash: String,
    /// Microseconds since the epoch; `None` is now, by the database's clock.
    pub run_at: Option<i64>,
}

/// One row of the `jobs` table. Times are microseconds since the epoch, UTC.
#[derive(Debug, Clone, sqlx::FromRow)]
#[expect(
    missing_docs,
    reason = "the columns are described in the migration and in docs/jobs.md"
)]
pub struct Job {
    pub id: String,
    pub queue: String,
    pub job_type: String,
    pub user_id: String,
    pub payload: String,
    pub status: String,
    pub attempt: i64,
    pub max_attempts: i64,
    pub result: Option<String>,
    pub error: Option<String>,
    pub request_id: Option<String>,
    pub traceparent: Option<String>,
    pub tracestate: Option<String>,
    pub body_hash: String,
    pub created_at: i64,
    pub run_at: i64,
    pub started_at: Option<i64>,
    pub finished_at: Option<i64>,
    pub cancel_requested: i64,
}

/// The columns of [`Job`], for `SELECT` and `RETURNING`.
macro_rules! job_columns {
    () => {
        "id, queue, job_type, user_id, payload, status, attempt, max_attempts, result, error, request_id, \
         traceparent, tracestate, body_hash, created_at, run_at, started_at, finished_at, cancel_requested"
    };
}
pub(crate) use job_columns;

impl Job {
    /// The status; a word that this version does not know counts as running (not final, not due).
    #[must_use]
    pub fn status(&self) -> Status {
        Status::parse(&self.status).unwrap_or(Status::Running)
    }

    /// What `GET /jobs/{id}` answers.
    #[must_use]
    pub fn view(&self) -> JobView {
        JobView {
            job_id: self.id.clone(),
            job_type: self.job_type.clone(),
            user_id: self.user_id.clone(),
            status: self.status(),
            attempt: self.attempt,
            max_attempts: self.max_attempts,
            result: self
                .result
                .as_deref()
                .and_then(|text| serde_json::from_str(text).ok()),
            error: self.error.clone(),
            request_id: self.request_id.clone(),
            created_at: to_rfc3339(self.created_at),
            run_at: to_rfc3339(self.run_at),
            started_at: self.started_at.map(to_rfc3339),
            finished_at: self.finished_at.map(to_rfc3339),
        }
    }
}

/// The API's form of a job. `attempt` counts from 1 and is 0 before the first start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are described in docs/jobs.md")]
pub struct JobView {
    pub job_id: String,
    pub job_type: String,
    pub user_id: String,
    pub status: Status,
    pub attempt: i64,
    pub max_attempts: i64,
    pub result: Option<Value>,
    pub error: Option<String>,
    pub request_id: Option<String>,
    pub created_at: String,
    pub run_at: String,
    pub started_at: Option<String>,
    pub finished_at: Option<String>,
}
