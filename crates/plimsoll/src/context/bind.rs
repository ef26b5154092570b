//! Adding a field to a context that others may share already.
#![allow(
    single_use_lifetimes,
    reason = "the form without a name is not stable in `impl Trait`"
)]

use super::Context;
use super::redactor;
use super::render::{Rendered, context_reserved, is_reserved};
use crate::encode::{self, Value};
use std::borrow::Cow;
use std::cell::Cell;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;

/// Bytes of one bound value that are kept: it is copied into every line of the request.
const VALUE_LIMIT: usize = 2048;
/// Bytes of it that are looked at, so that a secret at the cut is seen whole.
const LOOKED_AT: usize = 16 * 1024;

thread_local! {
    static SCRATCH: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Adds a field to the current context: all later lines of everyone who shares it have it. Without a current context
/// nothing happens.
///
/// ```
/// let context = plimsoll::Context::builder().request_id("r-1").build();
/// let _entered = context.enter();
/// plimsoll::bind("user_id", 42);
/// tracing::info!("order.placed"); // has request_id and user_id
/// ```
pub fn bind<'v>(key: impl Into<Cow<'static, str>>, value: impl Into<Value<'v>>) {
    if let Some(context) = Context::current() {
        context.bind(key, value);
    }
}

impl Context {
    /// Adds a field to this context: all later lines of everyone who shares it have it.
    ///
    /// A later value for the same key takes the place of the earlier one. A reserved key (`timestamp`, `level`, `event`;
    /// `request_id`, `trace_id`, `span_id`, `trace_flags` while the context holds one) is kept as `field_<key>`.
    pub fn bind<'v>(&self, key: impl Into<Cow<'static, str>>, value: impl Into<Value<'v>>) {
        let key = key.into();
        let held = self.0.reserved & context_reserved(&key) != 0;
        let key = if held || is_reserved(&key) {
            Cow::Owned(format!("field_{key}"))
        } else {
            key
        };
        let value = value.into();
        render(&key, &value, |value| {
            self.change(|rendered| rendered.set(&key, value))
        });
    }

    /// Takes a field away again; nothing happens if there is none, or if the key is the context's own.
    pub fn unbind(&self, key: &str) {
        if self.0.reserved & context_reserved(key) != 0 {
            return;
        }
        let mut escaped = Vec::new();
        encode::escape::escape(&mut escaped, key);
        self.change(|rendered| rendered.remove(&escaped));
    }

    fn change(&self, change: impl FnOnce(&mut Rendered)) {
        let mut bound = self.0.bound.write().unwrap_or_else(PoisonError::into_inner);
        change(bound.get_or_insert_with(|| Box::new(self.0.base.clone())));
        // Readers look at this before they take the lock; the lock orders the rest.
        self.0.generation.fetch_add(1, Ordering::Release);
    }
}

/// Renders a value, redacted or cut if need be, without allocating per call.
pub(super) fn render(key: &Cow<'static, str>, value: &Value<'_>, take: impl FnOnce(&[u8])) {
    let mut bytes = SCRATCH.try_with(Cell::take).unwrap_or_default();
    bytes.clear();
    match value {
        Value::String(text) => redactor::with(|redactor| {
            let redacted = redactor.value(
                redactor::verdict(redactor, key),
                encode::cut(text, LOOKED_AT),
            );
            let safe = redacted.as_deref().unwrap_or(text);
            let short = encode::cut(safe, VALUE_LIMIT);
            bytes.push(b'"');
            encode::escape::escape(&mut bytes, short);
            bytes.extend_from_slice(
                if short.len() < safe.len() {
                    "…\""
                } else {
                    "\""
                }
                .as_bytes(),
            );
        }),
        Value::Null | Value::Bool(_) => value.write(&mut bytes),
        number => {
            redactor::with(
                |redactor| match redactor.number(redactor::verdict(redactor, key)) {
                    None => number.write(&mut bytes),
                    Some(marker) => encode::escape::string(&mut bytes, &marker),
                },
            )
        }
    }
    take(&bytes);
    let _ = SCRATCH.try_with(|scratch| scratch.set(bytes));
}
