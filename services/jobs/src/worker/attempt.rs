//! One attempt at one job, from the lease to the stored verdict.

use std::sync::Arc;
use std::time::{Duration, Instant};

use plimsoll::context::TraceContext;
use plimsoll::job::{ErrorKind, JobError, JobInfo, JobLayer, JobRequest};
use plimsoll::redact::redacted;
use serde_json::Value;
use tokio::sync::OwnedSemaphorePermit;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::{Layer, ServiceExt, service_fn};

use super::running::{Reason, Stop};
use super::{Inner, backoff};
use crate::handlers::{JobType, Work};
use crate::job::{Job, Status};
use crate::store::{StoreError, Verdict};

/// A stored error is for a person to read.
const LONGEST_ERROR: usize = 2000;
const STORE_AGAIN: Duration = Duration::from_millis(100);
const STORE_AGAIN_MOST: Duration = Duration::from_secs(2);
/// How often a database may refuse a verdict before it is believed.
const REFUSALS: u32 = 3;

impl Inner {
    /// Starts as many due jobs as there are free slots.
    pub(super) async fn start_due(
        self: &Arc<Self>,
        attempts: &TaskTracker,
        shutdown: &CancellationToken,
    ) -> Result<(), StoreError> {
        for slot in self.slots.iter() {
            if shutdown.is_cancelled() {
                return Ok(());
            }
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
        mut job: Job,
        stop: Stop,
        permit: Option<OwnedSemaphorePermit>,
    ) {
        let started = Instant::now();
        let work = work(&mut job, &stop);
        let job = Arc::new(job);
        let run = Run {
            work,
            timeout: self.limits.timeouts.get(&kind).copied(),
            job: Arc::clone(&job),
        };
        let handlers = self.handlers.clone();
        let watched = stop.clone();
        let service = service_fn(move |run: Run| {
            let (handlers, stop) = (handlers.clone(), watched.clone());
            async move {
                tokio::select! {
                    biased;
                    result = handlers.run(kind, run.work) => meant(result, &stop, &run.job),
                    () = stop.token.cancelled() => Err(stopped(&stop)),
                }
            }
        });
        let result = JobLayer::new().layer(service).oneshot(run).await;
        // The next handler may start while this one's verdict is on its way: its lease queues behind it.
        drop(permit);
        self.wake.notify_one();
        if stop.reason() != Some(Reason::Lost) {
            let verdict = verdict(&result, &job, self.limits.retry_delay);
            if let Some(stored) = self.store_verdict(&job, &verdict).await
                && stored.status() == Status::Cancelled
                && verdict != Verdict::Cancelled
            {
                // Cancelled through another replica, at the very end: the handler never heard of it.
                plimsoll::job::cancelled(&info(&stored), Some(started.elapsed()));
            }
        }
        self.running.remove(&job.id, job.attempt);
    }

    /// Stores the verdict however long the database is away: work that is done should not be done again. One that the
    /// database refuses is left to the lease: the attempt will count as lost. Gives the job as it is stored.
    async fn store_verdict(&self, job: &Job, verdict: &Verdict) -> Option<Job> {
        let mut pause = STORE_AGAIN;
        let mut refusals = 0;
        loop {
            let asked = Instant::now();
            match self.store.finish(&self.owner, job, verdict).await {
                Ok(Some(job)) => {
                    self.cache.put(&job, asked).await;
                    return Some(job);
                }
                Ok(None) => {
                    tracing::warn!(
                        job_id = job.id,
                        attempt = job.attempt,
                        "job.result_discarded"
                    );
                    return None;
                }
                Err(error) if error.is_permanent() && refusals + 1 >= REFUSALS => {
                    tracing::error!(
                        job_id = job.id,
                        attempt = job.attempt,
                        error = &error as &dyn std::error::Error,
                        "job.result_refused"
                    );
                    // If not even this can be stored, the lease is kept, and the job returned as one that nobody runs.
                    drop(self.store.disown(&self.owner, job).await);
                    return None;
                }
                Err(error) => {
                    refusals = if error.is_permanent() {
                        refusals + 1
                    } else {
                        0
                    };
                    tracing::debug!(
                        error = &error as &dyn std::error::Error,
                        "job.result_not_stored"
                    );
                }
            }
            tokio::select! {
                () = self.abandon.cancelled() => return None,
                () = tokio::time::sleep(pause) => pause = (pause * 2).min(STORE_AGAIN_MOST),
            }
        }
    }
}

/// The payload is the handler's alone from here on; it may be large.
fn work(job: &mut Job, stop: &Stop) -> Work {
    Work {
        job_id: job.id.clone(),
        attempt: job.attempt,
        payload: std::mem::take(&mut job.payload),
        stop: stop.token.clone(),
    }
}

/// A handler that obeys its token says `cancelled` whatever it was stopped for; only the stop knows the reason. And a
/// failure that would be tried again is none once the job is cancelled.
fn meant(result: Result<Value, JobError>, stop: &Stop, job: &Job) -> Result<Value, JobError> {
    result.map_err(|error| match (error.kind(), stop.reason()) {
        (ErrorKind::Cancelled, _) => stopped(stop),
        (_, Some(Reason::Cancelled))
            if error.will_retry(small(job.attempt), small(job.max_attempts)) =>
        {
            JobError::cancelled()
        }
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
    job: Arc<Job>,
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
    // The request's own span: the attempt becomes its child, and nothing lies between them.
    let trace = job.traceparent.as_deref().and_then(|parent| {
        let state = job.tracestate.as_deref().map(str::as_bytes);
        Some(TraceContext::parse(parent.as_bytes())?.with_tracestate(state))
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

    fn job(attempt: i64) -> Job {
        Job {
            id: "01a2".to_owned(),
            queue: "default".to_owned(),
            job_type: "sleep".to_owned(),
            user_id: "ada".to_owned(),
            payload: "{}".to_owned(),
            status: "running".to_owned(),
            attempt,
            max_attempts: 2,
            result: None,
            error: None,
            request_id: None,
            traceparent: Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned()),
            tracestate: Some("vendor=1".to_owned()),
            body_hash: String::new(),
            created_at: 0,
            run_at: 0,
            started_at: None,
            finished_at: None,
            cancel_requested: 0,
        }
    }

    #[test]
    fn a_handler_that_noticed_the_stop_first_does_not_cancel_a_released_job() {
        for (reason, kind) in [
            (Reason::Released, ErrorKind::Released),
            (Reason::Lost, ErrorKind::Lost),
            (Reason::Cancelled, ErrorKind::Cancelled),
        ] {
            let stop = Stop::default();
            stop.stop(reason);
            let error = meant(Err(JobError::cancelled()), &stop, &job(1)).unwrap_err();
            assert_eq!(error.kind(), kind, "{reason:?}");
        }
        let stop = Stop::default();
        stop.stop(Reason::Released);
        let failed = meant(Err(JobError::failed("disk")), &stop, &job(1)).unwrap_err();
        assert_eq!(failed.kind(), ErrorKind::Failed);
        assert!(meant(Ok(Value::Null), &stop, &job(1)).is_ok());
    }

    #[test]
    fn a_cancelled_job_is_not_said_to_be_tried_again() {
        let stop = Stop::default();
        stop.stop(Reason::Cancelled);
        let kind = |error, attempt| meant(Err(error), &stop, &job(attempt)).unwrap_err().kind();
        assert_eq!(kind(JobError::failed("disk"), 1), ErrorKind::Cancelled);
        assert_eq!(kind(JobError::failed("disk"), 2), ErrorKind::Failed);
        assert_eq!(kind(JobError::permanent("disk"), 1), ErrorKind::Permanent);
    }

    #[test]
    fn the_attempt_is_a_child_of_the_request() {
        let job = job(1);
        let trace = info(&job).trace.unwrap();
        assert_eq!(trace.span_id(), "00f067aa0ba902b7");
        assert_eq!(trace.tracestate(), Some("vendor=1"));
    }
}
