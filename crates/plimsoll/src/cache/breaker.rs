//! A small circuit breaker: a cache that does not answer is left alone for a while.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// Opens after a number of failures in a row; while open, one caller per pause may try whether it is back.
///
/// Lock-free; time is monotonic.
#[derive(Debug)]
pub struct Breaker {
    epoch: Instant,
    threshold: u32,
    pause: Duration,
    failures: AtomicU32,
    /// Milliseconds after `epoch` before which nobody tries; 0 while closed.
    open_until: AtomicU64,
}

impl Breaker {
    /// Opens after `threshold` failures in a row, then lets one caller through every `pause`.
    #[must_use]
    pub fn new(threshold: u32, pause: Duration) -> Self {
        Self {
            epoch: Instant::now(),
            threshold: threshold.max(1),
            pause,
            failures: AtomicU32::new(0),
            open_until: AtomicU64::new(0),
        }
    }

    /// Whether to try. While open, exactly one caller gets `true` per pause.
    #[must_use]
    pub fn allows(&self) -> bool {
        let until = self.open_until.load(Relaxed);
        if until == 0 {
            return true;
        }
        let now = self.now();
        now >= until
            && self
                .open_until
                .compare_exchange(until, now + self.pause_millis(), Relaxed, Relaxed)
                .is_ok()
    }

    /// Whether calls are refused at the moment.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.open_until.load(Relaxed) != 0
    }

    /// Tells of an answer: closes.
    pub fn succeeded(&self) {
        if self.failures.load(Relaxed) != 0 {
            self.failures.store(0, Relaxed);
            self.open_until.store(0, Relaxed);
        }
    }

    /// Tells of a failure.
    pub fn failed(&self) {
        let failures = self.failures.fetch_add(1, Relaxed).saturating_add(1);
        if failures >= self.threshold {
            self.open_until
                .store(self.now() + self.pause_millis(), Relaxed);
        }
    }

    /// At least 1, so that 0 can mean closed.
    fn now(&self) -> u64 {
        u64::try_from(self.epoch.elapsed().as_millis())
            .unwrap_or(u64::MAX / 2)
            .max(1)
    }

    fn pause_millis(&self) -> u64 {
        u64::try_from(self.pause.as_millis())
            .unwrap_or(u64::MAX / 4)
            .max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_after_failures_in_a_row_and_lets_one_try() {
        let breaker = Breaker::new(2, Duration::from_millis(40));
        breaker.failed();
        breaker.succeeded();
        breaker.failed();
        assert!(breaker.allows(), "one failure since the last answer");
        breaker.failed();
        assert!(breaker.is_open());
        assert!(!breaker.allows());
        std::thread::sleep(Duration::from_millis(60));
        assert!(breaker.allows(), "one may try after the pause");
        assert!(!breaker.allows(), "but only one");
        breaker.succeeded();
        assert!(!breaker.is_open());
        assert!(breaker.allows() && breaker.allows());
    }
}
