//! Durations as a line or a report shows them: as fine as anyone reads, without a tail of digits.

use std::time::Duration;

/// Seconds, to the millisecond.
pub(crate) fn seconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e3).round() / 1e3
}

/// Milliseconds, to the microsecond.
pub(crate) fn millis(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_tail_of_digits() {
        let duration = Duration::from_nanos(1_996_741_115);
        assert_eq!(seconds(duration).to_string(), "1.997");
        assert_eq!(millis(duration).to_string(), "1996.741");
    }
}
