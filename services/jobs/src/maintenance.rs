//! What every replica does beside its jobs: taking back lost ones, reading the depth, forgetting old ones.

use std::time::{Duration, Instant};

use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use crate::cache::Cache;
use crate::job::{QUEUE, Status};
use crate::store::{FORGET_BATCH, QueueState, Store, StoreError};
use crate::worker::{LONGEST_DELAY, info};

/// The depth is read each second, and less often where reading takes long: a deep backlog must not be made deeper by
/// counting it. So it costs a database at most a fiftieth of one connection's time per replica.
const DEPTH_INTERVAL: Duration = Duration::from_secs(1);
const DEPTH_SHARE: u32 = 50;
const DEPTH_INTERVAL_MOST: Duration = Duration::from_secs(15);
/// A smaller step back than this is no step: the newest job may come from a clock beside ours.
const STEP_BACK: Duration = Duration::from_secs(1);
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
        let mut clock = Clock::default();
        let mut recover = ticks((self.lease / 4).min(Duration::from_secs(5)));
        let mut forget = ticks(FORGET_INTERVAL);
        loop {
            let done = tokio::select! {
                biased;
                () = shutdown.cancelled() => return,
                _ = depth.tick() => {
                    let started = Instant::now();
                    let read = self.read_depth().await;
                    let pause = (started.elapsed() * DEPTH_SHARE).clamp(DEPTH_INTERVAL, DEPTH_INTERVAL_MOST);
                    depth.reset_after(pause);
                    read.map(|state| clock.read(&state))
                }
                _ = recover.tick() => self.recover(clock.behind).await,
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

    async fn read_depth(&self) -> Result<QueueState, StoreError> {
        let state = self.store.queue_state().await?;
        plimsoll::job::queue_state(
            QUEUE,
            u64::try_from(state.depth).unwrap_or(0),
            micros(state.oldest_micros),
        );
        Ok(state)
    }

    async fn recover(&self, behind: Duration) -> Result<(), StoreError> {
        if behind > STEP_BACK {
            let jobs = self.store.due_again(LONGEST_DELAY).await?;
            if jobs > 0 {
                let seconds = behind.as_secs_f64();
                tracing::warn!(jobs, seconds, "database.clock_set_back");
            }
        }
        // Who questions lets two renewals pass before anybody takes.
        self.store.question(self.lease, self.lease / 2).await?;
        for job in self.store.recover(self.lease).await? {
            // Taken back at `run_at`; both times are the database's.
            let ran_for = micros(
                job.run_at
                    .saturating_sub(job.started_at.unwrap_or(job.run_at)),
            );
            if job.status() == Status::Cancelled {
                plimsoll::job::cancelled(&info(&job), Some(ran_for));
            } else {
                plimsoll::job::lost(&info(&job), ran_for);
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

/// Notices that the database's clock has been set back.
#[derive(Debug, Default)]
struct Clock {
    /// The latest time that it has shown to this process.
    latest: i64,
    /// How far it is behind a time that it has shown before, to this process or in the newest job.
    behind: Duration,
}

impl Clock {
    fn read(&mut self, state: &QueueState) {
        self.latest = self.latest.max(state.now_micros);
        let shown = self.latest.saturating_sub(state.now_micros);
        self.behind = micros(shown.max(state.ahead_micros));
    }
}

fn micros(number: i64) -> Duration {
    Duration::from_micros(u64::try_from(number).unwrap_or(0))
}

fn ticks(period: Duration) -> tokio::time::Interval {
    let mut ticks = tokio::time::interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_set_back_is_noticed_until_it_has_caught_up() {
        let mut clock = Clock::default();
        let mut behind = |now: i64, ahead: i64| {
            clock.read(&QueueState {
                now_micros: now * 1_000_000,
                ahead_micros: ahead * 1_000_000,
                ..QueueState::default()
            });
            clock.behind.as_secs()
        };
        assert_eq!(behind(10_000, -5), 0);
        assert_eq!(behind(10_001, -6), 0);
        assert_eq!(behind(6_401, -2), 3600, "an hour back");
        assert_eq!(behind(7_000, -2), 3001);
        assert_eq!(behind(10_002, -2), 0, "caught up");
        assert_eq!(behind(96_000, -86_000), 0, "forward is no step back");
        // Set back while nobody looked: the newest job tells.
        let mut later = Clock::default();
        later.read(&QueueState {
            now_micros: 1,
            ahead_micros: 5_000_000,
            ..QueueState::default()
        });
        assert_eq!(later.behind.as_secs(), 5);
    }
}
