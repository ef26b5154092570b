//! Words that make a secret's name the name of something else.

/// Endings that turn a secret's name into the name of something about it.
pub(super) const ABOUT: &[&str] = &[
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
pub(super) const CURSOR: &[&str] = &[
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
pub(super) const GRANTS: &[&str] = &[
    "access", "auth", "refresh", "api", "bearer", "session", "reset", "csrf", "jwt",
];

/// `validate_token(x)`, `hash_password(p)`, `mask(x)`: what such a call gives is not the secret.
pub(super) fn verb_first(all: &[String]) -> bool {
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
