//! Base64, as far as checks need it.

/// Decodes base64 in either alphabet, padding optional. `None` when it is not base64.
pub(in crate::redact) fn base64(text: &[u8]) -> Option<Vec<u8>> {
    let end = text.iter().rposition(|byte| *byte != b'=')? + 1;
    if text.len() - end > 2 || end % 4 == 1 {
        return None;
    }
    let mut out = Vec::with_capacity(end * 3 / 4);
    let (mut bits, mut count) = (0_u32, 0_u32);
    for &byte in &text[..end] {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(six);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count).to_le_bytes()[0]);
        }
    }
    Some(out)
}

/// Whether base64 text holds `user:password` (RFC 7617).
pub(in crate::redact) fn is_basic_credentials(text: &[u8]) -> bool {
    base64(text).is_some_and(|plain| {
        plain.len() >= 3
            && plain.contains(&b':')
            && std::str::from_utf8(&plain).is_ok_and(|plain| !plain.chars().any(char::is_control))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_both_alphabets() {
        assert_eq!(
            base64(b"YWxhZGRpbjpvcGVuc2VzYW1l").as_deref(),
            Some(&b"aladdin:opensesame"[..])
        );
        assert_eq!(base64(b"-_8=").as_deref(), Some(&[0xfb, 0xff][..]));
        assert_eq!(base64(b"not base64"), None);
        assert!(is_basic_credentials(b"YWxhZGRpbjpvcGVuc2VzYW1l"));
        assert!(!is_basic_credentials(b"authentication"));
    }
}
