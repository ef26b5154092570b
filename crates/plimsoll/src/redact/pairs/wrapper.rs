//! Calls and types around a quoted value: `Some("x")`, `Password("x")`, `set_password("x")`.

use plimsoll_standard::sensitive::{Kind, password_like, secret_like};

use super::name::{LONGEST_KEY, word_byte};
use super::value::quoted_end;
use crate::redact::hit::Hit;
use crate::redact::keys::Keys;
use crate::redact::names::of_kind;

/// `Token("...")`, `Password("...")`: a wrapper that names what is in it. `open` is its parenthesis.
pub(in crate::redact) fn wrapped(
    keys: &Keys,
    text: &[u8],
    floor: usize,
    open: usize,
    hits: &mut Vec<Hit>,
) -> Option<usize> {
    let escapes = text[open + 1..]
        .iter()
        .take(15)
        .take_while(|byte| **byte == b'\\')
        .count();
    let quote = *text
        .get(open + 1 + escapes)
        .filter(|byte| matches!(byte, b'"' | b'\''))?;
    let low = floor.max(open.saturating_sub(LONGEST_KEY));
    let mut start = open;
    while start > low && word_byte(text[start - 1]) {
        start -= 1;
    }
    // `.password("x1")` of a builder: a prompt or the name of a field may stand there, too.
    let method = start > low && text[start - 1] == b'.';
    if !text[start].is_ascii_uppercase() && !sets(&text[start..open]) && !method {
        return None;
    }
    let class = keys.recall(&text[start..open])?;
    let from = open + 2 + escapes;
    let end = quoted_end(text, from, quote, escapes);
    let value = String::from_utf8_lossy(&text[from..end]);
    let fits = match class.kind {
        Kind::Password => !method || password_like(&value),
        Kind::Token | Kind::Secret | Kind::ApiKey | Kind::PrivateKey | Kind::Credentials => {
            secret_like(&value)
        }
        _ => !method && class.kind.is_personal(),
    };
    (fits && class.covers(&value)).then(|| {
        hits.push(Hit::new(from, end, of_kind(class.kind)));
        end
    })
}

/// `setPassword`, `with_token`: a call that hands over what its name names.
fn sets(name: &[u8]) -> bool {
    [&b"set"[..], b"with", b"use", b"change", b"update", b"reset"]
        .iter()
        .any(|verb| {
            name.strip_prefix(*verb)
                .and_then(<[u8]>::first)
                .is_some_and(|next| next.is_ascii_uppercase() || *next == b'_')
        })
}

/// The length of an opening wrapper at the start of a value.
pub(super) fn wrapper(rest: &[u8]) -> Option<usize> {
    // `[]string{"x"}` of Go.
    if let Some(inner) = rest.strip_prefix(b"[]") {
        let element = inner
            .iter()
            .take(40)
            .position(|byte| !(word_byte(*byte) || *byte == b'.'))?;
        return inner[element..].starts_with(b"{\"").then_some(element + 3);
    }
    let name = rest
        .iter()
        .take(40)
        .position(|byte| !(word_byte(*byte) || *byte == b':'))?;
    match (name, rest[name]) {
        // `b"`, `r"`, `u'`, `N'`, `&"`.
        (1, b'"' | b'\'') => Some(1),
        (0, b'&' | b'*') if matches!(rest.get(1), Some(b'"' | b'\'')) => Some(1),
        (0, _) => None,
        (_, b'(') => {
            let inner = rest.get(name + 1)?;
            // `string(15) "x"` of PHP.
            if inner.is_ascii_digit()
                && let Some(digits) = rest[name + 1..].iter().position(|b| !b.is_ascii_digit())
                && rest[name + 1 + digits..].starts_with(b") \"")
            {
                return Some(name + digits + 3);
            }
            let escaped = *inner == b'\\' && rest.get(name + 2) == Some(&b'"');
            (matches!(&rest[..name], b"Some" | b"Ok" | b"Err" | b"Just")
                || matches!(inner, b'"' | b'\'')
                || escaped
                || nested_wrapper(&rest[name + 1..]))
            .then_some(name + 1)
        }
        _ => None,
    }
}

fn nested_wrapper(rest: &[u8]) -> bool {
    rest.first().is_some_and(u8::is_ascii_uppercase)
        && rest
            .iter()
            .take(40)
            .position(|byte| !word_byte(*byte))
            .is_some_and(|name| rest[name] == b'(')
}
