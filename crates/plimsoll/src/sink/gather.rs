//! What a sink takes next: the lines of all threads, in an order that keeps causes before effects.
//!
//! Threads fill segments of their own, so the order between them has to be found. Lines carry the time at which they were
//! made. A sink reads the clock, then looks at the segments, and takes the lines made before that moment, sorted by time: if
//! line A was logged before line B was even made (a task that went from one thread to another), A was committed before the
//! look and has the smaller time, so A is not written after B. Lines made later wait for the next look, and so does a line
//! with a time in the future, but only once: a clock that was set back delays nothing. One thread's lines stay in its order
//! whatever the clock does: if it has gone on to another segment while the look was under way, what stands there waits for
//! the next look, too.

use super::order::time;
use super::ring::reader::{Reader, Span};
use super::ring::segments::{Region, Segments};
use crate::encode::timestamp;

/// One line that is to be written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    time: u64,
    pub(super) index: usize,
    pub(super) sequence: u64,
    pub(super) offset: usize,
}

/// What a look has found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Some line is committed and was left for the next look, or is just being written.
    pub(super) more: bool,
    /// The bytes of the lines found.
    pub(super) bytes: usize,
}

/// The memory of looks, kept to be used again.
#[derive(Debug, Default)]
pub(super) struct Gather {
    spans: Vec<Span>,
    pub(super) candidates: Vec<Candidate>,
}

impl Gather {
    /// Looks at every segment; `candidates` holds what to write, in order.
    pub(super) fn look(&mut self, segments: &Segments<Region>, reader: &mut Reader) -> Found {
        self.candidates.clear();
        let now = time(&timestamp::head()).unwrap_or(u64::MAX);
        let mut found = Found {
            more: reader.scan(segments, &mut self.spans),
            bytes: 0,
        };
        self.spans
            .sort_unstable_by_key(|span| (span.owner, span.sequence));
        let mut owners = 0;
        let mut owner = None;
        let mut latest = 0;
        let mut waits = false;
        for span in &self.spans {
            if owner != Some(span.owner) {
                (owner, latest, waits) = (Some(span.owner), 0, false);
                owners += 1;
            }
            let mut offset = span.from;
            while !waits && offset < span.to {
                let Some(record) = reader.record(segments, (span.index, span.sequence), offset)
                else {
                    break;
                };
                latest = time(record.line).unwrap_or(0).max(latest);
                waits = (latest >= now || span.ahead) && offset >= span.known;
                if waits {
                    break;
                }
                found.bytes += record.line.len();
                let Span {
                    index, sequence, ..
                } = *span;
                self.candidates.push(Candidate {
                    time: latest,
                    index,
                    sequence,
                    offset,
                });
                offset = record.next;
            }
            found.more |= waits;
        }
        if owners > 1 {
            self.candidates.sort_by_key(|candidate| candidate.time);
        }
        found
    }
}
