//! PL006: one line per item of a data-sized loop on the normal path.

use super::{Setting, shown};
use crate::call::{Level, LogCall};
use crate::context::{Context, is_alarm};
use crate::finding::{Check, Hit};
use crate::scope::{Exit, LoopKind};
use crate::words::has_word;

pub(crate) fn check(context: &Context<'_>, setting: Setting<'_>, call: &LogCall) -> Option<Hit> {
    let around = context.loop_around(call)?;
    let rare = around.conditional && set_aside(context, call);
    let alarm = is_alarm(call.level) && around.conditional;
    let leaves = matches!(
        context.exit_after(call),
        Some(Exit::Break | Exit::Return | Exit::Raise | Exit::Process)
    );
    let counted = around.kind == LoopKind::Data
        && !around.failing
        && !around.throttled
        && !rare
        && !alarm
        && !leaves
        && call.level < Some(Level::Error);
    if !counted && !setting.strict {
        return None;
    }
    let line = context.facts.scopes.get(around.scope).text;
    let over = context
        .text(line)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    let over: String = over.chars().take(48).collect();
    let over = if over.is_empty() {
        "its loop".to_owned()
    } else {
        format!("`{over}`")
    };
    Some(Hit {
        check: Check::LogInLoop,
        span: call.span,
        message: format!(
            "{} writes one line for each round of {over}: as many lines as there are items",
            shown(call)
        ),
        help: "count inside the loop and write one line after it, with the count as a field"
            .to_owned(),
        fix: None,
    })
}

/// An item that is passed over, and a text that says why: not the normal path.
fn set_aside(context: &Context<'_>, call: &LogCall) -> bool {
    context.exit_after(call) == Some(Exit::Continue)
        && has_word(
            &call.message.text,
            &[
                "skip",
                "skipping",
                "skipped",
                "ignore",
                "ignoring",
                "ignored",
                "missing",
                "invalid",
                "unable",
                "failed",
                "cannot",
                "unknown",
                "unexpected",
                "no",
                "not",
                "error",
                "without",
                "already",
                "withholding",
                "bad",
                "empty",
                "none",
                "unsupported",
                "couldn",
            ],
        )
}
