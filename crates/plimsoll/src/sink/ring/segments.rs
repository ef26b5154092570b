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
//!    compare-and-swap from OPEN with the sequence number and end of a [`Held`]; `claim` (in `claim.rs`) makes one `Held` for a sequence number,
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
use std::sync::atomic::Ordering::{Relaxed, Release, SeqCst};

use super::layout::{Geometry, READERS_MAX, RECORD_HEADER, pack_meta, record_bytes, unpack_meta};
use super::reader::{Reader, Record};
use super::word::{BUSY, FREE, OPEN, Word, pack};

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
    pub(super) index: usize,
    pub(super) sequence: u64,
    pub(super) end: usize,
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
pub(super) struct Slot<W> {
    pub(super) state: W,
    /// Which thread claimed it; lines of one owner keep their order.
    pub(super) owner: W,
}

/// A ring of segments; `id` is unlike any other ring's of this process.
pub(in crate::sink) struct Segments<M: Memory> {
    pub(super) id: u64,
    nonce: u64,
    pub(super) geometry: Geometry,
    pub(super) readers: usize,
    pub(super) memory: M,
    pub(super) slots: Box<[Slot<M::Word>]>,
    /// One bit a segment, set while it is FREE.
    pub(super) free: Box<[M::Word]>,
    pub(super) sequence: M::Word,
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
        let reader = |index| Reader::new(id, index, geometry.segments);
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

    /// What [`Reader::record`] returns.
    pub(super) fn record<'a>(
        &'a self,
        reader: &'a Reader,
        (index, sequence): (usize, u64),
        offset: usize,
    ) -> Option<Record<'a>> {
        let seen = reader.seen.get(index).filter(|_| reader.ring == self.id)?;
        let inside =
            seen.sequence == sequence && seen.done <= offset && offset + RECORD_HEADER <= seen.end;
        if !inside {
            return None;
        }
        let at = self.geometry.base(index) + offset;
        let (len, level) = unpack_meta(self.memory.word(at + 8).load(Relaxed));
        let next = offset + record_bytes(len);
        if next > seen.end {
            return None;
        }
        // SAFETY: between the reader's cursor and an end it loaded (invariants 2 and 3); the borrow holds the cursor.
        let line = unsafe { self.memory.bytes(at + RECORD_HEADER, len) };
        Some(Record { level, line, next })
    }
}

const PAGE: usize = 4096;

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
