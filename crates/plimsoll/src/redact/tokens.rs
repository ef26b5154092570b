//! The well-known token formats: found by how a word starts, then judged by their expression and check.

use std::sync::OnceLock;

use plimsoll_standard::sensitive::{Kind, TokenPattern};
use regex::bytes::Regex;

use super::check::{self, Check};
use super::hit::Hit;
use super::names::{FIRST_TOKEN, Rule, of_kind};
use super::screen;

/// Words shorter than this start no token.
pub(super) const SHORTEST_TOKEN: usize = 10;
/// Tokens without a known start are looked for in words of at least this many bytes.
const LONG: usize = 20;
/// No token is longer than this.
const LONGEST: usize = 4096;
const SLOTS: usize = 4096;
/// Marks inside a word after which a token may start: `token-ghp_...`.
const STARTS_AFTER: &[u8] = b"_-.$+";
/// A word in which so many expressions were tried is made of the starts of tokens, and taken out whole.
const MOST_TRIES: u32 = 64;

/// The token formats, ready to be looked up by the start of a word.
#[derive(Debug)]
pub(super) struct Tokens {
    formats: Vec<Format>,
    /// By the hash of a word's first two bytes: whether any prefix starts so.
    starts: Box<[bool; SLOTS]>,
    /// Prefixes with the format's place in `formats`, sorted by their first two bytes.
    prefixes: Vec<(Vec<u8>, usize)>,
    /// What stands in tokens without a known start.
    inside: Vec<Inside>,
    /// The bytes after which a token may start inside a word, or which lead to a literal of `inside`.
    marks: Box<[bool; 256]>,
}

/// A text that stands in tokens of one format.
#[derive(Debug)]
struct Inside {
    literal: Vec<u8>,
    /// The literal's first byte that is rare, which is looked for.
    mark: usize,
    /// The format's place.
    place: usize,
    /// The format's bit in the memory of what was tried.
    bit: u64,
}

impl Inside {
    /// Whether the literal stands in the word from `start` on, its mark at `mark`.
    fn stands(&self, text: &[u8], start: usize, mark: usize) -> bool {
        self.literal[self.mark] == text[mark]
            && mark >= start + self.mark
            && text[mark - self.mark..].starts_with(&self.literal)
    }
}

#[derive(Debug)]
struct Format {
    pattern: u16,
    expression: String,
    /// Compiled on the first hit of its prefix: most processes never meet most formats.
    regex: OnceLock<Option<Regex>>,
    check: Check,
    lead: usize,
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
        let found_bytes = found.as_bytes();
        // Names of things are lower-case words: `sk_live_keys_enabled`.
        let words = !found_bytes
            .iter()
            .any(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
        (!goes_on && !words && check::passes(self.check, found_bytes)).then_some(found.end())
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
            marks: Box::new([false; 256]),
        };
        for mark in STARTS_AFTER {
            tokens.marks[usize::from(*mark)] = true;
        }
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
            let bit = tokens.inside.last().map_or(1, |last| last.bit << 1);
            for literal in bytes(&pattern.contains) {
                let mark = literal
                    .iter()
                    .position(|byte| !byte.is_ascii_alphanumeric())
                    .unwrap_or(0);
                tokens.marks[usize::from(literal[mark])] = true;
                tokens.inside.push(Inside {
                    literal,
                    mark,
                    place,
                    bit,
                });
            }
            tokens.formats.push(Format {
                pattern: index,
                expression: pattern.regex.clone(),
                regex: OnceLock::new(),
                check: Check::by_name(&pattern.check).unwrap_or(Check::None),
                lead: pattern.lead,
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
        let mut tries = 0;
        if let Some(found) = self.at(text, start, &mut tries, hits) {
            return Some(found);
        }
        let word = &text[start..end];
        if word.len() < LONG || screen::is_uuid(word) {
            return None;
        }
        let mut tried = 0_u64;
        for (at, byte) in word.iter().enumerate() {
            if !self.marks[usize::from(*byte)] {
                continue;
            }
            if at < LONGEST
                && let Some(found) = self.around(text, start, start + at, &mut tried, hits)
            {
                return Some(found);
            }
            let inner = start + at + 1;
            if end - inner >= SHORTEST_TOKEN
                && STARTS_AFTER.contains(byte)
                && let Some(found) = self.at(text, inner, &mut tries, hits)
            {
                return Some(found);
            }
            if tries > MOST_TRIES {
                hits.push(Hit::new(start, end, of_kind(Kind::Token)));
                return Some(end);
            }
        }
        None
    }

    /// Whether [`word`](Self::word) has a reason to try an expression.
    pub(super) fn may_stand_in(&self, text: &[u8], start: usize, end: usize) -> bool {
        let starts = |at: usize| self.starts[slot(text[at], text[at + 1])];
        if starts(start) {
            return true;
        }
        let word = &text[start..end];
        if word.len() < LONG || screen::is_uuid(word) {
            return false;
        }
        word.iter().zip(start..).any(|(byte, at)| {
            self.marks[usize::from(*byte)]
                && ((STARTS_AFTER.contains(byte) && end - at > SHORTEST_TOKEN && starts(at + 1))
                    || self
                        .inside
                        .iter()
                        .any(|inside| inside.stands(text, start, at)))
        })
    }

    /// A token whose known start is at `start`.
    fn at(&self, text: &[u8], start: usize, tries: &mut u32, hits: &mut Vec<Hit>) -> Option<usize> {
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
            *tries += 1;
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

    /// A token that starts with the word at `start` and holds a known text with its mark at `mark`. Each format is
    /// tried once a word.
    fn around(
        &self,
        text: &[u8],
        start: usize,
        mark: usize,
        tried: &mut u64,
        hits: &mut Vec<Hit>,
    ) -> Option<usize> {
        self.inside.iter().find_map(|inside| {
            let format = &self.formats[inside.place];
            if *tried & inside.bit != 0 || !inside.stands(text, start, mark) {
                return None;
            }
            *tried |= inside.bit;
            if format
                .except
                .iter()
                .any(|start_of| text[start..].starts_with(start_of))
            {
                return None;
            }
            format.matches(&text[start..]).map(|length| {
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
    let named = &label[..label.len().min(48)];
    let name = memchr::memmem::find(named, b"PRIVATE KEY")?;
    if !holds_key(&label[name..]) {
        return None;
    }
    let Some(end) = memchr::memmem::find(rest, b"-----END ") else {
        // Cut short: up to the quote that closes it, if it stands in quotes.
        return Some(memchr::memchr(b'"', rest).unwrap_or(rest.len()));
    };
    let tail = end + b"-----END ".len();
    let close = memchr::memmem::find(&rest[tail..rest.len().min(tail + 64)], b"-----");
    Some(close.map_or(rest.len().min(tail + 32), |close| tail + close + 5))
}

/// Whether a key's text follows its first line, not more prose: base64, or a header line.
fn holds_key(label: &[u8]) -> bool {
    let Some(end) = memchr::memmem::find(&label[..label.len().min(32)], b"-----") else {
        // Cut inside its first line.
        return label.len() < 32;
    };
    let rest = &label[end + 5..];
    let mut body = rest;
    while let Some(after) = [
        &b" "[..],
        b"\n",
        b"\r",
        b"\t",
        b"\\n",
        b"\\r",
        b"\\",
        b"%0A",
        b"+",
        b"|",
        b",",
    ]
    .iter()
    .find_map(|blank| body.strip_prefix(*blank))
    {
        body = after;
    }
    let length = body
        .iter()
        .position(|byte| !(byte.is_ascii_alphanumeric() || b"+/=%_-".contains(byte)))
        .unwrap_or(body.len());
    let word = &body[..length];
    length >= 16
        || body.get(length) == Some(&b':')
        || length == body.len()
        || word.iter().any(u8::is_ascii_digit)
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
