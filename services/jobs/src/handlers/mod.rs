//! What jobs do: one file a job type.

mod digest;
mod fail;
mod sleep;
pub mod webhook;

use std::sync::Arc;

use plimsoll::job::JobError;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

pub use digest::DigestFiles;
pub use webhook::Webhooks;

pub(crate) use digest::hex;

use std::time::Duration;

/// The job types of this service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobType {
    /// Calls a URL with a signed body.
    Webhook,
    /// SHA-256 of the payload, or of a file.
    Digest,
    /// Waits.
    Sleep,
    /// Fails on purpose.
    Fail,
}

impl JobType {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Webhook, Self::Digest, Self::Sleep, Self::Fail];

    /// The word in the API, the database and the metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::Digest => "digest",
            Self::Sleep => "sleep",
            Self::Fail => "fail",
        }
    }

    /// The type that `word` names.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// All words, for messages.
    #[must_use]
    pub fn names() -> String {
        Self::ALL.map(Self::as_str).join(", ")
    }

    /// How many run at once in one process, unless set otherwise.
    #[must_use]
    pub const fn concurrency(self) -> usize {
        match self {
            Self::Webhook => 16,
            // More digests than there are processors: as many are leased by one statement.
            Self::Digest | Self::Fail => 8,
            Self::Sleep => 64,
        }
    }

    /// How long one attempt may take, unless set otherwise.
    #[must_use]
    pub const fn timeout(self) -> Duration {
        match self {
            Self::Webhook => Duration::from_secs(15),
            Self::Digest => Duration::from_secs(120),
            Self::Sleep => Duration::from_secs(3700),
            Self::Fail => Duration::from_secs(30),
        }
    }
}

/// A payload that its job type can not use: which field, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayloadError {
    /// The field's path, such as `payload.url`.
    pub field: String,
    /// What it must be.
    pub detail: String,
}

impl PayloadError {
    pub(crate) fn new(field: &str, detail: impl Into<String>) -> Self {
        Self {
            field: format!("payload.{field}"),
            detail: detail.into(),
        }
    }
}

/// What a handler is given.
#[derive(Debug, Clone)]
pub struct Work {
    /// The job's id.
    pub job_id: String,
    /// Which attempt this is, from 1.
    pub attempt: i64,
    /// Compact JSON, as stored.
    pub payload: String,
    /// Says that the handler should stop. An async handler is dropped at its next await as well; a blocking one must
    /// look at this itself.
    pub stop: CancellationToken,
}

/// Everything the handlers need; made once at the start.
#[derive(Debug, Clone)]
pub struct Handlers {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    webhooks: Option<Webhooks>,
    files: Option<DigestFiles>,
}

impl Handlers {
    /// Without `webhooks` or `files`, jobs that need them are refused.
    #[must_use]
    pub fn new(webhooks: Option<Webhooks>, files: Option<DigestFiles>) -> Self {
        Self {
            inner: Arc::new(Inner { webhooks, files }),
        }
    }

    /// Whether a payload can be worked on at all; the API asks before it accepts a job.
    ///
    /// # Errors
    /// [`PayloadError`] names the field.
    pub fn check(&self, kind: JobType, payload: &Value) -> Result<(), PayloadError> {
        match kind {
            JobType::Webhook => match &self.inner.webhooks {
                Some(webhooks) => webhooks.check(payload),
                None => Err(PayloadError {
                    field: "job_type".to_owned(),
                    detail: "webhook jobs are refused here: the service has no WEBHOOK_SECRET to sign them".to_owned(),
                }),
            },
            JobType::Digest => digest::check(payload, self.inner.files.is_some()),
            JobType::Sleep => sleep::check(payload),
            JobType::Fail => fail::check(payload),
        }
    }

    /// Runs one attempt; the result is what the API shows.
    ///
    /// # Errors
    /// [`JobError`] says whether another attempt makes sense.
    pub async fn run(&self, kind: JobType, work: Work) -> Result<Value, JobError> {
        // Stored payloads were checked when they came in, but a row may be older than this version's rules.
        let payload: Value = serde_json::from_str(&work.payload).map_err(|error| {
            JobError::permanent(format!("the stored payload is not JSON: {error}"))
        })?;
        self.check(kind, &payload)
            .map_err(|error| JobError::permanent(format!("{}: {}", error.field, error.detail)))?;
        match kind {
            JobType::Webhook => match &self.inner.webhooks {
                Some(webhooks) => webhooks.send(&work, &payload).await,
                None => Err(JobError::permanent("no WEBHOOK_SECRET")),
            },
            JobType::Digest => digest::run(work, &payload, self.inner.files.clone()).await,
            JobType::Sleep => sleep::run(&payload).await,
            JobType::Fail => fail::run(&work, &payload).await,
        }
    }
}
