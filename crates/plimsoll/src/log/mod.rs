//! A `tracing` event becomes one JSON line.
//!
//! `Logging::event` is the whole way of an event; each stage has its file.

mod bridge;
pub(crate) mod console;
mod guarded;
mod keeper;
mod layer;
mod levels;
mod limit;
mod merge;
mod output;
mod panic;
mod plan;
mod plans;
pub(crate) mod recorder;
mod render;
mod scratch;
mod shrink;
mod span;
mod tally;
mod values;
mod visit;

pub use layer::LogLayer;
pub use levels::{
    DEFAULT_TIME_TO_LIVE, DirectiveError, Directives, LONGEST_TIME_TO_LIVE, LevelChange,
    LevelControl, LevelError, LevelOverride, LevelReport, LogFilter, parse_level,
};

pub(crate) use levels::Levels;
pub(crate) use limit::Rate;
pub(crate) use output::Output;

use crate::context::render::Rendered;
use crate::encode::Line;
use crate::redact::Redactor;
use crate::sink::{LINE_MAX, LINE_ROOM};
use plan::Plan;
use plans::{Known, Plans};
use recorder::RecorderOptions;
use render::Parent;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};
use tracing::{Event, Level};

/// The longest line that is rendered; what is left of the sinks' limit is room for marks.
pub(crate) const LINE_LIMIT: usize = LINE_MAX - LINE_ROOM;

/// What `configure()` decides about log lines.
pub(crate) struct Options {
    pub(crate) start: Directives,
    pub(crate) redactor: Arc<Redactor>,
    /// Fields of every line.
    pub(crate) fields: Rendered,
    pub(crate) rate: Rate,
    pub(crate) error_rate: Rate,
    pub(crate) recorder: Option<RecorderOptions>,
    pub(crate) output: Output,
}

/// Everything that one `configure()` decided about log lines, and what became of them.
pub(crate) struct Logging {
    /// Tells this one's callsite plans and spans from another's.
    id: usize,
    me: Weak<Self>,
    plans: Plans,
    pub(crate) levels: Levels,
    rate: Rate,
    error_rate: Rate,
    keeper: keeper::Keeper,
    tally: tally::Tally,
    fields: Rendered,
    redactor: Arc<Redactor>,
    output: Output,
}

impl Logging {
    pub(crate) fn new(options: Options) -> Arc<Self> {
        static NEXT: AtomicUsize = AtomicUsize::new(1);
        let recorded = options
            .recorder
            .as_ref()
            .map(|recorder| recorder.directives.clone());
        let logging = Arc::new_cyclic(|me| Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            me: Weak::clone(me),
            plans: Plans::default(),
            levels: Levels::new(options.start, recorded),
            rate: options.rate,
            error_rate: options.error_rate,
            keeper: keeper::Keeper::default(),
            tally: tally::Tally::default(),
            fields: options.fields,
            redactor: options.redactor,
            output: options.output,
        });
        if let Some(recorder) = options.recorder {
            recorder::set(recorder, &logging);
        }
        logging
    }

    /// The way of an event: its callsite's plan, then level and limit, then rendering with redaction, then the sinks.
    #[inline]
    pub(crate) fn event(&self, event: &Event<'_>, parent: impl FnOnce() -> Parent) {
        let callsite = std::ptr::from_ref(event.metadata()).addr();
        match Plans::known(self.id, callsite) {
            Some(known) => self.decide(known, event, parent),
            None => self.plan(callsite, event, parent),
        }
    }

    /// The first event of a callsite on this thread.
    #[inline(never)]
    fn plan(&self, callsite: usize, event: &Event<'_>, parent: impl FnOnce() -> Parent) {
        let metadata = event.metadata();
        let known = self.plans.get(self.id, callsite, |_| {
            let rate = self.rate_of(*metadata.level());
            Box::leak(Box::new(Plan::new(metadata, &self.redactor, rate)))
        });
        self.decide(known, event, parent);
    }

    /// Level and limit. What writes or records stands apart, so that a suppressed event pays nothing for it.
    #[inline(always)]
    fn decide(&self, known: Known, event: &Event<'_>, parent: impl FnOnce() -> Parent) {
        let plan = known.plan;
        if self.levels.only_recorded(plan) {
            if recorder::is_recording() {
                self.recorded(plan, event, parent);
            }
        } else if known.is_admitted() {
            self.written(plan, event, parent);
        } else {
            tally::suppressed(self, plan);
        }
    }

    /// An event for the flight recorder alone.
    #[inline(never)]
    fn recorded(&self, plan: &Plan, event: &Event<'_>, parent: impl FnOnce() -> Parent) {
        let parent = parent();
        recorder::record(plan.level, |scratch| {
            render::event(self, plan, parent, |visitor| event.record(visitor), scratch);
        });
    }

    /// An event that is written.
    #[inline(never)]
    fn written(&self, plan: &Plan, event: &Event<'_>, parent: impl FnOnce() -> Parent) {
        let parent = parent();
        self.tally.count(self, plan);
        scratch::with(|scratch| {
            render::event(self, plan, parent, |visitor| event.record(visitor), scratch);
            self.write(plan.level, &scratch.line);
        });
    }

    /// The last step of a finished line. An error brings out what the flight recorder kept of its request or job.
    #[inline]
    fn write(&self, level: Level, line: &[u8]) {
        if level == Level::ERROR {
            recorder::fail_current("error");
        }
        self.output.push(level, line);
    }

    /// Writes a line of Plimsoll's own; no filter and no limit stops it.
    pub(crate) fn own_line(&self, level: Level, line: Line) {
        self.tally.count_own(level);
        self.output
            .push(level, &line.rendered(self.fields.bytes()).finish());
    }

    fn rate_of(&self, level: Level) -> Rate {
        if level == Level::ERROR {
            self.error_rate
        } else {
            self.rate
        }
    }

    /// Does what is due.
    fn keep(&self, now: Instant) {
        tally::tell_due(self, now);
        levels::end_overrides(self, now);
    }

    /// When something is due next.
    fn next_due(&self) -> Option<Instant> {
        self.tally
            .next_due()
            .into_iter()
            .chain(self.levels.overrides.next_end())
            .min()
    }

    /// Tells what was suppressed, then waits until everything is written, at most until `deadline`.
    pub(crate) fn flush(&self, deadline: Duration) -> bool {
        tally::tell_all(self);
        self.output.flush(deadline)
    }

    /// Tells what was suppressed, writes out what is left and stops, at most until `deadline`.
    pub(crate) fn shutdown(&self, deadline: Duration) {
        tally::tell_all(self);
        self.output.shutdown(deadline);
    }
}

/// Makes this one the process's: records of the `log` crate and panics become its lines.
pub(crate) fn install(logging: &Arc<Logging>) {
    bridge::install(logging);
    panic::install(logging);
}
