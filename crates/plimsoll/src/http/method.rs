//! Methods as a label: a closed set, whatever clients send.

use crate::metrics::{self, Gauge};
use http::Method;
use std::sync::LazyLock;

/// What an unknown method counts as (OpenTelemetry's HTTP conventions).
const OTHER: &str = "_OTHER";

/// The methods of RFC 9110 and RFC 5789, and `_OTHER`.
const NAMES: [&str; 10] = [
    "GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "CONNECT", "TRACE", OTHER,
];

static ACTIVE: LazyLock<[Gauge; NAMES.len()]> = LazyLock::new(|| {
    let family = &metrics::catalogue().http_server_active_requests;
    NAMES.map(|name| family.with([name]))
});

/// A method as a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct MethodLabel(u8);

impl MethodLabel {
    pub(super) fn of(method: &Method) -> Self {
        let index = match *method {
            Method::GET => 0,
            Method::POST => 1,
            Method::PUT => 2,
            Method::DELETE => 3,
            Method::PATCH => 4,
            Method::HEAD => 5,
            Method::OPTIONS => 6,
            Method::CONNECT => 7,
            Method::TRACE => 8,
            _ => 9,
        };
        Self(index)
    }

    pub(super) fn name(self) -> &'static str {
        NAMES.get(usize::from(self.0)).copied().unwrap_or(OTHER)
    }

    /// Adds to `http_server_active_requests`.
    pub(super) fn active(self, amount: f64) {
        if let Some(gauge) = ACTIVE.get(usize::from(self.0)) {
            gauge.add(amount);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_methods_keep_their_name_and_the_rest_shares_one() {
        for name in &NAMES[..9] {
            let method = Method::from_bytes(name.as_bytes()).unwrap();
            assert_eq!(MethodLabel::of(&method).name(), *name);
        }
        for name in ["get", "BREW", "X".repeat(1000).as_str()] {
            let method = Method::from_bytes(name.as_bytes()).unwrap();
            assert_eq!(MethodLabel::of(&method).name(), OTHER);
        }
    }
}
