//! Loops over what the code itself spells out.

use crate::facts::Language;

/// A literal collection, a range of literals, a named constant: short and the same each time.
pub(super) fn constant(header: &str, language: Language) -> bool {
    let text = header.trim().trim_start_matches(['&', '*']).trim();
    if text.starts_with('[') && matching_end(text, '[', ']') {
        return !text.contains('*')
            && !text.contains("..")
            && !text.contains(" for ")
            && !text.contains(';');
    }
    if text.starts_with('[') {
        // `[a, b].iter()`, `[a, b].into_iter().enumerate()`
        return text.contains("].iter()") || text.contains("].into_iter()");
    }
    if language == Language::Python {
        let literal = text.starts_with('(') && matching_end(text, '(', ')') && is_tuple(text)
            || text.starts_with('{') && matching_end(text, '{', '}') && !text.contains(" for ");
        if literal {
            return true;
        }
        if let Some(inner) = text
            .strip_prefix("range(")
            .and_then(|rest| rest.strip_suffix(')'))
        {
            return inner
                .split(',')
                .all(|part| number(part) || named_constant(part));
        }
        if let Some(inner) = text
            .strip_prefix("enumerate(")
            .and_then(|rest| rest.strip_suffix(')'))
        {
            return constant(inner, language);
        }
    }
    if text.starts_with("vec![") && matching_end(&text[4..], '[', ']') {
        return !text.contains(';');
    }
    if let Some((low, high)) = text.trim_matches(['(', ')']).split_once("..") {
        return number(low)
            && (number(high.trim_start_matches('='))
                || named_constant(high.trim_start_matches('=')));
    }
    let base = text
        .trim_end_matches("()")
        .trim_end_matches(".iter")
        .trim_end_matches(".into_iter")
        .trim_end_matches(".items")
        .trim_end_matches(".keys")
        .trim_end_matches(".values");
    // A class is looped over for its members.
    let members = language == Language::Python
        && base.bytes().next().is_some_and(|b| b.is_ascii_uppercase())
        && base.bytes().all(|b| b.is_ascii_alphanumeric());
    members
        || named_constant(base)
        || base.ends_with("::iter")
        || base.ends_with("::all")
        || base.ends_with("::VARIANTS")
}

/// Whether a comma stands directly in the outer brackets: `(a, b)`, not `(call(a, b))`.
fn is_tuple(text: &str) -> bool {
    let mut depth = 0_i32;
    text.chars().any(|c| {
        depth += match c {
            '(' | '[' | '{' => 1,
            ')' | ']' | '}' => -1,
            _ => 0,
        };
        c == ',' && depth == 1
    })
}

fn matching_end(text: &str, open: char, close: char) -> bool {
    let mut depth = 0i32;
    for (at, c) in text.char_indices() {
        if c == open {
            depth += 1;
        } else if c == close {
            depth -= 1;
            if depth == 0 {
                return at + close.len_utf8() == text.len();
            }
        }
    }
    false
}

fn number(text: &str) -> bool {
    let text = text.trim();
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    !text.is_empty()
        && text.bytes().next().is_some_and(|b| b.is_ascii_digit())
        && digits.len() <= 2
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// `NAMES`, `path::NAMES`, `self.NAMES`.
fn named_constant(text: &str) -> bool {
    let last = text.trim().rsplit(['.', ':']).next().unwrap_or_default();
    last.len() > 1
        && last.bytes().any(|b| b.is_ascii_uppercase())
        && last
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}
