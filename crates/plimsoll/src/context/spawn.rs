//! `tokio::spawn` and `spawn_blocking` that keep the context.

use super::{Context, InContext};
use std::future::Future;
use tokio::task::JoinHandle;

/// [`tokio::spawn`], with the current context.
///
/// # Panics
/// As `tokio::spawn` does, outside a runtime.
#[track_caller]
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    tokio::spawn(future.in_context())
}

/// [`tokio::task::spawn_blocking`], with the current context.
///
/// # Panics
/// As `tokio::task::spawn_blocking` does, outside a runtime.
#[track_caller]
pub fn spawn_blocking<F, R>(work: F) -> JoinHandle<R>
where
    F: FnOnce() -> R + Send + 'static,
    R: Send + 'static,
{
    let context = Context::current();
    tokio::task::spawn_blocking(move || {
        let _entered = context.as_ref().map(Context::enter);
        work()
    })
}
