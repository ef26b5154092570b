//! A value's own code (`Debug`, `Display`, an error's `source`) may panic: the service must not notice.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// The value's code panicked.
pub(crate) struct Panicked;

/// Runs a value's code; a panic is caught, and Plimsoll's panic hook says nothing about it.
#[inline]
pub(crate) fn run(code: impl FnOnce()) -> Result<(), Panicked> {
    let before = QUIET.try_with(|quiet| quiet.replace(true)).unwrap_or(true);
    let result = catch_unwind(AssertUnwindSafe(code));
    let _ = QUIET.try_with(|quiet| quiet.set(before));
    result.map_err(dispose)
}

/// A payload's own drop may panic, too.
#[cold]
#[allow(clippy::mem_forget, reason = "dropping it is what panicked")]
fn dispose(payload: Box<dyn std::any::Any + Send>) -> Panicked {
    if let Err(second) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        // It would go on for ever; one leaked payload is the lesser harm.
        std::mem::forget(second);
    }
    Panicked
}

/// Whether a panic on this thread comes from a value that is being written.
pub(crate) fn is_quiet() -> bool {
    QUIET.try_with(Cell::get).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_caught_and_quiet_only_inside() {
        assert!(!is_quiet());
        assert!(run(|| assert!(is_quiet())).is_ok());
        assert!(run(|| panic!("inside")).is_err());
        assert!(!is_quiet());
    }

    #[test]
    fn a_payload_that_panics_when_dropped_is_caught() {
        struct Bomb;
        impl Drop for Bomb {
            fn drop(&mut self) {
                panic!("in drop");
            }
        }
        assert!(run(|| std::panic::panic_any(Bomb)).is_err());
    }
}
