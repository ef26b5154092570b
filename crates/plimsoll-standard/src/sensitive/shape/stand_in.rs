//! What stands where a secret would: placeholders, masks, names of variables.

/// `<your token>`; a reader that ends at the mark hands over `<token`.
pub(super) fn is_in_angles(lower: &str) -> bool {
    lower.strip_prefix('<').is_some_and(|name| {
        let closed = name.strip_suffix('>');
        let word = |byte: u8| byte.is_ascii_lowercase() || matches!(byte, b'_' | b'-');
        lower.len() <= 40
            && !name.contains(char::is_numeric)
            && (closed.is_some() || name.bytes().all(word))
    })
}

/// `$DB_PASSWORD`.
pub(super) fn is_shell_variable(text: &str) -> bool {
    text.strip_prefix('$').is_some_and(|name| {
        name.len() > 1
            && name
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte == b'_')
    })
}

/// `***`, `[redacted]`, `<hidden>`, `null`, `${VAR}`, `{{ var }}`: something stands in for the value already.
#[must_use]
pub fn is_placeholder(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    (text.len() != 1 || !text.eq_ignore_ascii_case("x"))
        && text.bytes().all(|b| b"*xX.-_#?\"'[]() ".contains(&b))
        || text.chars().all(|c| "•●∙…*".contains(c))
        || text
            .as_bytes()
            .chunks(3)
            .all(|code| code.eq_ignore_ascii_case(b"%2a"))
        || matches!(
            lower.as_str(),
            "none"
                | "null"
                | "nil"
                | "undefined"
                | "true"
                | "false"
                | "n/a"
                | "na"
                | "redacted"
                | "filtered"
                | "masked"
                | "hidden"
                | "removed"
                | "sensitive"
                | "<empty>"
                | "some(..)"
                | "..."
                | "\"\""
                | "''"
                | "yes"
                | "no"
                | "empty"
                | "unset"
                | "not set"
                | "omitted"
                | "secret(..)"
                | "protected"
                | "obfuscated"
                | "scrubbed"
        )
        || (lower.starts_with(['[', '<', '(', '*'])
            && [
                "redact",
                "filter",
                "mask",
                "hidden",
                "remove",
                "secret]",
                "secret>",
                "protect",
                "omitted",
                "scrub",
                "sensitive",
            ]
            .iter()
            .any(|word| lower.contains(word))
            && lower.len() <= 64)
        || (lower.starts_with("${") && lower.ends_with('}'))
        || lower.starts_with("$(")
        || is_shell_variable(text)
        || (lower.starts_with("{{") && lower.ends_with("}}"))
        || is_in_angles(&lower)
}

/// `**** 1111`, `XXXX-XXXX-XXXX-1111`: only the end is shown.
pub(super) fn is_masked(text: &str) -> bool {
    text.contains("**")
        || text.contains("xxx")
        || text.contains("XXX")
        || text.contains("••")
        || text.contains("##")
}
