//! The clock of one operation; dropping it unstopped is an outcome too.

use std::time::Instant;

use super::Outcome;

/// Records when stopped; dropped before, it records `cancelled`.
#[derive(Debug)]
pub(super) struct Timer {
    system: &'static str,
    operation: &'static str,
    started: Instant,
    stopped: bool,
}

impl Timer {
    pub(super) fn start(system: &'static str, operation: &'static str) -> Self {
        Self {
            system,
            operation,
            started: Instant::now(),
            stopped: false,
        }
    }

    pub(super) fn stop(mut self, outcome: Outcome) {
        self.stopped = true;
        self.record(outcome);
    }

    fn record(&self, outcome: Outcome) {
        crate::metrics::catalogue()
            .db_client_operation_duration
            .observe(
                [self.system, self.operation, outcome.as_str()],
                self.started.elapsed().as_secs_f64(),
            );
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        if !self.stopped {
            self.record(Outcome::Cancelled);
        }
    }
}
