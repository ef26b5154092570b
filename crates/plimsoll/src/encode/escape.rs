//! Text becomes the inside of a JSON string that neither breaks its line nor a terminal.
//!
//! Beyond what JSON asks for (quotes, backslashes, C0 controls), everything that a terminal or a line reader may act
//! on is written as `\uXXXX`: DEL, the C1 controls, U+2028 and U+2029, the bidirectional overrides and the byte order
//! mark. Sixty-four bytes are looked at together: one bit says of each whether it must be looked at alone.

use wide::u8x16;

/// Bytes looked at together: as many as a mask has bits.
const BLOCK: usize = u64::BITS as usize;
/// Bytes in one vector.
const LANES: usize = 16;

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
    if bytes.len() > BLOCK {
        return escape_blocks(out, bytes);
    }
    match dirty_bits(bytes) {
        0 => out.extend_from_slice(bytes),
        dirty => drop(replace(out, bytes, 0, dirty)),
    }
}

#[inline(never)]
fn escape_blocks(out: &mut Vec<u8>, bytes: &[u8]) {
    out.reserve(bytes.len() + BLOCK);
    let mut at = 0;
    while at < bytes.len() {
        let block = &bytes[at..bytes.len().min(at + BLOCK)];
        at = replace(out, bytes, at, dirty_bits(block));
    }
}

/// One bit for each byte, of at most a block, that cannot stand in a JSON string just as it is.
#[inline]
fn dirty_bits(bytes: &[u8]) -> u64 {
    let Some(last) = bytes.last_chunk() else {
        return dirty_bits_of_short(bytes);
    };
    // The tail is looked at together with bytes seen before: cheaper than one by one.
    let mut dirty = dirty_lanes(*last) << (bytes.len() - LANES);
    for (index, chunk) in bytes.as_chunks().0.iter().enumerate() {
        dirty |= dirty_lanes(*chunk) << (index * LANES);
    }
    dirty
}

/// The same of a text that fills no vector: its two halves, which may overlap, stand in one.
#[inline]
fn dirty_bits_of_short(bytes: &[u8]) -> u64 {
    let mut lanes = [b' '; LANES];
    let half;
    if let (Some(first), Some(last)) = (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        half = 8;
        lanes[..8].copy_from_slice(first);
        lanes[8..].copy_from_slice(last);
    } else if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        half = 4;
        lanes[..4].copy_from_slice(first);
        lanes[4..8].copy_from_slice(last);
    } else {
        half = bytes.len();
        for (lane, byte) in lanes.iter_mut().zip(bytes) {
            *lane = *byte;
        }
    }
    match dirty_lanes(lanes) {
        0 => 0,
        dirty => dirty & ((1 << half) - 1) | dirty >> half << (bytes.len() - half),
    }
}

/// The bits of sixteen bytes.
#[inline]
fn dirty_lanes(chunk: [u8; LANES]) -> u64 {
    let lanes = u8x16::new(chunk);
    let equal = |byte| lanes.simd_eq(u8x16::splat(byte));
    let control = lanes.min(u8x16::splat(0x1f)).simd_eq(lanes);
    // What is not ASCII has the highest bit itself.
    let dirty = lanes | control | equal(b'"') | equal(b'\\') | equal(0x7f);
    u64::from(dirty.to_bitmask())
}

/// Appends the block at `start` whose `dirty` bytes may have to be replaced, and the rest of a character that begins in
/// it; where that ends.
#[inline(never)]
fn replace(out: &mut Vec<u8>, bytes: &[u8], start: usize, mut dirty: u64) -> usize {
    let mut end = bytes.len().min(start + BLOCK);
    let mut copied = start;
    while dirty != 0 {
        let offset = dirty.trailing_zeros();
        let at = start + offset as usize;
        if let Some(escape) = ESCAPES.get(usize::from(bytes[at])) {
            copy(out, bytes, copied, at);
            let end = out.len() + escape.length;
            out.extend_from_slice(&escape.text);
            out.truncate(end);
            copied = at + 1;
            dirty &= dirty - 1;
            continue;
        }
        let (width, code) = beyond_ascii(&bytes[at..]);
        if let Some(code) = code {
            copy(out, bytes, copied, at);
            out.extend_from_slice(&unicode(code));
            copied = at + width;
        }
        // Done with all bytes of the character.
        dirty &= u64::MAX.checked_shl(offset + width as u32).unwrap_or(0);
        end = end.max(at + width);
    }
    copy(out, bytes, copied, end);
    end
}

/// Copies what may stand. Between two escapes that is seldom much: sixteen bytes by one move, and what is too much
/// taken back.
#[inline(always)]
fn copy(out: &mut Vec<u8>, bytes: &[u8], from: usize, to: usize) {
    match bytes.get(from..).and_then(<[u8]>::first_chunk::<LANES>) {
        Some(chunk) if to - from <= LANES => {
            let end = out.len() + to - from;
            out.extend_from_slice(chunk);
            out.truncate(end);
        }
        _ => out.extend_from_slice(&bytes[from..to]),
    }
}

/// What stands for one ASCII character.
#[derive(Clone, Copy)]
struct Escape {
    text: [u8; 8],
    length: usize,
}

/// What stands for each ASCII character that may not stand itself.
static ESCAPES: [Escape; 0x80] = {
    let mut escapes = [Escape {
        text: [0; 8],
        length: 0,
    }; 0x80];
    let mut byte = 0;
    while byte < escapes.len() {
        let letter = match byte as u8 {
            letter @ (b'"' | b'\\') => letter,
            b'\n' => b'n',
            b'\t' => b't',
            b'\r' => b'r',
            _ => 0,
        };
        escapes[byte] = if letter == 0 {
            let [a, b, c, d, e, f] = unicode(byte as u16);
            Escape {
                text: [a, b, c, d, e, f, 0, 0],
                length: 6,
            }
        } else {
            Escape {
                text: [b'\\', letter, 0, 0, 0, 0, 0, 0],
                length: 2,
            }
        };
        byte += 1;
    }
    escapes
};

const fn unicode(code: u16) -> [u8; 6] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let [high, low] = code.to_be_bytes();
    [
        b'\\',
        b'u',
        DIGITS[(high >> 4) as usize],
        DIGITS[(high & 15) as usize],
        DIGITS[(low >> 4) as usize],
        DIGITS[(low & 15) as usize],
    ]
}

/// How many bytes the character that `bytes` begins with has, and its code if it acts on a reader or a terminal.
#[inline]
fn beyond_ascii(bytes: &[u8]) -> (usize, Option<u16>) {
    match *bytes {
        // U+0080 to U+009F, the C1 controls.
        [0xc2, second @ 0x80..=0x9f, ..] => (2, Some(u16::from(second))),
        // U+2028 to U+202E: line and paragraph separator, bidirectional embeddings and overrides.
        [0xe2, 0x80, third @ 0xa8..=0xae, ..] => (3, Some(0x2000 | u16::from(third & 0x3f))),
        // U+2066 to U+2069: bidirectional isolates.
        [0xe2, 0x81, third @ 0xa6..=0xa9, ..] => (3, Some(0x2040 | u16::from(third & 0x3f))),
        [0xef, 0xbb, 0xbf, ..] => (3, Some(0xfeff)),
        [0xf0..=0xff, ..] => (4, None),
        [0xe0..=0xef, ..] => (3, None),
        _ => (2, None),
    }
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

    #[test]
    fn a_character_is_whole_wherever_a_block_ends() {
        for before in 0..140 {
            for character in ["é", "\u{9f}", "\u{2028}", "日", "🚢"] {
                let text = "x".repeat(before) + character + "\"y";
                let json = format!("\"{}\"", escaped(&text));
                assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
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
