//! One attempt at one job, from the lease to the stored verdict.

use std::sync::Arc;
use std::time::{Duration, Instant};

use plimsoll::context::TraceContext;
use plimsoll::job::{ErrorKind, JobError, JobInfo, JobLayer, JobRequest};
use plimsoll::redact::redacted;
use serde_json::Value;
use tokio::sync::OwnedSemaphorePermit;
use tokio_util::task::TaskTracker;
use tower::{Layer, ServiceExt, service_fn};

use super::running::{Reason, Stop};
use super::{Inner, backoff};
use crate::handlers::{JobType, Work};
use crate::job::Job;
use crate::store::{StoreError, Verdict};

/// A stored error is for a person to read.
const LONGEST_ERROR: usize = 2000;
const STORE_AGAIN: Duration = Duration::from_millis(100);
const STORE_AGAIN_MOST: Duration = Duration::from_secs(2);

impl Inner {
    /// Starts as many due jobs as there are free slots.
    pub(super) async fn start_due(
        self: &Arc<Self>,
        attempts: &TaskTracker,
    ) -> Result<(), StoreError> {
        for slot in self.slots.iter() {
            let mut permits = slot.take();
            let wanted = permits.len();
            if wanted == 0 {
                continue;
            }
            let jobs = self
                .store
                .lease(&self.owner, slot.kind.as_str(), wanted, self.limits.lease)
                .await
                .inspect_err(|_| {
                    slot.mark();
                })?;
            if jobs.len() == wanted {
                slot.mark();
                self.wake.notify_one();
            }
            for job in jobs {
                let stop = self.running.insert(&job.id, job.attempt);
                let permit = permits.pop();
                attempts.spawn(Arc::clone(self).attempt(slot.kind, job, stop, permit));
            }
        }
        Ok(())
    }

    async fn attempt(
        self: Arc<Self>,
        kind: JobType,
        job: Job,
        stop: Stop,
        permit: Option<OwnedSemaphorePermit>,
    ) {
        let run = Run {
            work: work(&job, &stop),
            timeout: self.limits.timeouts.get(&kind).copied(),
            job: job.clone(),
        };
        let handlers = self.handlers.clone();
        let watched = stop.clone();
        let service = service_fn(move |run: Run| {
            let (handlers, stop) = (handlers.clone(), watched.clone());
            async move {
                tokio::select! {
                    biased;
                    result = handlers.run(kind, run.work) => meant(result, &stop),
                    () = stop.token.cancelled() => Err(stopped(&stop)),
                }
            }
        });
        let result = JobLayer::new().layer(service).oneshot(run).await;
        if stop.reason() != Some(Reason::Lost) {
            let verdict = verdict(&result, &job, self.limits.retry_delay);
            self.store_verdict(&job, &verdict).await;
        }
        self.running.remove(&job.id, job.attempt);
        drop(permit);
        self.wake.notify_one();
    }

    /// Stores the verdict however long the database is away: work that is done should not be done again.
    async fn store_verdict(&self, job: &Job, verdict: &Verdict) {
        let mut pause = STORE_AGAIN;
        loop {
            let asked = Instant::now();
            match self.store.finish(&self.owner, job, verdict).await {
                Ok(Some(job)) => {
                    self.cache.put(&job, asked).await;
                    return;
                }
                Ok(None) => {
                    tracing::warn!(
                        job_id = job.id,
                        attempt = job.attempt,
                        "job.result_discarded"
                    );
                    return;
                }
                Err(error) => tracing::debug!(
                    error = &error as &dyn std::error::Error,
                    "job.result_not_stored"
                ),
            }
            tokio::select! {
                () = self.abandon.cancelled() => return,
                () = tokio::time::sleep(pause) => pause = (pause * 2).min(STORE_AGAIN_MOST),
            }
        }
    }
}

fn work(job: &Job, stop: &Stop) -> Work {
    Work {
        job_id: job.id.clone(),
        attempt: job.attempt,
        payload: job.payload.clone(),
        stop: stop.token.clone(),
    }
}

/// A handler that obeys its token says `cancelled` whatever it was stopped for; only the stop knows the reason.
fn meant(result: Result<Value, JobError>, stop: &Stop) -> Result<Value, JobError> {
    result.map_err(|error| match error.kind() {
        ErrorKind::Cancelled => stopped(stop),
        _ => error,
    })
}

fn stopped(stop: &Stop) -> JobError {
    match stop.reason() {
        Some(Reason::Cancelled) => JobError::cancelled(),
        Some(Reason::Lost) => JobError::lost(),
        Some(Reason::Released) | None => JobError::released(),
    }
}

fn verdict(result: &Result<Value, JobError>, job: &Job, retry_delay: Duration) -> Verdict {
    let error = match result {
        Ok(value) => return Verdict::Succeeded(value.to_string()),
        Err(error) => error,
    };
    match error.kind() {
        ErrorKind::Cancelled => Verdict::Cancelled,
        ErrorKind::Released | ErrorKind::Lost => Verdict::Released,
        _ if error.will_retry(small(job.attempt), small(job.max_attempts)) => Verdict::Retry {
            error: readable(error),
            delay: backoff::delay(retry_delay, job.attempt),
        },
        _ => Verdict::Dead(readable(error)),
    }
}

/// The error with its causes, without secrets (everyone who may read jobs reads it), without what PostgreSQL can not
/// store, and not longer than anyone reads.
fn readable(error: &JobError) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    redacted(&text)
        .chars()
        .filter(|character| *character != '\0')
        .take(LONGEST_ERROR)
        .collect()
}

fn small(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// What the job layer is given.
struct Run {
    job: Job,
    work: Work,
    timeout: Option<Duration>,
}

impl JobRequest for Run {
    fn job(&self) -> JobInfo<'_> {
        info(&self.job)
            .waited(waited(&self.job))
            .timeout(self.timeout)
    }
}

/// What plimsoll needs to know about a stored job.
pub(crate) fn info(job: &Job) -> JobInfo<'_> {
    let trace = job.traceparent.as_deref().map(|parent| {
        let state = job.tracestate.as_deref().map(str::as_bytes);
        TraceContext::from_headers([parent.as_bytes()], state)
    });
    JobInfo::new(&job.id, &job.job_type)
        .queue(&job.queue)
        .attempt(small(job.attempt), small(job.max_attempts))
        .request_id(job.request_id.as_deref())
        .trace(trace)
}

/// From due to started, both by the database's clock.
fn waited(job: &Job) -> Option<Duration> {
    let micros = job.started_at?.saturating_sub(job.run_at);
    Some(Duration::from_micros(u64::try_from(micros).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handler_that_noticed_the_stop_first_does_not_cancel_a_released_job() {
        for (reason, kind) in [
            (Reason::Released, ErrorKind::Released),
            (Reason::Lost, ErrorKind::Lost),
            (Reason::Cancelled, ErrorKind::Cancelled),
        ] {
            let stop = Stop::default();
            stop.stop(reason);
            let error = meant(Err(JobError::cancelled()), &stop).unwrap_err();
            assert_eq!(error.kind(), kind, "{reason:?}");
        }
        let stop = Stop::default();
        stop.stop(Reason::Released);
        let failed = meant(Err(JobError::failed("disk")), &stop).unwrap_err();
        assert_eq!(failed.kind(), ErrorKind::Failed);
        assert!(meant(Ok(Value::Null), &stop).is_ok());
    }
}
