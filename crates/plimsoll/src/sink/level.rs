//! Levels as small numbers: trace 0, debug 1, info 2, warning 3, error 4.

use tracing_core::{Level, LevelFilter};

/// How many levels there are.
pub(super) const LEVELS: usize = 5;
/// From here on a line may use the reserve.
pub(super) const WARNING: u8 = 3;

/// Their names, as on a line.
pub(super) const NAMES: [&str; LEVELS] = ["trace", "debug", "info", "warning", "error"];

/// The number of a level.
#[inline]
pub(super) fn rank(level: Level) -> u8 {
    match level {
        Level::TRACE => 0,
        Level::DEBUG => 1,
        Level::INFO => 2,
        Level::WARN => WARNING,
        Level::ERROR => 4,
    }
}

/// The lowest number a filter lets through.
pub(super) fn least(filter: LevelFilter) -> u8 {
    filter.into_level().map_or(LEVELS as u8, rank)
}
