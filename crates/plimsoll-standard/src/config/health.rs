//! `[health]`.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::time::Duration;

/// `[health]`: what readiness depends on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Health {
    /// `[health.checks.<name>]`: overrides for a check that the service registered under this name. A name that no
    /// check has stops the start.
    pub checks: BTreeMap<String, HealthCheck>,
}

/// `[health.checks.<name>]`: each key overrides what the service's code says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HealthCheck {
    /// Whether its failure makes the service unready (503), or only `degraded` (200).
    pub required: Option<bool>,
    /// How long one run may take before it counts as failed.
    #[serde(deserialize_with = "super::duration::optional")]
    pub timeout: Option<Duration>,
    /// Time between two runs while the check's state is steady.
    #[serde(deserialize_with = "super::duration::optional")]
    pub interval: Option<Duration>,
}
