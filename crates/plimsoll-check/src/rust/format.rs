//! Format strings: which values the text takes in.

/// What a `{}` refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Hole<'s> {
    /// `{}`: the next argument.
    Next,
    /// `{0}`.
    Index(usize),
    /// `{name}`.
    Name(&'s str),
}

/// One `{...}` of a format string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Placeholder<'s> {
    /// What it refers to.
    pub hole: Hole<'s>,
    /// After the colon: `?`, `>8`, `.*`.
    pub spec: &'s str,
    /// Bytes in the literal's inside.
    pub range: (usize, usize),
}

/// The inside of a string literal as written, without quotes and prefix; and where it begins in the literal.
pub(super) fn inside(literal: &str) -> (&str, usize) {
    let Some(quote) = literal.find('"') else {
        return (literal, 0);
    };
    let hashes = literal[..quote]
        .bytes()
        .filter(|byte| *byte == b'#')
        .count();
    let end = literal.len().saturating_sub(hashes + 1).max(quote + 1);
    (literal.get(quote + 1..end).unwrap_or_default(), quote + 1)
}

/// The placeholders of a format string's inside.
pub(super) fn placeholders(text: &str) -> Vec<Placeholder<'_>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(offset) = memchr::memchr2(b'{', b'}', &bytes[at..]) {
        let start = at + offset;
        if bytes.get(start + 1) == Some(&bytes[start]) || bytes[start] == b'}' {
            at = (start + 2).min(bytes.len());
            continue;
        }
        // `\u{1F600}` is an escape, no placeholder.
        if start >= 2 && &bytes[start - 2..start] == b"\\u" {
            at = start + 1;
            continue;
        }
        let Some(length) = memchr::memchr(b'}', &bytes[start..]) else {
            break;
        };
        let end = start + length + 1;
        let inner = &text[start + 1..end - 1];
        let (name, spec) = inner.split_once(':').unwrap_or((inner, ""));
        let name = name.trim();
        let hole = if name.is_empty() {
            Hole::Next
        } else if let Ok(index) = name.parse() {
            Hole::Index(index)
        } else {
            Hole::Name(name)
        };
        found.push(Placeholder {
            hole,
            spec: spec.trim(),
            range: (start, end),
        });
        at = end;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_are_told_apart() {
        let found = placeholders("a {} b {{no}} {0:?} {name:>8} \\u{1F600} {x:?}");
        let holes: Vec<_> = found.iter().map(|p| (p.hole.clone(), p.spec)).collect();
        assert_eq!(
            holes,
            [
                (Hole::Next, ""),
                (Hole::Index(0), "?"),
                (Hole::Name("name"), ">8"),
                (Hole::Name("x"), "?"),
            ]
        );
    }

    #[test]
    fn literals_lose_their_quotes() {
        assert_eq!(inside("\"ab\""), ("ab", 1));
        assert_eq!(inside("r#\"a\"b\"#"), ("a\"b", 3));
        assert_eq!(inside("\""), ("", 1));
    }
}
