//! The workers: leasing due jobs, running them, and keeping their leases while they run.
//!
//! Delivery is at least once: a job whose worker dies is run again. No error of the database ends the loop; a job's end
//! is stored again and again until the database takes it or says that the job is someone else's by now.

mod attempt;
mod backoff;
mod keeper;
mod running;
mod slots;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub(crate) use self::attempt::info;

use self::running::{Reason, Running};
use self::slots::Slots;
use crate::cache::Cache;
use crate::handlers::{Handlers, JobType};
use crate::store::{Store, StoreError};

/// How often an idle worker looks for jobs that other processes submitted or that became due.
const POLL: Duration = Duration::from_millis(500);
/// How long a worker waits after the database failed.
const PAUSE: Duration = Duration::from_secs(1);
/// How long a stopped job may take to store that it goes back to the queue.
const LAST_WORDS: Duration = Duration::from_secs(3);

/// What a worker may do.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Jobs at once, by type.
    pub concurrency: HashMap<JobType, usize>,
    /// Time of one attempt, by type.
    pub timeouts: HashMap<JobType, Duration>,
    /// Delay before the second attempt.
    pub retry_delay: Duration,
    /// Silence after which a job is given to another worker.
    pub lease: Duration,
    /// Time that running jobs get at the end.
    pub drain: Duration,
}

/// The workers of one process. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Worker {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    store: Store,
    cache: Cache,
    handlers: Handlers,
    limits: Limits,
    /// Unique per start: a worker that comes back is not the one that left.
    owner: String,
    slots: Slots,
    running: Running,
    wake: Notify,
    /// Cancelled when not even the end of a job is waited for any longer.
    abandon: CancellationToken,
}

impl Worker {
    /// Workers that have not started.
    #[must_use]
    pub fn new(store: Store, cache: Cache, handlers: Handlers, limits: Limits) -> Self {
        let slots = Slots::new(&limits.concurrency);
        Self {
            inner: Arc::new(Inner {
                store,
                cache,
                handlers,
                limits,
                owner: uuid::Uuid::now_v7().to_string(),
                slots,
                running: Running::default(),
                wake: Notify::new(),
                abandon: CancellationToken::new(),
            }),
        }
    }

    /// Says that a job of this type is due now.
    pub fn wake(&self, job_type: &str) {
        self.inner.slots.mark(job_type);
        self.inner.wake.notify_one();
    }

    /// Asks a job to stop if it runs here; other processes learn of it when they keep their leases.
    pub fn cancel(&self, job_id: &str) {
        self.inner.running.stop(job_id, Reason::Cancelled);
    }

    /// Works until `shutdown`, then lets running jobs finish; what does not finish in time goes back to the queue.
    pub async fn run(&self, shutdown: CancellationToken) {
        let attempts = TaskTracker::new();
        let drained = CancellationToken::new();
        let keeper = tokio::spawn(keeper::run(Arc::clone(&self.inner), drained.clone()));
        // A clock of its own: however often the loop is woken, it looks for what others submitted.
        let mut poll = tokio::time::interval(POLL);
        poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut database_down = false;
        while !shutdown.is_cancelled() {
            // Never dropped half-way: a lease whose answer is thrown away is a job that nobody runs.
            let result = self.inner.start_due(&attempts).await;
            told(&result, &mut database_down);
            tokio::select! {
                () = shutdown.cancelled() => {}
                _ = poll.tick(), if !database_down => self.inner.slots.mark_all(),
                () = self.inner.wake.notified(), if !database_down => {}
                () = tokio::time::sleep(PAUSE), if database_down => {}
            }
        }
        self.drain(&attempts).await;
        drained.cancel();
        drop(keeper.await);
    }

    async fn drain(&self, attempts: &TaskTracker) {
        attempts.close();
        let finished = tokio::time::timeout(self.inner.limits.drain, attempts.wait())
            .await
            .is_ok();
        if finished {
            return;
        }
        self.inner.running.stop_all(Reason::Released);
        if tokio::time::timeout(LAST_WORDS, attempts.wait())
            .await
            .is_err()
        {
            // The database does not answer; the leases run out and another worker takes the jobs.
            tracing::warn!(jobs = attempts.len(), "worker.jobs_abandoned");
            self.inner.abandon.cancel();
        }
    }
}

/// One line when the database goes, one when it is back.
fn told(result: &Result<(), StoreError>, database_down: &mut bool) {
    match (result, *database_down) {
        (Err(error), false) => {
            tracing::warn!(error = error as &dyn std::error::Error, "worker.paused");
        }
        (Ok(()), true) => tracing::info!("worker.resumed"),
        (Ok(()), false) | (Err(_), true) => {}
    }
    *database_down = result.is_err();
}

#[cfg(test)]
mod tests;
