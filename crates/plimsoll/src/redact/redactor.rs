//! The seam.

use plimsoll_standard::config;
use plimsoll_standard::sensitive::{self, Kind, Strength};

use super::count::Counts;
use super::verdict::KeyVerdict;

/// Why a redactor could not be made. The message names the key of `plimsoll.toml` and the remedy.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct RedactError(pub(super) String);

/// Takes what is sensitive out of keyed values. `Send + Sync`; share it by `Arc`.
#[derive(Debug)]
pub struct Redactor {
    counts: Counts,
    observe: bool,
}

impl Redactor {
    /// The standard's patterns, nothing configured.
    #[must_use]
    pub fn standard() -> Self {
        Self {
            counts: Counts::new(
                Kind::ALL
                    .iter()
                    .map(|kind| kind.name().to_owned())
                    .collect(),
            ),
            observe: false,
        }
    }

    /// The standard's patterns as `[redact]` changes them.
    ///
    /// # Errors
    /// [`RedactError`] when one of the organisation's own patterns does not compile or fails its own examples.
    pub fn from_config(config: &config::Redact) -> Result<Self, RedactError> {
        Ok(Self {
            observe: config.mode == config::Mode::Observe,
            ..Self::standard()
        })
    }

    /// What a key alone says. Decide it once per callsite or bound key and keep it.
    #[must_use]
    pub fn key(&self, key: &str) -> KeyVerdict {
        KeyVerdict {
            class: sensitive::classify(key),
        }
    }

    /// A textual value (string, `Display` or `Debug`) under a key. `None` when it may be written as it is, which
    /// costs no allocation; else the text to write in its place. Counts what it finds.
    #[must_use]
    pub fn value(&self, key: KeyVerdict, text: &str) -> Option<String> {
        let class = key.class?;
        if text.is_empty() || text.starts_with("[redacted:") {
            return None;
        }
        self.found(class.kind)
    }

    /// A number under a key: `None` when it may be written as it is, else the text to write in its place. Booleans and
    /// nulls need no call: they are never sensitive. With a clean key this is `None` without a look at the number.
    #[must_use]
    pub fn number(&self, key: KeyVerdict) -> Option<String> {
        let class = key.class?;
        (class.strength == Strength::Sure)
            .then(|| self.found(class.kind))
            .flatten()
    }

    /// JSON text (of `plimsoll::json`, say) under a key: redacted by key and value at any depth, all other bytes as
    /// they were. `None` when it may be written as it is.
    #[must_use]
    pub fn json(&self, key: KeyVerdict, json: &str) -> Option<String> {
        self.value(key, json).map(|marker| format!("\"{marker}\""))
    }

    /// How often each pattern fired.
    #[must_use]
    pub const fn counts(&self) -> &Counts {
        &self.counts
    }

    fn found(&self, kind: Kind) -> Option<String> {
        self.counts.add(kind as usize);
        (!self.observe).then(|| format!("[redacted:{}]", kind.name()))
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
}
