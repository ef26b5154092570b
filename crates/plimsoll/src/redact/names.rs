//! The names of all patterns, as the marker and the counter's label show them.

use plimsoll_standard::sensitive::Kind;

/// Patterns that are rules of code, beside the kinds of keys and the token formats of the data file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    /// `user:password@` in a URL.
    UrlCredentials,
    /// A JSON Web Token.
    Jwt,
    /// A private key in PEM.
    Pem,
    /// A password hash in the modular crypt format.
    PasswordHash,
    /// A US social security number.
    Ssn,
}

impl Rule {
    const ALL: [Self; 5] = [
        Self::UrlCredentials,
        Self::Jwt,
        Self::Pem,
        Self::PasswordHash,
        Self::Ssn,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::UrlCredentials => "url_credentials",
            Self::Jwt => "jwt",
            Self::Pem => "pem_private_key",
            Self::PasswordHash => "password_hash",
            Self::Ssn => "ssn",
        }
    }

    pub(super) const fn index(self) -> u16 {
        FIRST_RULE + self as u16
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a few dozen names")]
const FIRST_RULE: u16 = Kind::ALL.len() as u16;

/// Index of the first name of the data file.
#[expect(clippy::cast_possible_truncation, reason = "a few dozen names")]
pub(super) const FIRST_TOKEN: u16 = FIRST_RULE + Rule::ALL.len() as u16;

/// The index of a kind's name.
pub(super) const fn of_kind(kind: Kind) -> u16 {
    kind as u16
}

/// The fixed names, in the order of their indexes.
pub(super) fn fixed() -> Vec<String> {
    Kind::ALL
        .iter()
        .map(|kind| kind.name().to_owned())
        .chain(Rule::ALL.iter().map(|rule| rule.name().to_owned()))
        .collect()
}
