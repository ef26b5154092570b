//! Memory of contexts that have ended, kept by each thread for its next ones: opening one then allocates nothing.

use super::{Context, Inner, ROOM};
use std::cell::RefCell;
use std::sync::{Arc, PoisonError};

/// What a thread keeps at most: as many as it opens before others end, and a few kilobytes.
const KEPT: usize = 16;
/// Bytes of rendered fields beyond which memory is given back: one giant context must not stay for ever.
const LARGEST: usize = 4 * ROOM;

thread_local! {
    static SPARE: RefCell<Vec<Arc<Inner>>> = const { RefCell::new(Vec::new()) };
}

/// An empty context that nobody else has.
#[inline]
pub(super) fn take() -> Arc<Inner> {
    SPARE
        .try_with(|spare| spare.try_borrow_mut().ok()?.pop())
        .ok()
        .flatten()
        .unwrap_or_else(|| Arc::new(Inner::new()))
}

impl Drop for Context {
    #[inline]
    fn drop(&mut self) {
        if Arc::strong_count(&self.0) == 1 {
            keep(&mut self.0);
        }
    }
}

/// Keeps the memory of a context whose last owner is about to go.
fn keep(context: &mut Arc<Inner>) {
    let Some(inner) = Arc::get_mut(context) else {
        return;
    };
    // Before the list is looked at: what was recorded may be the last owner of anything.
    inner.empty();
    if inner.base.capacity() > LARGEST {
        return;
    }
    let _ = SPARE.try_with(|spare| {
        if let Ok(mut spare) = spare.try_borrow_mut()
            && spare.len() < KEPT
        {
            spare.push(Arc::clone(context));
        }
    });
}

impl Inner {
    /// As it was when it was new.
    fn empty(&mut self) {
        self.request_id = None;
        self.trace = None;
        self.reserved = 0;
        self.base.clear();
        *self.bound.get_mut().unwrap_or_else(PoisonError::into_inner) = None;
        *self.generation.get_mut() = 0;
        self.capture = None;
        self.recorder = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_one_context_is_in_the_next() {
        let first = Context::builder()
            .request_id("r-1")
            .trace(crate::context::TraceContext::root())
            .field("tenant", "acme")
            .build();
        first.bind("user_id", 7);
        let clone = first.clone();
        drop(first);
        // Somebody still has it.
        let other = Context::builder().field("path", "/").build();
        assert_eq!(clone.request_id(), Some("r-1"));
        drop(clone);
        let next = Context::builder().field("method", "GET").build();
        assert_eq!((next.request_id(), next.trace()), (None, None));
        assert_eq!(next.reserved(), 0);
        next.with_rendered(|fields| assert_eq!(fields.bytes(), br#","method":"GET""#));
        other.with_rendered(|fields| assert_eq!(fields.bytes(), br#","path":"/""#));
        next.bind("a", 1);
        next.with_rendered(|fields| assert_eq!(fields.bytes(), br#","method":"GET","a":1"#));
    }

    #[test]
    fn memory_is_used_again_but_a_giant_is_not_kept() {
        let address = |context: &Context| Arc::as_ptr(&context.0).addr();
        let first = Context::builder().build();
        let place = address(&first);
        drop(first);
        let again = Context::builder().field("a", "x".repeat(5000)).build();
        assert_eq!(address(&again), place);
        drop(again);
        SPARE.with_borrow(|spare| {
            assert!(spare.iter().all(|inner| Arc::as_ptr(inner).addr() != place));
        });
    }

    #[test]
    fn few_are_kept() {
        let many: Vec<_> = (0..100).map(|_| Context::builder().build()).collect();
        drop(many);
        SPARE.with_borrow(|spare| assert_eq!(spare.len(), KEPT));
    }
}
