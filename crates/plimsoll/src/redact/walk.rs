//! One walk over all words of a text, with the marks after them: each rule is asked only where its own marks stand.

use super::hit::Hit;
use super::keys::Keys;
use super::lanes;
use super::screen;
use super::tokens::{SHORTEST_TOKEN, Tokens};
use super::{numbers, pairs, prose, url};

/// Forms of which a mark was seen on the walk, for the rules that read the whole text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Seen(u16);

impl Seen {
    /// `@`.
    pub(super) const AT: Self = Self(1);
    /// `<`.
    pub(super) const TAG: Self = Self(2);
    /// A comma after a quote.
    pub(super) const TUPLE: Self = Self(4);
    /// `into`, as in SQL.
    pub(super) const INTO: Self = Self(8);
    /// `form-data`.
    pub(super) const FORM_DATA: Self = Self(16);
    /// `%40`.
    pub(super) const ENCODED_AT: Self = Self(32);
    /// A percent-encoded `=`, `:`, `+`, quote or space.
    pub(super) const ENCODED: Self = Self(64);

    /// `\u`.
    pub(super) const ESCAPED: Self = Self(128);

    /// `</`.
    pub(super) const END_TAG: Self = Self(256);

    /// Whether any of these was seen.
    pub(super) const fn any(self, of: Self) -> bool {
        self.0 & of.0 != 0
    }

    fn add(&mut self, what: Self) {
        self.0 |= what.0;
    }
}

/// The places of the bytes that end words, sixty-four at a time.
struct Breaks<'a> {
    text: &'a [u8],
    /// Where the block starts that `words` is of.
    base: usize,
    words: lanes::Words,
}

impl<'a> Breaks<'a> {
    fn new(text: &'a [u8]) -> Self {
        let mut breaks = Self {
            text,
            base: 0,
            words: lanes::Words {
                breaks: 0,
                underscores: 0,
            },
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
    }

    /// The first break at or after `at`; the text's end if there is none.
    #[inline]
    fn next(&mut self, at: usize) -> usize {
        // A finding may end before the word does in which it was found.
        if at < self.base || at >= self.base + lanes::BLOCK {
            if at >= self.text.len() {
                return self.text.len();
            }
            self.read(at - at % lanes::BLOCK);
        }
        let mut left = self.words.breaks >> (at - self.base) << (at - self.base);
        while left == 0 {
            if self.base + lanes::BLOCK >= self.text.len() {
                return self.text.len();
            }
            self.read(self.base + lanes::BLOCK);
            left = self.words.breaks;
        }
        self.text
            .len()
            .min(self.base + left.trailing_zeros() as usize)
    }

    /// Whether the word that ends at `end` may hold a `_`: surely so if it reaches into an earlier block.
    #[inline]
    fn may_hold_underscore(&self, start: usize, end: usize) -> bool {
        start < self.base
            || end >= self.base + lanes::BLOCK
            || (self.words.underscores >> (start - self.base)) & !(u64::MAX << (end - start)) != 0
    }
}

/// A phrase is not read further back than this from a `:` or `=`.
const LONGEST_PHRASE: usize = 48;

/// Looks at every word and at the marks between; tells which forms may be there besides.
pub(super) fn words(keys: &Keys, tokens: &Tokens, text: &[u8], hits: &mut Vec<Hit>) -> Seen {
    let mut breaks = Breaks::new(text);
    let mut seen = Seen::default();
    // Whether a secret may stand beside its name in prose; asked once, when a name was met.
    let mut prose = None;
    // Nothing before this place is read again.
    let mut floor = 0;
    // Where the last word ended that may name something.
    let mut named = None;
    let (mut start, mut at) = (0, 0);
    while at < text.len() {
        let end = breaks.next(at);
        let next = text.get(end).copied();
        if end > start + 1 {
            let word = &text[start..end];
            let mut found = None;
            if word.len() >= SHORTEST_TOKEN {
                found = tokens.word(text, start, end, hits);
            }
            if found.is_none() && numbers::may_be_account(word) {
                found = numbers::account(text, start, hits);
            }
            if found.is_none() && prose::leads(word) {
                if word.eq_ignore_ascii_case(b"into") {
                    seen.add(Seen::INTO);
                } else if word.eq_ignore_ascii_case(b"form-data") {
                    seen.add(Seen::FORM_DATA);
                } else {
                    named = Some(end);
                    let spoken = matches!(next, None | Some(b' ' | b'.' | b'!'))
                        && (matches!(word.len(), 5 | 10 | 11)
                            || word[0] == b'-'
                            || *prose.get_or_insert_with(|| screen::holds_digit_or_mark(text))
                            || prose::is_netrc(&text[..start]));
                    let command = next == Some(b'"') && word.eq_ignore_ascii_case(b"auth");
                    if spoken || command {
                        found = prose::find(keys, text, floor, start, end, hits);
                    }
                }
            } else if found.is_none()
                && next == Some(b' ')
                && word.len() >= 6
                && breaks.may_hold_underscore(start, end)
            {
                found = prose::name_and_value(keys, text, start, end, hits);
            }
            if let Some(end) = found {
                floor = end;
                at = end.max(at);
                start = at;
                continue;
            }
        }
        let Some(byte) = next else {
            break;
        };
        at = end + 1;
        let mut skip = 0;
        match byte {
            b':' | b'=' => {
                let found = if text[end..].starts_with(b"://") {
                    url::find(text, end, hits)
                } else if end > start
                    && named.is_none_or(|named| end - named > LONGEST_PHRASE)
                    && !(start > 0 && pairs::is_query_mark(text[start - 1]))
                    && keys.is_harmless(&text[start..end])
                {
                    None
                } else {
                    pairs::find(keys, text, floor, end, hits)
                };
                if let Some(end) = found {
                    floor = end;
                    at = end.max(at);
                }
            }
            b'(' => {
                if let Some(end) = pairs::wrapped(keys, text, floor, end, hits) {
                    floor = end;
                    at = end;
                }
            }
            b',' if end > 0 && matches!(text[end - 1], b'"' | b'\'')
                || start > 0 && text[start - 1] == b'{' && text.get(at) == Some(&b'"') =>
            {
                seen.add(Seen::TUPLE);
            }
            b'@' => seen.add(Seen::AT),
            b'<' => seen.add(if text.get(at) == Some(&b'/') {
                Seen::END_TAG
            } else {
                Seen::TAG
            }),
            // What was escaped before a word is not part of it: `\nAKIA...`, `%3Dghp_...`.
            b'\\' => {
                skip = match text.get(at) {
                    Some(b'n' | b'r' | b't') => 1,
                    Some(b'u') => {
                        seen.add(Seen::ESCAPED);
                        5
                    }
                    _ => 0,
                }
            }
            b'%' => {
                skip = 2;
                seen.add(encoded(&text[at..]));
            }
            _ => {}
        }
        start = text.len().min(at + skip);
        at += skip.min(1);
    }
    seen
}

/// What a percent sign before these bytes stands for.
fn encoded(rest: &[u8]) -> Seen {
    match rest {
        [b'4', b'0', ..] => Seen::ENCODED_AT,
        [b'3', b'D' | b'd' | b'A' | b'a', ..] | [b'2', b'0' | b'2' | b'B' | b'b', ..] => {
            Seen::ENCODED
        }
        _ => Seen::default(),
    }
}
