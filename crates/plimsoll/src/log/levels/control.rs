//! Changing levels while the service runs.

use super::super::Logging;
use super::super::keeper;
use super::overrides::Override;
use crate::encode::{Line, line::level_name};
use crate::redact::redacted;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tracing::Level;

/// How long a change holds if nothing is said.
pub const DEFAULT_TIME_TO_LIVE: Duration = Duration::from_secs(15 * 60);
/// How long a change may hold.
pub const LONGEST_TIME_TO_LIVE: Duration = Duration::from_secs(24 * 60 * 60);
/// How many targets can have a level of their own at run time.
pub(super) const MOST: usize = 64;
const TARGET_LIMIT: usize = 256;

/// Reads and changes levels at run time; from [`Guard::level`](crate::Guard::level). Clones are one.
///
/// A change holds for a limited time and ends by itself, so that nobody leaves a service at debug. Errors can never be
/// silenced.
#[derive(Clone)]
pub struct LevelControl {
    logging: Arc<Logging>,
}

/// What a change did.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LevelChange {
    /// The level before, of the target or of everything else.
    pub old: Level,
    /// The level now.
    pub new: Level,
    /// The prefix of the targets it holds for; `None` for everything.
    pub target: Option<String>,
    /// How long it holds.
    pub time_to_live: Duration,
}

/// The levels that hold now.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LevelReport {
    /// The level for everything without a level of its own.
    pub level: Level,
    /// Targets, by prefix, with levels of their own; longest first.
    pub targets: Vec<(String, Level)>,
    /// What was set at run time and holds still.
    pub overrides: Vec<LevelOverride>,
}

/// A level set at run time.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LevelOverride {
    /// The prefix of the targets it holds for; `None` for everything.
    pub target: Option<String>,
    /// The level.
    pub level: Level,
    /// How long it still holds.
    pub remaining: Duration,
}

/// Why a change was refused. The message names the remedy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LevelError {
    /// Zero, or above the limit.
    #[error("ttl_seconds must be between 1 and {}", LONGEST_TIME_TO_LIVE.as_secs())]
    TimeToLive,
    /// Not a target.
    #[error("target must be 1 to {TARGET_LIMIT} characters, letters, digits and `_:.-/` only")]
    Target,
    /// Too many targets have a level of their own.
    #[error("{MOST} targets have a level set at run time already; end one, or wait until one ends")]
    TooMany,
}

impl LevelControl {
    pub(crate) const fn new(logging: Arc<Logging>) -> Self {
        Self { logging }
    }

    /// The levels that hold now.
    #[must_use]
    pub fn get(&self) -> LevelReport {
        let now = self.logging.levels.now();
        let moment = Instant::now();
        LevelReport {
            level: now.default_level(),
            targets: now
                .targets()
                .map(|(target, level)| (target.to_owned(), level))
                .collect(),
            overrides: self
                .logging
                .levels
                .overrides
                .list()
                .into_iter()
                .map(|held| LevelOverride {
                    target: held.target,
                    level: held.level,
                    remaining: held.ends.saturating_duration_since(moment),
                })
                .collect(),
        }
    }

    /// Lets `level` hold for the targets that begin with `target` (`None`: for everything), for `time_to_live` (`None`:
    /// 15 minutes; at most 24 hours), then what held before holds again. Leaves a `log.level_changed` line.
    ///
    /// Do not call it from a `tracing` layer's callback.
    ///
    /// # Errors
    /// [`LevelError`], and nothing is changed.
    pub fn set(
        &self,
        level: Level,
        target: Option<&str>,
        time_to_live: Option<Duration>,
    ) -> Result<LevelChange, LevelError> {
        let time_to_live = time_to_live.unwrap_or(DEFAULT_TIME_TO_LIVE);
        if time_to_live.is_zero() || time_to_live > LONGEST_TIME_TO_LIVE {
            return Err(LevelError::TimeToLive);
        }
        if target.is_some_and(|target| !is_target(target)) {
            return Err(LevelError::Target);
        }
        let levels = &self.logging.levels;
        let old = level_of(&self.logging, target);
        let added = levels.overrides.add(Override {
            target: target.map(str::to_owned),
            level,
            ends: Instant::now() + time_to_live,
        });
        if !added {
            return Err(LevelError::TooMany);
        }
        levels.apply();
        let change = LevelChange {
            old,
            new: level_of(&self.logging, target),
            target: target.map(str::to_owned),
            time_to_live,
        };
        let reason = Reason::Set(time_to_live);
        tell(&self.logging, target, old, change.new, reason);
        keeper::wake(&self.logging);
        Ok(change)
    }

    /// Ends before its time what was [set](Self::set) for `target` (`None`: all that was set). Leaves a
    /// `log.level_changed` line for each; what was not set needs no end.
    ///
    /// Do not call it from a `tracing` layer's callback.
    pub fn end(&self, target: Option<&str>) {
        let which = |held: &Override| target.is_none() || held.target.as_deref() == target;
        end_those(&self.logging, which, Reason::Revoked);
    }
}

/// Ends what was set at run time and has had its time.
pub(crate) fn end_overrides(logging: &Logging, now: Instant) {
    end_those(logging, |held| held.ends <= now, Reason::Ended);
}

fn end_those(logging: &Logging, which: impl Fn(&Override) -> bool, reason: Reason) {
    let ended: Vec<_> = logging
        .levels
        .overrides
        .take(which)
        .into_iter()
        .map(|held| (level_of(logging, held.target.as_deref()), held.target))
        .collect();
    if ended.is_empty() {
        return;
    }
    logging.levels.apply();
    for (old, target) in ended {
        let target = target.as_deref();
        tell(logging, target, old, level_of(logging, target), reason);
    }
}

/// Why a level has changed.
#[derive(Clone, Copy)]
enum Reason {
    /// Somebody set it, for this time.
    Set(Duration),
    /// It has had its time.
    Ended,
    /// Somebody ended it before.
    Revoked,
}

fn level_of(logging: &Logging, target: Option<&str>) -> Level {
    target.map_or_else(
        || logging.levels.now().default_level(),
        |target| logging.levels.of(target),
    )
}

/// The line that no filter stops.
fn tell(logging: &Logging, target: Option<&str>, old: Level, new: Level, reason: Reason) {
    let (reason, time_to_live) = match reason {
        Reason::Set(time_to_live) => ("set", Some(time_to_live)),
        Reason::Ended => ("ended", None),
        Reason::Revoked => ("revoked", None),
    };
    let line = Line::new(Level::WARN, "log.level_changed")
        .field("old", level_name(old))
        .field("new", level_name(new))
        .field("target", target.map(redacted))
        .field("reason", reason)
        .field(
            "ttl_seconds",
            time_to_live.map(|duration| duration.as_secs()),
        );
    logging.own_line(Level::WARN, line);
}

fn is_target(target: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_:.-/".contains(&byte);
    !target.is_empty() && target.len() <= TARGET_LIMIT && target.bytes().all(allowed)
}

impl fmt::Debug for LevelControl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("LevelControl").field(&self.get()).finish()
    }
}
