//! PL001: a print that tells an operator something from service or library code.

mod around;
mod content;
mod dialogue;
mod file;

use around::{ASKED, SHOWN, around};

use super::{Setting, shown};
use crate::call::{LogCall, MessageKind};
use crate::context::Context;
use crate::facts::Language;
use crate::finding::{Check, Hit};
use crate::project::Role;
use crate::words::has_any;

pub(crate) fn check(context: &Context<'_>, setting: Setting<'_>, call: &LogCall) -> Option<Hit> {
    let spared = spared(context, setting, call);
    if spared.is_some() && !setting.strict {
        return None;
    }
    let aside = spared
        .map(|why| format!(" (set aside by default: {why})"))
        .unwrap_or_default();
    Some(Hit {
        check: Check::Print,
        span: call.span,
        message: format!(
            "{} has no level, no fields and no time: no log pipeline can use it{aside}",
            shown(call)
        ),
        help: format!("use {} or the level that fits", remedy(context)),
        fix: None,
    })
}

/// A line of the library that the file imports; else of the one that the standard names.
fn remedy(context: &Context<'_>) -> &'static str {
    let imports = |marks: &[&str]| has_any(context.source, marks);
    match context.facts.language {
        Language::Rust if imports(&["tracing::"]) => TRACING,
        Language::Rust if imports(&["slog::", "use slog;"]) => {
            "slog::info!(log, \"event.name\"; \"key\" => %value)"
        }
        Language::Rust if imports(&["use log::", "use log;", " log::"]) => {
            "log::info!(key:% = value; \"event.name\")"
        }
        Language::Rust => TRACING,
        Language::Python if imports(&["import structlog", "from structlog"]) => {
            "log.info(\"event.name\", key=value)"
        }
        Language::Python if imports(&["from loguru", "import loguru"]) => {
            "logger.info(\"event.name\", key=value)"
        }
        Language::Python => "log.info(\"event.name\", extra={\"key\": value})",
    }
}

const TRACING: &str = "tracing::info!(key = %value, \"event.name\")";

/// Why a print is none of this rule's business.
pub(crate) fn spared(
    context: &Context<'_>,
    setting: Setting<'_>,
    call: &LogCall,
) -> Option<&'static str> {
    if call.message.kind == MessageKind::Missing
        && call.mentions.is_empty()
        && call.callee.contains("print")
        && !call.callee.contains("traceback")
    {
        return Some("empty");
    }
    if file::sink_file(setting.path) {
        return Some("log set-up or sink");
    }
    if file::one_off(setting.path) {
        return Some("one-off migration");
    }
    if context.allowed_by_attribute(
        call,
        &[
            "print_stdout",
            "print_stderr",
            "dbg_macro",
            "clippy::restriction",
            "disallowed_macros",
        ],
    ) {
        return Some("allowed by attribute");
    }
    // What was left behind while debugging is no output of a tool either.
    if context.facts.language == Language::Rust && call.callee == "dbg!" {
        return None;
    }
    let serves = dialogue::serves(context, call);
    if setting.role == Role::CommandLine && !serves {
        return Some("command line");
    }
    if context.facts.language == Language::Python && silenced(context, call) {
        return Some("noqa");
    }
    for (_, scope) in context.around(call) {
        if let Some(why) = around(context, call, scope) {
            // In a service nobody asked for what is shown.
            if why == SHOWN && setting.service || why == ASKED && serves {
                continue;
            }
            return Some(why);
        }
    }
    if context.facts.language == Language::Python && file::script(context) {
        return Some("script");
    }
    dialogue::leaves(context, call)
        .or_else(|| content::content(context, setting, call))
        .or_else(|| dialogue::dialogue(context, call))
}

/// `# noqa`, `# noqa: T201`, `# pylint: disable=print-...` on the line.
fn silenced(context: &Context<'_>, call: &LogCall) -> bool {
    let rest = &context.source[call.span.start as usize..];
    let end = call.span.end as usize - call.span.start as usize;
    let line_end = rest[end..].find('\n').map_or(rest.len(), |at| end + at);
    let text = &rest[..line_end];
    let Some(at) = text.find('#') else {
        return false;
    };
    let comment = &text[at..];
    let lower = comment.to_ascii_lowercase();
    lower.contains("noqa")
        && (!lower.contains("noqa:") || lower.contains("t2") || lower.contains("t001"))
        || lower.contains("disable=print")
        || lower.contains("disable=bad-builtin")
        || lower.contains("nolog")
}
