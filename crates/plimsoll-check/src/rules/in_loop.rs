//! PL006: one line per item of a data-sized loop on the normal path.

use super::{Setting, shown};
use crate::call::{Level, LogCall};
use crate::context::{Context, is_alarm};
use crate::finding::{Check, Hit};
use crate::scope::{Exit, LoopKind};
use crate::words::has_word;

pub(crate) fn check(context: &Context<'_>, setting: Setting<'_>, call: &LogCall) -> Option<Hit> {
    let around = context.loop_around(call)?;
    let rare = around.conditional && (set_aside(context, call, around.each) || faulty(call));
    let alarm = is_alarm(call.level) && around.conditional;
    let leaves = match exit_after(context, call, around.each) {
        Some(Exit::Break | Exit::Return | Exit::Raise | Exit::Process) => true,
        Some(Exit::Continue) | None => false,
    };
    let set_up = has_word(&call.message.text, SET_UP)
        && crate::loops::configured(context.source, context.facts.scopes.get(around.scope));
    let counted = !set_up
        && !has_word(&call.message.text, &["retry", "retrying"])
        && around.kind == LoopKind::Data
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

/// What is said of the parts of a program while they are put together.
const SET_UP: &[&str] = &[
    "setting",
    "loading",
    "loaded",
    "registering",
    "registered",
    "starting",
    "started",
    "initializing",
    "initialized",
    "enabling",
    "enabled",
    "configuring",
    "configured",
    "adding",
    "mounting",
    "mounted",
    "listening",
    "using",
    "spawning",
];

/// An item that is passed over, and a text that says why: not the normal path.
fn set_aside(context: &Context<'_>, call: &LogCall, each: bool) -> bool {
    exit_after(context, call, each) == Some(Exit::Continue)
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
                "disabled",
                "excluded",
                "denied",
                "stale",
                "expired",
                "duplicate",
                "outdated",
                "unavailable",
                "lacks",
                "isn",
                "doesn",
                "didn",
                "wasn",
            ],
        )
}

/// In a closure that is run for each item a `return` begins the next round.
fn exit_after(context: &Context<'_>, call: &LogCall, each: bool) -> Option<Exit> {
    match context.exit_after(call) {
        Some(Exit::Return) if each => Some(Exit::Continue),
        other => other,
    }
}

/// A case that should not be: not the normal path either, whatever follows.
fn faulty(call: &LogCall) -> bool {
    has_word(
        &call.message.text,
        &[
            "invalid",
            "unexpected",
            "malformed",
            "corrupt",
            "failed",
            "failure",
            "error",
            "unable",
            "cannot",
            "couldn",
            "unknown",
        ],
    )
}
