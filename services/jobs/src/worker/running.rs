//! The jobs that run in this process, and how to stop them.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use tokio_util::sync::CancellationToken;

/// Why a running job has to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    /// Its user wants it no more.
    Cancelled,
    /// This process goes away.
    Released,
    /// Its lease is another worker's now.
    Lost,
}

/// Tells one running job to stop, once, for one reason.
#[derive(Debug, Clone, Default)]
pub(super) struct Stop {
    pub(super) token: CancellationToken,
    reason: Arc<OnceLock<Reason>>,
}

impl Stop {
    pub(super) fn stop(&self, reason: Reason) {
        // The first reason stays.
        let _ = self.reason.set(reason);
        self.token.cancel();
    }

    /// Why it was told to stop, if it was.
    pub(super) fn reason(&self) -> Option<Reason> {
        self.reason.get().copied()
    }
}

#[derive(Debug, Default)]
pub(super) struct Running {
    jobs: Mutex<HashMap<String, (i64, Stop)>>,
}

impl Running {
    fn jobs(&self) -> MutexGuard<'_, HashMap<String, (i64, Stop)>> {
        // Every update is one call: a panic elsewhere leaves nothing half done.
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn insert(&self, job_id: &str, attempt: i64) -> Stop {
        let stop = Stop::default();
        self.jobs()
            .insert(job_id.to_owned(), (attempt, stop.clone()));
        stop
    }

    /// Forgets an attempt; a later attempt at the same job stays.
    pub(super) fn remove(&self, job_id: &str, attempt: i64) {
        let mut jobs = self.jobs();
        if jobs
            .get(job_id)
            .is_some_and(|(running, _)| *running == attempt)
        {
            jobs.remove(job_id);
        }
    }

    pub(super) fn contains(&self, job_id: &str, attempt: i64) -> bool {
        self.jobs()
            .get(job_id)
            .is_some_and(|(running, _)| *running == attempt)
    }

    pub(super) fn stop(&self, job_id: &str, reason: Reason) {
        if let Some((_, stop)) = self.jobs().get(job_id) {
            stop.stop(reason);
        }
    }

    pub(super) fn stop_all(&self, reason: Reason) {
        self.jobs().values().for_each(|(_, stop)| stop.stop(reason));
    }

    /// The jobs that run now.
    pub(super) fn ids(&self) -> Vec<String> {
        self.jobs().keys().cloned().collect()
    }

    /// Job and attempt of everything that runs now.
    pub(super) fn snapshot(&self) -> Vec<(String, i64)> {
        self.jobs()
            .iter()
            .map(|(id, (attempt, _))| (id.clone(), *attempt))
            .collect()
    }
}
