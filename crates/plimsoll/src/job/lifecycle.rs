//! The lines and numbers of a job's life, each in one place.

use std::error::Error;
use std::time::Duration;

use super::error::{ErrorKind, JobError};
use super::info::{Attempt, JobInfo};
use crate::context::Context;
use crate::metrics::catalogue;
use crate::rounded::millis;

/// An accepted job.
#[derive(Debug, Clone, Copy)]
pub struct Submission<'a> {
    /// The job's id.
    pub job_id: &'a str,
    /// What kind of job it is; a label, so one of few words.
    pub job_type: &'a str,
    /// The queue it waits in; a label.
    pub queue: &'a str,
    /// Whose job it is.
    pub user_id: &'a str,
    /// Bytes of the payload as compact JSON.
    pub payload_size: usize,
}

/// Says that a job was accepted. Call it once its submission is committed.
pub fn submitted(submission: &Submission<'_>) {
    catalogue()
        .jobs_submitted
        .inc([submission.queue, submission.job_type]);
    tracing::info!(
        job_id = submission.job_id,
        job_type = submission.job_type,
        user_id = submission.user_id,
        payload_size = submission.payload_size,
        "job.submitted"
    );
}

/// Says that the worker of a running attempt disappeared. `ran_for` is the time since the attempt started.
///
/// Call it where the job is taken back, in whichever process that is.
pub fn lost(info: &JobInfo<'_>, ran_for: Duration) {
    let context = super::layer::context_of(info);
    let _entered = context.enter();
    let will_retry = info.attempt < info.max_attempts;
    catalogue()
        .job_attempts
        .inc([info.queue, info.job_type, "lost"]);
    if !will_retry {
        observe_final(info.queue, info.job_type, "dead", ran_for);
    }
    tracing::error!(
        job_id = &*info.job_id,
        error = "worker lost",
        attempt = info.attempt,
        will_retry,
        "job.failed"
    );
}

/// Says that a job was cancelled where no handler could say so: its attempt had failed already or its worker was gone.
/// `ran_for` is how long that last attempt ran; nothing if the job never started.
pub fn cancelled(info: &JobInfo<'_>, ran_for: Option<Duration>) {
    let context = super::layer::context_of(info);
    let _entered = context.enter();
    if let Some(duration) = ran_for {
        observe_final(info.queue, info.job_type, "cancelled", duration);
    }
    tracing::info!(duration_ms = ran_for.map(millis), "job.cancelled");
}

pub(super) fn started(attempt: &Attempt) {
    if let Some(waited) = attempt.waited {
        catalogue()
            .job_wait
            .observe([&attempt.queue, &attempt.job_type], waited.as_secs_f64());
    }
    tracing::info!(wait_ms = attempt.waited.map(millis), "job.started");
}

pub(super) fn ended(attempt: &Attempt, duration: Duration, error: Option<&JobError>) {
    release_recorded(duration, error);
    let Some(error) = error else {
        count(attempt, "succeeded");
        observe_final(&attempt.queue, &attempt.job_type, "succeeded", duration);
        tracing::info!(duration_ms = millis(duration), "job.finished");
        return;
    };
    let outcome = match error.kind() {
        ErrorKind::Cancelled => {
            observe_final(&attempt.queue, &attempt.job_type, "cancelled", duration);
            tracing::info!(duration_ms = millis(duration), "job.cancelled");
            return;
        }
        ErrorKind::Released => {
            tracing::info!(duration_ms = millis(duration), "job.released");
            return;
        }
        ErrorKind::Lost => {
            tracing::warn!(duration_ms = millis(duration), "job.lease_lost");
            return;
        }
        ErrorKind::TimedOut => "timeout",
        ErrorKind::Panicked => "panicked",
        ErrorKind::Failed | ErrorKind::Permanent => "failed",
    };
    let will_retry = error.will_retry(attempt.attempt, attempt.max_attempts);
    count(attempt, outcome);
    if !will_retry {
        observe_final(&attempt.queue, &attempt.job_type, "dead", duration);
    }
    tracing::error!(
        job_id = attempt.job_id,
        error = error as &(dyn Error + 'static),
        attempt = attempt.attempt,
        will_retry,
        "job.failed"
    );
}

/// A failed or slow attempt brings out what the flight recorder kept of it, ahead of its last line.
fn release_recorded(duration: Duration, error: Option<&JobError>) {
    let Some(context) = Context::current() else {
        return;
    };
    match error.map(JobError::kind) {
        Some(ErrorKind::TimedOut) => context.fail("timeout"),
        Some(ErrorKind::Panicked) => context.fail("panic"),
        Some(ErrorKind::Failed | ErrorKind::Permanent) => context.fail("failed"),
        Some(ErrorKind::Cancelled | ErrorKind::Released | ErrorKind::Lost) | None => {}
    }
    context.finished(duration);
}

/// The attempt's future was dropped by its engine.
pub(super) fn interrupted(attempt: &Attempt, duration: Duration) {
    tracing::warn!(
        job_id = attempt.job_id,
        attempt = attempt.attempt,
        duration_ms = millis(duration),
        "job.interrupted"
    );
}

fn count(attempt: &Attempt, outcome: &'static str) {
    catalogue()
        .job_attempts
        .inc([&attempt.queue, &attempt.job_type, outcome]);
}

fn observe_final(queue: &str, job_type: &str, outcome: &'static str, duration: Duration) {
    catalogue()
        .job_duration
        .observe([queue, job_type, outcome], duration.as_secs_f64());
}
