//! The well-known token formats: found by how a word starts, then judged by their expression and check.

use std::sync::OnceLock;

use plimsoll_standard::sensitive::TokenPattern;
use regex::bytes::Regex;

use super::check::{self, Check};
use super::hit::Hit;
use super::names::{FIRST_TOKEN, Rule};

/// Words shorter than this start no token.
pub(super) const SHORTEST_TOKEN: usize = 10;
/// Tokens without a known start are looked for in words of at least this many bytes.
const LONG: usize = 20;
/// No token is longer than this.
const LONGEST: usize = 4096;
const SLOTS: usize = 4096;

/// The token formats, ready to be looked up by the start of a word.
#[derive(Debug)]
pub(super) struct Tokens {
    formats: Vec<Format>,
    /// By the hash of a word's first two bytes: whether any prefix starts so.
    starts: Box<[bool; SLOTS]>,
    /// Prefixes with the format's place in `formats`, sorted by their first two bytes.
    prefixes: Vec<(Vec<u8>, usize)>,
    /// Formats without prefixes.
    inside: Vec<usize>,
}

#[derive(Debug)]
struct Format {
    pattern: u16,
    expression: String,
    /// Compiled on the first hit of its prefix: most processes never meet most formats.
    regex: OnceLock<Option<Regex>>,
    check: Check,
    lead: usize,
    contains: Vec<Vec<u8>>,
    except: Vec<Vec<u8>>,
}

impl Format {
    /// The end of the token that starts at the start of `text`.
    fn matches(&self, text: &[u8]) -> Option<usize> {
        let regex = self
            .regex
            .get_or_init(|| Regex::new(&format!("^(?:(?-u){})", self.expression)).ok())
            .as_ref()?;
        let found = regex.find(&text[..text.len().min(LONGEST)])?;
        let goes_on = text.get(found.end()).is_some_and(u8::is_ascii_alphanumeric);
        (!goes_on && check::passes(self.check, found.as_bytes())).then_some(found.end())
    }
}

fn bytes(texts: &[String]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

fn slot(first: u8, second: u8) -> usize {
    ((usize::from(first) * 33) ^ (usize::from(second) * 7)) % SLOTS
}

impl Tokens {
    /// Formats whose `enabled` is false keep their index but are never looked for.
    pub(super) fn new(patterns: &[TokenPattern], enabled: impl Fn(&str) -> bool) -> Self {
        let mut tokens = Self {
            formats: Vec::new(),
            starts: Box::new([false; SLOTS]),
            prefixes: Vec::new(),
            inside: Vec::new(),
        };
        for (pattern, index) in patterns.iter().zip(FIRST_TOKEN..) {
            if !enabled(&pattern.name) {
                continue;
            }
            let place = tokens.formats.len();
            for prefix in &pattern.prefixes {
                let prefix = prefix.as_bytes().to_vec();
                if let [first, second, ..] = prefix[..] {
                    tokens.starts[slot(first, second)] = true;
                    tokens.prefixes.push((prefix, place));
                }
            }
            if pattern.prefixes.is_empty() {
                tokens.inside.push(place);
            }
            tokens.formats.push(Format {
                pattern: index,
                expression: pattern.regex.clone(),
                regex: OnceLock::new(),
                check: Check::by_name(&pattern.check).unwrap_or(Check::None),
                lead: pattern.lead,
                contains: bytes(&pattern.contains),
                except: bytes(&pattern.except),
            });
        }
        tokens.starts[slot(b'e', b'y')] = true;
        tokens.starts[slot(b'-', b'-')] = true;
        for scheme in CRYPT {
            tokens.starts[slot(scheme[0], scheme[1])] = true;
        }
        tokens.prefixes.sort_by(|a, b| a.0[..2].cmp(&b.0[..2]));
        tokens
    }

    /// Looks for tokens in the word `text[start..end]`. A token may go on past the word. Returns where it ended.
    pub(super) fn word(
        &self,
        text: &[u8],
        start: usize,
        end: usize,
        hits: &mut Vec<Hit>,
    ) -> Option<usize> {
        if let Some(found) = self.at(text, start, hits) {
            return Some(found);
        }
        if end - start < LONG {
            return None;
        }
        if let Some(found) = self.anywhere(text, start, end, hits) {
            return Some(found);
        }
        // After a mark inside a long word: `token-ghp_...`.
        let word = &text[start..end];
        let marks = memchr::memchr3_iter(b'_', b'-', b'.', word)
            .chain(memchr::memchr2_iter(b'$', b'+', word));
        for mark in marks {
            let inner = start + mark + 1;
            if end - inner >= SHORTEST_TOKEN
                && let Some(found) = self.at(text, inner, hits)
            {
                return Some(found);
            }
        }
        None
    }

    fn at(&self, text: &[u8], start: usize, hits: &mut Vec<Hit>) -> Option<usize> {
        let rest = text.get(start..)?;
        let [first, second, ..] = *rest else {
            return None;
        };
        if !self.starts[slot(first, second)] {
            return None;
        }
        if let Some((length, rule)) = builtin(rest) {
            hits.push(Hit::new(start, start + length, rule.index()));
            return Some(start + length);
        }
        let from = self
            .prefixes
            .partition_point(|(prefix, _)| prefix[..2] < [first, second][..]);
        for (prefix, place) in &self.prefixes[from..] {
            if prefix[..2] != [first, second] {
                break;
            }
            if !rest.starts_with(prefix) {
                continue;
            }
            let format = &self.formats[*place];
            for lead in (0..=format.lead.min(start)).rev() {
                if let Some(length) = format
                    .matches(&text[start - lead..])
                    .filter(|length| *length > lead)
                {
                    let begin = start - lead;
                    hits.push(Hit::new(begin, begin + length, format.pattern));
                    return Some(begin + length);
                }
            }
        }
        None
    }

    fn anywhere(
        &self,
        text: &[u8],
        start: usize,
        end: usize,
        hits: &mut Vec<Hit>,
    ) -> Option<usize> {
        let word = &text[start..end.min(start + LONGEST)];
        self.inside.iter().find_map(|place| {
            let format = &self.formats[*place];
            if format.except.iter().any(|start| word.starts_with(start)) {
                return None;
            }
            format
                .contains
                .iter()
                .any(|literal| memchr::memmem::find(word, literal).is_some())
                .then(|| format.matches(&text[start..]))
                .flatten()
                .map(|length| {
                    hits.push(Hit::new(start, start + length, format.pattern));
                    start + length
                })
        })
    }
}

/// Formats that a regular expression says badly.
fn builtin(rest: &[u8]) -> Option<(usize, Rule)> {
    match rest {
        [b'e', b'y', b'J', ..] => check::jwt_length(&rest[..rest.len().min(16 * LONGEST)])
            .map(|length| (length, Rule::Jwt)),
        [b'-', b'-', ..] => pem(rest).map(|length| (length, Rule::Pem)),
        [b'$', ..] => crypt(rest).map(|length| (length, Rule::PasswordHash)),
        _ => None,
    }
}

/// A private key from `-----BEGIN ... PRIVATE KEY` to its end line, or to the end of a text that was cut (RFC 7468;
/// `OpenPGP`'s `PRIVATE KEY BLOCK` likewise).
fn pem(rest: &[u8]) -> Option<usize> {
    let label = rest.strip_prefix(b"-----BEGIN ")?;
    let label = &label[..label.len().min(48)];
    memchr::memmem::find(label, b"PRIVATE KEY")?;
    let Some(end) = memchr::memmem::find(rest, b"-----END ") else {
        // Cut short: up to the quote that closes it, if it stands in quotes.
        return Some(memchr::memchr(b'"', rest).unwrap_or(rest.len()));
    };
    let tail = end + b"-----END ".len();
    let close = memchr::memmem::find(&rest[tail..rest.len().min(tail + 64)], b"-----");
    Some(close.map_or(rest.len().min(tail + 32), |close| tail + close + 5))
}

const CRYPT: &[&[u8]] = &[
    b"$2a$",
    b"$2b$",
    b"$2y$",
    b"$2x$",
    b"$argon2",
    b"$pbkdf2",
    b"$scrypt$",
    b"$6$",
    b"$5$",
    b"$1$",
    b"$apr1$",
    b"$sha1$",
    b"$s0$",
    b"$s2$",
    b"$y$",
];

/// `$2b$12$...`, `$argon2id$v=19$...`: password hashes in the modular crypt format.
fn crypt(rest: &[u8]) -> Option<usize> {
    if !CRYPT.iter().any(|scheme| rest.starts_with(scheme)) {
        return None;
    }
    let length = rest
        .iter()
        .position(|byte| !(byte.is_ascii_alphanumeric() || b"$./+=,-_".contains(byte)))
        .unwrap_or(rest.len());
    (length >= 28).then_some(length)
}
