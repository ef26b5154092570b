//! A context is put together once and rendered while that happens.
#![allow(
    single_use_lifetimes,
    reason = "the form without a name is not stable in `impl Trait`"
)]

use super::render::context_reserved;
use super::{Context, Inner, TraceContext};
use crate::encode::Value;
use crate::log::recorder;
use crate::testing;
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

/// Builds a [`Context`]; from [`Context::builder`].
#[must_use = "a builder does nothing until `build`"]
pub struct ContextBuilder {
    inner: Arc<Inner>,
}

impl ContextBuilder {
    pub(super) fn new() -> Self {
        let builder = Self {
            inner: super::spare::take(),
        };
        builder.with(|inner| {
            inner.capture = testing::current_capture();
            inner.recorder = recorder::new();
        })
    }

    /// The request's id, `request_id` on every line.
    pub fn request_id(self, id: impl AsRef<str>) -> Self {
        let id = id.as_ref();
        self.with(|inner| {
            let start = inner.base.bytes().len();
            super::bind::put(
                &mut inner.base,
                0,
                &Cow::Borrowed("request_id"),
                &Value::from(id),
            );
            // Found again in the rendered bytes, if it stands there as it is.
            let at = start + br#","request_id":""#.len();
            let range = at..at + id.len();
            let as_it_is = inner.base.bytes().get(range.clone()) == Some(id.as_bytes())
                && inner.base.bytes().len() == range.end + 1;
            inner.request_id = Some(if as_it_is {
                super::RequestId::At(range)
            } else {
                super::RequestId::Own(id.into())
            });
            inner.reserved |= context_reserved("request_id");
        })
    }

    /// Where the work stands in a distributed trace; `trace_id`, `span_id` and `trace_flags` on every line.
    pub fn trace(self, trace: TraceContext) -> Self {
        self.with(|inner| {
            let fields = [
                ("trace_id", trace.trace_id()),
                ("span_id", trace.span_id()),
                ("trace_flags", trace.flags_text()),
            ];
            for (key, value) in fields {
                // Hex digits: nothing to escape and nothing to hide.
                let mut quoted = [b'"'; 34];
                if let Some(room) = quoted.get_mut(1..=value.len()) {
                    room.copy_from_slice(value.as_bytes());
                    inner.base.set(key, &quoted[..value.len() + 2]);
                }
                inner.reserved |= context_reserved(key);
            }
            inner.trace = Some(trace);
        })
    }

    /// A field of every line of this context. A later value for the same key takes the place of the earlier one; a
    /// reserved key is kept as `field_<key>`.
    pub fn field<'v>(self, key: impl Into<Cow<'static, str>>, value: impl Into<Value<'v>>) -> Self {
        let (key, value) = (key.into(), value.into());
        self.with(|inner| super::bind::put(&mut inner.base, inner.reserved, &key, &value))
    }

    /// The finished context.
    #[must_use]
    pub fn build(self) -> Context {
        Context(self.inner)
    }

    #[inline]
    fn with(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        // Unique until `build` hands it out.
        if let Some(inner) = Arc::get_mut(&mut self.inner) {
            change(inner);
        }
        self
    }
}

impl fmt::Debug for ContextBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ContextBuilder").finish_non_exhaustive()
    }
}
