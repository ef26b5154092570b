//! Where the thing that is looped over comes from.

/// What a plain name was given last, before the loop at `before`.
pub(super) fn defined<'s>(source: &'s str, before: usize, header: &str) -> Option<&'s str> {
    const REACH: usize = 4_000;
    let header = header.trim().trim_start_matches(['&', '*']);
    let (name, method) = header.split_once('.').unwrap_or((header, ""));
    if !matches!(
        method,
        "" | "items()" | "keys()" | "values()" | "iter()" | "into_iter()"
    ) {
        return None;
    }
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if !plain || name.len() < 2 {
        return None;
    }
    let mut from = before.saturating_sub(REACH);
    while !source.is_char_boundary(from) {
        from += 1;
    }
    let text = source.get(from..before)?;
    let at = memchr::memmem::rfind(text.as_bytes(), format!("{name} = ").as_bytes())?;
    let begins = text[..at]
        .rsplit('\n')
        .next()?
        .split_whitespace()
        .all(|word| matches!(word, "let" | "mut"));
    // Given more than once: who knows what it holds.
    let function = ["\ndef ", "\n    def ", "\nfn ", "fn "]
        .iter()
        .filter_map(|start| text[..at].rfind(start))
        .max()
        .unwrap_or(0);
    let given_before = text[function..at].lines().any(|line| {
        line.trim_start()
            .strip_prefix(name)
            .is_some_and(|rest| rest.starts_with(" = "))
    });
    if !begins || given_before || text[at..].contains("\ndef ") || text[at..].contains("\nfn ") {
        return None;
    }
    let value = &text[at + name.len() + 3..];
    let close = match value.bytes().next()? {
        b'(' => Some(('(', ')')),
        b'[' => Some(('[', ']')),
        b'{' => Some(('{', '}')),
        _ => None,
    };
    let Some((open, close)) = close else {
        return value.lines().next();
    };
    let mut depth = 0i32;
    for (at, c) in value.char_indices() {
        if c == open {
            depth += 1;
        } else if c == close {
            depth -= 1;
            if depth == 0 {
                // An empty one is filled later.
                return value.get(..=at).filter(|value| value.len() > 2);
            }
        }
    }
    None
}
