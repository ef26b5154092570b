//! Checks that tell a real one from a look-alike: checksums and structure.

mod bank;
mod card;
mod encoded;
mod github;
mod jwt;

pub(super) use bank::iban;
pub(super) use card::is_card;
pub(super) use encoded::{base64, is_basic_credentials};
pub(super) use github::checksum as github_checksum;
pub(super) use jwt::length as jwt_length;

/// Whether a pattern's match passes the check that its data names.
pub(super) fn passes(check: Check, found: &[u8]) -> bool {
    match check {
        Check::None => true,
        Check::GithubChecksum => github_checksum(found),
        Check::Mixed => is_mixed(found),
        Check::Cased => {
            is_mixed(found)
                && found.iter().any(u8::is_ascii_uppercase)
                && found.iter().any(u8::is_ascii_lowercase)
        }
    }
}

/// A check by its name in the data file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Check {
    /// The expression says all.
    None,
    /// The last six characters are the CRC-32 of those before.
    GithubChecksum,
    /// Random text: digits or changing case, not words.
    Mixed,
    /// Random text in upper and lower case.
    Cased,
}

impl Check {
    pub(super) fn by_name(name: &str) -> Option<Self> {
        Some(match name {
            "" => Self::None,
            "github-checksum" => Self::GithubChecksum,
            "mixed" => Self::Mixed,
            "cased" => Self::Cased,
            _ => return None,
        })
    }
}

/// Random text holds digits and letters, and is not one character again and again (`xxxxxxxx`).
fn is_mixed(found: &[u8]) -> bool {
    let mut seen = [false; 256];
    for &byte in found {
        seen[usize::from(byte)] = true;
    }
    found.iter().any(u8::is_ascii_digit)
        && found.iter().any(u8::is_ascii_alphabetic)
        && seen.iter().filter(|seen| **seen).count() >= 8
}
