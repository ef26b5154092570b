//! Where finished lines go.

use crate::sink::Pipeline;
use std::time::Duration;
use tracing::Level;

/// Takes a finished line.
type Take = Box<dyn Fn(Level, &[u8]) + Send + Sync>;

/// Where finished lines go.
pub(crate) enum Output {
    /// The ring and its sinks.
    Pipeline(Box<Pipeline>),
    /// A function of a test.
    Call(Take),
}

impl Output {
    #[inline(always)]
    pub(crate) fn push(&self, level: Level, line: &[u8]) {
        match self {
            Self::Pipeline(pipeline) => pipeline.push(level, line),
            Self::Call(take) => take(level, line),
        }
    }

    pub(crate) fn flush(&self, deadline: Duration) -> bool {
        match self {
            Self::Pipeline(pipeline) => pipeline.flush(deadline),
            Self::Call(_) => true,
        }
    }

    pub(crate) fn shutdown(&self, deadline: Duration) {
        if let Self::Pipeline(pipeline) = self {
            pipeline.shutdown(deadline);
        }
    }
}
