//! One walk over all words of a text, with the marks after them: each rule is asked only where its own marks stand.

use super::hit::Hit;
use super::keys::Keys;
use super::tokens::{SHORTEST_TOKEN, Tokens};
use super::{lanes, screen};
use super::{numbers, pairs, prose, url};

/// Forms of which a mark was seen on the walk, for the rules that read the whole text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Seen {
    marks: u16,
    /// How many digits the text holds.
    digits: u32,
}

impl Seen {
    /// `@`.
    pub(super) const AT: Self = Self::mark(1);
    /// `<`.
    pub(super) const TAG: Self = Self::mark(2);
    /// A comma after a quote.
    pub(super) const TUPLE: Self = Self::mark(4);
    /// `into`, as in SQL.
    pub(super) const INTO: Self = Self::mark(8);
    /// `form-data`.
    pub(super) const FORM_DATA: Self = Self::mark(16);
    /// `%40`.
    pub(super) const ENCODED_AT: Self = Self::mark(32);
    /// A percent-encoded `=`, `:`, `+`, `]`, quote or space.
    pub(super) const ENCODED: Self = Self::mark(64);

    /// `\u`.
    pub(super) const ESCAPED: Self = Self::mark(128);

    /// `</`.
    pub(super) const END_TAG: Self = Self::mark(256);

    const fn mark(marks: u16) -> Self {
        Self { marks, digits: 0 }
    }

    /// Whether any of these was seen.
    pub(super) const fn any(self, of: Self) -> bool {
        self.marks & of.marks != 0
    }

    /// Whether there are digits enough for a telephone number.
    pub(super) fn may_hold_number(self) -> bool {
        self.digits as usize >= screen::SHORTEST_NUMBER
    }

    fn add(&mut self, what: Self) {
        self.marks |= what.marks;
    }
}

/// Fewest bytes of a name with a `_` that is a secret's.
pub(super) const SHORTEST_NAME: usize = 6;

/// A phrase is not read further back than this from a `:` or `=`.
pub(super) const LONGEST_PHRASE: usize = 48;

/// Looks at every word and at the marks between; tells which forms may be there besides.
pub(super) fn words(keys: &Keys, tokens: &Tokens, text: &[u8], hits: &mut Vec<Hit>) -> Seen {
    let mut walk = Walk {
        keys,
        tokens,
        text,
        hits,
        seen: Seen::default(),
        floor: 0,
        named: None,
        prose: None,
    };
    // Where the word starts that is read, and where the next break is looked for.
    let (mut start, mut at) = (0, 0);
    while at <= text.len() {
        let base = at - at % lanes::BLOCK;
        let block = lanes::words(&text[base..]);
        let mut left = block.breaks & (u64::MAX << (at - base));
        at = base + lanes::BLOCK;
        walk.seen.digits += block.digits.count_ones();
        while left != 0 {
            let place = left.trailing_zeros();
            left &= left - 1;
            let end = base + place as usize;
            let length = end.saturating_sub(start);
            let mut next = None;
            if length > 1 && may_say_something(text[start], length) {
                next = walk.word(start, end);
            }
            if next.is_none() {
                if (block.spaces >> place) & 1 == 0 {
                    next = walk.mark(start, end);
                } else if length >= SHORTEST_NAME
                    && (start < base || (block.underscores >> (start - base)) << (64 - length) != 0)
                {
                    next = walk.name(start, end);
                }
            }
            let Some(next) = next else {
                start = end + 1;
                continue;
            };
            start = next.start;
            if next.breaks >= base && next.breaks < at {
                left = block.breaks & (u64::MAX << (next.breaks - base));
            } else {
                at = next.breaks;
                break;
            }
        }
    }
    walk.seen
}

/// The marks that more than end a word.
pub(super) static IS_MARK: [bool; 256] = {
    let mut table = [false; 256];
    let marks = b":=(,@<\\%";
    let mut at = 0;
    while at < marks.len() {
        table[marks[at] as usize] = true;
        at += 1;
    }
    table
};

/// By a word's first byte: a bit for each length at which it is worth a closer look.
static WORTH: [u32; 256] = {
    let mut table = [0_u32; 256];
    let mut byte = 0;
    while byte < 256 {
        #[expect(clippy::cast_possible_truncation, reason = "a byte")]
        let first = byte as u8;
        // Tokens and accounts.
        table[byte] = u32::MAX << SHORTEST_TOKEN;
        if first.is_ascii_alphabetic() {
            table[byte] |= (1 << 4) | prose::lead_lengths(first);
        }
        if !first.is_ascii() {
            table[byte] |= prose::lead_lengths(first);
        }
        if first == b'-' {
            table[byte] = u32::MAX;
        }
        byte += 1;
    }
    table
};

/// Whether a word is worth a closer look by its first byte and its length, which is two at least.
#[inline]
pub(super) fn may_say_something(first: u8, length: usize) -> bool {
    (WORTH[usize::from(first)] >> length.min(31)) & 1 != 0
}

/// Whether a word is worth a closer look: it is long, may lead a form, or starts like an account's number.
#[inline]
fn says_something(word: &[u8]) -> bool {
    word.len() >= SHORTEST_TOKEN || numbers::may_be_account(word) || prose::may_lead(word)
}

/// Where to go on after something was found or passed over.
#[derive(Clone, Copy)]
struct Next {
    /// Where the next word starts.
    start: usize,
    /// Where its end is looked for.
    breaks: usize,
}

struct Walk<'a> {
    keys: &'a Keys,
    tokens: &'a Tokens,
    text: &'a [u8],
    hits: &'a mut Vec<Hit>,
    seen: Seen,
    /// Nothing before this place is read again.
    floor: usize,
    /// Where the last word ended that may name something.
    named: Option<usize>,
    /// Whether a secret may stand beside its name in prose; asked once, when a name was met.
    prose: Option<bool>,
}

impl Walk<'_> {
    /// After a finding that ended at `found`, and not before `low`.
    fn after(&mut self, found: usize, low: usize) -> Next {
        self.floor = found;
        let start = found.max(low);
        Next {
            start,
            breaks: start,
        }
    }

    fn word(&mut self, start: usize, end: usize) -> Option<Next> {
        let found = says_something(&self.text[start..end]).then(|| self.led(start, end))??;
        Some(self.after(found, start))
    }

    /// A name with a `_` and a blank after it.
    #[inline(never)]
    fn name(&mut self, start: usize, end: usize) -> Option<Next> {
        let found = prose::name_and_value(self.keys, self.text, start, end, self.hits)?;
        Some(self.after(found, start))
    }

    fn mark(&mut self, start: usize, at: usize) -> Option<Next> {
        let mark = *self.text.get(at)?;
        if !IS_MARK[usize::from(mark)] {
            return None;
        }
        if matches!(mark, b'\\' | b'%') {
            let skip = self.escaped(at);
            return Some(Next {
                start: at + 1 + skip,
                // The escape's first byte may be a mark itself.
                breaks: at + 1 + skip.min(1),
            });
        }
        let found = self.marked(start, at)?;
        Some(self.after(found, at + 1))
    }

    /// Asks the rules that a word can start. Returns where a finding ended.
    #[inline(never)]
    fn led(&mut self, start: usize, end: usize) -> Option<usize> {
        let text = self.text;
        let word = &text[start..end];
        if word.len() >= SHORTEST_TOKEN
            && let Some(found) = self.tokens.word(text, start, end, self.hits)
        {
            return Some(found);
        }
        if numbers::may_be_account(word)
            && let Some(found) = numbers::account(text, start, self.hits)
        {
            return Some(found);
        }
        if !prose::leads(word) {
            return None;
        }
        if word.eq_ignore_ascii_case(b"into") {
            self.seen.add(Seen::INTO);
            return None;
        }
        if word.eq_ignore_ascii_case(b"form-data") {
            self.seen.add(Seen::FORM_DATA);
            return None;
        }
        self.named = Some(end);
        let spoken = match text.get(end) {
            None | Some(b' ' | b'\t' | b'.' | b'!') => {
                matches!(word.len(), 5 | 10 | 11)
                    || word[0] == b'-'
                    || *self
                        .prose
                        .get_or_insert_with(|| screen::holds_digit_or_mark(text))
                    || prose::is_netrc(&text[..start])
            }
            // The word alone in its quotes.
            Some(quote @ (b'"' | b'\'' | b'`')) => {
                start > 0
                    && text[start - 1] == *quote
                    && matches!(text.get(end + 1), Some(b' ' | b';'))
            }
            _ => false,
        };
        spoken
            .then(|| prose::find(self.keys, text, self.floor, start, end, self.hits))
            .flatten()
    }

    /// Asks the rules of the mark at `at`, before which a word starts at `start`. Returns where a finding ended.
    #[inline(never)]
    fn marked(&mut self, start: usize, at: usize) -> Option<usize> {
        let text = self.text;
        let next = text.get(at + 1).copied();
        match text[at] {
            b':' if text[at..].starts_with(b"://") => url::find(text, at, self.hits),
            b':' | b'=' => {
                let harmless = at > start
                    && self.named.is_none_or(|named| at - named > LONGEST_PHRASE)
                    && !(start > 0 && pairs::is_query_mark(text[start - 1]))
                    && self.keys.is_harmless(&text[start..at]);
                if harmless {
                    return None;
                }
                pairs::find(self.keys, text, self.floor, at, self.hits)
            }
            b'(' => pairs::wrapped(self.keys, text, self.floor, at, self.hits),
            b',' => {
                let after_quote = at > 0 && matches!(text[at - 1], b'"' | b'\'');
                let term =
                    start > 0 && text[start - 1] == b'{' && matches!(next, Some(b'"' | b'<'));
                if after_quote || term {
                    self.seen.add(Seen::TUPLE);
                }
                None
            }
            b'@' => {
                self.seen.add(Seen::AT);
                None
            }
            b'<' => {
                self.seen.add(if next == Some(b'/') {
                    Seen::END_TAG
                } else {
                    Seen::TAG
                });
                None
            }
            _ => None,
        }
    }

    /// What was escaped before a word is not part of it (`\nAKIA...`, `%3Dghp_...`): so many bytes after the mark.
    fn escaped(&mut self, mark: usize) -> usize {
        let rest = &self.text[mark + 1..];
        let skip = match (self.text[mark], rest) {
            (b'\\', [b'n' | b'r' | b't', ..]) => 1,
            (b'\\', [b'u', ..]) => {
                self.seen.add(Seen::ESCAPED);
                5
            }
            (b'%', [high, low, ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                self.seen.add(encoded(rest));
                2
            }
            _ => 0,
        };
        skip.min(rest.len())
    }
}

/// What a percent sign before these bytes stands for.
fn encoded(rest: &[u8]) -> Seen {
    match rest {
        [b'4', b'0', ..] => Seen::ENCODED_AT,
        [b'3' | b'5', b'D' | b'd', ..]
        | [b'3', b'A' | b'a', ..]
        | [b'2', b'0' | b'2' | b'B' | b'b', ..] => Seen::ENCODED,
        _ => Seen::default(),
    }
}
