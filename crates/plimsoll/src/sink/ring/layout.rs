//! Where everything stands in the ring's memory, for the process that writes it and for the one that recovers it.
//!
//! ```text
//! header   magic, version, nonce, segments, segment bytes, creation time, the sinks' names       4,096 bytes
//! segment  sequence, owner, one cursor a sink, records ..                                         segment bytes
//! record   commit word, length and level, the line, padding to eight bytes
//! ```
//! All words are 64 bits in the machine's own order: a ring never leaves the machine that wrote it.

/// Bytes before the first segment.
pub(in crate::sink) const HEADER_BYTES: usize = 4096;
/// Sinks of one ring at most: their cursors fill one cache line of each segment.
pub(in crate::sink) const READERS_MAX: usize = 8;
/// Where the first record of a segment stands.
pub(in crate::sink) const FIRST_RECORD: usize = 128;
/// Commit word, then length and level.
pub(in crate::sink) const RECORD_HEADER: usize = 16;
/// A cursor that is past every end.
pub(in crate::sink) const NEVER: usize = u32::MAX as usize;
const CURSORS: usize = 64;

/// How the memory is divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sink) struct Geometry {
    pub(in crate::sink) segments: usize,
    pub(in crate::sink) segment_bytes: usize,
}

impl Geometry {
    /// Where segment `index` starts; its sequence number is the word that stands there.
    pub(in crate::sink) fn base(self, index: usize) -> usize {
        HEADER_BYTES + index * self.segment_bytes
    }

    /// Where it stands whose lines segment `index` holds: lines of one owner are in order over its segments.
    pub(in crate::sink) fn owner(self, index: usize) -> usize {
        self.base(index) + 8
    }

    /// Where reader `reader`'s cursor for segment `index` stands.
    pub(in crate::sink) fn cursor(self, index: usize, reader: usize) -> usize {
        self.base(index) + CURSORS + 8 * reader
    }

    /// The bytes of header and segments.
    pub(in crate::sink) fn total(self) -> usize {
        self.base(self.segments)
    }

    /// What the commit word of a record says before the nonce is mixed in: unlike any other record's of this ring.
    pub(in crate::sink) fn position(self, sequence: u64, offset: usize) -> u64 {
        sequence
            .wrapping_mul(self.segment_bytes as u64)
            .wrapping_add(offset as u64)
    }

    /// The longest line that fits an empty segment.
    pub(in crate::sink) fn longest_line(self) -> usize {
        self.segment_bytes - FIRST_RECORD - RECORD_HEADER
    }
}

/// The bytes that a line of this length takes in a segment.
pub(in crate::sink) fn record_bytes(len: usize) -> usize {
    RECORD_HEADER + len.next_multiple_of(8)
}

/// A cursor word: how far a reader is done, and how far its write in flight reaches.
pub(in crate::sink) fn pack_cursor(done: usize, taken: usize) -> u64 {
    (done as u64 & 0xffff_ffff) | ((taken as u64) << 32)
}

/// The inverse of [`pack_cursor`].
pub(in crate::sink) fn unpack_cursor(word: u64) -> (usize, usize) {
    ((word & 0xffff_ffff) as usize, (word >> 32) as usize)
}

/// A record's second word.
pub(in crate::sink) fn pack_meta(len: usize, level: u8) -> u64 {
    (len as u64 & 0xffff_ffff) | (u64::from(level) << 32)
}

/// The inverse of [`pack_meta`].
pub(in crate::sink) fn unpack_meta(word: u64) -> (usize, u8) {
    ((word & 0xffff_ffff) as usize, (word >> 32) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_and_lengths_come_back() {
        assert_eq!(unpack_cursor(pack_cursor(128, 32_768)), (128, 32_768));
        assert_eq!(unpack_cursor(pack_cursor(NEVER, NEVER)), (NEVER, NEVER));
        assert_eq!(unpack_meta(pack_meta(16_384, 4)), (16_384, 4));
        assert_eq!(record_bytes(1), 24);
        assert_eq!(record_bytes(8), 24);
    }

    #[test]
    fn no_two_records_share_a_position() {
        let geometry = Geometry {
            segments: 2,
            segment_bytes: 1024,
        };
        assert_eq!(geometry.position(1, 1024), geometry.position(2, 0));
        assert_ne!(
            geometry.position(1, 1016),
            geometry.position(2, FIRST_RECORD)
        );
        assert_eq!(geometry.total(), HEADER_BYTES + 2048);
    }
}
