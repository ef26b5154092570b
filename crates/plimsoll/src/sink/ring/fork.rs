//! What a fork means for the ring: the child has the parent's memory, its lock and none of its threads.
//!
//! A child must neither write into its parent's ring (the parent's threads write to the very same segments) nor keep the
//! parent's lock (its parent's ring would look owned for as long as the child lives). So the thread that forked forgets its
//! segment and the lock's descriptor is closed, both before fork(2) returns in the child; the pipeline sees by the
//! generation that it is in a child and opens an anonymous ring at the first line. This costs a log call nothing.

use std::sync::Once;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicI32, AtomicU64};

static GENERATION: AtomicU64 = AtomicU64::new(0);
static LOCKS: [AtomicI32; 32] = [const { AtomicI32::new(-1) }; 32];
static WATCH: Once = Once::new();

/// How many forks lie between this process and the first one that asked.
pub(in crate::sink) fn generation() -> u64 {
    GENERATION.load(Relaxed)
}

/// Starts to count forks.
pub(in crate::sink) fn watch() {
    #[cfg(unix)]
    WATCH.call_once(|| super::segments::at_fork(in_child));
}

/// Has a lock's descriptor closed in every child. With all places taken the child keeps it, which delays a recovery.
#[cfg(target_os = "linux")]
pub(in crate::sink) fn close_in_child(descriptor: i32) {
    for place in &LOCKS {
        if place
            .compare_exchange(-1, descriptor, Release, Relaxed)
            .is_ok()
        {
            return;
        }
    }
}

/// The opposite of [`close_in_child`], before the parent itself closes the descriptor.
#[cfg(target_os = "linux")]
pub(in crate::sink) fn keep_in_child(descriptor: i32) {
    for place in &LOCKS {
        if place
            .compare_exchange(descriptor, -1, Release, Relaxed)
            .is_ok()
        {
            return;
        }
    }
}

/// Only what is allowed between fork and exec: atomics, a thread-local without destructor, close(2).
#[cfg(unix)]
extern "C" fn in_child() {
    GENERATION.fetch_add(1, Relaxed);
    crate::sink::push::forget();
    for place in &LOCKS {
        let descriptor = place.swap(-1, Acquire);
        if descriptor >= 0 {
            super::segments::close(descriptor);
        }
    }
}
