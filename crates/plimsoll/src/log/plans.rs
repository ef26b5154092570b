//! The plans of one `configure()`, each made at its callsite's first event.

use super::plan::Plan;
use crate::redact::Redactor;
use std::cell::Cell;
use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};
use tracing::Metadata;

/// All plans. A callsite lives for ever, and so does its plan.
#[derive(Default)]
pub(crate) struct Plans {
    all: RwLock<HashMap<usize, &'static Plan>>,
}

/// Slots of a thread's cache, a power of two.
const CACHE: usize = 256;

#[derive(Clone, Copy)]
struct Cached {
    owner: usize,
    callsite: usize,
    plan: Option<&'static Plan>,
}

thread_local! {
    /// The plans that this thread used last, by the callsite's address.
    static CACHED: [Cell<Cached>; CACHE] =
        const { [const { Cell::new(Cached { owner: 0, callsite: 0, plan: None }) }; CACHE] };
}

impl Plans {
    /// The plan of a callsite, for the `configure()` with that id.
    #[inline]
    pub(crate) fn of(
        &self,
        owner: usize,
        metadata: &'static Metadata<'static>,
        redactor: &Redactor,
    ) -> &'static Plan {
        let callsite = std::ptr::from_ref(metadata).addr();
        CACHED.with(|cached| {
            let place = &cached[slot(callsite)];
            let entry = place.get();
            match entry.plan {
                Some(plan) if entry.callsite == callsite && entry.owner == owner => plan,
                _ => {
                    let plan = self.find_or_make(callsite, metadata, redactor);
                    place.set(Cached {
                        owner,
                        callsite,
                        plan: Some(plan),
                    });
                    plan
                }
            }
        })
    }

    #[cold]
    fn find_or_make(
        &self,
        callsite: usize,
        metadata: &'static Metadata<'static>,
        redactor: &Redactor,
    ) -> &'static Plan {
        if let Some(plan) = self
            .all
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&callsite)
        {
            return plan;
        }
        let mut all = self.all.write().unwrap_or_else(PoisonError::into_inner);
        all.entry(callsite)
            .or_insert_with(|| Box::leak(Box::new(Plan::new(metadata, redactor))))
    }
}

/// Callsites stand some hundred bytes apart: the golden ratio spreads them (Knuth, multiplicative hashing).
#[inline]
const fn slot(callsite: usize) -> usize {
    ((callsite as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (u64::BITS - CACHE.trailing_zeros()))
        as usize
}
