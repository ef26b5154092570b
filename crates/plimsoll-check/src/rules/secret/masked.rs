//! Why a value with a secret's name shows none: its type, what was done to it, what it is used for.

use super::about::{CURSOR, GRANTS};
use super::types;
use crate::call::{LogCall, Mention};
use crate::context::Context;
use crate::facts::Language;
use crate::words::{has_any, has_word, words};

/// The declared type masks it, or is no text at all.
pub(super) fn masked_type(context: &Context<'_>, call: &LogCall, mention: &Mention) -> bool {
    let Some(kind) = types::declared(context, call, mention) else {
        return false;
    };
    if types::revealed(context, mention) {
        return false;
    }
    // Whole names: `Into<String>` is no `int`, `TokenIdentity` no `TokenId`.
    let names = || types::names(kind);
    let rust = context.facts.language == Language::Rust;
    let wraps = names().any(|name| {
        has_any(
            name,
            &[
                "SecretS",
                "SecretB",
                "SecretV",
                "Redact",
                "Sensitive",
                "Masked",
                "Hidden",
                "Hash",
                "Protected",
                "Zeroizing",
            ],
        ) || rust && (name.contains("Secret") || name == "Pii")
    });
    let measures = names().any(|name| {
        matches!(
            name,
            "Uuid"
                | "UUID"
                | "bool"
                | "usize"
                | "u64"
                | "u32"
                | "u16"
                | "u128"
                | "i64"
                | "i32"
                | "i16"
                | "f64"
                | "f32"
                | "int"
                | "float"
                | "CancellationToken"
                | "TokenId"
                | "Duration"
                | "Instant"
                | "datetime"
                | "NonZeroUsize"
        )
    });
    // `Vec<u8>` are the bytes themselves.
    wraps || measures && !names().any(|name| matches!(name, "str" | "String"))
}

/// The function itself takes the secret out of it first: `copy["key"] = "REDACTED"`, `token = mask(token)`.
pub(super) fn masked_before(context: &Context<'_>, call: &LogCall, mention: &Mention) -> bool {
    let Some(function) = context.function(call) else {
        return false;
    };
    let start =
        (function.span.start as usize).max((call.span.start as usize).saturating_sub(3_000));
    let Some(before) = context.source.get(start..call.span.start as usize) else {
        return false;
    };
    before.lines().rev().take(60).any(|line| {
        line.split_once('=').is_some_and(|(left, right)| {
            let to = left.split(['[', ':']).next().unwrap_or(left).trim();
            let to = to.trim_start_matches("let ").trim_start_matches("mut ");
            to == mention.name
                && has_any(
                    right,
                    &[
                        "REDACTED",
                        "\"***",
                        "'***",
                        "redact",
                        "mask",
                        "scrub",
                        "sanitize",
                        "obfuscate",
                        "censor",
                    ],
                )
        })
    })
}

/// Python: a thing with attributes of its own is no text, and prints what its class says.
pub(super) fn an_object(context: &Context<'_>, call: &LogCall, mention: &Mention) -> bool {
    if context.facts.language != Language::Python || !mention.owner.is_empty() || mention.called {
        return false;
    }
    let Some(function) = context.function(call) else {
        return false;
    };
    let body = context.text(function.span);
    let pattern = format!("{}.", mention.name);
    memchr::memmem::find_iter(body.as_bytes(), pattern.as_bytes()).any(|at| {
        let alone = at == 0
            || !matches!(body.as_bytes()[at - 1], b'.' | b'_' | b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'"' | b'\'');
        let attribute: String = body[at + pattern.len()..]
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect();
        // What another line of the log says of it proves nothing.
        let line = body[..at].rsplit('\n').next().unwrap_or_default();
        alone
            && !attribute.is_empty()
            && !OF_TEXT.contains(&attribute.as_str())
            && !line.to_ascii_lowercase().contains("log")
    })
}

/// What `str`, `bytes`, `dict` and `list` have.
const OF_TEXT: &[&str] = &[
    "strip",
    "lstrip",
    "rstrip",
    "lower",
    "upper",
    "split",
    "rsplit",
    "partition",
    "rpartition",
    "startswith",
    "endswith",
    "encode",
    "decode",
    "replace",
    "format",
    "join",
    "find",
    "index",
    "count",
    "isdigit",
    "isalnum",
    "title",
    "hex",
    "get",
    "items",
    "keys",
    "values",
    "append",
    "extend",
    "pop",
    "update",
    "copy",
    "splitlines",
    "removeprefix",
    "removesuffix",
    "get_secret_value",
    "secret",
    "token",
    "value",
    "sort",
    "add",
];

/// `token` in a lexer, a tokenizer or a language model's client is a piece of text.
pub(super) fn count_or_lexeme(context: &Context<'_>, call: &LogCall, mention: &Mention) -> bool {
    // Kafka numbers the operations of its protocol so.
    if mention.name == "api_key" {
        return has_any(
            context.source,
            &["ApiKey::", "api_version", "kafka_protocol"],
        );
    }
    // A place in the poll of a reactor.
    let all = words(&mention.name);
    let slot = all.last().is_some_and(|word| word == "token")
        && context.source.contains("mio::")
        && !has_word(&mention.name, GRANTS);
    if slot {
        return true;
    }
    if !matches!(mention.name.as_str(), "token" | "tok") {
        return false;
    }
    // A place in a list that is read page by page, where nothing around it grants access.
    let around = context
        .function(call)
        .map_or("", |function| context.text(function.span));
    let paged = has_any(
        around,
        &["paginat", "Paginat", "prev_batch", "next_batch", "catchup"],
    ) && !has_any(around, &["access_token", "Bearer", "jwt", "password"]);
    if paged {
        return true;
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
pub(super) fn position(call: &LogCall, mention: &Mention) -> bool {
    if !words(&mention.name)
        .iter()
        .any(|word| matches!(word.as_str(), "token" | "tokens"))
    {
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
                "lock",
                "unlock",
            ],
        )
}
