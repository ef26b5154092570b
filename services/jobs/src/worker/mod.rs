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
use tokio::time::{Instant, MissedTickBehavior, timeout_at};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub(crate) use self::attempt::info;
pub(crate) use self::backoff::LONGEST_DELAY;

use self::running::{Reason, Running};
use self::slots::Slots;
use crate::cache::Cache;
use crate::handlers::{Handlers, JobType};
use crate::store::{Store, StoreError};

/// How often an idle worker looks for jobs that other processes submitted or that became due.
const POLL: Duration = Duration::from_millis(500);
/// How many abandoned jobs a line names.
const NAMED: usize = 20;
/// How long a worker waits after the database failed.
const PAUSE: Duration = Duration::from_secs(1);

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
    /// Time that running jobs get at the end, counted from the order to stop.
    pub drain: Duration,
    /// Time that they get after that to store that they go back to the queue.
    pub last_words: Duration,
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

    /// Works until `shutdown`, then lets running jobs finish; what does not finish in time goes back to the queue. Returns
    /// the jobs that could not even do that, because the database did not answer.
    pub async fn run(&self, shutdown: CancellationToken) -> Vec<String> {
        // Its time runs from the order to stop, not from when the last statement before it has been answered.
        let ordered = tokio::spawn({
            let shutdown = shutdown.clone();
            async move {
                shutdown.cancelled().await;
                Instant::now()
            }
        });
        let attempts = TaskTracker::new();
        let drained = CancellationToken::new();
        let keeper = tokio::spawn(keeper::run(Arc::clone(&self.inner), drained.clone()));
        // A clock of its own: however often the loop is woken, it looks for what others submitted.
        let mut poll = tokio::time::interval(POLL);
        poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut database_down = false;
        while !shutdown.is_cancelled() {
            // Never dropped half-way: a lease whose answer is thrown away is a job that nobody runs.
            let result = self.inner.start_due(&attempts, &shutdown).await;
            told(&result, &mut database_down);
            tokio::select! {
                () = shutdown.cancelled() => {}
                _ = poll.tick(), if !database_down => self.inner.slots.mark_all(),
                () = self.inner.wake.notified(), if !database_down => {}
                () = tokio::time::sleep(PAUSE), if database_down => {}
            }
        }
        let ordered = ordered.await.unwrap_or_else(|_| Instant::now());
        let abandoned = self.drain(&attempts, ordered).await;
        drained.cancel();
        drop(keeper.await);
        abandoned
    }

    async fn drain(&self, attempts: &TaskTracker, ordered: Instant) -> Vec<String> {
        let limits = &self.inner.limits;
        attempts.close();
        let running = self.inner.running.ids();
        if !running.is_empty() {
            // Whoever waits for the end, at a terminal above all, sees what for and until when.
            tracing::info!(
                jobs = running.len(),
                job_ids = plimsoll::json(named(&running)),
                seconds = limits.drain.as_secs_f64(),
                then = "what still runs goes back to the queue; a second signal ends the process at once",
                "worker.draining"
            );
        }
        let finished = timeout_at(ordered + limits.drain, attempts.wait()).await;
        if finished.is_ok() {
            return Vec::new();
        }
        self.inner.running.stop_all(Reason::Released);
        let released = timeout_at(ordered + limits.drain + limits.last_words, attempts.wait());
        if released.await.is_ok() {
            return Vec::new();
        }
        // The database does not answer; the leases run out and another worker takes the jobs.
        let jobs = self.inner.running.ids();
        tracing::error!(
            jobs = jobs.len(),
            job_ids = plimsoll::json(named(&jobs)),
            "worker.jobs_abandoned"
        );
        self.inner.abandon.cancel();
        jobs
    }
}

/// The jobs that a line names.
fn named(jobs: &[String]) -> &[String] {
    jobs.get(..NAMED).unwrap_or(jobs)
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
