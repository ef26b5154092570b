//! A span's fields, rendered once with those of its parents; and the context in which it was made.

use super::{guarded, shrink, values};
use crate::context::render::Rendered;
use crate::context::{Context, current};
use crate::encode::{escape, value};
use crate::redact::{KeyVerdict, Redactor};
use std::cell::RefCell;
use std::error::Error;
use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use tracing::Metadata;
use tracing::field::{Field, Visit};

/// What Plimsoll keeps about a span.
pub(crate) struct SpanFields {
    /// Restored whenever the span is entered.
    pub(crate) context: Option<Context>,
    parent: Option<Arc<Self>>,
    /// Its own fields, and those of its parents that it does not shadow.
    first: Rendered,
    /// How many of `first` are its own.
    own_count: usize,
    /// Its own fields once something was recorded later.
    own: RwLock<Option<Box<Rendered>>>,
    /// What holds after something was recorded later, here or in a parent, and for which number of changes.
    later: RwLock<Option<(u32, Box<Rendered>)>>,
    /// Changes in the whole tree of spans; those before this span was made do not concern it.
    changes: Arc<AtomicU32>,
    changes_before: u32,
}

impl SpanFields {
    pub(crate) fn new(own: Rendered, parent: Option<Arc<Self>>) -> Self {
        let changes = parent
            .as_ref()
            .map_or_else(Arc::default, |parent| Arc::clone(&parent.changes));
        let changes_before = changes.load(Ordering::Acquire);
        let own_count = own.fields().count();
        let mut first = own;
        if let Some(parent) = &parent {
            parent.with(|outer| first.inherit(outer));
        }
        Self {
            context: Context::current(),
            parent,
            first,
            own_count,
            own: RwLock::new(None),
            later: RwLock::new(None),
            changes,
            changes_before,
        }
    }

    /// Looks at the fields as they are now.
    #[inline]
    pub(crate) fn with<R>(&self, look: impl FnOnce(&Rendered) -> R) -> R {
        let changes = self.changes.load(Ordering::Acquire);
        if changes == self.changes_before {
            return look(&self.first);
        }
        self.with_later(changes, look)
    }

    #[cold]
    fn with_later<R>(&self, changes: u32, look: impl FnOnce(&Rendered) -> R) -> R {
        if let Some((known, fields)) = &*self.later.read().unwrap_or_else(PoisonError::into_inner)
            && *known == changes
        {
            return look(fields);
        }
        let mut fields = Box::new(self.own());
        let mut outer = self.parent.as_deref();
        while let Some(span) = outer {
            fields.inherit(&span.own());
            outer = span.parent.as_deref();
        }
        let result = look(&fields);
        *self.later.write().unwrap_or_else(PoisonError::into_inner) = Some((changes, fields));
        result
    }

    fn own(&self) -> Rendered {
        if let Some(own) = &*self.own.read().unwrap_or_else(PoisonError::into_inner) {
            return Rendered::clone(own);
        }
        let mut own = Rendered::new();
        for field in self.first.fields().take(self.own_count) {
            own.set_escaped(field.key, field.value);
        }
        own
    }

    /// Adds what was recorded after the span was made.
    pub(crate) fn record(&self, fields: &Rendered) {
        let mut own = self.own();
        for field in fields.fields() {
            own.set_escaped(field.key, field.value);
        }
        *self.own.write().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(own));
        self.changes.fetch_add(1, Ordering::Release);
    }
}

/// Renders the fields of a span.
pub(crate) struct SpanVisitor<'a> {
    pub(crate) redactor: &'a Redactor,
    pub(crate) fields: Rendered,
    buffer: String,
    value: Vec<u8>,
}

impl<'a> SpanVisitor<'a> {
    pub(crate) const fn new(redactor: &'a Redactor) -> Self {
        Self {
            redactor,
            fields: Rendered::new(),
            buffer: String::new(),
            value: Vec::new(),
        }
    }

    fn set(&mut self, key: &str, write: impl FnOnce(&mut Self, KeyVerdict)) {
        let verdict = self.redactor.key(key);
        self.value.clear();
        write(self, verdict);
        self.value = shrink::short(std::mem::take(&mut self.value));
        self.fields.set(key, &self.value);
    }

    fn number(&mut self, field: &Field, write: impl FnOnce(&mut Vec<u8>)) {
        self.set(field.name(), |this, verdict| {
            match this.redactor.number(verdict) {
                None => write(&mut this.value),
                Some(marker) => {
                    this.value.push(b'"');
                    values::text(this.redactor, KeyVerdict::CLEAN, &marker, &mut this.value);
                }
            }
        });
    }

    fn shown(&mut self, key: &str, shown: &dyn fmt::Debug) {
        self.set(key, |this, verdict| {
            this.value.push(b'"');
            let (buffer, value) = (&mut this.buffer, &mut this.value);
            if guarded::run(|| values::debug(this.redactor, verdict, shown, buffer, value)).is_err()
            {
                this.value.clear();
                escape::string(&mut this.value, values::PANICKED);
            }
        });
    }

    /// A declared field without a value is null until one is recorded.
    pub(crate) fn fill_absent(&mut self, metadata: &Metadata<'_>) {
        for field in metadata.fields() {
            if !self.fields.has(field.name()) {
                self.fields.set(field.name(), b"null");
            }
        }
    }
}

impl Visit for SpanVisitor<'_> {
    fn record_str(&mut self, field: &Field, text: &str) {
        self.set(field.name(), |this, verdict| {
            this.value.push(b'"');
            values::text(this.redactor, verdict, text, &mut this.value);
        });
    }

    fn record_i64(&mut self, field: &Field, number: i64) {
        self.number(field, |out| value::integer(out, number));
    }

    fn record_u64(&mut self, field: &Field, number: u64) {
        self.number(field, |out| value::integer(out, number));
    }

    fn record_i128(&mut self, field: &Field, number: i128) {
        self.number(field, |out| value::integer(out, number));
    }

    fn record_u128(&mut self, field: &Field, number: u128) {
        self.number(field, |out| value::integer(out, number));
    }

    fn record_f64(&mut self, field: &Field, number: f64) {
        self.number(field, |out| value::float(out, number));
    }

    fn record_bool(&mut self, field: &Field, truth: bool) {
        self.set(field.name(), |this, _| {
            value::boolean(&mut this.value, truth);
        });
    }

    fn record_bytes(&mut self, field: &Field, bytes: &[u8]) {
        self.record_str(field, &String::from_utf8_lossy(bytes));
    }

    fn record_error(&mut self, field: &Field, error: &(dyn Error + 'static)) {
        self.shown(field.name(), &format_args!("{error}"));
        if error.source().is_some() {
            self.set(&format!("{}_chain", field.name()), |this, _| {
                let verdict = this.redactor.key(field.name());
                this.value.push(b'[');
                let (buffer, value) = (&mut this.buffer, &mut this.value);
                if guarded::run(|| values::chain(this.redactor, verdict, error, buffer, value))
                    .is_err()
                {
                    this.value.truncate(1);
                    escape::string(&mut this.value, values::PANICKED);
                }
                this.value.push(b']');
            });
        }
    }

    fn record_debug(&mut self, field: &Field, shown: &dyn fmt::Debug) {
        self.shown(field.name(), shown);
    }
}

/// A span that this thread is in.
struct Inside {
    owner: usize,
    id: u64,
    fields: Arc<SpanFields>,
    /// The context that was made current with it.
    token: Option<u64>,
}

thread_local! {
    static STACK: RefCell<Vec<Inside>> = const { RefCell::new(Vec::new()) };
}

/// This thread enters a span: its fields and its context hold.
pub(crate) fn enter(owner: usize, id: u64, fields: Arc<SpanFields>) {
    let token = fields.context.clone().map(current::enter);
    let _ = STACK.try_with(|stack| {
        stack.borrow_mut().push(Inside {
            owner,
            id,
            fields,
            token,
        });
    });
}

/// This thread leaves a span, wherever it stands among those it is in.
pub(crate) fn exit(owner: usize, id: u64) {
    let inside = STACK.try_with(|stack| {
        let mut stack = stack.borrow_mut();
        let at = stack
            .iter()
            .rposition(|inside| inside.id == id && inside.owner == owner)?;
        Some(stack.remove(at))
    });
    // Dropped outside of the borrow: a span's last owner may run code of its own.
    if let Ok(Some(Inside {
        token: Some(token), ..
    })) = inside
    {
        current::leave(token);
    }
}

/// The innermost span of that `configure()` that this thread is in.
#[inline]
pub(crate) fn innermost(owner: usize) -> Option<Arc<SpanFields>> {
    STACK
        .try_with(|stack| {
            let stack = stack.borrow();
            if stack.is_empty() {
                return None;
            }
            stack
                .iter()
                .rev()
                .find(|inside| inside.owner == owner)
                .map(|inside| Arc::clone(&inside.fields))
        })
        .ok()
        .flatten()
}
