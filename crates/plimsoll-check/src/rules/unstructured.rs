//! PL003: values in the text instead of in fields.

use super::shown;
use crate::call::{Api, LogCall, MessageKind};
use crate::context::Context;
use crate::finding::{Check, Hit};

pub(crate) fn check(_context: &Context<'_>, call: &LogCall) -> Vec<Hit> {
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
        help: help(call),
        fix: call.fix.clone(),
    });
    hits
}

/// What to write, with the call's own names.
fn help(call: &LogCall) -> String {
    let mut names: Vec<&str> = Vec::new();
    for mention in &call.mentions {
        let plain = mention
            .name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if plain && !mention.name.is_empty() && !names.contains(&mention.name.as_str()) {
            names.push(&mention.name);
        }
    }
    names.truncate(3);
    let event = "a constant event name";
    let fields = |each: &dyn Fn(&str) -> String| {
        names
            .iter()
            .map(|name| each(name))
            .collect::<Vec<_>>()
            .join(", ")
    };
    if names.is_empty() {
        return format!("give the line {event} and put each value into a field of its own");
    }
    match call.api {
        Api::Log => format!(
            "write {event} and key-values: {}; \"...\"",
            fields(&|n| format!("{n}:%"))
        ),
        Api::Slog => format!(
            "write {event} and key-values: \"...\"; {}",
            fields(&|n| format!("\"{n}\" => %{n}"))
        ),
        Api::Logging => {
            format!(
                "write {event} and fields: extra={{{}}}",
                fields(&|n| format!("\"{n}\": {n}"))
            )
        }
        Api::Structlog | Api::Loguru => format!(
            "write {event} and fields: {}",
            fields(&|n| format!("{n}={n}"))
        ),
        _ => format!(
            "write {event} and fields: {}, \"...\"",
            fields(&|n| format!("{n} = %{n}"))
        ),
    }
}
