//! PL002: a credential or direct personal data in a log call.

use plimsoll_standard::sensitive;

use super::{Setting, shown, types};
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
    let by_name = call
        .mentions
        .iter()
        .find(|mention| sensitive(context, call, mention, setting.strict));
    let name = match by_name {
        Some(found) if says(found, context) == Says::Sensitive => &found.name,
        Some(found) => &found.key,
        None => &labelled(context, call)?,
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

/// A value with a name that says nothing after a text that says it all: `"authorization: {}", text`. Only where the
/// values can be told apart: as many names as places.
fn labelled(context: &Context<'_>, call: &LogCall) -> Option<String> {
    let text = &call.message.text;
    let places: Vec<usize> = memchr::memchr2_iter(b'{', b'%', text.as_bytes())
        .filter(|at| {
            let next = text.as_bytes().get(at + 1);
            text.as_bytes()[*at] == b'{' && next != Some(&b'{')
                || text.as_bytes()[*at] == b'%' && matches!(next, Some(b's' | b'r'))
        })
        .collect();
    let values: Vec<&Mention> = call
        .mentions
        .iter()
        .filter(|mention| mention.key.is_empty())
        .collect();
    if places.len() != values.len() {
        return None;
    }
    places.iter().zip(values).find_map(|(at, value)| {
        let before = text[..*at].trim_end_matches(['\'', '"', '`', ' ']);
        let label = before.strip_suffix([':', '='])?;
        let label = label
            .rsplit(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-'))
            .next()
            .unwrap_or_default();
        let sure = sensitive::classify(label)
            .is_some_and(|class| direct(class) && class.strength != sensitive::Strength::Likely);
        let plain = !value.called
            && says(value, context) == Says::Nothing
            && !words(&value.name).iter().any(|word| {
                matches!(
                    word.as_str(),
                    "e" | "err"
                        | "error"
                        | "exc"
                        | "ex"
                        | "exception"
                        | "reason"
                        | "status"
                        | "msg"
                        | "message"
                        | "masked"
                        | "hash"
                        | "is"
                        | "has"
                        | "user"
                        | "username"
                        | "name"
                        | "detail"
                        | "details"
                        | "problem"
                        | "ok"
                        | "flag"
                        | "why"
                        | "cause"
                        | "n"
                        | "num"
                )
            });
        (sure && plain).then(|| label.to_owned())
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
            || masked_before(context, call, mention)
            || an_object(context, call, mention)
            || count_or_lexeme(context, call, mention)
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
    "ref",
    "refs",
    "reference",
    "href",
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
    "pos",
    "position",
    "offset",
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

/// Words before `token` that make it a key.
const GRANTS: &[&str] = &[
    "access", "auth", "refresh", "api", "bearer", "session", "reset", "csrf", "jwt",
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
fn direct(class: sensitive::Class) -> bool {
    use sensitive::{Kind, Strength};
    let told =
        class.strength != Strength::Likely || matches!(class.kind, Kind::Email | Kind::Token);
    told && !matches!(
        class.kind,
        Kind::Signature | Kind::PersonName | Kind::HealthId | Kind::Pin
    )
}

/// All headers or the whole environment of a request or of the process: the credentials are among them.
fn whole_request(context: &Context<'_>, name: &str, owned_by: &str) -> bool {
    match name {
        "environ" => matches!(owned_by, "request" | "req" | "os"),
        "headers" | "request_headers" | "req_headers" | "all_headers" => {
            matches!(owned_by, "request" | "req" | "res" | "resp" | "response")
                || has_any(
                    context.source,
                    &[
                        "HeaderMap",
                        "uthorization",
                        "AUTHORIZATION",
                        "x-auth",
                        "HTTP",
                        "http::",
                        "requests.",
                        "httpx",
                        "aiohttp",
                        "reqwest",
                        "REQUEST_METHOD",
                        ".header(",
                        "HttpRequest",
                    ],
                ) && !has_any(context.source, &["BlockHeader", "block_header", "csv."])
        }
        _ => false,
    }
}

/// Who a mail goes to or comes from, in code that sends mail.
fn addressee(context: &Context<'_>, joined: &str) -> bool {
    matches!(
        joined,
        "recipient"
            | "recipients"
            | "to_addr"
            | "to_addrs"
            | "from_addr"
            | "rcpt"
            | "rcpt_to"
            | "rcpttos"
            | "mail_from"
            | "mailfrom"
            | "envsender"
            | "to_emails"
            | "envelope_from"
            | "envelope_to"
    ) && has_any(
        context.source,
        &["smtp", "SMTP", "email", "sendmail", "lettre"],
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
            | "connection_args"
            | "connection_kwargs"
            | "conn_kwargs"
            | "connect_args"
            | "cleartext"
            | "userinfo"
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
                    | "fingerprint"
                    | "shorten"
                    | "abbreviate"
                    | "digest"
                    | "preview"
                    | "sanitise"
                    | "anonymize"
                    | "anonymise"
                    | "pseudonymize"
                    | "censor"
                    | "summarize"
                    | "describe"
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
fn masked_before(context: &Context<'_>, call: &LogCall, mention: &Mention) -> bool {
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
fn an_object(context: &Context<'_>, call: &LogCall, mention: &Mention) -> bool {
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
fn count_or_lexeme(context: &Context<'_>, call: &LogCall, mention: &Mention) -> bool {
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
fn position(call: &LogCall, mention: &Mention) -> bool {
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
