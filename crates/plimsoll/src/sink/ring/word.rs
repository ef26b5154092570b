//! Words that several threads change, and what a segment's state word says.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{self, Relaxed, SeqCst};

pub(super) const FREE: u64 = 0;
pub(super) const OPEN: u64 = 1;
pub(super) const BUSY: u64 = 2;
pub(super) const SEALED: u64 = 3;
const END_MASK: u64 = (1 << 24) - 1;

/// A state: sequence number, end of the records, kind.
pub(super) fn pack(sequence: u64, end: usize, kind: u64) -> u64 {
    (sequence << 26) | ((end as u64 & END_MASK) << 2) | kind
}

/// The inverse of [`pack`].
pub(super) fn unpack(state: u64) -> (u64, usize, u64) {
    (state >> 26, (state >> 2 & END_MASK) as usize, state & 3)
}

/// An atomic word; a trait so that the model can put loom's in its place.
pub(in crate::sink) trait Word: Send + Sync {
    fn new(value: u64) -> Self;
    fn load(&self, order: Ordering) -> u64;
    fn store(&self, value: u64, order: Ordering);
    fn swap_if(&self, current: u64, new: u64, success: Ordering) -> bool;
    fn add(&self, value: u64) -> u64;
    fn or(&self, value: u64);
}

impl Word for AtomicU64 {
    fn new(value: u64) -> Self {
        Self::new(value)
    }
    fn load(&self, order: Ordering) -> u64 {
        self.load(order)
    }
    fn store(&self, value: u64, order: Ordering) {
        self.store(value, order);
    }
    fn swap_if(&self, current: u64, new: u64, success: Ordering) -> bool {
        self.compare_exchange(current, new, success, Relaxed)
            .is_ok()
    }
    fn add(&self, value: u64) -> u64 {
        self.fetch_add(value, Relaxed)
    }
    fn or(&self, value: u64) {
        self.fetch_or(value, SeqCst);
    }
}
