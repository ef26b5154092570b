//! What waits in a queue.

use std::time::Duration;

use crate::metrics::catalogue;

/// Sets `job_queue_depth` and `job_queue_oldest_seconds`: jobs that are due and not running, and for how long the oldest
/// of them has been due.
///
/// Read both from the queue's database at an interval, never from a process's own count: then every replica says the
/// same and an alert can take `max by (queue)`.
pub fn queue_state(queue: &str, depth: u64, oldest: Duration) {
    // Exact up to 2^53 jobs.
    catalogue().job_queue_depth.set([queue], depth as f64);
    catalogue()
        .job_queue_oldest
        .set([queue], oldest.as_secs_f64());
}

/// Creates the counters of a queue's job types at 0, so that a rate or a ratio over them is a number from the start.
pub fn register(queue: &str, job_types: &[&str]) {
    for job_type in job_types {
        catalogue().expect_job(queue, job_type);
    }
}
