//! The `tracing` layer.

use super::Logging;
use std::fmt;
use std::sync::Arc;
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::LookupSpan;

/// Writes each event as one JSON line; from [`Builder::build`](crate::setup::Builder::build).
pub struct LogLayer {
    logging: Arc<Logging>,
}

impl LogLayer {
    pub(crate) const fn new(logging: Arc<Logging>) -> Self {
        Self { logging }
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for LogLayer {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        self.logging.event(event);
    }
}

impl fmt::Debug for LogLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogLayer").finish_non_exhaustive()
    }
}
