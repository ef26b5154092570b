//! Secrets that stand beside their name with no mark between: `Bearer abc`, `password is x1`, `--token abc`,
//! `IDENTIFIED BY 'x'`, `482913 is your code`.

use plimsoll_standard::sensitive::{
    Class, Kind, is_placeholder, is_status, password_like, secret_like,
};

use super::check;
use super::hit::Hit;
use super::keys::Keys;
use super::names::of_kind;
use super::screen::{CLASS, class};

const LONGEST_VALUE: usize = 4096;
const LONGEST_PHRASE: usize = 48;

/// The words that start any of the forms, and two that tell of others (`into`, `form-data`), by length.
const LEADS: [&[u8]; 39] = [
    b"by",
    b"pw",
    b"pin",
    b"key",
    b"otp",
    b"ssn",
    b"cvv",
    b"cvc",
    b"pwd",
    b"code",
    b"into",
    b"pass",
    b"auth",
    b"token",
    b"basic",
    b"passe",
    b"senha",
    "hasło".as_bytes(),
    b"secret",
    b"parola",
    b"number",
    b"passwd",
    b"apikey",
    b"bearer",
    b"kennwort",
    b"passwort",
    b"passcode",
    b"password",
    b"negotiate",
    "lösenord".as_bytes(),
    b"form-data",
    b"contrasena",
    b"passphrase",
    b"wachtwoord",
    b"masterauth",
    b"requirepass",
    "contraseña".as_bytes(),
    b"credentials",
    "пароль".as_bytes(),
];

/// By length: where the leads of so many bytes start, and where those of one byte more.
static BY_LENGTH: [u8; 14] = {
    let mut table = [0; 14];
    let mut length = 0;
    while length < table.len() {
        let mut at = 0;
        while at < LEADS.len() && LEADS[at].len() < length {
            at += 1;
        }
        table[length] = at as u8;
        length += 1;
    }
    table
};

/// The leads of so many bytes.
fn of_length(length: usize) -> &'static [&'static [u8]] {
    match BY_LENGTH.get(length..length + 2) {
        Some(&[start, end]) => &LEADS[usize::from(start)..usize::from(end)],
        _ => &[],
    }
}

/// By a word's first letter: a bit for each length, each second and each middle letter that a lead with it has.
static LEADS_BY_START: [(u32, u32, u32); 32] = leads_by_start();

const fn leads_by_start() -> [(u32, u32, u32); 32] {
    let mut table = [(0, 0, 0); 32];
    let mut at = 0;
    while at < LEADS.len() {
        let lead = LEADS[at];
        let entry = &mut table[(lead[0] & 31) as usize];
        entry.0 |= 1 << lead.len();
        entry.1 |= 1 << (lead[1] & 31);
        entry.2 |= 1 << (lead[lead.len() / 2] & 31);
        at += 1;
    }
    table
}

/// A bit for each length that a lead with this first letter has.
pub(super) const fn lead_lengths(first: u8) -> u32 {
    leads_by_start()[(first & 31) as usize].0
}

/// A cheap look at a word of two bytes at least: whether it may be one of the leads, or a flag of a command line.
#[inline]
pub(super) fn may_lead(word: &[u8]) -> bool {
    let (lengths, seconds, middles) = LEADS_BY_START[usize::from(word[0] & 31)];
    let middle = word[word.len() / 2];
    (word.len() < 32
        && (lengths >> word.len()) & (seconds >> (word[1] & 31)) & (middles >> (middle & 31)) & 1
            != 0)
        || word[0] == b'-'
}

/// Whether a word is one of the leads, or a flag of a command line.
pub(super) fn leads(word: &[u8]) -> bool {
    word[0] == b'-'
        || (may_lead(word)
            && of_length(word.len())
                .iter()
                .any(|lead| word.eq_ignore_ascii_case(lead)))
}

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

/// Whether a word says that what follows is the value: `is`, `lautet:`.
fn says(word: &[u8]) -> bool {
    let word = word.strip_suffix(b":").unwrap_or(word);
    [
        "is", "was", "are", "ist", "war", "lautet", "est", "es", "é", "è", "era", "jest", "är",
    ]
    .iter()
    .any(|verb| word.eq_ignore_ascii_case(verb.as_bytes()))
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
    if is("auth") {
        return command(text, start, end, hits);
    }
    if is("requirepass") || is("masterauth") {
        return argument(text, end, hits);
    }
    if is("by")
        && text[floor.max(start.saturating_sub(11))..start].eq_ignore_ascii_case(b"identified ")
    {
        return quoted_after(text, end, Kind::Password, hits);
    }
    let noun = is("password")
        || is("passwd")
        || is("pwd")
        || is("pw")
        || FOREIGN.iter().any(|name| is(name))
        || is("passphrase")
        || is("passcode")
        || is("pin")
        || is("otp")
        || is("cvv")
        || is("cvc")
        || is("secret")
        || is("token")
        || is("key")
        || is("code")
        || is("ssn")
        || is("number")
        || is("credentials")
        || is("pass");
    if !noun {
        return None;
    }
    let class = phrase_class(keys, text, floor, start, end)?;
    if is("password") && is_netrc(&text[floor..start]) {
        return argument(text, end, hits);
    }
    if let Some(found) = said_before(class, text, floor, start, hits) {
        return Some(found);
    }
    said_after(class, text, end, hits)
}

/// `"AUTH" "x"` and `"AUTH" "user" "x"`, as Redis shows commands; `end` is at the first quote that closes.
fn command(text: &[u8], start: usize, end: usize, hits: &mut Vec<Hit>) -> Option<usize> {
    if start == 0 || text[start - 1] != b'"' || text.get(end) != Some(&b'"') {
        return None;
    }
    let mut at = end;
    while text[at..].starts_with(b"\" \"") {
        let from = at + 3;
        let to = from + memchr::memchr(b'"', &text[from..])?;
        if to > from {
            hits.push(Hit::new(from, to, of_kind(Kind::Credentials)));
        }
        at = to;
    }
    (at > end).then_some(at)
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

/// `Bearer <token>` and the other schemes, wherever they stand.
fn scheme(text: &[u8], start: usize, end: usize, hits: &mut Vec<Hit>) -> Option<usize> {
    let value = one_space(text, end)?;
    let close = token_end(text, value);
    let token = &text[value..close];
    let plain = std::str::from_utf8(token).ok()?;
    // `bearer expires_in=3600`: another pair.
    if plain.trim_end_matches('=').contains('=') {
        return None;
    }
    let opens = match text[start] | 0x20 {
        b'b' if (text[start + 1] | 0x20) == b'a' => check::is_basic_credentials(token),
        b'b' => {
            token.len() >= 6
                && (secret_like(plain)
                    || (token.len() >= 24 && token.iter().any(u8::is_ascii_digit))
                    || hex_secret(token))
        }
        b'n' => token.len() >= 24,
        _ => token.len() >= 16 && secret_like(plain),
    };
    opens.then(|| {
        hits.push(Hit::new(value, close, of_kind(Kind::Authorization)));
        close
    })
}

fn hex_secret(token: &[u8]) -> bool {
    token.len() >= 16 && token.iter().all(u8::is_ascii_hexdigit)
}

fn token_end(text: &[u8], start: usize) -> usize {
    let limit = text.len().min(start + LONGEST_VALUE * 4);
    text[start..limit]
        .iter()
        .position(|byte| !(byte.is_ascii_alphanumeric() || b"-._~+/=|:%".contains(byte)))
        .map_or(limit, |length| start + length)
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

/// The class of a noun with up to two words before it.
fn phrase_class(keys: &Keys, text: &[u8], floor: usize, start: usize, end: usize) -> Option<Class> {
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

/// `482913 is your verification code`.
fn said_before(
    class: Class,
    text: &[u8],
    floor: usize,
    start: usize,
    hits: &mut Vec<Hit>,
) -> Option<usize> {
    if !matches!(class.kind, Kind::OneTimeCode | Kind::Pin | Kind::Password) {
        return None;
    }
    let low = floor.max(start.saturating_sub(LONGEST_PHRASE));
    let is_your = low + memchr::memmem::find(&text[low..start], b" is your ")?;
    let from = text[low..is_your]
        .iter()
        .rposition(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'-'))
        .map_or(low, |last| low + last + 1);
    let value = &text[from..is_your];
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    ((4..=10).contains(&value.len()) && digits >= 4).then(|| {
        hits.push(Hit::new(from, is_your, of_kind(class.kind)));
        start
    })
}

/// `password hunter2`, `password is "x"`, `PIN was 4821`, `password for bob set to x1`.
fn said_after(class: Class, text: &[u8], end: usize, hits: &mut Vec<Hit>) -> Option<usize> {
    let mut at = one_space(text, end)?;
    // `OTP 501258 was sent`: digits are said already.
    if !text[at].is_ascii_digit()
        && let Some(said) = after_is(text, at)
    {
        at = said;
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
            "entered", "->", "=>", "reset", "'s", "given", "hash", "from", "user",
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
    let close = word_end(text, at);
    let value = std::str::from_utf8(&text[at..close]).ok()?;
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
    (fits && class.covers(value)).then(|| {
        hits.push(Hit::new(at, close, of_kind(class.kind)));
        close
    })
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
        strength: plimsoll_standard::sensitive::Strength::Sure,
    };
    matches!(text[open], b'"' | b'\'' | b'`')
        .then(|| quoted(text, open, class, hits))
        .flatten()
}

fn quoted(text: &[u8], open: usize, class: Class, hits: &mut Vec<Hit>) -> Option<usize> {
    let start = open + 1;
    let limit = text.len().min(start + LONGEST_VALUE);
    let close = start + memchr::memchr(text[open], &text[start..limit])?;
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

/// `--password x`, `--api-key x`, `-u user:password`.
fn flag(keys: &Keys, text: &[u8], start: usize, end: usize, hits: &mut Vec<Hit>) -> Option<usize> {
    let word = &text[start..end];
    let name = &word[word.iter().position(|byte| *byte != b'-')?..];
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
    if open == value && goes_on(plain) {
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
    let tools: &[&[u8]] = match name {
        b"p" | b"a" => &[
            b"sshpass",
            b"redis-cli",
            b"docker login",
            b"mysql",
            b"mongo",
        ],
        b"P" => &[b"mosquitto_", b"ipmitool"],
        b"w" => &[b"ldap"],
        _ => &[],
    };
    if !tools.is_empty() {
        let before = &text[start.saturating_sub(64)..start];
        let known = tools
            .iter()
            .any(|tool| memchr::memmem::find(before, tool).is_some());
        return (known && password_like(plain)).then(|| {
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
