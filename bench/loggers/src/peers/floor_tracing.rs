//! The floor of whoever takes its events from `tracing`: the macros straight into the floor's encoder.

use std::cell::RefCell;
use std::fmt::Debug;
use std::sync::Arc;

use tracing_core::field::{Field, Visit};
use tracing_core::span::{Attributes, Current, Id, Record};
use tracing_core::{Event, Level, LevelFilter, Metadata, Subscriber};

use super::floor::{Line, Out, render};
use super::{Peer, Sink, tracing_events};
use crate::events::Request;

thread_local! {
    static CONTEXT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

struct Direct {
    out: Arc<Out>,
}

impl Subscriber for Direct {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= Level::INFO
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::INFO)
    }

    fn event(&self, event: &Event<'_>) {
        let level = match *event.metadata().level() {
            Level::ERROR => "error",
            Level::WARN => "warning",
            _ => "info",
        };
        CONTEXT.with_borrow(|context| {
            let fields = |line: &mut Line| event.record(&mut Fields(line));
            Line::make(level, fields, context, |line| self.out.write(line));
        });
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}

    fn current_span(&self) -> Current {
        Current::none()
    }
}

struct Fields<'a>(&'a mut Line);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        // The macros put the message first, so it lands where `event` belongs.
        if field.name() == "message" {
            self.0.event(format_args!("{value:?}"));
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.text(field.name(), value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.unsigned(field.name(), value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0.signed(field.name(), value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.0.float(field.name(), value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.0.boolean(field.name(), value);
    }
}

pub struct FloorTracing {
    out: Arc<Out>,
}

impl FloorTracing {
    pub fn new(sink: &Sink) -> Self {
        let out = Arc::new(Out::new(sink));
        let subscriber = Direct {
            out: Arc::clone(&out),
        };
        tracing::subscriber::set_global_default(subscriber).expect("one peer a process");
        Self { out }
    }
}

/// The context on this thread, until it is dropped.
pub struct Bound;

impl Drop for Bound {
    fn drop(&mut self) {
        CONTEXT.with_borrow_mut(Vec::clear);
    }
}

impl Peer for FloorTracing {
    type Scope = Bound;

    fn open(&self, request: &Request) -> Bound {
        CONTEXT.set(render(request));
        Bound
    }

    tracing_events!();

    fn flush(&mut self) {
        self.out.flush();
    }
}
