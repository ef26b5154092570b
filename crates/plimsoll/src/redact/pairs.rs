//! A key and its value inside a text: `password=x`, `"password": "x"`, `password: Some("x")`, `?token=x`,
//! `Cookie: a=b`, `Password=x;`, at any depth of quoting.

use plimsoll_standard::sensitive::{Class, Kind, Strength, is_status, password_like, secret_like};

use super::hit::Hit;
use super::keys::Keys;
use super::names::of_kind;

/// Bytes read back for a key.
pub(super) const LONGEST_KEY: usize = 64;
/// Bytes read back for the words before a key (`Social Security Number:`).
const LONGEST_PHRASE: usize = 48;

/// Longer values without quotes are not judged but taken out, so that no value is read again and again.
const LONGEST_JUDGED: usize = 1024;

/// A key before a `:` or `=`.
struct Key {
    class: Class,
    start: usize,
    /// The key stood in quotes, or the pair is written without a space: a program wrote it.
    quoted: bool,
    /// The key was read from several words.
    phrase: bool,
}

/// Looks at the `:` or `=` at `join`. Returns where the value ended, if it was sensitive.
pub(super) fn find(
    keys: &Keys,
    text: &[u8],
    floor: usize,
    join: usize,
    hits: &mut Vec<Hit>,
) -> Option<usize> {
    let key = key_before(keys, text, floor, join)?;
    let (start, joined) = value_start(text, join)?;
    let value = read_value(text, &key, start, joined);
    match value {
        Value::Quoted(start, end) => judged(&key, text, start, end, Style::Quoted, hits),
        Value::Bare(start, end, style) => judged(&key, text, start, end, style, hits),
        Value::List(start) => list(&key, text, start, hits),
        Value::None => None,
    }
}

fn word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn key_byte(byte: u8) -> bool {
    word_byte(byte) || matches!(byte, b'-' | b'.' | b'[' | b']' | b'$')
}

fn key_before(keys: &Keys, text: &[u8], floor: usize, join: usize) -> Option<Key> {
    let low = floor.max(join.saturating_sub(LONGEST_KEY));
    let mut end = join;
    while end > low && matches!(text[end - 1], b' ' | b'\t') && join - end < 3 {
        end -= 1;
    }
    // `["password"] =`: the name of an array's place.
    if end > low + 2 && text[end - 1] == b']' && matches!(text[end - 2], b'"' | b'\'') {
        end -= 1;
    }
    let spaced = end;
    while end > low && matches!(text[end - 1], b'"' | b'\'' | b'`' | b'\\') {
        end -= 1;
    }
    if text[..end].ends_with(b"&quot;") {
        end -= 6;
    }
    let quoted = end < spaced;
    let mut start = end;
    while start > low && key_byte(text[start - 1]) {
        start -= 1;
    }
    // `arn:aws:secretsmanager:...:secret:name`: one of many fields, not a key.
    let field = text[join] == b':' && start > 0 && text[start - 1] == b':';
    if start == end || field {
        return None;
    }
    let alone = trim_key(&text[start..end]);
    let query = start > 0 && matches!(text[start - 1], b'?' | b'&' | b';')
        || text[..start].ends_with(b"&amp;");
    let class = keys
        .recall(alone)
        .or_else(|| query.then(|| query_class(alone)).flatten())
        .or_else(|| (text[join] == b'=').then(|| cookie_class(alone)).flatten());
    let one_word = alone.iter().all(|byte| word_byte(*byte));
    if one_word && start > floor && text[start - 1] == b' ' {
        return by_phrase(keys, text, floor, start, end, class, quoted);
    }
    class.map(|class| Key {
        class,
        start,
        quoted,
        phrase: false,
    })
}

/// `--password`, `[password]`, `$password`: the marks around a name.
fn trim_key(key: &[u8]) -> &[u8] {
    let start = key
        .iter()
        .position(|byte| word_byte(*byte))
        .unwrap_or(key.len());
    &key[start..]
}

/// Reads up to two more words before a key: they may make it sensitive (`API key:`) or harmless (`max token:`).
fn by_phrase(
    keys: &Keys,
    text: &[u8],
    floor: usize,
    start: usize,
    end: usize,
    alone: Option<Class>,
    quoted: bool,
) -> Option<Key> {
    let low = floor.max(start.saturating_sub(LONGEST_PHRASE));
    let mut from = start;
    let mut found = alone.map(|class| (class, start));
    for words in 0..2 {
        if from <= low || text[from - 1] != b' ' {
            break;
        }
        let mut word = from - 1;
        while word > low && (word_byte(text[word - 1]) || text[word - 1] == b'-') {
            word -= 1;
        }
        if word == from - 1 {
            break;
        }
        from = word;
        let phrase = keys.recall(&text[from..end]);
        match (alone, phrase) {
            (None, Some(class)) => {
                found = Some((class, from));
                break;
            }
            // `next token: abc` is a cursor; `with password: x` still is a password.
            (Some(class), None) if class.kind == Kind::Token && words == 0 => {
                let word = std::str::from_utf8(&text[from..start]).unwrap_or("").trim();
                if !matches!(
                    word,
                    "with"
                        | "using"
                        | "use"
                        | "no"
                        | "found"
                        | "has"
                        | "had"
                        | "is"
                        | "was"
                        | "check"
                        | "verify"
                ) {
                    return None;
                }
            }
            _ => {}
        }
    }
    found.map(|(class, start)| Key {
        class,
        start,
        quoted,
        phrase: !quoted,
    })
}

/// Query parameters that open something, beyond what their names say (OpenTelemetry's list, and `code`, `key`).
fn query_class(key: &[u8]) -> Option<Class> {
    let is = |name: &str| key.eq_ignore_ascii_case(name.as_bytes());
    let (kind, strength) =
        if is("sig") || is("x-amz-credential") || is("x-goog-credential") || is("awsaccesskeyid") {
            (Kind::Signature, Strength::Sure)
        } else if is("code")
            || is("state")
            || is("sid")
            || is("t")
            || is("ticket")
            || is("hash")
            || is("hmac")
        {
            (Kind::Token, Strength::Likely)
        } else if is("key") || is("k") {
            (Kind::ApiKey, Strength::Likely)
        } else {
            return None;
        };
    Some(Class { kind, strength })
}

/// Session cookies by the names that frameworks give them.
pub(super) fn cookie_class(key: &[u8]) -> Option<Class> {
    [
        "sessionid",
        "asp.net_sessionid",
        "_session_id",
        "ci_session",
        "sid",
        "session",
    ]
    .iter()
    .any(|name| key.eq_ignore_ascii_case(name.as_bytes()))
    .then_some(Class {
        kind: Kind::Cookie,
        strength: Strength::Likely,
    })
}

/// `Token("...")`, `Password("...")`: a wrapper that names what is in it. `open` is its parenthesis.
pub(super) fn wrapped(
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
    if !text[start].is_ascii_uppercase() && !sets(&text[start..open]) {
        return None;
    }
    let class = keys.recall(&text[start..open])?;
    let from = open + 2 + escapes;
    let end = quoted_end(text, from, quote, escapes);
    let value = String::from_utf8_lossy(&text[from..end]);
    let fits = match class.kind {
        Kind::Password => true,
        Kind::Token | Kind::Secret | Kind::ApiKey | Kind::PrivateKey | Kind::Credentials => {
            secret_like(&value)
        }
        _ => class.kind.is_personal(),
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

/// Marks before a name that make more names sensitive than elsewhere, or belong to the name.
pub(super) fn is_query_mark(before: u8) -> bool {
    matches!(before, b'?' | b'&' | b';' | b'[' | b']')
}

/// How a key and its value are joined.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Joined {
    Equals,
    Colon,
    /// A colon with a space after it, as in prose.
    Spaced,
}

/// The first byte of the value, past the join's other bytes and white space.
fn value_start(text: &[u8], join: usize) -> Option<(usize, Joined)> {
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
    // A value on the next line belongs to a pretty-printed wrapper only; `password=` and a line end is empty.
    // `["password"]=>` of PHP breaks the line.
    if text[join..].starts_with(b"=>\n") {
        while at < text.len() && text[at].is_ascii_whitespace() {
            at += 1;
        }
    }
    (at < text.len() && !matches!(text[at], b'\n' | b'\r')).then_some((at, joined))
}

/// How a value without quotes is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Quoted,
    /// `key=value`.
    Pair,
    /// `key: value` in what may be prose.
    Prose,
    /// The rest of a header line.
    Header,
}

enum Value {
    Quoted(usize, usize),
    Bare(usize, usize, Style),
    List(usize),
    None,
}

fn read_value(text: &[u8], key: &Key, mut start: usize, joined: Joined) -> Value {
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
    let style = if joined == Joined::Spaced && !key.quoted {
        Style::Prose
    } else {
        Style::Pair
    };
    let end = match opening {
        Some(b'?' | b'&') => query_end(text, start),
        _ if joined == Joined::Equals && in_semicolons(text, key.start, start) => {
            semicolon_end(text, start)
        }
        _ => bare_end(text, start, enclosing),
    };
    Value::Bare(start, end, style)
}

/// The length of an opening wrapper at the start of a value.
fn wrapper(rest: &[u8]) -> Option<usize> {
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

/// The end of a quoted value: the same quote behind as many backslashes. A text that was cut ends it too.
fn quoted_end(text: &[u8], open: usize, quote: u8, escapes: usize) -> usize {
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

fn header_end(text: &[u8], start: usize, kind: Kind, enclosing: Option<u8>) -> usize {
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
fn pair_follows(rest: &[u8], joins: &[u8]) -> bool {
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
                    && !is_keyword(&value)
                    && !is_variable(class.kind, &value)
                    && (class.strength != Strength::Text
                        || !value.bytes().all(|b| b.is_ascii_digit()))
            }
            Style::Prose => in_prose(key, text, &value, end),
        };
    sensitive.then(|| {
        hits.push(Hit::new(start, end, of_kind(class.kind)));
        end
    })
}

/// Whether a pair stands there that is no attribute of a cookie (RFC 6265, 4.1.1).
fn holds_cookie(header: &str) -> bool {
    header.split(';').any(|pair| {
        pair.split_once('=').is_some_and(|(name, _)| {
            let name = name.trim();
            ![
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

/// `token = expected_token`: the name of a variable.
fn is_variable(kind: Kind, value: &str) -> bool {
    kind != Kind::Password
        && value.contains('_')
        && value
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

/// `token = await next()`: a word of a programming language.
fn is_keyword(value: &str) -> bool {
    matches!(
        value,
        "await"
            | "async"
            | "new"
            | "function"
            | "lambda"
            | "yield"
            | "return"
            | "typeof"
            | "nullptr"
            | "self"
            | "this"
            | "undefined"
            | "move"
            | "match"
            | "if"
            | "unsafe"
            | "const"
            | "let"
            | "static"
    )
}

/// A piece of source code or a type, as in `password: String` or `token = self.next()`.
fn is_code(value: &str) -> bool {
    let name = value.trim_end_matches([',', ';', ')']);
    matches!(
        name,
        "str"
            | "&str"
            | "string"
            | "String"
            | "bool"
            | "int"
            | "varchar"
            | "text"
            | "TEXT"
            | "VARCHAR"
            | "bytes"
            | "Bytes"
            | "u64"
            | "i64"
            | "Option<String>"
            | "Optional[str]"
            | "SecretString"
            | "SecretStr"
            | "any"
            | "Any"
            | "object"
            | "char"
            | "number"
            | "password"
            | "Password"
            | "token"
            | "secret"
            | "PASSWORD"
            | "?"
            | "%s"
            | "%v"
            | "%q"
            | "{}"
            | "{:?}"
            | "$1"
            | "$2"
            | "$3"
            | "NULL"
            | "NOT"
    ) || is_call(value)
        || value.starts_with("self.")
        || value.starts_with("process.env")
        || value.starts_with("os.environ")
        || value.starts_with("env.")
        || value.starts_with("config.")
        || value.starts_with("req.")
        || value.starts_with("request.")
        || (value.starts_with('{') && value.ends_with('}'))
        || (value.starts_with("%(") && value.ends_with('s'))
        || (value.starts_with(':')
            && value.len() > 1
            && value[1..]
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b == b'_'))
        || (value.starts_with('$')
            && value.len() > 1
            && value[1..]
                .bytes()
                .all(|b| b.is_ascii_uppercase() || b == b'_' || b.is_ascii_digit()))
}

/// `read_password()?`, `env::var("X")`, `self.next(`: a name with arguments.
fn is_call(value: &str) -> bool {
    let value = value.trim_end_matches([',', ';', '?', '.']);
    let Some(open) = value.find('(') else {
        return false;
    };
    open > 1
        && (value.ends_with(['(', ')']) || value.contains("()."))
        && value[..open]
            .bytes()
            .all(|b| word_byte(b) || b == b'.' || b == b':' || b == b'!')
        && (value.len() > open + 2 || value[..open].len() > 2)
        && value[..open].starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
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
