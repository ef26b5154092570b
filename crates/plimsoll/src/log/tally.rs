//! How many events there were, by level; which callsites were suppressed; whether there are levels at all.

use super::Logging;
use super::plan::Plan;
use super::{keeper, limit};
use crate::encode::{Line, line::level_name};
use crate::metrics::{Counter, catalogue};
use plimsoll_standard::Rule;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use tracing::Level;

/// How long suppressed calls are gathered before they are told: as long as a killed process may leave them untold.
const GATHER: Duration = Duration::from_secs(1);
/// After how many events a service that uses one level is told so (PL004).
const LEVELS_AFTER: u32 = 1000;

/// The counters of one `configure()`.
pub(crate) struct Tally {
    events: [Counter; 5],
    /// Callsites with suppressed calls that are not told yet, and when they are to be told.
    suppressed: Mutex<(Vec<&'static Plan>, Option<Instant>)>,
    levels: LevelsUsed,
}

/// Whether the first events were all at one level.
#[derive(Default)]
struct LevelsUsed {
    decided: AtomicBool,
    events: AtomicU32,
    seen: AtomicU8,
}

impl Default for Tally {
    fn default() -> Self {
        let levels = [
            Level::ERROR,
            Level::WARN,
            Level::INFO,
            Level::DEBUG,
            Level::TRACE,
        ];
        Self {
            events: levels.map(|level| catalogue().log_events.with([level_name(level)])),
            suppressed: Mutex::default(),
            levels: LevelsUsed::default(),
        }
    }
}

impl Tally {
    /// Counts an event that will be written.
    #[inline]
    pub(crate) fn count(&self, logging: &Logging, plan: &Plan) {
        self.events[index(plan.level)].inc();
        if !self.levels.decided.load(Ordering::Relaxed) {
            self.look_at_levels(logging, plan);
        }
    }

    #[cold]
    fn look_at_levels(&self, logging: &Logging, plan: &Plan) {
        if !plan.own && self.levels.is_violated(plan.level) {
            catalogue().violations.inc([Rule::NoLevels.id()]);
            let line = Line::new(Level::WARN, "standard.violation")
                .field("rule", Rule::NoLevels.id())
                .field("name", Rule::NoLevels.name())
                .field("events", LEVELS_AFTER)
                .field("all_at", level_name(plan.level));
            logging.own_line(Level::WARN, line);
        }
    }

    /// Counts a line of Plimsoll's own.
    pub(crate) fn count_own(&self, level: Level) {
        self.events[index(level)].inc();
    }

    /// When to come back: buckets are filled at every tick until what was suppressed is told.
    pub(crate) fn next_due(&self) -> Option<Instant> {
        let due = self
            .suppressed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .1?;
        Some(due.min(Instant::now() + limit::TICK))
    }
}

impl LevelsUsed {
    /// True once: when the last of the first events was at the only level there was.
    fn is_violated(&self, level: Level) -> bool {
        let bit = 1 << index(level);
        let seen = self.seen.fetch_or(bit, Ordering::Relaxed) | bit;
        let events = self.events.fetch_add(1, Ordering::Relaxed) + 1;
        if seen != bit {
            self.decided.store(true, Ordering::Relaxed);
            return false;
        }
        events >= LEVELS_AFTER && !self.decided.swap(true, Ordering::Relaxed)
    }
}

const fn index(level: Level) -> usize {
    match level {
        Level::ERROR => 0,
        Level::WARN => 1,
        Level::INFO => 2,
        Level::DEBUG => 3,
        Level::TRACE => 4,
    }
}

/// Counts a suppressed call.
#[inline]
pub(crate) fn suppressed(logging: &Logging, plan: &'static Plan) {
    if plan.bucket.suppress() {
        will_tell(logging, plan);
    }
}

#[cold]
fn will_tell(logging: &Logging, plan: &'static Plan) {
    {
        let mut suppressed = logging
            .tally
            .suppressed
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if !suppressed.0.iter().any(|known| std::ptr::eq(*known, plan)) {
            suppressed.0.push(plan);
        }
        suppressed.1.get_or_insert_with(|| Instant::now() + GATHER);
    }
    let kept = logging
        .me
        .upgrade()
        .is_some_and(|logging| keeper::wake(&logging));
    if !kept {
        // Nobody fills the bucket: calls ask for the time themselves, and it is told at the next flush.
        plan.bucket.nobody_fills();
    }
}

/// Fills the buckets of suppressed callsites, tells what is due.
pub(crate) fn tell_due(logging: &Logging, now: Instant) {
    let due = {
        let suppressed = logging
            .tally
            .suppressed
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        for plan in &suppressed.0 {
            plan.bucket.fill(limit::now());
        }
        suppressed.1
    };
    if due.is_some_and(|due| due <= now) {
        tell_all(logging);
    }
}

/// Writes one line for each callsite with suppressed calls.
pub(crate) fn tell_all(logging: &Logging) {
    let plans = {
        let mut suppressed = logging
            .tally
            .suppressed
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        suppressed.1 = None;
        std::mem::take(&mut suppressed.0)
    };
    for plan in plans {
        let count = plan.bucket.take_suppressed();
        if count == 0 {
            continue;
        }
        // Both at once, so that at any scrape events = written + dropped + suppressed.
        logging.tally.events[index(plan.level)].add(count);
        catalogue().log_suppressed.add([], count);
        catalogue().violations.inc([Rule::LogInLoop.id()]);
        let origin = &plan.origin;
        let callsite = match (&origin.file, origin.line) {
            (Some(file), Some(line)) => format!("{file}:{line}"),
            _ => origin.target.to_string(),
        };
        let line = Line::new(Level::WARN, "log.suppressed")
            .field("rule", Rule::LogInLoop.id())
            .field("callsite", callsite)
            .field("target", &*origin.target)
            .field("suppressed", count)
            .field("suppressed_level", level_name(plan.level));
        logging.own_line(Level::WARN, line);
    }
}
