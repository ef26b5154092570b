//! Looking at segments without touching their records.

use std::sync::atomic::Ordering::{Acquire, SeqCst};

use super::layout::unpack_cursor;
use super::segments::{Memory, Segments};
use super::word::{FREE, Word, unpack};

impl<M: Memory> Segments<M> {
    /// Calls `each` with the index of every segment that is not free.
    pub(super) fn in_use(&self, mut each: impl FnMut(usize)) {
        for (number, word) in self.free.iter().enumerate() {
            let mut used = !word.load(SeqCst);
            while used != 0 {
                let index = number * 64 + used.trailing_zeros() as usize;
                if index < self.slots.len() {
                    each(index);
                }
                used &= used - 1;
            }
        }
    }

    /// Whether some reader has still to read up to where these segments ended; see [`Segments::ends`].
    pub(in crate::sink) fn unread(&self, ends: &[(usize, u64, usize)]) -> bool {
        ends.iter().any(|&(index, sequence, end)| {
            let behind = |reader| {
                let cursor = self.memory.word(self.geometry.cursor(index, reader));
                unpack_cursor(cursor.load(Acquire)).0 < end
            };
            let still = || {
                let (now, _, kind) = unpack(self.slots[index].state.load(Acquire));
                now == sequence && kind != FREE
            };
            still() && (0..self.readers).any(behind) && still()
        })
    }

    /// Index, sequence number and end of every segment in use.
    pub(in crate::sink) fn ends(&self) -> Vec<(usize, u64, usize)> {
        let mut ends = Vec::new();
        self.in_use(|index| {
            let (sequence, end, kind) = unpack(self.slots[index].state.load(Acquire));
            if kind != FREE {
                ends.push((index, sequence, end));
            }
        });
        ends
    }
}

impl<M: Memory + std::fmt::Debug> std::fmt::Debug for Segments<M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Segments")
            .field("id", &self.id)
            .field("geometry", &self.geometry)
            .field("memory", &self.memory)
            .finish_non_exhaustive()
    }
}
