//! The six rules over [`LogCall`](crate::call::LogCall)s.

pub(crate) mod in_loop;
pub(crate) mod level;
pub(crate) mod print;
pub(crate) mod secret;
mod types;
pub(crate) mod unstructured;

use crate::call::{Api, LogCall};
use crate::context::Context;
use crate::finding::Hit;
use crate::project::Role;

/// What the rules know of a file beside its text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setting<'p> {
    /// Relative path.
    pub path: &'p str,
    /// What the file is for.
    pub role: Role,
    /// Part of a package that serves.
    pub service: bool,
    /// Report what is set aside by judgement, too.
    pub strict: bool,
}

/// Runs the line-level rules over one file.
pub(crate) fn run(context: &Context<'_>, setting: Setting<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    if setting.role.is_exempt() {
        return hits;
    }
    for call in &context.facts.calls {
        if context.in_test(call) {
            continue;
        }
        if call.api == Api::Print {
            hits.extend(print::check(context, setting, call));
            continue;
        }
        hits.extend(secret::check(context, setting, call));
        if matches!(call.api, Api::Instrument | Api::TracingSpan) {
            continue;
        }
        hits.extend(unstructured::check(context, call));
        hits.extend(level::check(context, setting, call));
        hits.extend(in_loop::check(context, setting, call));
    }
    hits
}

/// How a call is named in a message.
fn shown(call: &LogCall) -> &str {
    call.callee.as_str()
}
