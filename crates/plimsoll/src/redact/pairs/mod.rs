//! A key and its value inside a text: `password=x`, `"password": "x"`, `password: Some("x")`, `?token=x`,
//! `Cookie: a=b`, `Password=x;`, at any depth of quoting.

mod code;
mod header;
mod name;
mod value;
mod wrapper;

use plimsoll_standard::sensitive::{Kind, Strength, is_status, password_like, secret_like};

use super::hit::Hit;
use super::keys::Keys;
use super::names::of_kind;
use code::{is_code, is_field_number, is_keyword, is_variable};
use header::holds_cookie;
use name::{Key, key_before};
pub(super) use name::{LONGEST_KEY, cookie_class, is_query_mark};
use value::{Style, Value, pair_follows, quoted_end, read_value, value_start};
pub(super) use wrapper::wrapped;

/// Longer values without quotes are not judged but taken out, so that no value is read again and again.
const LONGEST_JUDGED: usize = 1024;

/// Looks at the `:` or `=` at `join`. Returns where the value ended, if it was sensitive.
pub(super) fn find(
    keys: &Keys,
    text: &[u8],
    floor: usize,
    join: usize,
    hits: &mut Vec<Hit>,
) -> Option<usize> {
    if text[join..].starts_with(b"=(") && join > floor && text[join - 1] == b')' {
        return constraint(keys, text, floor, join, hits);
    }
    let key = key_before(keys, text, floor, join)?;
    let (start, joined) = value_start(text, join)?;
    let value = read_value(text, &key, start, joined);
    match value {
        // `map[password: user:ada]`: a value that is empty, and the next pair.
        Value::Bare(start, end, Style::Prose)
            if key.class.kind == Kind::Password && is_pair(&text[start..end]) =>
        {
            None
        }
        // `backup codes: a1b2c3d4, e5f6a7b8`
        Value::Bare(start, end, style) if key.class.kind == Kind::OneTimeCode => {
            let found = judged(&key, text, start, end, style, hits)?;
            Some(more_codes(text, end - start, found, hits))
        }
        Value::Quoted(start, end) => judged(&key, text, start, end, Style::Quoted, hits),
        Value::Bare(start, end, style) => judged(&key, text, start, end, style, hits),
        Value::List(start) => list(&key, text, start, hits),
        Value::None => None,
    }
}

/// `Key (tenant, email)=(7, ada@example.org) already exists`: PostgreSQL names the columns of a broken constraint, and
/// their values.
fn constraint(
    keys: &Keys,
    text: &[u8],
    floor: usize,
    join: usize,
    hits: &mut Vec<Hit>,
) -> Option<usize> {
    let low = floor.max(join.saturating_sub(LONGEST_KEY));
    let open = low + memchr::memrchr(b'(', &text[low..join])?;
    let mut at = join + 2;
    let mut found = None;
    for column in text[open + 1..join - 1].split(|byte| *byte == b',') {
        let rest = &text[at..];
        let length = rest.iter().position(|byte| matches!(byte, b',' | b')'))?;
        if let Some(class) = keys.recall(column.trim_ascii())
            && class.covers(&String::from_utf8_lossy(&rest[..length]))
        {
            hits.push(Hit::new(at, at + length, of_kind(class.kind)));
            found = Some(at + length);
        }
        at += length + 1;
        at += usize::from(text.get(at) == Some(&b' '));
    }
    found
}

fn judged(
    key: &Key,
    text: &[u8],
    start: usize,
    end: usize,
    style: Style,
    hits: &mut Vec<Hit>,
) -> Option<usize> {
    let class = key.class;
    if end - start > LONGEST_JUDGED && style != Style::Quoted {
        // Nobody writes one word so long but to hide something.
        hits.push(Hit::new(start, end, of_kind(class.kind)));
        return Some(end);
    }
    let value = String::from_utf8_lossy(&text[start..end]);
    let sensitive = class.covers(&value)
        && match style {
            Style::Quoted => true,
            Style::Header => {
                value.len() >= 4
                    && (class.kind != Kind::Cookie
                        || holds_cookie(&value)
                        || (!value.contains('=') && secret_like(&value)))
            }
            Style::Pair => {
                !is_code(&value)
                    && !is_field_number(&value)
                    && !is_keyword(&value)
                    && !is_variable(class.kind, &value)
                    && (class.strength != Strength::Text
                        || !value.bytes().all(|b| b.is_ascii_digit()))
            }
            Style::Prose => in_prose(key, text, &value, end),
            Style::Line => match class.kind {
                Kind::Password => password_like(&value),
                _ => secret_like(&value),
            },
        };
    sensitive.then(|| {
        hits.push(Hit::new(start, end, of_kind(class.kind)));
        end
    })
}

/// Whether a value is a name and its own value.
fn is_pair(value: &[u8]) -> bool {
    let name = value
        .iter()
        .take_while(|byte| byte.is_ascii_lowercase() || **byte == b'_')
        .count();
    name > 1 && value[name..].starts_with(b":") && value.len() > name + 1
}

/// Codes as long as the first that follow it, each after a comma and a blank. Returns where the last ended.
fn more_codes(text: &[u8], length: usize, mut end: usize, hits: &mut Vec<Hit>) -> usize {
    for _ in 0..MOST_ITEMS {
        let Some(next) = text[end..].strip_prefix(b", ") else {
            break;
        };
        let code = next
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'-')
            .count();
        if code != length || !next[..code].iter().any(u8::is_ascii_digit) {
            break;
        }
        hits.push(Hit::new(
            end + 2,
            end + 2 + code,
            of_kind(Kind::OneTimeCode),
        ));
        end += 2 + code;
    }
    end
}

/// Whether a value after `key: ` is one and not the next word of a sentence.
fn in_prose(key: &Key, text: &[u8], value: &str, end: usize) -> bool {
    if is_code(value) || is_status(value) {
        return false;
    }
    let rest = &text[end..];
    let sentence = rest.first() == Some(&b' ')
        && rest.get(1).is_some_and(u8::is_ascii_lowercase)
        && !pair_follows(rest, b"=:");
    let letters = value
        .chars()
        .all(|c| c.is_alphabetic() || c == '-' || c == '\'');
    match key.class.kind {
        Kind::Password => !(letters && (sentence || value.len() < 5)) || password_like(value),
        Kind::Token
        | Kind::Secret
        | Kind::ApiKey
        | Kind::PrivateKey
        | Kind::Credentials
        | Kind::Signature => {
            secret_like(value)
                || (!letters && value.len() >= 6 && !key.phrase)
                || (value.len() >= 20 && !sentence)
        }
        Kind::PersonName | Kind::PostalAddress => {
            !sentence && value.starts_with(char::is_uppercase)
        }
        _ => true,
    }
}

/// Items of a list that are looked at.
const MOST_ITEMS: usize = 32;

/// `["a", "b"]` under a sensitive key: every quoted text in it; `[a]`, as Go prints a header.
fn list(key: &Key, text: &[u8], start: usize, hits: &mut Vec<Hit>) -> Option<usize> {
    let bare = text[start..].iter().take(LONGEST_JUDGED).position(|byte| {
        byte.is_ascii_whitespace() || matches!(byte, b']' | b'"' | b'\'' | b',' | b':')
    });
    if let Some(length) = bare
        && length > 0
        && text[start + length] == b']'
    {
        return judged(key, text, start, start + length, Style::Pair, hits);
    }
    let mut at = start;
    let mut found = None;
    for _ in 0..MOST_ITEMS {
        let gap = text[at..]
            .iter()
            .take(64)
            .take_while(|byte| matches!(byte, b' ' | b',' | b'\n' | b'\r' | b'\t' | b'\\'))
            .count();
        at += gap;
        let Some(quote @ (b'"' | b'\'')) = text.get(at).copied() else {
            break;
        };
        let escapes = text[start..at]
            .iter()
            .rev()
            .take_while(|byte| **byte == b'\\')
            .count();
        let close = quoted_end(text, at + 1, quote, escapes);
        if judged(key, text, at + 1, close, Style::Quoted, hits).is_some() {
            found = Some(close);
        }
        at = text.len().min(close + escapes + 1);
    }
    found
}
