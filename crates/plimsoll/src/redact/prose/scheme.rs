//! The schemes of `Authorization`, wherever they stand: `Bearer x`, `Basic dXNlcjpwYXNz`.

use plimsoll_standard::sensitive::{Kind, secret_like};

use super::{LONGEST_VALUE, one_space};
use crate::redact::check;
use crate::redact::hit::Hit;
use crate::redact::names::of_kind;

/// `Bearer <token>` and the other schemes, wherever they stand.
pub(super) fn scheme(text: &[u8], start: usize, end: usize, hits: &mut Vec<Hit>) -> Option<usize> {
    let value = one_space(text, end)?;
    let close = token_end(text, value);
    let token = &text[value..close];
    let plain = std::str::from_utf8(token).ok()?;
    // `bearer expires_in=3600`: another pair.
    if plain.trim_end_matches('=').contains('=') {
        return None;
    }
    let opens = match text[start] | 0x20 {
        b'b' if (text[start + 1] | 0x20) == b'a' => check::is_basic_credentials(token),
        b'b' => {
            token.len() >= 6
                && (secret_like(plain)
                    || (token.len() >= 24 && token.iter().any(u8::is_ascii_digit))
                    || hex_secret(token))
        }
        b'n' => token.len() >= 24,
        _ => token.len() >= 16 && secret_like(plain),
    };
    opens.then(|| {
        hits.push(Hit::new(value, close, of_kind(Kind::Authorization)));
        close
    })
}

fn hex_secret(token: &[u8]) -> bool {
    token.len() >= 16 && token.iter().all(u8::is_ascii_hexdigit)
}

fn token_end(text: &[u8], start: usize) -> usize {
    let limit = text.len().min(start + LONGEST_VALUE * 4);
    text[start..limit]
        .iter()
        .position(|byte| !(byte.is_ascii_alphanumeric() || b"-._~+/=|:%".contains(byte)))
        .map_or(limit, |length| start + length)
}
