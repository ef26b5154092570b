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

/// A bit for each of 64 bytes that ends a word, for each `_` and for each digit.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Words {
    /// Everything but letters, digits and `_ - . ~ $ +`.
    pub(super) breaks: u64,
    /// `_`.
    pub(super) underscores: u64,
    /// `0-9`.
    pub(super) digits: u64,
}

/// How many bytes [`words`] looks at.
pub(super) const BLOCK: usize = 64;

#[inline]
pub(super) fn words(block: &[u8; BLOCK]) -> Words {
    let mut kept = 0_u64;
    let mut underscores = 0_u64;
    let mut digits = 0_u64;
    for (turn, bytes) in block.as_chunks::<LANES>().0.iter().enumerate() {
        let lanes = u8x16::new(*bytes);
        let underscore = equal(lanes, b'_');
        let digit = range(lanes, b'0', b'9');
        let in_word = range(lanes | u8x16::splat(0x20), b'a', b'z')
            | digit
            | range(lanes, b'-', b'.')
            | range(lanes, 0x80, 0xff)
            | underscore
            | equal(lanes, b'~')
            | equal(lanes, b'$')
            | equal(lanes, b'+');
        kept |= u64::from(in_word.to_bitmask()) << (turn * LANES);
        underscores |= u64::from(underscore.to_bitmask()) << (turn * LANES);
        digits |= u64::from(digit.to_bitmask()) << (turn * LANES);
    }
    Words {
        breaks: !kept,
        underscores,
        digits,
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
