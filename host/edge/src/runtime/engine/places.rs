//! The places of a pool, and which function gets them.
//!
//! A function may be given a least and a most of the places: what it holds less than its least is
//! kept free for it, and more than its most it never holds. Who finds no place waits. The calls of
//! a function are let in one after the other; among functions, whoever came first has the next
//! place that is nobody's own.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio::sync::oneshot;

/// How many places a function may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bounds {
    /// So many are nobody else's.
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

/// The places of a pool.
#[derive(Debug)]
pub(crate) struct Places(Mutex<State>);

#[derive(Debug)]
struct State {
    free: u32,
    /// How many of those are kept for functions that hold less than their least.
    kept: u32,
    tenants: HashMap<usize, Tenant>,
    names: HashMap<String, Weak<Share>>,
    /// The number of the next tenant, or caller that waits.
    next: usize,
    /// How many wait.
    waiting: usize,
}

#[derive(Debug, Default)]
struct Tenant {
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

/// The part of the places that one function has.
#[derive(Debug)]
pub(crate) struct Share {
    places: Arc<Places>,
    id: usize,
}

/// Some places of a function, free again when this is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    share: Arc<Share>,
    count: u32,
}

impl Places {
    /// So many places, all free.
    pub(crate) fn new(count: u32) -> Arc<Self> {
        Arc::new(Self(Mutex::new(State {
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

    /// The part of the function `name`, which has it in common with all its versions. It is not
    /// bounded before it is [`bound`](Self::bound).
    pub(crate) fn share(self: &Arc<Self>, name: &str) -> Arc<Share> {
        let mut state = self.lock();
        if let Some(share) = state.names.get(name).and_then(Weak::upgrade) {
            return share;
        }
        let id = state.number();
        state.tenants.insert(id, Tenant::default());
        let share = Arc::new(Share {
            places: Arc::clone(self),
            id,
        });
        state.names.retain(|_, share| share.strong_count() > 0);
        state.names.insert(name.to_owned(), Arc::downgrade(&share));
        share
    }

    /// Bounds what functions hold from now on, by their names; those that are not named are not
    /// bounded.
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
        state.kept = state.tenants.values().map(Tenant::unused).sum();
        state.let_in();
        drop(state);
        drop(shares);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Share {
    /// Places for one instance, if there are some that nobody waits for.
    pub(crate) fn try_take(self: &Arc<Self>, count: u32) -> Option<Place> {
        let mut state = self.places.lock();
        let first = state.waiting == 0 || !state.waits(self.id);
        let own = state.waiting > 0 && state.firsts().next().is_some();
        let free = first && state.fits(self.id, count, own);
        free.then(|| {
            state.take(self.id, count);
            self.place(count)
        })
    }

    /// Places for one instance, as soon as there are some.
    pub(crate) async fn take(self: &Arc<Self>, count: u32) -> Place {
        let (let_in, mut entry) = oneshot::channel();
        let waits = self.wait(count, let_in);
        // It is never dropped before it was used.
        let _ = (&mut entry).await;
        waits.entered()
    }

    /// Whether it holds more than its least: what others might have.
    pub(crate) fn holds_more_than_its_own(&self) -> bool {
        let state = self.places.lock();
        let tenant = state.tenants.get(&self.id);
        tenant.is_some_and(|tenant| tenant.held > tenant.bounds.least)
    }

    /// Whether its most is what keeps it from having `count` more.
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

    fn place(self: &Arc<Self>, count: u32) -> Place {
        let share = Arc::clone(self);
        Place { share, count }
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

impl Drop for Place {
    fn drop(&mut self) {
        self.share
            .places
            .lock()
            .give_back(self.share.id, self.count);
    }
}

/// A caller that waits, or was let in and does not know it yet.
struct Waits {
    share: Option<Arc<Share>>,
    count: u32,
    number: usize,
}

impl Waits {
    /// Its places, once it was let in.
    fn entered(mut self) -> Place {
        let share = self.share.take().expect("it is taken once");
        let count = self.count;
        Place { share, count }
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

impl Tenant {
    /// How many of its least it does not hold.
    fn unused(&self) -> u32 {
        self.bounds.least.saturating_sub(self.held)
    }

    fn may_have(&self, count: u32) -> bool {
        self.held.saturating_add(count) <= self.bounds.most
    }
}

impl State {
    fn number(&mut self) -> usize {
        let number = self.next;
        self.next += 1;
        number
    }

    /// Whether a function can have `count` more; of its own alone, if `own`.
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

    /// Lets in whom there are places for.
    fn let_in(&mut self) {
        while self.waiting > 0 && self.let_one_in() {}
    }

    fn waits(&self, id: usize) -> bool {
        let tenant = self.tenants.get(&id);
        tenant.is_some_and(|tenant| !tenant.queue.is_empty())
    }

    /// Of each function the first that waits: its number, the function, and how many places. Who
    /// has as many as it may is in nobody's way.
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
