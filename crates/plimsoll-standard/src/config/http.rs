//! `[http]`.

use serde::Deserialize;
use std::num::NonZeroUsize;
use std::time::Duration;

const MAX_CONNECTIONS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(8191);

/// `[http]`: requests that come in, and how serving them ends.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Http {
    /// Whether a well-formed `x-request-id` of the caller is kept. Default true.
    pub trust_request_id: bool,
    /// Whether a valid `traceparent` of the caller is continued. Default true; a public edge may say false.
    pub trust_trace: bool,
    /// How many connections are served at once; one more is answered with 503. Default 8192, and never more than three
    /// quarters of the files that the process may open.
    pub max_connections: NonZeroUsize,
    /// How long, after SIGTERM, the service keeps accepting while readiness says `draining`, so that load balancers
    /// notice first. Default 5 s.
    #[serde(deserialize_with = "super::duration::required")]
    pub drain_delay: Duration,
    /// The longest time from the signal to the exit; what still runs then is given up. Default 25 s, below the 30 s
    /// after which Kubernetes kills.
    #[serde(deserialize_with = "super::duration::required")]
    pub drain_deadline: Duration,
}

impl Default for Http {
    fn default() -> Self {
        Self {
            trust_request_id: true,
            trust_trace: true,
            max_connections: MAX_CONNECTIONS,
            drain_delay: Duration::from_secs(5),
            drain_deadline: Duration::from_secs(25),
        }
    }
}
