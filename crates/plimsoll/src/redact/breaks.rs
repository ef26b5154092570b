//! Where words end, sixty-four bytes at a time.

use super::lanes;

/// The places of the bytes that end words, in order.
pub(super) struct Breaks<'a> {
    text: &'a [u8],
    /// Where the block starts that is looked at.
    base: usize,
    words: lanes::Words,
    /// The block's breaks that were not handed out yet.
    left: u64,
    /// Digits in all blocks up to this one; a block that was read twice counts twice.
    pub(super) digits: u32,
}

impl<'a> Breaks<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        let mut breaks = Self {
            text,
            base: 0,
            words: lanes::Words::default(),
            left: 0,
            digits: 0,
        };
        breaks.read(0);
        breaks
    }

    fn read(&mut self, base: usize) {
        self.base = base;
        let rest = &self.text[base..];
        self.words = if let Some(block) = rest.first_chunk() {
            lanes::words(block)
        } else {
            let mut block = [b' '; lanes::BLOCK];
            block[..rest.len()].copy_from_slice(rest);
            lanes::words(&block)
        };
        self.left = self.words.breaks;
        self.digits = self.digits.saturating_add(self.words.digits.count_ones());
    }

    /// The next break; the text's end after the last one.
    #[inline]
    pub(super) fn next(&mut self) -> usize {
        while self.left == 0 {
            if self.base + lanes::BLOCK >= self.text.len() {
                return self.text.len();
            }
            self.read(self.base + lanes::BLOCK);
        }
        let next = self.base + self.left.trailing_zeros() as usize;
        self.left &= self.left - 1;
        next.min(self.text.len())
    }

    /// Goes on with the breaks at and after `at`. A finding may end before the word does in which it was found.
    pub(super) fn seek(&mut self, at: usize) {
        let at = at.min(self.text.len());
        let base = at - at % lanes::BLOCK;
        if base != self.base {
            self.read(base);
        }
        self.left = self.words.breaks >> (at - base) << (at - base);
    }

    /// Whether the word that ends at `end` may hold a `_`: surely so if it reaches into an earlier block.
    #[inline]
    pub(super) fn may_hold_underscore(&self, start: usize, end: usize) -> bool {
        start < self.base
            || end >= self.base + lanes::BLOCK
            || (self.words.underscores >> (start - self.base)) & !(u64::MAX << (end - start)) != 0
    }
}
