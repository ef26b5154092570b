//! A thread's reused buffers. A log call inside a value's `Debug` finds them taken and gets its own.

use std::cell::Cell;

/// What one event is rendered in.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    /// The line.
    pub(crate) line: Vec<u8>,
    /// One value's text, before it is looked at and escaped.
    pub(crate) buffer: String,
}

/// A buffer that once held a giant is not kept.
const KEEP: usize = 64 * 1024;

thread_local! {
    static SCRATCH: Cell<Option<Box<Scratch>>> = const { Cell::new(None) };
}

#[inline]
pub(crate) fn with<R>(work: impl FnOnce(&mut Scratch) -> R) -> R {
    let mut scratch = SCRATCH
        .try_with(Cell::take)
        .ok()
        .flatten()
        .unwrap_or_else(fresh);
    let result = work(&mut scratch);
    if scratch.line.capacity() <= KEEP && scratch.buffer.capacity() <= KEEP {
        let _ = SCRATCH.try_with(|place| place.set(Some(scratch)));
    }
    result
}

#[cold]
fn fresh() -> Box<Scratch> {
    Box::new(Scratch {
        line: Vec::with_capacity(1024),
        buffer: String::with_capacity(256),
    })
}
