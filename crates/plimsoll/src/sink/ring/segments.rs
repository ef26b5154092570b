//! The commit protocol: segments of memory that threads fill and sinks empty. All of the ring's `unsafe` is here.
//!
//! A segment is, at any moment, in one state, held in one atomic word of this process together with its sequence number
//! (new at each claim) and the end of its records:
//!
//! ```text
//!            claim               append                committed
//!   FREE ------------> OPEN ------------> BUSY ------------> OPEN (longer)
//!    ^                  |   only by the thread that claimed it
//!    |      seal        v
//!    +--- release --- SEALED          (an idle OPEN one is released the same way)
//! ```
//!
//! # Invariants, on which every `unsafe` block below rests
//!
//! 1. *One writer.* A segment's bytes from its end on are written only while it is BUSY. It becomes BUSY only by a
//!    compare-and-swap from OPEN with the sequence number and end of a [`Held`]; `claim` makes one `Held` for a sequence number,
//!    `append` takes it by `&mut`, and it is not `Clone`.
//! 2. *No writer behind the end.* Bytes between a segment's start and its end are written by nobody until the segment has
//!    been FREE and is claimed again.
//! 3. *Readers hold a segment.* It becomes FREE only by a compare-and-swap from the very state (sequence number and end) for
//!    which every reader's cursor was seen at the end. A [`Reader`] reads only between its own cursor and an end that it
//!    loaded with Acquire, only it moves that cursor, and moving it takes `&mut` while what it reads borrows it.
//! 4. *In bounds.* Offsets come from the geometry and from ends that `append` checked; [`Region`] checks every one again.
//!
//! The model in `model.rs` runs this very code over a plain buffer under every interleaving that loom can make.

#![allow(unsafe_code)]

use std::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error};
use std::ptr::NonNull;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{self, Acquire, Relaxed, Release, SeqCst};

use super::layout::{
    FIRST_RECORD, Geometry, NEVER, READERS_MAX, RECORD_HEADER, pack_cursor, pack_meta,
    record_bytes, unpack_cursor, unpack_meta,
};

const FREE: u64 = 0;
const OPEN: u64 = 1;
const BUSY: u64 = 2;
const SEALED: u64 = 3;
const END_MASK: u64 = (1 << 24) - 1;
const PAGE: usize = 4096;

fn pack(sequence: u64, end: usize, kind: u64) -> u64 {
    (sequence << 26) | ((end as u64 & END_MASK) << 2) | kind
}

fn unpack(state: u64) -> (u64, usize, u64) {
    (state >> 26, (state >> 2 & END_MASK) as usize, state & 3)
}

/// An atomic word; a trait so that the model can put loom's in its place.
pub(in crate::sink) trait Word: Send + Sync {
    fn new(value: u64) -> Self;
    fn load(&self, order: Ordering) -> u64;
    fn store(&self, value: u64, order: Ordering);
    fn swap_if(&self, current: u64, new: u64, success: Ordering) -> bool;
    fn add(&self, value: u64) -> u64;
    fn or(&self, value: u64);
}

impl Word for AtomicU64 {
    fn new(value: u64) -> Self {
        Self::new(value)
    }
    fn load(&self, order: Ordering) -> u64 {
        self.load(order)
    }
    fn store(&self, value: u64, order: Ordering) {
        self.store(value, order);
    }
    fn swap_if(&self, current: u64, new: u64, success: Ordering) -> bool {
        self.compare_exchange(current, new, success, Relaxed)
            .is_ok()
    }
    fn add(&self, value: u64) -> u64 {
        self.fetch_add(value, Relaxed)
    }
    fn or(&self, value: u64) {
        self.fetch_or(value, SeqCst);
    }
}

/// The memory under the segments.
///
/// # Safety
/// `write` and `bytes` touch exactly the range named, and `word` the eight bytes named.
pub(in crate::sink) unsafe trait Memory: Send + Sync {
    type Word: Word;
    /// The word at byte `at`, a multiple of eight.
    fn word(&self, at: usize) -> &Self::Word;
    /// # Safety
    /// Nobody else reads or writes the range meanwhile.
    unsafe fn write(&self, at: usize, bytes: &[u8]);
    /// # Safety
    /// Nobody writes the range while the result lives.
    unsafe fn bytes(&self, at: usize, len: usize) -> &[u8];
}

/// The right to append to one segment. Void once the segment is sealed or released.
#[derive(Debug)]
pub(in crate::sink) struct Held {
    pub(in crate::sink) ring: u64,
    index: usize,
    sequence: u64,
    end: usize,
}

/// Why a line was not appended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sink) enum Refused {
    /// The segment has no room left for it.
    Full,
    /// The segment was taken away while it was idle, or is of another ring.
    Lost,
}

#[repr(align(128))]
struct Slot<W> {
    state: W,
    /// Which thread claimed it; lines of one owner keep their order.
    owner: W,
}

/// A ring of segments; `id` is unlike any other ring's of this process.
pub(in crate::sink) struct Segments<M: Memory> {
    id: u64,
    nonce: u64,
    geometry: Geometry,
    readers: usize,
    memory: M,
    slots: Box<[Slot<M::Word>]>,
    /// One bit a segment, set while it is FREE.
    free: Box<[M::Word]>,
    sequence: M::Word,
}

impl<M: Memory> Segments<M> {
    /// A ring and a reader for each of its sinks.
    pub(in crate::sink) fn new(
        id: u64,
        nonce: u64,
        geometry: Geometry,
        readers: usize,
        memory: M,
    ) -> (Self, Vec<Reader>) {
        let readers = readers.min(READERS_MAX);
        let words = geometry.segments.div_ceil(64);
        let bits = |word: usize| match geometry.segments - word * 64 {
            count @ 0..64 => (1 << count) - 1,
            _ => u64::MAX,
        };
        let slot = |_| Slot {
            state: M::Word::new(pack(0, 0, FREE)),
            owner: M::Word::new(0),
        };
        let segments = Self {
            id,
            nonce,
            geometry,
            readers,
            memory,
            slots: (0..geometry.segments).map(slot).collect(),
            free: (0..words).map(|word| M::Word::new(bits(word))).collect(),
            sequence: M::Word::new(1),
        };
        let reader = |index| Reader {
            index,
            ring: id,
            seen: vec![Seen::default(); geometry.segments].into_boxed_slice(),
        };
        (segments, (0..readers).map(reader).collect())
    }

    pub(in crate::sink) fn id(&self) -> u64 {
        self.id
    }

    pub(in crate::sink) fn geometry(&self) -> Geometry {
        self.geometry
    }

    #[cfg(test)]
    pub(in crate::sink) fn memory(&self) -> &M {
        &self.memory
    }

    /// What a crash would leave.
    #[cfg(test)]
    pub(in crate::sink) fn into_memory(self) -> M {
        self.memory
    }

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

    /// Writes one line and commits it. Does not allocate, wait or call the system.
    #[inline]
    pub(in crate::sink) fn append(
        &self,
        held: &mut Held,
        level: u8,
        line: &[u8],
    ) -> Result<(), Refused> {
        let end = held.end + record_bytes(line.len());
        if end > self.geometry.segment_bytes {
            return Err(Refused::Full);
        }
        let Some(slot) = self.slots.get(held.index).filter(|_| held.ring == self.id) else {
            return Err(Refused::Lost);
        };
        let open = pack(held.sequence, held.end, OPEN);
        // SeqCst: also orders the caller's later look for parked sinks after the moment from which sinks see BUSY.
        if !slot
            .state
            .swap_if(open, pack(held.sequence, held.end, BUSY), SeqCst)
        {
            return Err(Refused::Lost);
        }
        let at = self.geometry.base(held.index) + held.end;
        // SAFETY: the segment is BUSY by our swap (invariant 1), and `end` is inside it.
        unsafe { self.memory.write(at + RECORD_HEADER, line) };
        self.memory
            .word(at + 8)
            .store(pack_meta(line.len(), level), Relaxed);
        let commit = self.geometry.position(held.sequence, held.end) ^ self.nonce;
        self.memory.word(at).store(commit, Release);
        slot.state.store(pack(held.sequence, end, OPEN), Release);
        held.end = end;
        Ok(())
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

    /// Calls `each` with the index of every segment that is not free.
    fn in_use(&self, mut each: impl FnMut(usize)) {
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

/// What a reader knows of one segment.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    sequence: u64,
    done: usize,
    taken: usize,
    end: usize,
    /// The state at the scan before, to tell an idle segment.
    state: u64,
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
    ring: u64,
    seen: Box<[Seen]>,
}

impl Reader {
    /// Looks at every segment in use. True if a thread was writing a line meanwhile.
    pub(in crate::sink) fn scan<M: Memory>(
        &mut self,
        segments: &Segments<M>,
        spans: &mut Vec<Span>,
    ) -> bool {
        let mut writing = false;
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
                };
            }
            let known = std::mem::replace(&mut seen.end, end);
            if seen.done < end {
                let owner = slot.owner.load(Relaxed);
                spans.push(Span {
                    index,
                    sequence,
                    owner,
                    from: seen.done,
                    known,
                    to: end,
                });
            }
        });
        writing
    }

    /// The record at `offset`, if it is committed and not yet done in the segment's round `sequence`.
    pub(in crate::sink) fn record<'a, M: Memory>(
        &'a self,
        segments: &'a Segments<M>,
        (index, sequence): (usize, u64),
        offset: usize,
    ) -> Option<Record<'a>> {
        let seen = self.seen.get(index).filter(|_| self.ring == segments.id)?;
        let inside =
            seen.sequence == sequence && seen.done <= offset && offset + RECORD_HEADER <= seen.end;
        if !inside {
            return None;
        }
        let at = segments.geometry.base(index) + offset;
        let (len, level) = unpack_meta(segments.memory.word(at + 8).load(Relaxed));
        let next = offset + record_bytes(len);
        if next > seen.end {
            return None;
        }
        // SAFETY: between this reader's cursor and an end it loaded (invariants 2 and 3); the borrow holds the cursor.
        let line = unsafe { segments.memory.bytes(at + RECORD_HEADER, len) };
        Some(Record { level, line, next })
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

/// A block of memory: a file's pages, or the process's own.
#[derive(Debug)]
pub(in crate::sink) struct Region {
    base: NonNull<u8>,
    len: usize,
    mapped: bool,
}

// SAFETY: the memory belongs to the region until it is dropped, and every access goes through `Memory`'s contract.
unsafe impl Send for Region {}
// SAFETY: as above; words are atomic, and bytes are guarded by the protocol.
unsafe impl Sync for Region {}

impl Region {
    /// The process's own memory, zeroed.
    pub(in crate::sink) fn anonymous(len: usize) -> Self {
        let len = len.next_multiple_of(PAGE);
        let Ok(layout) = Layout::from_size_align(len.max(PAGE), PAGE) else {
            handle_alloc_error(Layout::new::<u8>())
        };
        // SAFETY: the layout is not empty.
        let base = unsafe { alloc_zeroed(layout) };
        let Some(base) = NonNull::new(base) else {
            handle_alloc_error(layout)
        };
        Self {
            base,
            len: layout.size(),
            mapped: false,
        }
    }

    /// A file's pages, all of them there from the start, shared with whoever reads the file later. The file must already
    /// have `len` bytes, and must keep them: a page that is gone is a SIGBUS.
    ///
    /// # Errors
    /// What mmap(2) says.
    #[cfg(target_os = "linux")]
    pub(in crate::sink) fn file(file: &std::fs::File, len: usize) -> std::io::Result<Self> {
        use rustix::mm::{MapFlags, ProtFlags, mmap};
        let access = ProtFlags::READ | ProtFlags::WRITE;
        let flags = MapFlags::SHARED | MapFlags::POPULATE;
        // SAFETY: no address is asked for, so that nothing already mapped is touched.
        let base = unsafe { mmap(std::ptr::null_mut(), len, access, flags, file, 0) }?;
        let base = NonNull::new(base.cast()).ok_or(std::io::ErrorKind::OutOfMemory)?;
        Ok(Self {
            base,
            len,
            mapped: true,
        })
    }

    /// Everything, while nobody else has the region.
    pub(in crate::sink) fn all_mut(&mut self) -> &mut [u8] {
        // SAFETY: the region is borrowed mutably, and is initialised memory of this length.
        unsafe { std::slice::from_raw_parts_mut(self.base.as_ptr(), self.len) }
    }

    fn at(&self, at: usize, len: usize) -> *mut u8 {
        assert!(at <= self.len && len <= self.len - at, "outside the ring");
        // SAFETY: just checked to be inside the one allocation.
        unsafe { self.base.as_ptr().add(at) }
    }
}

// SAFETY: each function touches what `at` has checked, and nothing else.
unsafe impl Memory for Region {
    type Word = AtomicU64;

    #[inline]
    fn word(&self, at: usize) -> &AtomicU64 {
        assert!(at.is_multiple_of(8), "not a word of the ring");
        // SAFETY: in bounds and aligned (the base is page-aligned), and words are only accessed atomically while shared.
        unsafe { AtomicU64::from_ptr(self.at(at, 8).cast()) }
    }

    #[inline]
    unsafe fn write(&self, at: usize, bytes: &[u8]) {
        // SAFETY: in bounds; the caller is alone in the range, so that `bytes` is not part of it either.
        unsafe {
            self.at(at, bytes.len())
                .copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
        }
    }

    #[inline]
    unsafe fn bytes(&self, at: usize, len: usize) -> &[u8] {
        // SAFETY: in bounds and initialised; the caller says that nobody writes it meanwhile.
        unsafe { std::slice::from_raw_parts(self.at(at, len), len) }
    }
}

impl Drop for Region {
    fn drop(&mut self) {
        if self.mapped {
            // SAFETY: mapped by `file` with this length; nothing borrowed from the region outlives it.
            #[cfg(target_os = "linux")]
            let _ = unsafe { rustix::mm::munmap(self.base.as_ptr().cast(), self.len) };
        } else if let Ok(layout) = Layout::from_size_align(self.len, PAGE) {
            // SAFETY: allocated by `anonymous` with this layout.
            unsafe { dealloc(self.base.as_ptr(), layout) };
        }
    }
}

/// Has `in_child` called in every process forked from this one, by the thread that forked, before fork(2) returns there.
#[cfg(unix)]
pub(in crate::sink) fn at_fork(in_child: extern "C" fn()) {
    // SAFETY: the function is `'static`; what it may do is its author's affair (see `fork.rs`).
    let _ = unsafe { libc::pthread_atfork(None, None, Some(in_child)) };
}

/// Closes a descriptor in a forked child, where the parent's owner of it is never dropped.
#[cfg(unix)]
pub(in crate::sink) fn close(descriptor: i32) {
    // SAFETY: close(2) touches no memory; `fork.rs` sees to it that the owner in this process lets the number go.
    let _ = unsafe { libc::close(descriptor) };
}
