//! Counters: what only goes up.

use std::sync::Arc;

use super::family::Core;
use super::local::Count;

/// A counter with `N` labels. Cheap to clone; clones count into the same series.
#[derive(Debug, Clone)]
pub struct CounterFamily<const N: usize> {
    pub(super) core: Arc<Core>,
}

impl<const N: usize> CounterFamily<N> {
    /// Adds one to the series of these label values, given in the order of the label names.
    ///
    /// Neither blocks nor allocates, except the first time that a thread meets the label values. Beyond the
    /// family's limit of label sets the count goes to the series whose labels are all `_other`.
    #[inline]
    pub fn inc(&self, labels: [&str; N]) {
        self.add(labels, 1);
    }

    /// Adds `amount` to the series of these label values.
    #[inline]
    pub fn add(&self, labels: [&str; N], amount: u64) {
        self.core.record(&labels, Count(amount));
    }

    /// Raises the series to a total that is counted elsewhere, for use in [`Registry::on_scrape`].
    ///
    /// A total smaller than the present one changes nothing: a counter never goes down.
    ///
    /// [`Registry::on_scrape`]: super::Registry::on_scrape
    pub fn raise_to(&self, labels: [&str; N], total: u64) {
        let (row, _) = self.core.row(&labels);
        self.core.raise_row(row, total);
    }

    /// The series of these label values, looked up once; it is written as 0 from now on. The cheap path.
    #[must_use = "the handle is what counts"]
    pub fn with(&self, labels: [&str; N]) -> Counter {
        Counter {
            row: self.core.row(&labels).0,
            core: Arc::clone(&self.core),
        }
    }

    /// The present total of these label values, over all threads; 0 if they were never counted.
    pub fn get(&self, labels: [&str; N]) -> u64 {
        self.with(labels).get()
    }

    /// Makes the series appear at 0, so that rates and ratios over it exist before the first event.
    pub(super) fn zero(&self, labels: [&str; N]) {
        let _ = self.core.row(&labels);
    }
}

/// One series of a counter.
#[derive(Debug, Clone)]
pub struct Counter {
    pub(super) core: Arc<Core>,
    pub(super) row: u32,
}

impl Counter {
    /// Adds one.
    #[inline]
    pub fn inc(&self) {
        self.add(1);
    }

    /// Adds `amount`.
    #[inline]
    pub fn add(&self, amount: u64) {
        self.core.record_row(self.row, Count(amount));
    }

    /// The present total over all threads.
    pub fn get(&self) -> u64 {
        let mut totals = vec![0; self.row as usize + 1];
        self.core.sum_counts(&mut totals);
        totals.last().copied().unwrap_or(0)
    }
}
