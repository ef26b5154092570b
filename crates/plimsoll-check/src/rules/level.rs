//! PL004, line by line: a failure reported at info.

use super::{Setting, shown};
use crate::call::{Level, LogCall};
use crate::context::Context;
use crate::finding::{Check, Hit};
use crate::words::{has_any, words};

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
    "reverted",
    "imported",
    "restored",
    "rescheduling",
    "cleaning",
    "removing",
    "requeue",
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
    "cleared",
    "deleted",
    "already",
    "disconnected",
    "closed",
    "cancelled",
    "canceled",
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

pub(crate) fn check(context: &Context<'_>, setting: Setting<'_>, call: &LogCall) -> Option<Hit> {
    if call.level != Some(Level::Info) {
        return None;
    }
    let text = &call.message.text;
    let names = words(text);
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
    let soft = names.iter().any(|word| SOFT.contains(&word.as_str()))
        && !has_any(&text.to_ascii_lowercase(), &["could not", "not able to"]);
    let path = context.failure_around(call);
    // A value of a failure: `info!("...", error = %e)` in the arm that caught it.
    let carries = call.mentions.iter().any(|mention| {
        matches!(
            mention.name.as_str(),
            "e" | "err" | "error" | "exc" | "ex" | "exception" | "format_exc" | "exc_info"
        )
    });
    let expected = path.is_some_and(|scope| expected(context.text(scope.text)));
    let wrong = match (path.is_some(), fails) {
        (true, true) => !soft && !expected,
        (true, false) => carries && !soft && !expected,
        (false, true) => !soft && begins_failing(text),
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

/// Exceptions that are part of the normal course.
fn expected(types: &str) -> bool {
    has_any(
        types,
        &[
            "KeyError",
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
                " failed:",
            ],
        )
}
