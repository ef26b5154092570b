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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sink::ring::layout::Geometry;
    use crate::sink::ring::reader::Reader;
    use crate::sink::ring::segments::{Held, Region, Segments};
    use proptest::prelude::*;

    const GEOMETRY: Geometry = Geometry {
        segments: 6,
        segment_bytes: 1024,
    };
    const NONCE: u64 = 0x5eed_5eed_5eed_5eed;

    /// What happens before the crash.
    #[derive(Debug, Clone)]
    enum Step {
        /// A thread logs a line of this length.
        Push(usize, usize),
        /// A sink reads this many lines; they are accepted, or still in flight.
        Read(usize, usize, bool),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let push = (0..3_usize, 16..300_usize).prop_map(|(thread, len)| Step::Push(thread, len));
        let read = (0..2_usize, 1..8_usize, any::<bool>())
            .prop_map(|(sink, lines, done)| Step::Read(sink, lines, done));
        prop::collection::vec(prop_oneof![3 => push, 1 => read], 0..60)
    }

    fn line(thread: usize, number: usize, len: usize) -> Vec<u8> {
        let mut line = format!("{thread} {number} ").into_bytes();
        line.resize(len.max(line.len()), b'.');
        line
    }

    /// Plays the steps. Returns the memory, the lines accepted by the ring in order by thread, and for each sink the lines it
    /// was done with and those it had in flight.
    struct Played {
        memory: Region,
        pushed: Vec<Vec<Vec<u8>>>,
        done: [Vec<Vec<u8>>; 2],
        flying: [Vec<Vec<u8>>; 2],
    }

    fn play(steps: &[Step]) -> Played {
        let mut memory = Region::anonymous(GEOMETRY.total());
        header().write(memory.all_mut());
        let (segments, mut readers) = Segments::new(1, NONCE, GEOMETRY, 2, memory);
        let mut lanes: [Option<Held>; 3] = [None, None, None];
        let mut pushed = vec![Vec::new(); 3];
        let (mut done, mut flying) = ([Vec::new(), Vec::new()], [Vec::new(), Vec::new()]);
        for step in steps {
            match *step {
                Step::Push(thread, len) => {
                    let line = line(thread, pushed[thread].len(), len);
                    if push(&segments, &mut lanes[thread], thread, &line) {
                        pushed[thread].push(line);
                    }
                }
                Step::Read(sink, lines, accepted) => {
                    flying[sink].clear();
                    let read = if accepted {
                        &mut done[sink]
                    } else {
                        &mut flying[sink]
                    };
                    read_some(&segments, &mut readers[sink], lines, accepted, read);
                }
            }
        }
        Played {
            memory: segments.into_memory(),
            pushed,
            done,
            flying,
        }
    }

    fn header() -> Header {
        let sinks = vec!["one".to_owned(), "two".to_owned()];
        Header {
            nonce: NONCE,
            geometry: GEOMETRY,
            created: 0,
            sinks,
        }
    }

    fn push(
        segments: &Segments<Region>,
        lane: &mut Option<Held>,
        thread: usize,
        line: &[u8],
    ) -> bool {
        if lane
            .as_mut()
            .is_some_and(|held| segments.append(held, 2, line).is_ok())
        {
            return true;
        }
        if let Some(held) = lane.take() {
            segments.seal(held);
        }
        *lane = segments.claim(thread as u64, 0, None);
        lane.as_mut()
            .is_some_and(|held| segments.append(held, 2, line).is_ok())
    }

    fn read_some(
        segments: &Segments<Region>,
        reader: &mut Reader,
        mut lines: usize,
        accepted: bool,
        read: &mut Vec<Vec<u8>>,
    ) {
        let mut spans = Vec::new();
        reader.scan(segments, &mut spans);
        spans.sort_by_key(|span| (span.owner, span.sequence));
        for span in spans {
            let mut offset = span.from;
            while let Some(record) = reader
                .record(segments, (span.index, span.sequence), offset)
                .filter(|_| lines > 0)
            {
                read.push(record.line.to_vec());
                offset = record.next;
                lines -= 1;
            }
            // A sink says what it takes of every segment it takes from, and forgets what it had said before.
            reader.take(segments, span.index, offset);
            if accepted {
                reader.finish(segments, span.index, offset);
            }
        }
    }

    proptest! {
        #[test]
        fn exactly_what_a_sink_had_not_written_is_found(steps in steps()) {
            let mut played = play(&steps);
            let memory: &[u8] = played.memory.all_mut();
            let ring = &memory[..GEOMETRY.total()];
            let header = Header::read(ring).unwrap();
            for sink in 0..2 {
                let rescued = rescue(&header, ring, &[sink]);
                for thread in 0..3 {
                    let prefix = format!("{thread} ").into_bytes();
                    let of = |line: &[u8]| line.starts_with(&prefix);
                    let found: Vec<_> = rescued.iter().filter(|line| of(line.line)).map(|line| line.line.to_vec()).collect();
                    let missing: Vec<_> = played.pushed[thread]
                        .iter()
                        .filter(|line| !played.done[sink].contains(line))
                        .cloned()
                        .collect();
                    prop_assert_eq!(found, missing);
                }
                for line in &rescued {
                    prop_assert_eq!(line.in_flight, played.flying[sink].iter().any(|flying| flying == line.line));
                }
            }
            let both: Vec<_> = rescue(&header, ring, &[0, 1]).iter().map(|line| line.line).collect();
            for line in played.pushed.iter().flatten() {
                let needed = played.done.iter().any(|done| !done.contains(line));
                prop_assert_eq!(both.contains(&line.as_slice()), needed);
            }
        }

        #[test]
        fn broken_bytes_are_survived(steps in steps(), breaks in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..40)) {
            let mut played = play(&steps);
            let ring = &mut played.memory.all_mut()[..GEOMETRY.total()];
            for (place, byte) in breaks {
                ring[place.index(ring.len())] = byte;
            }
            if let Some(header) = Header::read(ring) {
                let all: Vec<usize> = (0..header.sinks.len()).collect();
                for line in rescue(&header, ring, &all) {
                    prop_assert!(line.line.len() < GEOMETRY.segment_bytes);
                }
            }
        }
    }
}
