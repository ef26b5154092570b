//! Sixteen bytes at once, for the screen; `is_loud` and `is_gap` say what the vector code means, and a test holds it to
//! them.

use wide::u8x16;

/// Bytes looked at together.
pub(super) const LANES: usize = 16;

/// Whether a byte is a digit or a mark that a secret, a pair, an address or a number needs: `!"#$%&'()*+`,
/// `0-9:;<=>?@`, `` \^`|~ ``.
#[cfg(test)]
const fn is_loud(byte: u8) -> bool {
    matches!(byte, 0x21..=0x2b | 0x30..=0x40 | b'\\' | b'^' | b'`' | b'|' | b'~')
}

/// Whether a byte ends a word that is otherwise letters.
#[cfg(test)]
const fn is_gap(byte: u8) -> bool {
    matches!(byte, 0..=b' ' | b',' | b'/')
}

/// What sixteen bytes hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Look {
    /// Whether any byte is loud.
    pub(super) loud: bool,
    /// A bit for each byte that is a gap.
    pub(super) gaps: u32,
    /// A bit for each dash.
    pub(super) dashes: u32,
}

impl Look {
    /// Of the last so many bytes only, as if a gap came after them.
    #[inline]
    pub(super) fn tail(self, bytes: usize) -> Self {
        let seen = LANES - bytes;
        Self {
            loud: self.loud,
            gaps: (self.gaps >> seen) | ((0xffff << bytes) & 0xffff),
            dashes: self.dashes >> seen,
        }
    }
}

#[inline]
pub(super) fn look(bytes: [u8; LANES]) -> Look {
    let lanes = u8x16::new(bytes);
    // `\`, `^`, `|` and `~` differ in two bits only.
    let strokes = equal(lanes & u8x16::splat(0xdd), 0x5c);
    let loud = range(lanes, 0x21, 0x2b) | range(lanes, 0x30, 0x40) | strokes | equal(lanes, b'`');
    let gap = range(lanes, 0, b' ') | equal(lanes, b',') | equal(lanes, b'/');
    Look {
        loud: loud.to_bitmask() != 0,
        gaps: gap.to_bitmask(),
        dashes: equal(lanes, b'-').to_bitmask(),
    }
}

/// A bit for each of 64 bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Words {
    /// What ends a word: everything but letters, digits and `_ - . ~ $ +`. A text's end counts as one.
    pub(super) breaks: u64,
    /// Blanks.
    pub(super) spaces: u64,
    /// `_`.
    pub(super) underscores: u64,
    /// `0-9`.
    pub(super) digits: u64,
}

/// How many bytes [`words`] looks at, at most.
pub(super) const BLOCK: usize = 64;

/// Looks at the start of a text.
#[inline(never)]
pub(super) fn words(text: &[u8]) -> Words {
    let mut words = Words::default();
    if let Some(block) = text.first_chunk::<BLOCK>() {
        for (turn, bytes) in block.as_chunks().0.iter().enumerate() {
            words.add(*bytes, turn * LANES);
        }
        return words;
    }
    let (chunks, rest) = text.as_chunks();
    for (turn, bytes) in chunks.iter().enumerate() {
        words.add(*bytes, turn * LANES);
    }
    if !rest.is_empty() {
        match text.last_chunk() {
            // Some are seen twice, which changes nothing.
            Some(last) => words.add(*last, text.len() - LANES),
            None => words.add(padded(text), 0),
        }
    }
    let end = 1 << text.len();
    words.breaks = words.breaks & (end - 1) | end;
    words
}

/// The number of digits in a text of at most sixteen bytes that is one word; `None` for any other text.
#[inline(always)]
pub(super) fn digits_of_word(text: &[u8]) -> Option<usize> {
    if text.len() > LANES {
        return None;
    }
    let mut words = Words::default();
    match text.first_chunk() {
        Some(all) => words.add(*all, 0),
        None => words.add(padded(text), 0),
    }
    let is_word = words.breaks.trailing_zeros() as usize >= text.len();
    is_word.then_some(words.digits.count_ones() as usize)
}

/// Fewer than sixteen bytes, and zeros.
#[inline]
pub(super) fn padded(bytes: &[u8]) -> [u8; LANES] {
    let length = bytes.len();
    let (low, high) = if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        // Two that overlap; the second without what the first has.
        let last = u64::from_le_bytes(*last);
        (
            u64::from_le_bytes(*first),
            last >> 8 >> (8 * (LANES - 1 - length)),
        )
    } else if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        let (first, last) = (u32::from_le_bytes(*first), u32::from_le_bytes(*last));
        (u64::from(first) | u64::from(last) << (8 * (length - 4)), 0)
    } else {
        let folded = bytes
            .iter()
            .rev()
            .fold(0, |wide, byte| wide << 8 | u64::from(*byte));
        (folded, 0)
    };
    let mut padded = [0; LANES];
    padded[..8].copy_from_slice(&low.to_le_bytes());
    padded[8..].copy_from_slice(&high.to_le_bytes());
    padded
}

impl Words {
    #[inline]
    fn add(&mut self, bytes: [u8; LANES], at: usize) {
        let lanes = u8x16::new(bytes);
        let underscore = equal(lanes, b'_');
        let digit = range(lanes, b'0', b'9');
        let in_word = range(lanes | u8x16::splat(0x20), b'a', b'z')
            | digit
            | range(lanes, b'-', b'.')
            | underscore
            | equal(lanes, b'~')
            | equal(lanes, b'$')
            | equal(lanes, b'+');
        // The high bit of each lane is what a mask is made of: bytes of other scripts are letters.
        let breaks = !(in_word | lanes);
        self.breaks |= u64::from(breaks.to_bitmask()) << at;
        self.spaces |= u64::from(equal(lanes, b' ').to_bitmask()) << at;
        self.underscores |= u64::from(underscore.to_bitmask()) << at;
        self.digits |= u64::from(digit.to_bitmask()) << at;
    }
}

/// Whether all of these bytes are hexadecimal digits and dashes.
#[inline]
pub(super) fn hex_or_dash<const N: usize>(chunks: [[u8; LANES]; N]) -> bool {
    let mut right = u8x16::splat(0xff);
    for bytes in chunks {
        let lanes = u8x16::new(bytes);
        right &= range(lanes, b'0', b'9')
            | range(lanes | u8x16::splat(0x20), b'a', b'f')
            | equal(lanes, b'-');
    }
    right.to_bitmask() == 0xffff
}

#[inline]
fn equal(lanes: u8x16, byte: u8) -> u8x16 {
    lanes.simd_eq(u8x16::splat(byte))
}

/// Lanes from `first` to `last`.
#[inline]
fn range(lanes: u8x16, first: u8, last: u8) -> u8x16 {
    let moved = lanes - u8x16::splat(first);
    moved.min(u8x16::splat(last - first)).simd_eq(moved)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_in_every_lane() {
        for byte in 0..=u8::MAX {
            for lane in 0..LANES {
                let mut bytes = [b'a'; LANES];
                bytes[lane] = byte;
                let bit = |is: bool| u32::from(is) << lane;
                let plain = Look {
                    loud: is_loud(byte),
                    gaps: bit(is_gap(byte)),
                    dashes: bit(byte == b'-'),
                };
                assert_eq!(look(bytes), plain, "{byte} in lane {lane}");
                assert_eq!(
                    hex_or_dash([bytes]),
                    byte.is_ascii_hexdigit() || byte == b'-',
                    "{byte} in lane {lane}"
                );
            }
        }
    }
}
