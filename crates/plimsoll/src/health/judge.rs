//! When a check's verdict changes: hysteresis as a pure function of its results.

use std::time::Duration;

/// Results in a row against the verdict that overturn it.
const THRESHOLD: u32 = 2;
/// The longest wait before the repetition that decides.
const REPETITION: Duration = Duration::from_secs(1);

/// What the results so far say about a dependency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// No result yet.
    Unknown,
    /// It works.
    Up,
    /// It does not.
    Down,
}

/// One check's verdict and how firm it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Judge {
    pub(crate) verdict: Verdict,
    /// Results in a row that contradict the verdict.
    contrary: u32,
}

impl Judge {
    pub(crate) const fn new() -> Self {
        Self {
            verdict: Verdict::Unknown,
            contrary: 0,
        }
    }

    /// Takes a result; returns the new verdict if it changed. The first result decides at once.
    pub(crate) fn record(&mut self, works: bool) -> Option<Verdict> {
        let told = if works { Verdict::Up } else { Verdict::Down };
        if self.verdict == told {
            self.contrary = 0;
            return None;
        }
        self.contrary += 1;
        if self.verdict != Verdict::Unknown && self.contrary < THRESHOLD {
            return None;
        }
        self.contrary = 0;
        self.verdict = told;
        Some(told)
    }

    /// How long to wait for the next run, before jitter.
    pub(crate) fn wait(self, interval: Duration) -> Duration {
        if self.contrary > 0 {
            interval.min(REPETITION)
        } else {
            interval
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_result_decides_and_later_ones_need_a_second() {
        let mut judge = Judge::new();
        assert_eq!(judge.record(true), Some(Verdict::Up));
        assert_eq!(judge.record(false), None);
        assert_eq!(judge.verdict, Verdict::Up);
        assert_eq!(judge.wait(Duration::from_secs(9)), REPETITION);
        assert_eq!(judge.record(false), Some(Verdict::Down));
        assert_eq!(judge.wait(Duration::from_secs(9)), Duration::from_secs(9));
        assert_eq!(judge.record(true), None);
        assert_eq!(judge.record(true), Some(Verdict::Up));
    }

    #[test]
    fn flapping_does_not_flip() {
        let mut judge = Judge::new();
        judge.record(true);
        for _ in 0..50 {
            assert_eq!(judge.record(false), None);
            assert_eq!(judge.record(true), None);
        }
        assert_eq!(judge.verdict, Verdict::Up);
    }

    #[test]
    fn a_dependency_that_was_never_there_is_down_at_once() {
        assert_eq!(Judge::new().record(false), Some(Verdict::Down));
    }
}
