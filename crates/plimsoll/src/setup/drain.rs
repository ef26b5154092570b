//! How a service ends: who asks for it, who hears of it, what is done before.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use tokio::sync::watch;

type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Why the service ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// A signal, by its number.
    Signal(i32),
    /// The service asked for it.
    Request,
}

/// The end of the service: asked for once, heard by everybody.
pub(crate) struct Drain {
    cause: watch::Sender<Option<Cause>>,
    hooks: Mutex<Vec<Hook>>,
}

/// Work that has to end before the process does.
pub(crate) struct Hook {
    pub(crate) name: String,
    pub(crate) work: Box<dyn FnOnce() -> Work + Send>,
}

impl Drain {
    pub(crate) fn new() -> Self {
        Self {
            cause: watch::Sender::new(None),
            hooks: Mutex::new(Vec::new()),
        }
    }

    /// Begins the drain; false if it had begun already.
    pub(crate) fn begin(&self, cause: Cause) -> bool {
        self.cause.send_if_modified(|begun| {
            let first = begun.is_none();
            if first {
                *begun = Some(cause);
            }
            first
        })
    }

    /// Ready once the drain has begun.
    pub(crate) fn begun(&self) -> impl Future<Output = Cause> + Send + use<> {
        let mut cause = self.cause.subscribe();
        async move {
            match cause.wait_for(Option::is_some).await.map(|cause| *cause) {
                Ok(Some(cause)) => cause,
                // Nobody is left who could begin it.
                _ => std::future::pending().await,
            }
        }
    }

    pub(crate) fn hook<F, Fut>(&self, name: String, work: F)
    where
        F: FnOnce() -> Fut + Send + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        let work = Box::new(move || -> Work { Box::pin(work()) });
        self.hooks
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(Hook { name, work });
    }

    pub(crate) fn take_hooks(&self) -> Vec<Hook> {
        std::mem::take(&mut self.hooks.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for Drain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Drain")
            .field("cause", &*self.cause.borrow())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_begins_once_and_all_hear_of_it() {
        let drain = Drain::new();
        let before = drain.begun();
        assert!(drain.begin(Cause::Signal(15)));
        assert!(!drain.begin(Cause::Request));
        assert_eq!(before.await, Cause::Signal(15));
        assert_eq!(drain.begun().await, Cause::Signal(15));
    }
}
