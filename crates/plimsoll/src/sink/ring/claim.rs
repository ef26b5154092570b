//! Who has a segment: claimed by a thread, given up, taken back once it is read.
//!
//! `claim` is the only place that makes a [`Held`], one for each sequence number, as the first invariant of `segments.rs` asks.

use std::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};

use super::layout::{FIRST_RECORD, NEVER, pack_cursor, unpack_cursor};
use super::segments::{Held, Memory, Segments};
use super::word::{BUSY, FREE, OPEN, SEALED, Word, pack, unpack};

impl<M: Memory> Segments<M> {
    pub(in crate::sink) fn free_count(&self) -> usize {
        self.free
            .iter()
            .map(|word| word.load(Relaxed).count_ones() as usize)
            .sum()
    }

    /// Claims a free segment, unless only `leave` are free. `only` makes it a segment for that reader alone.
    pub(in crate::sink) fn claim(
        &self,
        owner: u64,
        leave: usize,
        only: Option<usize>,
    ) -> Option<Held> {
        if self.free_count() <= leave {
            return None;
        }
        let index = self.take_free()?;
        let sequence = self.sequence.add(1);
        // In this order: with the old cursors first reset, a crash in between would bring the old records back.
        self.memory
            .word(self.geometry.base(index))
            .store(sequence, Relaxed);
        self.memory
            .word(self.geometry.owner(index))
            .store(owner, Release);
        for reader in 0..self.readers {
            let cursor = match only {
                None => pack_cursor(FIRST_RECORD, FIRST_RECORD),
                // Lines moved here may stand in another segment still if the process ends now.
                Some(only) if only == reader => {
                    pack_cursor(FIRST_RECORD, self.geometry.segment_bytes)
                }
                Some(_) => pack_cursor(NEVER, NEVER),
            };
            self.memory
                .word(self.geometry.cursor(index, reader))
                .store(cursor, Release);
        }
        let slot = &self.slots[index];
        slot.owner.store(owner, Relaxed);
        slot.state
            .store(pack(sequence, FIRST_RECORD, OPEN), Release);
        Some(Held {
            ring: self.id,
            index,
            sequence,
            end: FIRST_RECORD,
        })
    }

    /// The lowest free segment, so that a quiet service keeps to memory that is in the cache.
    fn take_free(&self) -> Option<usize> {
        for (number, word) in self.free.iter().enumerate() {
            let mut bits = word.load(Relaxed);
            while bits != 0 {
                if word.swap_if(bits, bits & (bits - 1), SeqCst) {
                    return Some(number * 64 + bits.trailing_zeros() as usize);
                }
                bits = word.load(Relaxed);
            }
        }
        None
    }

    #[expect(
        clippy::needless_pass_by_value,
        reason = "the right to append ends here"
    )]
    /// Gives a segment up, so that it becomes free as soon as it has been read.
    pub(in crate::sink) fn seal(&self, held: Held) {
        if let Some(slot) = self.slots.get(held.index).filter(|_| held.ring == self.id) {
            let Held { sequence, end, .. } = held;
            slot.state.swap_if(
                pack(sequence, end, OPEN),
                pack(sequence, end, SEALED),
                Release,
            );
        }
    }

    /// Seals every segment that nobody is writing to at this moment; true if none was being written to.
    pub(in crate::sink) fn seal_all(&self) -> bool {
        let mut all = true;
        for slot in &self.slots {
            let state = slot.state.load(Acquire);
            let (sequence, end, kind) = unpack(state);
            all &= match kind {
                OPEN => slot
                    .state
                    .swap_if(state, pack(sequence, end, SEALED), SeqCst),
                BUSY => false,
                _ => true,
            };
        }
        all
    }

    /// Frees a segment if every reader is done with it. An OPEN one is taken from its owner, who claims another.
    pub(in crate::sink) fn release(&self, index: usize) -> bool {
        let slot = &self.slots[index];
        let state = slot.state.load(Acquire);
        let (sequence, end, kind) = unpack(state);
        let done = |reader| {
            let cursor = self.memory.word(self.geometry.cursor(index, reader));
            unpack_cursor(cursor.load(Acquire)).0 >= end
        };
        let released = (kind == OPEN || kind == SEALED)
            && (0..self.readers).all(done)
            && slot.state.swap_if(state, pack(sequence, end, FREE), SeqCst);
        if released {
            self.free[index / 64].or(1 << (index % 64));
        }
        released
    }
}
