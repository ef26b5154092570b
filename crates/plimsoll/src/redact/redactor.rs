//! The seam.

use std::fmt::Write as _;

use plimsoll_standard::config;

use super::count::Counts;
use super::engine::Engine;
use super::hit::Hit;
use super::numbers;
use super::verdict::KeyVerdict;

/// Why a redactor could not be made. The message names the key of `plimsoll.toml` and the remedy.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct RedactError(pub(super) String);

/// How often a redacted text is read again.
const MOST_PASSES: usize = 4;

/// Takes what is sensitive out of keyed values. `Send + Sync`; share it by `Arc`.
#[derive(Debug)]
pub struct Redactor {
    engine: Engine,
    counts: Counts,
    observe: bool,
}

/// Part of a text that a pattern fired on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finding<'a> {
    /// The pattern's name.
    pub pattern: &'a str,
    /// First byte in the text.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Redactor {
    /// The standard's patterns, nothing configured.
    #[must_use]
    #[expect(
        clippy::missing_panics_doc,
        clippy::expect_used,
        reason = "the standard's own data is tested"
    )]
    pub fn standard() -> Self {
        Self::from_config(&config::Redact::default()).expect("the standard's own patterns")
    }

    /// The standard's patterns as `[redact]` changes them.
    ///
    /// # Errors
    /// [`RedactError`] when one of the organisation's own patterns does not compile or fails its own examples, `disable`
    /// names no pattern, or `strict` is set and the [self-test](Self::self_test) finds a survivor.
    pub fn from_config(config: &config::Redact) -> Result<Self, RedactError> {
        let (engine, names) = Engine::new(config)?;
        let redactor = Self {
            engine,
            counts: Counts::new(names),
            observe: config.mode == config::Mode::Observe,
        };
        if config.strict
            && let Some(survivor) = redactor.self_test().first()
        {
            return Err(RedactError(format!(
                "redact.strict: a made-up {} in {} survives; take its pattern out of `disable`, its key out of `safe_keys`, or set \
                 mode = \"enforce\"",
                survivor.secret, survivor.form
            )));
        }
        Ok(redactor)
    }

    /// What a key alone says. Decide it once per callsite or bound key and keep it.
    #[must_use]
    pub fn key(&self, key: &str) -> KeyVerdict {
        KeyVerdict {
            class: self.engine.keys.judge(key),
            numbered: numbers::names_number(key.as_bytes()),
        }
    }

    /// A textual value (string, `Display` or `Debug`) under a key. `None` when it may be written as it is, which
    /// costs no allocation; else the text to write in its place. Counts what it finds.
    #[inline]
    #[must_use]
    pub fn value(&self, key: KeyVerdict, text: &str) -> Option<String> {
        if key.class.is_none() && self.engine.is_clean(text.as_bytes()) {
            return None;
        }
        self.suspicious(key, text)
    }

    #[inline(never)]
    fn suspicious(&self, key: KeyVerdict, text: &str) -> Option<String> {
        if key.class.is_none() && key.numbered && numbers::is_plain(text.as_bytes()) {
            return None;
        }
        let mut hits = Vec::new();
        self.engine.find(key.class, text.as_bytes(), &mut hits);
        let mut out = self.taken_out(text, &mut hits)?;
        // What stood beside a secret may read as one once the secret is gone; again, until nothing is found any more.
        for _ in 0..MOST_PASSES {
            hits.clear();
            self.engine.find(key.class, out.as_bytes(), &mut hits);
            match self.taken_out(&out, &mut hits) {
                Some(next) => out = next,
                None => break,
            }
        }
        Some(out)
    }

    /// A number under a key: `None` when it may be written as it is, else the text to write in its place. The number
    /// itself is not looked at. Booleans and nulls need no call: they are never sensitive.
    #[must_use]
    pub fn number(&self, key: KeyVerdict) -> Option<String> {
        let class = key.class.filter(|class| class.covers_numbers())?;
        let index = class.kind as u16;
        self.engine
            .enabled(index)
            .then(|| self.counts.add(usize::from(index)));
        if self.observe || !self.engine.enabled(index) {
            return None;
        }
        Some(format!(
            "[redacted:{}]",
            self.counts.name(usize::from(index))
        ))
    }

    /// JSON text (of `plimsoll::json`, say) under a key: redacted by key and value at any depth, all other bytes as
    /// they were, so that valid JSON stays valid. `None` when it may be written as it is.
    #[must_use]
    pub fn json(&self, key: KeyVerdict, json: &str) -> Option<String> {
        let mut hits = Vec::new();
        if self
            .engine
            .find_json(key.class, json.as_bytes(), &mut hits)
            .is_none()
        {
            return self.value(key, json);
        }
        let mut out = self.taken_out(json, &mut hits)?;
        for _ in 0..MOST_PASSES {
            hits.clear();
            if self
                .engine
                .find_json(key.class, out.as_bytes(), &mut hits)
                .is_none()
            {
                break;
            }
            match self.taken_out(&out, &mut hits) {
                Some(next) => out = next,
                None => break,
            }
        }
        Some(out)
    }

    /// One line of any program's output, without its line end: a JSON object by key and by value at any depth, any
    /// other line by value. `out` gets the line; findings are told to `report` before they are taken out.
    pub fn line(&self, line: &[u8], out: &mut Vec<u8>, mut report: impl FnMut(Finding<'_>)) {
        let mut hits = Vec::new();
        let object = line.trim_ascii_start().first() == Some(&b'{');
        if !(object && self.engine.find_json(None, line, &mut hits).is_some()) {
            self.engine.find(None, line, &mut hits);
        }
        for hit in &hits {
            report(Finding {
                pattern: self.counts.name(usize::from(hit.pattern)),
                start: hit.start,
                end: hit.end,
            });
        }
        self.count(&hits);
        if self.observe || hits.is_empty() {
            out.extend_from_slice(line);
            return;
        }
        let mut marker = String::new();
        let mut at = 0;
        for hit in &hits {
            out.extend_from_slice(&line[at..hit.start]);
            marker.clear();
            self.mark(*hit, &mut marker);
            out.extend_from_slice(marker.as_bytes());
            at = hit.end;
        }
        out.extend_from_slice(&line[at..]);
    }

    /// Everything sensitive in a text by value alone, nothing changed or counted.
    #[must_use]
    pub fn find(&self, key: KeyVerdict, text: &str) -> Vec<Finding<'_>> {
        let mut hits = Vec::new();
        self.engine.find(key.class, text.as_bytes(), &mut hits);
        hits.iter()
            .map(|hit| Finding {
                pattern: self.counts.name(usize::from(hit.pattern)),
                start: hit.start,
                end: hit.end,
            })
            .collect()
    }

    /// Whether findings are only counted.
    #[must_use]
    pub const fn observes(&self) -> bool {
        self.observe
    }

    /// How often each pattern fired.
    #[must_use]
    pub const fn counts(&self) -> &Counts {
        &self.counts
    }

    fn count(&self, hits: &[Hit]) {
        for hit in hits {
            self.counts.add(usize::from(hit.pattern));
        }
    }

    fn mark(&self, hit: Hit, out: &mut String) {
        let quote = |out: &mut String| {
            if let Some(level) = hit.bare {
                out.extend(std::iter::repeat_n('\\', (1_usize << level.min(6)) - 1));
                out.push('"');
            }
        };
        quote(out);
        let _ = write!(
            out,
            "[redacted:{}]",
            self.counts.name(usize::from(hit.pattern))
        );
        quote(out);
    }

    fn taken_out(&self, text: &str, hits: &mut [Hit]) -> Option<String> {
        if hits.is_empty() {
            return None;
        }
        self.count(hits);
        if self.observe {
            return None;
        }
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for hit in hits {
            // Findings end where ASCII begins; in a text that was cut they may not.
            while !text.is_char_boundary(hit.start) {
                hit.start -= 1;
            }
            while !text.is_char_boundary(hit.end) {
                hit.end += 1;
            }
            if hit.start >= at {
                out.push_str(&text[at..hit.start]);
                self.mark(*hit, &mut out);
            }
            at = at.max(hit.end);
        }
        out.push_str(&text[at..]);
        Some(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sensitive_key_takes_its_value_out() {
        let redactor = Redactor::standard();
        let verdict = redactor.key("userPassword");
        assert_eq!(
            redactor.value(verdict, "hunter2").as_deref(),
            Some("[redacted:password]")
        );
        assert_eq!(redactor.counts().total(), 1);
        assert_eq!(redactor.value(redactor.key("author"), "Ada"), None);
    }

    #[test]
    fn a_secret_is_counted_once_and_its_marker_never() {
        for text in [
            "postgres://app:hunter2@db/orders refused",
            "app:hunter2@tcp(db:3306)/orders refused",
            "https://app:hunter2@example.com/?page=2",
            r#"{"password":"hunter2"}"#,
            "Authorization: Basic YXBwOmh1bnRlcjI=",
            "host=db password=hunter2 dbname=orders",
            "write to ada@example.com",
        ] {
            let redactor = Redactor::standard();
            let shown = redactor.value(KeyVerdict::CLEAN, text).unwrap();
            assert_eq!(redactor.counts().total(), 1, "{shown}");
            assert!(
                redactor.find(KeyVerdict::CLEAN, &shown).is_empty(),
                "{shown}"
            );
        }
    }
}
