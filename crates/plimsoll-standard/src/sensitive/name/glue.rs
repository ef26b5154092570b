//! Words that were written as one: `dbpassword`.

use crate::sensitive::vocabulary::{GLUE, PASSWORD, TOKEN_NOT, any};

/// Takes a word apart that was written as one (`dbpassword`), if it is made of words that we know all through, or
/// ends with an unmistakable one.
pub(super) fn unglue(word: String) -> Vec<String> {
    if word.len() < 6 || any(PASSWORD, &word) || any(GLUE, &word) {
        return vec![word];
    }
    if let Some(parts) = segment(&word, 4) {
        return parts;
    }
    if let Some(front) = word.strip_suffix("token").filter(|front| {
        front.len() >= 3
            && !TOKEN_NOT
                .iter()
                .any(|not| not.len() >= 3 && front.ends_with(not))
    }) {
        return vec![front.to_owned(), "token".to_owned()];
    }
    for tail in [
        "password",
        "passwd",
        "passphrase",
        "apikey",
        "secretkey",
        "accesstoken",
        "authtoken",
        "privatekey",
        "clientsecret",
    ] {
        if let Some(front) = word.strip_suffix(tail).filter(|front| !front.is_empty()) {
            let mut parts = vec![front.to_owned()];
            parts.extend(segment(tail, 2).unwrap_or_else(|| vec![tail.to_owned()]));
            return parts;
        }
    }
    vec![word]
}

fn segment(text: &str, depth: usize) -> Option<Vec<String>> {
    if text.is_empty() {
        return Some(Vec::new());
    }
    if depth == 0 || !text.is_ascii() {
        return None;
    }
    // The longest word first, so that `tokens` is not `token` + `s`.
    (2..=text.len().min(13)).rev().find_map(|length| {
        let (head, rest) = text.split_at_checked(length)?;
        if !any(GLUE, head) {
            return None;
        }
        let mut parts = segment(rest, depth - 1)?;
        parts.insert(0, head.to_owned());
        Some(parts)
    })
}
