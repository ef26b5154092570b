//! What takes secrets out of a context's fields: the process's redactor, since a context belongs to no layer.

use crate::redact::Redactor;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

static REDACTOR: LazyLock<RwLock<Arc<Redactor>>> =
    LazyLock::new(|| RwLock::new(Arc::new(Redactor::standard())));

/// From now on contexts are redacted as this one says. The latest `configure()` wins.
pub(crate) fn set(redactor: Arc<Redactor>) {
    *REDACTOR.write().unwrap_or_else(PoisonError::into_inner) = redactor;
}

#[inline]
pub(super) fn with<R>(work: impl FnOnce(&Redactor) -> R) -> R {
    work(&REDACTOR.read().unwrap_or_else(PoisonError::into_inner))
}
