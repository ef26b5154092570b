//! The ring's first 4,096 bytes: what a recovery needs to know, and nothing that changes while the ring lives.

use super::layout::{Geometry, HEADER_BYTES, READERS_MAX};

const MAGIC: &[u8; 8] = b"PLIMSOLL";
const VERSION: u64 = 1;
const NAMES: usize = 512;
const NAME_BYTES: usize = 128;

/// What the header says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::sink) struct Header {
    pub(in crate::sink) nonce: u64,
    pub(in crate::sink) geometry: Geometry,
    /// Microseconds since 1970.
    pub(in crate::sink) created: u64,
    /// The sinks' names, each cut at 127 bytes, in the order of their cursors.
    pub(in crate::sink) sinks: Vec<String>,
}

impl Header {
    /// Writes the header over the start of the memory, which must be zero and have room for it.
    pub(in crate::sink) fn write(&self, memory: &mut [u8]) {
        let Some(memory) = memory.get_mut(..HEADER_BYTES) else {
            return;
        };
        let words = [
            VERSION,
            self.nonce,
            self.geometry.segments as u64,
            self.geometry.segment_bytes as u64,
            self.created,
            self.sinks.len() as u64,
        ];
        for (place, word) in memory[8..].chunks_exact_mut(8).zip(words) {
            place.copy_from_slice(&word.to_ne_bytes());
        }
        let places = memory[NAMES..].chunks_exact_mut(NAME_BYTES);
        for (place, name) in places.zip(&self.sinks).take(READERS_MAX) {
            let name = cut(name);
            place[0] = name.len() as u8;
            place[1..=name.len()].copy_from_slice(name.as_bytes());
        }
        memory[..8].copy_from_slice(MAGIC);
    }

    /// Reads a header back; nothing unless it is a whole ring that this version understands.
    pub(in crate::sink) fn read(memory: &[u8]) -> Option<Self> {
        let header = memory
            .get(..HEADER_BYTES)
            .filter(|header| header.starts_with(MAGIC))?;
        let word = |number: usize| word_at(header, number * 8);
        let geometry = Geometry {
            segments: usize::try_from(word(3)?).ok()?,
            segment_bytes: usize::try_from(word(4)?).ok()?,
        };
        let sinks = usize::try_from(word(6)?).ok()?;
        let sound = word(1)? == VERSION
            && (1..=READERS_MAX).contains(&sinks)
            && (1024..1 << 24).contains(&geometry.segment_bytes)
            && geometry.segment_bytes.is_multiple_of(8)
            && geometry.segments.checked_mul(geometry.segment_bytes)?
                == memory.len() - HEADER_BYTES;
        let name = |place: &[u8]| {
            let name = place.get(1..=usize::from(place[0])).unwrap_or_default();
            String::from_utf8_lossy(name).into_owned()
        };
        sound.then_some(Self {
            nonce: word(2)?,
            geometry,
            created: word(5)?,
            sinks: header[NAMES..]
                .chunks_exact(NAME_BYTES)
                .take(sinks)
                .map(name)
                .collect(),
        })
    }
}

/// A sink's name as the header keeps it.
pub(in crate::sink) fn cut(name: &str) -> &str {
    &name[..name.floor_char_boundary(NAME_BYTES - 1)]
}

/// The word at byte `at`.
pub(in crate::sink) fn word_at(memory: &[u8], at: usize) -> Option<u64> {
    let bytes = memory.get(at..)?.first_chunk()?;
    Some(u64::from_ne_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_comes_back() {
        let geometry = Geometry {
            segments: 2,
            segment_bytes: 2048,
        };
        let header = Header {
            nonce: 7,
            geometry,
            created: 11,
            sinks: vec!["stdout".to_owned(), "é".repeat(100)],
        };
        let mut memory = vec![0; geometry.total()];
        header.write(&mut memory);
        let read = Header::read(&memory).unwrap();
        assert_eq!(read.sinks[0], "stdout");
        assert_eq!(read.sinks[1], cut(&header.sinks[1]));
        assert_eq!((read.nonce, read.geometry, read.created), (7, geometry, 11));
        assert_eq!(Header::read(&memory[..memory.len() - 1]), None);
        memory[8] ^= 1;
        assert_eq!(Header::read(&memory), None);
    }
}
