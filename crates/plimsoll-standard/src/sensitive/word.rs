//! Splitting a key into its words.

/// The words of a key in lower case: `userPassword`, `user_password`, `User-Password` and `user.password` all are
/// `user`, `password`; `APIKey` is `api`, `key`; a trailing number is dropped (`password2`).
pub(super) fn split(key: &str) -> Vec<String> {
    let bytes = key.as_bytes();
    let mut words: Vec<String> = Vec::with_capacity(4);
    let mut word = String::new();
    for (index, letter) in key.char_indices() {
        if !letter.is_alphanumeric() {
            push(&mut words, &mut word);
            continue;
        }
        let before = index.checked_sub(1).map_or(b' ', |before| bytes[before]);
        let after = bytes.get(index + 1).copied().unwrap_or(b' ');
        // A word starts at an upper-case letter after a lower-case one, and at the last capital of a run (APIKey).
        if letter.is_ascii_uppercase()
            && (before.is_ascii_lowercase()
                || before.is_ascii_digit()
                || (before.is_ascii_uppercase() && after.is_ascii_lowercase()))
        {
            push(&mut words, &mut word);
        }
        word.extend(letter.to_lowercase());
    }
    push(&mut words, &mut word);
    words
}

fn push(words: &mut Vec<String>, word: &mut String) {
    let trimmed = word.trim_end_matches(|c: char| c.is_ascii_digit());
    if !trimmed.is_empty() {
        words.push(trimmed.to_owned());
    }
    word.clear();
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn every_form_gives_the_same_words() {
        for key in [
            "userPassword",
            "user_password",
            "User-Password",
            "user.password",
            "USER_PASSWORD",
            "UserPassword",
            "user password",
            "user_password2",
            "user[password]",
        ] {
            assert_eq!(split(key), ["user", "password"], "{key}");
        }
        assert_eq!(split("XAPIKey"), ["xapi", "key"]);
        assert_eq!(split("X-API-Key"), ["x", "api", "key"]);
        assert_eq!(split("dbPASSWORD"), ["db", "password"]);
        assert!(split("42_").is_empty());
    }
}
