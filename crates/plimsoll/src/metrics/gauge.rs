//! Gauges: what goes up and down.

use std::sync::Arc;

use super::family::Core;
use super::local::Add;

/// A gauge with `N` labels. Cheap to clone; clones share their series.
///
/// Additions go to the thread's own cells, as a counter's do; [`set`](Self::set) takes a short lock and is meant for
/// values that are read now and then.
#[derive(Debug, Clone)]
pub struct GaugeFamily<const N: usize> {
    pub(super) core: Arc<Core>,
}

impl<const N: usize> GaugeFamily<N> {
    /// Sets the series of these label values, given in the order of the label names.
    pub fn set(&self, labels: [&str; N], value: f64) {
        let (row, _) = self.core.row(&labels);
        self.core.set_row(row, value);
    }

    /// Adds to the series of these label values; a negative amount takes away.
    #[inline]
    pub fn add(&self, labels: [&str; N], amount: f64) {
        self.core.record(&labels, Add(amount));
    }

    /// The series of these label values, looked up once; it is written as 0 from now on. The cheap path.
    #[must_use = "the handle is what is set"]
    pub fn with(&self, labels: [&str; N]) -> Gauge {
        Gauge {
            row: self.core.row(&labels).0,
            core: Arc::clone(&self.core),
        }
    }

    /// The present value of these label values; 0 if they were never set.
    pub fn get(&self, labels: [&str; N]) -> f64 {
        self.with(labels).get()
    }
}

/// One series of a gauge.
#[derive(Debug, Clone)]
pub struct Gauge {
    pub(super) core: Arc<Core>,
    pub(super) row: u32,
}

impl Gauge {
    /// Sets the value.
    pub fn set(&self, value: f64) {
        self.core.set_row(self.row, value);
    }

    /// Adds to the value; a negative amount takes away.
    #[inline]
    pub fn add(&self, amount: f64) {
        self.core.record_row(self.row, Add(amount));
    }

    /// The present value.
    pub fn get(&self) -> f64 {
        let mut totals = vec![0.0; self.row as usize + 1];
        self.core.sum_floats(&mut totals);
        totals.last().copied().unwrap_or(0.0)
    }
}
