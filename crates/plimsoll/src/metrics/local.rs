//! This thread's side of every family: its tables from label values to rows and the cells it owns.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::buckets::HEAD;
use super::family::Core;
use super::key::{Labels, Table};
use super::shard::{Block, Shard, bump, bump_float};

/// Rows of counters and gauges share blocks of two cache lines; a histogram's row has its own.
pub(super) const ROWS_PER_BLOCK: usize = 16;
/// A histogram's block grows by octaves, so that a row pays for the range of values it has seen.
const CELLS_PER_STEP: u32 = 32;

thread_local! {
    static FAMILIES: RefCell<Families> = const { RefCell::new(Families(Vec::new())) };
}

struct Families(Vec<Option<Box<Local>>>);

struct Local {
    core: Arc<Core>,
    shard: Arc<Shard>,
    table: Table,
    /// The same blocks as the shard lists, reachable without its lock.
    blocks: Vec<Option<Block>>,
}

impl Drop for Local {
    fn drop(&mut self) {
        self.core.release_shard(Arc::clone(&self.shard));
    }
}

/// One recording. By default rows share a block, with one cell each.
pub(super) trait Change: Copy {
    /// The number of the block that holds this row.
    #[inline]
    fn block(row: u32) -> usize {
        row as usize / ROWS_PER_BLOCK
    }
    /// Writes into cells that only the caller writes; false if the block does not hold the cell.
    fn apply(self, row: u32, block: &Block) -> bool;
    /// A block that holds what `old` holds and the cell of this recording.
    fn grow(self, _old: Option<&Block>, _core: &Core) -> Block {
        Block::new(0, ROWS_PER_BLOCK)
    }
}

/// A counter goes up.
#[derive(Clone, Copy)]
pub(super) struct Count(pub(super) u64);

/// A gauge goes up or down.
#[derive(Clone, Copy)]
pub(super) struct Add(pub(super) f64);

/// A histogram takes a value.
#[derive(Clone, Copy)]
pub(super) struct Observe {
    pub(super) cell: u32,
    pub(super) value: f64,
}

impl Change for Count {
    #[inline]
    fn apply(self, row: u32, block: &Block) -> bool {
        own_cell(row, block, |cell| bump(cell, self.0))
    }
}

impl Change for Add {
    #[inline]
    fn apply(self, row: u32, block: &Block) -> bool {
        own_cell(row, block, |cell| bump_float(cell, self.0))
    }
}

/// The cell of a row that shares its block.
#[inline]
fn own_cell(row: u32, block: &Block, write: impl FnOnce(&AtomicU64)) -> bool {
    let cell = block.cells.get(row as usize % ROWS_PER_BLOCK);
    cell.map(write).is_some()
}

impl Change for Observe {
    #[inline]
    fn block(row: u32) -> usize {
        row as usize
    }

    #[inline]
    fn apply(self, _: u32, block: &Block) -> bool {
        let Some(place) = self.cell.checked_sub(block.first) else {
            return false;
        };
        let (Some(sum), Some(cell)) = (block.cells.first(), block.cells.get(place as usize + HEAD))
        else {
            return false;
        };
        bump(cell, 1);
        bump_float(sum, self.value);
        true
    }

    fn grow(self, old: Option<&Block>, core: &Core) -> Block {
        let all = core
            .buckets
            .as_ref()
            .map_or(0, |buckets| buckets.cells() as u32);
        let mut from = self.cell / CELLS_PER_STEP * CELLS_PER_STEP;
        let mut to = (from + CELLS_PER_STEP).min(all);
        if let Some(old) = old {
            from = from.min(old.first);
            to = to.max(old.first + (old.cells.len() - HEAD) as u32);
        }
        let block = Block::new(from, HEAD + (to - from) as usize);
        if let Some(old) = old {
            let shift = (old.first - from) as usize;
            for (place, cell) in old.cells.iter().enumerate() {
                let place = if place < HEAD { place } else { place + shift };
                if let Some(target) = block.cells.get(place) {
                    bump(target, cell.load(std::sync::atomic::Ordering::Relaxed));
                }
            }
        }
        block
    }
}

impl Local {
    #[inline]
    fn record(&self, row: u32, change: impl Change) -> bool {
        hit(&self.blocks, row, change)
    }
}

#[inline]
fn hit<C: Change>(blocks: &[Option<Block>], row: u32, change: C) -> bool {
    match blocks.get(C::block(row)) {
        Some(Some(block)) => change.apply(row, block),
        _ => false,
    }
}

/// The path of nearly every recording by label values; false sends it to the slow one.
#[inline]
pub(super) fn hit_labels<const N: usize>(
    id: usize,
    hash: u64,
    labels: &[&str; N],
    change: impl Change,
) -> bool {
    FAMILIES
        .try_with(|families| {
            let Ok(families) = families.try_borrow() else {
                return false;
            };
            let Some(Some(local)) = families.0.get(id) else {
                return false;
            };
            local
                .table
                .find(hash, labels)
                .is_some_and(|row| row != super::family::OVERFLOW && local.record(row, change))
        })
        .unwrap_or(false)
}

/// The path of nearly every recording through a handle.
#[inline]
pub(super) fn hit_row(id: usize, row: u32, change: impl Change) -> bool {
    FAMILIES
        .try_with(|families| {
            let Ok(families) = families.try_borrow() else {
                return false;
            };
            let Some(Some(local)) = families.0.get(id) else {
                return false;
            };
            local.record(row, change)
        })
        .unwrap_or(false)
}

/// Notes the row of label values in this thread's table.
pub(super) fn remember(core: &Arc<Core>, hash: u64, labels: Labels, row: u32) {
    with_local(core, |local| {
        let values: Vec<&str> = labels.iter().map(AsRef::as_ref).collect();
        // The row can be known and only its cells missing.
        if local.table.find_any(hash, &values).is_none() {
            local.table.insert(hash, labels, row);
        }
    });
}

/// Makes the cells of a row and records; false if this thread's cells cannot be reached.
#[cold]
#[inline(never)]
pub(super) fn first(core: &Arc<Core>, row: u32, change: impl Change) -> bool {
    with_local(core, |local| {
        apply(&local.shard, Some(&mut local.blocks), row, change, core);
    })
    .is_some()
}

fn with_local<R>(core: &Arc<Core>, work: impl FnOnce(&mut Local) -> R) -> Option<R> {
    FAMILIES
        .try_with(|families| {
            let mut families = families.try_borrow_mut().ok()?;
            if families.0.len() <= core.id {
                families.0.resize_with(core.id + 1, || None);
            }
            let local = families.0.get_mut(core.id)?.get_or_insert_with(|| {
                let shard = core.acquire_shard();
                let blocks = shard.blocks().clone();
                Box::new(Local {
                    core: Arc::clone(core),
                    shard,
                    table: Table::default(),
                    blocks,
                })
            });
            Some(work(local))
        })
        .ok()
        .flatten()
}

/// Records into a shard whose only writer is the caller, with its lock held, making what is missing.
/// `mirror` is the owner's own list of the blocks.
pub(super) fn apply<C: Change>(
    shard: &Shard,
    mirror: Option<&mut Vec<Option<Block>>>,
    row: u32,
    change: C,
    core: &Core,
) {
    let mut blocks = shard.blocks();
    if hit(&blocks, row, change) {
        return;
    }
    let number = C::block(row);
    if blocks.len() <= number {
        blocks.resize(number + 1, None);
    }
    let Some(place) = blocks.get_mut(number) else {
        return;
    };
    let block = change.grow(place.as_ref(), core);
    change.apply(row, &block);
    if let Some(mirror) = mirror {
        if mirror.len() <= number {
            mirror.resize(number + 1, None);
        }
        if let Some(place) = mirror.get_mut(number) {
            *place = Some(block.clone());
        }
    }
    *place = Some(block);
}
