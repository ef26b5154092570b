//! Why an attempt did not succeed.

use std::error::Error;
use std::fmt;

/// Any error of a handler.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// What kind of end an attempt without a result had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The handler returned an error; another attempt may succeed.
    Failed,
    /// The handler returned an error that no further attempt can change.
    Permanent,
    /// The handler took longer than the job's timeout and was dropped.
    TimedOut,
    /// The handler panicked.
    Panicked,
    /// The handler stopped because the job was cancelled.
    Cancelled,
    /// The handler stopped because its worker goes away; the job goes back to the queue and this attempt is not
    /// counted.
    Released,
    /// The handler was stopped because another worker has the job by now; whoever took it has counted this attempt.
    Lost,
}

/// The error of an attempt. A handler may return any error; it returns this type to say more than "failed".
#[derive(Debug)]
pub struct JobError {
    kind: ErrorKind,
    source: BoxError,
}

impl JobError {
    /// A failure worth another attempt.
    pub fn failed(error: impl Into<BoxError>) -> Self {
        Self::of(ErrorKind::Failed, error)
    }

    /// A failure that no further attempt can change: the job is dead at once.
    pub fn permanent(error: impl Into<BoxError>) -> Self {
        Self::of(ErrorKind::Permanent, error)
    }

    /// The handler noticed that the job was cancelled.
    #[must_use]
    pub fn cancelled() -> Self {
        Self::of(ErrorKind::Cancelled, "cancelled")
    }

    /// The handler noticed that its worker goes away.
    #[must_use]
    pub fn released() -> Self {
        Self::of(
            ErrorKind::Released,
            "returned to the queue: the worker is stopping",
        )
    }

    /// The handler was stopped because its worker no longer owns the job.
    #[must_use]
    pub fn lost() -> Self {
        Self::of(
            ErrorKind::Lost,
            "stopped: another worker has the job by now",
        )
    }

    pub(super) fn of(kind: ErrorKind, error: impl Into<BoxError>) -> Self {
        Self {
            kind,
            source: error.into(),
        }
    }

    /// A handler's error, unwrapped if it already is one of ours.
    pub(super) fn from_handler(error: impl Into<BoxError>) -> Self {
        match error.into().downcast::<Self>() {
            Ok(error) => *error,
            Err(error) => Self::failed(error),
        }
    }

    /// What kind of end it was.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Whether another attempt may follow this one, number `attempt` of at most `max_attempts`.
    #[must_use]
    pub const fn will_retry(&self, attempt: u32, max_attempts: u32) -> bool {
        match self.kind {
            ErrorKind::Failed | ErrorKind::TimedOut | ErrorKind::Panicked => attempt < max_attempts,
            ErrorKind::Permanent | ErrorKind::Cancelled => false,
            ErrorKind::Released | ErrorKind::Lost => true,
        }
    }
}

impl fmt::Display for JobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.source.fmt(f)
    }
}

impl Error for JobError {
    /// The source of the handler's error: our own message already is that error's.
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.source()
    }
}
