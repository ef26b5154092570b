//! How often each pattern fired.

use plimsoll_standard::Rule;

use crate::metrics;
use std::sync::atomic::{AtomicU64, Ordering};

/// Findings by pattern, in the patterns' order. Cheap to add to from any thread.
#[derive(Debug)]
pub struct Counts {
    names: Vec<String>,
    cells: Vec<AtomicU64>,
}

impl Counts {
    pub(super) fn new(names: Vec<String>) -> Self {
        let cells = names.iter().map(|_| AtomicU64::new(0)).collect();
        Self { names, cells }
    }

    /// Counts a finding, here and in `redactions_total{pattern}` and `plimsoll_violations_total{rule="PL002"}`.
    #[cold]
    pub(super) fn add(&self, index: usize) {
        if let (Some(cell), Some(name)) = (self.cells.get(index), self.names.get(index)) {
            cell.fetch_add(1, Ordering::Relaxed);
            let catalogue = metrics::catalogue();
            catalogue.redactions.inc([name]);
            catalogue.violations.inc([Rule::SensitiveData.id()]);
        }
    }

    pub(super) fn name(&self, index: usize) -> &str {
        self.names.get(index).map_or("unknown", String::as_str)
    }

    /// Every pattern with its count so far, zeros included.
    pub fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        self.names
            .iter()
            .zip(&self.cells)
            .map(|(name, cell)| (name.as_str(), cell.load(Ordering::Relaxed)))
    }

    /// All findings so far: the run-time count of rule PL002.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.iter().map(|(_, count)| count).sum()
    }
}
