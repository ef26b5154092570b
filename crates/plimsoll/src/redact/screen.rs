//! The cheap look that most values never get past.
//!
//! UUIDs, the commonest values of all, are done at once. A value of letters and harmless marks is done after a pass of
//! vector instructions, unless one of its words is long. The rest is walked through word by word.

/// A byte's classes.
pub(super) mod class {
    /// `0-9`.
    pub(in crate::redact) const DIGIT: u16 = 1;
    /// `:` and `=`, which join a key and its value.
    pub(in crate::redact) const JOIN: u16 = 4;
    /// What telephone and card numbers are written with: digits and ` +-.()/`.
    pub(in crate::redact) const NUMERIC: u16 = 64;
    /// A space, tab or line end.
    pub(in crate::redact) const SPACE: u16 = 128;
    /// A quote, or a mark that people put in passwords.
    pub(in crate::redact) const MARK: u16 = 256;
}

use super::lanes;
use class::{DIGIT, JOIN, MARK, NUMERIC, SPACE};

/// The classes of every byte.
pub(super) static CLASS: [u16; 256] = classes();

const fn classes() -> [u16; 256] {
    let mut table = [0_u16; 256];
    let mut byte = 0;
    while byte < 256 {
        #[expect(clippy::cast_possible_truncation, reason = "a byte")]
        let b = byte as u8;
        let mut bits = 0;
        if b.is_ascii_digit() {
            bits |= DIGIT;
        }
        if b == b':' || b == b'=' {
            bits |= JOIN;
        }
        if b.is_ascii_digit() || matches!(b, b' ' | b'+' | b'-' | b'.' | b'(' | b')' | b'/') {
            bits |= NUMERIC;
        }
        if matches!(b, b' ' | b'\t' | b'\n' | b'\r') {
            bits |= SPACE;
        }
        if matches!(
            b,
            b'"' | b'\''
                | b'`'
                | b'!'
                | b'#'
                | b'$'
                | b'^'
                | b'&'
                | b'*'
                | b'+'
                | b'?'
                | b'~'
                | b'|'
                | b'%'
        ) {
            bits |= MARK;
        }
        table[byte] = bits;
        byte += 1;
    }
    table
}

/// Whether a text holds a digit, a quote, a `:` or `=`, or a mark that people put in passwords.
pub(super) fn holds_digit_or_mark(text: &[u8]) -> bool {
    text.iter()
        .any(|byte| CLASS[usize::from(*byte)] & (DIGIT | MARK | JOIN) != 0)
}

/// Whether a text is a UUID in its usual form.
#[inline]
pub(super) fn is_uuid(text: &[u8]) -> bool {
    let Ok(text) = <&[u8; 36]>::try_from(text) else {
        return false;
    };
    let (Some(first), Some(middle), Some(last)) = (
        text.first_chunk(),
        text[16..].first_chunk(),
        text.last_chunk(),
    ) else {
        return false;
    };
    text[8] == b'-'
        && text[13] == b'-'
        && text[18] == b'-'
        && text[23] == b'-'
        && lanes::hex_or_dash([*first, *middle, *last])
}

/// The shortest thing that is sensitive by its look: `a@b.co`.
const SHORTEST: usize = 6;
/// The shortest word that is sensitive though it holds no digit: base64 of `user:pass`.
const SHORTEST_LETTERS: u32 = 12;

/// Whether nothing in a text can be sensitive by its look: it is short, a UUID, or words of letters of which none is
/// long. About one and a half instructions a byte; most values end here.
#[inline]
pub(super) fn is_quiet(text: &[u8]) -> bool {
    text.len() < SHORTEST || is_uuid(text) || is_plain(text)
}

/// Whether a text holds no loud byte, no word of twelve bytes and no flag of a command line (`--password`).
#[inline]
fn is_plain(text: &[u8]) -> bool {
    let (chunks, rest) = text.as_chunks::<{ lanes::LANES }>();
    let mut walk = Walk { word: 0, dash: 0 };
    for chunk in chunks {
        if !walk.goes_on(lanes::look(*chunk)) {
            return false;
        }
    }
    if rest.is_empty() {
        return true;
    }
    if let Some(last) = text.last_chunk() {
        return walk.goes_on(lanes::look(*last).tail(rest.len()));
    }
    walk.goes_on(lanes::look(lanes::padded(rest)))
}

/// What reaches from one sixteen bytes into the next.
struct Walk {
    /// Bytes of the word that has not ended yet.
    word: u32,
    /// Whether the last byte was a dash.
    dash: u32,
}

impl Walk {
    #[inline]
    fn goes_on(&mut self, look: lanes::Look) -> bool {
        let dashes = (look.dashes << 1) | self.dash;
        self.dash = dashes >> 16;
        // The first word's bytes here; sixteen when it does not end here.
        let first = (look.gaps | 0x1_0000).trailing_zeros();
        if look.loud || dashes & (dashes >> 1) != 0 || self.word + first >= SHORTEST_LETTERS {
            return false;
        }
        self.word = if first == 16 {
            self.word + 16
        } else {
            look.gaps.leading_zeros() - 16
        };
        self.word < SHORTEST_LETTERS && !has_run(look.gaps)
    }
}

/// Whether twelve of sixteen bits in a row are not set.
#[inline]
const fn has_run(gaps: u32) -> bool {
    let free = !gaps & 0xffff;
    let two = free & (free >> 1);
    let four = two & (two >> 2);
    let eight = four & (four >> 4);
    eight & (four >> 8) != 0
}

/// Fewest bytes of a run of digits and their separators that can hold a telephone number or more.
pub(super) const SHORTEST_NUMBER: usize = 9;

/// The next run, from `from` on, of at least nine bytes of which all are digits or separators and at least nine are
/// digits. Looks at every ninth byte and reads on only where it could be inside such a run.
pub(super) fn digit_run(text: &[u8], from: usize) -> Option<(usize, usize)> {
    let mut at = from + SHORTEST_NUMBER - 1;
    while at < text.len() {
        if CLASS[usize::from(text[at])] & NUMERIC == 0 {
            at += SHORTEST_NUMBER;
            continue;
        }
        let mut start = at;
        while start > from && CLASS[usize::from(text[start - 1])] & NUMERIC != 0 {
            start -= 1;
        }
        let mut end = at + 1;
        while end < text.len() && CLASS[usize::from(text[end])] & NUMERIC != 0 {
            end += 1;
        }
        if end - start >= SHORTEST_NUMBER {
            let digits = text[start..end]
                .iter()
                .filter(|byte| byte.is_ascii_digit())
                .count();
            if digits >= SHORTEST_NUMBER {
                return Some((start, end));
            }
        }
        at = end + SHORTEST_NUMBER;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_is_known_by_its_classes() {
        let uuid = b"7f3c2a10-9b1d-4e57-8a2f-0c6d5e4b3a21";
        assert!(is_uuid(uuid));
        let other = b"7f3c2a10-9b1d-4e57-8a2f-0c6d5e4b3a2x";
        assert!(!is_uuid(other));
    }

    #[test]
    fn quiet_texts() {
        for text in [
            "webhook",
            "payload accepted by the queue in eu-west",
            "/jobs/default/submit",
            "7f3c2a10-9b1d-4e57-8a2f-0c6d5e4b3a21",
            "a@b.c",
        ] {
            assert!(is_quiet(text.as_bytes()), "{text}");
        }
        for text in ["a@b.co", "hunter2", "run --token abcdef", "password: x"] {
            assert!(!is_quiet(text.as_bytes()), "{text}");
        }
        // A word of twelve letters is seen wherever it stands.
        for lead in 0..40 {
            for length in [11, 12, 30] {
                for tail in ["", " b", " bc de fg hi jk lm no pq"] {
                    let text = format!(
                        "{}{}{tail}",
                        "ab ".repeat(lead / 3) + &" ".repeat(lead % 3),
                        "x".repeat(length)
                    );
                    assert_eq!(is_quiet(text.as_bytes()), length < 12, "{text:?}");
                }
            }
        }
    }

    #[test]
    fn runs_of_digits_are_found_wherever_they_start() {
        for lead in 0..24 {
            let text = format!("{}415-555-2671 b", "a".repeat(lead));
            let (start, end) = digit_run(text.as_bytes(), 0).unwrap();
            assert_eq!(&text[start..end], "415-555-2671 ");
        }
        assert_eq!(digit_run(b"2024-11-22", 0), None);
        assert_eq!(digit_run(b"7f3c2a10-9b1d-4e57-8a2f-0c6d5e4b3a21", 0), None);
    }
}
