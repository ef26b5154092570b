//! JSON: redacted by key and by value at any depth, every other byte as it was.

use plimsoll_standard::sensitive::{Class, Kind, Strength, is_about};

use super::engine::Engine;
use super::hit::Hit;
use super::names::of_kind;
use super::numbers;
use super::prose;

/// Deeper nesting is left to the text rules, which need no stack.
const DEEPEST: usize = 96;
/// Documents in strings of documents, so many levels, are read under the key they stand under.
const DEEPEST_TEXT: u8 = 4;

/// Finds in a JSON text. `None` when it is not JSON from its first byte to its last.
pub(super) fn find(
    engine: &Engine,
    text: &[u8],
    class: Option<Class>,
    level: u8,
    hits: &mut Vec<Hit>,
) -> Option<()> {
    let mut walk = Walk {
        engine,
        text,
        at: 0,
        level,
        hits,
    };
    walk.space();
    walk.value(class, 0)?;
    walk.space();
    (walk.at == text.len()).then_some(())
}

struct Walk<'a> {
    engine: &'a Engine,
    text: &'a [u8],
    at: usize,
    /// How many JSON strings this text stands in.
    level: u8,
    hits: &'a mut Vec<Hit>,
}

impl Walk<'_> {
    fn space(&mut self) {
        while matches!(self.text.get(self.at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        (self.text.get(self.at) == Some(&byte)).then(|| self.at += 1)
    }

    fn value(&mut self, class: Option<Class>, depth: usize) -> Option<()> {
        match *self.text.get(self.at)? {
            b'"' => {
                let (start, end, escaped) = self.string()?;
                self.judge(class, start, end, escaped);
                Some(())
            }
            b'{' if depth < DEEPEST => self.object(class, depth),
            b'[' if depth < DEEPEST => self.array(class, depth),
            b't' => self.literal(b"true"),
            b'f' => self.literal(b"false"),
            b'n' => self.literal(b"null"),
            b'-' | b'0'..=b'9' => self.number(class),
            _ => None,
        }
    }

    fn literal(&mut self, word: &[u8]) -> Option<()> {
        self.text[self.at..]
            .starts_with(word)
            .then(|| self.at += word.len())
    }

    fn number(&mut self, class: Option<Class>) -> Option<()> {
        let start = self.at;
        while self.text.get(self.at).is_some_and(|byte| {
            byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E')
        }) {
            self.at += 1;
        }
        let number = std::str::from_utf8(&self.text[start..self.at]).ok()?;
        if class.is_some_and(|class| class.covers_number(number)) {
            let mut hit = Hit::new(start, self.at, class.map_or(0, |class| of_kind(class.kind)));
            hit.bare = Some(self.level);
            self.hits.push(hit);
        }
        number
            .bytes()
            .any(|byte| byte.is_ascii_digit())
            .then_some(())
    }

    /// The inside of a string, and whether it has escapes.
    fn string(&mut self) -> Option<(usize, usize, bool)> {
        self.take(b'"')?;
        let start = self.at;
        let mut escaped = false;
        loop {
            let next = self.at + memchr::memchr2(b'"', b'\\', self.text.get(self.at..)?)?;
            if self.text[next] == b'"' {
                self.at = next + 1;
                return Some((start, next, escaped));
            }
            escaped = true;
            self.at = next + 2;
        }
    }

    fn array(&mut self, class: Option<Class>, depth: usize) -> Option<()> {
        self.take(b'[')?;
        self.space();
        if self.take(b']').is_some() {
            return Some(());
        }
        // `["x-api-key", "..."]`: a pair of strings of which the first names the second.
        let mut first = None;
        // `["--password", "..."]`: a command's arguments.
        let mut flag = None;
        let mut user_flag = false;
        let mut index = 0;
        loop {
            self.space();
            let from = self.at;
            let before = self.hits.len();
            self.value(class, depth + 1)?;
            let element = &self.text[from..self.at];
            let inner = element
                .strip_prefix(b"\"")
                .and_then(|text| text.strip_suffix(b"\""));
            let to = self.at;
            self.space();
            let more = self.take(b',').is_some();
            let account = user_flag && inner.is_some_and(is_account);
            if account && self.hits.len() == before {
                let pattern = of_kind(Kind::Credentials);
                self.hits.push(Hit::new(from + 1, to - 1, pattern));
            }
            user_flag = matches!(inner, Some(b"-u" | b"--user"));
            if let (Some(class), Some(_)) = (flag.take(), inner)
                && self.hits.len() == before
            {
                self.judge(Some(class), from + 1, to - 1, element.contains(&b'\\'));
            }
            flag = inner
                .filter(|name| name.starts_with(b"-"))
                .and_then(|name| {
                    let taken = prose::takes_password(self.text, from + 1, name);
                    taken.or_else(|| self.engine.keys.recall(name.trim_ascii_start()))
                });
            match (index, inner) {
                (0, Some(name)) if more => first = self.engine.keys.recall(name),
                (1, Some(value)) if !more && self.hits.len() == before => {
                    let name = value
                        .iter()
                        .all(|byte| byte.is_ascii_lowercase() || *byte == b'_');
                    if !name && first.is_some() {
                        self.judge(first, from + 1, to - 1, value.contains(&b'\\'));
                    }
                }
                _ => {}
            }
            index += 1;
            if !more {
                return self.take(b']');
            }
        }
    }

    fn object(&mut self, outer: Option<Class>, depth: usize) -> Option<()> {
        self.take(b'{')?;
        self.space();
        if self.take(b'}').is_some() {
            return Some(());
        }
        // `{"name": "Authorization", "value": "..."}`: what a name names in its own object.
        let mut named = None;
        let mut value_at = None;
        loop {
            self.space();
            let (start, end, escaped) = self.string()?;
            let key = &self.text[start..end];
            let mut class = if escaped {
                self.engine.keys.recall(&super::escapes::decode(key).0)
            } else {
                self.engine.keys.recall(key)
            };
            if class.is_none()
                && let Some(outer) = outer
            {
                class = inherited(outer, key);
            }
            self.space();
            self.take(b':')?;
            self.space();
            let role = role(key);
            let from = self.at;
            if class.is_none() && role == Role::Value && named.is_some() {
                class = named;
            }
            let before = self.hits.len();
            self.value(class, depth + 1)?;
            if class.is_none()
                && self.hits.len() > before
                && self.text.get(from) == Some(&b'"')
                && numbers::is_plain(&self.text[from + 1..self.at - 1])
                && numbers::names_number(key)
            {
                self.hits.truncate(before);
            }
            match role {
                Role::Name => {
                    let inner = self.text[from..self.at]
                        .strip_prefix(b"\"")
                        .and_then(|name| name.strip_suffix(b"\""));
                    named = inner.and_then(|name| self.engine.keys.recall(name));
                }
                Role::Value => value_at = Some((from, self.at)),
                Role::None => {}
            }
            self.space();
            if self.take(b',').is_none() {
                break;
            }
        }
        // The value stood before its name.
        if let (Some(class), Some((start, end))) = (named, value_at)
            && self.text[start] == b'"'
            && !self
                .hits
                .iter()
                .rev()
                .take(8)
                .any(|hit| hit.start >= start && hit.end <= end)
        {
            self.judge(Some(class), start + 1, end - 1, false);
        }
        self.take(b'}')
    }

    fn judge(&mut self, class: Option<Class>, start: usize, end: usize, escaped: bool) {
        let raw = &self.text[start..end];
        if !escaped {
            if !covered(class, raw, start, end, self.hits) {
                self.engine.inside(raw, start, self.level, self.hits);
            }
            return;
        }
        let (plain, map) = super::escapes::decode(raw);
        let mut inner = Vec::new();
        // A document under a sensitive key is judged by its own keys, too.
        let document = class.is_some()
            && self.level < DEEPEST_TEXT
            && super::engine::is_nested(&plain)
            && find(self.engine, &plain, class, self.level + 1, &mut inner).is_some();
        if !document {
            inner.clear();
            if covered(class, &plain, start, end, self.hits) {
                return;
            }
            self.engine.text(&plain, self.level + 1, &mut inner);
        }
        self.hits.extend(inner.into_iter().map(|hit| Hit {
            start: start + map.raw(hit.start),
            end: start + map.raw(hit.end),
            ..hit
        }));
    }
}

fn covered(
    class: Option<Class>,
    value: &[u8],
    start: usize,
    end: usize,
    hits: &mut Vec<Hit>,
) -> bool {
    let Some(class) = class else {
        return false;
    };
    let covers = class.covers(&String::from_utf8_lossy(value));
    if covers {
        hits.push(Hit::new(start, end, of_kind(class.kind)));
    }
    covers
}

/// What an outer key says about the keys inside: all of `credentials: {...}` but what only tells about them.
fn inherited(outer: Class, key: &[u8]) -> Option<Class> {
    let passes = matches!(
        outer.strength,
        Strength::Sure | Strength::Text | Strength::Configured
    ) && !matches!(
        outer.kind,
        Kind::Password | Kind::PersonName | Kind::Phone | Kind::NationalId
    );
    let about = std::str::from_utf8(key).is_ok_and(is_about);
    (passes && !about).then_some(outer)
}

/// `name:password`, as `curl -u` takes it.
fn is_account(value: &[u8]) -> bool {
    let digits = |text: &[u8]| text.iter().all(u8::is_ascii_digit);
    memchr::memchr(b':', value).is_some_and(|mark| {
        mark > 0
            && mark + 1 < value.len()
            && !value[mark..].starts_with(b"://")
            && !value.starts_with(b"[redacted:")
            && !(digits(&value[..mark]) && digits(&value[mark + 1..]))
            && value[mark + 1] != b'$'
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Name,
    Value,
    None,
}

/// Whether what is under this key may be named by another key of the same object.
pub(super) fn is_value(key: &[u8]) -> bool {
    role(key) == Role::Value
}

fn role(key: &[u8]) -> Role {
    match key {
        b"name" | b"key" | b"Name" | b"Key" | b"header" | b"field" | b"k" | b"param"
        | b"parameter" | b"attribute" | b"property" => Role::Name,
        b"value" | b"Value" | b"val" | b"v" | b"stringValue" | b"string_value" => Role::Value,
        _ => Role::None,
    }
}
