//! What a name says about its value.

use plimsoll_standard::sensitive;

use super::about::{ABOUT, CURSOR, GRANTS, verb_first};
use super::request::{addressee, in_code, whole_request};
use crate::call::Mention;
use crate::context::Context;
use crate::facts::Language;
use crate::words::{has_any, has_word, words};

/// What a name says about the value that it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Says {
    Sensitive,
    Harmless,
    Nothing,
}

pub(super) fn says(mention: &Mention, context: &Context<'_>) -> Says {
    let mut all = words(&mention.name);
    let owner = words(&mention.owner);
    let owned_by = owner.last().map_or("", String::as_str);
    // `token.key`, `secret.value`: what the thing itself holds.
    if matches!(mention.name.as_str(), "key" | "value" | "raw" | "plaintext")
        && matches!(owned_by, "token" | "secret" | "password" | "apikey")
    {
        return Says::Sensitive;
    }
    // `mail["address"]`, `authorization_code.code`
    if mention.name == "address" && matches!(owned_by, "mail" | "email")
        || mention.name == "code"
            && has_any(
                &mention.owner,
                &["authorization_code", "auth_code", "device_code"],
            )
        || mention.name == "auth"
            && matches!(owned_by, "message" | "msg" | "data" | "payload" | "auth")
    {
        return Says::Sensitive;
    }
    if whole_request(context, &mention.name, owned_by) {
        return Says::Sensitive;
    }
    while all.last().is_some_and(|word| {
        matches!(
            word.as_str(),
            "str"
                | "string"
                | "value"
                | "val"
                | "raw"
                | "plain"
                | "text"
                | "plaintext"
                | "s"
                | "opt"
                | "bytes"
                | "b64"
                | "base64"
                | "json"
                | "data"
                | "decoded"
                | "encoded"
                | "clear"
                | "cleartext"
        ) || word.bytes().all(|b| b.is_ascii_digit())
    }) && all.len() > 1
    {
        all.pop();
    }
    // `token_to_use`
    if all.ends_with(&["to".to_owned(), "use".to_owned()]) {
        all.truncate(all.len() - 2);
    }
    let Some(last) = all.last().map(String::as_str) else {
        return Says::Nothing;
    };
    // `cookie_header_value`, `auth_hdr`: with the value, or shortened, it is the header's content.
    let whole_words = words(&mention.name);
    let content = whole_words.len() > all.len() || last == "hdr";
    if content && matches!(last, "hdr" | "header") {
        let of = all.len().checked_sub(2).map_or("", |at| all[at].as_str());
        if matches!(of, "cookie" | "auth" | "authorization") {
            return Says::Sensitive;
        }
        if last == "header" {
            return Says::Nothing;
        }
    }
    let whole = words(&mention.name).len();
    // A constant's name is the name of a header or a variable, not its value.
    let constant = mention.name.len() > 1 && !mention.name.bytes().any(|b| b.is_ascii_lowercase());
    let verb = constant
        && (last == "pass"
            || all.first().is_some_and(|word| {
                matches!(
                    word.as_str(),
                    "update"
                        | "get"
                        | "set"
                        | "create"
                        | "delete"
                        | "reset"
                        | "change"
                        | "max"
                        | "min"
                )
            }));
    if verb || constant && (context.facts.language == Language::Rust || whole != all.len()) {
        return Says::Harmless;
    }
    if mention.called && verb_first(&all) {
        return Says::Harmless;
    }
    let before = all.len().checked_sub(2).map_or("", |at| all[at].as_str());
    if matches!(
        before,
        "is" | "has"
            | "no"
            | "use"
            | "uses"
            | "needs"
            | "with"
            | "without"
            | "by"
            | "create"
            | "permit"
            | "revoke"
            | "rotate"
            | "should"
            | "allow"
            | "require"
            | "requires"
            | "can"
            | "num"
            | "n"
            | "count"
            | "hashed"
            | "masked"
            | "redacted"
            | "encrypted"
            | "obfuscated"
            | "sanitized"
            | "truncated"
            | "hidden"
    ) || all.first().is_some_and(|word| {
        matches!(
            word.as_str(),
            "is" | "has"
                | "num"
                | "masked"
                | "redacted"
                | "hashed"
                | "encrypted"
                | "obfuscated"
                | "sanitized"
                | "scrubbed"
                | "anonymized"
                | "partial"
                | "safe"
                | "short"
                | "truncated"
                | "public"
        )
    }) {
        return Says::Harmless;
    }
    let joined = all.join("_");
    // A compute cell, a grid's cell: not a telephone.
    if last == "cell" {
        return Says::Harmless;
    }
    if addressee(context, &joined) {
        return Says::Sensitive;
    }
    if in_code(last, before, &joined) {
        return Says::Sensitive;
    }
    if ABOUT.contains(&last)
        || last
            .strip_suffix('s')
            .is_some_and(|one| ABOUT.contains(&one))
    {
        return Says::Harmless;
    }
    if matches!(last, "token" | "tokens") && all.iter().any(|word| CURSOR.contains(&word.as_str()))
    {
        return Says::Harmless;
    }
    if last == "tokens" {
        // Tokens in the plural are counted; those that grant access are named so.
        let counted = all.len() == 1
            || has_any(
                context.source,
                &["prompt", "completion", "okenize", "lexer", "Lexer", "usage"],
            )
            || all.iter().any(|word| CURSOR.contains(&word.as_str()));
        let grants = has_word(&mention.name, GRANTS) || !counted;
        return if grants {
            Says::Sensitive
        } else {
            Says::Harmless
        };
    }
    // `generated_password`: at run time a flag perhaps, in code the password.
    let password =
        sensitive::classify(last).is_some_and(|class| class.kind == sensitive::Kind::Password);
    if password || sensitive::classify(&joined).is_some_and(direct) {
        return Says::Sensitive;
    }
    if matches!(last, "key" | "keys")
        && !matches!(
            before,
            "api"
                | "private"
                | "secret"
                | "signing"
                | "encryption"
                | "access"
                | "session"
                | "master"
        )
    {
        return Says::Harmless;
    }
    Says::Nothing
}

/// Credentials, and what reaches one person directly. What the name alone leaves open (`auth`, `addr`: at run time the
/// value decides) is left alone but for e-mail addresses; so are people's names, pins and signatures, which in code are
/// mostly of plugins, boards and functions.
pub(super) fn direct(class: sensitive::Class) -> bool {
    use sensitive::{Kind, Strength};
    let told =
        class.strength != Strength::Likely || matches!(class.kind, Kind::Email | Kind::Token);
    told && !matches!(
        class.kind,
        Kind::Signature | Kind::PersonName | Kind::HealthId | Kind::Pin
    )
}
