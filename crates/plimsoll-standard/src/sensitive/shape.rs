//! What a value's look says under a key that is likely sensitive.

use super::kind::{Kind, Strength};
use super::name::Class;

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

/// `<your token>`; a reader that ends at the mark hands over `<token`.
fn is_in_angles(lower: &str) -> bool {
    lower.strip_prefix('<').is_some_and(|name| {
        let closed = name.strip_suffix('>');
        let word = |byte: u8| byte.is_ascii_lowercase() || matches!(byte, b'_' | b'-');
        lower.len() <= 40
            && !name.contains(char::is_numeric)
            && (closed.is_some() || name.bytes().all(word))
    })
}

/// `$DB_PASSWORD`.
fn is_shell_variable(text: &str) -> bool {
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

/// One word that says how something went, not what it is.
#[must_use]
pub fn is_status(text: &str) -> bool {
    const STATUS: &[&str] = &[
        "ok",
        "valid",
        "invalid",
        "expired",
        "missing",
        "revoked",
        "refreshed",
        "rotated",
        "required",
        "optional",
        "present",
        "absent",
        "active",
        "inactive",
        "enabled",
        "disabled",
        "granted",
        "denied",
        "success",
        "successful",
        "failed",
        "failure",
        "error",
        "accepted",
        "rejected",
        "verified",
        "unverified",
        "unknown",
        "pending",
        "created",
        "deleted",
        "updated",
        "changed",
        "basic",
        "bearer",
        "digest",
        "jwt",
        "oauth",
        "oauth2",
        "apikey",
        "api_key",
        "token",
        "saml",
        "oidc",
        "ldap",
        "session",
        "cookie",
        "cookies",
        "mtls",
        "negotiate",
        "ntlm",
        "kerberos",
        "anonymous",
        "default",
        "started",
        "ended",
        "closed",
        "open",
        "opened",
        "new",
        "old",
        "set",
        "found",
        "authenticated",
        "unauthenticated",
        "authorized",
        "unauthorized",
        "forbidden",
        "allowed",
        "blocked",
        "on",
        "off",
        "local",
        "internal",
        "external",
        "public",
        "private",
        "eof",
        "eos",
        "identifier",
        "string",
        "number",
        "password",
        "secret",
        "none_required",
        "signed",
        "unsigned",
        "issued",
        "exchanged",
        "malformed",
        "wrong",
        "incorrect",
        "mismatch",
        "matched",
        "passed",
        "skipped",
        "strict",
        "lax",
        "necessary",
        "all",
        "primary",
        "secondary",
        "guest",
        "user",
        "admin",
        "opaque",
        "permanent",
        "temporary",
        "access",
        "refresh",
        "id",
        "not_found",
        "not found",
        "not set",
        "env",
        "vault",
        "file",
        "google",
        "github",
        "email",
    ];
    let lower = text.to_ascii_lowercase();
    STATUS.contains(&lower.trim_end_matches(['.', '!', ','])) || text.chars().count() == 1
}

/// An HTTP authentication scheme.
fn is_scheme(word: &str) -> bool {
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
fn is_public(text: &str) -> bool {
    text.starts_with("ssh-rsa ")
        || text.starts_with("ssh-ed25519 ")
        || text.starts_with("ecdsa-sha2")
        || text.starts_with("-----BEGIN PUBLIC")
        || text.starts_with("-----BEGIN CERT")
        || text.starts_with("-----BEGIN RSA PUBLIC")
}

/// A file's path, a URL without credentials in it, a vault's or cloud's name of the secret.
fn is_reference(text: &str) -> bool {
    is_path(text)
        || text.starts_with("arn:")
        || text.starts_with("vault:")
        || text.starts_with("projects/")
        || text.starts_with("secret/")
        || text.starts_with("env:")
        || (text.contains("://") && !text.contains('@') && !text.contains(['?', ' ']))
}

fn is_path(text: &str) -> bool {
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

fn path_bytes(text: &str) -> bool {
    text.bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"/._-".contains(&b))
        && text.split('/').skip(1).any(|part| {
            part.len() >= 3
                && part
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b"._-".contains(&b))
        })
}

/// What a validator says about a password: `must be at least 8 characters`.
fn is_complaint(text: &str) -> bool {
    const OPENERS: &[&str] = &[
        "must",
        "is",
        "should",
        "cannot",
        "can't",
        "field",
        "required",
        "invalid",
        "too",
        "does",
        "has",
        "was",
        "needs",
        "may",
        "not",
        "this",
        "the",
        "your",
        "please",
        "password",
        "passwords",
        "ensure",
        "at",
        "missing",
        "expected",
        "no",
    ];
    const ABOUT: &[&str] = &[
        "must",
        "should",
        "too",
        "required",
        "invalid",
        "least",
        "characters",
        "blank",
        "match",
        "short",
        "long",
        "weak",
        "incorrect",
        "missing",
        "cannot",
        "can't",
        "does",
        "doesn't",
        "contain",
        "contains",
        "needs",
        "empty",
        "expired",
        "changed",
        "wrong",
        "mismatch",
        "confirmation",
        "requirements",
    ];
    let mut words = text.split_whitespace();
    let first = words.next().unwrap_or_default().to_ascii_lowercase();
    if words.clone().count() == 0 {
        return matches!(
            first.as_str(),
            "required"
                | "invalid"
                | "missing"
                | "incorrect"
                | "mismatch"
                | "expired"
                | "blank"
                | "unchanged"
                | "changed"
        );
    }
    let told = std::iter::once(first.as_str()).chain(words).any(|word| {
        ABOUT
            .iter()
            .any(|about| word.trim_matches(['.', ',']).eq_ignore_ascii_case(about))
    });
    OPENERS.contains(&first.as_str()) && told && is_prose_lower(text)
}

/// Three or more words of letters, or two of which none could be a secret.
fn is_prose(text: &str) -> bool {
    let words = text.split_whitespace().count();
    words >= 2 && !text.contains(['=', ';']) && is_prose_lower(text)
}

/// Whether a text has many words and none of them is a token.
fn speaks(text: &str) -> bool {
    text.split_whitespace().count() >= 4
        && !text
            .split_whitespace()
            .any(|word| secret_like(word.trim_end_matches([':', ',', '.'])))
}

/// Whether words of prose say something about a secret, as `not set` and `expired for the tenant` do and the words of a
/// passphrase do not.
fn tells(text: &str) -> bool {
    const GRAMMAR: &[&str] = &[
        "a",
        "an",
        "the",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "not",
        "no",
        "for",
        "from",
        "in",
        "of",
        "on",
        "to",
        "by",
        "at",
        "with",
        "and",
        "or",
        "must",
        "should",
        "will",
        "can",
        "cannot",
        "has",
        "have",
        "this",
        "that",
        "your",
        "please",
        "use",
        "using",
        "see",
        "too",
        "does",
        "do",
        "if",
        "as",
        "key",
        "manager",
        "value",
        "name",
        "length",
        "short",
        "long",
        "rotation",
        "header",
        "version",
        "provided",
        "configured",
    ];
    let mut words = 0;
    let told = text.split_whitespace().any(|word| {
        words += 1;
        let plain = word
            .trim_matches(|c: char| !c.is_alphanumeric())
            .to_ascii_lowercase();
        GRAMMAR.contains(&plain.as_str()) || plain.chars().count() > 1 && is_status(&plain)
    });
    told || words > 5
}

fn is_prose_lower(text: &str) -> bool {
    let mut letters = 0_usize;
    let mut words = 0_usize;
    for word in text.split_whitespace() {
        words += 1;
        let plain = word.trim_matches(|c: char| ".,:;!?()'\"`".contains(c));
        if plain
            .chars()
            .all(|c| c.is_alphabetic() || c == '\'' || c == '-' || c == '’')
            && plain.chars().skip(1).all(|c| !c.is_uppercase())
            && plain.len() <= 18
        {
            letters += 1;
        }
    }
    words >= 2 && letters * 4 >= words * 3
}

/// `**** 1111`, `XXXX-XXXX-XXXX-1111`: only the end is shown.
fn is_masked(text: &str) -> bool {
    text.contains("**")
        || text.contains("xxx")
        || text.contains("XXX")
        || text.contains("••")
        || text.contains("##")
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
fn mixed_case(text: &str) -> bool {
    let changes = text
        .as_bytes()
        .windows(2)
        .filter(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase())
        .count();
    changes * 5 >= text.len()
}

/// UUIDs, numbers, dates, versions, addresses of machines, paths, names with dashes: harmless forms.
fn is_plain_value(text: &str) -> bool {
    is_uuid(text)
        || is_path(text)
        || text
            .bytes()
            .all(|b| b.is_ascii_digit() || b".,:-+/TZ_".contains(&b))
        || is_version(text)
        || is_dashed_name(text)
}

fn is_version(text: &str) -> bool {
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
fn is_dashed_name(text: &str) -> bool {
    text.split(['-', '_', '.', ':', '/']).all(|part| {
        part.bytes().all(|b| b.is_ascii_lowercase())
            || part.bytes().all(|b| b.is_ascii_uppercase())
            || (part.len() <= 4 && part.bytes().all(|b| b.is_ascii_digit()))
            || capitalised(part)
    })
}

fn capitalised(part: &str) -> bool {
    part.as_bytes().first().is_some_and(u8::is_ascii_uppercase)
        && part[1..].bytes().all(|b| b.is_ascii_lowercase())
}
