//! A check's own connection: kept while it works, replaced when it does not.
//!
//! A check through the service's pool would fail when the pool is used up, which says nothing about the server.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

/// One connection between two runs of a check. Runs never overlap, so nobody waits for it.
pub(super) struct Kept<C>(Arc<Mutex<Option<C>>>);

impl<C> Clone for Kept<C> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<C> Kept<C> {
    pub(super) fn new() -> Self {
        Self(Arc::new(Mutex::new(None)))
    }

    /// Runs `probe` on the kept connection or a new one. The connection is kept again only after a success, so neither
    /// an error nor a timeout (which drops this future) leaves a broken one behind.
    pub(super) async fn run<E, Opened, Probed>(
        self,
        open: impl FnOnce() -> Opened,
        probe: impl FnOnce(C) -> Probed,
    ) -> Result<(), E>
    where
        Opened: Future<Output = Result<C, E>>,
        Probed: Future<Output = Result<C, E>>,
    {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let connection = match kept {
            Some(connection) => connection,
            None => open().await?,
        };
        let connection = probe(connection).await?;
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(connection);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[tokio::test]
    async fn a_connection_is_opened_again_only_after_a_failure() {
        let kept = Kept::new();
        let opened = Cell::new(0);
        let run = |works: bool| {
            let open = async || {
                opened.set(opened.get() + 1);
                Ok::<_, String>(())
            };
            kept.clone().run(open, async move |connection| {
                if works {
                    Ok(connection)
                } else {
                    Err("broken".to_owned())
                }
            })
        };
        for (works, opens) in [(true, 1), (true, 1), (false, 1), (true, 2), (true, 2)] {
            assert_eq!(run(works).await.is_ok(), works);
            assert_eq!(opened.get(), opens);
        }
    }
}
