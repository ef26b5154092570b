//! What a value's look says under a key that is likely sensitive.

mod form;
mod prose;
mod stand_in;
mod status;

use super::kind::{Kind, Strength};
use super::name::Class;
use form::{is_path, is_public, is_reference, is_scheme};
pub use form::{is_uuid, password_like, secret_like};
use prose::{is_prose, is_prose_lower, speaks, tells};
use stand_in::is_masked;
pub use stand_in::is_placeholder;
use status::is_complaint;
pub use status::is_status;

impl Class {
    /// Whether this text, under a key of this class, is the sensitive thing itself.
    ///
    /// Placeholders, statuses and empty texts never are.
    #[must_use]
    pub fn covers(self, text: &str) -> bool {
        let text = text.trim();
        if text.is_empty() || is_placeholder(text) {
            return false;
        }
        if self.strength == Strength::Configured {
            return true;
        }
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        match self.kind {
            Kind::Password => match self.strength {
                Strength::Likely => password_like(text),
                _ => !is_complaint(text) && !is_path(text),
            },
            Kind::Token
            | Kind::Secret
            | Kind::ApiKey
            | Kind::PrivateKey
            | Kind::Authorization
            | Kind::Cookie
            | Kind::Credentials
            | Kind::Signature => {
                if self.kind == Kind::Authorization
                    && let Some((scheme, rest)) = text.split_once(' ')
                    && is_scheme(scheme)
                {
                    return rest.len() > 2
                        && !is_prose(rest)
                        && !is_status(rest)
                        && !is_placeholder(rest);
                }
                if is_status(text) || is_public(text) {
                    return false;
                }
                match self.strength {
                    Strength::Likely => secret_like(text),
                    _ => {
                        text.len() > 2
                            && !(is_prose(text) && (self.kind != Kind::Secret || tells(text)))
                            && !(self.kind == Kind::Token && speaks(text))
                            && (self.kind == Kind::Cookie || !is_reference(text))
                            && !(text.bytes().all(|b| b.is_ascii_digit()) && text.len() < 4)
                    }
                }
            }
            Kind::Pin => (4..=12).contains(&text.len()) && digits == text.len(),
            Kind::OneTimeCode => {
                (4..=64).contains(&text.len())
                    && digits > 0
                    && text
                        .bytes()
                        .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b' ')
            }
            Kind::CardCode => (3..=4).contains(&text.len()) && digits == text.len(),
            Kind::CardNumber => digits >= 8 && !is_masked(text),
            Kind::BankAccount => digits >= 6 && !is_masked(text) && !is_uuid(text),
            Kind::NationalId | Kind::HealthId => {
                digits >= 4 && text.len() <= 32 && !is_masked(text) && !is_uuid(text)
            }
            Kind::Email => text.find('@').is_some_and(|at| at > 0),
            Kind::Phone => {
                (6..=17).contains(&digits)
                    && text
                        .bytes()
                        .all(|b| b.is_ascii_digit() || b" +-().\x2f#extEXT:".contains(&b))
            }
            Kind::PersonName => {
                text.len() >= 2
                    && text.len() <= 80
                    && text
                        .chars()
                        .all(|c| c.is_alphabetic() || " '’.,-".contains(c))
                    && (self.strength != Strength::Likely
                        || (text.contains(' ') && text.split(' ').all(starts_upper)))
                    && !is_status(text)
            }
            Kind::PostalAddress => match self.strength {
                Strength::Likely => {
                    digits > 0
                        && text.contains(' ')
                        && text.chars().any(char::is_alphabetic)
                        && !text.contains("://")
                        && text.len() <= 200
                        && text.split(' ').filter(|word| starts_upper(word)).count() >= 1
                }
                _ => {
                    text.contains(' ') && text.len() <= 300 && (digits > 0 || !is_prose_lower(text))
                }
            },
            Kind::BirthDate => digits >= 4 && text.len() <= 40,
        }
    }
}

impl Class {
    /// Whether numbers under a key of this class are sensitive, whichever they are.
    #[must_use]
    pub const fn covers_numbers(self) -> bool {
        match self.strength {
            Strength::Configured => true,
            Strength::Sure => !matches!(
                self.kind,
                Kind::Authorization
                    | Kind::Cookie
                    | Kind::Credentials
                    | Kind::PersonName
                    | Kind::PostalAddress
                    | Kind::Email
            ),
            Strength::Text => false,
            Strength::Likely => matches!(
                self.kind,
                Kind::CardNumber | Kind::BankAccount | Kind::NationalId
            ),
        }
    }

    /// Whether a number under a key of this class is the sensitive thing itself: a count never is.
    #[must_use]
    pub fn covers_number(self, number: &str) -> bool {
        let whole = number.bytes().all(|byte| byte.is_ascii_digit());
        match self.kind {
            _ if self.strength == Strength::Configured => true,
            Kind::Pin
            | Kind::OneTimeCode
            | Kind::CardCode
            | Kind::CardNumber
            | Kind::BankAccount
            | Kind::NationalId
            | Kind::HealthId
            | Kind::Phone
            | Kind::BirthDate => whole && self.covers(number),
            Kind::Password => whole && self.strength == Strength::Sure,
            Kind::Token | Kind::Secret | Kind::ApiKey | Kind::PrivateKey => {
                whole && self.strength == Strength::Sure && number.len() >= 5
            }
            _ => false,
        }
    }
}

fn starts_upper(word: &str) -> bool {
    word.chars().next().is_none_or(char::is_uppercase)
}
