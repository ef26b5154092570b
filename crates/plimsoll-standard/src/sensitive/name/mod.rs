//! From a key's words to what it names.

mod glue;

use super::kind::{Kind, Strength};
use super::vocabulary::{
    ABOUT, ACTS, ADDRESS_OF, ASKS, CODE_OF, COMPLETE, KEY_LIKELY, KEY_NOT, KEY_SURE, NAME_OF,
    NATIONAL, NATIONAL_ALONE, NEUTRAL, PASS_NOT, PASS_OF, PASSWORD, TOKEN_NOT, any,
};
use super::word::split;
use glue::unglue;

/// What a sensitive key names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Class {
    /// The kind of data.
    pub kind: Kind,
    /// How sure the name alone makes us.
    pub strength: Strength,
}

/// Keys longer than this are not names; only the end is read.
const LONGEST: usize = 96;

/// What a key names, or `None` when it is not sensitive. Costs a few allocations: decide once and keep the answer.
#[must_use]
pub fn classify(key: &str) -> Option<Class> {
    let words = words(key);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let class = by_head(&words)?;
    if words.len() > 1 && any(ASKS, words[0]) && !matches!(class.kind, Kind::OneTimeCode) {
        return None;
    }
    let act = words.len() > 1 && any(ACTS, words[0]) && class.kind == Kind::Password;
    Some(if act { class.kind.likely() } else { class })
}

/// The words of a key in lower case, glued ones taken apart: two keys with the same words are spellings of one key.
#[must_use]
pub fn words(key: &str) -> Vec<String> {
    let mut from = key.len().saturating_sub(LONGEST);
    while !key.is_char_boundary(from) {
        from += 1;
    }
    let mut words: Vec<String> = split(&key[from..]).into_iter().flat_map(unglue).collect();
    // `PassWord`, `pass_phrase`: one word that was written as two.
    let mut at = 0;
    while at + 1 < words.len() {
        let joined = [words[at].as_str(), words[at + 1].as_str()].concat();
        if words[at] == "pass" && (any(PASSWORD, &joined) || joined == "passcode") {
            words[at] = joined;
            words.remove(at + 1);
        }
        at += 1;
    }
    words
}

/// Whether a key inside a sensitive object tells about the secret only (`type`, `expires_at`).
#[must_use]
pub fn is_about(key: &str) -> bool {
    words(key)
        .last()
        .is_some_and(|last| any(ABOUT, last) || last.ends_with("ed"))
}

/// Whether other words before this key could make it sensitive: `key` after `api`, `number` after `card`.
#[must_use]
pub fn completes(key: &str) -> bool {
    words(key).last().is_some_and(|last| {
        any(COMPLETE, last)
            || any(NEUTRAL, last)
            || matches!(last.as_str(), "hash" | "hashed" | "digest" | "salt")
    })
}

impl Kind {
    const fn sure(self) -> Class {
        Class {
            kind: self,
            strength: Strength::Sure,
        }
    }

    const fn text(self) -> Class {
        Class {
            kind: self,
            strength: Strength::Text,
        }
    }

    const fn likely(self) -> Class {
        Class {
            kind: self,
            strength: Strength::Likely,
        }
    }
}

/// The class by the last word that is not neutral, with what stands before it.
fn by_head(words: &[&str]) -> Option<Class> {
    let mut end = words.len();
    loop {
        let (head, before) = words[..end].split_last()?;
        if let Reading::Known(answer) = noun(head, before) {
            return answer;
        }
        // `password_hash` is as bad as the password; `token_hash` is a digest.
        let hashed = matches!(*head, "hash" | "hashed" | "digest" | "salt")
            && before.last().is_some_and(|word| any(PASSWORD, word));
        if hashed {
            end -= 1;
            continue;
        }
        if any(NEUTRAL, head) && end > 1 {
            end -= 1;
            continue;
        }
        if any(ABOUT, head) || head.ends_with("ed") || head.ends_with("ing") {
            return None;
        }
        // An unknown last word after a password or a secret: `password_postgres`, `secret_webhook`.
        let (noun_before, earlier) = before.split_last()?;
        return match noun(noun_before, earlier) {
            Reading::Known(Some(class))
                if matches!(
                    class.kind,
                    Kind::Password | Kind::Secret | Kind::Token | Kind::ApiKey
                ) =>
            {
                Some(class.kind.likely())
            }
            _ => None,
        };
    }
}

/// What a head word settles.
enum Reading {
    /// A noun that we know; sensitive or not.
    Known(Option<Class>),
    /// No noun that we know.
    Unknown,
}

/// Reads a head word with the words before it.
fn noun(head: &str, before: &[&str]) -> Reading {
    let prior = before.last().copied().unwrap_or("");
    let all = |table: &[&str]| before.iter().any(|word| any(table, word));
    Reading::Known(match head {
        "password" | "passwd" | "passwort"
            if prior == "onetime" || (prior == "time" && all(&["one"])) =>
        {
            Some(Kind::OneTimeCode.sure())
        }
        "inlogcode" | "einmalcode" => Some(Kind::OneTimeCode.sure()),
        "passe" if prior == "de" => Some(Kind::Password.sure()),
        _ if any(PASSWORD, head) => Some(if head == "pw" && before.is_empty() {
            Kind::Password.text()
        } else {
            Kind::Password.sure()
        }),
        "passwords" | "passphrases" | "pwds" => Some(Kind::Password.text()),
        "pass" if any(PASS_OF, prior) => Some(Kind::Password.sure()),
        "pass" if before.is_empty() => Some(Kind::Password.likely()),
        "pass" if any(PASS_NOT, prior) || prior.len() < 2 => None,
        "pass" if before.len() > 1 => Some(Kind::Password.sure()),
        "pass" => Some(Kind::Password.likely()),
        "phrase"
            if matches!(
                prior,
                "pass" | "seed" | "recovery" | "secret" | "mnemonic" | "backup"
            ) =>
        {
            Some(Kind::Password.sure())
        }
        "mnemonic" | "psk" => Some(Kind::Password.sure()),
        "words" if matches!(prior, "seed" | "recovery" | "mnemonic") => Some(Kind::Password.sure()),
        "seed"
            if matches!(
                prior,
                "wallet" | "otp" | "totp" | "mfa" | "secret" | "master" | "key"
            ) =>
        {
            Some(Kind::Secret.sure())
        }
        "secret" => Some(Kind::Secret.sure()),
        "secrets" => Some(Kind::Secret.text()),
        "token"
            if all(TOKEN_NOT)
                && !all(&[
                    "access", "refresh", "auth", "bearer", "api", "csrf", "secret",
                ]) =>
        {
            None
        }
        "token" => Some(Kind::Token.sure()),
        "tokens" if before.is_empty() || all(TOKEN_NOT) => None,
        "tokens" | "jwt" | "jwts" | "sas" => Some(Kind::Token.text()),
        "tok"
            if matches!(
                prior,
                "auth" | "access" | "refresh" | "api" | "bearer" | "session"
            ) =>
        {
            Some(Kind::Token.sure())
        }
        "bearer" => Some(Kind::Token.likely()),
        "answer" if matches!(prior, "secret" | "security") => Some(Kind::Password.sure()),
        "pat" if !before.is_empty() => Some(Kind::Token.likely()),
        "assertion" if matches!(prior, "saml" | "client" | "jwt") => Some(Kind::Token.likely()),
        "key" | "keys" => key_of(before, prior, head == "keys"),
        "apikey" | "apikeys" => Some(Kind::ApiKey.sure()),
        "privkey" | "privatekey" => Some(Kind::PrivateKey.sure()),
        "authorization" | "authorisation" => Some(Kind::Authorization.sure()),
        "auth" | "userinfo" | "authn" => Some(Kind::Authorization.likely()),
        "cookie" | "cookies" => Some(Kind::Cookie.text()),
        "phpsessid" | "jsessionid" | "sessid" | "aspsessionid" | "psessid" => {
            Some(Kind::Cookie.sure())
        }
        "sid" if prior == "connect" => Some(Kind::Cookie.sure()),
        "session" => Some(Kind::Cookie.likely()),
        "credential" | "credentials" | "creds" | "cred" => Some(Kind::Credentials.text()),
        "signature" | "sig" => Some(Kind::Signature.likely()),
        "pin"
            if all(&[
                "gpio", "input", "output", "led", "clock", "data", "chip", "bowling", "map",
            ]) =>
        {
            None
        }
        "pin" | "pincode" => Some(Kind::Pin.sure()),
        "otp" | "totp" | "hotp" | "passcode" | "otc" | "onetimecode" => {
            Some(Kind::OneTimeCode.sure())
        }
        "cvv" | "cvc" | "cvn" | "csc" | "cav" => Some(Kind::CardCode.sure()),
        "code" | "codes" => code_of(before, prior),
        "card" if matches!(prior, "credit" | "debit" | "payment" | "bank" | "") => {
            Some(Kind::CardNumber.likely())
        }
        "pan" | "ccnum" | "ccn" | "cc" | "creditcard" => Some(Kind::CardNumber.likely()),
        "iban" => Some(Kind::BankAccount.sure()),
        "account" if prior == "bank" => Some(Kind::BankAccount.likely()),
        "number" | "no" | "num" | "nr" | "nummer" | "numbers" => {
            return number_of(before, prior)
                .map_or(Reading::Unknown, |class| Reading::Known(Some(class)));
        }
        "id" if any(NATIONAL, prior)
            && !matches!(
                prior,
                "security" | "insurance" | "license" | "licence" | "driver" | "social"
            ) =>
        {
            Some(Kind::NationalId.sure())
        }
        "security" if prior == "social" => Some(Kind::NationalId.sure()),
        "insurance" if prior == "national" => Some(Kind::NationalId.sure()),
        "license" | "licence" if matches!(prior, "driver" | "drivers" | "driving" | "s") => {
            Some(Kind::NationalId.sure())
        }
        "mrn" => Some(Kind::HealthId.sure()),
        _ if any(NATIONAL_ALONE, head) => Some(
            if matches!(head, "tin" | "nie" | "rut" | "sin" | "dni" | "nif") {
                Kind::NationalId.likely()
            } else {
                Kind::NationalId.sure()
            },
        ),
        "email" | "emails" | "mail" => Some(Kind::Email.likely()),
        "address" | "addr" | "addresses" => address_of(before, prior),
        "street" => Some(Kind::PostalAddress.likely()),
        "line" if all(&["address", "addr", "street"]) => Some(Kind::PostalAddress.likely()),
        "phone" | "telephone" | "mobile" | "cell" | "cellphone" | "fax" | "tel" | "msisdn"
        | "whatsapp" | "phones" | "telefon" | "handy" | "landline" => Some(Kind::Phone.sure()),
        "name" if any(NAME_OF, prior) => Some(
            if matches!(
                prior,
                "customer"
                    | "recipient"
                    | "contact"
                    | "sender"
                    | "employee"
                    | "billing"
                    | "shipping"
                    | "guest"
                    | "preferred"
                    | "candidate"
                    | "legal"
                    | "child"
                    | "person"
            ) {
                Kind::PersonName.likely()
            } else {
                Kind::PersonName.sure()
            },
        ),
        "surname" | "forename" | "fname" | "lname" | "cardholder" | "nachname" | "vorname" => {
            Some(Kind::PersonName.sure())
        }
        "dob" | "birthdate" | "birthday" | "geburtsdatum" => Some(Kind::BirthDate.sure()),
        "birth" if prior == "of" => Some(Kind::BirthDate.sure()),
        "date" | "day" if prior == "birth" => Some(Kind::BirthDate.sure()),
        "born" => Some(Kind::BirthDate.likely()),
        _ => return Reading::Unknown,
    })
}

fn key_of(before: &[&str], prior: &str, plural: bool) -> Option<Class> {
    if before.iter().any(|word| any(KEY_NOT, word)) {
        return None;
    }
    let kind = match prior {
        "private" | "priv" | "signing" | "sign" | "secret" | "encryption" | "decryption"
        | "hmac" | "aes" | "jwt" | "master" | "wallet" => Kind::PrivateKey,
        _ => Kind::ApiKey,
    };
    if any(KEY_SURE, prior) || prior.ends_with("api") {
        Some(if plural { kind.text() } else { kind.sure() })
    } else if any(KEY_LIKELY, prior) {
        Some(kind.likely())
    } else {
        None
    }
}

fn code_of(before: &[&str], prior: &str) -> Option<Class> {
    match prior {
        "security" | "cvv" | "cvc" | "card" => Some(Kind::CardCode.sure()),
        "pass" => Some(Kind::OneTimeCode.sure()),
        "pin" => Some(Kind::Pin.sure()),
        "sort" if before.len() <= 2 => Some(Kind::BankAccount.likely()),
        _ if any(CODE_OF, prior) => Some(Kind::OneTimeCode.sure()),
        _ => None,
    }
}

fn number_of(before: &[&str], prior: &str) -> Option<Class> {
    let all = |table: &[&str]| before.iter().any(|word| any(table, word));
    match prior {
        "card" | "cc" | "pan" if !all(&["report", "business", "score", "index"]) => {
            Some(Kind::CardNumber.sure())
        }
        "account" | "acct" | "bank" if !all(&["aws", "gcp", "azure", "cloud", "tenant"]) => {
            Some(Kind::BankAccount.sure())
        }
        "routing" => Some(Kind::BankAccount.likely()),
        "phone" | "telephone" | "mobile" | "cell" | "contact" | "fax" | "tel" | "whatsapp"
        | "caller" | "msisdn" => Some(Kind::Phone.sure()),
        "record" if all(&["medical", "patient", "health"]) => Some(Kind::HealthId.sure()),
        "nhs" | "medicare" | "medicaid" => Some(Kind::HealthId.sure()),
        "insurance" if all(&["health", "medical"]) => Some(Kind::HealthId.sure()),
        "pin" => Some(Kind::Pin.sure()),
        "license" | "licence" if !all(&["driver", "drivers", "driving", "s"]) => {
            Some(Kind::NationalId.likely())
        }
        _ if any(NATIONAL, prior) => Some(Kind::NationalId.sure()),
        _ => None,
    }
}

fn address_of(before: &[&str], prior: &str) -> Option<Class> {
    match prior {
        "email" | "mail" => Some(Kind::Email.likely()),
        "" => Some(Kind::PostalAddress.likely()),
        _ if any(ADDRESS_OF, prior) => Some(Kind::PostalAddress.sure()),
        _ if before.len() == 1
            && matches!(
                prior,
                "user" | "work" | "office" | "contact" | "current" | "recipient"
            ) =>
        {
            Some(Kind::PostalAddress.likely())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
