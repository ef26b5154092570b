//! PL004, line by line: a failure reported at info.

use super::{Setting, shown};
use crate::call::{Level, LogCall};
use crate::context::Context;
use crate::finding::{Check, Hit};
use crate::scope::{Scope, ScopeKind};
use crate::words::{has_any, has_word, words};

/// The text says that something went wrong.
const FAILURE: &[&str] = &[
    "fail",
    "failed",
    "fails",
    "failing",
    "failure",
    "failures",
    "error",
    "errors",
    "errored",
    "exception",
    "exceptions",
    "unable",
    "couldn",
    "crashed",
    "panic",
    "panicked",
    "corrupt",
    "corrupted",
    "fatal",
];

/// The text says that it was expected, or is dealt with.
const SOFT: &[&str] = &[
    "successfully",
    "successful",
    "succeeded",
    "auth",
    "authentication",
    "authorization",
    "unauthorized",
    "retry",
    "retrying",
    "retries",
    "retried",
    "ignore",
    "ignored",
    "ignoring",
    "skip",
    "skipping",
    "skipped",
    "fallback",
    "falling",
    "expected",
    "no",
    "without",
    "zero",
    "0",
    "attempt",
    "again",
    "reconnect",
    "reconnecting",
    "default",
    "instead",
    "recovered",
    "resolved",
    "already",
    "temporary",
    "temporarily",
    "transient",
    "fine",
    "harmless",
    "benign",
    "incorrect",
    "invalid",
    "malformed",
    "unsupported",
    "rejected",
    "refused",
    "denied",
    "login",
    "validation",
    "if",
    "count",
    "handler",
    "handlers",
    "optional",
    "client",
    "reporting",
    "using",
    "will",
];

/// Of these, what says that the failure was to be expected, or is tried again.
const EXPECTED: &[&str] = &[
    "retry",
    "retrying",
    "retries",
    "retried",
    "ignore",
    "ignored",
    "ignoring",
    "skip",
    "skipping",
    "skipped",
    "expected",
    "attempt",
    "again",
    "reconnect",
    "reconnecting",
    "recovered",
    "already",
    "temporary",
    "temporarily",
    "transient",
    "auth",
    "authentication",
    "authorization",
    "unauthorized",
    "login",
    "validation",
    "client",
    "optional",
    "invalid",
    "malformed",
    "unsupported",
    "rejected",
    "refused",
    "denied",
    "will",
];

/// The text says what is done about it; a line that begins with the failure is about the failure all the same.
const DEALT_WITH: &[&str] = &[
    "reverted",
    "imported",
    "restored",
    "rescheduling",
    "cleaning",
    "removing",
    "requeue",
    "cleared",
    "clearing",
    "deleted",
    "disconnected",
    "closed",
    "cancelled",
    "canceled",
];

pub(crate) fn check(context: &Context<'_>, setting: Setting<'_>, call: &LogCall) -> Option<Hit> {
    if call.level != Some(Level::Info) {
        return None;
    }
    let text = &call.message.text;
    let names = words(text);
    let path = context.failure_around(call);
    let fails = names.iter().any(|word| FAILURE.contains(&word.as_str()))
        || has_any(
            &text.to_ascii_lowercase(),
            &[
                "could not",
                "cannot",
                "can't",
                "couldn't",
                "not able to",
                "went wrong",
                "traceback",
            ],
        );
    let lower = text.to_ascii_lowercase();
    let says = |known: &[&str]| names.iter().any(|word| known.contains(&word.as_str()));
    // A value of a failure: `info!("...", error = %e)` in the arm that caught it.
    let carries = call.mentions.iter().any(|mention| {
        matches!(mention.name.as_str(), "e" | "ex" | "format_exc")
            || has_word(
                &mention.name,
                &["err", "error", "errors", "exc", "exception"],
            )
    });
    // A line that begins with the failure is not softened by how the service goes on.
    let softened = if path.is_some() && carries && begins_failing(text) {
        says(EXPECTED)
    } else {
        says(SOFT) && !has_any(&lower, &["could not", "not able to"])
    };
    let soft = softened
        || says(&["fine", "harmless", "benign", "expected"])
        || says(DEALT_WITH) && !begins_failing(text)
        // What was looked for and is not there, is an answer.
        || path.is_some() && has_any(&lower, &["not find", "not found", "404"])
        // The peer's doing.
        || has_any(&lower, &["connection lost", "connection closed", "connection reset", "handshake"]);
    let expected = path
        .is_some_and(|scope| expected(context.text(scope.text)) || refused(context, call, scope));
    let wrong = match (path.is_some(), fails) {
        (true, true) => !soft && !expected,
        (true, false) => carries && !soft && !expected,
        (false, true) => !soft && begins_failing(text) && !handled(context, call),
        (false, false) => false,
    };
    if !wrong && !(setting.strict && (fails || path.is_some() && carries)) {
        return None;
    }
    Some(Hit {
        check: Check::WrongLevel,
        span: call.span,
        message: format!(
            "{} reports a failure at info, where no alert will see it",
            shown(call)
        ),
        help: "use warn if the service deals with it, error if it does not".to_owned(),
        fix: None,
    })
}

/// The answer to a client that asked for what it may not or cannot have: its failure, not the service's.
fn refused(context: &Context<'_>, call: &LogCall, branch: &Scope) -> bool {
    let text = context.text(branch.text);
    let status = has_word(text, &["status", "status_code", "code"])
        && has_any(
            text,
            &[
                "== 400", "== 401", "== 402", "== 403", "== 404", "== 409", "== 422", "== 429",
            ],
        );
    status || has_word(text, &["validation", "validate", "invalid"]) || {
        // What the branch goes on to answer.
        let end = (branch.span.end as usize).min(context.source.len());
        let rest = context.source.get(call.span.end as usize..end);
        let answer = rest.unwrap_or_default();
        // No further than the next few statements.
        let near = answer
            .char_indices()
            .nth(320)
            .map_or(answer, |(at, _)| &answer[..at]);
        has_any(near, CLIENT_ERRORS)
    }
}

const CLIENT_ERRORS: &[&str] = &[
    "BadRequest",
    "BAD_REQUEST",
    "NotFound",
    "NOT_FOUND",
    "Unauthorized",
    "UNAUTHORIZED",
    "Forbidden",
    "FORBIDDEN",
    "Unprocessable",
    "UNPROCESSABLE",
    "status_code=4",
    "status=4",
    "respond_40",
    "(400",
    "(401",
    "(403",
    "(404",
    "(422",
];

/// The caller is told at once: `info!("..."); return Err(BadRequest)`.
fn handled(context: &Context<'_>, call: &LogCall) -> bool {
    context
        .around(call)
        .take_while(|(_, scope)| scope.kind != ScopeKind::Function)
        .find(|(_, scope)| matches!(scope.kind, ScopeKind::Branch(_) | ScopeKind::Closure))
        .is_some_and(|(_, scope)| refused(context, call, scope))
}

/// Exceptions that are part of the normal course.
fn expected(types: &str) -> bool {
    has_any(
        types,
        &[
            "KeyError",
            "Conflict",
            "InProgress",
            "AuthenticationError",
            "PermissionDenied",
            "ValidationError",
            "DoesNotExist",
            "NotFound",
            "StopIteration",
            "FileNotFound",
            "FileExists",
            "CancelledError",
            "KeyboardInterrupt",
            "Disconnect",
            "ConnectionReset",
            "BrokenPipe",
            "ImportError",
            "ModuleNotFound",
            "AlreadyExists",
            "IntegrityError",
            "Shutdown",
            "ConnectionClosed",
            "GeneratorExit",
            "Cancelled",
            "Empty",
            "UniqueViolation",
            "Closed",
            "Elapsed",
            "ErrorKind::",
        ],
    )
}

/// `failed to ...`, `error while ...`, `could not ...`: the line is about the failure itself.
fn begins_failing(text: &str) -> bool {
    let text = text
        .trim_start_matches(|c: char| !c.is_alphanumeric())
        .to_ascii_lowercase();
    [
        "failed to",
        "failure ",
        "error while",
        "error in",
        "error during",
        "error when",
        "could not",
        "couldn't",
        "unable to",
        "exception in",
        "exception while",
        "exception occurred",
        "error cleaning",
        "error from",
        "error on",
        "error executing",
    ]
    .iter()
    .any(|start| text.starts_with(start))
        || has_any(
            &text,
            &[
                " failed to ",
                " failed: ",
                " failed with ",
                "an error occurred",
                " error: ",
                " error, {",
                " failed:",
            ],
        )
}
