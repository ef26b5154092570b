//! One event becomes one line: head, message, fields, context, the service's own fields.

use super::Logging;
use super::plan::Plan;
use super::scratch::Scratch;
use super::visit::Visitor;
use crate::context::current;
use crate::context::render::Rendered;
use crate::encode::timestamp;
use tracing::Event;

/// Renders `event` into `scratch.line`, one canonical JSON object without a newline.
pub(crate) fn event(logging: &Logging, plan: &Plan, event: &Event<'_>, scratch: &mut Scratch) {
    let out = &mut scratch.line;
    out.clear();
    out.extend_from_slice(&timestamp::head());
    out.extend_from_slice(&plan.opening);
    let message_at = out.len();
    let mut visitor = Visitor {
        plan,
        out,
        text: &mut scratch.text,
        renamed: plan.context_reserved
            & current::with(|context| context.map_or(0, |context| context.reserved())),
        seen: 0,
    };
    event.record(&mut visitor);
    let seen = visitor.seen;
    if plan.message.is_none_or(|index| seen & (1 << index) == 0) {
        out.splice(message_at..message_at, plan.fallback.iter().copied());
    }
    let missing = plan.written & !seen;
    if missing != 0 {
        absent(plan, missing, out);
    }
    current::with(|context| {
        if let Some(context) = context {
            context.with_rendered(|fields| add(plan, fields, out));
        }
    });
    add(plan, &logging.fields, out);
    out.push(b'}');
}

/// A declared field without a value is null.
#[cold]
fn absent(plan: &Plan, missing: u128, out: &mut Vec<u8>) {
    for (index, field) in plan.fields.iter().enumerate() {
        if missing & 1_u128.checked_shl(index as u32).unwrap_or(0) != 0
            && plan.message != Some(index)
        {
            out.extend_from_slice(&field.key[..field.key.len() - 1]);
            out.extend_from_slice(b"null");
        }
    }
}

/// Copies rendered fields, but for those that the event has itself.
#[inline]
fn add(plan: &Plan, fields: &Rendered, out: &mut Vec<u8>) {
    if fields.mask() & plan.mask == 0 {
        out.extend_from_slice(fields.bytes());
        return;
    }
    for field in fields.fields() {
        let shadowed = plan.fields.iter().any(|planned| {
            planned.hash == field.hash && !planned.shadowed && planned.name.as_bytes() == field.key
        });
        if !shadowed {
            out.extend_from_slice(field.whole);
        }
    }
}
