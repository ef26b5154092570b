//! Secrets that stand beside their name with no mark between: `Bearer abc`, `password is x1`, `--token abc`,
//! `IDENTIFIED BY 'x'`, `482913 is your code`.

mod flag;
mod leads;
mod said;
mod scheme;

use plimsoll_standard::sensitive::{
    Class, Kind, Strength, is_placeholder, is_status, password_like, secret_like,
};

use super::hit::Hit;
use super::keys::Keys;
use super::names::of_kind;
use flag::flag;
pub(super) use flag::takes_password;
pub(super) use leads::{lead_lengths, leads, may_lead};
use said::{phrase_class, said_after, said_before};
use scheme::scheme;

const LONGEST_VALUE: usize = 4096;
const LONGEST_PHRASE: usize = 48;

/// A password in other languages.
const FOREIGN: [&str; 11] = [
    "passwort",
    "kennwort",
    "passe",
    "senha",
    "parola",
    "wachtwoord",
    "contrasena",
    "contraseña",
    "hasło",
    "lösenord",
    "пароль",
];

pub(super) fn is_foreign(word: &[u8]) -> bool {
    FOREIGN
        .iter()
        .any(|name| word.eq_ignore_ascii_case(name.as_bytes()))
}

/// Looks at the word `text[start..end]` and what follows it. Returns where a finding ended.
pub(super) fn find(
    keys: &Keys,
    text: &[u8],
    floor: usize,
    start: usize,
    end: usize,
    hits: &mut Vec<Hit>,
) -> Option<usize> {
    let word = &text[start..end];
    let is = |name: &str| word.eq_ignore_ascii_case(name.as_bytes());
    if word[0] == b'-' {
        return flag(keys, text, start, end, hits);
    }
    if (is("bearer") || is("basic") || is("token") || is("negotiate") || is("apikey"))
        && let Some(found) = scheme(text, start, end, hits)
    {
        return Some(found);
    }
    if is("auth") || word == b"LOGIN" || word == b"IDENTIFY" {
        return command(text, start, end, hits);
    }
    if is("requirepass") || is("masterauth") {
        return argument(text, end, hits);
    }
    if is("by") && identifies(&text[floor..start]) {
        return quoted_after(text, end, Kind::Password, hits);
    }
    let noun = is("password")
        || is("passwd")
        || is("pwd")
        || is("pw")
        || is_foreign(word)
        || is("passphrase")
        || is("passcode")
        || is("pin")
        || is("otp")
        || is("cvv")
        || is("cvc")
        || is("secret")
        || is("token")
        || is("psk")
        || is("inlogcode")
        || is("einmalcode")
        || is("key")
        || is("apikey")
        || is("code")
        || is("ssn")
        || is("number")
        || is("credentials")
        || is("pass");
    if !noun {
        return None;
    }
    let class = phrase_class(keys, text, floor, start, end)?;
    // `"password" "x"` of Tcl, `"password";s:2:"x1"` of PHP.
    if let Some(gap) = quoted_gap(&text[end..]) {
        return quoted(text, end + gap, class, hits);
    }
    if is("password") && is_netrc(&text[floor..start]) {
        return argument(text, end, hits);
    }
    if let Some(found) = said_before(class, text, floor, start, end, hits) {
        return Some(found);
    }
    let quotes = usize::from(matches!(text.get(end), Some(b'"' | b'\'' | b'`')));
    said_after(class, text, end + quotes, hits)
}

/// How long `" ` and `";s:2:` are, after a name in quotes and before its value's.
fn quoted_gap(rest: &[u8]) -> Option<usize> {
    if let Some(length) = rest.strip_prefix(b"\";s:") {
        let digits = length
            .iter()
            .take(5)
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        return length[digits..].starts_with(b":\"").then_some(digits + 5);
    }
    rest.starts_with(b"\" \"").then_some(2)
}

/// `AUTH x`, `AUTH user x`, alone or in quotes (`"AUTH" "x"`), as Redis takes and shows commands, `AUTH PLAIN x` and
/// `a1 LOGIN user x` of mail servers, `IDENTIFY x` of IRC.
fn command(text: &[u8], start: usize, end: usize, hits: &mut Vec<Hit>) -> Option<usize> {
    if start > 0 && text[start - 1] == b'"' {
        let mut at = end;
        while text[at..].starts_with(b"\" \"") {
            let from = at + 3;
            let to = from + memchr::memchr(b'"', &text[from..])?;
            if to > from {
                hits.push(Hit::new(from, to, of_kind(Kind::Credentials)));
            }
            at = to;
        }
        return (at > end).then_some(at);
    }
    if !matches!(&text[start..end], b"AUTH" | b"LOGIN" | b"IDENTIFY") {
        return None;
    }
    // The whole of a line, after a prompt or a tag at most.
    let line = memchr::memrchr(b'\n', &text[start.saturating_sub(64)..start]);
    let before = &text[line.map_or(start.saturating_sub(64), |at| {
        start.saturating_sub(64) + at + 1
    })..start];
    let alone = before.is_empty()
        || matches!(before.last(), Some(b'\'' | b':'))
        || before.ends_with(b"> ")
        || before.ends_with(b": ")
        || (before.len() <= 8 && memchr::memchr(b' ', before) == Some(before.len() - 1));
    let mut at = one_space(text, end).filter(|_| alone)?;
    let mut close = argument_end(text, at);
    if text.get(close) == Some(&b' ') {
        at = one_space(text, close)?;
        close = argument_end(text, at);
    }
    let quotes = usize::from(text[at] == b'"' && close > at + 1 && text[close - 1] == b'"');
    let (from, to) = (at + quotes, close - quotes);
    let value = std::str::from_utf8(&text[from..to]).ok()?;
    let last = matches!(text.get(close), None | Some(b'\n' | b'\r' | b'\'' | b'"'));
    (last && (password_like(value) || secret_like(value))).then(|| {
        hits.push(Hit::new(from, to, of_kind(Kind::Credentials)));
        to
    })
}

/// The end of a command's argument, which may stand in quotes.
fn argument_end(text: &[u8], at: usize) -> usize {
    if text.get(at) == Some(&b'"')
        && let Some(length) = memchr::memchr(b'"', &text[at + 1..text.len().min(at + 160)])
    {
        return at + length + 2;
    }
    word_end(text, at)
}

/// Whether a `BY` after this gives a password: `IDENTIFIED BY`, `IDENTIFIED WITH caching_sha2_password BY`.
pub(super) fn identifies(before: &[u8]) -> bool {
    let before = &before[before.len().saturating_sub(64)..];
    let mut words = before.rsplit(|byte| *byte == b' ').skip(1);
    let mut next = |name: &[u8]| {
        words
            .next()
            .is_some_and(|word| word.eq_ignore_ascii_case(name))
    };
    before.ends_with(b" ") && (next(b"identified") || (next(b"with") && next(b"identified")))
}

/// The next word, whatever it looks like.
fn argument(text: &[u8], end: usize, hits: &mut Vec<Hit>) -> Option<usize> {
    let at = one_space(text, end)?;
    let close = word_end(text, at);
    let value = std::str::from_utf8(&text[at..close]).ok()?;
    (close > at && !is_status(value) && !is_placeholder(value)).then(|| {
        hits.push(Hit::new(at, close, of_kind(Kind::Password)));
        close
    })
}

/// `machine host login name `: a netrc line before its password.
pub(super) fn is_netrc(before: &[u8]) -> bool {
    let before = &before[before.len().saturating_sub(160)..];
    let mut words = before
        .split(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty())
        .rev();
    words.next();
    words.next() == Some(b"login") && words.any(|word| word == b"machine" || word == b"default")
}

fn one_space(text: &[u8], end: usize) -> Option<usize> {
    let mut at = end;
    while at < text.len() && at - end < 3 && matches!(text[at], b' ' | b'\t') {
        at += 1;
    }
    (at > end && at < text.len()).then_some(at)
}

/// `aws_secret_access_key x1`, as configuration commands take it.
pub(super) fn name_and_value(
    keys: &Keys,
    text: &[u8],
    start: usize,
    end: usize,
    hits: &mut Vec<Hit>,
) -> Option<usize> {
    let name = &text[start..end];
    let class = name.contains(&b'_').then(|| keys.recall(name)).flatten()?;
    let at = one_space(text, end)?;
    let close = word_end(text, at);
    let value = std::str::from_utf8(&text[at..close]).ok()?;
    (value.len() >= 16
        && secret_like(value)
        && !value.contains(['(', '{', '[', ':'])
        && class.covers(value))
    .then(|| {
        hits.push(Hit::new(at, close, of_kind(class.kind)));
        close
    })
}

fn word_end(text: &[u8], start: usize) -> usize {
    let limit = text.len().min(start + LONGEST_VALUE);
    let mut end = text[start..limit]
        .iter()
        .position(|byte| {
            byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'`' | b'<' | b'\\')
        })
        .map_or(limit, |length| start + length);
    while end > start + 1 && matches!(text[end - 1], b',' | b'.' | b';' | b')' | b':' | b']') {
        end -= 1;
    }
    end
}

fn quoted_after(text: &[u8], end: usize, kind: Kind, hits: &mut Vec<Hit>) -> Option<usize> {
    let open = one_space(text, end)?;
    let class = Class {
        kind,
        strength: Strength::Sure,
    };
    matches!(text[open], b'"' | b'\'' | b'`')
        .then(|| quoted(text, open, class, hits))
        .flatten()
}

fn quoted(text: &[u8], open: usize, class: Class, hits: &mut Vec<Hit>) -> Option<usize> {
    let start = open + 1;
    let limit = text.len().min(start + LONGEST_VALUE);
    let close = start + memchr::memchr(text[open], &text[start..limit])?;
    // A name, too: `pw 'password': 'x1'`.
    if matches!(text.get(close + 1), Some(b':' | b'=')) {
        return None;
    }
    let value = std::str::from_utf8(&text[start..close]).ok()?;
    let fits = match class.kind {
        Kind::Password => value.len() >= 3 && value.len() <= 128 && class.covers(value),
        Kind::PersonName | Kind::PostalAddress => false,
        Kind::Token | Kind::Secret | Kind::ApiKey | Kind::PrivateKey | Kind::Credentials => {
            secret_like(value)
        }
        _ => class.covers(value),
    };
    fits.then(|| {
        hits.push(Hit::new(start, close, of_kind(class.kind)));
        close
    })
}
