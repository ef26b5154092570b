//! How often one callsite may write: a burst, then so many a second. Suppressed calls are counted exactly.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How often one callsite may write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rate {
    /// Calls that may come at once.
    pub(crate) burst: u64,
    /// Calls a second after that; 0 for no limit at all.
    pub(crate) per_second: u64,
}

impl Rate {
    pub(crate) const UNLIMITED: Self = Self {
        burst: u64::MAX,
        per_second: 0,
    };
}

/// Calls that a thread takes from the bucket at once at most, so that threads share no cache line per call.
pub(crate) const LEASE: u64 = 32;

/// How often the buckets of suppressed callsites are filled: the coarse tick of those calls.
pub(crate) const TICK: Duration = Duration::from_millis(10);

/// A callsite's bucket of calls. Threads take leases from it; time fills it only when it is found empty, so that a
/// call that is let through never asks for the time; and while calls are suppressed the keeper fills it, so that those
/// do not ask either.
#[derive(Debug)]
pub(crate) struct Bucket {
    rate: Rate,
    left: AtomicU64,
    /// When it was filled last, in milliseconds of [`now`].
    filled: AtomicU64,
    suppressed: AtomicU64,
    /// Suppressed calls since they were told.
    told: AtomicBool,
}

impl Bucket {
    pub(crate) fn new(rate: Rate) -> Self {
        Self {
            rate,
            left: AtomicU64::new(rate.burst),
            filled: AtomicU64::new(now()),
            suppressed: AtomicU64::new(0),
            told: AtomicBool::new(true),
        }
    }

    /// Whether it is empty and the keeper's to fill: a call needs to ask nothing else.
    #[inline]
    pub(crate) fn is_shut(&self) -> bool {
        !self.told.load(Ordering::Relaxed) && self.left.load(Ordering::Relaxed) == 0
    }

    /// Takes calls from the bucket, at most `most`; 0 if it is empty.
    #[inline]
    pub(crate) fn lease(&self, most: u64) -> u64 {
        self.lease_at(most, now)
    }

    #[inline]
    fn lease_at(&self, most: u64, now: impl FnOnce() -> u64) -> u64 {
        if self.rate.per_second == 0 {
            return u64::MAX;
        }
        if let Some(taken) = self.take(most) {
            return taken;
        }
        // Suppressed and not told yet: the keeper fills it.
        if !self.told.load(Ordering::Relaxed) {
            return 0;
        }
        if self.fill(now()) {
            self.take(most).unwrap_or(0)
        } else {
            0
        }
    }

    /// Gives back what a thread did not use.
    pub(crate) fn give_back(&self, lease: u64) {
        if self.rate.per_second != 0 {
            self.left.fetch_add(lease, Ordering::Relaxed);
        }
    }

    #[inline]
    fn take(&self, most: u64) -> Option<u64> {
        if self.left.load(Ordering::Relaxed) == 0 {
            return None;
        }
        let before = self
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                (left > 0).then(|| left.saturating_sub(most))
            });
        before.ok().map(|before| before.min(most))
    }

    #[inline]
    pub(crate) fn fill(&self, now: u64) -> bool {
        let filled = self.filled.load(Ordering::Relaxed);
        let due = now
            .saturating_sub(filled)
            .saturating_mul(self.rate.per_second)
            / 1000;
        if due == 0 {
            return false;
        }
        // The rest of a call stays due: only whole calls move the time on.
        let moved = filled + due.saturating_mul(1000) / self.rate.per_second;
        if self
            .filled
            .compare_exchange(filled, moved, Ordering::Relaxed, Ordering::Relaxed)
            .is_ok()
        {
            self.left
                .fetch_add(due.min(self.rate.burst.max(1)), Ordering::Relaxed);
        }
        true
    }

    /// Counts a suppressed call; true for the first since the last [`take_suppressed`](Self::take_suppressed).
    #[inline]
    pub(crate) fn suppress(&self) -> bool {
        self.suppressed.fetch_add(1, Ordering::Relaxed);
        self.told.load(Ordering::Relaxed) && self.told.swap(false, Ordering::Relaxed)
    }

    /// There is no keeper: calls look at the time themselves.
    pub(crate) fn nobody_fills(&self) {
        self.told.store(true, Ordering::Relaxed);
    }

    /// The suppressed calls that were not told yet.
    pub(crate) fn take_suppressed(&self) -> u64 {
        self.told.store(true, Ordering::Relaxed);
        self.suppressed.swap(0, Ordering::Relaxed)
    }
}

/// Milliseconds of the monotonic clock.
pub(crate) fn now() -> u64 {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    START.elapsed().as_millis() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(bucket: &Bucket, calls: u64, time: u64) -> u64 {
        let mut lease = 0;
        let mut count = 0;
        for _ in 0..calls {
            if lease == 0 {
                lease = bucket.lease_at(LEASE, || time);
            }
            if lease > 0 {
                lease -= 1;
                count += 1;
            } else {
                bucket.suppress();
            }
        }
        bucket.give_back(lease);
        count
    }

    #[test]
    fn a_burst_then_a_rate() {
        let bucket = Bucket::new(Rate {
            burst: 100,
            per_second: 10,
        });
        let start = bucket.filled.load(Ordering::Relaxed);
        assert_eq!(allowed(&bucket, 1000, start), 100);
        assert_eq!(bucket.take_suppressed(), 900);
        assert_eq!(allowed(&bucket, 1000, start + 1000), 10);
        // Now the keeper fills it.
        assert_eq!(allowed(&bucket, 1000, start + 2000), 0);
        bucket.fill(start + 2000);
        assert_eq!(allowed(&bucket, 1000, start + 2000), 10);
        assert_eq!(bucket.take_suppressed(), 990 + 1000 + 990);
        assert_eq!(allowed(&bucket, 1000, start + 2050), 0);
        bucket.take_suppressed();
        assert_eq!(allowed(&bucket, 1000, start + 2100), 1);
        bucket.take_suppressed();
        // However long it was quiet, never more than a burst.
        assert_eq!(allowed(&bucket, 1000, start + 3_600_000), 100);
        assert_eq!(bucket.take_suppressed(), 900);
        assert_eq!(bucket.take_suppressed(), 0);
    }

    #[test]
    fn the_first_suppressed_call_says_so_once() {
        let bucket = Bucket::new(Rate {
            burst: 1,
            per_second: 1,
        });
        assert!(bucket.suppress());
        assert!(!bucket.suppress());
        assert_eq!(bucket.take_suppressed(), 2);
        assert!(bucket.suppress());
    }

    #[test]
    fn without_a_limit_nothing_is_counted() {
        let bucket = Bucket::new(Rate::UNLIMITED);
        assert_eq!(bucket.lease(1), u64::MAX);
        bucket.give_back(u64::MAX);
        assert_eq!(bucket.lease(1), u64::MAX);
    }

    #[test]
    fn threads_together_get_exactly_the_burst() {
        let bucket = Bucket::new(Rate {
            burst: 1000,
            per_second: 1,
        });
        let start = bucket.filled.load(Ordering::Relaxed);
        let total: u64 = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|_| scope.spawn(|| allowed(&bucket, 10_000, start)))
                .collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .sum()
        });
        // A lease given back may come too late for a thread that has stopped asking.
        assert!(total <= 1000 && total > 1000 - 4 * LEASE, "{total}");
    }

    #[test]
    fn the_clock_moves() {
        let before = now();
        std::thread::sleep(Duration::from_millis(30));
        assert!((20..2000).contains(&(now() - before)));
    }
}
