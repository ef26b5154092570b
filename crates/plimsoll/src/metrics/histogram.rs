//! Histograms: how values are distributed.

use std::sync::Arc;

use super::family::Core;
use super::local::Observe;

/// A histogram with `N` labels. Cheap to clone; clones share their series.
#[derive(Debug, Clone)]
pub struct HistogramFamily<const N: usize> {
    pub(super) core: Arc<Core>,
}

impl<const N: usize> HistogramFamily<N> {
    /// Takes a value, in the metric's unit (seconds for a duration), into the series of these label values.
    ///
    /// A negative value or a NaN counts as 0, an infinite one falls into the last bucket and is left out of the
    /// sum: the count stays the number of events, and the sum a number.
    #[inline]
    pub fn observe(&self, labels: [&str; N], value: f64) {
        self.core.record(&labels, change(&self.core, value));
    }

    /// The series of these label values, looked up once; it is written as 0 from now on. The cheap path.
    #[must_use = "the handle is what observes"]
    pub fn with(&self, labels: [&str; N]) -> Histogram {
        Histogram {
            row: self.core.row(&labels).0,
            core: Arc::clone(&self.core),
        }
    }

    /// The live value below which the share `quantile` (0 to 1) of all values lies, over the series whose label
    /// values `wanted` accepts; `None` while they hold no value. Off by at most 2 %.
    pub fn quantile(&self, quantile: f64, wanted: impl Fn(&[&str]) -> bool) -> Option<f64> {
        let rows: Vec<bool> = {
            let index = self.core.index();
            index
                .rows
                .iter()
                .map(|row| wanted(&row.labels.iter().map(AsRef::as_ref).collect::<Vec<_>>()))
                .collect()
        };
        let buckets = self.core.buckets.as_ref()?;
        let mut counts = vec![0_u64; buckets.cells()];
        self.core.each_cell(
            |row, cell, count| {
                if rows.get(row) == Some(&true)
                    && let Some(place) = counts.get_mut(cell)
                {
                    *place += count;
                }
            },
            |_, _| {},
        );
        buckets.quantile(&counts, quantile)
    }

    /// The number of values in the series of these label values.
    pub fn count(&self, labels: [&str; N]) -> u64 {
        let (wanted, _) = self.core.row(&labels);
        let mut total = 0;
        self.core.each_cell(
            |row, _, count| {
                if row == wanted as usize {
                    total += count;
                }
            },
            |_, _| {},
        );
        total
    }

    /// Makes the series appear at 0, so that rates and ratios over it exist before the first event.
    pub(super) fn zero(&self, labels: [&str; N]) {
        let _ = self.core.row(&labels);
    }
}

#[inline]
fn change(core: &Core, value: f64) -> Observe {
    // A comparison with NaN is false, so NaN becomes 0 here.
    let value = if value > 0.0 { value } else { 0.0 };
    Observe {
        cell: core
            .buckets
            .as_ref()
            .map_or(0, |buckets| buckets.cell(value)),
        value: if value.is_finite() { value } else { 0.0 },
    }
}

/// One series of a histogram.
#[derive(Debug, Clone)]
pub struct Histogram {
    pub(super) core: Arc<Core>,
    pub(super) row: u32,
}

impl Histogram {
    /// Takes a value, as [`HistogramFamily::observe`] does.
    #[inline]
    pub fn observe(&self, value: f64) {
        self.core.record_row(self.row, change(&self.core, value));
    }
}
