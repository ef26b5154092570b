//! What `install()` returns: the handle on everything that one `configure()` set up.

use crate::log::{LevelControl, Logging};
use crate::redact::Redactor;
use plimsoll_standard::Config;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// How long a dropped guard waits for the sinks, unless the drain's deadline is nearer.
const DROP_DEADLINE: Duration = Duration::from_secs(5);

/// Everything that one `configure()` set up; shared by the guard, the layer and what the guard hands out.
pub(crate) struct State {
    #[allow(dead_code, reason = "read by the features that need it")]
    pub(crate) config: Config,
    pub(crate) redactor: Arc<Redactor>,
    pub(crate) logging: Arc<Logging>,
    #[cfg(feature = "tokio")]
    pub(crate) health: crate::health::Health,
    #[cfg(feature = "http")]
    pub(crate) serving: super::serve::Serving,
}

/// Keeps Plimsoll running; dropped or [shut down](Self::shutdown), it writes out what is left.
#[must_use = "dropped, it flushes the log: keep it until the end of main"]
pub struct Guard {
    pub(crate) state: Arc<State>,
}

impl Guard {
    /// A handle on the health checks.
    #[cfg(feature = "tokio")]
    #[must_use]
    pub fn health(&self) -> crate::health::Health {
        self.state.health.clone()
    }

    /// Reads and changes the level at run time.
    #[must_use]
    pub fn level(&self) -> LevelControl {
        LevelControl::new(Arc::clone(&self.state.logging))
    }

    /// What takes sensitive values out of the lines.
    #[must_use]
    pub fn redactor(&self) -> Arc<Redactor> {
        Arc::clone(&self.state.redactor)
    }

    /// Writes out every line so far; false if the deadline came first.
    pub fn flush(&self, deadline: Duration) -> bool {
        self.state.logging.flush(deadline)
    }

    /// Writes out every line so far and ends; what a sink could not take is said on stderr.
    pub fn shutdown(self, deadline: Duration) {
        self.state.logging.shutdown(deadline);
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        #[cfg(feature = "http")]
        let deadline = self
            .state
            .serving
            .time_left()
            .map_or(DROP_DEADLINE, |left| left.min(DROP_DEADLINE));
        #[cfg(not(feature = "http"))]
        let deadline = DROP_DEADLINE;
        self.state.logging.shutdown(deadline);
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard").finish_non_exhaustive()
    }
}
