//! A sink that falls behind must not take the ring from the others.
//!
//! A segment is free only when every sink has read it, so a stopped reader of one sink would fill the ring for all. When room
//! is short, a sink that is up to date goes over the oldest segments that another has not read: warnings and errors are moved
//! together into segments for that sink alone, debug and info are dropped and counted as that sink's own loss. With all sinks
//! behind nothing is moved, and the callers' rule holds: new debug and info lines are dropped, warnings have the reserve.

use super::level::{LEVELS, WARNING};
use super::ring::reader::{Reader, Span};
use super::ring::segments::{Held, Refused};
use super::shared::{Shared, SinkState};

/// Owners of segments that hold what was moved; threads count from 1 and never get there.
const MOVED: u64 = u64::MAX - 64;

/// Makes room if it is short and `caller`, which has read everything, is not the reason.
pub(super) fn relieve(shared: &Shared, caller: usize) {
    let all = shared.segments.geometry().segments;
    if shared.segments.free_count() >= all / 2 {
        return;
    }
    for (sink, state) in shared.sinks.iter().enumerate() {
        // A lock that is taken means that the sink is just at work.
        if sink != caller
            && let Ok(mut reader) = state.reader.try_lock()
            && let Ok(mut kept) = state.kept.try_lock()
        {
            Relief {
                shared,
                state,
                owner: MOVED + sink as u64,
                sink,
                kept: &mut kept,
            }
            .run(&mut reader);
        }
    }
}

struct Relief<'a> {
    shared: &'a Shared,
    state: &'a SinkState,
    owner: u64,
    sink: usize,
    /// The segment that warnings and errors are moved to.
    kept: &'a mut Option<Held>,
}

impl Relief<'_> {
    fn run(mut self, reader: &mut Reader) {
        let segments = &self.shared.segments;
        let all = segments.geometry().segments;
        let mut spans = Vec::new();
        reader.scan(segments, &mut spans);
        if spans.len() < all / 4 {
            return;
        }
        spans.sort_unstable_by_key(|span| span.sequence);
        let moved = spans.iter().filter(|span| span.owner == self.owner).count();
        for span in &spans {
            if segments.free_count() >= all / 2 {
                break;
            }
            // The sink has copied what is in flight and will say itself when it is done with it.
            let (done, taken) = reader.place(span.index);
            if taken > done {
                continue;
            }
            // What was moved once is given up only if it alone takes an eighth of the ring.
            if span.owner != self.owner || moved > all / 8 {
                self.empty(reader, span);
            }
        }
    }

    fn empty(&mut self, reader: &mut Reader, span: &Span) {
        let segments = &self.shared.segments;
        let mut lost = [0_u64; LEVELS];
        let mut offset = span.from;
        while let Some(record) = reader.record(segments, (span.index, span.sequence), offset) {
            offset = record.next;
            if record.level < self.state.least {
                self.state
                    .filtered
                    .fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            } else if record.level < WARNING
                || span.owner == self.owner
                || !self.keep(record.level, record.line)
            {
                lost[usize::from(record.level).min(LEVELS - 1)] += 1;
            }
        }
        // Counted first, as by the sink itself.
        for (level, lost) in lost.into_iter().enumerate().filter(|(_, lost)| *lost > 0) {
            self.state.drops.add(level as u8, lost);
        }
        reader.finish(segments, span.index, span.to);
    }

    fn keep(&mut self, level: u8, line: &[u8]) -> bool {
        let segments = &self.shared.segments;
        if let Some(mut held) = self.kept.take() {
            match segments.append(&mut held, level, line) {
                Ok(()) => {
                    *self.kept = Some(held);
                    return true;
                }
                Err(Refused::Full) => segments.seal(held),
                // The sink has read it and it was taken back.
                Err(Refused::Lost) => {}
            }
        }
        *self.kept = segments.claim(self.owner, 0, Some(self.sink));
        self.kept
            .as_mut()
            .is_some_and(|held| segments.append(held, level, line).is_ok())
    }
}
