//! A length of time as a person writes it: `"800ms"`, `"5s"`, `"2m"`, `"1h"`.

use serde::{Deserializer, de};
use std::fmt;
use std::time::Duration;

/// Reads `"<number><unit>"` with the units ms, s, m, h and d; a bare number is refused because its unit is a guess.
pub(super) fn parse(text: &str) -> Result<Duration, String> {
    let problem = || {
        format!(
            "`{text}` is not a duration: write a whole number and a unit, as in \"800ms\", \"5s\", \"2m\", \"1h\" or \"1d\""
        )
    };
    let text = text.trim();
    let digits = text
        .find(|c: char| !c.is_ascii_digit())
        .ok_or_else(problem)?;
    let number: u64 = text[..digits].parse().map_err(|_| problem())?;
    let milliseconds = match &text[digits..] {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return Err(problem()),
    };
    number
        .checked_mul(milliseconds)
        .map(Duration::from_millis)
        .ok_or_else(problem)
}

/// For `#[serde(deserialize_with = "...")]` on an `Option<Duration>`.
pub(super) fn optional<'de, D: Deserializer<'de>>(input: D) -> Result<Option<Duration>, D::Error> {
    required(input).map(Some)
}

/// For `#[serde(deserialize_with = "...")]` on a `Duration`.
pub(super) fn required<'de, D: Deserializer<'de>>(input: D) -> Result<Duration, D::Error> {
    input.deserialize_str(Text)
}

struct Text;

impl de::Visitor<'_> for Text {
    type Value = Duration;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number and a unit, as in \"800ms\" or \"5s\"")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Duration, E> {
        parse(text).map_err(E::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_is_read() {
        for (text, milliseconds) in [
            ("0ms", 0),
            ("800ms", 800),
            ("5s", 5_000),
            (" 2m ", 120_000),
            ("1h", 3_600_000),
            ("1d", 86_400_000),
        ] {
            assert_eq!(
                parse(text),
                Ok(Duration::from_millis(milliseconds)),
                "{text}"
            );
        }
    }

    #[test]
    fn anything_else_says_what_to_write() {
        for text in [
            "",
            "5",
            "s",
            "-5s",
            "5 s",
            "1.5s",
            "5sec",
            "99999999999999999999s",
            "18446744073709551615d",
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains("\"800ms\""), "{error}");
        }
    }
}
