//! A thread's own cells of one family.
//!
//! Only the owning thread writes its cells, with a relaxed load and a relaxed store: no locked instruction, no line
//! shared with another core. A scrape reads the same cells through the shard's list of blocks. When a thread exits
//! its shard is handed to the next thread that needs one, sums included, so nothing is lost and memory stays
//! bounded by the largest number of threads that lived at once.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A run of cells: of several rows (counters, gauges) or of a part of one row (histograms).
#[derive(Debug, Clone)]
pub(super) struct Block {
    /// The number of the first cell that this block holds, after `HEAD` cells that are always there.
    pub(super) first: u32,
    pub(super) cells: Arc<[AtomicU64]>,
}

impl Block {
    pub(super) fn new(first: u32, length: usize) -> Self {
        Self {
            first,
            cells: (0..length).map(|_| AtomicU64::new(0)).collect(),
        }
    }
}

/// Adds to a cell that only this thread writes.
#[inline]
pub(super) fn bump(cell: &AtomicU64, amount: u64) {
    cell.store(cell.load(Relaxed).wrapping_add(amount), Relaxed);
}

/// Adds to a floating-point cell that only this thread writes.
#[inline]
pub(super) fn bump_float(cell: &AtomicU64, amount: f64) {
    cell.store(
        (f64::from_bits(cell.load(Relaxed)) + amount).to_bits(),
        Relaxed,
    );
}

/// The blocks of one thread, for the scrape to read.
#[derive(Debug, Default)]
pub(super) struct Shard {
    blocks: Mutex<Vec<Option<Block>>>,
}

impl Shard {
    pub(super) fn blocks(&self) -> MutexGuard<'_, Vec<Option<Block>>> {
        lock(&self.blocks)
    }
}

/// All shards of a family.
#[derive(Debug, Default)]
pub(super) struct Shards {
    all: Vec<Arc<Shard>>,
    free: Vec<Arc<Shard>>,
}

impl Shards {
    /// A shard that no live thread writes.
    pub(super) fn acquire(&mut self) -> Arc<Shard> {
        self.free.pop().unwrap_or_else(|| {
            let shard = Arc::new(Shard::default());
            self.all.push(Arc::clone(&shard));
            shard
        })
    }

    pub(super) fn release(&mut self, shard: Arc<Shard>) {
        self.free.push(shard);
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Arc<Shard>> {
        self.all.iter()
    }
}

/// A lock whose earlier holder panicked still guards valid data here: every update is a single store.
pub(super) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
