//! One attempt: timed, bounded, and never without an outcome.

use std::any::Any;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use futures_util::FutureExt;

use super::error::{ErrorKind, JobError};
use super::info::Attempt;
use super::lifecycle;

pub(super) async fn run<T>(
    attempt: Attempt,
    handler: impl Future<Output = Result<T, JobError>>,
) -> Result<T, JobError> {
    lifecycle::started(&attempt);
    let guard = Guard {
        attempt: &attempt,
        started: Instant::now(),
        ended: false,
    };
    let caught = AssertUnwindSafe(handler).catch_unwind();
    let outcome = match attempt.timeout {
        Some(limit) => tokio::time::timeout(limit, caught).await.map_err(|_| limit),
        None => Ok(caught.await),
    };
    let result = match outcome {
        Ok(Ok(result)) => result,
        Ok(Err(panic)) => Err(JobError::of(ErrorKind::Panicked, panic_message(&*panic))),
        Err(limit) => Err(JobError::of(ErrorKind::TimedOut, timeout_message(limit))),
    };
    guard.end(result.as_ref().err());
    result
}

fn timeout_message(limit: Duration) -> String {
    format!("timed out after {} s", limit.as_secs_f64())
}

/// What a panic said, if it said anything.
pub(super) fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("panicked: {}", text.unwrap_or("(no message)"))
}

/// An engine may drop the attempt's future, at its shutdown for example: that leaves a line too.
struct Guard<'a> {
    attempt: &'a Attempt,
    started: Instant,
    ended: bool,
}

impl Guard<'_> {
    fn end(mut self, error: Option<&JobError>) {
        self.ended = true;
        lifecycle::ended(self.attempt, self.started.elapsed(), error);
    }
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        if !self.ended {
            lifecycle::interrupted(self.attempt, self.started.elapsed());
        }
    }
}
