//! A counting allocator: how often and how much this thread, and the process, asked the heap.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Put it in a binary by `#[global_allocator]`.
#[derive(Debug)]
pub struct Counting;

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
    static BYTES: Cell<u64> = const { Cell::new(0) };
}

static LIVE: AtomicU64 = AtomicU64::new(0);
static ALL: AtomicU64 = AtomicU64::new(0);

fn count(size: usize) {
    COUNT.set(COUNT.get() + 1);
    BYTES.set(BYTES.get() + size as u64);
    LIVE.fetch_add(size as u64, Relaxed);
    ALL.fetch_add(1, Relaxed);
}

// SAFETY: every call goes to the system's allocator as it came; counting touches no memory but its own cells,
// which need no allocation and no destructor.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size() as u64, Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size);
        LIVE.fetch_sub(layout.size() as u64, Relaxed);
        unsafe { System.realloc(pointer, layout, size) }
    }
}

/// Allocations (reallocations included) of this thread so far.
#[must_use]
pub fn of_this_thread() -> u64 {
    COUNT.get()
}

/// Bytes asked for by this thread so far.
#[must_use]
pub fn bytes_of_this_thread() -> u64 {
    BYTES.get()
}

/// Allocations of all threads so far.
#[must_use]
pub fn of_the_process() -> u64 {
    ALL.load(Relaxed)
}

/// Bytes that the process holds now.
#[must_use]
pub fn live() -> u64 {
    LIVE.load(Relaxed)
}
