//! The closer look at what was not quiet at first sight: words, marks and digits are weighed where they stand, and nothing
//! is read on. It tells of most texts that no rule would find anything in them; only the others are read by the rules.
//!
//! It must let nothing through that a rule finds: each arm names the condition that its rule in `walk` starts with, and a
//! test holds all of it against the rules.

use super::engine::is_nested;
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
        document: is_nested(text),
        led: false,
        joined: false,
        into: false,
        opened: false,
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

/// Whole words: up to the text's end, or to the last break of sixty-four bytes.
#[derive(Clone, Copy)]
struct Block {
    base: usize,
    /// How many bytes it has.
    size: usize,
    words: lanes::Words,
    /// The first bytes of its words.
    starts: u64,
}

impl Block {
    /// The words at `base`, before which a word ended. `None` if the first of them is too long for a block.
    #[inline(always)]
    fn read(text: &[u8], base: usize) -> Option<Self> {
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
    fn start_before(&self, place: u32) -> u32 {
        let before = !(u64::MAX << place);
        if place == 0 || (self.words.breaks >> (place - 1)) & 1 != 0 {
            return place;
        }
        63_u32.saturating_sub((self.starts & before).leading_zeros())
    }

    /// The length of the word that starts at `place`.
    #[inline]
    fn length(&self, place: u32) -> usize {
        (self.words.breaks >> place).trailing_zeros() as usize
    }
}

/// So many of the lowest bits.
#[inline]
fn low(bits: usize) -> u64 {
    u64::MAX
        .checked_shr((lanes::BLOCK - bits) as u32)
        .unwrap_or(0)
}

/// Where ten of a mask's bits stand in a row, the place of the first.
#[inline]
const fn long_runs(mask: u64) -> u64 {
    let two = mask & (mask >> 1);
    let four = two & (two >> 2);
    let eight = four & (four >> 4);
    eight & (two >> 8)
}

/// Takes the lowest place out of a mask.
#[inline]
fn take(mask: &mut u64) -> Option<u32> {
    (*mask != 0).then(|| {
        let place = mask.trailing_zeros();
        *mask &= *mask - 1;
        place
    })
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
            let before = &self.text[start.saturating_sub(11)..start];
            return before.eq_ignore_ascii_case(b"identified ");
        }
        self.led = true;
        match self.text.get(end) {
            None | Some(b' ' | b'.' | b'!' | b'"') => {
                matches!(word.len(), 5 | 9 | 10 | 11)
                    || word[0] == b'-'
                    || screen::holds_digit_or_mark(self.text)
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
            // `"a (b)":`, `a["":`, `&quot;:`
            return self.document || text[..end].ends_with(b"[") || text[..end].ends_with(b";");
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::redact::engine::Engine;

    /// Pieces of which texts are made: names, marks, values, words of every rule.
    const PIECES: &[&str] = &[
        "password",
        "Password",
        "pwd",
        "pin",
        "PIN",
        "otp",
        "token",
        "secret",
        "api_key",
        "apiKey",
        "key",
        "code",
        "number",
        "credentials",
        "bearer",
        "Basic",
        "by",
        "identified by",
        "insert into",
        "values",
        "form-data",
        "auth",
        "AUTH",
        "requirepass",
        "name",
        "value",
        "header",
        "id",
        "order_id",
        "user",
        "state",
        "sid",
        "session",
        "route",
        "status",
        "INFO",
        "is",
        "your",
        "is your",
        "for",
        "the",
        "card",
        "phone",
        "call",
        "email",
        "machine h login l",
        "aws_secret_access_key",
        "max_tokens",
        "2xx",
        "hunter2",
        "x1y2z3!",
        "482913",
        "4111111111111111",
        "4111 1111 1111 1111",
        "+14155552671",
        "078-05-1120",
        "GB29NWBK60161331926819",
        "GB29 NWBK 6016 1331 9268 19",
        "jane@example.org",
        "https://a:b@c.de/",
        "?token=abc",
        "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
        "AKIAIOSFODNN7EXAMPLE",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlMTIzNDU2",
        "dXNlcjpwYXNzd29yZA==",
        "7f3c2a10-9b1d-4e57-8a2f-0c6d5e4b3a21",
        "2026-11-22T17:00:42Z",
        "17:00",
        "crates/plimsoll/src/lib.rs",
        "-----BEGIN PRIVATE KEY-----",
        "$2b$12$abcdefghijklmnopqrstuv",
        "--password",
        "-p",
        "<password>",
        "</password>",
        "é",
        "日本",
        " ",
        " ",
        " ",
        "  ",
        "\n",
        "\t",
        ":",
        "=",
        ": ",
        "=",
        ",",
        ", ",
        ".",
        ";",
        "&",
        "?",
        "@",
        "<",
        ">",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "\"",
        "\"",
        "'",
        "`",
        "\\",
        "\\n",
        "\\u0040",
        "\\\"",
        "%",
        "%3D",
        "%40",
        "%20",
        "5%",
        "/",
        "//",
        "://",
        "-",
        "_",
        "+",
        "~",
        "$",
        "!",
        "|",
        "\":\"",
        "\",\"",
        "\":",
        "(\"",
        "\")",
        "{\"",
        "\"}",
        "[\"",
        "\"]",
    ];

    fn engine() -> Engine {
        Engine::new(&plimsoll_standard::config::Redact::default())
            .unwrap()
            .0
    }

    fn check(engine: &Engine, text: &str) -> Result<(), TestCaseError> {
        let mut hits = Vec::new();
        engine.by_rules(text.as_bytes(), &mut hits);
        prop_assert!(
            hits.is_empty() || !engine.is_sifted(text.as_bytes()),
            "let through: {text:?}: {hits:?}"
        );
        Ok(())
    }

    #[test]
    fn ordinary_texts_pass() {
        let engine = engine();
        for text in [
            "user-58132",
            "delivered after the second attempt, 2xx",
            "could not parse \"C:\\in\":\tunexpected end, line 184726\nin data",
            "2026-11-22T17:00:42Z INFO orders: request handled route=/orders/{id} status=200 duration_ms=41.7 worker=3",
            r#"{"order":{"id":"ord_1029384","lines":[{"sku":"A-1","count":2,"price":"19.90"}],"state":"paid"}}"#,
            "connection refused (os error 111), retry 3 of 5 in 2s",
            "GET /v1/orders/17 HTTP/1.1",
        ] {
            assert!(engine.is_sifted(text.as_bytes()), "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 20_000, ..ProptestConfig::default() })]

        #[test]
        fn nothing_is_let_through_that_a_rule_finds(
            pieces in prop::collection::vec(0..PIECES.len(), 1..14)
        ) {
            thread_local!(static ENGINE: Engine = engine());
            let text: String = pieces.iter().map(|piece| PIECES[*piece]).collect();
            ENGINE.with(|engine| {
                check(engine, &text)?;
                check(engine, &format!("{{\"a\":\"{text}\"}}"))?;
                check(engine, &format!("{{\"{text}\":1}}"))
            })?;
        }
    }
}
