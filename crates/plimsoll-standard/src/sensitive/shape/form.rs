//! Forms of single values: references, paths, versions, identifiers, passwords.

use super::status::is_status;

/// An HTTP authentication scheme.
pub(super) fn is_scheme(word: &str) -> bool {
    [
        "bearer",
        "basic",
        "token",
        "digest",
        "negotiate",
        "apikey",
        "api-key",
        "key",
        "hmac",
        "signature",
        "hawk",
        "jwt",
        "oauth",
        "ntlm",
        "dpop",
    ]
    .iter()
    .any(|scheme| word.eq_ignore_ascii_case(scheme))
        || word.starts_with("AWS4-")
}

/// Public halves: an OpenSSH public key line, a PEM public key or certificate.
pub(super) fn is_public(text: &str) -> bool {
    text.starts_with("ssh-rsa ")
        || text.starts_with("ssh-ed25519 ")
        || text.starts_with("ecdsa-sha2")
        || text.starts_with("-----BEGIN PUBLIC")
        || text.starts_with("-----BEGIN CERT")
        || text.starts_with("-----BEGIN RSA PUBLIC")
}

/// A file's path, a URL without credentials in it, a vault's or cloud's name of the secret.
pub(super) fn is_reference(text: &str) -> bool {
    is_path(text)
        || text.starts_with("arn:")
        || text.starts_with("vault:")
        || text.starts_with("projects/")
        || text.starts_with("secret/")
        || text.starts_with("env:")
        || (text.contains("://") && !text.contains('@') && !text.contains(['?', ' ']))
}

pub(super) fn is_path(text: &str) -> bool {
    let drive = text.as_bytes();
    !text.contains(char::is_whitespace)
        && ((text.starts_with('/')
            && text.len() > 1
            && text[1..].contains('/')
            && path_bytes(text))
            || text.starts_with("~/")
            || text.starts_with("./")
            || text.starts_with("../")
            || (drive.len() > 3
                && drive[0].is_ascii_alphabetic()
                && drive[1] == b':'
                && drive[2] == b'\\'))
}

pub(super) fn path_bytes(text: &str) -> bool {
    text.bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"/._-".contains(&b))
        && text.split('/').skip(1).any(|part| {
            part.len() >= 3
                && part
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b"._-".contains(&b))
        })
}

/// A UUID in its usual form.
#[must_use]
pub fn is_uuid(text: &str) -> bool {
    let text = text.trim_matches(|c| c == '{' || c == '}').as_bytes();
    text.len() == 36
        && text.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Something a person could have chosen as a password, and hardly a word of a program.
#[must_use]
pub fn password_like(text: &str) -> bool {
    if text.len() < 6 || text.len() > 256 || text.contains(char::is_whitespace) || is_status(text) {
        return false;
    }
    if is_plain_value(text) {
        return false;
    }
    let digit = text.bytes().any(|b| b.is_ascii_digit());
    let letter = text.bytes().any(|b| b.is_ascii_alphabetic());
    let symbol = text.bytes().any(|b| b"!@#$%^&*+=?~|".contains(&b));
    letter && (digit || symbol)
}

/// Something a program made as a secret: one word of mixed characters, and not one of the usual harmless forms.
#[must_use]
pub fn secret_like(text: &str) -> bool {
    if text.len() < 8
        || text.contains(char::is_whitespace)
        || is_plain_value(text)
        || is_reference(text)
    {
        return false;
    }
    let digit = text.bytes().any(|b| b.is_ascii_digit());
    let upper = text.bytes().any(|b| b.is_ascii_uppercase());
    let lower = text.bytes().any(|b| b.is_ascii_lowercase());
    let symbol = text.bytes().any(|b| b"!@#$%^&*+=?~|:/".contains(&b));
    (digit && (upper || lower))
        || (upper && lower && text.len() >= 16 && mixed_case(text))
        || (symbol && (upper || lower) && text.len() >= 12)
}

/// Whether upper and lower case change often, as they do in random text and not in `CamelCase`.
pub(super) fn mixed_case(text: &str) -> bool {
    let changes = text
        .as_bytes()
        .windows(2)
        .filter(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase())
        .count();
    changes * 5 >= text.len()
}

/// UUIDs, numbers, dates, versions, addresses of machines, paths, names with dashes: harmless forms.
pub(super) fn is_plain_value(text: &str) -> bool {
    is_uuid(text)
        // What an earlier pass left here.
        || text.starts_with("[redacted:")
        || is_path(text)
        || text
            .bytes()
            .all(|b| b.is_ascii_digit() || b".,:-+/TZ_".contains(&b))
        || is_version(text)
        || is_dashed_name(text)
}

pub(super) fn is_version(text: &str) -> bool {
    let text = text.strip_prefix('v').unwrap_or(text);
    text.as_bytes().first().is_some_and(u8::is_ascii_digit)
        && text.contains('.')
        && text.matches('.').count() <= 3
        && text.len() <= 24
        && text.split(['.', '-', '+']).all(|part| {
            !part.is_empty()
                && part.len() <= 8
                && (part.bytes().all(|b| b.is_ascii_digit())
                    || part.bytes().all(|b| b.is_ascii_alphanumeric()))
        })
}

/// `orders-worker-7`, `eu_west_1`, `user.login`: words of letters joined by marks, perhaps a short number.
pub(super) fn is_dashed_name(text: &str) -> bool {
    text.split(['-', '_', '.', ':', '/']).all(|part| {
        part.bytes().all(|b| b.is_ascii_lowercase())
            || part.bytes().all(|b| b.is_ascii_uppercase())
            || (part.len() <= 4 && part.bytes().all(|b| b.is_ascii_digit()))
            || capitalised(part)
    })
}

pub(super) fn capitalised(part: &str) -> bool {
    part.as_bytes().first().is_some_and(u8::is_ascii_uppercase)
        && part[1..].bytes().all(|b| b.is_ascii_lowercase())
}
