//! `info,orders=debug,sqlx=warn`: a level for everything, and levels for targets by prefix.

use tracing::Level;

/// Why a level or a list of directives was refused. The message names the part and what it may be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DirectiveError {
    /// Not a level.
    #[error("`{0}` names no level: use error, warn, info, debug or trace")]
    Level(String),
    /// A directive for spans, as in `target[span{{field=value}}]=level`.
    #[error(
        "`{0}` filters by span, which Plimsoll does not: context belongs to tasks, so write target=level (for example \
         orders=debug)"
    )]
    Span(String),
    /// Neither `level` nor `target=level`.
    #[error("`{0}` is not a directive: write a level or target=level, separated by commas")]
    Syntax(String),
}

/// Reads a level by its name in any case; `warn` and `warning` are one.
///
/// # Errors
/// [`DirectiveError::Level`] for anything else. `off` is none: errors are never silenced.
pub fn parse_level(text: &str) -> Result<Level, DirectiveError> {
    let names = [
        ("error", Level::ERROR),
        ("warn", Level::WARN),
        ("warning", Level::WARN),
        ("info", Level::INFO),
        ("debug", Level::DEBUG),
        ("trace", Level::TRACE),
    ];
    names
        .into_iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(text))
        .map(|(_, level)| level)
        .ok_or_else(|| DirectiveError::Level(text.to_owned()))
}

/// A level for everything and levels for targets; the longest prefix of a target decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directives {
    default: Level,
    /// Longest prefix first.
    targets: Vec<(String, Level)>,
}

impl Directives {
    /// One level for everything.
    #[must_use]
    pub const fn of_level(default: Level) -> Self {
        Self {
            default,
            targets: Vec::new(),
        }
    }

    /// Adds the directives of `text`, the syntax of `RUST_LOG`: `level` and `target=level`, separated by commas; a
    /// target alone means trace. A level for everything makes the directives so far void. `off` means error: errors are
    /// never silenced.
    ///
    /// # Errors
    /// [`DirectiveError`] names the directive.
    pub fn parse_over(&self, text: &str) -> Result<Self, DirectiveError> {
        let mut default = None;
        let mut targets = Vec::new();
        for part in text
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
        {
            if part.contains(['[', ']', '{', '}']) {
                return Err(DirectiveError::Span(part.to_owned()));
            }
            match part.split_once('=') {
                Some((target, level)) if !target.trim().is_empty() => {
                    // The whole directive: half of a pair tells nobody where it stands, nor the redactor what it is.
                    let level =
                        or_off(level.trim()).map_err(|_| DirectiveError::Level(part.to_owned()))?;
                    targets.push((target.trim().to_owned(), level));
                }
                Some(_) => return Err(DirectiveError::Syntax(part.to_owned())),
                None => match or_off(part) {
                    Ok(level) => default = Some(level),
                    // A misspelt level would silently be a target that never exists.
                    Err(error) if !part.contains("::") && looks_like_level(part) => {
                        return Err(error);
                    }
                    Err(_) => targets.push((part.to_owned(), Level::TRACE)),
                },
            }
        }
        let mut result = default.map_or_else(|| self.clone(), Self::of_level);
        for (target, level) in targets {
            result.set(&target, level);
        }
        Ok(result)
    }

    /// Sets the level of one target; more exact directives of `self` stay.
    pub fn set(&mut self, target: &str, level: Level) {
        self.targets.retain(|(name, _)| name != target);
        let at = self
            .targets
            .partition_point(|(name, _)| name.len() >= target.len());
        self.targets.insert(at, (target.to_owned(), level));
    }

    /// Sets the level of one target and of everything below it.
    pub(super) fn override_with(&mut self, target: &str, level: Level) {
        self.targets.retain(|(name, _)| !name.starts_with(target));
        self.set(target, level);
    }

    /// Sets the level of everything but the targets.
    pub const fn set_default(&mut self, level: Level) {
        self.default = level;
    }

    /// The level for everything else.
    #[must_use]
    pub const fn default_level(&self) -> Level {
        self.default
    }

    /// The targets with levels of their own, longest first.
    pub fn targets(&self) -> impl Iterator<Item = (&str, Level)> {
        self.targets
            .iter()
            .map(|(target, level)| (target.as_str(), *level))
    }

    /// The level of a target.
    #[must_use]
    pub fn of(&self, target: &str) -> Level {
        self.targets
            .iter()
            .find(|(prefix, _)| target.starts_with(prefix.as_str()))
            .map_or(self.default, |&(_, level)| level)
    }

    /// The least severe level of all.
    pub(super) fn most(&self) -> Level {
        self.targets
            .iter()
            .map(|&(_, level)| level)
            .fold(self.default, Ord::max)
    }
}

fn or_off(text: &str) -> Result<Level, DirectiveError> {
    if text.eq_ignore_ascii_case("off") {
        Ok(Level::ERROR)
    } else {
        parse_level(text)
    }
}

/// Whether somebody who wrote this meant a level (`inof`, `DEBUGG`), by its letters.
fn looks_like_level(text: &str) -> bool {
    let sorted = |text: &str| {
        let mut letters: Vec<u8> = text.to_ascii_lowercase().into_bytes();
        letters.sort_unstable();
        letters.dedup();
        letters
    };
    let letters = sorted(text);
    ["error", "warn", "warning", "info", "debug", "trace", "off"]
        .iter()
        .any(|level| sorted(level) == letters)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Directives, DirectiveError> {
        Directives::of_level(Level::INFO).parse_over(text)
    }

    #[test]
    fn the_longest_prefix_decides() {
        let directives = parse("warn,orders=debug,orders::db=error, hyper = trace ").unwrap();
        assert_eq!(directives.of("orders"), Level::DEBUG);
        assert_eq!(directives.of("orders::db::pool"), Level::ERROR);
        assert_eq!(directives.of("hyper::client"), Level::TRACE);
        assert_eq!(directives.of("other"), Level::WARN);
        assert_eq!(directives.most(), Level::TRACE);
    }

    #[test]
    fn a_level_for_everything_voids_what_was_before() {
        let file = parse("sqlx=warn").unwrap();
        assert_eq!(
            file.parse_over("orders=debug").unwrap().of("sqlx"),
            Level::WARN
        );
        assert_eq!(file.parse_over("debug").unwrap().of("sqlx"), Level::DEBUG);
        assert_eq!(file.parse_over("").unwrap(), file);
    }

    #[test]
    fn errors_are_never_silenced() {
        assert_eq!(parse("off").unwrap().of("x"), Level::ERROR);
        assert_eq!(parse("x=off").unwrap().of("x"), Level::ERROR);
        assert_eq!(
            parse_level("off"),
            Err(DirectiveError::Level("off".to_owned()))
        );
    }

    #[test]
    fn mistakes_are_named() {
        assert_eq!(
            parse("x=loud"),
            Err(DirectiveError::Level("x=loud".to_owned()))
        );
        assert_eq!(parse("inof"), Err(DirectiveError::Level("inof".to_owned())));
        assert_eq!(
            parse("=info"),
            Err(DirectiveError::Syntax("=info".to_owned()))
        );
        let span = parse("orders[request{id=1}]=debug")
            .unwrap_err()
            .to_string();
        assert!(
            span.contains("orders[request{id=1}]=debug") && span.contains("target=level"),
            "{span}"
        );
        assert_eq!(parse("orders::db").unwrap().of("orders::db"), Level::TRACE);
        assert_eq!(parse("WARNING").unwrap().of("x"), Level::WARN);
    }
}
