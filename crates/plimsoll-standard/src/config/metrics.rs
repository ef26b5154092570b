//! `[metrics]`.

use std::collections::BTreeMap;

use serde::Deserialize;

/// `[metrics]`: how much a service measures.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Metrics {
    /// The most label sets that one metric keeps apart; later ones share a series whose labels are all `_other`.
    pub cardinality_limit: usize,
    /// Limits of single metrics, by full name.
    pub cardinality_limits: BTreeMap<String, usize>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            cardinality_limit: 2000,
            cardinality_limits: BTreeMap::new(),
        }
    }
}

impl Metrics {
    /// The limit of one metric.
    pub fn limit(&self, metric: &str) -> usize {
        self.cardinality_limits
            .get(metric)
            .copied()
            .unwrap_or(self.cardinality_limit)
    }
}
