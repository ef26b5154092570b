//! The `tracing` layer.

use super::Logging;
use super::render::Parent;
use super::span::{self, SpanFields, SpanVisitor};
use std::fmt;
use std::sync::Arc;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::LookupSpan;

/// Writes each event as one JSON line; from [`Builder::build`](crate::setup::Builder::build).
pub struct LogLayer {
    logging: Arc<Logging>,
}

impl LogLayer {
    pub(crate) const fn new(logging: Arc<Logging>) -> Self {
        Self { logging }
    }
}

/// What the registry keeps for this layer; the id tells it from another `configure()`'s.
struct Extension(Vec<(usize, Arc<SpanFields>)>);

impl LogLayer {
    fn fields<S>(&self, id: &Id, context: &Context<'_, S>) -> Option<Arc<SpanFields>>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        let span = context.span(id)?;
        let extensions = span.extensions();
        let Extension(all) = extensions.get::<Extension>()?;
        all.iter()
            .find(|(owner, _)| *owner == self.logging.id)
            .map(|(_, fields)| Arc::clone(fields))
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for LogLayer {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut visitor = SpanVisitor::new(&self.logging.redactor);
        attributes.record(&mut visitor);
        visitor.fill_absent(attributes.metadata());
        let Some(span) = context.span(id) else {
            return;
        };
        let parent = span
            .parent()
            .and_then(|parent| self.fields(&parent.id(), &context));
        let fields = Arc::new(SpanFields::new(visitor.fields, parent));
        let mut extensions = span.extensions_mut();
        match extensions.get_mut::<Extension>() {
            Some(Extension(all)) => all.push((self.logging.id, fields)),
            None => extensions.insert(Extension(vec![(self.logging.id, fields)])),
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let mut visitor = SpanVisitor::new(&self.logging.redactor);
        values.record(&mut visitor);
        if let Some(fields) = self.fields(id, &context) {
            fields.record(&visitor.fields);
        }
    }

    fn on_enter(&self, id: &Id, context: Context<'_, S>) {
        if let Some(fields) = self.fields(id, &context) {
            span::enter(self.logging.id, id.into_u64(), fields);
        }
    }

    fn on_exit(&self, id: &Id, _: Context<'_, S>) {
        span::exit(self.logging.id, id.into_u64());
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        self.logging.event(event, || {
            if event.is_contextual() {
                return Parent::Current;
            }
            let parent = event.parent();
            Parent::Explicit(parent.and_then(|parent| self.fields(parent, &context)))
        });
    }
}

impl fmt::Debug for LogLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogLayer").finish_non_exhaustive()
    }
}
