//! What takes secrets out of a context's fields: the process's redactor, since a context belongs to no layer.

use crate::redact::Redactor;
use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

static REDACTOR: LazyLock<RwLock<Arc<Redactor>>> =
    LazyLock::new(|| RwLock::new(Arc::new(Redactor::standard())));
/// Moves with each change, so that a thread knows that what it remembers is old.
static GENERATION: AtomicU32 = AtomicU32::new(1);

thread_local! {
    static LOCAL: Cell<Option<(u32, Arc<Redactor>)>> = const { Cell::new(None) };
}

/// From now on contexts are redacted as this one says. The latest `configure()` wins.
pub(crate) fn set(redactor: Arc<Redactor>) {
    *REDACTOR.write().unwrap_or_else(PoisonError::into_inner) = redactor;
    GENERATION.fetch_add(1, Ordering::Release);
}

/// Works with the redactor of now. `work` must not run code of the service.
#[inline]
pub(super) fn with<R>(work: impl FnOnce(&Redactor) -> R) -> R {
    let generation = GENERATION.load(Ordering::Acquire);
    let redactor = match LOCAL.try_with(Cell::take) {
        Ok(Some((known, redactor))) if known == generation => redactor,
        _ => now(),
    };
    let result = work(&redactor);
    let _ = LOCAL.try_with(|local| local.set(Some((generation, redactor))));
    result
}

/// Moves when the redactor changes.
#[inline]
pub(super) fn generation() -> u32 {
    GENERATION.load(Ordering::Acquire)
}

fn now() -> Arc<Redactor> {
    Arc::clone(&REDACTOR.read().unwrap_or_else(PoisonError::into_inner))
}
