//! What a dead ring holds: reads its bytes, whatever they are, and finds the lines that were committed and not written.

use super::order::time;
use super::ring::header::{Header, word_at};
use super::ring::layout::{FIRST_RECORD, RECORD_HEADER, record_bytes, unpack_cursor, unpack_meta};

/// One committed line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rescued<'a> {
    pub(super) level: u8,
    pub(super) line: &'a [u8],
    /// It may have been written, wholly or in part.
    pub(super) in_flight: bool,
    /// Its segment.
    pub(super) index: usize,
    /// Where its record ends in the segment.
    pub(super) next: usize,
}

/// A segment as the crash left it.
struct Segment {
    index: usize,
    sequence: u64,
    owner: u64,
    done: usize,
    taken: usize,
}

/// The lines that some of the sinks `of` had not written, in the order a sink would have written them. A record without its
/// commit word ends its segment, since one thread fills a segment from front to back; other segments do not depend on it.
pub(super) fn rescue<'a>(header: &Header, ring: &'a [u8], of: &[usize]) -> Vec<Rescued<'a>> {
    let mut segments: Vec<Segment> = (0..header.geometry.segments)
        .filter_map(|index| segment(header, ring, of, index))
        .collect();
    segments.sort_unstable_by_key(|segment| (segment.owner, segment.sequence));
    let mut lines = Vec::new();
    let mut owner = None;
    let mut latest = 0;
    for segment in &segments {
        if owner.replace(segment.owner) != Some(segment.owner) {
            latest = 0;
        }
        let mut offset = FIRST_RECORD;
        while let Some((level, line)) = record(header, ring, segment, offset) {
            let next = offset + record_bytes(line.len());
            if offset >= segment.done {
                latest = time(line).unwrap_or(0).max(latest);
                let in_flight = offset < segment.taken;
                lines.push((
                    latest,
                    Rescued {
                        level,
                        line,
                        in_flight,
                        index: segment.index,
                        next,
                    },
                ));
            }
            offset = next;
        }
    }
    lines.sort_by_key(|&(time, _)| time);
    lines.into_iter().map(|(_, line)| line).collect()
}

fn segment(header: &Header, ring: &[u8], of: &[usize], index: usize) -> Option<Segment> {
    let geometry = header.geometry;
    let cursors = || {
        of.iter()
            .filter_map(|&reader| word_at(ring, geometry.cursor(index, reader)))
            .map(unpack_cursor)
    };
    let done = cursors().map(|(done, _)| done).min()?;
    // What one of them has written or was writing may be there already.
    let taken = cursors().map(|(done, taken)| done.max(taken)).max()?;
    let sequence = word_at(ring, geometry.base(index))?;
    let owner = word_at(ring, geometry.owner(index))?;
    (sequence != 0).then_some(Segment {
        index,
        sequence,
        owner,
        done,
        taken,
    })
}

fn record<'a>(
    header: &Header,
    ring: &'a [u8],
    segment: &Segment,
    offset: usize,
) -> Option<(u8, &'a [u8])> {
    let geometry = header.geometry;
    if offset + RECORD_HEADER > geometry.segment_bytes {
        return None;
    }
    let at = geometry.base(segment.index) + offset;
    let commit = geometry.position(segment.sequence, offset) ^ header.nonce;
    if word_at(ring, at)? != commit {
        return None;
    }
    let (len, level) = unpack_meta(word_at(ring, at + 8)?);
    if len > geometry.segment_bytes - offset - RECORD_HEADER {
        return None;
    }
    Some((level, ring.get(at + RECORD_HEADER..)?.get(..len)?))
}
