//! The pipeline's figures as metrics: `log_written_total{sink}` and `log_dropped_total{level,reason}`.
//!
//! Callers and sinks count in the pipeline's own atomics; what was added since the last time goes to the registry when it is
//! scraped, so that even a stopped sink's losses are seen.

use std::sync::atomic::Ordering::SeqCst;
use std::sync::{Arc, Mutex, PoisonError};

use super::drops::Drops;
use super::level::{LEVELS, NAMES};
use super::shared::Shared;
use crate::metrics::{catalogue, registry};

/// What the registry has been told so far: by sink, and by reason and level.
#[derive(Debug, Default)]
pub(super) struct Published(Mutex<Totals>);

#[derive(Debug, Default)]
struct Totals {
    written: Vec<u64>,
    dropped: Vec<[u64; LEVELS]>,
}

/// Has every scrape publish the pipeline's figures for as long as it lives.
pub(super) fn publish(shared: &Arc<Shared>) {
    publish_now(shared);
    let shared = Arc::downgrade(shared);
    registry().on_scrape(move || {
        if let Some(shared) = shared.upgrade() {
            publish_now(&shared);
        }
    });
}

/// Adds what is new to the registry.
pub(super) fn publish_now(shared: &Shared) {
    let mut totals = shared
        .published
        .0
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    totals.written.resize(shared.sinks.len(), 0);
    for (sink, told) in shared.sinks.iter().zip(&mut totals.written) {
        let written = sink.written.load(SeqCst);
        catalogue()
            .log_written
            .add([&sink.name], written - std::mem::replace(told, written));
    }
    let drops = || {
        shared
            .losses
            .each()
            .chain(shared.sinks.iter().map(|sink| &sink.drops))
    };
    totals.dropped.resize(drops().count(), [0; LEVELS]);
    for (drops, told) in drops().zip(&mut totals.dropped) {
        publish_drops(drops, told);
    }
}

fn publish_drops(drops: &Drops, told: &mut [u64; LEVELS]) {
    let counts = drops.counts();
    for (level, name) in NAMES.iter().enumerate() {
        // Also 0: an alert on a series that is not there yet would miss its first loss.
        let lost = counts[level] - told[level];
        catalogue().log_dropped.add([name, drops.reason()], lost);
    }
    *told = counts;
}
