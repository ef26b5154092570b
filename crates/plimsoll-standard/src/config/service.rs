//! `[service]`.

use serde::Deserialize;

/// `[service]`: who writes these lines.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Service {
    /// The service's name; a static field of every line when set.
    pub name: Option<String>,
    /// The running version; a static field of every line when set.
    pub version: Option<String>,
}
