//! The recovery's own files, which are private to the library.

#[path = "../../../crates/plimsoll/src/sink/mark.rs"]
pub mod mark;
#[path = "../../../crates/plimsoll/src/sink/order.rs"]
pub mod order;
#[path = "../../../crates/plimsoll/src/sink/rescue.rs"]
pub mod rescue;
pub mod ring;

/// Writes the lines of each segment as a process would have, then breaks some bytes and recovers.
pub fn check(input: &super::Input<'_>) {
    use layout::{FIRST_RECORD, Geometry, RECORD_HEADER, pack_cursor, pack_meta, record_bytes};
    use ring::{header::Header, layout};

    let geometry = Geometry {
        segments: 4,
        segment_bytes: 1024,
    };
    let header = Header {
        nonce: input.nonce,
        geometry,
        created: 1,
        sinks: vec!["a".into(), "b".into()],
    };
    let mut memory = vec![0; geometry.total()];
    header.write(&mut memory);
    let mut lines = 0;
    for (index, written) in input.segments.iter().enumerate().take(geometry.segments) {
        let mut put =
            |at: usize, word: u64| memory[at..at + 8].copy_from_slice(&word.to_ne_bytes());
        let sequence = index as u64 + 1;
        put(geometry.base(index), sequence);
        put(geometry.owner(index), 1 + sequence % 2);
        for sink in 0..2 {
            put(
                geometry.cursor(index, sink),
                pack_cursor(FIRST_RECORD, FIRST_RECORD),
            );
        }
        let mut offset = FIRST_RECORD;
        for (level, line) in written {
            let next = offset + record_bytes(line.len());
            if next > geometry.segment_bytes {
                break;
            }
            let at = geometry.base(index) + offset;
            memory[at + RECORD_HEADER..][..line.len()].copy_from_slice(line);
            let mut put =
                |at: usize, word: u64| memory[at..at + 8].copy_from_slice(&word.to_ne_bytes());
            put(at + 8, pack_meta(line.len(), *level));
            put(at, geometry.position(sequence, offset) ^ header.nonce);
            (offset, lines) = (next, lines + 1);
        }
    }
    for &(place, byte) in &input.breaks {
        let len = memory.len();
        memory[place as usize % len] = byte;
    }
    let Some(read) = Header::read(&memory) else {
        assert!(!input.breaks.is_empty(), "a whole header is read");
        return;
    };
    let all: Vec<usize> = (0..read.sinks.len()).collect();
    let rescued = rescue::rescue(&read, &memory, &all);
    assert!(
        !input.breaks.is_empty() || rescued.len() == lines,
        "every line of a whole ring is found"
    );
    for line in rescued {
        if let Some(marked) = mark::mark(line.line, mark::Mark::Recovered) {
            assert!(!marked.contains(&b'\n'));
            assert!(
                serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(&marked)
                    .is_ok()
            );
        }
    }
}
