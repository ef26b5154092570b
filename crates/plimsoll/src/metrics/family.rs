//! One metric: its label sets, the shards that hold their cells, and the path that a first recording takes.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard};

use super::buckets::Buckets;
use super::key::{self, Labels, Table};
use super::local::{self, Change};
use super::name::Kind;
use super::shard::{Block, Shard, Shards, lock};
use super::text;

/// The row that takes every label set beyond the limit; it is written once it holds something.
pub(super) const OVERFLOW: u32 = 0;
/// What each label of the overflow row says.
pub(super) const OTHER: &str = "_other";
/// Longer label values are cut: a label is a name for a group, and memory stays bounded.
const LONGEST_VALUE: usize = 256;

/// The state of one metric, shared by its families, handles and threads.
#[derive(Debug)]
pub(super) struct Core {
    /// Its place in each thread's list of families; unique in the process.
    pub(super) id: usize,
    pub(super) seed: u64,
    pub(super) name: Box<str>,
    pub(super) help: Box<str>,
    pub(super) kind: Kind,
    pub(super) labels: Box<[Box<str>]>,
    /// Of a histogram.
    pub(super) buckets: Option<Buckets>,
    index: RwLock<Index>,
    shards: Mutex<Shards>,
    /// For recordings of threads whose own cells are gone (at their end) or in use (from inside an allocator).
    late: Shard,
    /// What gauges were set to, less what threads had added by then.
    set: Mutex<Vec<f64>>,
    limit: AtomicUsize,
    overflowed: AtomicU64,
}

/// The label sets seen so far.
#[derive(Debug, Default)]
pub(super) struct Index {
    table: Table,
    pub(super) rows: Vec<Row>,
}

/// One series.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) labels: Labels,
    /// The labels as the text formats write them, escaped once.
    pub(super) text: Box<str>,
}

static NEXT_ID: AtomicUsize = AtomicUsize::new(0);

impl Core {
    pub(super) fn new(
        name: &str,
        help: &str,
        kind: Kind,
        labels: &[&str],
        buckets: Option<Buckets>,
        limit: usize,
    ) -> Arc<Self> {
        let core = Arc::new(Self {
            id: NEXT_ID.fetch_add(1, Relaxed),
            seed: key::seed(),
            name: name.into(),
            help: help.into(),
            kind,
            labels: labels.iter().map(|&label| label.into()).collect(),
            buckets,
            index: RwLock::default(),
            shards: Mutex::default(),
            late: Shard::default(),
            set: Mutex::default(),
            limit: AtomicUsize::new(limit),
            overflowed: AtomicU64::new(0),
        });
        {
            let mut index = core.index.write().unwrap_or_else(PoisonError::into_inner);
            let other: Labels = labels.iter().map(|_| Box::from(OTHER)).collect();
            let hash = key::hash(core.seed, labels.iter().map(|_| &OTHER));
            let text = text::labels(&core.labels, &other);
            index.rows.push(Row {
                labels: Arc::clone(&other),
                text,
            });
            if labels.is_empty() {
                // The only series of a family without labels is there from the start.
                index.rows.push(Row {
                    labels: Arc::clone(&other),
                    text: Box::default(),
                });
                index.table.insert(hash, other, 1);
            } else {
                // A caller who says `_other` himself shares the row instead of writing a second one.
                index.table.insert(hash, other, OVERFLOW);
            }
        }
        core
    }

    pub(super) fn has_labels(&self, labels: &[&str]) -> bool {
        self.labels
            .iter()
            .map(AsRef::as_ref)
            .eq(labels.iter().copied())
    }

    pub(super) fn set_limit(&self, limit: usize) {
        self.limit.store(limit.max(1), Relaxed);
    }

    /// Recordings that went to the overflow row.
    pub(super) fn overflowed(&self) -> u64 {
        self.overflowed.load(Relaxed)
    }

    pub(super) fn index(&self) -> RwLockReadGuard<'_, Index> {
        self.index.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The rows that are written: all, but the overflow row only once it holds something.
    pub(super) fn written(&self, index: &Index) -> std::ops::Range<usize> {
        usize::from(self.overflowed() == 0)..index.rows.len()
    }

    /// The row of these label values, made if the limit allows.
    pub(super) fn row(&self, labels: &[&str]) -> (u32, Option<Labels>) {
        if labels.iter().any(|value| value.len() > LONGEST_VALUE) {
            let cut: Vec<&str> = labels.iter().map(|value| cut(value)).collect();
            return (self.row_of(&cut).0, None);
        }
        self.row_of(labels)
    }

    fn row_of(&self, labels: &[&str]) -> (u32, Option<Labels>) {
        let hash = key::hash(self.seed, labels);
        let full = {
            let index = self.index();
            if let Some(row) = index.table.find_any(hash, labels) {
                return (
                    row,
                    index
                        .rows
                        .get(row as usize)
                        .map(|row| Arc::clone(&row.labels)),
                );
            }
            index.rows.len() > self.limit.load(Relaxed)
        };
        if full {
            return (OVERFLOW, None);
        }
        let stored: Labels = labels.iter().map(|&value| Box::from(value)).collect();
        let text = text::labels(&self.labels, &stored);
        let mut index = self.index.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(row) = index.table.find_any(hash, labels) {
            return (row, Some(stored));
        }
        if index.rows.len() > self.limit.load(Relaxed) {
            return (OVERFLOW, None);
        }
        let row = index.rows.len() as u32;
        index.rows.push(Row {
            labels: Arc::clone(&stored),
            text,
        });
        index.table.insert(hash, Arc::clone(&stored), row);
        (row, Some(stored))
    }

    /// Records for label values, this thread's table first.
    #[inline]
    pub(super) fn record<const N: usize>(
        self: &Arc<Self>,
        labels: &[&str; N],
        change: impl Change,
    ) {
        let hash = key::hash(self.seed, labels);
        if !local::hit_labels(self.id, hash, labels, change) {
            self.record_first(hash, labels, change);
        }
    }

    #[cold]
    #[inline(never)]
    fn record_first(self: &Arc<Self>, hash: u64, labels: &[&str], change: impl Change) {
        let (row, stored) = self.row(labels);
        if let Some(stored) = stored {
            local::remember(self, hash, stored, row);
        }
        self.record_row_first(row, change);
    }

    /// Records for a row found earlier.
    #[inline]
    pub(super) fn record_row(self: &Arc<Self>, row: u32, change: impl Change) {
        if row == OVERFLOW || !local::hit_row(self.id, row, change) {
            self.record_row_first(row, change);
        }
    }

    #[cold]
    #[inline(never)]
    fn record_row_first(self: &Arc<Self>, row: u32, change: impl Change) {
        if row == OVERFLOW {
            self.overflowed.fetch_add(1, Relaxed);
        }
        if !local::first(self, row, change) {
            local::apply(&self.late, None, row, change, self);
        }
    }

    pub(super) fn acquire_shard(&self) -> Arc<Shard> {
        lock(&self.shards).acquire()
    }

    pub(super) fn release_shard(&self, shard: Arc<Shard>) {
        lock(&self.shards).release(shard);
    }

    /// How many shards were ever made: the most threads that recorded at once.
    #[cfg(test)]
    pub(super) fn shards(&self) -> usize {
        lock(&self.shards).iter().count()
    }

    /// Calls `read` with the number of each block's first row and the block, for every thread that ever recorded.
    fn each_block(&self, mut read: impl FnMut(usize, &Block)) {
        let shards = lock(&self.shards);
        for shard in shards.iter().map(AsRef::as_ref).chain([&self.late]) {
            for (number, block) in shard.blocks().iter().enumerate() {
                if let Some(block) = block {
                    read(number, block);
                }
            }
        }
    }

    /// Totals of a counter by row; `totals` has one place a row.
    pub(super) fn sum_counts(&self, totals: &mut [u64]) {
        self.each_block(|number, block| {
            let first = number * local::ROWS_PER_BLOCK;
            for (total, cell) in totals.iter_mut().skip(first).zip(block.cells.iter()) {
                *total = total.wrapping_add(cell.load(Relaxed));
            }
        });
    }

    /// Values of a gauge by row: what it was set to and what threads added since.
    pub(super) fn sum_floats(&self, totals: &mut [f64]) {
        for (total, set) in totals.iter_mut().zip(lock(&self.set).iter()) {
            *total += set;
        }
        self.sum_added(totals);
    }

    fn sum_added(&self, totals: &mut [f64]) {
        self.each_block(|number, block| {
            let first = number * local::ROWS_PER_BLOCK;
            for (total, cell) in totals.iter_mut().skip(first).zip(block.cells.iter()) {
                *total += f64::from_bits(cell.load(Relaxed));
            }
        });
    }

    /// Sets a gauge's row. Concurrent additions count as before or after it, never twice.
    pub(super) fn set_row(&self, row: u32, value: f64) {
        if row == OVERFLOW {
            self.overflowed.fetch_add(1, Relaxed);
        }
        let mut set = lock(&self.set);
        let row = row as usize;
        if set.len() <= row {
            set.resize(row + 1, 0.0);
        }
        let mut added = 0.0;
        self.each_block(|number, block| {
            let place = row.checked_sub(number * local::ROWS_PER_BLOCK);
            if let Some(cell) = place.and_then(|place| block.cells.get(place)) {
                added += f64::from_bits(cell.load(Relaxed));
            }
        });
        if let Some(place) = set.get_mut(row) {
            *place = if added == 0.0 { value } else { value - added };
        }
    }

    /// Raises a counter's row to a total that is kept elsewhere; a smaller total changes nothing.
    pub(super) fn raise_row(self: &Arc<Self>, row: u32, total: u64) {
        // One raise at a time: two that read the same sum would both add the difference.
        let _one = lock(&self.set);
        let mut totals = vec![0; row as usize + 1];
        self.sum_counts(&mut totals);
        let missing = total.saturating_sub(totals.last().copied().unwrap_or(0));
        if missing > 0 {
            local::apply(&self.late, None, row, local::Count(missing), self);
        }
    }

    /// Calls `read` with row, cell and count for each cell of a histogram, and with each part of a row's sum.
    pub(super) fn each_cell(
        &self,
        mut read: impl FnMut(usize, usize, u64),
        mut sum: impl FnMut(usize, f64),
    ) {
        self.each_block(|row, block| {
            let mut cells = block.cells.iter();
            if let Some(cell) = cells.next() {
                sum(row, f64::from_bits(cell.load(Relaxed)));
            }
            for (place, cell) in cells.enumerate() {
                let count = cell.load(Relaxed);
                if count != 0 {
                    read(row, block.first as usize + place, count);
                }
            }
        });
    }
}

fn cut(value: &str) -> &str {
    value
        .get(..value.floor_char_boundary(LONGEST_VALUE))
        .unwrap_or(value)
}
