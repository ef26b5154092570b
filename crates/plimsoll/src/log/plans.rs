//! The plans of one `configure()`, each made at its callsite's first event, and each thread's leases of calls.

use super::plan::Plan;
use std::cell::Cell;
use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

/// All plans. A callsite lives for ever, and so does its plan.
#[derive(Default)]
pub(crate) struct Plans {
    all: RwLock<HashMap<usize, &'static Plan>>,
}

/// Slots of a thread's cache, as many as a byte can tell apart.
const CACHE: usize = 1 << u8::BITS;

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

/// A callsite's plan, and where this thread's lease of its calls stands.
#[derive(Clone, Copy)]
pub(crate) struct Known {
    pub(crate) plan: &'static Plan,
    place: u8,
}

impl Known {
    /// Takes one call from the lease, or a new lease if need be: whether the call is within the limit.
    #[inline]
    pub(crate) fn is_admitted(self) -> bool {
        CACHED.with(|cached| cached[usize::from(self.place)].take(self.plan))
    }
}

impl Plans {
    /// The plan of a callsite for the `configure()` with that id, if this thread finds it at once.
    #[inline]
    pub(crate) fn known(owner: usize, callsite: usize) -> Option<Known> {
        let place = place(callsite);
        CACHED
            .with(|cached| cached[usize::from(place)].plan_of(owner, callsite))
            .map(|plan| Known { plan, place })
    }

    /// The plan of a callsite for the `configure()` with that id, made if need be; `make` gets the number of all plans.
    #[inline(never)]
    pub(crate) fn get(
        &self,
        owner: usize,
        callsite: usize,
        make: impl FnOnce(usize) -> &'static Plan,
    ) -> Known {
        CACHED.with(|cached| {
            // Two places each: callsites that meet in one do not drive each other out.
            let places = [place(callsite), place(callsite) ^ 1];
            let [first, second] = places.map(|place| &cached[usize::from(place)]);
            for (slot, place) in [first, second].into_iter().zip(places) {
                if let Some(plan) = slot.plan_of(owner, callsite) {
                    return Known { plan, place };
                }
            }
            let plan = self.find_or_make(callsite, make);
            let (slot, place) = if first.plan.get().is_none() || second.plan.get().is_some() {
                (first, places[0])
            } else {
                (second, places[1])
            };
            slot.hold(owner, callsite, plan);
            Known { plan, place }
        })
    }

    #[cold]
    fn find_or_make(
        &self,
        callsite: usize,
        make: impl FnOnce(usize) -> &'static Plan,
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
        let count = all.len();
        all.entry(callsite).or_insert_with(|| make(count))
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
    fn take(&self, plan: &Plan) -> bool {
        let lease = self.lease.get();
        if lease > 0 {
            self.lease.set(lease - 1);
            return true;
        }
        !plan.bucket.is_shut() && self.renew(plan)
    }

    #[cold]
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
const fn place(callsite: usize) -> u8 {
    ((callsite as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (u64::BITS - u8::BITS)) as u8
}
