//! The order of all rules, in one place.

use plimsoll_standard::config;
use plimsoll_standard::sensitive::{Class, token_patterns};

use super::custom::Custom;
use super::hit::{Hit, settle};
use super::keys::Keys;
use super::names::{self, of_kind};
use super::redactor::RedactError;
use super::screen::{self, CLASS, class};
use super::tokens::{SHORTEST_TOKEN, Tokens};
use super::{email, escapes, json, markup, numbers, pairs, prose, url};

/// Finds what is sensitive. Knows nothing of counting or writing.
#[derive(Debug)]
pub(super) struct Engine {
    pub(super) keys: Keys,
    tokens: Tokens,
    custom: Custom,
    /// By pattern index: whether it was left switched on.
    enabled: Vec<bool>,
    all_enabled: bool,
}

/// How deep text inside text is read: JSON in a string in JSON, percent-encoding.
const DEEPEST: u8 = 6;

impl Engine {
    /// Makes the engine and the names of its patterns.
    pub(super) fn new(config: &config::Redact) -> Result<(Self, Vec<String>), RedactError> {
        let patterns = token_patterns()
            .map_err(|error| RedactError(format!("the standard's patterns: {error}")))?;
        let mut names = names::fixed();
        names.extend(patterns.iter().map(|pattern| pattern.name.clone()));
        let custom = Custom::new(&config.patterns, &mut names)?;
        if let Some(unknown) = config.disable.iter().find(|name| !names.contains(name)) {
            return Err(RedactError(format!(
                "redact.disable: no pattern is called `{unknown}`; `plimsoll redact --list` names them"
            )));
        }
        let enabled: Vec<bool> = names
            .iter()
            .map(|name| !config.disable.contains(name))
            .collect();
        let engine = Self {
            keys: Keys::new(&config.safe_keys, &config.sensitive_keys),
            tokens: Tokens::new(&patterns, |name| {
                !config.disable.iter().any(|disabled| disabled == name)
            }),
            custom,
            all_enabled: enabled.iter().all(|enabled| *enabled),
            enabled,
        };
        Ok((engine, names))
    }

    /// Everything sensitive in a value under a key, in order and without overlaps. Adds nothing for a clean value.
    pub(super) fn find(&self, class: Option<Class>, text: &[u8], hits: &mut Vec<Hit>) {
        if let Some(class) = class
            && self.enabled(of_kind(class.kind))
            && class.covers(&String::from_utf8_lossy(text))
        {
            if is_nested(text) && json::find(self, text, Some(class), 0, hits).is_some() {
                self.finish(hits);
                return;
            }
            hits.clear();
            hits.push(Hit::new(0, text.len(), of_kind(class.kind)));
            return;
        }
        self.inside(text, 0, 0, hits);
        if !hits.is_empty() {
            self.finish(hits);
        }
    }

    /// The same for JSON text. `None` when it is not JSON; then nothing was found.
    pub(super) fn find_json(
        &self,
        class: Option<Class>,
        text: &[u8],
        hits: &mut Vec<Hit>,
    ) -> Option<()> {
        let answer = json::find(self, text, class, 0, hits);
        if answer.is_none() {
            hits.clear();
        }
        self.finish(hits);
        answer
    }

    pub(super) fn enabled(&self, pattern: u16) -> bool {
        self.all_enabled
            || self
                .enabled
                .get(usize::from(pattern))
                .copied()
                .unwrap_or(true)
    }

    fn finish(&self, hits: &mut Vec<Hit>) {
        if !self.all_enabled {
            hits.retain(|hit| self.enabled(hit.pattern));
        }
        settle(hits);
    }

    /// Whether a text is clean at first sight.
    #[inline]
    pub(super) fn is_quiet(&self, text: &[u8]) -> bool {
        screen::is_quiet(text) && self.custom.is_empty()
    }

    /// By value alone: screens, and reads on only if something may be there. Findings are moved by `offset`.
    #[inline]
    pub(super) fn inside(&self, text: &[u8], offset: usize, level: u8, hits: &mut Vec<Hit>) {
        if self.is_quiet(text) {
            return;
        }
        let classes = screen::classes_of(text);
        let before = hits.len();
        self.screened(text, classes, level, hits);
        if offset > 0 {
            for hit in &mut hits[before..] {
                hit.start += offset;
                hit.end += offset;
            }
        }
    }

    /// A text inside another text.
    pub(super) fn text(&self, text: &[u8], level: u8, hits: &mut Vec<Hit>) {
        self.inside(text, 0, level, hits);
        self.finish(hits);
    }

    fn screened(&self, text: &[u8], classes: u16, level: u8, hits: &mut Vec<Hit>) {
        if !self.custom.is_empty() {
            self.custom.find(text, hits);
        }
        if classes & (class::BREAK | class::AT) == 0 {
            if text.len() >= SHORTEST_TOKEN {
                self.tokens.word(text, 0, text.len(), hits);
            }
        } else {
            if level < DEEPEST && is_nested(text) {
                let before = hits.len();
                if json::find(self, text, None, level, hits).is_some() {
                    return;
                }
                hits.truncate(before);
            }
            self.words(text, classes, hits);
            if classes & class::AT != 0 {
                email::find(text, hits);
                url::find_driver_form(text, hits);
            }
            if classes & class::MARKUP != 0 {
                self.markup(text, level, hits);
            }
        }
        if classes & class::DIGIT != 0 && text.len() >= screen::SHORTEST_NUMBER {
            numbers::find(text, hits);
        }
    }

    /// One walk over all words, with the marks after them.
    fn words(&self, text: &[u8], classes: u16, hits: &mut Vec<Hit>) {
        // A secret beside its name in prose holds a digit or a mark, or stands in quotes.
        let prose = classes & (class::DIGIT | class::MARK | class::JOIN) != 0;
        let mut floor = 0;
        let mut start = 0;
        let mut tuples = false;
        let mut insert = false;
        let mut at = 0;
        while at < text.len() {
            at += text[at..]
                .iter()
                .position(|byte| CLASS[usize::from(*byte)] & class::BREAK != 0)
                .unwrap_or(text.len() - at);
            if at > start + 1
                && let Some(end) = self.word(text, floor, start, at, prose, hits)
            {
                floor = end;
                at = end.max(at);
                start = at;
                continue;
            }
            let Some(&byte) = text.get(at) else {
                break;
            };
            match byte {
                b':' | b'=' => {
                    let found = if text[at..].starts_with(b"://") {
                        url::find(text, at, hits)
                    } else {
                        pairs::find(&self.keys, text, floor, at, hits)
                    };
                    if let Some(end) = found {
                        floor = end;
                        start = end.max(at + 1);
                        at = start;
                        continue;
                    }
                }
                b',' => tuples |= at > 0 && matches!(text[at - 1], b'"' | b'\''),
                b'(' => {
                    insert = true;
                    if let Some(end) = pairs::wrapped(&self.keys, text, floor, at, hits) {
                        floor = end;
                        at = end;
                        start = end;
                        continue;
                    }
                }
                _ => {}
            }
            at += 1;
            start = at;
            // What was escaped before a word is not part of it: `\nAKIA...`, `%3Dghp_...`.
            match byte {
                b'\\' if matches!(text.get(at), Some(b'n' | b'r' | b't')) => start += 1,
                b'\\' if text.get(at) == Some(&b'u') => start = text.len().min(start + 5),
                b'%' => start = text.len().min(start + 2),
                _ => {}
            }
            at = at.max(start.min(at + 1));
        }
        if text.len() > 48 && memchr::memmem::find(text, b"form-data").is_some() {
            markup::form_data(&self.keys, text, hits);
        }
        if tuples {
            markup::tuples(&self.keys, text, hits);
        }
        if insert {
            markup::inserts(&self.keys, text, hits);
        }
    }

    #[inline]
    fn word(
        &self,
        text: &[u8],
        floor: usize,
        start: usize,
        end: usize,
        prose: bool,
        hits: &mut Vec<Hit>,
    ) -> Option<usize> {
        if end - start >= SHORTEST_TOKEN
            && let Some(end) = self.tokens.word(text, start, end, hits)
        {
            return Some(end);
        }
        let leads = text
            .get(end)
            .is_none_or(|next| matches!(next, b' ' | b'.' | b'!'))
            && prose::may_lead(&text[start..end]);
        if leads && (prose || end - start == 5 || text[start] == b'-') {
            return prose::find(&self.keys, text, floor, start, end, hits);
        }
        None
    }

    fn markup(&self, text: &[u8], level: u8, hits: &mut Vec<Hit>) {
        if memchr::memmem::find(text, b"</").is_some() {
            markup::elements(&self.keys, text, hits);
        }
        if memchr::memmem::find(text, b"value=").is_some() {
            markup::attributes(&self.keys, text, hits);
        }
        if memchr::memmem::find(text, b"%40").is_some() {
            email::find_encoded(text, hits);
        }
        let encoded = [
            &b"%3D"[..],
            b"%3d",
            b"%3A",
            b"%3a",
            b"%20",
            b"%22",
            b"%2B",
            b"%2b",
        ]
        .iter()
        .any(|mark| memchr::memmem::find(text, mark).is_some());
        if encoded && level < DEEPEST {
            let (plain, map) = escapes::percent(text);
            let mut inner = Vec::new();
            // Once only: what is encoded twice is decoded twice.
            self.inside(&plain, 0, level + 1, &mut inner);
            hits.extend(inner.into_iter().map(|hit| Hit {
                start: map.raw(hit.start),
                end: map.raw(hit.end),
                ..hit
            }));
        }
    }
}

fn is_nested(text: &[u8]) -> bool {
    let text = text.trim_ascii();
    matches!(
        (text.first(), text.last()),
        (Some(b'{'), Some(b'}')) | (Some(b'['), Some(b']'))
    ) && text.len() > 4
}

#[cfg(test)]
mod tests {
    use plimsoll_standard::sensitive::token_patterns;

    use crate::redact::{KeyVerdict, Redactor};

    #[test]
    fn every_pattern_keeps_its_examples() {
        let redactor = Redactor::standard();
        let found = |text: &str| -> Vec<(String, String)> {
            redactor
                .find(KeyVerdict::CLEAN, text)
                .into_iter()
                .map(|finding| {
                    (
                        finding.pattern.to_owned(),
                        text[finding.start..finding.end].to_owned(),
                    )
                })
                .collect()
        };
        for pattern in token_patterns().unwrap() {
            for example in &pattern.positive {
                for text in [
                    example.clone(),
                    format!("cloned with {example} from there"),
                    format!("{{\"a\":\"{example}\"}}"),
                    format!("failed (\"{example}\")"),
                    format!("line\\n{example}\\n"),
                    format!("x={example}&y=1"),
                ] {
                    let found = found(&text);
                    assert!(
                        found
                            .iter()
                            .any(|(name, what)| *name == pattern.name && what == example),
                        "{}: {text}: {found:?}",
                        pattern.name
                    );
                }
            }
            for example in &pattern.negative {
                let found = found(example);
                assert!(found.is_empty(), "{}: {example}: {found:?}", pattern.name);
            }
        }
    }
}
