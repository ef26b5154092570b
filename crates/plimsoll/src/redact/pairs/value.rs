//! Where the value after a `:` or `=` starts and ends.

use plimsoll_standard::sensitive::{Kind, Strength};

use super::header::header_end;
use super::name::{Key, key_byte, word_byte};
use super::wrapper::wrapper;

/// How a key and its value are joined.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Joined {
    Equals,
    Colon,
    /// A colon with a space after it, as in prose.
    Spaced,
    /// A colon at the end of a line.
    Below,
}

/// The one word of the line below, which is further in: `password:`, `password: |` and `x1` in YAML.
fn below(text: &[u8], at: usize) -> Option<usize> {
    let mut at = at;
    if matches!(text.get(at), Some(b'|' | b'>')) {
        at += 1;
        at += usize::from(matches!(text.get(at), Some(b'-' | b'+')));
    }
    at += usize::from(text.get(at) == Some(&b'\r'));
    let line = text.get(at..)?.strip_prefix(b"\n")?;
    let blanks = line
        .iter()
        .take(64)
        .take_while(|byte| matches!(byte, b' ' | b'\t'))
        .count();
    let word = line[blanks..]
        .iter()
        .position(u8::is_ascii_whitespace)
        .unwrap_or(line.len() - blanks);
    let ends = matches!(line.get(blanks + word), None | Some(b'\n' | b'\r'));
    (blanks > 0 && word > 0 && ends).then_some(at + 1 + blanks)
}

/// The first byte of the value, past the join's other bytes and white space.
pub(super) fn value_start(text: &[u8], join: usize) -> Option<(usize, Joined)> {
    let mut at = join + 1;
    let mut joined = if text[join] == b'=' {
        Joined::Equals
    } else {
        Joined::Colon
    };
    match text.get(at) {
        Some(b':') => return None,
        Some(b'=' | b'>' | b'~') => {
            joined = Joined::Equals;
            at += 1;
        }
        _ => {}
    }
    if joined == Joined::Colon && join > 0 && text[join - 1] == b':' {
        return None;
    }
    let first = at;
    while at - first < 64 && matches!(text.get(at), Some(b' ' | b'\t')) {
        at += 1;
    }
    if at > first && joined == Joined::Colon {
        joined = Joined::Spaced;
    }
    if joined != Joined::Equals
        && let Some(below) = below(text, at)
    {
        return Some((below, Joined::Below));
    }
    // `password=` and a line end is empty; `["password"]=>` of PHP breaks the line.
    if text[join..].starts_with(b"=>\n") {
        while at < text.len() && text[at].is_ascii_whitespace() {
            at += 1;
        }
    }
    (at < text.len() && !matches!(text[at], b'\n' | b'\r')).then_some((at, joined))
}

/// How a value without quotes is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Quoted,
    /// `key=value`.
    Pair,
    /// `key: value` in what may be prose.
    Prose,
    /// The rest of a header line.
    Header,
    /// A word on a line of its own.
    Line,
}

pub(super) enum Value {
    Quoted(usize, usize),
    Bare(usize, usize, Style),
    List(usize),
    None,
}

pub(super) fn read_value(text: &[u8], key: &Key, mut start: usize, joined: Joined) -> Value {
    // `Some("x")`, `Password(Secret("x"))`, `String("x")`, `b"x"`, `&"x"`: wrappers around a quoted value.
    for _ in 0..4 {
        match wrapper(&text[start..]) {
            Some(length) => start += length,
            None => break,
        }
    }
    let rest = &text[start..];
    let escapes = rest
        .iter()
        .take(15)
        .take_while(|byte| **byte == b'\\')
        .count();
    match rest.get(escapes) {
        Some(quote @ (b'"' | b'\'' | b'`')) => {
            let open = start + escapes + 1;
            return Value::Quoted(open, quoted_end(text, open, *quote, escapes));
        }
        _ if rest.starts_with(b"&quot;") => {
            let open = start + 6;
            let end = memchr::memmem::find(&text[open..], b"&quot;")
                .map_or(text.len(), |length| open + length);
            return Value::Quoted(open, end);
        }
        Some(b'[') if escapes == 0 => {
            return Value::List(start + 1);
        }
        Some(b'{' | b'(')
            if escapes == 0 && rest.get(1).is_none_or(|next| !next.is_ascii_alphanumeric()) =>
        {
            return Value::None;
        }
        None => return Value::None,
        _ => {}
    }
    let opening = key.start.checked_sub(1).map(|before| text[before]);
    let enclosing = opening.filter(|byte| matches!(byte, b'"' | b'\'' | b'`') && !key.quoted);
    let header = matches!(key.class.kind, Kind::Cookie | Kind::Authorization);
    if header && !(joined == Joined::Equals && key.class.strength == Strength::Likely) {
        let end = header_end(text, start, key.class.kind, enclosing);
        return Value::Bare(start, end, Style::Header);
    }
    let style = match joined {
        Joined::Below => Style::Line,
        Joined::Spaced if !key.quoted => Style::Prose,
        _ => Style::Pair,
    };
    let end = match opening {
        _ if key.owned => word_end(text, start),
        Some(b'?' | b'&') => query_end(text, start),
        _ if joined == Joined::Equals && in_semicolons(text, key.start, start) => {
            semicolon_end(text, start)
        }
        _ => bare_end(text, start, enclosing),
    };
    Value::Bare(start, end, style)
}

/// The end of a quoted value: the same quote behind as many backslashes. A text that was cut ends it too.
pub(super) fn quoted_end(text: &[u8], open: usize, quote: u8, escapes: usize) -> usize {
    let mut backslashes = 0;
    let mut at = open;
    while at < text.len() {
        let byte = text[at];
        if byte == b'\\' {
            backslashes += 1;
        } else {
            if byte == quote {
                let closes = if escapes == 0 {
                    backslashes % 2 == 0
                } else {
                    backslashes <= escapes
                };
                // SQL doubles a quote inside quotes.
                let doubled =
                    escapes == 0 && quote == b'\'' && text.get(at + 1) == Some(&quote) && at > open;
                if doubled {
                    at += 2;
                    backslashes = 0;
                    continue;
                }
                if closes {
                    return at - backslashes.min(escapes);
                }
            }
            backslashes = 0;
        }
        at += 1;
    }
    text.len()
}

fn query_end(text: &[u8], start: usize) -> usize {
    text[start..]
        .iter()
        .position(|byte| {
            byte.is_ascii_whitespace()
                || byte.is_ascii_control()
                || b"&#\"'<>`)]}|\\".contains(byte)
        })
        .map_or(text.len(), |length| start + length)
}

/// Whether a pair stands in a `A=b;C=d` string: another pair joined by `;` is next to it.
fn in_semicolons(text: &[u8], key: usize, value: usize) -> bool {
    let before = text[..key].iter().rev().find(|byte| **byte != b' ');
    if before == Some(&b';') {
        return true;
    }
    let ahead = &text[value..text.len().min(value + 256)];
    ahead
        .iter()
        .position(|byte| *byte == b';')
        .is_some_and(|mark| pair_follows(&ahead[mark + 1..], b"="))
}

fn semicolon_end(text: &[u8], start: usize) -> usize {
    let end = text[start..]
        .iter()
        .enumerate()
        .position(|(at, byte)| {
            matches!(byte, b';' | b'\n' | b'\r' | b'"')
                || (matches!(byte, b'\'' | b'`')
                    && text
                        .get(start + at + 1)
                        .is_none_or(|next| !word_byte(*next)))
        })
        .map_or(text.len(), |length| start + length);
    // The last of the pairs may be followed by prose.
    if text.get(end) == Some(&b';') {
        return end;
    }
    text[start..end]
        .iter()
        .position(|byte| *byte == b' ')
        .map_or(end, |length| start + length)
}

/// Whether `word=` or `word:` follows, spaces allowed before.
pub(super) fn pair_follows(rest: &[u8], joins: &[u8]) -> bool {
    let rest = rest.trim_ascii_start();
    let rest = rest.strip_prefix(b"\"").unwrap_or(rest);
    let name = rest
        .iter()
        .take(40)
        .position(|byte| !(key_byte(*byte) || *byte == b' '));
    name.is_some_and(|name| {
        name > 0 && (joins.contains(&rest[name]) || (rest[name] == b'"' && joins.contains(&b':')))
    })
}

/// The end of a word in a sentence: passwords hold any mark.
fn word_end(text: &[u8], start: usize) -> usize {
    let mut end = text[start..]
        .iter()
        .position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\\'))
        .map_or(text.len(), |length| start + length);
    while end > start + 1 && b".,;:)]}'".contains(&text[end - 1]) {
        end -= 1;
    }
    end
}

fn bare_end(text: &[u8], start: usize, enclosing: Option<u8>) -> usize {
    let mut at = start;
    // `${NAME}`, `{{ name }}`, `$(name)`: what was opened inside closes inside.
    let mut open = 0_usize;
    while at < text.len() {
        let byte = text[at];
        let next = text.get(at + 1).copied();
        open += usize::from(matches!(byte, b'{' | b'(' | b'['));
        if open > 0 && matches!(byte, b'}' | b')' | b']') {
            open -= 1;
            at += 1;
            continue;
        }
        let next_ends =
            next.is_none_or(|next| next.is_ascii_whitespace() || b",;)]}\"'\\>|&.".contains(&next));
        let stops = match byte {
            _ if byte.is_ascii_whitespace() || byte.is_ascii_control() || byte == b'"' => true,
            _ if Some(byte) == enclosing => true,
            b'\'' | b'`' | b')' | b']' | b'}' | b'>' => next_ends,
            b'\\' => matches!(next, Some(b'n' | b'r' | b't' | b'"' | b'\'' | b'\\')),
            b',' | b';' | b'&' | b'|' => next_ends || pair_follows(&text[at + 1..], b"=:"),
            b'<' => next == Some(b'/'),
            _ => false,
        };
        if stops {
            break;
        }
        at += 1;
    }
    // A sentence's full stop is not the value's.
    if at > start + 1 && text[at - 1] == b'.' {
        at -= 1;
    }
    at
}
