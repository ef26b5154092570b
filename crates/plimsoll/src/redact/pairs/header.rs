//! Values that take the rest of a header's line: `Authorization`, `Cookie`.

use plimsoll_standard::sensitive::Kind;

use super::name::key_byte;

pub(super) fn header_end(text: &[u8], start: usize, kind: Kind, enclosing: Option<u8>) -> usize {
    if has_parameters(&text[start..]) {
        return text[start..]
            .iter()
            .position(|byte| matches!(byte, b'\n' | b'\r') || Some(*byte) == enclosing)
            .map_or(text.len(), |length| start + length);
    }
    let line = text[start..]
        .iter()
        .position(|byte| matches!(byte, b'\n' | b'\r' | b'"') || Some(*byte) == enclosing)
        .map_or(text.len(), |length| start + length);
    // The quote's own escape stays before it.
    let line = line
        - text[start..line]
            .iter()
            .rev()
            .take_while(|byte| **byte == b'\\' && text.get(line).is_some_and(|next| *next == b'"'))
            .count();
    // An escaped line end or quote in a string that was printed.
    let line = text[start..line]
        .windows(2)
        .position(|pair| pair[0] == b'\\' && matches!(pair[1], b'n' | b'r' | b'"' | b'\''))
        .map_or(line, |length| start + length);
    if kind == Kind::Cookie {
        return trim_end(text, start, line);
    }
    let rest = &text[start..line];
    let word = |from: usize| {
        rest[from..]
            .iter()
            .position(|byte| {
                byte.is_ascii_whitespace()
                    || matches!(byte, b',' | b';' | b'\'' | b')' | b'}' | b']' | b'>' | b'&')
            })
            .map_or(rest.len(), |length| from + length)
    };
    let first = word(0);
    let scheme = &rest[..first];
    if rest.get(first) == Some(&b' ')
        && first <= 12
        && scheme
            .iter()
            .all(|byte| byte.is_ascii_alphabetic() || *byte == b'-')
    {
        return start + word(first + 1);
    }
    start + first
}

/// Whether an `Authorization` header's scheme is one that takes parameters, up to the line's end.
fn has_parameters(header: &[u8]) -> bool {
    // `Token token="x"`: any scheme with a quoted parameter.
    if let Some(scheme) = header.iter().take(24).position(|byte| *byte == b' ') {
        let parameter = &header[scheme + 1..];
        let name = parameter.iter().take(32).position(|byte| !key_byte(*byte));
        if name.is_some_and(|name| name > 0 && parameter[name..].starts_with(b"=\"")) {
            return true;
        }
    }
    [
        &b"digest "[..],
        b"signature ",
        b"hawk ",
        b"oauth ",
        b"aws4-",
    ]
    .iter()
    .any(|scheme| {
        header
            .get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    })
}

fn trim_end(text: &[u8], start: usize, mut end: usize) -> usize {
    while end > start
        && (text[end - 1].is_ascii_whitespace()
            || matches!(text[end - 1], b')' | b'}' | b']' | b',' | b'\''))
    {
        end -= 1;
    }
    end
}

/// Whether a pair stands there that is no attribute of a cookie (RFC 6265, 4.1.1).
pub(super) fn holds_cookie(header: &str) -> bool {
    header.split(';').any(|pair| {
        pair.split_once('=').is_some_and(|(name, value)| {
            let name = name.trim();
            !value.trim().is_empty()
                && ![
                    "samesite",
                    "path",
                    "domain",
                    "max-age",
                    "expires",
                    "secure",
                    "httponly",
                    "partitioned",
                    "priority",
                    "version",
                ]
                .iter()
                .any(|attribute| name.eq_ignore_ascii_case(attribute))
        })
    })
}
