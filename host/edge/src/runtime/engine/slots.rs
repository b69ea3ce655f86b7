//! The slots of a pool, and which function gets them.
//!
//! A function may have a minimum and a maximum number of slots: while it holds fewer than its
//! minimum, the rest are reserved for it, and it never holds more than its maximum. Calls are
//! queued when no slot is free. The calls of a function get slots in order; among functions, the
//! call that came first gets the next slot that is not reserved.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio::sync::oneshot;

/// How many slots a function may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bounds {
    /// This many are reserved for it.
    pub(crate) least: u32,
    /// It never holds more.
    pub(crate) most: u32,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            least: 0,
            most: u32::MAX,
        }
    }
}

/// The slots of a pool.
#[derive(Debug)]
pub(crate) struct PoolSlots(Mutex<SlotState>);

#[derive(Debug)]
struct SlotState {
    free: u32,
    /// How many of those are reserved, for functions that hold fewer than their minimum.
    kept: u32,
    tenants: HashMap<usize, FunctionSlots>,
    names: HashMap<String, Weak<Share>>,
    /// The number of the next tenant, or queued call.
    next: usize,
    /// How many calls are queued.
    waiting: usize,
}

#[derive(Debug, Default)]
struct FunctionSlots {
    held: u32,
    bounds: Bounds,
    queue: VecDeque<Waiter>,
}

#[derive(Debug)]
struct Waiter {
    number: usize,
    count: u32,
    let_in: oneshot::Sender<()>,
}

/// The share of the slots that one function has.
#[derive(Debug)]
pub(crate) struct Share {
    places: Arc<PoolSlots>,
    id: usize,
}

/// Slots that a function holds; they are free again when this is dropped.
#[derive(Debug)]
pub(crate) struct SlotPermit {
    share: Arc<Share>,
    count: u32,
}

impl PoolSlots {
    /// This many slots, all free.
    pub(crate) fn new(count: u32) -> Arc<Self> {
        Arc::new(Self(Mutex::new(SlotState {
            free: count,
            kept: 0,
            tenants: HashMap::new(),
            names: HashMap::new(),
            next: 0,
            waiting: 0,
        })))
    }

    /// How many are free.
    pub(crate) fn free(&self) -> u32 {
        self.lock().free
    }

    /// The share of the function `name`, common to all its versions. It has no bounds before
    /// [`bound`](Self::bound) sets them.
    pub(crate) fn share(self: &Arc<Self>, name: &str) -> Arc<Share> {
        let mut state = self.lock();
        if let Some(share) = state.names.get(name).and_then(Weak::upgrade) {
            return share;
        }
        let id = state.number();
        state.tenants.insert(id, FunctionSlots::default());
        let share = Arc::new(Share {
            places: Arc::clone(self),
            id,
        });
        state.names.retain(|_, share| share.strong_count() > 0);
        state.names.insert(name.to_owned(), Arc::downgrade(&share));
        share
    }

    /// Sets the bounds of functions by their names; those that are not named have none.
    pub(crate) fn bound(&self, bounds: &HashMap<String, Bounds>) {
        let mut state = self.lock();
        // Dropping a share takes the lock.
        let shares: Vec<(Bounds, Arc<Share>)> = state
            .names
            .iter()
            .filter_map(|(name, share)| {
                let bounds = bounds.get(name).copied().unwrap_or_default();
                Some((bounds, share.upgrade()?))
            })
            .collect();
        for (bounds, share) in &shares {
            if let Some(tenant) = state.tenants.get_mut(&share.id) {
                tenant.bounds = *bounds;
            }
        }
        state.kept = state.tenants.values().map(FunctionSlots::unused).sum();
        state.let_in();
        drop(state);
        drop(shares);
    }

    fn lock(&self) -> MutexGuard<'_, SlotState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Share {
    /// Slots for one instance, if some are free that no queued call would get.
    pub(crate) fn try_take(self: &Arc<Self>, count: u32) -> Option<SlotPermit> {
        let mut state = self.places.lock();
        let first = state.waiting == 0 || !state.waits(self.id);
        let own = state.waiting > 0 && state.firsts().next().is_some();
        let free = first && state.fits(self.id, count, own);
        free.then(|| {
            state.take(self.id, count);
            self.place(count)
        })
    }

    /// Slots for one instance, as soon as some are free.
    pub(crate) async fn take(self: &Arc<Self>, count: u32) -> SlotPermit {
        let (let_in, mut entry) = oneshot::channel();
        let waits = self.wait(count, let_in);
        // It is never dropped before it was used.
        let _ = (&mut entry).await;
        waits.entered()
    }

    /// Whether it holds more than its minimum, which others could use.
    pub(crate) fn holds_more_than_its_own(&self) -> bool {
        let state = self.places.lock();
        let tenant = state.tenants.get(&self.id);
        tenant.is_some_and(|tenant| tenant.held > tenant.bounds.least)
    }

    /// Whether its maximum is the reason why it cannot have `count` more.
    pub(crate) fn is_full(&self, count: u32) -> bool {
        let state = self.places.lock();
        let tenant = state.tenants.get(&self.id);
        tenant.is_some_and(|tenant| !tenant.may_have(count))
    }

    fn wait(self: &Arc<Self>, count: u32, let_in: oneshot::Sender<()>) -> Waits {
        let mut state = self.places.lock();
        let number = state.number();
        let waiter = Waiter {
            number,
            count,
            let_in,
        };
        if let Some(tenant) = state.tenants.get_mut(&self.id) {
            tenant.queue.push_back(waiter);
            state.waiting += 1;
        }
        state.let_in();
        Waits {
            share: Some(Arc::clone(self)),
            count,
            number,
        }
    }

    fn place(self: &Arc<Self>, count: u32) -> SlotPermit {
        let share = Arc::clone(self);
        SlotPermit { share, count }
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut state = self.places.lock();
        // Nothing is held, or the share would be.
        if let Some(tenant) = state.tenants.remove(&self.id) {
            state.kept = state.kept.saturating_sub(tenant.unused());
            state.let_in();
        }
    }
}

impl Drop for SlotPermit {
    fn drop(&mut self) {
        self.share
            .places
            .lock()
            .give_back(self.share.id, self.count);
    }
}

/// A queued call, or one that has got its slots and has not been polled yet.
struct Waits {
    share: Option<Arc<Share>>,
    count: u32,
    number: usize,
}

impl Waits {
    /// Its slots, once it has got them.
    fn entered(mut self) -> SlotPermit {
        let share = self.share.take().expect("it is taken once");
        let count = self.count;
        SlotPermit { share, count }
    }
}

impl Drop for Waits {
    fn drop(&mut self) {
        let Some(share) = self.share.take() else {
            return;
        };
        let mut state = share.places.lock();
        let Some(tenant) = state.tenants.get_mut(&share.id) else {
            return;
        };
        let before = tenant.queue.len();
        tenant.queue.retain(|waiter| waiter.number != self.number);
        match before - tenant.queue.len() {
            0 => state.give_back(share.id, self.count),
            gone => {
                state.waiting -= gone;
                // Others may have waited behind it.
                state.let_in();
            }
        }
        drop(state);
    }
}

impl FunctionSlots {
    /// How many of its minimum it does not hold.
    fn unused(&self) -> u32 {
        self.bounds.least.saturating_sub(self.held)
    }

    fn may_have(&self, count: u32) -> bool {
        self.held.saturating_add(count) <= self.bounds.most
    }
}

impl SlotState {
    fn number(&mut self) -> usize {
        let number = self.next;
        self.next += 1;
        number
    }

    /// Whether a function can have `count` more; of those reserved for it only, if `own`.
    fn fits(&self, id: usize, count: u32, own: bool) -> bool {
        let Some(tenant) = self.tenants.get(&id) else {
            return false;
        };
        let unused = tenant.unused();
        let others = self.kept.saturating_sub(unused);
        let is_own = count <= unused && count <= self.free;
        tenant.may_have(count) && (is_own || (!own && count.saturating_add(others) <= self.free))
    }

    fn take(&mut self, id: usize, count: u32) {
        self.held(id, |held| held + count);
        self.free = self.free.saturating_sub(count);
    }

    fn give_back(&mut self, id: usize, count: u32) {
        self.held(id, |held| held.saturating_sub(count));
        self.free += count;
        self.let_in();
    }

    fn held(&mut self, id: usize, change: impl FnOnce(u32) -> u32) {
        if let Some(tenant) = self.tenants.get_mut(&id) {
            let before = tenant.unused();
            tenant.held = change(tenant.held);
            self.kept = self.kept.saturating_sub(before) + tenant.unused();
        }
    }

    /// Gives slots to the queued calls that there are slots for.
    fn let_in(&mut self) {
        while self.waiting > 0 && self.let_one_in() {}
    }

    fn waits(&self, id: usize) -> bool {
        let tenant = self.tenants.get(&id);
        tenant.is_some_and(|tenant| !tenant.queue.is_empty())
    }

    /// The first queued call of each function: its number, the function, and how many slots. A
    /// function at its maximum is skipped.
    fn firsts(&self) -> impl Iterator<Item = (usize, usize, u32)> {
        self.tenants.iter().filter_map(|(&id, tenant)| {
            let waiter = tenant.queue.front()?;
            let may = tenant.may_have(waiter.count);
            may.then_some((waiter.number, id, waiter.count))
        })
    }

    fn let_one_in(&mut self) -> bool {
        let mut firsts: Vec<_> = self.firsts().collect();
        firsts.sort_unstable();
        // Behind one that there is no place for, others have what is their own.
        let mut own = false;
        for (_, id, count) in firsts {
            if self.fits(id, count, own) {
                let tenant = self.tenants.get_mut(&id);
                let waiter = tenant.and_then(|tenant| tenant.queue.pop_front());
                self.waiting -= 1;
                self.take(id, count);
                // One that is gone gives its places back itself.
                let _ = waiter.map(|waiter| waiter.let_in.send(()));
                return true;
            }
            own = true;
        }
        false
    }
}

#[cfg(test)]
mod tests;
