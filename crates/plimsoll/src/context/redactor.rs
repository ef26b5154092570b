//! What takes secrets out of a context's fields: the process's redactor, since a context belongs to no layer.

use crate::redact::{KeyVerdict, Redactor};
use std::borrow::Cow;
use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

static REDACTOR: LazyLock<RwLock<Arc<Redactor>>> =
    LazyLock::new(|| RwLock::new(Arc::new(Redactor::standard())));
/// Moves with each change, so that a thread knows that what it remembers is old.
static GENERATION: AtomicU32 = AtomicU32::new(1);

/// Keys whose verdict a thread remembers, a power of two.
const REMEMBERED: usize = 64;

#[derive(Clone, Copy)]
struct Verdict {
    generation: u32,
    /// The key's address and length: a static string's never change.
    key: (usize, usize),
    verdict: KeyVerdict,
}

const NONE: Verdict = Verdict {
    generation: 0,
    key: (0, 0),
    verdict: KeyVerdict::CLEAN,
};

thread_local! {
    static LOCAL: Cell<Option<(u32, Arc<Redactor>)>> = const { Cell::new(None) };
    static VERDICTS: [Cell<Verdict>; REMEMBERED] = const { [const { Cell::new(NONE) }; REMEMBERED] };
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

/// What a key says about its value; remembered by this thread for a static key.
#[inline]
pub(super) fn verdict(redactor: &Redactor, key: &Cow<'static, str>) -> KeyVerdict {
    let Cow::Borrowed(name) = key else {
        return redactor.key(key);
    };
    let generation = GENERATION.load(Ordering::Acquire);
    let place = (name.as_ptr().addr(), name.len());
    VERDICTS
        .try_with(|verdicts| {
            let remembered = &verdicts[(place.0 ^ place.0 >> 6) % REMEMBERED];
            let known = remembered.get();
            if known.generation == generation && known.key == place {
                return known.verdict;
            }
            let verdict = redactor.key(name);
            remembered.set(Verdict {
                generation,
                key: place,
                verdict,
            });
            verdict
        })
        .unwrap_or_else(|_| redactor.key(name))
}

fn now() -> Arc<Redactor> {
    Arc::clone(&REDACTOR.read().unwrap_or_else(PoisonError::into_inner))
}
