//! One event becomes one line: head, message, fields, then what the spans, the context and the service add.

use super::Logging;
use super::guarded;
use super::merge::{Keys, Said};
use super::plan::Plan;
use super::scratch::Scratch;
use super::shrink;
use super::span::{self, SpanFields};
use super::values::PANICKED;
use super::visit::Visitor;
use crate::context::render::{NOTHING, Rendered};
use crate::context::{Context, current};
use crate::encode::{escape, timestamp};
use std::sync::Arc;
use tracing::field::Visit;

/// Whose fields a line carries.
pub(crate) enum Parent {
    /// Those of the innermost span that the thread is in.
    Current,
    /// Those of this span (`parent: &span`), or of none (`parent: None`).
    Explicit(Option<Arc<SpanFields>>),
}

/// Renders an event into `scratch.line`, one canonical JSON object without a newline. `record` hands its values to a
/// visitor; it is called again for what is left after a value panicked.
pub(crate) fn event(
    logging: &Logging,
    plan: &Plan,
    parent: Parent,
    record: impl Fn(&mut dyn Visit),
    scratch: &mut Scratch,
) {
    let (span, own_context) = parent.find(logging);
    let out = &mut scratch.line;
    begin(plan, out);

    // Few events say a key that a context may hold.
    let renamed = match plan.context_reserved {
        0 => 0,
        reserved => reserved & held(own_context.as_ref()),
    };
    let mut visitor = Visitor::new(plan, &logging.redactor, out, &mut scratch.buffer, renamed);
    values(plan, &mut visitor, record);
    let said = Said {
        plan,
        renamed,
        chains: visitor.chains,
        mask: plan.mask | visitor.chain_mask,
    };
    with_context(own_context.as_ref(), |context| match &span {
        None => rest(said, &NOTHING, context, &logging.fields, out),
        Some(span) => rest_in_span(said, span, context, &logging.fields, out),
    });
    end(out);
}

/// Renders a record of the `log` crate: its message, then its fields, then as an [`event`].
pub(crate) fn record(
    logging: &Logging,
    plan: &Plan,
    parent: Parent,
    message: impl Fn(&mut String, &mut Vec<u8>),
    fields: &Rendered,
    scratch: &mut Scratch,
) {
    let (span, own_context) = parent.find(logging);
    let out = &mut scratch.line;
    begin(plan, out);
    let message_at = out.len();
    if guarded::run(|| message(&mut scratch.buffer, out)).is_err() {
        out.truncate(message_at);
        escape::string(out, PANICKED);
    }
    let said = Said {
        plan,
        renamed: 0,
        chains: 0,
        mask: plan.mask,
    };
    with_fields(span.as_deref(), |spans| {
        with_context(own_context.as_ref(), |context| {
            let mut keys = Keys::of_event(said, context.map_or(0, Context::reserved));
            keys.add_record(fields, out);
            keys.add_all(spans, context, &logging.fields, out);
        });
    });
    end(out);
}

impl Parent {
    /// The span whose fields count, and its context if it was named.
    #[inline]
    fn find(self, logging: &Logging) -> (Option<Arc<SpanFields>>, Option<Context>) {
        match self {
            Self::Current => (span::innermost(logging.id), None),
            Self::Explicit(span) => {
                let context = span.as_ref().and_then(|span| span.context.clone());
                (span, context)
            }
        }
    }
}

#[inline(always)]
fn begin(plan: &Plan, out: &mut Vec<u8>) {
    out.clear();
    out.extend_from_slice(&timestamp::head());
    plan.opening.write(out);
}

#[inline]
fn end(out: &mut Vec<u8>) {
    out.push(b'}');
    if out.len() > super::LINE_LIMIT {
        shrink::shrink(out);
    }
}

#[inline]
fn with_fields<R>(span: Option<&SpanFields>, look: impl FnOnce(&Rendered) -> R) -> R {
    match span {
        None => look(&NOTHING),
        Some(span) => span.with(look),
    }
}

/// Message first, then the fields in their order, then null for those without a value.
#[inline]
fn values(plan: &Plan, visitor: &mut Visitor<'_>, record: impl Fn(&mut dyn Visit)) {
    let message_at = visitor.out.len();
    match plan.message {
        None => visitor.out.extend_from_slice(&plan.fallback),
        Some(0) => {}
        Some(index) => {
            let skipped = visitor.skipped();
            visitor.skip(!(1_u64.checked_shl(index as u32).unwrap_or(0)));
            guarded_record(visitor, &record);
            visitor.skip(skipped | !visitor.skipped());
            if visitor.out.len() == message_at {
                visitor.out.extend_from_slice(&plan.fallback);
            }
        }
    }
    guarded_record(visitor, &record);
    let missing = plan.written & !visitor.seen;
    if missing != 0 {
        absent(plan, missing, message_at, visitor);
    }
}

#[inline]
fn guarded_record(visitor: &mut Visitor<'_>, record: &impl Fn(&mut dyn Visit)) {
    // Each turn leaves out one field more.
    while guarded::run(|| record(visitor)).is_err() {
        visitor.replace_panicked();
    }
}

/// A declared field without a value is null; a message without one is the event's name.
#[cold]
fn absent(plan: &Plan, missing: u64, message_at: usize, visitor: &mut Visitor<'_>) {
    for (index, field) in plan.fields.iter().enumerate() {
        if missing & 1_u64.checked_shl(index as u32).unwrap_or(0) == 0 {
            continue;
        }
        if plan.message == Some(index) {
            if index == 0 {
                let fallback = plan.fallback.iter().copied();
                visitor.out.splice(message_at..message_at, fallback);
            }
            continue;
        }
        let key = if field.reserved & visitor.renamed == 0 {
            &field.key
        } else {
            &field.renamed
        };
        key.write(visitor.out);
        visitor.out.pop();
        visitor.out.extend_from_slice(b"null");
    }
}

#[inline(never)]
fn rest_in_span(
    said: Said<'_>,
    span: &SpanFields,
    context: Option<&Context>,
    service: &Rendered,
    out: &mut Vec<u8>,
) {
    span.with(|spans| rest(said, spans, context, service, out));
}

/// Adds what the event does not say itself. Nearly always no key comes twice, and all is copied.
#[inline(always)]
fn rest(
    said: Said<'_>,
    spans: &Rendered,
    context: Option<&Context>,
    service: &Rendered,
    out: &mut Vec<u8>,
) {
    let copied = match context {
        None => copy([spans, service], said.mask, out),
        Some(context) if spans.is_empty() => {
            context.with_rendered(|fields| copy([fields, service], said.mask, out))
        }
        Some(_) => false,
    };
    if !copied {
        merge(said, spans, context, service, out);
    }
}

/// Copies both unless they share a key with `mask` or each other.
#[inline]
fn copy(fields: [&Rendered; 2], mask: u64, out: &mut Vec<u8>) -> bool {
    let [first, second] = fields;
    let shared = (first.mask() & mask) | (second.mask() & (first.mask() | mask));
    if shared == 0 {
        out.extend_from_slice(first.bytes());
        if !second.is_empty() {
            out.extend_from_slice(second.bytes());
        }
    }
    shared == 0
}

#[inline(never)]
fn merge(
    said: Said<'_>,
    spans: &Rendered,
    context: Option<&Context>,
    service: &Rendered,
    out: &mut Vec<u8>,
) {
    Keys::of_event(said, context.map_or(0, Context::reserved))
        .add_all(spans, context, service, out);
}

/// Reserved keys that the context holds.
fn held(own_context: Option<&Context>) -> u8 {
    with_context(own_context, |context| context.map_or(0, Context::reserved))
}

#[inline]
fn with_context<R: Default>(own: Option<&Context>, look: impl FnOnce(Option<&Context>) -> R) -> R {
    match own {
        Some(context) => look(Some(context)),
        None => current::with(look),
    }
}
