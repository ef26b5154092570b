//! Keeping leases alive, in a task that no job can hold up.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, timeout};
use tokio_util::sync::CancellationToken;

use super::Inner;
use super::running::Reason;
use crate::store::{Kept, StoreError};

/// Keeps the leases until `done`: four times in a lease, and again in time if one try gets no answer. A request to cancel
/// arrives within two seconds.
pub(super) async fn run(inner: Arc<Inner>, done: CancellationToken) {
    let lease = inner.limits.lease;
    let mut ticks = tokio::time::interval((lease / 4).min(Duration::from_secs(2)));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut unknown = HashSet::new();
    loop {
        tokio::select! {
            () = done.cancelled() => return,
            _ = ticks.tick() => {}
        }
        // Nothing held, nothing to keep; but a job may be ours without our knowing after a failed statement.
        let kept = tokio::select! {
            () = done.cancelled() => return,
            kept = timeout(lease / 2, keep(&inner, &mut unknown)) => kept,
        };
        if let Err(error) = kept.unwrap_or(Err(StoreError::Timeout("job.keep_lease"))) {
            tracing::debug!(
                error = &error as &dyn std::error::Error,
                "worker.lease_not_kept"
            );
        }
    }
}

async fn keep(inner: &Inner, unknown: &mut HashSet<(String, i64)>) -> Result<(), StoreError> {
    let before = inner.running.snapshot();
    let kept = inner.store.keep(&inner.owner, inner.limits.lease).await?;
    let held: HashSet<(&str, i64)> = kept
        .iter()
        .map(|kept| (kept.id.as_str(), kept.attempt))
        .collect();
    for (id, attempt) in &before {
        if !held.contains(&(id.as_str(), *attempt)) && inner.running.contains(id, *attempt) {
            inner.running.stop(id, Reason::Lost);
        }
    }
    let mut still_unknown = HashSet::new();
    for kept in &kept {
        if kept.cancel_requested != 0 {
            inner.running.stop(&kept.id, Reason::Cancelled);
        }
        if inner.running.contains(&kept.id, kept.attempt) {
            continue;
        }
        // Seen twice, so it is not one that is just starting or just ending.
        if unknown.contains(&(kept.id.clone(), kept.attempt)) {
            give_back(inner, kept).await?;
        } else {
            still_unknown.insert((kept.id.clone(), kept.attempt));
        }
    }
    *unknown = still_unknown;
    Ok(())
}

async fn give_back(inner: &Inner, kept: &Kept) -> Result<(), StoreError> {
    tracing::warn!(
        job_id = kept.id,
        attempt = kept.attempt,
        "worker.unknown_job_returned"
    );
    inner.store.give_back(&inner.owner, kept).await
}
