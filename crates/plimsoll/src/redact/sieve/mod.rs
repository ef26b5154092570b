//! The closer look at what was not quiet at first sight: words, marks and digits are weighed where they stand, and nothing
//! is read on. It tells of most texts that no rule would find anything in them; only the others are read by the rules.
//!
//! It must let nothing through that a rule finds: each arm names the condition that its rule in `walk` starts with, and a
//! test holds all of it against the rules.

mod block;
#[cfg(test)]
mod tests;

use block::{Block, long_runs, low, take};

use super::engine::is_document;
use super::keys::Keys;
use super::tokens::{SHORTEST_TOKEN, Tokens};
use super::walk::{IS_MARK, SHORTEST_NAME, may_say_something};
use super::{json, lanes, numbers, pairs, prose, screen};

/// Whether no rule finds anything in a text.
pub(super) fn is_clean(keys: &Keys, tokens: &Tokens, text: &[u8]) -> bool {
    if let Some(digits) = lanes::digits_of_word(text) {
        // One short word (`user-58132`, `2xx`): neither a pair nor two words.
        return text.len() < SHORTEST_TOKEN.min(screen::SHORTEST_NUMBER)
            || (digits < screen::SHORTEST_NUMBER
                && (text.len() < SHORTEST_TOKEN || !tokens.may_stand_in(text, 0, text.len())));
    }
    weigh(keys, tokens, text)
}

#[inline(never)]
fn weigh(keys: &Keys, tokens: &Tokens, text: &[u8]) -> bool {
    let mut sieve = Sieve {
        keys,
        tokens,
        text,
        document: is_document(text),
        led: false,
        joined: false,
        into: false,
        opened: false,
        prose: None,
    };
    let mut digits = 0;
    let mut base = 0;
    while let Some(block) = Block::read(text, base) {
        digits += block.words.digits.count_ones();
        if sieve.block_tells(block) || (sieve.led && sieve.joined) || (sieve.into && sieve.opened) {
            return false;
        }
        if base + block.size >= text.len() {
            return (digits as usize) < screen::SHORTEST_NUMBER || numbers::are_harmless(text);
        }
        base += block.size;
    }
    false
}

struct Sieve<'a> {
    keys: &'a Keys,
    tokens: &'a Tokens,
    text: &'a [u8],
    /// Whether the text is JSON, in which keys count as a whole.
    document: bool,
    /// Whether a word was met that may name something with words after it.
    led: bool,
    /// Whether a `:` or `=` was met.
    joined: bool,
    /// Whether `into` was met, as in SQL.
    into: bool,
    /// Whether a bracket was met.
    opened: bool,
    /// Whether a secret may stand beside its name in prose; asked once, when a name was met.
    prose: Option<bool>,
}

impl Sieve<'_> {
    /// Whether a rule may find something that stands in these words or at the marks between.
    #[inline(always)]
    fn block_tells(&mut self, mut block: Block) -> bool {
        let within = low(block.size);
        let mut marks = block.words.breaks & !block.words.spaces & within;
        while let Some(place) = take(&mut marks) {
            let at = block.base + place as usize;
            let Some(&mark) = self.text.get(at) else {
                break;
            };
            if !IS_MARK[usize::from(mark)] {
                continue;
            }
            if mark == b'\\' && self.is_line_escape(at) {
                // The escaped letter is no part of the word after it.
                let letter = 2_u64 << place;
                block.starts &= !letter;
                block.starts |= (letter << 1) & !block.words.breaks & within;
                continue;
            }
            if self.mark_tells(mark, &block, place) {
                return true;
            }
        }
        // Words that start with a digit only matter if they are long; all others by their first byte and length.
        let mut starts = block.starts & !block.words.digits & !(block.words.breaks >> 1);
        while let Some(place) = take(&mut starts) {
            let start = block.base + place as usize;
            let length = block.length(place);
            if may_say_something(self.text[start], length) && self.word_tells(start, start + length)
            {
                return true;
            }
        }
        let mut long = block.starts & block.words.digits & long_runs(!block.words.breaks);
        while let Some(place) = take(&mut long) {
            let start = block.base + place as usize;
            if self
                .tokens
                .may_stand_in(self.text, start, start + block.length(place))
            {
                return true;
            }
        }
        block.words.underscores != 0 && self.name_tells(&block)
    }

    /// Whether a name with a `_` is a secret's and a value may follow it.
    #[inline(never)]
    fn name_tells(&self, block: &Block) -> bool {
        let mut underscores = block.words.underscores;
        while let Some(place) = take(&mut underscores) {
            let length = block.length(place);
            let end = place as usize + length;
            let start = block.start_before(place + 1) as usize;
            underscores &= !low(end);
            if end - start >= SHORTEST_NAME
                && self.text.get(block.base + end) == Some(&b' ')
                && !self
                    .keys
                    .is_harmless(&self.text[block.base + start..block.base + end])
            {
                return true;
            }
        }
        false
    }

    /// Whether a rule may find something that this word starts.
    #[inline]
    fn word_tells(&mut self, start: usize, end: usize) -> bool {
        let word = &self.text[start..end];
        (word.len() >= SHORTEST_TOKEN && self.tokens.may_stand_in(self.text, start, end))
            || numbers::may_be_account(word)
            || (prose::may_lead(word) && prose::leads(word) && self.lead_tells(start, end))
    }

    /// Whether the lead of a form has what the form needs.
    #[inline(never)]
    fn lead_tells(&mut self, start: usize, end: usize) -> bool {
        let word = &self.text[start..end];
        if word.eq_ignore_ascii_case(b"into") {
            self.into = true;
            return false;
        }
        if word.eq_ignore_ascii_case(b"by") {
            return prose::identifies(&self.text[..start]);
        }
        self.led = true;
        match self.text.get(end) {
            None | Some(b' ' | b'\t' | b'.' | b'!' | b'"' | b'\'' | b'`') => {
                matches!(word.len(), 5 | 9 | 10 | 11)
                    || word[0] == b'-'
                    || *self
                        .prose
                        .get_or_insert_with(|| screen::holds_digit_or_mark(self.text))
                    || prose::is_netrc(&self.text[..start])
            }
            _ => word.eq_ignore_ascii_case(b"form-data"),
        }
    }

    /// `\n` and the like, which end a word with two bytes.
    #[inline]
    fn is_line_escape(&self, at: usize) -> bool {
        !self.document && matches!(self.text.get(at + 1), Some(b'n' | b'r' | b't'))
    }

    /// Whether a rule may find something at a mark.
    #[inline(always)]
    fn mark_tells(&mut self, mark: u8, block: &Block, place: u32) -> bool {
        let at = block.base + place as usize;
        let start = || block.base + block.start_before(place) as usize;
        let next = self.text.get(at + 1).copied();
        match mark {
            b':' | b'=' => {
                self.joined = true;
                let (mut start, mut end) = (start(), at);
                if start == at && place > 1 && self.text[at - 1] == b'"' {
                    end -= 1;
                    start = block.base + block.start_before(place - 1) as usize;
                }
                if start == end {
                    return self.apart_tells(at);
                }
                (next == Some(b'/') && self.text.get(at + 2) == Some(&b'/'))
                    || self.name_may_open(start, end, end < at)
            }
            b'(' => {
                self.opened = true;
                matches!(next, Some(b'"' | b'\'' | b'\\'))
            }
            b',' => self.comma_tells(start(), at),
            b'\\' if !self.document => next == Some(b'u'),
            b'%' => {
                let hex = |at: usize| self.text.get(at).is_some_and(u8::is_ascii_hexdigit);
                hex(at + 1) && hex(at + 2)
            }
            // `@`, `<`, and any escape in a document.
            _ => true,
        }
    }

    /// Whether what stands before a `:` or `=`, but not directly, may name something sensitive: quotes, blanks and a
    /// bracket may stand between.
    #[inline(never)]
    fn apart_tells(&self, join: usize) -> bool {
        let text = self.text;
        let mut end = join;
        while end > 0
            && matches!(
                text[end - 1],
                b' ' | b'\t' | b'"' | b'\'' | b'`' | b'\\' | b']'
            )
        {
            end -= 1;
        }
        let start = word_start(text, end);
        if start == end {
            // `"a (b)":`, `a["":`, `&quot;:`, `(a)=(b)`
            return self.document || matches!(text[..end].last(), Some(b'[' | b';' | b')'));
        }
        self.name_may_open(start, end, true)
    }

    /// Whether a name may be that of a secret, alone or with the words before it.
    #[inline]
    fn name_may_open(&self, start: usize, end: usize, apart: bool) -> bool {
        let name = &self.text[start..end];
        let before = if start > 0 {
            self.text[start - 1]
        } else {
            b' '
        };
        if apart
            && (!name.is_ascii() || (self.document && (before != b'"' || json::is_value(name))))
        {
            return true;
        }
        match before {
            b'"' | b'\'' => !self.keys.is_harmless_alone(name),
            // Behind an escape (`\t`) the rule reads on.
            b'n' | b'r' | b't' if apart => true,
            before => pairs::is_query_mark(before) || !self.keys.is_harmless(name),
        }
    }

    /// Whether the word before a comma is the first of two in brackets and may name the second.
    fn comma_tells(&self, start: usize, at: usize) -> bool {
        let text = self.text;
        let quoted = at > 0 && matches!(text[at - 1], b'"' | b'\'');
        let end = at - usize::from(quoted);
        let start = if quoted { word_start(text, end) } else { start };
        start > 0
            && start < end
            && (matches!(text[start - 1], b'"' | b'\'' | b'{') || self.document)
            && !self.keys.is_harmless(&text[start..end])
    }
}

/// Where the word starts that ends at `end`.
fn word_start(text: &[u8], end: usize) -> usize {
    let low = end.saturating_sub(pairs::LONGEST_KEY);
    text[low..end]
        .iter()
        .rposition(|byte| !is_word_byte(*byte))
        .map_or(low, |last| low + last + 1)
}

/// As [`lanes::words`] has it.
const fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'~' | b'$' | b'+' | 0x80..)
}
