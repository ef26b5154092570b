//! How many jobs of each type may run, and for which types it is worth asking the database.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::handlers::JobType;

/// A worker takes no more than this at once, so that replicas share a backlog evenly.
const BATCH: usize = 32;

#[derive(Debug)]
pub(super) struct Slots {
    kinds: Vec<Slot>,
}

#[derive(Debug)]
pub(super) struct Slot {
    pub(super) kind: JobType,
    free: Arc<Semaphore>,
    /// Set when there may be due jobs of this type.
    due: AtomicBool,
}

impl Slots {
    pub(super) fn new(concurrency: &HashMap<JobType, usize>) -> Self {
        let slot = |kind: JobType| Slot {
            kind,
            free: Arc::new(Semaphore::new(
                concurrency
                    .get(&kind)
                    .copied()
                    .unwrap_or_else(|| kind.concurrency()),
            )),
            due: AtomicBool::new(true),
        };
        Self {
            kinds: JobType::ALL.into_iter().map(slot).collect(),
        }
    }

    /// There may be due jobs of one type.
    pub(super) fn mark(&self, job_type: &str) {
        for slot in self
            .kinds
            .iter()
            .filter(|slot| slot.kind.as_str() == job_type)
        {
            slot.mark();
        }
    }

    /// There may be due jobs of every type.
    pub(super) fn mark_all(&self) {
        self.kinds.iter().for_each(Slot::mark);
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Slot> {
        self.kinds.iter()
    }
}

impl Slot {
    pub(super) fn mark(&self) {
        self.due.store(true, Relaxed);
    }

    /// Permits for as many jobs as may start now; none if none is expected.
    pub(super) fn take(&self) -> Vec<OwnedSemaphorePermit> {
        if !self.due.load(Relaxed) {
            return Vec::new();
        }
        let permits: Vec<_> =
            std::iter::from_fn(|| Arc::clone(&self.free).try_acquire_owned().ok())
                .take(BATCH)
                .collect();
        if !permits.is_empty() {
            self.due.store(false, Relaxed);
        }
        permits
    }
}
