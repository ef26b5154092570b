//! A panic in a handler becomes a response.

use super::problem::Problem;
use crate::metrics::{self, CounterFamily};
use bytes::Bytes;
use http::{Response, StatusCode};
use std::sync::LazyLock;

static PANICS: LazyLock<Option<CounterFamily<1>>> = LazyLock::new(|| {
    metrics::registry()
        .counter(
            "http_server_panics_total",
            "Handlers that panicked and were answered with a 500.",
            ["http_route"],
        )
        .ok()
});

/// The 500 for a handler that panicked. The panic's own line comes from the panic hook, with location and context; its
/// message may hold anything and never goes to the client.
pub(super) fn answer(route: &str) -> Response<Bytes> {
    if let Some(panics) = &*PANICS {
        panics.inc([route]);
    }
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR).response()
}
