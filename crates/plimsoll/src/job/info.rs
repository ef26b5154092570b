//! What the layer needs to know about a job.

use std::borrow::Cow;
use std::time::Duration;

use crate::context::TraceContext;

/// A request of a job service: knows which job it is.
pub trait JobRequest {
    /// The job behind this request.
    fn job(&self) -> JobInfo<'_>;
}

/// One attempt at one job.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct JobInfo<'a> {
    /// The job's id, the same for all its attempts.
    pub job_id: Cow<'a, str>,
    /// What kind of job it is; a label, so one of few words.
    pub job_type: &'a str,
    /// The queue it came from; a label. `default` unless set.
    pub queue: &'a str,
    /// Which attempt this is, from 1.
    pub attempt: u32,
    /// How many attempts it may have. 1 unless set.
    pub max_attempts: u32,
    /// The id of the request that enqueued the job.
    pub request_id: Option<&'a str>,
    /// The trace of the request that enqueued the job; the attempt becomes a child span of it.
    pub trace: Option<TraceContext>,
    /// How long the job was due before this attempt started.
    pub waited: Option<Duration>,
    /// After this time the handler is dropped and the attempt fails.
    pub timeout: Option<Duration>,
}

impl<'a> JobInfo<'a> {
    /// A first and only attempt at a job of the queue `default`.
    #[must_use]
    pub fn new(job_id: impl Into<Cow<'a, str>>, job_type: &'a str) -> Self {
        Self {
            job_id: job_id.into(),
            job_type,
            queue: "default",
            attempt: 1,
            max_attempts: 1,
            request_id: None,
            trace: None,
            waited: None,
            timeout: None,
        }
    }

    /// Sets the queue's name.
    #[must_use]
    pub fn queue(mut self, queue: &'a str) -> Self {
        self.queue = queue;
        self
    }

    /// Sets which attempt this is, from 1, and how many there may be.
    #[must_use]
    pub fn attempt(mut self, attempt: u32, max_attempts: u32) -> Self {
        self.attempt = attempt;
        self.max_attempts = max_attempts;
        self
    }

    /// Sets the id of the request that enqueued the job.
    #[must_use]
    pub fn request_id(mut self, request_id: Option<&'a str>) -> Self {
        self.request_id = request_id;
        self
    }

    /// Sets the trace of the request that enqueued the job.
    #[must_use]
    pub fn trace(mut self, trace: Option<TraceContext>) -> Self {
        self.trace = trace;
        self
    }

    /// Sets how long the job was due before this attempt started.
    #[must_use]
    pub fn waited(mut self, waited: Option<Duration>) -> Self {
        self.waited = waited;
        self
    }

    /// Sets the time after which the handler is dropped.
    #[must_use]
    pub fn timeout(mut self, timeout: Option<Duration>) -> Self {
        self.timeout = timeout;
        self
    }
}

/// The same, owned: the request itself moves into the handler.
#[derive(Debug, Clone)]
pub(super) struct Attempt {
    pub(super) job_id: String,
    pub(super) job_type: String,
    pub(super) queue: String,
    pub(super) attempt: u32,
    pub(super) max_attempts: u32,
    pub(super) waited: Option<Duration>,
    pub(super) timeout: Option<Duration>,
}

impl From<&JobInfo<'_>> for Attempt {
    fn from(info: &JobInfo<'_>) -> Self {
        Self {
            job_id: info.job_id.clone().into_owned(),
            job_type: info.job_type.to_owned(),
            queue: info.queue.to_owned(),
            attempt: info.attempt,
            max_attempts: info.max_attempts,
            waited: info.waited,
            timeout: info.timeout,
        }
    }
}
