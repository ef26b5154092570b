//! The caller's side: a line into this thread's segment.
//!
//! # Why segments and not one queue
//!
//! With one head for all threads each line costs a cache line that every core writes: two threads would pay more per event
//! than one. Here a thread claims 32 KiB at a time and then touches memory that is its own: one compare-and-swap on its own
//! segment's state, the copy, two stores. The shared words are the bitmap of free segments, touched once in about a hundred
//! lines, and `parked`, which is only read while lines flow. An idle thread's segment does not wait until it is full: sinks
//! read what is committed in every segment in use, and take back one that is read and idle, so that a thread need not even
//! say that it ends.

use std::cell::Cell;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::time::Instant;

use super::drops::Reason;
use super::level::WARNING;
use super::ring::segments::{Held, Refused};
use super::shared::{ROOM_POLL, Shared};

/// A claimed segment. From the reserve only warnings and errors may use it.
struct Lane {
    held: Held,
    reserved: bool,
}

thread_local! {
    static LANE: Cell<Option<Lane>> = const { Cell::new(None) };
    /// The one before, of another pipeline: a thread may go to and fro between two. With more it claims anew each time.
    static OTHER: Cell<Option<Lane>> = const { Cell::new(None) };
    static THREAD: Cell<u64> = const { Cell::new(0) };
}

/// Has this thread forget its segment; for a forked child, whose parent goes on to use it.
#[cfg(unix)]
pub(super) fn forget() {
    LANE.set(None);
    OTHER.set(None);
}

/// A number that no other thread of this process ever has.
fn thread() -> u64 {
    static THREADS: AtomicU64 = AtomicU64::new(1);
    match THREAD.get() {
        0 => {
            let number = THREADS.fetch_add(1, Relaxed);
            THREAD.set(number);
            number
        }
        number => number,
    }
}

impl Shared {
    /// Takes one line. Taken out of the cell meanwhile, the segment is safe from a signal handler that logs.
    #[inline]
    pub(super) fn push(&self, rank: u8, line: &[u8]) {
        let mut lane = LANE.take();
        if !self.append(&mut lane, rank, line) {
            lane = self.push_slow(lane, rank, line);
        }
        LANE.set(lane);
        self.wake_if_parked();
    }

    #[inline]
    fn append(&self, lane: &mut Option<Lane>, rank: u8, line: &[u8]) -> bool {
        lane.as_mut().is_some_and(|lane| {
            (rank >= WARNING || !lane.reserved)
                && self.segments.append(&mut lane.held, rank, line).is_ok()
        })
    }

    /// The line did not fit this thread's segment, or there is none, or the ring is short of room.
    #[cold]
    fn push_slow(&self, mut lane: Option<Lane>, rank: u8, line: &[u8]) -> Option<Lane> {
        if line.len() > self.longest_line {
            self.losses.add(Reason::Oversize, rank);
            return lane;
        }
        if lane
            .as_ref()
            .is_some_and(|lane| lane.held.ring != self.segments.id())
        {
            lane = OTHER.replace(lane);
            if self.append(&mut lane, rank, line) {
                return lane;
            }
        }
        // A shutdown waits for threads that are between these two, so that none claims a segment after the last look.
        self.entering.fetch_add(1, SeqCst);
        let lane = self.push_entered(lane, rank, line);
        self.entering.fetch_sub(1, SeqCst);
        lane
    }

    fn push_entered(&self, lane: Option<Lane>, rank: u8, line: &[u8]) -> Option<Lane> {
        let lane = self.give_up(lane, rank, line);
        if let Err(kept) = lane {
            return kept;
        }
        let mut until = None;
        let leave = if rank >= WARNING { 0 } else { self.reserve };
        loop {
            if self.closing.load(SeqCst) {
                self.losses.add(Reason::Shutdown, rank);
                return None;
            }
            if let Some(mut held) = self.segments.claim(thread(), leave, None) {
                let free = self.segments.free_count();
                self.wake_if_short(free);
                match self.segments.append(&mut held, rank, line) {
                    Ok(()) => {
                        return Some(Lane {
                            held,
                            reserved: free < self.reserve,
                        });
                    }
                    // Taken back before the first line: only possible if this thread was held up for long.
                    Err(Refused::Lost | Refused::Full) => continue,
                }
            }
            self.wake_if_short(0);
            if self.block.is_zero()
                || !wait_for_room(*until.get_or_insert_with(|| Instant::now() + self.block))
            {
                self.losses.add(Reason::Overflow, rank);
                return None;
            }
        }
    }

    /// Leaves the old segment. `Err` if the line is dealt with: written to it after all, or dropped because the segment is
    /// of the reserve and the reserve is still needed.
    fn give_up(&self, lane: Option<Lane>, rank: u8, line: &[u8]) -> Result<(), Option<Lane>> {
        let Some(mut lane) = lane.filter(|lane| lane.held.ring == self.segments.id()) else {
            return Ok(());
        };
        if lane.reserved && rank < WARNING {
            let short = self.segments.free_count() <= self.reserve;
            if short && self.block.is_zero() {
                self.wake_if_short(0);
                self.losses.add(Reason::Overflow, rank);
                return Err(Some(lane));
            }
            lane.reserved = short;
            if !short && self.segments.append(&mut lane.held, rank, line).is_ok() {
                return Err(Some(lane));
            }
        }
        self.segments.seal(lane.held);
        Ok(())
    }
}

/// Waits a little; false once `until` has come.
fn wait_for_room(until: Instant) -> bool {
    let left = until.saturating_duration_since(Instant::now());
    std::thread::sleep(left.min(ROOM_POLL));
    !left.is_zero()
}
