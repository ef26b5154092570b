//! An in-process cache that counts its reads.

use std::fmt;
use std::time::{Duration, Instant};

use super::Counted;

/// Texts in this process (moka), each with its own time to live. Cheap to clone.
#[derive(Clone)]
pub struct Memory {
    entries: moka::future::Cache<String, Entry>,
    counted: Counted,
}

#[derive(Clone)]
struct Entry {
    value: String,
    expires: Instant,
}

struct OwnTime;

impl moka::Expiry<String, Entry> for OwnTime {
    fn expire_after_create(
        &self,
        _: &String,
        entry: &Entry,
        created_at: Instant,
    ) -> Option<Duration> {
        Some(entry.expires.saturating_duration_since(created_at))
    }

    fn expire_after_update(
        &self,
        _: &String,
        entry: &Entry,
        updated_at: Instant,
        _: Option<Duration>,
    ) -> Option<Duration> {
        Some(entry.expires.saturating_duration_since(updated_at))
    }
}

impl Memory {
    /// A cache that counts under `name` and holds at most about `bytes` of keys and values.
    #[must_use]
    pub fn new(name: &str, bytes: u64) -> Self {
        let entries = moka::future::Cache::builder()
            .max_capacity(bytes)
            .weigher(|key: &String, entry: &Entry| {
                u32::try_from(key.len() + entry.value.len() + 64).unwrap_or(u32::MAX)
            })
            .expire_after(OwnTime)
            .build();
        Self {
            entries,
            counted: Counted::new(name),
        }
    }

    /// The value, unless it is absent or its time is over; counts a hit or a miss.
    pub async fn get(&self, key: &str) -> Option<String> {
        let entry = self
            .entries
            .get(key)
            .await
            .filter(|entry| entry.expires > Instant::now());
        self.counted.read(Ok::<_, std::convert::Infallible>(
            entry.map(|entry| entry.value),
        ))
    }

    /// Stores a value for a time.
    pub async fn set(&self, key: String, value: String, time_to_live: Duration) {
        let expires = Instant::now() + time_to_live;
        self.entries.insert(key, Entry { value, expires }).await;
    }

    /// Forgets a key.
    pub async fn remove(&self, key: &str) {
        self.entries.invalidate(key).await;
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory")
            .field("entries", &self.entries.entry_count())
            .finish_non_exhaustive()
    }
}
