//! Finding the fields of a finished line again: for the few that must be shrunk or are shown on a terminal.

/// One field of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry<'a> {
    /// The key as it stands between its quotes, escaped.
    pub(crate) key: &'a [u8],
    /// The value as JSON.
    pub(crate) value: &'a [u8],
}

impl Entry<'_> {
    pub(crate) fn is_string(&self) -> bool {
        self.value.first() == Some(&b'"')
    }
}

/// The fields of one canonical line, in order. Stops where the line is not one.
pub(crate) fn entries(line: &[u8]) -> Entries<'_> {
    Entries {
        rest: line.strip_prefix(b"{").unwrap_or_default(),
    }
}

/// From [`entries`].
#[derive(Debug, Clone)]
pub(crate) struct Entries<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Entries<'a> {
    type Item = Entry<'a>;

    fn next(&mut self) -> Option<Entry<'a>> {
        let key_end = string_end(self.rest)?;
        let key = self.rest.get(1..key_end - 1)?;
        let after = self.rest.get(key_end..)?.strip_prefix(b":")?;
        let value_end = value_end(after)?;
        let (value, rest) = after.split_at(value_end);
        // The comma, or the closing brace after the last one.
        self.rest = rest.get(1..)?;
        Some(Entry { key, value })
    }
}

/// Where the string that `bytes` begins with ends, both quotes included.
fn string_end(bytes: &[u8]) -> Option<usize> {
    if bytes.first() != Some(&b'"') {
        return None;
    }
    let mut at = 1;
    loop {
        at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes[at] == b'"' {
            return Some(at + 1);
        }
        at += 2;
    }
}

fn value_end(bytes: &[u8]) -> Option<usize> {
    match bytes.first()? {
        b'"' => string_end(bytes),
        b'{' | b'[' => {
            let mut depth = 0_usize;
            let mut at = 0;
            loop {
                match bytes.get(at)? {
                    b'"' => {
                        at += string_end(&bytes[at..])?;
                        continue;
                    }
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' => depth -= 1,
                    _ => {}
                }
                at += 1;
                if depth == 0 {
                    return Some(at);
                }
            }
        }
        _ => memchr::memchr2(b',', b'}', bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_found() {
        let line = br#"{"a":"x\"},","b":1,"c\"":{"d":["}",{}]},"e":null}"#;
        let found: Vec<(&[u8], &[u8])> = entries(line)
            .map(|entry| (entry.key, entry.value))
            .collect();
        assert_eq!(
            found,
            [
                (&b"a"[..], &br#""x\"},""#[..]),
                (b"b", b"1"),
                (br#"c\""#, br#"{"d":["}",{}]}"#),
                (b"e", b"null"),
            ]
        );
    }

    #[test]
    fn what_is_not_a_line_ends_early() {
        for text in [
            "",
            "{",
            "{}",
            "[1]",
            "{\"a",
            "{\"a\"",
            "{\"a\":",
            "{\"a\":\"",
            "{\"a\":[",
            "{\"a\":1",
            "x",
        ] {
            assert_eq!(entries(text.as_bytes()).count(), 0, "{text}");
        }
    }
}
