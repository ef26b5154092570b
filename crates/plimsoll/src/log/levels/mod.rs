//! Which events are written: directives from start-up, changed at run time for a limited time.

mod control;
mod directives;
mod filter;
mod overrides;

pub(crate) use control::end_overrides;
pub use control::{
    DEFAULT_TIME_TO_LIVE, LONGEST_TIME_TO_LIVE, LevelChange, LevelControl, LevelError,
    LevelOverride, LevelReport,
};
pub use directives::{DirectiveError, Directives, parse_level};
pub use filter::LogFilter;
pub(crate) use overrides::Overrides;

use super::plan::Plan;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{PoisonError, RwLock};
use tracing::Metadata;
use tracing::level_filters::LevelFilter;

/// The levels of one `configure()`. Read on callsite registration and, beside other layers, per event.
#[derive(Debug)]
pub(crate) struct Levels {
    /// What start-up said.
    pub(crate) start: Directives,
    /// What holds now.
    now: RwLock<Directives>,
    /// What the flight recorder keeps beyond that.
    recorded: Option<Directives>,
    pub(crate) overrides: Overrides,
    /// Moves with each change, so that a callsite's plan knows its decision is old.
    generation: AtomicUsize,
}

impl Levels {
    pub(crate) fn new(start: Directives, recorded: Option<Directives>) -> Self {
        Self {
            now: RwLock::new(start.clone()),
            start,
            recorded,
            overrides: Overrides::default(),
            generation: AtomicUsize::new(1),
        }
    }

    /// Whether an event of this target and level is written now.
    pub(crate) fn writes(&self, target: &str, level: tracing::Level) -> bool {
        level
            <= self
                .now
                .read()
                .unwrap_or_else(PoisonError::into_inner)
                .of(target)
    }

    /// Whether the flight recorder wants it.
    pub(crate) fn records(&self, target: &str, level: tracing::Level) -> bool {
        self.recorded
            .as_ref()
            .is_some_and(|recorded| level <= recorded.of(target))
    }

    /// Whether anybody here wants it.
    pub(crate) fn wants(&self, metadata: &Metadata<'_>) -> bool {
        self.writes(metadata.target(), *metadata.level())
            || self.records(metadata.target(), *metadata.level())
    }

    /// Whether an event that came through the filter is for the flight recorder alone.
    #[inline]
    pub(crate) fn only_recorded(&self, plan: &Plan) -> bool {
        self.recorded.is_some() && !self.writes_plan(plan)
    }

    /// Remembered in the plan until the levels change.
    fn writes_plan(&self, plan: &Plan) -> bool {
        let generation = self.generation.load(Ordering::Relaxed);
        let known = plan.decision.load(Ordering::Relaxed);
        if known >> 1 == generation {
            return known & 1 == 1;
        }
        let writes = self.writes(&plan.origin.target, plan.level);
        plan.decision
            .store(generation << 1 | usize::from(writes), Ordering::Relaxed);
        writes
    }

    /// The least severe level that anybody here wants.
    pub(crate) fn most(&self) -> LevelFilter {
        let now = self
            .now
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .most();
        let recorded = self
            .recorded
            .as_ref()
            .map_or(LevelFilter::OFF, |recorded| recorded.most().into());
        recorded.max(now.into())
    }

    /// The level that holds for a target now.
    pub(crate) fn of(&self, target: &str) -> tracing::Level {
        self.now
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .of(target)
    }

    pub(crate) fn now(&self) -> Directives {
        self.now
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Lets the overrides that are left hold, and has every callsite ask again. Never call it from inside a callback of
    /// a subscriber: the callsite registry is locked there.
    pub(crate) fn apply(&self) {
        {
            // Read under the lock: of two changes at once the later one sees both.
            let mut now = self.now.write().unwrap_or_else(PoisonError::into_inner);
            *now = self.overrides.over(&self.start);
        }
        self.generation.fetch_add(1, Ordering::Relaxed);
        tracing_core::callsite::rebuild_interest_cache();
        // The `log` crate has one maximum for the process.
        super::bridge::follow(self.most());
    }
}
