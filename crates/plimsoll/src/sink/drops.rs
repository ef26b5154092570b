//! Lost lines: counted by level and reason, and told in the log itself by a `log.dropped` line.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use std::time::Duration;

use tracing_core::Level;

use super::level::{LEVELS, NAMES};
use super::ring::layout::READERS_MAX;
use crate::encode::line::Line;
use crate::encode::timestamp;

/// Lines lost for one reason.
#[derive(Debug)]
pub(super) struct Drops {
    reason: String,
    counts: [AtomicU64; LEVELS],
    /// For each sink, when the first line was lost that it has not told of; microseconds since 1970, 0 for none.
    first: [AtomicU64; READERS_MAX],
    last: AtomicU64,
}

impl Drops {
    pub(super) fn new(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            counts: Default::default(),
            first: Default::default(),
            last: AtomicU64::new(0),
        }
    }

    /// The label under which these are counted.
    pub(super) fn reason(&self) -> &str {
        &self.reason
    }

    /// Counts lines lost just now.
    pub(super) fn add(&self, rank: u8, lines: u64) {
        let now = timestamp::since_epoch().as_micros() as u64;
        self.last.fetch_max(now, Relaxed);
        for first in &self.first {
            if first.load(Relaxed) == 0 {
                let _ = first.compare_exchange(0, now, AcqRel, Relaxed);
            }
        }
        if let Some(count) = self.counts.get(usize::from(rank)) {
            count.fetch_add(lines, Release);
        }
    }

    /// How many so far, by level.
    pub(super) fn counts(&self) -> [u64; LEVELS] {
        std::array::from_fn(|rank| self.counts[rank].load(Acquire))
    }

    /// The line that tells `sink`'s readers of what was lost since it was last asked, if anything was.
    pub(super) fn tell(
        &self,
        sink: usize,
        told: &mut [u64; LEVELS],
        fields: &[u8],
    ) -> Option<Vec<u8>> {
        let counts = self.counts();
        let lost: u64 = counts
            .iter()
            .zip(&*told)
            .map(|(now, told)| now - told)
            .sum();
        if lost == 0 {
            return None;
        }
        let last = self.last.load(Relaxed);
        let first = match self
            .first
            .get(sink)
            .map_or(0, |first| first.swap(0, AcqRel))
        {
            0 => last,
            first => first,
        };
        let mut line = Line::new(Level::WARN, "log.dropped")
            .field("reason", self.reason.as_str())
            .field("count", lost);
        for (rank, name) in NAMES.iter().enumerate() {
            let lost = counts[rank] - told[rank];
            if lost > 0 {
                // `level` names are no keys of their own on any line: a prefix keeps them apart from a caller's fields.
                line = line.field(&format!("dropped_{name}"), lost);
            }
        }
        *told = counts;
        let line = line
            .field("first", moment(first).as_str())
            .field("last", moment(last).as_str());
        Some(line.rendered(fields).finish())
    }
}

/// Why a line found no place in the ring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    /// The ring, or the part of it for this level, was full.
    Overflow,
    /// The line is longer than any sink takes.
    Oversize,
    /// The pipeline had been shut down.
    Shutdown,
}

/// Lines lost before they reached the ring.
#[derive(Debug)]
pub(super) struct Losses([Drops; 3]);

impl Losses {
    pub(super) fn new() -> Self {
        Self(["overflow", "oversize", "shutdown"].map(Drops::new))
    }

    #[cold]
    pub(super) fn add(&self, reason: Reason, rank: u8) {
        self.0[reason as usize].add(rank, 1);
    }

    pub(super) fn each(&self) -> impl Iterator<Item = &Drops> {
        self.0.iter()
    }

    /// By level, over all reasons.
    pub(super) fn counts(&self) -> [u64; LEVELS] {
        let mut sum = [0; LEVELS];
        for drops in &self.0 {
            for (sum, count) in sum.iter_mut().zip(drops.counts()) {
                *sum += count;
            }
        }
        sum
    }
}

/// What one sink has told of so far.
#[derive(Debug, Default)]
pub(super) struct Told {
    ring: [[u64; LEVELS]; 3],
    own: [u64; LEVELS],
}

impl Told {
    /// Whether anything was lost since the last call of [`Told::news`].
    pub(super) fn has_news(&self, ring: &Losses, own: &Drops) -> bool {
        ring.0
            .iter()
            .zip(&self.ring)
            .any(|(drops, told)| drops.counts() != *told)
            || own.counts() != self.own
    }

    /// The lines that tell of what was lost since the last call.
    pub(super) fn news(
        &mut self,
        sink: usize,
        ring: &Losses,
        own: &Drops,
        fields: &[u8],
    ) -> Vec<Vec<u8>> {
        let ring = ring
            .0
            .iter()
            .zip(&mut self.ring)
            .filter_map(|(drops, told)| drops.tell(sink, told, fields));
        ring.chain(own.tell(sink, &mut self.own, fields)).collect()
    }
}

fn moment(micros: u64) -> String {
    let mut text = Vec::with_capacity(27);
    timestamp::write(&mut text, Duration::from_micros(micros));
    String::from_utf8(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sink_is_told_once_of_every_loss() {
        let losses = Losses::new();
        let own = Drops::new("stdout_behind");
        losses.add(Reason::Overflow, 2);
        losses.add(Reason::Overflow, 2);
        losses.add(Reason::Overflow, 4);
        own.add(1, 7);
        for sink in 0..2 {
            let mut told = Told::default();
            let news = told.news(sink, &losses, &own, b",\"service\":\"orders\"");
            let first: serde_json::Value = serde_json::from_slice(&news[0]).unwrap();
            assert_eq!(first["event"], "log.dropped");
            assert_eq!(first["level"], "warning");
            assert_eq!(first["reason"], "overflow");
            assert_eq!(
                (&first["count"], &first["dropped_info"]),
                (&3.into(), &2.into())
            );
            assert_eq!(first["service"], "orders");
            assert!(first["first"].as_str() <= first["last"].as_str());
            let second: serde_json::Value = serde_json::from_slice(&news[1]).unwrap();
            assert_eq!(
                (&second["reason"], &second["dropped_debug"]),
                (&"stdout_behind".into(), &7.into())
            );
            assert!(told.news(sink, &losses, &own, b"").is_empty());
        }
        assert_eq!(losses.counts(), [0, 0, 2, 0, 1]);
    }
}
