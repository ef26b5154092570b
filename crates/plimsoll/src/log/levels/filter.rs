//! The per-layer filter: it decides for Plimsoll's layer alone and silences no other.

use super::super::Logging;
use std::fmt;
use std::sync::Arc;
use tracing::level_filters::LevelFilter;
use tracing::subscriber::Interest;
use tracing::{Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Filter};

/// Lets through what the levels of one `configure()` want; part of what [`Builder::build`](crate::setup::Builder::build)
/// returns.
pub struct LogFilter {
    logging: Arc<Logging>,
}

impl LogFilter {
    pub(crate) const fn new(logging: Arc<Logging>) -> Self {
        Self { logging }
    }
}

impl<S: Subscriber> Filter<S> for LogFilter {
    fn enabled(&self, metadata: &Metadata<'_>, _: &Context<'_, S>) -> bool {
        self.logging.levels.wants(metadata)
    }

    fn callsite_enabled(&self, metadata: &'static Metadata<'static>) -> Interest {
        // Asked again after each change: a callsite that nobody wants costs one comparison.
        if self.logging.levels.wants(metadata) {
            Interest::always()
        } else {
            Interest::never()
        }
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.logging.levels.most())
    }
}

impl fmt::Debug for LogFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("LogFilter")
            .field(&self.logging.levels.most())
            .finish()
    }
}
