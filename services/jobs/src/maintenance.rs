//! What every replica does beside its jobs: taking back lost ones, reading the depth, forgetting old ones.

use std::time::Duration;

use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use crate::cache::Cache;
use crate::job::{QUEUE, Status};
use crate::store::{FORGET_BATCH, Store, StoreError};
use crate::time::now_micros;
use crate::worker::info;

const DEPTH_INTERVAL: Duration = Duration::from_secs(1);
const FORGET_INTERVAL: Duration = Duration::from_secs(60);

/// What the maintenance works on.
#[derive(Debug, Clone)]
pub struct Maintenance {
    /// The jobs.
    pub store: Store,
    /// Told of jobs that ended here.
    pub cache: Cache,
    /// Silence after which a job is taken back.
    pub lease: Duration,
    /// Age at which an ended job is deleted.
    pub retention: Duration,
}

impl Maintenance {
    /// Works until `shutdown`. An error of the database is tried again at the next turn.
    pub async fn run(self, shutdown: CancellationToken) {
        let mut depth = ticks(DEPTH_INTERVAL);
        let mut recover = ticks((self.lease / 4).min(Duration::from_secs(5)));
        let mut forget = ticks(FORGET_INTERVAL);
        loop {
            let done = tokio::select! {
                biased;
                () = shutdown.cancelled() => return,
                _ = depth.tick() => self.read_depth().await,
                _ = recover.tick() => self.recover().await,
                _ = forget.tick() => self.forget().await.map(|more| {
                    // The other work gets its turn between two batches.
                    if more {
                        forget.reset_immediately();
                    }
                }),
            };
            if let Err(error) = done {
                tracing::debug!(
                    error = &error as &dyn std::error::Error,
                    "maintenance.failed"
                );
            }
        }
    }

    async fn read_depth(&self) -> Result<(), StoreError> {
        let state = self.store.queue_state().await?;
        let oldest = Duration::from_micros(u64::try_from(state.oldest_micros).unwrap_or(0));
        plimsoll::job::queue_state(QUEUE, u64::try_from(state.depth).unwrap_or(0), oldest);
        Ok(())
    }

    async fn recover(&self) -> Result<(), StoreError> {
        for job in self.store.recover().await? {
            if job.status() == Status::Cancelled {
                // plimsoll: allow(PL006) each job has its own history, and a recovery finds few
                tracing::info!(job_id = job.id, job_type = job.job_type, "job.cancelled");
            } else {
                let since = now_micros().saturating_sub(job.started_at.unwrap_or(0));
                plimsoll::job::lost(
                    &info(&job),
                    Duration::from_micros(u64::try_from(since).unwrap_or(0)),
                );
            }
            self.cache.forget(&job.id).await;
        }
        Ok(())
    }

    /// Deletes one batch; whether there may be more.
    async fn forget(&self) -> Result<bool, StoreError> {
        let forgotten = self.store.forget(self.retention).await?;
        if forgotten > 0 {
            tracing::info!(jobs = forgotten, "jobs.forgotten");
        }
        Ok(forgotten == FORGET_BATCH)
    }
}

fn ticks(period: Duration) -> tokio::time::Interval {
    let mut ticks = tokio::time::interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}
