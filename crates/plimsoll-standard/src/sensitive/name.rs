//! From a key's words to what it names.

use super::kind::{Kind, Strength};
use super::word::split;

/// What a sensitive key names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Class {
    /// The kind of data.
    pub kind: Kind,
    /// How sure the name alone makes us.
    pub strength: Strength,
}

/// What a key names, or `None` when it is not sensitive.
#[must_use]
pub fn classify(key: &str) -> Option<Class> {
    let words = split(key);
    let last = words.last()?.as_str();
    let before = words
        .len()
        .checked_sub(2)
        .map_or("", |index| words[index].as_str());
    let kind = match (before, last) {
        (_, "password" | "passwd" | "pwd" | "passphrase") => Kind::Password,
        (_, "secret") => Kind::Secret,
        ("max" | "min" | "next" | "page" | "prompt", "token") => return None,
        (_, "token") => Kind::Token,
        (_, "authorization") => Kind::Authorization,
        (_, "cookie") => Kind::Cookie,
        ("api" | "access", "key") | (_, "apikey") => Kind::ApiKey,
        ("private" | "secret" | "signing", "key") => Kind::PrivateKey,
        _ => return None,
    };
    Some(Class {
        kind,
        strength: Strength::Sure,
    })
}
