//! What the callers' threads and the sinks' threads share, and how a parked sink is woken.
//!
//! A sink that finds nothing looks again every [`POLL`] while lines flow. After [`QUIET`] it says so in `parked`, looks once
//! more, and parks. A line is committed before `parked` is read, and `parked` is written before the last look; all four are
//! sequentially consistent, so that either the look finds the line or the line finds the sink parked. The first caller that
//! does wakes one sink, and that one wakes the others: a line after silence pays one system call, every other none.

use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize};
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::Thread;
use std::time::{Duration, Instant};

use super::builder::Profile;
use super::drops::{Drops, Losses};
use super::level::least;
use super::report::{Counts, SinkCounts};
use super::ring::open::Ring;
use super::ring::reader::Reader;
use super::ring::segments::{Held, Region, Segments};
use super::{LINE_MAX, RingOptions};

/// How often a sink looks while lines flow: well within the 10 ms in which a line is to reach it.
pub(super) const POLL: Duration = Duration::from_millis(2);
/// After this long without a line a sink parks.
pub(super) const QUIET: Duration = Duration::from_millis(50);
/// How often a caller that may wait looks for room.
pub(super) const ROOM_POLL: Duration = Duration::from_micros(200);

/// One pipeline's state.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) segments: Segments<Region>,
    #[cfg(target_os = "linux")]
    pub(super) file: Option<super::ring::file::RingFile>,
    pub(super) not_durable: Option<String>,
    pub(super) longest_line: usize,
    /// Segments that only warnings and errors may claim.
    pub(super) reserve: usize,
    pub(super) block: Duration,
    /// Rendered fields that every line of Plimsoll's own ends with.
    pub(super) fields: Vec<u8>,
    pub(super) losses: Losses,
    pub(super) sinks: Vec<SinkState>,
    /// Callers that may be about to claim a segment.
    pub(super) entering: AtomicUsize,
    /// No more lines are taken.
    pub(super) closing: AtomicBool,
    /// Every segment has been sealed: what is there now is all there will be.
    pub(super) sealed: AtomicBool,
    /// When the sinks are to give up, once closing.
    pub(super) give_up: Mutex<Option<Instant>>,
    pub(super) finished: Mutex<usize>,
    pub(super) finish: Condvar,
    pub(super) published: super::figures::Published,
    parked: Parked,
}

/// Read by every caller and seldom written: on a cache line of its own.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Parked {
    /// One bit a sink that is parked or about to.
    sinks: AtomicU32,
    /// Sinks that a sink which was woken is to wake.
    next: AtomicU32,
    /// A sink has been told that room is short and has not looked since.
    short: AtomicBool,
}

/// One sink, as seen from outside its thread.
#[derive(Debug)]
pub(super) struct SinkState {
    pub(super) name: String,
    pub(super) least: u8,
    pub(super) reader: Mutex<Reader>,
    pub(super) thread: OnceLock<Thread>,
    pub(super) written: AtomicU64,
    pub(super) filtered: AtomicU64,
    pub(super) recovered: AtomicU64,
    pub(super) errors: AtomicU64,
    pub(super) drops: Drops,
    /// The segment to which another sink moves this one's warnings and errors; locked only with `reader`.
    pub(super) kept: Mutex<Option<Held>>,
    /// Lines of an earlier process that this sink has still to write; a ring that it has not looked at counts as one.
    pub(super) backlog: AtomicU64,
}

impl SinkState {
    pub(super) fn reader(&self) -> MutexGuard<'_, Reader> {
        self.reader.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    pub(super) fn new(ring: Ring, sinks: &[Profile], options: &RingOptions) -> Self {
        let segments = ring.segments.geometry().segments;
        let percent = usize::from(options.reserve_percent.min(90));
        let sink = |(sink, reader): (&Profile, Reader)| SinkState {
            name: sink.name.clone(),
            least: least(sink.level),
            reader: Mutex::new(reader),
            thread: OnceLock::new(),
            written: AtomicU64::new(0),
            filtered: AtomicU64::new(0),
            recovered: AtomicU64::new(0),
            errors: AtomicU64::new(0),
            drops: Drops::new(format!("{}_behind", sink.name)),
            kept: Mutex::new(None),
            backlog: AtomicU64::new(0),
        };
        Self {
            longest_line: ring.segments.geometry().longest_line().min(LINE_MAX),
            segments: ring.segments,
            #[cfg(target_os = "linux")]
            file: ring.file,
            not_durable: ring.not_durable,
            reserve: (segments * percent / 100).min(segments - 1),
            block: options.block,
            fields: options.fields.clone(),
            losses: Losses::new(),
            sinks: sinks.iter().zip(ring.readers).map(sink).collect(),
            entering: AtomicUsize::new(0),
            closing: AtomicBool::new(false),
            sealed: AtomicBool::new(false),
            give_up: Mutex::new(None),
            finished: Mutex::new(0),
            finish: Condvar::new(),
            published: super::figures::Published::default(),
            parked: Parked::default(),
        }
    }

    /// Called after a line is committed.
    #[inline]
    pub(super) fn wake_if_parked(&self) {
        if self.parked.sinks.load(SeqCst) != 0 {
            self.wake();
        }
    }

    /// Wakes one parked sink and leaves the others to it.
    #[cold]
    pub(super) fn wake(&self) {
        let parked = self.parked.sinks.swap(0, SeqCst);
        self.parked
            .next
            .fetch_or(parked & parked.wrapping_sub(1), SeqCst);
        self.unpark(parked.trailing_zeros() as usize);
    }

    /// A woken sink's duty to the others.
    pub(super) fn wake_next(&self) {
        let mut next = self.parked.next.swap(0, SeqCst);
        while next != 0 {
            self.unpark(next.trailing_zeros() as usize);
            next &= next - 1;
        }
    }

    /// Wakes every sink, parked or waiting for its next look or its next attempt.
    pub(super) fn wake_all(&self) {
        self.parked.sinks.store(0, SeqCst);
        for sink in 0..self.sinks.len() {
            self.unpark(sink);
        }
    }

    fn unpark(&self, sink: usize) {
        if let Some(thread) = self.sinks.get(sink).and_then(|sink| sink.thread.get()) {
            thread.unpark();
        }
    }

    /// Has the sinks look at once if less than half of the ring is free.
    pub(super) fn wake_if_short(&self, free: usize) {
        let short = free < self.segments.geometry().segments / 2;
        if short && !self.parked.short.swap(true, Relaxed) {
            self.wake_all();
        }
    }

    /// A sink is about to look.
    pub(super) fn looking(&self) {
        if self.parked.short.load(Relaxed) {
            self.parked.short.store(false, Relaxed);
        }
    }

    /// Announces that a sink is about to park; it must look once more before it does.
    pub(super) fn announce(&self, sink: usize) {
        self.parked.sinks.fetch_or(1 << sink, SeqCst);
    }

    /// The sink has found something after all, or was woken.
    pub(super) fn withdraw(&self, sink: usize) {
        self.parked.sinks.fetch_and(!(1 << sink), SeqCst);
    }

    /// Whether the sinks are to stop trying.
    pub(super) fn past_give_up(&self) -> bool {
        self.closing.load(SeqCst)
            && self
                .give_up
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .is_some_and(|deadline| Instant::now() >= deadline)
    }

    pub(super) fn counts(&self) -> Counts {
        let sink = |sink: &SinkState| SinkCounts {
            name: sink.name.clone(),
            written: sink.written.load(SeqCst),
            filtered: sink.filtered.load(SeqCst),
            dropped: sink.drops.counts(),
            recovered: sink.recovered.load(SeqCst),
            errors: sink.errors.load(SeqCst),
        };
        Counts {
            dropped: self.losses.counts(),
            sinks: self.sinks.iter().map(sink).collect(),
        }
    }
}
