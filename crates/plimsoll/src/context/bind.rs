//! Adding a field to a context, while it is built or when others share it already.
#![allow(
    single_use_lifetimes,
    reason = "the form without a name is not stable in `impl Trait`"
)]

use super::Context;
use super::key::Key;
use super::render::{Rendered, context_reserved};
use crate::encode::{Value, cut, escape};
use crate::redact::{KeyVerdict, Redactor, process};
use std::borrow::Cow;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;

/// Bytes of one bound value that are kept: it is copied into every line of the request.
const VALUE_LIMIT: usize = 2048;
/// Bytes of it that are looked at, so that a secret at the cut is seen whole.
const LOOKED_AT: usize = 16 * 1024;

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
        let (key, value) = (key.into(), value.into());
        self.change(|rendered| put(rendered, self.0.reserved, &key, &value));
    }

    /// Takes a field away again; nothing happens if there is none, or if the key is the context's own.
    pub fn unbind(&self, key: &str) {
        if self.0.reserved & context_reserved(key) != 0 {
            return;
        }
        let mut escaped = Vec::new();
        escape::escape(&mut escaped, key);
        self.change(|rendered| rendered.remove(&escaped));
    }

    fn change(&self, change: impl FnOnce(&mut Rendered)) {
        let mut bound = self.0.bound.write().unwrap_or_else(PoisonError::into_inner);
        change(bound.get_or_insert_with(|| Box::new(self.0.base.clone())));
        // Readers look at this before they take the lock; the lock orders the rest.
        self.0.generation.fetch_add(1, Ordering::Release);
    }
}

/// Renders a field, redacted or cut if need be, and adds it; a key of `held` (bits of reserved keys) is kept as
/// `field_<key>`.
#[expect(
    clippy::ptr_arg,
    reason = "what is known of a key is remembered for a static one only"
)]
#[inline]
pub(super) fn put(rendered: &mut Rendered, held: u8, key: &Cow<'static, str>, value: &Value<'_>) {
    let done = match key {
        Cow::Borrowed(name) => Key::with(name, |redactor, known| {
            let free = known.reserved & held == 0;
            if free {
                let (hash, opening) = (known.hash, known.opening());
                match value {
                    Value::String(text) => rendered.append(hash, opening, 1, |out| {
                        write_text(redactor, known.verdict, text, out);
                    }),
                    other => rendered.append(hash, opening, 0, |out| {
                        write_other(redactor, known.verdict, other, out);
                    }),
                }
            }
            free
        }),
        Cow::Owned(_) => None,
    };
    if done != Some(true) {
        process::with(|redactor| put_other(redactor, rendered, held, key, value));
    }
}

/// A key that is not remembered.
#[cold]
fn put_other(redactor: &Redactor, rendered: &mut Rendered, held: u8, key: &str, value: &Value<'_>) {
    let mut bytes = Vec::new();
    match value {
        Value::String(text) => {
            bytes.push(b'"');
            write_text(redactor, redactor.key(key), text, &mut bytes);
        }
        other => write_other(redactor, redactor.key(key), other, &mut bytes),
    }
    if context_reserved(key) & held == 0 {
        rendered.set(key, &bytes);
    } else {
        rendered.set(&format!("field_{key}"), &bytes);
    }
}

/// Appends a string with the quote that closes it.
#[inline]
fn write_text(redactor: &Redactor, verdict: KeyVerdict, text: &str, out: &mut Vec<u8>) {
    if text.len() <= VALUE_LIMIT {
        match redactor.value(verdict, text) {
            None => escape::escape(out, text),
            Some(redacted) => escape::escape(out, &redacted),
        }
    } else {
        long(redactor, verdict, text, out);
    }
    out.push(b'"');
}

#[inline(never)]
fn write_other(redactor: &Redactor, verdict: KeyVerdict, value: &Value<'_>, out: &mut Vec<u8>) {
    match value {
        Value::Null | Value::Bool(_) => value.write(out),
        number => match redactor.number(verdict) {
            None => number.write(out),
            Some(marker) => escape::string(out, &marker),
        },
    }
}

#[cold]
fn long(redactor: &Redactor, verdict: KeyVerdict, text: &str, out: &mut Vec<u8>) {
    let seen = cut(text, LOOKED_AT);
    let redacted = redactor.value(verdict, seen);
    let safe = redacted.as_deref().unwrap_or(seen);
    let short = cut(safe, VALUE_LIMIT);
    escape::escape(out, short);
    if short.len() < safe.len() {
        out.extend_from_slice("…".as_bytes());
    }
}
