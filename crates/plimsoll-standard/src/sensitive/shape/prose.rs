//! Sentences.

use super::form::secret_like;
use super::status::is_status;

/// Three or more words of letters, or two of which none could be a secret.
pub(super) fn is_prose(text: &str) -> bool {
    let words = text.split_whitespace().count();
    words >= 2 && !text.contains(['=', ';']) && is_prose_lower(text)
}

/// Whether a text has many words and none of them is a token.
pub(super) fn speaks(text: &str) -> bool {
    text.split_whitespace().count() >= 4
        && !text
            .split_whitespace()
            .any(|word| secret_like(word.trim_end_matches([':', ',', '.'])))
}

/// Whether words of prose say something about a secret, as `not set` and `expired for the tenant` do and the words of a
/// passphrase do not.
pub(super) fn tells(text: &str) -> bool {
    const GRAMMAR: &[&str] = &[
        "a",
        "an",
        "the",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "not",
        "no",
        "for",
        "from",
        "in",
        "of",
        "on",
        "to",
        "by",
        "at",
        "with",
        "and",
        "or",
        "must",
        "should",
        "will",
        "can",
        "cannot",
        "has",
        "have",
        "this",
        "that",
        "your",
        "please",
        "use",
        "using",
        "see",
        "too",
        "does",
        "do",
        "if",
        "as",
        "key",
        "manager",
        "value",
        "name",
        "length",
        "short",
        "long",
        "rotation",
        "header",
        "version",
        "provided",
        "configured",
    ];
    let mut words = 0;
    let told = text.split_whitespace().any(|word| {
        words += 1;
        let plain = word
            .trim_matches(|c: char| !c.is_alphanumeric())
            .to_ascii_lowercase();
        GRAMMAR.contains(&plain.as_str()) || plain.chars().count() > 1 && is_status(&plain)
    });
    told || words > 5
}

pub(super) fn is_prose_lower(text: &str) -> bool {
    let mut letters = 0_usize;
    let mut words = 0_usize;
    for word in text.split_whitespace() {
        words += 1;
        let plain = word.trim_matches(|c: char| ".,:;!?()'\"`".contains(c));
        if plain
            .chars()
            .all(|c| c.is_alphabetic() || c == '\'' || c == '-' || c == '’')
            && plain.chars().skip(1).all(|c| !c.is_uppercase())
            && plain.len() <= 18
        {
            letters += 1;
        }
    }
    words >= 2 && letters * 4 >= words * 3
}
