//! Escaped text read as what it stands for, with the way back to its own bytes.

/// From places in the decoded text to places in the raw one.
pub(super) struct Map(Vec<(u32, u32)>);

impl Map {
    /// The raw place of a decoded one.
    pub(super) fn raw(&self, decoded: usize) -> usize {
        let wanted = u32::try_from(decoded).unwrap_or(u32::MAX);
        let next = self.0.partition_point(|(place, _)| *place <= wanted);
        next.checked_sub(1).map_or(decoded, |last| {
            let (place, raw) = self.0[last];
            (raw + (wanted - place)) as usize
        })
    }

    /// Notes that from here on decoded `place` is raw `raw`.
    fn note(&mut self, place: usize, raw: usize) {
        if let (Ok(place), Ok(raw)) = (u32::try_from(place), u32::try_from(raw)) {
            self.0.push((place, raw));
        }
    }
}

/// Decodes JSON escapes (RFC 8259, 7). What is no valid escape stands for itself.
pub(super) fn decode(raw: &[u8]) -> (Vec<u8>, Map) {
    let mut plain = Vec::with_capacity(raw.len());
    let mut map = Map(vec![(0, 0)]);
    let mut at = 0;
    while at < raw.len() {
        let Some(next) = memchr::memchr(b'\\', &raw[at..]) else {
            plain.extend_from_slice(&raw[at..]);
            break;
        };
        plain.extend_from_slice(&raw[at..at + next]);
        at += next;
        let length = match raw.get(at + 1) {
            Some(b'n') => one(&mut plain, b'\n'),
            Some(b't') => one(&mut plain, b'\t'),
            Some(b'r') => one(&mut plain, b'\r'),
            Some(b'b' | b'f') => one(&mut plain, b' '),
            Some(byte @ (b'"' | b'\\' | b'/')) => one(&mut plain, *byte),
            Some(b'u') => unicode(&raw[at..], &mut plain),
            _ => {
                plain.push(b'\\');
                1
            }
        };
        at += length;
        map.note(plain.len(), at);
    }
    (plain, map)
}

fn one(plain: &mut Vec<u8>, byte: u8) -> usize {
    plain.push(byte);
    2
}

fn unicode(raw: &[u8], plain: &mut Vec<u8>) -> usize {
    let unit = |at: usize| {
        let text = raw
            .get(at..at + 6)
            .filter(|text| text.starts_with(b"\\u"))?;
        u32::from_str_radix(std::str::from_utf8(&text[2..]).ok()?, 16).ok()
    };
    let Some(first) = unit(0) else {
        plain.push(b'\\');
        return 1;
    };
    let (code, length) = match (first, unit(6)) {
        (0xD800..=0xDBFF, Some(second @ 0xDC00..=0xDFFF)) => {
            (0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00), 12)
        }
        _ => (first, 6),
    };
    let character = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
    plain.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    length
}

/// Decodes percent-encoding (RFC 3986, 2.1).
pub(super) fn percent(raw: &[u8]) -> (Vec<u8>, Map) {
    let mut plain = Vec::with_capacity(raw.len());
    let mut map = Map(vec![(0, 0)]);
    let mut at = 0;
    let digit = |at: usize| raw.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    while at < raw.len() {
        if raw[at] == b'%'
            && let (Some(high), Some(low)) = (digit(at + 1), digit(at + 2))
        {
            plain.push((high * 16 + low).to_le_bytes()[0]);
            at += 3;
            map.note(plain.len(), at);
            continue;
        }
        plain.push(raw[at]);
        at += 1;
    }
    (plain, map)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_lead_back() {
        let raw = br#"a\n\"b\u00e9\ud83d\ude00c\/d"#;
        let (plain, map) = decode(raw);
        assert_eq!(String::from_utf8(plain.clone()).unwrap(), "a\n\"bé😀c/d");
        let place = plain.iter().position(|byte| *byte == b'c').unwrap();
        assert_eq!(raw[map.raw(place)], b'c');
        assert_eq!(map.raw(plain.len()), raw.len());
        assert_eq!(map.raw(0), 0);
        let (plain, map) = percent(b"a%3Db%20c%zz");
        assert_eq!(plain, b"a=b c%zz");
        assert_eq!(map.raw(2), 4);
    }
}
