//! The order of all rules, in one place.

use plimsoll_standard::config;
use plimsoll_standard::sensitive::{Class, token_patterns};

use super::custom::Custom;
use super::escapes::Map;
use super::hit::{Hit, settle};
use super::keys::Keys;
use super::names::{self, of_kind};
use super::redactor::RedactError;
use super::screen;
use super::sieve;
use super::tokens::Tokens;
use super::walk::{self, Seen};
use super::{email, escapes, json, markup, numbers, url};

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
        if !self.is_clean(text) {
            self.by_rules(text, hits);
        }
    }

    /// By value alone, without a look before.
    pub(super) fn by_rules(&self, text: &[u8], hits: &mut Vec<Hit>) {
        self.screened(text, 0, hits);
        self.finish(hits);
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

    /// Whether nothing is in a text, as two cheap looks tell of most.
    #[inline]
    pub(super) fn is_clean(&self, text: &[u8]) -> bool {
        self.custom.is_empty() && (screen::is_quiet(text) || self.is_sifted(text))
    }

    /// Whether the second look finds nothing.
    pub(super) fn is_sifted(&self, text: &[u8]) -> bool {
        sieve::is_clean(&self.keys, &self.tokens, text)
    }

    /// By value alone: looks, and reads on only if something may be there. Findings are moved by `offset`.
    #[inline]
    pub(super) fn inside(&self, text: &[u8], offset: usize, level: u8, hits: &mut Vec<Hit>) {
        if self.is_clean(text) {
            return;
        }
        let before = hits.len();
        self.screened(text, level, hits);
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

    fn screened(&self, text: &[u8], level: u8, hits: &mut Vec<Hit>) {
        if !self.custom.is_empty() {
            self.custom.find(text, hits);
        }
        if level < DEEPEST && is_document(text) {
            let before = hits.len();
            if json::find(self, text, None, level, hits).is_some() {
                return;
            }
            hits.truncate(before);
        }
        let seen = walk::words(&self.keys, &self.tokens, text, hits);
        if seen.any(Seen::AT) {
            email::find(text, hits);
            url::find_driver_form(text, hits);
        }
        markup::find(&self.keys, text, seen, hits);
        if level < DEEPEST && seen.any(Seen::ENCODED) {
            self.decoded(escapes::percent(text), level, hits);
        }
        if level < DEEPEST && seen.any(Seen::ESCAPED) {
            self.decoded(escapes::decode(text), level, hits);
        }
        if seen.may_hold_number() {
            numbers::find(text, hits);
        }
    }

    /// Reads a text with escapes as what it stands for. Once only: what is encoded twice is decoded twice.
    fn decoded(&self, (plain, map): (Vec<u8>, Map), level: u8, hits: &mut Vec<Hit>) {
        let mut inner = Vec::new();
        self.inside(&plain, 0, level + 1, &mut inner);
        hits.extend(inner.into_iter().map(|hit| Hit {
            start: map.raw(hit.start),
            end: map.raw(hit.end),
            ..hit
        }));
    }
}

/// Whether a text may be JSON of any kind in which texts stand: a string, too, keeps the quotes that make it one.
pub(super) fn is_document(text: &[u8]) -> bool {
    is_nested(text) || matches!(text, [b'"', .., b'"'])
}

pub(super) fn is_nested(text: &[u8]) -> bool {
    if text.first().is_none_or(u8::is_ascii_alphanumeric) {
        return false;
    }
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
