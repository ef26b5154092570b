//! A `tracing` event becomes one JSON line.

pub(crate) mod bridge;
mod guarded;
mod keeper;
mod layer;
mod levels;
mod merge;
mod output;
mod plan;
mod plans;
mod render;
mod scratch;
mod shrink;
mod span;
mod values;
mod visit;

pub use layer::LogLayer;
pub(crate) use levels::Levels;
pub use levels::{
    DEFAULT_TIME_TO_LIVE, DirectiveError, Directives, LONGEST_TIME_TO_LIVE, LevelChange,
    LevelControl, LevelError, LevelOverride, LevelReport, LogFilter, parse_level,
};
pub(crate) use output::Output;

use crate::context::render::Rendered;
use crate::redact::Redactor;
use crate::sink::{LINE_MAX, LINE_ROOM};
use render::Parent;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;
use tracing::Event;

/// The longest line that is rendered; what is left of the sinks' limit is room for marks.
pub(crate) const LINE_LIMIT: usize = LINE_MAX - LINE_ROOM;

/// Everything that one `configure()` decided about log lines.
pub(crate) struct Logging {
    /// Tells this one's callsite plans from another's in the caches of a thread.
    id: usize,
    plans: plans::Plans,
    pub(crate) levels: Levels,
    keeper: keeper::Keeper,
    /// Fields of every line, as configured.
    fields: Rendered,
    redactor: Arc<Redactor>,
    output: Output,
}

impl Logging {
    pub(crate) fn new(
        levels: Levels,
        redactor: Arc<Redactor>,
        fields: Rendered,
        output: Output,
    ) -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(1);
        Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            plans: plans::Plans::default(),
            levels,
            keeper: keeper::Keeper::default(),
            fields,
            redactor,
            output,
        }
    }

    /// The way of an event: callsite plan, limits, rendering, sink.
    pub(crate) fn event(&self, event: &Event<'_>, parent: Parent) {
        let plan = self.plans.of(self.id, event.metadata(), &self.redactor);
        scratch::with(|scratch| {
            render::event(self, plan, parent, |visitor| event.record(visitor), scratch);
            self.output.push(plan.level, &scratch.line);
        });
    }

    /// Writes a line of Plimsoll's own; no filter and no limit stops it.
    pub(crate) fn own_line(&self, level: tracing::Level, line: crate::encode::Line) {
        self.output
            .push(level, &line.rendered(self.fields.bytes()).finish());
    }

    /// Does what is due; when to come back.
    fn keep(&self, now: Instant) -> Option<Instant> {
        levels::end_overrides(self, now)
    }

    /// When something is due next.
    fn next_due(&self) -> Option<Instant> {
        self.levels.overrides.next_end()
    }

    /// Waits until everything pushed so far is written, at most until `deadline`.
    pub(crate) fn flush(&self, deadline: std::time::Duration) -> bool {
        self.output.flush(deadline)
    }

    /// Writes out what is left and stops, at most until `deadline`.
    pub(crate) fn shutdown(&self, deadline: std::time::Duration) {
        self.output.shutdown(deadline);
    }
}
