//! The well-known token formats, from their data file.

use serde::Deserialize;

/// A token format. The fields are told in `patterns.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenPattern {
    /// The pattern's name in the marker and in the counter's label.
    pub name: String,
    /// What the token opens: `cloud`, `vcs`, `chat`, `payment`, `registry`, `model`, `monitoring`, `work`, `generic`.
    pub group: String,
    /// How the token starts.
    #[serde(default)]
    pub prefixes: Vec<String>,
    /// For a token without a known start: one of these stands in it.
    #[serde(default)]
    pub contains: Vec<String>,
    /// For a token without a known start: starts that make it another, public one.
    #[serde(default)]
    pub except: Vec<String>,
    /// How many bytes before the prefix the token may start.
    #[serde(default)]
    pub lead: usize,
    /// The whole token, as a regular expression over bytes.
    pub regex: String,
    /// The name of a check that the match must pass; empty for none.
    #[serde(default)]
    pub check: String,
    /// Texts that it must find.
    pub positive: Vec<String>,
    /// Texts that it must leave alone.
    pub negative: Vec<String>,
}

#[derive(Deserialize)]
struct File {
    pattern: Vec<TokenPattern>,
}

/// The standard's token formats, the most particular of those that share a prefix first as in the file.
///
/// # Errors
/// None in practice: the file is part of this crate and a test reads it.
pub fn token_patterns() -> Result<Vec<TokenPattern>, toml::de::Error> {
    let mut file: File = toml::from_str(include_str!("patterns.toml"))?;
    for pattern in &mut file.pattern {
        for example in pattern.positive.iter_mut().chain(&mut pattern.negative) {
            example.retain(|character| character != '¦');
        }
    }
    Ok(file.pattern)
}

#[cfg(test)]
mod tests {
    use super::token_patterns;

    #[test]
    fn the_file_is_whole() {
        let patterns = token_patterns().unwrap();
        let mut names: Vec<_> = patterns
            .iter()
            .map(|pattern| pattern.name.as_str())
            .collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), patterns.len(), "two patterns of one name");
        for pattern in &patterns {
            assert!(
                !pattern.positive.is_empty() && !pattern.negative.is_empty(),
                "{}",
                pattern.name
            );
            assert!(
                pattern.prefixes.is_empty() != pattern.contains.is_empty(),
                "{}",
                pattern.name
            );
            assert!(
                pattern.prefixes.iter().all(|prefix| prefix.len() >= 2),
                "{}",
                pattern.name
            );
        }
    }
}
