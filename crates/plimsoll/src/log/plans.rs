//! The plans of one `configure()`, each made at its callsite's first event, and each thread's leases of calls.

use super::plan::Plan;
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

/// A plan that a thread used, and what the thread may still write at its callsite.
struct Slot {
    owner: Cell<usize>,
    callsite: Cell<usize>,
    plan: Cell<Option<&'static Plan>>,
    lease: Cell<u64>,
    /// How many calls it takes next: more each time, so that a thread that logs once wastes none.
    next: Cell<u64>,
}

thread_local! {
    static CACHED: [Slot; CACHE] = const { [const { Slot::empty() }; CACHE] };
}

/// What a thread knows about a call without asking anybody.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Admission {
    /// Within the limit.
    Yes,
    /// Suppressed.
    No,
    /// The thread has used up its lease: [`Plans::admit`] says.
    Ask,
}

impl Plans {
    /// The plan of a callsite for the `configure()` with that id, if this thread remembers it; a call that it admits is
    /// taken from its lease.
    #[inline]
    pub(crate) fn known(
        owner: usize,
        metadata: &'static Metadata<'static>,
    ) -> Option<(&'static Plan, Admission)> {
        let callsite = std::ptr::from_ref(metadata).addr();
        CACHED.with(|cached| {
            let slot = &cached[place(callsite)];
            slot.plan_of(owner, callsite)
                .map(|plan| (plan, slot.look(plan)))
        })
    }

    /// The plan of a callsite for the `configure()` with that id, made if need be, and whether this call is within the
    /// limit.
    #[inline(never)]
    pub(crate) fn admit(
        &self,
        owner: usize,
        metadata: &'static Metadata<'static>,
        make: impl FnOnce() -> Plan,
    ) -> (&'static Plan, bool) {
        let callsite = std::ptr::from_ref(metadata).addr();
        CACHED.with(|cached| {
            // Two places each: callsites that meet in one do not drive each other out.
            let first = &cached[place(callsite)];
            if let Some(plan) = first.plan_of(owner, callsite) {
                return (plan, first.take(plan));
            }
            let second = &cached[place(callsite) ^ 1];
            if let Some(plan) = second.plan_of(owner, callsite) {
                return (plan, second.take(plan));
            }
            let slot = if first.plan.get().is_none() || second.plan.get().is_some() {
                first
            } else {
                second
            };
            let plan = self.find_or_make(callsite, make);
            slot.hold(owner, callsite, plan);
            (plan, slot.take(plan))
        })
    }

    #[cold]
    fn find_or_make(&self, callsite: usize, make: impl FnOnce() -> Plan) -> &'static Plan {
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
            .or_insert_with(|| Box::leak(Box::new(make())))
    }
}

impl Slot {
    const fn empty() -> Self {
        Self {
            owner: Cell::new(0),
            callsite: Cell::new(0),
            plan: Cell::new(None),
            lease: Cell::new(0),
            next: Cell::new(1),
        }
    }

    #[inline]
    fn plan_of(&self, owner: usize, callsite: usize) -> Option<&'static Plan> {
        if self.callsite.get() == callsite && self.owner.get() == owner {
            self.plan.get()
        } else {
            None
        }
    }

    #[cold]
    fn hold(&self, owner: usize, callsite: usize, plan: &'static Plan) {
        if let Some(before) = self.plan.replace(Some(plan)) {
            before.bucket.give_back(self.lease.get());
        }
        self.owner.set(owner);
        self.callsite.set(callsite);
        self.lease.set(0);
        self.next.set(1);
    }

    #[inline]
    fn look(&self, plan: &Plan) -> Admission {
        let lease = self.lease.get();
        if lease > 0 {
            self.lease.set(lease - 1);
            Admission::Yes
        } else if plan.bucket.is_shut() {
            Admission::No
        } else {
            Admission::Ask
        }
    }

    fn take(&self, plan: &Plan) -> bool {
        match self.look(plan) {
            Admission::Yes => true,
            Admission::No => false,
            Admission::Ask => self.renew(plan),
        }
    }

    fn renew(&self, plan: &Plan) -> bool {
        let lease = plan.bucket.lease(self.next.get());
        if lease == 0 {
            return false;
        }
        self.next
            .set((self.next.get() * 2).min(super::limit::LEASE));
        self.lease.set(lease - 1);
        true
    }
}

/// Callsites stand some hundred bytes apart: the golden ratio spreads them (Knuth, multiplicative hashing).
#[inline]
const fn place(callsite: usize) -> usize {
    ((callsite as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (u64::BITS - CACHE.trailing_zeros()))
        as usize
}
