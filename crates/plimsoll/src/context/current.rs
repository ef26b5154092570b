//! Which context is current on this thread: a stack of frames, each left by its own token, so that guards dropped out of
//! order restore the right one.

use super::Context;
use std::cell::RefCell;
use std::marker::PhantomData;

struct Stack {
    frames: Vec<(u64, Context)>,
    next: u64,
}

thread_local! {
    static STACK: RefCell<Stack> = const { RefCell::new(Stack { frames: Vec::new(), next: 0 }) };
}

/// Makes `context` current until its token is [left](leave).
pub(crate) fn enter(context: Context) -> u64 {
    STACK
        .try_with(|stack| {
            let mut stack = stack.borrow_mut();
            stack.next += 1;
            let token = stack.next;
            stack.frames.push((token, context));
            token
        })
        .unwrap_or_default()
}

/// Takes the frame of that token away, wherever it stands.
pub(crate) fn leave(token: u64) {
    let frame = STACK.try_with(|stack| {
        let mut stack = stack.borrow_mut();
        if let Some(last) = stack.frames.pop_if(|frame| frame.0 == token) {
            return Some(last);
        }
        let at = stack.frames.iter().rposition(|frame| frame.0 == token)?;
        Some(stack.frames.remove(at))
    });
    // A context's last owner may run code of its own: not while the stack is borrowed.
    drop(frame);
}

/// Looks at the current context. `look` must not run code of the service: the stack is borrowed. The default answer
/// stands for a thread that is being torn down.
#[inline]
pub(crate) fn with<R: Default>(look: impl FnOnce(Option<&Context>) -> R) -> R {
    STACK
        .try_with(|stack| look(stack.borrow().frames.last().map(|frame| &frame.1)))
        .unwrap_or_default()
}

/// A context is current while this lives; from [`Context::enter`].
#[derive(Debug)]
#[must_use = "the context is current only while this guard lives"]
pub struct Entered {
    token: u64,
    /// The frame stands on this thread's stack.
    not_send: PhantomData<*const ()>,
}

impl Entered {
    pub(super) fn new(context: Context) -> Self {
        Self {
            token: enter(context),
            not_send: PhantomData,
        }
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        leave(self.token);
    }
}
