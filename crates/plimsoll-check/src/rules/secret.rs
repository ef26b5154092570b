//! PL002: a credential or direct personal data in a log call.

use plimsoll_standard::sensitive;

use super::{Setting, shown};
use crate::call::{Api, LogCall, Mention};
use crate::context::Context;
use crate::facts::Language;
use crate::finding::{Check, Hit};
use crate::words::{has_any, has_word, words};

/// What a name says about the value that it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    Sensitive,
    Harmless,
    Nothing,
}

pub(crate) fn check(context: &Context<'_>, setting: Setting<'_>, call: &LogCall) -> Option<Hit> {
    let found = call
        .mentions
        .iter()
        .find(|mention| sensitive(context, call, mention, setting.strict))?;
    let name = if says(found, context) == Says::Sensitive {
        &found.name
    } else {
        &found.key
    };
    let place = match call.api {
        Api::Instrument => "records the argument",
        Api::TracingSpan => "records",
        _ => "writes",
    };
    let help = match call.api {
        Api::Instrument => format!("name it in skip({name}), or record an id in fields(..)"),
        _ => {
            "log an id or that it is present, or wrap the type so that it prints masked".to_owned()
        }
    };
    Some(Hit {
        check: Check::Secret,
        span: call.span,
        message: format!(
            "{} {place} `{name}`, a credential or personal data, for everyone who reads the log",
            shown(call)
        ),
        help,
        fix: None,
    })
}

fn sensitive(context: &Context<'_>, call: &LogCall, mention: &Mention, strict: bool) -> bool {
    let by_name = says(mention, context);
    let by_key = if mention.key.is_empty() {
        Says::Nothing
    } else {
        says(
            &Mention {
                name: mention.key.clone(),
                ..Mention::default()
            },
            context,
        )
    };
    let named = match by_name {
        Says::Sensitive => true,
        Says::Harmless => false,
        Says::Nothing => by_key == Says::Sensitive && !mention.called,
    };
    if !named {
        return false;
    }
    strict
        || !(masked_type(context, call, mention)
            || count_or_lexeme(context, mention)
            || position(call, mention))
}

/// Endings that turn a secret's name into the name of something about it.
const ABOUT: &[&str] = &[
    "id",
    "ids",
    "uuid",
    "guid",
    "count",
    "counts",
    "len",
    "length",
    "size",
    "sizes",
    "type",
    "types",
    "kind",
    "uri",
    "url",
    "urls",
    "endpoint",
    "path",
    "paths",
    "file",
    "filename",
    "dir",
    "expires",
    "expiry",
    "expiration",
    "exp",
    "ttl",
    "age",
    "at",
    "date",
    "time",
    "timestamp",
    "duration",
    "name",
    "names",
    "label",
    "prefix",
    "suffix",
    "hint",
    "field",
    "fields",
    "column",
    "header",
    "param",
    "parameter",
    "policy",
    "rule",
    "rules",
    "format",
    "version",
    "status",
    "state",
    "valid",
    "validity",
    "invalid",
    "enabled",
    "required",
    "present",
    "set",
    "exists",
    "found",
    "changed",
    "reset",
    "error",
    "err",
    "errors",
    "exception",
    "result",
    "response",
    "request",
    "config",
    "settings",
    "options",
    "provider",
    "backend",
    "manager",
    "service",
    "store",
    "storage",
    "handler",
    "hash",
    "digest",
    "fingerprint",
    "checksum",
    "index",
    "idx",
    "usage",
    "limit",
    "budget",
    "source",
    "location",
    "algorithm",
    "alg",
    "strength",
    "template",
    "verified",
    "validator",
    "hasher",
    "checker",
    "helper",
    "generator",
    "factory",
    "class",
    "form",
    "view",
    "scope",
    "claim",
    "owner",
    "subject",
    "body",
    "queue",
    "sender",
    "client",
];

/// Words before `token` that make it a position, a count or a piece of text.
const CURSOR: &[&str] = &[
    "next",
    "prev",
    "previous",
    "since",
    "start",
    "end",
    "from",
    "to",
    "page",
    "pagination",
    "continuation",
    "continue",
    "sync",
    "stream",
    "publish",
    "cursor",
    "position",
    "resume",
    "current",
    "upto",
    "min",
    "max",
    "last",
    "first",
    "stop",
    "room",
    "presence",
    "receipt",
    "cancel",
    "cancellation",
    "shutdown",
    "prompt",
    "completion",
    "input",
    "output",
    "lex",
    "parse",
    "syntax",
    "total",
    "new_max",
    "instance",
    "before",
    "after",
    "special",
];

fn says(mention: &Mention, context: &Context<'_>) -> Says {
    let mut all = words(&mention.name);
    let owner = words(&mention.owner);
    let owned_by = owner.last().map_or("", String::as_str);
    // `token.key`, `secret.value`: what the thing itself holds.
    if matches!(mention.name.as_str(), "key" | "value" | "raw" | "plaintext")
        && matches!(owned_by, "token" | "secret" | "password" | "apikey")
    {
        return Says::Sensitive;
    }
    // All headers of a request: the credentials are among them.
    if mention.name == "headers" && matches!(owned_by, "request" | "req") {
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
                | "ref"
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
    let Some(last) = all.last().map(String::as_str) else {
        return Says::Nothing;
    };
    let whole = words(&mention.name).len();
    // A constant's name is the name of a header or a variable, not its value.
    let constant = mention.name.len() > 1 && !mention.name.bytes().any(|b| b.is_ascii_lowercase());
    if constant && (context.facts.language == Language::Rust || whole != all.len()) {
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
        let grants = has_word(
            &mention.name,
            &[
                "access", "auth", "refresh", "api", "bearer", "session", "reset", "csrf",
            ],
        );
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
fn direct(class: sensitive::Class) -> bool {
    use sensitive::{Kind, Strength};
    let told =
        class.strength != Strength::Likely || matches!(class.kind, Kind::Email | Kind::Token);
    told && !matches!(
        class.kind,
        Kind::Signature | Kind::PersonName | Kind::HealthId | Kind::Pin
    )
}

/// What only code calls so: an address with the password in it, the keys of a licence.
fn in_code(last: &str, before: &str, joined: &str) -> bool {
    matches!(
        (before, last),
        ("license" | "licence", "key") | ("email" | "mail", "recipient" | "recipients")
    ) || matches!(
        joined,
        "database_url"
            | "db_url"
            | "redis_url"
            | "broker_url"
            | "amqp_url"
            | "connection_string"
            | "connection_url"
            | "database_dsn"
            | "auth_header"
            | "auth_headers"
            | "authorization_header"
            | "authorization_headers"
    )
}

/// `validate_token(x)`, `hash_password(p)`, `mask(x)`: what such a call gives is not the secret.
fn verb_first(all: &[String]) -> bool {
    all.len() > 1
        && all.first().is_some_and(|word| {
            matches!(
                word.as_str(),
                "validate"
                    | "verify"
                    | "check"
                    | "hash"
                    | "mask"
                    | "redact"
                    | "encrypt"
                    | "obfuscate"
                    | "sanitize"
                    | "scrub"
                    | "hide"
                    | "is"
                    | "has"
                    | "delete"
                    | "remove"
                    | "revoke"
                    | "update"
                    | "set"
                    | "count"
                    | "len"
                    | "parse"
                    | "truncate"
                    | "strip"
                    | "compare"
                    | "send"
                    | "clear"
            )
        })
}

/// The declared type masks it, or is no text at all.
fn masked_type(context: &Context<'_>, call: &LogCall, mention: &Mention) -> bool {
    let Some(kind) = declared(context, call, &mention.name) else {
        return false;
    };
    has_any(
        kind,
        &[
            "Secret",
            "Redact",
            "Sensitive",
            "Masked",
            "Hidden",
            "Hash",
            "Uuid",
            "bool",
            "usize",
            "u64",
            "u32",
            "i64",
            "i32",
            "CancellationToken",
            "TokenId",
            "u16",
            "u8>",
            "int",
            "f64",
            "Protected",
            "Zeroizing",
        ],
    ) && !kind.contains("str>")
}

/// The type written for a name: a parameter of the function, or a field in the same file.
fn declared<'f>(context: &Context<'f>, call: &LogCall, name: &str) -> Option<&'f str> {
    let parameters = context
        .function(call)
        .map_or("", |function| context.text(function.text));
    typed(parameters, name, false).or_else(|| typed(context.source, name, true))
}

/// The type after `name:`; with `field` only where a line begins with it, as a struct's fields do.
fn typed<'t>(text: &'t str, name: &str, field: bool) -> Option<&'t str> {
    let bytes = text.as_bytes();
    for at in memchr::memmem::find_iter(bytes, name.as_bytes()) {
        let boundary = at == 0
            || !(bytes[at - 1].is_ascii_alphanumeric()
                || matches!(bytes[at - 1], b'_' | b'.' | b':' | b'"' | b'\''));
        let line = text[..at].rsplit('\n').next().unwrap_or_default();
        let begins = line.split_whitespace().all(|word| word.starts_with("pub"));
        if field && !begins {
            continue;
        }
        let rest = text[at + name.len()..].trim_start_matches(' ');
        let Some(rest) = rest
            .strip_prefix(':')
            .filter(|rest| boundary && !rest.starts_with(':'))
        else {
            continue;
        };
        let end = rest.find(['\n', ',', ')', '=', ';']).unwrap_or(rest.len());
        let kind = rest[..end].trim();
        if kind
            .bytes()
            .next()
            .is_some_and(|b| b.is_ascii_alphabetic() || matches!(b, b'&' | b'<' | b'\''))
        {
            return Some(kind);
        }
    }
    None
}

/// `token` in a lexer, a tokenizer or a language model's client is a piece of text.
fn count_or_lexeme(context: &Context<'_>, mention: &Mention) -> bool {
    if !matches!(mention.name.as_str(), "token" | "tok") {
        return false;
    }
    has_any(
        context.source,
        &[
            "Lexer",
            "lexer",
            "Tokenizer",
            "tokenizer",
            "TokenKind",
            "TokenStream",
            "tokenize(",
            "CancellationToken",
            "RoomStreamToken",
            "StreamToken",
        ],
    )
}

/// A token that marks a position in a stream, or a slot of a limiter: the text or the values beside it say so.
fn position(call: &LogCall, mention: &Mention) -> bool {
    if !words(&mention.name).iter().any(|word| word == "token") {
        return false;
    }
    let beside = call.mentions.iter().any(|other| {
        let all = words(&other.name);
        other.span != mention.span
            && (all.len() > 1
                && matches!(all.last().map(String::as_str), Some("token" | "tokens"))
                && all.iter().any(|word| CURSOR.contains(&word.as_str()))
                || has_word(
                    &other.name,
                    &["tokens", "position", "cursor", "limiter", "offset"],
                ))
    });
    beside
        || has_word(
            &call.message.text,
            &[
                "position",
                "stream",
                "cursor",
                "offset",
                "slot",
                "limiter",
                "sync",
                "pagination",
                "syncing",
                "redundant",
            ],
        )
}
