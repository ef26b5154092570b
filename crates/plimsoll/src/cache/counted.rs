//! Counting reads of one cache.

use crate::metrics::{Counter, catalogue};

/// The counters of one cache: `cache_requests_total{cache, result="hit|miss|error"}`.
///
/// All three series exist from the start, so that a ratio over them is a number and not an absent series.
#[derive(Debug, Clone)]
pub struct Counted {
    hit: Counter,
    miss: Counter,
    error: Counter,
}

impl Counted {
    /// The counters of the cache `name`, a low-cardinality word of the program.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let family = &catalogue().cache_requests;
        let series = |result| {
            let counter = family.with([name, result]);
            counter.add(0);
            counter
        };
        Self {
            hit: series("hit"),
            miss: series("miss"),
            error: series("error"),
        }
    }

    /// Counts a read that found its value.
    pub fn hit(&self) {
        self.hit.inc();
    }

    /// Counts a read that found nothing.
    pub fn miss(&self) {
        self.miss.inc();
    }

    /// Counts a read that the cache did not answer.
    pub fn error(&self) {
        self.error.inc();
    }

    /// Counts a read by its result and gives back what was found; an error reads like a miss but counts as an error.
    pub fn read<T, E>(&self, result: Result<Option<T>, E>) -> Option<T> {
        match result {
            Ok(Some(value)) => {
                self.hit();
                Some(value)
            }
            Ok(None) => {
                self.miss();
                None
            }
            Err(_) => {
                self.error();
                None
            }
        }
    }
}
