//! `[operator]`.

use serde::Deserialize;

/// `[operator]`: the port for the people and machines that run the service.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Operator {
    /// Whether there is an operator port at all. Default true.
    pub enabled: bool,
    /// `address:port`; the variable `OPERATOR_LISTEN` wins. Default `127.0.0.1:9464`.
    pub listen: Option<String>,
    /// Names, besides addresses and `localhost`, that a `Host` header may carry. Empty by default: a page that
    /// rebinds its own name to this address must not read or change anything.
    pub allowed_hosts: Vec<String>,
}

impl Default for Operator {
    fn default() -> Self {
        Self {
            enabled: true,
            listen: None,
            allowed_hosts: Vec::new(),
        }
    }
}
