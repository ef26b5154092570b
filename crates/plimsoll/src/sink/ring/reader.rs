//! A sink's place in the ring: what it has read, and what it is about to write.
//!
//! `done` and `end` carry the third invariant of `segments.rs`: nothing but this file changes them.

use std::sync::atomic::Ordering::{Relaxed, Release, SeqCst};

use super::layout::{FIRST_RECORD, pack_cursor, unpack_cursor};
use super::segments::{Memory, Segments};
use super::word::{BUSY, FREE, SEALED, Word, unpack};

/// What a reader knows of one segment.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Seen {
    pub(super) sequence: u64,
    pub(super) done: usize,
    taken: usize,
    pub(super) end: usize,
    /// The state at the scan before, to tell an idle segment.
    state: u64,
    /// Whose it is, and the last scan that saw it unsealed: more may have been appended since.
    owner: u64,
    open_at: u64,
}

/// Committed records of one segment that a reader has not read.
#[derive(Debug, Clone, Copy)]
pub(in crate::sink) struct Span {
    pub(in crate::sink) index: usize,
    pub(in crate::sink) sequence: u64,
    pub(in crate::sink) owner: u64,
    pub(in crate::sink) from: usize,
    /// Where they ended at the scan before.
    pub(in crate::sink) known: usize,
    pub(in crate::sink) to: usize,
    /// Its owner came here during the scan, from a segment that was looked at before that: lines may have been missed
    /// there that come before these.
    pub(in crate::sink) ahead: bool,
}

/// One record.
#[derive(Debug, Clone, Copy)]
pub(in crate::sink) struct Record<'a> {
    pub(in crate::sink) level: u8,
    pub(in crate::sink) line: &'a [u8],
    /// Where the next one stands.
    pub(in crate::sink) next: usize,
}

/// One sink's place in the ring.
#[derive(Debug)]
pub(in crate::sink) struct Reader {
    index: usize,
    pub(super) ring: u64,
    pub(super) seen: Box<[Seen]>,
    /// How often it has looked.
    scans: u64,
}

impl Reader {
    pub(super) fn new(ring: u64, index: usize, segments: usize) -> Self {
        let seen = vec![Seen::default(); segments].into_boxed_slice();
        Self {
            index,
            ring,
            seen,
            scans: 0,
        }
    }

    /// The record at `offset`, if it is committed and not yet done in the segment's round `sequence`.
    pub(in crate::sink) fn record<'a, M: Memory>(
        &'a self,
        segments: &'a Segments<M>,
        place: (usize, u64),
        offset: usize,
    ) -> Option<Record<'a>> {
        segments.record(self, place, offset)
    }

    /// Looks at every segment in use. True if a thread was writing a line meanwhile.
    pub(in crate::sink) fn scan<M: Memory>(
        &mut self,
        segments: &Segments<M>,
        spans: &mut Vec<Span>,
    ) -> bool {
        let mut writing = false;
        self.scans += 1;
        let scan = self.scans;
        spans.clear();
        segments.in_use(|index| {
            let slot = &segments.slots[index];
            let state = slot.state.load(SeqCst);
            let (sequence, end, kind) = unpack(state);
            writing |= kind == BUSY;
            if kind == FREE {
                return;
            }
            let seen = &mut self.seen[index];
            if seen.sequence != sequence {
                let cursor = segments
                    .memory
                    .word(segments.geometry.cursor(index, self.index));
                let (done, _) = unpack_cursor(cursor.load(Relaxed));
                *seen = Seen {
                    sequence,
                    done,
                    taken: done,
                    end: FIRST_RECORD,
                    state: 0,
                    owner: slot.owner.load(Relaxed),
                    open_at: 0,
                };
            }
            if kind != SEALED {
                seen.open_at = scan;
            }
            let known = std::mem::replace(&mut seen.end, end);
            if seen.done < end {
                let owner = seen.owner;
                spans.push(Span {
                    index,
                    sequence,
                    owner,
                    from: seen.done,
                    known,
                    to: end,
                    ahead: false,
                });
            }
        });
        for span in spans.iter_mut().filter(|span| span.known == FIRST_RECORD) {
            span.ahead = self.seen.iter().any(|seen| {
                seen.open_at == scan && seen.owner == span.owner && seen.sequence < span.sequence
            });
        }
        writing
    }

    /// Says that a write in flight reaches up to `to`.
    pub(in crate::sink) fn take<M: Memory>(
        &mut self,
        segments: &Segments<M>,
        index: usize,
        to: usize,
    ) {
        let seen = &mut self.seen[index];
        seen.taken = to;
        let cursor = segments
            .memory
            .word(segments.geometry.cursor(index, self.index));
        cursor.store(pack_cursor(seen.done, to), Release);
    }

    /// How far this reader is done, and how far its write in flight reaches, in a segment it has scanned.
    pub(in crate::sink) fn place(&self, index: usize) -> (usize, usize) {
        (self.seen[index].done, self.seen[index].taken)
    }

    /// Moves the cursor over what has been accepted, and frees a segment that its owner has left.
    pub(in crate::sink) fn finish<M: Memory>(
        &mut self,
        segments: &Segments<M>,
        index: usize,
        to: usize,
    ) {
        let seen = &mut self.seen[index];
        let to = to.min(seen.end);
        (seen.done, seen.taken) = (to, to);
        let cursor = segments
            .memory
            .word(segments.geometry.cursor(index, self.index));
        cursor.store(pack_cursor(to, to), Release);
        if unpack(segments.slots[index].state.load(Relaxed)).2 == SEALED {
            segments.release(index);
        }
    }

    /// Frees segments that are read and in which nothing happened since the last call.
    pub(in crate::sink) fn release_idle<M: Memory>(&mut self, segments: &Segments<M>) {
        segments.in_use(|index| {
            let state = segments.slots[index].state.load(Relaxed);
            if std::mem::replace(&mut self.seen[index].state, state) == state {
                segments.release(index);
            }
        });
    }
}
