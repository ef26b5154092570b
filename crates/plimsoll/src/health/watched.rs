//! A check and what its runs have shown.

use super::check::{Check, Settings};
use super::judge::{Judge, Verdict};
use super::report::Entry;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Transitions remembered per check for the operator port.
const HISTORY: usize = 16;

/// A check with what is known about it.
pub(super) struct Watched {
    pub(super) check: Check,
    pub(super) known: Mutex<Known>,
}

pub(super) struct Known {
    pub(super) settings: Settings,
    pub(super) judge: Judge,
    pub(super) since: Instant,
    pub(super) last: Option<Last>,
    pub(super) history: VecDeque<(Instant, Verdict)>,
}

pub(super) struct Last {
    pub(super) at: Instant,
    pub(super) took: Duration,
    pub(super) cause: Option<String>,
}

impl Watched {
    pub(super) fn new(check: Check) -> Self {
        Self {
            known: Mutex::new(Known {
                settings: check.settings,
                judge: Judge::new(),
                since: Instant::now(),
                last: None,
                history: VecDeque::new(),
            }),
            check,
        }
    }

    pub(super) fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a finished run; returns the new verdict and how long the old one held, if it changed.
    pub(super) fn record(
        &self,
        at: Instant,
        took: Duration,
        result: Result<(), String>,
    ) -> Option<(Verdict, Duration)> {
        let mut known = self.known();
        let changed = known.judge.record(result.is_ok());
        known.last = Some(Last {
            at,
            took,
            cause: result.err(),
        });
        changed.map(|verdict| {
            let held = at.saturating_duration_since(known.since);
            known.since = at;
            if known.history.len() == HISTORY {
                known.history.pop_front();
            }
            known.history.push_back((at, verdict));
            (verdict, held)
        })
    }

    pub(super) fn entry(&self, now: Instant) -> Entry {
        let known = self.known();
        let settings = known.settings;
        // A check that blocks its thread cannot be timed out; its silence tells.
        let patience = (settings.interval + settings.timeout) * 2 + Duration::from_secs(1);
        let heard = known.last.as_ref().map_or(known.since, |last| last.at);
        let stale = now.saturating_duration_since(heard) > patience;
        Entry {
            name: self.check.name.clone(),
            required: settings.required,
            verdict: if stale {
                Verdict::Down
            } else {
                known.judge.verdict
            },
            stale,
            cause: known.last.as_ref().and_then(|last| last.cause.clone()),
            took: known.last.as_ref().map(|last| last.took),
            age: known
                .last
                .as_ref()
                .map(|last| now.saturating_duration_since(last.at)),
            since: now.saturating_duration_since(known.since),
            history: known
                .history
                .iter()
                .map(|&(at, verdict)| (now.saturating_duration_since(at), verdict))
                .collect(),
        }
    }
}
