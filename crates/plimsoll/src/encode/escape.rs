//! Text becomes the inside of a JSON string that neither breaks its line nor a terminal.
//!
//! Beyond what JSON asks for (quotes, backslashes, C0 controls), everything that a terminal or a line reader may act
//! on is written as `\uXXXX`: DEL, the C1 controls, U+2028 and U+2029, the bidirectional overrides and the byte order
//! mark. Clean runs are found sixteen bytes at a time and copied whole.

use wide::u8x16;

/// Bytes looked at together.
const CHUNK: usize = 16;

/// Appends `text` as a JSON string, quotes included.
pub(crate) fn string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    escape(out, text);
    out.push(b'"');
}

/// Appends `text` as the inside of a JSON string.
#[inline]
pub(crate) fn escape(out: &mut Vec<u8>, text: &str) {
    let bytes = text.as_bytes();
    if is_clean(bytes) {
        out.extend_from_slice(bytes);
    } else {
        escape_runs(out, bytes);
    }
}

/// Whether every byte can stand in a JSON string as it is.
#[inline]
fn is_clean(bytes: &[u8]) -> bool {
    if let Some(last) = bytes.last_chunk::<CHUNK>() {
        // The tail is looked at together with bytes seen before: cheaper than one by one.
        let mut dirty = dirty_lanes(*last);
        for chunk in bytes.as_chunks::<CHUNK>().0 {
            dirty |= dirty_lanes(*chunk);
        }
        return dirty.to_bitmask() == 0;
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        return is_clean_word(u64::from_ne_bytes(*first))
            & is_clean_word(u64::from_ne_bytes(*last));
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        let word =
            u64::from(u32::from_ne_bytes(*first)) | u64::from(u32::from_ne_bytes(*last)) << 32;
        return is_clean_word(word);
    }
    bytes.iter().all(|&byte| is_clean_byte(byte))
}

/// The highest bit of each of sixteen bytes that cannot stand.
#[inline]
fn dirty_lanes(chunk: [u8; CHUNK]) -> u8x16 {
    let lanes = u8x16::new(chunk);
    let equal = |byte| lanes.simd_eq(u8x16::splat(byte));
    let control = lanes.min(u8x16::splat(0x1f)).simd_eq(lanes);
    // What is not ASCII has the bit itself.
    lanes | control | equal(b'"') | equal(b'\\') | equal(0x7f)
}

#[inline]
const fn is_clean_word(word: u64) -> bool {
    dirty_bytes(word) == 0
}

/// The same for eight bytes in one register: the highest bit of each that cannot stand (after "Determine if a word has a
/// byte less than n", S. E. Anderson, Bit Twiddling Hacks). Exact up to the first such byte; a borrow may mark clean ones
/// after it.
#[inline]
const fn dirty_bytes(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let quote = word ^ (ONES * b'"' as u64);
    let backslash = word ^ (ONES * b'\\' as u64);
    let delete = word ^ (ONES * 0x7f);
    let below = word.wrapping_sub(ONES * 0x20);
    let dirty = quote.wrapping_sub(ONES)
        | backslash.wrapping_sub(ONES)
        | delete.wrapping_sub(ONES)
        | below
        | word;
    dirty & HIGH
}

#[inline]
const fn is_clean_byte(byte: u8) -> bool {
    byte >= 0x20 && byte < 0x7f && byte != b'"' && byte != b'\\'
}

/// Copies clean runs and replaces what may not stand, eight bytes at a time.
#[inline(never)]
fn escape_runs(out: &mut Vec<u8>, bytes: &[u8]) {
    out.reserve(bytes.len() + 32);
    let mut at = 0;
    while let Some(word) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        // All eight are copied by one move; what must not stand is taken back.
        let end = out.len();
        out.extend_from_slice(word);
        let dirty = dirty_bytes(u64::from_le_bytes(*word));
        if dirty == 0 {
            at += 8;
            continue;
        }
        let clean = (dirty.trailing_zeros() / 8) as usize;
        out.truncate(end + clean);
        at += clean;
        at += replace(bytes, at, out);
    }
    while let Some(&byte) = bytes.get(at) {
        if is_clean_byte(byte) {
            out.push(byte);
            at += 1;
        } else {
            at += replace(bytes, at, out);
        }
    }
}

/// Writes the one character at `at` as it may stand; how many bytes it has.
#[inline]
fn replace(bytes: &[u8], at: usize, out: &mut Vec<u8>) -> usize {
    let letter = match bytes[at] {
        b'"' => b'"',
        b'\\' => b'\\',
        b'\n' => b'n',
        b'\t' => b't',
        b'\r' => b'r',
        _ => return replace_other(bytes, at, out),
    };
    out.extend_from_slice(&[b'\\', letter]);
    1
}

/// Other controls as their code, other characters as they are unless they act on a reader or a terminal.
fn replace_other(bytes: &[u8], at: usize, out: &mut Vec<u8>) -> usize {
    let (width, code) = match bytes[at] {
        byte @ (0..0x20 | 0x7f) => (1, Some(u16::from(byte))),
        // U+0080 to U+009F, the C1 controls.
        0xc2 => match bytes.get(at + 1) {
            Some(&second @ 0x80..=0x9f) => (2, Some(u16::from(second))),
            _ => (2, None),
        },
        0xe2 | 0xef => match bytes.get(at..at + 3) {
            // U+2028 to U+202E: line and paragraph separator, bidirectional embeddings and overrides.
            Some(&[0xe2, 0x80, third @ 0xa8..=0xae]) => (3, Some(0x2000 | u16::from(third & 0x3f))),
            // U+2066 to U+2069: bidirectional isolates.
            Some(&[0xe2, 0x81, third @ 0xa6..=0xa9]) => (3, Some(0x2040 | u16::from(third & 0x3f))),
            Some(&[0xef, 0xbb, 0xbf]) => (3, Some(0xfeff)),
            _ => (3, None),
        },
        0xf0.. => (4, None),
        0xe0.. => (3, None),
        0xc0.. => (2, None),
        _ => (1, None),
    };
    match code {
        None => out.extend_from_slice(&bytes[at..bytes.len().min(at + width)]),
        Some(code) => {
            const DIGITS: &[u8; 16] = b"0123456789abcdef";
            let digit = |shift: u16| DIGITS[usize::from(code >> shift & 15)];
            out.extend_from_slice(&[b'\\', b'u', digit(12), digit(8), digit(4), digit(0)]);
        }
    }
    width
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn escaped(text: &str) -> String {
        let mut out = Vec::new();
        escape(&mut out, text);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn controls_and_separators_are_written_as_escapes() {
        assert_eq!(escaped("a\r\n\t\"\\"), r#"a\r\n\t\"\\"#);
        assert_eq!(escaped("\u{0}\u{1b}[31m\u{7f}"), r"\u0000\u001b[31m\u007f");
        assert_eq!(escaped("\u{85}\u{9f}\u{a0}"), "\\u0085\\u009f\u{a0}");
        assert_eq!(
            escaped("\u{2028}\u{2029}\u{202e}\u{2066}\u{feff}"),
            r"\u2028\u2029\u202e\u2066\ufeff"
        );
        assert_eq!(escaped("日本 é 🚢"), "日本 é 🚢");
    }

    #[test]
    fn one_dirty_byte_is_found_wherever_it_stands() {
        for length in 1..70 {
            for at in 0..length {
                let mut text = vec![b'x'; length];
                text[at] = b'\n';
                let text = String::from_utf8(text).unwrap();
                assert_eq!(escaped(&text), text.replace('\n', "\\n"), "{length} {at}");
            }
        }
    }

    proptest! {
        #[test]
        fn a_parser_reads_the_text_back(text in any::<String>()) {
            let json = format!("\"{}\"", escaped(&text));
            prop_assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
            let acts = json.chars().any(|c| {
                c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
            });
            prop_assert!(!acts);
        }
    }
}
