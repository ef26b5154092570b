//! An organisation's own patterns, from `[[redact.patterns]]`.

use plimsoll_standard::config;
use regex::bytes::{Regex, RegexBuilder};

use super::hit::Hit;
use super::redactor::RedactError;

/// Compiled patterns of an organisation.
#[derive(Debug, Default)]
pub(super) struct Custom {
    patterns: Vec<(u16, Regex)>,
}

/// A compiled expression may take this much memory.
const LARGEST: usize = 1 << 20;

impl Custom {
    /// Compiles and checks; adds the patterns' names to `names`.
    pub(super) fn new(
        patterns: &[config::Pattern],
        names: &mut Vec<String>,
    ) -> Result<Self, RedactError> {
        let mut custom = Self::default();
        for pattern in patterns {
            let name = &pattern.name;
            let valid = !name.is_empty()
                && name.len() <= 64
                && name
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
            if !valid {
                return Err(RedactError(format!(
                    "redact.patterns: the name `{name}` must be 1 to 64 lower-case letters, digits and `_`"
                )));
            }
            if names.contains(name) {
                return Err(RedactError(format!(
                    "redact.patterns: the name `{name}` is taken; choose another"
                )));
            }
            let regex = RegexBuilder::new(&pattern.regex)
                .size_limit(LARGEST)
                .build()
                .map_err(|error| {
                    RedactError(format!("redact.patterns `{name}`: regex: {error}"))
                })?;
            if regex.is_match(b"") {
                return Err(RedactError(format!(
                    "redact.patterns `{name}`: regex matches the empty text"
                )));
            }
            if let Some(missed) = pattern
                .positive
                .iter()
                .find(|text| !regex.is_match(text.as_bytes()))
            {
                return Err(RedactError(format!(
                    "redact.patterns `{name}`: the positive example of {} characters is not found; correct the regex or the example",
                    missed.chars().count()
                )));
            }
            if pattern.positive.is_empty() {
                return Err(RedactError(format!(
                    "redact.patterns `{name}`: give at least one positive example"
                )));
            }
            if let Some(at) = pattern
                .negative
                .iter()
                .position(|text| regex.is_match(text.as_bytes()))
            {
                return Err(RedactError(format!(
                    "redact.patterns `{name}`: negative example {} is found; make the regex stricter",
                    at + 1
                )));
            }
            let index = u16::try_from(names.len())
                .map_err(|_| RedactError("redact.patterns: too many patterns".to_owned()))?;
            names.push(name.clone());
            custom.patterns.push((index, regex));
        }
        Ok(custom)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    pub(super) fn find(&self, text: &[u8], hits: &mut Vec<Hit>) {
        for (index, regex) in &self.patterns {
            if regex.captures_len() == 1 {
                hits.extend(
                    regex
                        .find_iter(text)
                        .map(|found| Hit::new(found.start(), found.end(), *index)),
                );
            } else {
                hits.extend(
                    regex
                        .captures_iter(text)
                        .filter_map(|groups| groups.get(1).or_else(|| groups.get(0)))
                        .map(|found| Hit::new(found.start(), found.end(), *index)),
                );
            }
        }
    }
}
