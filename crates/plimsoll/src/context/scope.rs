//! A context around a future: current while it is polled, and while it is dropped.

use super::Context;
use pin_project_lite::pin_project;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Poll, ready};

pin_project! {
    /// A future with a context that is current whenever it is polled; from [`Context::scope`] or
    /// [`InContext::in_context`].
    #[must_use = "futures do nothing unless polled"]
    pub struct Scoped<F> {
        #[pin]
        future: Option<F>,
        context: Option<Context>,
    }

    impl<F> PinnedDrop for Scoped<F> {
        fn drop(this: Pin<&mut Self>) {
            // What the future logs while it is dropped (a client that went away) belongs to the same request.
            let mut this = this.project();
            let _entered = this.context.as_ref().map(Context::enter);
            this.future.set(None);
        }
    }
}

impl<F> Scoped<F> {
    pub(super) const fn new(context: Option<Context>, future: F) -> Self {
        Self {
            future: Some(future),
            context,
        }
    }
}

impl<F: Future> Future for Scoped<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut std::task::Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let _entered = this.context.as_ref().map(Context::enter);
        match this.future.as_mut().as_pin_mut() {
            Some(future) => {
                let output = ready!(future.poll(cx));
                this.future.set(None);
                Poll::Ready(output)
            }
            // Polled after it was ready: a fused future's answer.
            None => Poll::Pending,
        }
    }
}

impl<F: fmt::Debug> fmt::Debug for Scoped<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scoped")
            .field("future", &self.future)
            .field("context", &self.context)
            .finish()
    }
}

/// Takes the current context along, for whoever polls the future elsewhere (a spawned task, a `JoinSet`).
///
/// ```
/// use plimsoll::InContext;
/// # async fn work() {}
/// # let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
/// # runtime.block_on(async {
/// let mut tasks = tokio::task::JoinSet::new();
/// tasks.spawn(work().in_context());
/// # tasks.join_all().await;
/// # });
/// ```
pub trait InContext: Future + Sized {
    /// The same future, in the context that is current at this call. Without one, unchanged.
    fn in_context(self) -> Scoped<Self> {
        Scoped::new(Context::current(), self)
    }
}

impl<F: Future> InContext for F {}
