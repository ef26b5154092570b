//! The cheap look that most values never get past.
//!
//! One pass collects the classes of all bytes in a value: two instructions a byte. A value without a mark that joins a
//! key and a value (`:` `=`), without an at-sign, white space or markup is a single word: only its length, its start
//! and its digits can make it sensitive. UUIDs, the commonest values of all, are done after that pass.

/// A byte's classes.
pub(super) mod class {
    /// `0-9`.
    pub(in crate::redact) const DIGIT: u8 = 1;
    /// `@`.
    pub(in crate::redact) const AT: u8 = 2;
    /// `:` and `=`, which join a key and its value.
    pub(in crate::redact) const JOIN: u8 = 4;
    /// Ends a word: everything but letters, digits and `_ - . ~ $ +`.
    pub(in crate::redact) const BREAK: u8 = 8;
    /// `<`, `%`, `\`: other ways to write a pair.
    pub(in crate::redact) const MARKUP: u8 = 16;
    /// Neither a hexadecimal digit nor `-`.
    pub(in crate::redact) const NOT_HEX: u8 = 32;
    /// What telephone and card numbers are written with: digits and ` +-.()/`.
    pub(in crate::redact) const NUMERIC: u8 = 64;
    /// A space, tab or line end.
    pub(in crate::redact) const SPACE: u8 = 128;
}

use class::{AT, BREAK, DIGIT, JOIN, MARKUP, NOT_HEX, NUMERIC, SPACE};

/// The classes of every byte.
pub(super) static CLASS: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut table = [0_u8; 256];
    let mut byte = 0;
    while byte < 256 {
        #[expect(clippy::cast_possible_truncation, reason = "a byte")]
        let b = byte as u8;
        let mut bits = 0;
        if b.is_ascii_digit() {
            bits |= DIGIT;
        }
        if b == b'@' {
            bits |= AT;
        }
        if b == b':' || b == b'=' {
            bits |= JOIN;
        }
        if !(b.is_ascii_alphanumeric()
            || b >= 0x80
            || matches!(b, b'_' | b'-' | b'.' | b'~' | b'$' | b'+'))
        {
            bits |= BREAK;
        }
        if matches!(b, b'<' | b'%' | b'\\') {
            bits |= MARKUP;
        }
        if !(b.is_ascii_hexdigit() || b == b'-') {
            bits |= NOT_HEX;
        }
        if b.is_ascii_digit() || matches!(b, b' ' | b'+' | b'-' | b'.' | b'(' | b')' | b'/') {
            bits |= NUMERIC;
        }
        if matches!(b, b' ' | b'\t' | b'\n' | b'\r') {
            bits |= SPACE;
        }
        table[byte] = bits;
        byte += 1;
    }
    table
}

/// The classes of all bytes of a text together.
pub(super) fn classes_of(text: &[u8]) -> u8 {
    let (eights, rest) = text.as_chunks::<8>();
    let mut all = 0;
    for eight in eights {
        for byte in eight {
            all |= CLASS[usize::from(*byte)];
        }
    }
    for byte in rest {
        all |= CLASS[usize::from(*byte)];
    }
    all
}

/// Whether a text of these classes is a UUID in its usual form.
pub(super) fn is_uuid(text: &[u8], classes: u8) -> bool {
    classes & NOT_HEX == 0
        && text.len() == 36
        && text[8] == b'-'
        && text[13] == b'-'
        && text[18] == b'-'
        && text[23] == b'-'
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
        assert!(is_uuid(uuid, classes_of(uuid)));
        let other = b"7f3c2a10-9b1d-4e57-8a2f-0c6d5e4b3a2x";
        assert!(!is_uuid(other, classes_of(other)));
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
