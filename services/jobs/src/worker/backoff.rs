//! How long to wait before the next attempt.

use std::time::Duration;

const LONGEST: Duration = Duration::from_secs(600);
/// The longest delay there is, with its jitter.
pub(crate) const LONGEST_DELAY: Duration = Duration::from_secs(750);

/// `base`, doubled with each attempt that failed, at most ten minutes; a quarter more or less, so that jobs which failed
/// together do not come back together.
pub(super) fn delay(base: Duration, attempt: i64) -> Duration {
    jittered(base, attempt, fastrand::f64())
}

fn jittered(base: Duration, attempt: i64, random: f64) -> Duration {
    let doublings = attempt.saturating_sub(1).clamp(0, 31);
    let delay = base.saturating_mul(1 << doublings).min(LONGEST);
    delay.mul_f64(0.75 + random * 0.5).min(LONGEST_DELAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_up_to_ten_minutes() {
        let base = Duration::from_secs(1);
        assert_eq!(jittered(base, 1, 0.5), base);
        assert_eq!(jittered(base, 4, 0.5), 8 * base);
        assert_eq!(jittered(base, 25, 0.5), LONGEST);
        assert_eq!(jittered(base, 25, 1.0), LONGEST_DELAY);
        assert_eq!(jittered(base, i64::MAX, 0.5), LONGEST);
        assert_eq!(jittered(base, 1, 0.0), base.mul_f64(0.75));
        assert!(delay(base, 2) <= base.mul_f64(2.5));
    }
}
