//! The process's redactor, for what belongs to no layer: a context's fields, an error body, a stored error.

use super::{KeyVerdict, Redactor};
use std::borrow::Cow;
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

/// From now on this is the process's redactor. The latest `configure()` wins.
pub(crate) fn set(redactor: Arc<Redactor>) {
    *REDACTOR.write().unwrap_or_else(PoisonError::into_inner) = redactor;
    GENERATION.fetch_add(1, Ordering::Release);
}

/// A text as it may leave the process: redacted by value, as the latest `configure()` says, and before one as the
/// standard says. Findings are counted.
///
/// For what leaves on another way than a log line: an error that is stored or sent.
///
/// ```
/// let error = "no connection to postgres://app:hunter2@db/orders";
/// assert!(!plimsoll::redact::redacted(error).contains("hunter2"));
/// assert_eq!(plimsoll::redact::redacted("no connection"), "no connection");
/// ```
#[must_use]
pub fn redacted(text: &str) -> Cow<'_, str> {
    with(|redactor| redactor.value(KeyVerdict::CLEAN, text)).map_or(Cow::Borrowed(text), Cow::Owned)
}

/// Works with the redactor of now. `work` must not run code of the service.
#[inline]
pub(crate) fn with<R>(work: impl FnOnce(&Redactor) -> R) -> R {
    let generation = GENERATION.load(Ordering::Acquire);
    let redactor = match LOCAL.try_with(Cell::take) {
        Ok(Some((known, redactor))) if known == generation => redactor,
        _ => current(),
    };
    let result = work(&redactor);
    let _ = LOCAL.try_with(|local| local.set(Some((generation, redactor))));
    result
}

/// Moves when the redactor changes.
#[inline]
pub(crate) fn generation() -> u32 {
    GENERATION.load(Ordering::Acquire)
}

/// The redactor of now.
pub(crate) fn current() -> Arc<Redactor> {
    Arc::clone(&REDACTOR.read().unwrap_or_else(PoisonError::into_inner))
}
