//! The name before a `:` or `=`, with the words before it that belong to it.

use plimsoll_standard::sensitive::{Class, Kind, Strength};

use crate::redact::keys::Keys;
use crate::redact::prose;

/// Bytes read back for a key.
pub(in crate::redact) const LONGEST_KEY: usize = 64;

/// Bytes read back for the words before a key (`Social Security Number:`).
const LONGEST_PHRASE: usize = 48;

/// A key before a `:` or `=`.
pub(super) struct Key {
    pub(super) class: Class,
    pub(super) start: usize,
    /// The key stood in quotes, or the pair is written without a space: a program wrote it.
    pub(super) quoted: bool,
    /// The key was read from several words.
    pub(super) phrase: bool,
    /// What it names stands before it, with whose it is: `token for bob:`.
    pub(super) owned: bool,
}

pub(super) fn word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

pub(super) fn key_byte(byte: u8) -> bool {
    word_byte(byte) || matches!(byte, b'-' | b'.' | b'[' | b']' | b'$')
}

pub(super) fn key_before(keys: &Keys, text: &[u8], floor: usize, join: usize) -> Option<Key> {
    let low = floor.max(join.saturating_sub(LONGEST_KEY));
    let mut end = join;
    while end > low && matches!(text[end - 1], b' ' | b'\t') && join - end < 3 {
        end -= 1;
    }
    // `["password"] =`: the name of an array's place.
    if end > low + 2 && text[end - 1] == b']' && matches!(text[end - 2], b'"' | b'\'') {
        end -= 1;
    }
    if is_marker(&text[low..end]) {
        return None;
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
    while start > low && (key_byte(text[start - 1]) || !text[start - 1].is_ascii()) {
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
    let Some(class) = class else {
        // `temporary password is generated for root@localhost:`
        let owner = text[low..start].iter().rposition(|byte| *byte == b' ')?;
        return owned(keys, &text[low..=low + owner]).map(|class| Key {
            class,
            start,
            quoted,
            phrase: true,
            owned: true,
        });
    };
    Some(Key {
        class,
        start,
        quoted,
        phrase: false,
        owned: false,
    })
}

/// Whether a text ends in what an earlier pass left, or within it: `[redacted`, `[redacted:password]`.
fn is_marker(text: &[u8]) -> bool {
    let open = b"[redacted";
    text.ends_with(open)
        || (text.ends_with(b"]")
            && memchr::memrchr(b'[', text).is_some_and(|at| text[at..].starts_with(open)))
}

/// `--password`, `[password]`, `$password`: the marks around a name.
fn trim_key(key: &[u8]) -> &[u8] {
    let start = key
        .iter()
        .position(|byte| word_byte(*byte) || !byte.is_ascii())
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
    // `Unseal Key 1:`
    if end - start <= 2 && text[start..end].iter().all(u8::is_ascii_digit) {
        let end = start - 1;
        let start = end - last_word(&text[low..end]).len();
        let alone = keys.recall(&text[start..end]);
        return (start < end && text[low..start].ends_with(b" "))
            .then(|| by_phrase(keys, text, low, start, end, alone, quoted))?;
    }
    let mut from = start;
    let mut found = alone.map(|class| (class, start));
    for words in 0..2 {
        if from <= low || text[from - 1] != b' ' {
            break;
        }
        let mut word = from - 1;
        while word > low
            && (word_byte(text[word - 1]) || text[word - 1] == b'-' || !text[word - 1].is_ascii())
        {
            word -= 1;
        }
        if word == from - 1 {
            break;
        }
        from = word;
        let phrase = keys.recall(&text[from..end]);
        // `mot de passe temporaire:`, `hasło tymczasowe:`: the adjective comes last.
        let noun = &text[from..end.min(start.saturating_sub(1)).max(from)];
        let phrase = phrase.or_else(|| {
            (words == 0 && prose::is_foreign(noun))
                .then(|| keys.recall(noun))
                .flatten()
        });
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
    let owned = found
        .is_none()
        .then(|| owned(keys, &text[low..start]).map(|class| (class, start)))
        .flatten();
    found.or(owned).map(|(class, start)| Key {
        class,
        start,
        quoted,
        phrase: !quoted,
        owned: owned.is_some(),
    })
}

/// `new API token for the user ` before `bob:`: what belongs to someone. `use the following password to go ` before `on:`.
fn owned(keys: &Keys, before: &[u8]) -> Option<Class> {
    let following = b"following ";
    if let Some(at) = memchr::memmem::find(before, following) {
        let noun = &before[at + following.len()..];
        let length = noun.iter().position(|byte| !word_byte(*byte))?;
        return keys.recall(&noun[..length]);
    }
    let mut left = before;
    let mut linked = false;
    for _ in 0..7 {
        left = left.strip_suffix(b" ")?;
        let word = last_word(left);
        left = &left[..left.len() - word.len()];
        match word {
            b"" => return None,
            b"for" | b"of" | b"to" => linked = true,
            noun if linked => {
                let two = left.strip_suffix(b" ").map(last_word).map_or(noun, |word| {
                    &before[left.len() - 1 - word.len()..left.len() + noun.len()]
                });
                if let Some(class) = keys.recall(noun).or_else(|| keys.recall(two)) {
                    return Some(class);
                }
            }
            _ => {}
        }
    }
    None
}

fn last_word(text: &[u8]) -> &[u8] {
    let start = text
        .iter()
        .rposition(|byte| !word_byte(*byte))
        .map_or(0, |last| last + 1);
    &text[start..]
}

/// Query parameters that open something, beyond what their names say (OpenTelemetry's list, and `code`, `key`).
fn query_class(key: &[u8]) -> Option<Class> {
    let is = |name: &str| key.eq_ignore_ascii_case(name.as_bytes());
    let (kind, strength) =
        if is("sig") || is("x-amz-credential") || is("x-goog-credential") || is("awsaccesskeyid") {
            (Kind::Signature, Strength::Sure)
        } else if is("code") || is("sid") || is("t") || is("ticket") || is("hash") || is("hmac") {
            (Kind::Token, Strength::Likely)
        } else if is("key") || is("k") || is("appid") {
            (Kind::ApiKey, Strength::Likely)
        } else {
            return None;
        };
    Some(Class { kind, strength })
}

/// Session cookies by the names that frameworks give them.
pub(in crate::redact) fn cookie_class(key: &[u8]) -> Option<Class> {
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

/// Marks before a name that make more names sensitive than elsewhere, or belong to the name.
pub(in crate::redact) fn is_query_mark(before: u8) -> bool {
    matches!(before, b'?' | b'&' | b';' | b'[' | b']')
}
