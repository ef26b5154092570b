//! Sixty-four bytes of words and marks, in masks.

use crate::redact::lanes;

/// Whole words: up to the text's end, or to the last break of sixty-four bytes.
#[derive(Clone, Copy)]
pub(super) struct Block {
    pub(super) base: usize,
    /// How many bytes it has.
    pub(super) size: usize,
    pub(super) words: lanes::Words,
    /// The first bytes of its words.
    pub(super) starts: u64,
}

impl Block {
    /// The words at `base`, before which a word ended. `None` if the first of them is too long for a block.
    #[inline(always)]
    pub(super) fn read(text: &[u8], base: usize) -> Option<Self> {
        let rest = &text[base..];
        let mut words = lanes::words(rest);
        let mut size = rest.len();
        if size >= lanes::BLOCK {
            size = lanes::BLOCK - words.breaks.leading_zeros() as usize;
            // What an escape stands for is seen only with what follows it.
            size -= usize::from(size > 0 && rest[size - 1] == b'\\');
            if size == 0 {
                return None;
            }
        }
        let within = low(size);
        let inside = !words.breaks & within;
        words.underscores &= within;
        words.digits &= within;
        Some(Self {
            base,
            size,
            words,
            starts: inside & !(inside << 1),
        })
    }

    /// Where the word starts that ends before the byte at `place`, and if there is none, `place`.
    #[inline]
    pub(super) fn start_before(&self, place: u32) -> u32 {
        let before = !(u64::MAX << place);
        if place == 0 || (self.words.breaks >> (place - 1)) & 1 != 0 {
            return place;
        }
        63_u32.saturating_sub((self.starts & before).leading_zeros())
    }

    /// The length of the word that starts at `place`.
    #[inline]
    pub(super) fn length(&self, place: u32) -> usize {
        (self.words.breaks >> place).trailing_zeros() as usize
    }
}

/// So many of the lowest bits.
#[inline]
pub(super) fn low(bits: usize) -> u64 {
    u64::MAX
        .checked_shr((lanes::BLOCK - bits) as u32)
        .unwrap_or(0)
}

/// Where ten of a mask's bits stand in a row, the place of the first.
#[inline]
pub(super) const fn long_runs(mask: u64) -> u64 {
    let two = mask & (mask >> 1);
    let four = two & (two >> 2);
    let eight = four & (four >> 4);
    eight & (two >> 8)
}

/// Takes the lowest place out of a mask.
#[inline]
pub(super) fn take(mask: &mut u64) -> Option<u32> {
    (*mask != 0).then(|| {
        let place = mask.trailing_zeros();
        *mask &= *mask - 1;
        place
    })
}
