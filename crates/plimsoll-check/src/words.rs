//! Names and phrases, word by word.

/// The words of an identifier or a text in lower case: `userPassword`, `user_password` and `USER_PASSWORD` all are
/// `user`, `password`.
pub(crate) fn words(text: &str) -> Vec<String> {
    let bytes = text.as_bytes();
    let mut all = Vec::with_capacity(4);
    let mut word = String::new();
    for (index, &byte) in bytes.iter().enumerate() {
        if !byte.is_ascii_alphanumeric() {
            if !word.is_empty() {
                all.push(std::mem::take(&mut word));
            }
            continue;
        }
        let before = index.checked_sub(1).map_or(b' ', |at| bytes[at]);
        let after = bytes.get(index + 1).copied().unwrap_or(b' ');
        let starts = byte.is_ascii_uppercase()
            && (before.is_ascii_lowercase()
                || before.is_ascii_uppercase() && after.is_ascii_lowercase());
        if starts && !word.is_empty() {
            all.push(std::mem::take(&mut word));
        }
        word.push(char::from(byte.to_ascii_lowercase()));
    }
    if !word.is_empty() {
        all.push(word);
    }
    all
}

/// Whether one of `wanted` is a word of `text`.
pub(crate) fn has_word(text: &str, wanted: &[&str]) -> bool {
    !text.is_empty()
        && words(text)
            .iter()
            .any(|word| wanted.contains(&word.as_str()))
}

/// Whether one of `parts` stands anywhere in `text`.
pub(crate) fn has_any(text: &str, parts: &[&str]) -> bool {
    parts
        .iter()
        .any(|part| memchr::memmem::find(text.as_bytes(), part.as_bytes()).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_gives_the_same_words() {
        for name in [
            "userPassword",
            "user_password",
            "User-Password",
            "USER_PASSWORD",
            "user.password",
        ] {
            assert_eq!(words(name), ["user", "password"], "{name}");
        }
        assert_eq!(words("HTTPServer"), ["http", "server"]);
        assert!(words("é").is_empty());
    }
}
