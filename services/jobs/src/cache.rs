//! The cache of job states: Redis, or this process's memory. It only speeds reads up.
//!
//! A final state lives for ten minutes. Any other state is never given out once it is a second old, counted from before
//! the database was asked. `dead` counts as any other state, because a dead job can be retried.

use std::time::{Duration, Instant};

use plimsoll::cache::{Memory, Remote, RemoteError};

use crate::job::Job;
use crate::time::now_micros;

/// The name under which the reads are counted.
pub const NAME: &str = "job_status";

const FINAL: Duration = Duration::from_secs(600);
/// Less than a second, so that the way to Redis and back fits into the second.
const CHANGING: Duration = Duration::from_millis(800);
const MEMORY: u64 = 32 * 1024 * 1024;

/// Where job states are cached. Cheap to clone.
#[derive(Debug, Clone)]
pub enum Cache {
    /// In this process.
    Memory(Memory),
    /// In Redis, shared by all replicas.
    Redis(Remote),
}

impl Cache {
    /// Redis if there is a URL, else memory.
    ///
    /// # Errors
    /// If the URL cannot be read.
    pub fn open(redis_url: Option<&str>) -> Result<Self, RemoteError> {
        match redis_url {
            Some(url) => Ok(Self::Redis(Remote::new(NAME, url)?)),
            None => Ok(Self::Memory(Memory::new(NAME, MEMORY))),
        }
    }

    /// The API's answer for a job, if the cache has it.
    pub async fn get(&self, id: &str) -> Option<String> {
        match self {
            Self::Memory(memory) => memory.get(id).await,
            Self::Redis(redis) => redis.get(&key(id)).await.and_then(|entry| fresh(&entry)),
        }
    }

    /// Keeps the API's answer for a job that was read after `read_at`, and gives it back.
    pub async fn put(&self, job: &Job, read_at: Instant) -> String {
        let body = serde_json::to_string(&job.view()).unwrap_or_default();
        let time_to_live = if job.status().is_immutable() {
            FINAL
        } else {
            CHANGING.saturating_sub(read_at.elapsed())
        };
        if time_to_live.is_zero() {
            return body;
        }
        match self {
            Self::Memory(memory) => memory.set(job.id.clone(), body.clone(), time_to_live).await,
            // An error is counted by the breaker and shows in the health check; the answer does not depend on it.
            Self::Redis(redis) => {
                let entry = format!(
                    "{} {body}",
                    now_micros().saturating_add(micros(time_to_live))
                );
                drop(redis.set(&key(&job.id), &entry, time_to_live).await);
            }
        }
        body
    }

    /// Forgets a job whose state has just been changed by hand.
    pub async fn forget(&self, id: &str) {
        match self {
            Self::Memory(memory) => memory.remove(id).await,
            // What stays because of an error is not final, so it is gone within the second anyway.
            Self::Redis(redis) => drop(redis.remove(&key(id)).await),
        }
    }
}

fn key(id: &str) -> String {
    format!("jobs:status:{id}")
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

/// The body of an entry whose time is not over. Redis counts the time to live from when it executes the command, which
/// a paused server does late; so the entry says itself until when it holds.
fn fresh(entry: &str) -> Option<String> {
    let (until, body) = entry.split_once(' ')?;
    (until.parse::<i64>().ok()? > now_micros()).then(|| body.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_ends_by_itself() {
        let now = now_micros();
        assert_eq!(
            fresh(&format!("{} {{}}", now + 1_000_000)).as_deref(),
            Some("{}")
        );
        assert_eq!(fresh(&format!("{} {{}}", now - 1)), None);
        assert_eq!(fresh("nonsense"), None);
    }
}
