//! What code and environment say about the operator port.

use plimsoll_standard::Config;
use std::fmt;

/// What the builder was told; the environment fills the gaps.
#[derive(Default)]
pub(super) struct OperatorSettings {
    pub(super) listen: Option<String>,
    pub(super) token: Option<String>,
}

impl OperatorSettings {
    /// The configuration with the address that wins (code, then `OPERATOR_LISTEN`, then the file), and the token.
    pub(super) fn over(self, mut config: Config) -> (Config, Option<String>) {
        if let Some(address) = self.listen.or_else(|| variable("OPERATOR_LISTEN")) {
            config.operator.listen = Some(address);
        }
        (config, self.token.or_else(|| variable("OPERATOR_TOKEN")))
    }
}

impl fmt::Debug for OperatorSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OperatorSettings")
            .field("listen", &self.listen)
            .field("token", &self.token.is_some())
            .finish()
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name)
        .ok()
        .map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty())
}
