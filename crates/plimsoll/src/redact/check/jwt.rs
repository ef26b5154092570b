//! JSON Web Tokens: RFC 7519 in the compact forms of RFC 7515 and RFC 7516.

use super::base64;

/// The length of a token at the start of `text`: three parts (signed) or five (encrypted), the first a JSON object
/// that names its algorithm. A token that is cut short after its second dot counts too.
pub(in crate::redact) fn length(text: &[u8]) -> Option<usize> {
    let end = text
        .iter()
        .position(|byte| !(byte.is_ascii_alphanumeric() || b"-_.=".contains(byte)))
        .unwrap_or(text.len());
    let text = &text[..end];
    let text = &text[..text
        .iter()
        .rposition(|byte| *byte != b'.')
        .map_or(0, |last| last + 1)];
    let mut parts = text.split(|byte| *byte == b'.');
    let header = base64(parts.next()?)?;
    let claims = parts.next()?;
    let names_algorithm = header.first() == Some(&b'{')
        && (memchr::memmem::find(&header, b"\"alg\"").is_some()
            || memchr::memmem::find(&header, b"\"typ\"").is_some()
            || memchr::memmem::find(&header, b"\"enc\"").is_some());
    (names_algorithm && claims.len() >= 4).then_some(text.len())
}

#[cfg(test)]
mod tests {
    use super::length;

    #[test]
    fn a_token_is_told_from_base64_of_ordinary_json() {
        let token = concat!(
            "eyJhbGciOiJIUzI1NiJ9",
            ".eyJzdWIiOiIxMjM0In0",
            ".dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
        );
        assert_eq!(
            length(format!("{token} rest").as_bytes()),
            Some(token.len())
        );
        assert_eq!(length(b"eyJpZCI6MTIzfQ"), None);
        assert_eq!(length(b"eyJpZCI6MTIzfQ.eyJpZCI6MTIzfQ.abc"), None);
    }
}
