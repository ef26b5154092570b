//! Flags of command lines: `--password x`, `-u user:password`, `sshpass -p x`.

use plimsoll_standard::sensitive::{Class, Kind, Strength, is_placeholder, password_like};

use super::one_space;
use crate::redact::hit::Hit;
use crate::redact::keys::Keys;
use crate::redact::names::of_kind;

/// Short flags that take a password, and the commands that have them.
const SHORT: &[(u8, &[&str])] = &[
    (
        b'p',
        &["sshpass", "login", "mongo", "cqlsh", "rdesktop", "azcopy"],
    ),
    (b'a', &["redis-cli"]),
    (
        b'P',
        &["mosquitto_", "ipmitool", "sqlcmd", "bcp ", "isql", "zip "],
    ),
    (b'w', &["ldap"]),
    (b'k', &["openssl"]),
    (b'c', &["snmp"]),
];

/// Those that take it without a blank, but are often given it with one.
const MAYBE: &[(u8, &[&str])] = &[(b'p', &["mysql", "mariadb"])];

/// Those that take it without a blank: `-px`.
const ATTACHED: &[(u8, &[&str])] = &[
    (b'p', &["mysql", "mariadb", "7z", "rar "]),
    (b'P', &["zip "]),
];

/// What a short flag takes, after one of the commands that have it.
pub(in crate::redact) fn takes_password(text: &[u8], start: usize, flag: &[u8]) -> Option<Class> {
    let [b'-', letter] = *flag else {
        return None;
    };
    is_taken(text, start, letter, SHORT).then_some(Class {
        kind: Kind::Password,
        strength: Strength::Likely,
    })
}

/// Whether one of the flag's commands stands before it.
fn is_taken(text: &[u8], start: usize, letter: u8, flags: &[(u8, &[&str])]) -> bool {
    let before = &text[start.saturating_sub(80)..start];
    flags
        .iter()
        .filter(|(flag, _)| *flag == letter)
        .flat_map(|(_, tools)| *tools)
        .any(|tool| memchr::memmem::find(before, tool.as_bytes()).is_some())
}

/// `--password x`, `--api-key x`, `-u user:password`.
pub(super) fn flag(
    keys: &Keys,
    text: &[u8],
    start: usize,
    end: usize,
    hits: &mut Vec<Hit>,
) -> Option<usize> {
    let word = &text[start..end];
    let name = &word[word.iter().position(|byte| *byte != b'-')?..];
    if let [first @ (b'p' | b'P'), attached @ ..] = name
        && !attached.is_empty()
        && word[1] != b'-'
        && is_taken(text, start, *first, ATTACHED)
        && let Some(password) = std::str::from_utf8(attached)
            .ok()
            .filter(|text| password_like(text))
    {
        hits.push(Hit::new(end - password.len(), end, of_kind(Kind::Password)));
        return Some(end);
    }
    let value = one_space(text, end)?;
    if text[value] == b'-' {
        return None;
    }
    let (open, close) = if matches!(text[value], b'"' | b'\'') {
        (
            value + 1,
            value + 1 + memchr::memchr(text[value], &text[value + 1..])?,
        )
    } else {
        let close = text[value..]
            .iter()
            .position(u8::is_ascii_whitespace)
            .map_or(text.len(), |length| value + length);
        (value, close)
    };
    let plain = std::str::from_utf8(&text[open..close]).ok()?;
    if is_placeholder(plain) || (open == value && goes_on(plain)) {
        return None;
    }
    if matches!(name, b"u" | b"user") {
        let mark = plain
            .find(':')
            .filter(|mark| *mark > 0 && plain.len() > mark + 1 && !plain.contains("://"))?;
        let password = &plain[mark + 1..];
        let number_pair = plain
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b':');
        return (!number_pair && !password.starts_with('$')).then(|| {
            hits.push(Hit::new(open, close, of_kind(Kind::Credentials)));
            close
        });
    }
    if name == b"U"
        && let Some((_, password)) = plain.split_once('%')
    {
        return password_like(password).then(|| {
            hits.push(Hit::new(
                close - password.len(),
                close,
                of_kind(Kind::Password),
            ));
            close
        });
    }
    if let [letter] = *name
        && SHORT.iter().any(|(flag, _)| *flag == letter)
    {
        let given = is_taken(text, start, letter, SHORT)
            && plain.bytes().any(|byte| !byte.is_ascii_digit())
            || is_taken(text, start, letter, MAYBE) && password_like(plain);
        return given.then(|| {
            hits.push(Hit::new(open, close, of_kind(Kind::Password)));
            close
        });
    }
    // `[--password PASSWORD]`: how it is used.
    let shown = plain.trim_end_matches([']', ')', ',']);
    let usage = shown
        .bytes()
        .all(|byte| byte.is_ascii_uppercase() || byte == b'_')
        && (plain.len() > shown.len() || keys.recall(shown.as_bytes()).is_some());
    if usage {
        return None;
    }
    let long = word.starts_with(b"--") || name.len() > 3;
    let class = keys
        .recall(name)
        .filter(|class| long && class.covers(plain) && !plain.starts_with('$'))?;
    hits.push(Hit::new(open, close, of_kind(class.kind)));
    Some(close)
}

/// `--password on the command line`: a sentence about the flag.
fn goes_on(word: &str) -> bool {
    matches!(
        word,
        "on" | "in"
            | "is"
            | "was"
            | "are"
            | "and"
            | "or"
            | "not"
            | "must"
            | "can"
            | "cannot"
            | "may"
            | "should"
            | "to"
            | "for"
            | "from"
            | "with"
            | "without"
            | "flag"
            | "option"
            | "argument"
            | "instead"
            | "requires"
    )
}
