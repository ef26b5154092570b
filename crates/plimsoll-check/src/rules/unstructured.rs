//! PL003: values in the text instead of in fields.

use super::shown;
use crate::call::{Api, Embedded, LogCall, MessageKind};
use crate::context::Context;
use crate::finding::{Check, Hit};
use crate::words::has_any;

pub(crate) fn check(context: &Context<'_>, call: &LogCall) -> Vec<Hit> {
    let mut hits = Vec::new();
    let (check, message) = match call.message.kind {
        MessageKind::Values => (
            Check::Unstructured,
            format!(
                "{} puts values into the text, where no one can search or group by them",
                shown(call)
            ),
        ),
        MessageKind::Object => (
            Check::Unstructured,
            format!(
                "{} logs an object as its message, so every line has another text",
                shown(call)
            ),
        ),
        MessageKind::Lazy => (
            Check::LazyArgs,
            format!(
                "{} leaves its values to the text, where no one can search or group by them",
                shown(call)
            ),
        ),
        MessageKind::Static if call.fields.is_empty() => (
            Check::NoContext,
            format!(
                "{} has no field that tells which one it is about",
                shown(call)
            ),
        ),
        _ => return hits,
    };
    hits.push(Hit {
        check,
        span: call.span,
        message,
        help: help(context, call),
        fix: call.fix.clone(),
    });
    hits
}

/// What to write, with the call's own expressions.
fn help(context: &Context<'_>, call: &LogCall) -> String {
    let event = "a constant event name";
    let fields = fields(context, call);
    if fields.is_empty() {
        return format!("give the line {event} and put each value into a field of its own");
    }
    match dialect(context, call) {
        Dialect::Log => format!("write {event} and key-values: {fields}; \"...\""),
        Dialect::Slog => format!("write {event} and key-values: \"...\"; {fields}"),
        Dialect::Extra => format!("write {event} and fields: extra={{{fields}}}"),
        Dialect::Keywords => format!("write {event} and fields: {fields}"),
        Dialect::Tracing => format!("write {event} and fields: {fields}, \"...\""),
    }
}

/// How many fields a hint shows.
const SHOWN: usize = 4;

/// The fields that stand for the values in the text, in the library's own form.
fn fields(context: &Context<'_>, call: &LogCall) -> String {
    let dialect = dialect(context, call);
    let mut keys: Vec<String> = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    let mut shown: Vec<String> = Vec::new();
    for value in &call.embedded {
        if seen.contains(&value.value.as_str()) {
            continue;
        }
        seen.push(&value.value);
        let taken = |key: &String| {
            keys.contains(key) || call.fields.contains(key) || dialect.owns(key.as_str())
        };
        let owned = || format!("{}_{}", value.owner, value.key);
        let Some(key) = [
            Some(value.key.clone()),
            (!value.owner.is_empty()).then(owned),
            Some(format!("{}_value", value.key)),
        ]
        .into_iter()
        .flatten()
        .find(|key| !taken(key)) else {
            continue;
        };
        shown.push(dialect.field(&key, value));
        keys.push(key);
    }
    let more = shown.len() > SHOWN;
    shown.truncate(SHOWN);
    if more {
        shown.push("..".to_owned());
    }
    shown.join(", ")
}

/// How a library writes fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dialect {
    Tracing,
    Log,
    Slog,
    /// `logging`: `extra={..}`.
    Extra,
    /// `structlog`, `loguru`.
    Keywords,
}

fn dialect(context: &Context<'_>, call: &LogCall) -> Dialect {
    match call.api {
        Api::Log => Dialect::Log,
        Api::Slog => Dialect::Slog,
        Api::Logging => Dialect::Extra,
        Api::Structlog | Api::Loguru => Dialect::Keywords,
        // Both crates' macros have the same names: the imports tell.
        _ if !call.callee.contains("::") && imports_log(context.source) => Dialect::Log,
        _ => Dialect::Tracing,
    }
}

fn imports_log(source: &str) -> bool {
    has_any(source, &["use log::", "use log;", "extern crate log;"])
        && !has_any(source, &["use tracing::", "extern crate tracing;"])
}

impl Dialect {
    fn field(self, key: &str, value: &Embedded) -> String {
        let sigil = if value.debug { '?' } else { '%' };
        let text = &value.value;
        match self {
            Self::Tracing => value.tracing_field(key),
            Self::Log if key == text => format!("{key}:{sigil}"),
            Self::Log => format!("{key}:{sigil} = {text}"),
            Self::Slog => format!("\"{key}\" => {sigil}{text}"),
            Self::Extra => format!("\"{key}\": {text}"),
            Self::Keywords => format!("{key}={text}"),
        }
    }

    /// Names that cannot be a field's: those of a `LogRecord` raise, structlog's own stand for something else.
    fn owns(self, key: &str) -> bool {
        match self {
            Self::Extra => matches!(
                key,
                "args"
                    | "asctime"
                    | "created"
                    | "exc_info"
                    | "exc_text"
                    | "filename"
                    | "funcName"
                    | "levelname"
                    | "levelno"
                    | "lineno"
                    | "message"
                    | "module"
                    | "msecs"
                    | "msg"
                    | "name"
                    | "pathname"
                    | "process"
                    | "processName"
                    | "relativeCreated"
                    | "stack_info"
                    | "taskName"
                    | "thread"
                    | "threadName"
            ),
            Self::Keywords => matches!(
                key,
                "event"
                    | "level"
                    | "timestamp"
                    | "logger"
                    | "exc_info"
                    | "stack_info"
                    | "stacklevel"
                    | "positional_args"
                    | "msg"
                    | "extra"
            ),
            _ => false,
        }
    }
}
