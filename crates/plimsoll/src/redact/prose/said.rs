//! What a sentence says of a password or a code: `password is x1`, `482913 is your code`.

use plimsoll_standard::sensitive::{Class, Kind, password_like, secret_like};

use super::{LONGEST_PHRASE, one_space, quoted, word_end};
use crate::redact::hit::Hit;
use crate::redact::keys::Keys;
use crate::redact::names::of_kind;
use crate::redact::screen::{CLASS, class};

/// Whether a word says that what follows is the value: `is`, `lautet:`.
fn says(word: &[u8]) -> bool {
    let word = word.strip_suffix(b":").unwrap_or(word);
    [
        "is", "was", "are", "ist", "war", "lautet", "est", "es", "é", "è", "era", "jest", "är",
    ]
    .iter()
    .any(|verb| word.eq_ignore_ascii_case(verb.as_bytes()))
}

/// The class of a noun with up to two words before it.
pub(super) fn phrase_class(
    keys: &Keys,
    text: &[u8],
    floor: usize,
    start: usize,
    end: usize,
) -> Option<Class> {
    let low = floor.max(start.saturating_sub(LONGEST_PHRASE));
    let alone = keys.recall(&text[start..end]);
    let mut from = start;
    for words in 0..2 {
        if from <= low || text[from - 1] != b' ' {
            break;
        }
        let mut word = from - 1;
        while word > low
            && (text[word - 1].is_ascii_alphanumeric() || matches!(text[word - 1], b'-' | b'_'))
        {
            word -= 1;
        }
        if word == from - 1 {
            break;
        }
        from = word;
        let phrase = keys.recall(&text[from..end]);
        if alone.is_none() && phrase.is_some() {
            return phrase;
        }
        if words == 0 && phrase.is_none() && alone.is_some_and(|class| class.kind == Kind::Token) {
            let before = text[from..start].trim_ascii();
            if !matches!(
                before,
                b"with"
                    | b"using"
                    | b"use"
                    | b"has"
                    | b"is"
                    | b"check"
                    | b"verify"
                    | b"no"
                    | b"found"
            ) {
                return None;
            }
        }
    }
    alone
}

/// `482913 is your verification code`, `logged in with x1 as the password`.
pub(super) fn said_before(
    class: Class,
    text: &[u8],
    floor: usize,
    start: usize,
    end: usize,
    hits: &mut Vec<Hit>,
) -> Option<usize> {
    let low = floor.max(start.saturating_sub(LONGEST_PHRASE));
    let before = &text[low..start];
    let code = matches!(class.kind, Kind::OneTimeCode | Kind::Pin | Kind::Password);
    let (from, to, fits) =
        if let Some(to) = memchr::memmem::find(before, b" is your ").filter(|_| code) {
            let from = word_start(&before[..to], |byte| {
                byte.is_ascii_alphanumeric() || byte == b'-'
            });
            let value = &before[from..to];
            let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
            (from, to, (4..=10).contains(&value.len()) && digits >= 4)
        } else {
            let to = before.len() - owned(before)?;
            let from = word_start(&before[..to], |byte| {
                !byte.is_ascii_whitespace() && !b"\"'`".contains(&byte)
            });
            let value = std::str::from_utf8(&before[from..to]).ok()?;
            let fits =
                class.kind == Kind::Password && password_like(value) && ends_clause(&text[end..]);
            (from, to, fits)
        };
    fits.then(|| {
        hits.push(Hit::new(low + from, low + to, of_kind(class.kind)));
        start
    })
}

fn word_start(text: &[u8], is_part: impl Fn(u8) -> bool) -> usize {
    text.iter()
        .rposition(|byte| !is_part(*byte))
        .map_or(0, |last| last + 1)
}

/// How long ` as the `, ` is not the right ` and the like are at the end of a text, with a quote before them.
fn owned(text: &[u8]) -> Option<usize> {
    let mut left = text;
    for _ in 0..4 {
        left = left.strip_suffix(b" ")?;
        let word = &left[word_start(left, |byte| byte.is_ascii_alphabetic())..];
        left = &left[..left.len() - word.len()];
        match word {
            b"as" | b"is" => {
                let left = left.strip_suffix(b" ")?;
                let quotes = left
                    .iter()
                    .rev()
                    .take_while(|byte| b"\"'`".contains(byte))
                    .count();
                return Some(text.len() - left.len() + quotes.min(1));
            }
            b"the" | b"a" | b"my" | b"your" | b"his" | b"her" | b"their" | b"its" | b"not"
            | b"right" | b"correct" | b"wrong" | b"new" | b"old" | b"current" | b"temporary"
            | b"initial" | b"default" => {}
            _ => return None,
        }
    }
    None
}

/// Whether a name is the last of its clause: `as password hash` speaks of hashes.
fn ends_clause(rest: &[u8]) -> bool {
    let Some(rest) = rest.strip_prefix(b" ") else {
        return true;
    };
    let word = rest
        .split(|byte| !byte.is_ascii_alphabetic())
        .next()
        .unwrap_or_default();
    matches!(
        word,
        b"" | b"for"
            | b"and"
            | b"but"
            | b"when"
            | b"on"
            | b"in"
            | b"to"
            | b"at"
            | b"or"
            | b"of"
            | b"was"
            | b"is"
    )
}

/// `password hunter2`, `password is "x"`, `PIN was 4821`, `password for bob set to x1`.
pub(super) fn said_after(
    class: Class,
    text: &[u8],
    end: usize,
    hits: &mut Vec<Hit>,
) -> Option<usize> {
    let mut at = one_space(text, end)?;
    // `OTP 501258 was sent`: it is said already.
    let first = std::str::from_utf8(&text[at..word_end(text, at)]).unwrap_or_default();
    let mut said = false;
    if !text[at].is_ascii_digit()
        && !fits(class, first)
        && let Some(value) = after_is(text, at)
    {
        at = value;
        said = true;
    }
    // Words that may stand between the name and the value.
    let mut owned = false;
    for _ in 0..4 {
        let Some(word_end) = text[at..]
            .iter()
            .position(|byte| CLASS[usize::from(*byte)] & class::SPACE != 0)
            .map(|length| at + length)
        else {
            break;
        };
        let word = &text[at..word_end];
        let links = [
            "wurde", "auf", "to", "of", "set", "changed", "now", "value", "the", "new", "your",
            "equals", "been", "has", "as", "number", "code", "for", "provided", "used", "with",
            "entered", "->", "=>", "<-", "→", "|", "reset", "'s", "given", "hash", "from", "user",
        ]
        .iter()
        .any(|link| word.eq_ignore_ascii_case(link.as_bytes()))
            || says(word);
        if !links {
            break;
        }
        owned = word.eq_ignore_ascii_case(b"for");
        at = one_space(text, word_end)?;
    }
    // `SET PASSWORD FOR 'app' = 'x'`
    if owned && let Some(value) = after_owner(text, at) {
        at = value;
    }
    if matches!(text[at], b'"' | b'\'' | b'`') {
        return quoted(text, at, class, hits);
    }
    at += usize::from(matches!(text[at], b'(' | b'['));
    let close = word_end(text, at);
    let value = std::str::from_utf8(&text[at..close]).ok()?;
    if !(fits(class, value) || (said && is_chosen(class, value))) {
        return None;
    }
    hits.push(Hit::new(at, close, of_kind(class.kind)));
    // `from x1 to y2`
    if let Some(rest) = text[close..].strip_prefix(b" to ")
        && text[..at].ends_with(b"from ")
    {
        let next = text.len() - rest.len();
        let end = word_end(text, next);
        if std::str::from_utf8(&text[next..end]).is_ok_and(|value| fits(class, value)) {
            hits.push(Hit::new(next, end, of_kind(class.kind)));
            return Some(end);
        }
    }
    Some(close)
}

/// Whether a word that is said to be a password may be one: `sunshine_8` could be a name elsewhere.
fn is_chosen(class: Class, value: &str) -> bool {
    class.kind == Kind::Password
        && value.len() >= 6
        && value.starts_with(|first: char| first.is_ascii_alphabetic())
        && value.ends_with(|last: char| last.is_ascii_digit())
        && value
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

/// Whether a word is what a name of this class names.
fn fits(class: Class, value: &str) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let fits = match class.kind {
        // `Password forgotten?`
        Kind::Password => {
            password_like(value.trim_end_matches('?')) && !value.contains(['(', '{', '[', '=', ':'])
        }
        Kind::Pin => digits == value.len() && (4..=8).contains(&digits),
        Kind::OneTimeCode => {
            let code = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
            // `ABCD-1234-EFGH`: a recovery code.
            let groups = value.contains('-') && !value.bytes().any(|b| b.is_ascii_lowercase());
            (4..=if groups { 24 } else { 10 }).contains(&value.len())
                && digits >= 4
                && value.bytes().all(code)
        }
        Kind::CardCode => digits == value.len() && (3..=4).contains(&digits),
        Kind::NationalId | Kind::BankAccount | Kind::CardNumber | Kind::HealthId => {
            digits >= 6
                && value
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-')
        }
        Kind::Phone => digits >= 7,
        Kind::Token | Kind::Secret | Kind::ApiKey | Kind::PrivateKey | Kind::Credentials => {
            secret_like(value) && value.len() >= 10 && !value.contains(['(', '{', '[', ':', '/'])
        }
        _ => false,
    };
    fits && class.covers(value)
}

/// The quote that opens what is assigned behind a quoted name: `'app'@'%' = 'x'`.
fn after_owner(text: &[u8], at: usize) -> Option<usize> {
    let quote = *text
        .get(at)
        .filter(|byte| matches!(byte, b'"' | b'\'' | b'`'))?;
    let rest = &text[at + 1..text.len().min(at + 160)];
    let assign = memchr::memmem::find(rest, b"= ")?;
    let name = &rest[..assign];
    (name.trim_ascii_end().ends_with(&[quote]) && rest.get(assign + 2) == Some(&quote))
        .then_some(at + 1 + assign + 2)
}

/// `password for user ada is x1`: the place after the `is`, if only words and names stand before it.
fn after_is(text: &[u8], mut at: usize) -> Option<usize> {
    for _ in 0..5 {
        let length = text[at..].iter().take(32).position(|byte| *byte == b' ')?;
        let word = &text[at..at + length];
        if says(word) {
            return one_space(text, at + length);
        }
        if !word
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii() || b"_-.@".contains(byte))
        {
            return None;
        }
        at = one_space(text, at + length)?;
    }
    None
}
