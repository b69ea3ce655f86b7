//! Wasmtime engines with their pools, and the clock that lets a guest be interrupted.
//!
//! Fuel and asynchronous components affect code generation and the cost of a call, so each
//! combination that a function uses has an engine of its own ([`EngineKind`]), created on first
//! use. All have the same settings otherwise.

mod slots;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::time::Duration;

use wasmtime::{Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

pub(crate) use slots::{Bounds, PoolSlots, Share, SlotPermit};

/// How often a guest that computes is looked at: deadlines are exact to this.
pub const TICK: Duration = Duration::from_millis(10);

/// Once a second.
const TICKS_TO_SWEEP: u64 = 100;

/// How many bytes of a table are cleared rather than given back to the kernel: of most tables all.
const TABLE_KEPT: usize = 16 << 10;

/// How many written bytes of a memory are cleared rather than given back to the kernel, where it is
/// known which are written.
const SCANNED_KEPT: usize = 1 << 20;

/// Engine features that affect code generation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct EngineKind {
    /// Asynchronous functions, streams and futures of the component model, which WASI 0.3 uses.
    pub concurrent: bool,
    /// Fuel is counted.
    pub fuel: bool,
}

impl EngineKind {
    const ALL: usize = 4;

    fn index(self) -> usize {
        usize::from(self.concurrent) | usize::from(self.fuel) << 1
    }

    /// Its name in metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match (self.concurrent, self.fuel) {
            (false, false) => "plain",
            (true, false) => "concurrent",
            (false, true) => "fuel",
            (true, true) => "concurrent-fuel",
        }
    }

    /// The settings that code is compiled with, which must be the same in the compiler and in an
    /// engine of this kind.
    ///
    /// Components may use what the page supports, and asynchronous features if enabled.
    #[must_use]
    pub fn config(self) -> Config {
        let mut config = amphi::shared_config();
        config
            .epoch_interruption(true)
            .consume_fuel(self.fuel)
            .concurrency_support(self.concurrent)
            .memory_init_cow(true);
        if self.concurrent {
            config.wasm_component_model_async(true);
        }
        config
    }
}

/// The size of the pool, for each kind of engine.
#[derive(Clone, Debug)]
pub struct PoolSettings {
    /// The number of slots for instances; further calls are queued.
    pub instances: u32,
    /// The most memories of one component.
    pub memories: u32,
    /// The most tables of one component.
    pub tables: u32,
    /// The most core instances of one component.
    pub core_instances: u32,
    /// The most elements of one table.
    pub table_elements: usize,
    /// Whether the kernel is asked which pages of a memory a call has written, so that only those
    /// are cleared. Otherwise the pages are returned to the kernel, which costs a page fault each
    /// when they are used again.
    ///
    /// The kernel does not report a page that is swapped out or being migrated: the next call of
    /// the same function would find its old contents. So this is for functions whose calls may see
    /// each other's data, on machines without swap. Requires Linux 6.7.
    pub pagemap_scan: bool,
}

impl Default for PoolSettings {
    fn default() -> Self {
        Self {
            instances: 200,
            memories: 8,
            tables: 8,
            core_instances: 32,
            table_elements: 100_000,
            pagemap_scan: false,
        }
    }
}

impl PoolSettings {
    /// The settings as Wasmtime's pooling allocator takes them.
    #[must_use]
    pub fn allocation(&self) -> PoolingAllocationConfig {
        let mut pool = PoolingAllocationConfig::new();
        pool.total_component_instances(self.instances)
            .total_core_instances(self.instances.saturating_mul(self.core_instances))
            // The exceptions of an instance are in a memory of its own, which it is given if it can
            // throw any.
            .total_memories(
                self.instances
                    .saturating_mul(self.memories.saturating_add(1)),
            )
            .total_gc_heaps(self.instances)
            .total_tables(self.instances.saturating_mul(self.tables))
            // An instance is made on one stack and called on another.
            .total_stacks(self.instances.saturating_mul(2))
            .max_memories_per_component(self.memories)
            .max_tables_per_component(self.tables)
            .max_core_instances_per_component(self.core_instances)
            .max_memories_per_module(self.memories)
            .max_tables_per_module(self.tables)
            .table_elements(self.table_elements)
            .table_keep_resident(TABLE_KEPT)
            .async_stack_keep_resident(64 << 10)
            .max_unused_warm_slots(self.instances);
        if self.pagemap_scan {
            pool.pagemap_scan(Enabled::Yes)
                .linear_memory_keep_resident(SCANNED_KEPT);
        }
        pool
    }
}

/// Who keeps instances in a pool between calls, and gives them up where others need the room.
pub(crate) trait Tenant: Send + Sync {
    /// What it has of the pool.
    fn share(&self) -> &Arc<Share>;
    /// Gives up all instances that wait for a call.
    fn clear(&self);
    /// Gives up those that have waited for as long as they may.
    fn sweep(&self);
}

/// An engine with a pool.
pub struct Pool {
    /// The engine.
    pub engine: Engine,
    /// A place for each component instance that the pool can hold: who waits here does not fail
    /// there.
    pub(crate) places: Arc<PoolSlots>,
    /// Which engine it is.
    pub kind: EngineKind,
    pub(crate) settings: PoolSettings,
    tenants: Mutex<Vec<Weak<dyn Tenant>>>,
}

impl Pool {
    /// Drops instances that wait for a call, so that a function finds `count` places: its own where
    /// it has all that it may, else those of all that have more than is their own.
    pub(crate) fn make_room(&self, share: &Arc<Share>, count: u32) {
        let full = share.is_full(count);
        for tenant in self.tenants() {
            let own = Arc::ptr_eq(tenant.share(), share);
            if own || (!full && tenant.share().holds_more_than_its_own()) {
                tenant.clear();
            }
        }
    }

    /// Drops instances that have waited for a call for as long as they may.
    fn sweep(&self) {
        for tenant in self.tenants() {
            tenant.sweep();
        }
    }

    /// Remembers who may keep instances.
    pub(crate) fn admit(&self, tenant: Weak<dyn Tenant>) {
        let mut tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        tenants.retain(|tenant| tenant.strong_count() > 0);
        tenants.push(tenant);
    }

    /// Those that have instances here.
    fn tenants(&self) -> Vec<Arc<dyn Tenant>> {
        let tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        tenants.iter().filter_map(Weak::upgrade).collect()
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool")
            .field("kind", &self.kind)
            .field("free", &self.places.free())
            .finish_non_exhaustive()
    }
}

/// The engines of a host.
#[derive(Debug)]
pub struct Engines {
    settings: PoolSettings,
    pools: Arc<Pools>,
}

type Pools = [OnceLock<Arc<Pool>>; EngineKind::ALL];

impl Engines {
    /// Engines that are made when they are first asked for.
    #[must_use]
    pub fn new(settings: PoolSettings) -> Self {
        Self {
            settings,
            pools: Arc::default(),
        }
    }

    /// How their pools are set.
    #[must_use]
    pub fn settings(&self) -> &PoolSettings {
        &self.settings
    }

    /// The engine of a kind.
    ///
    /// # Errors
    ///
    /// The pool's address space cannot be reserved.
    pub fn pool(&self, kind: EngineKind) -> wasmtime::Result<Arc<Pool>> {
        let place = &self.pools[kind.index()];
        if let Some(pool) = place.get() {
            return Ok(Arc::clone(pool));
        }
        let mut config = kind.config();
        config.allocation_strategy(InstanceAllocationStrategy::Pooling(
            self.settings.allocation(),
        ));
        let engine = Engine::new(&config)?;
        let pool = place.get_or_init(|| {
            let pool = Arc::new(Pool {
                engine,
                places: PoolSlots::new(self.settings.instances),
                kind,
                settings: self.settings.clone(),
                tenants: Mutex::default(),
            });
            tick(Arc::downgrade(&pool));
            pool
        });
        Ok(Arc::clone(pool))
    }

    /// Bounds how many places of each pool functions hold from now on, by their names; those that
    /// are not named are not bounded.
    pub(crate) fn bound(&self, bounds: &HashMap<String, Bounds>) {
        for pool in self.made() {
            pool.places.bound(bounds);
        }
    }

    /// The engines that have been asked for.
    pub fn made(&self) -> impl Iterator<Item = &Arc<Pool>> {
        self.pools.iter().filter_map(OnceLock::get)
    }
}

/// Moves the engine's epoch on for as long as the pool is there, and sweeps it every now and then.
fn tick(pool: Weak<Pool>) {
    let ticking = move || {
        for number in 1_u64.. {
            std::thread::sleep(TICK);
            let Some(pool) = pool.upgrade() else {
                return;
            };
            pool.engine.increment_epoch();
            if number.is_multiple_of(TICKS_TO_SWEEP) {
                pool.sweep();
            }
        }
    };
    // Without the thread no guest could be interrupted: better to have no engine.
    std::thread::Builder::new()
        .name("amphi-epoch".to_owned())
        .spawn(ticking)
        .expect("a thread can be started");
}

#[cfg(test)]
mod tests {
    use super::{EngineKind, Engines, PoolSettings};
    use wasmtime::component::{Component, Instance, Linker};
    use wasmtime::{Engine, Result, Store};

    /// A component of a core module with two memories, whose `run` has this body.
    fn component(engine: &Engine, body: &str) -> Component {
        let text = format!(
            r#"(component
                (core module $m (memory 1) (memory 1) (tag $t) (func (export "run") {body}))
                (core instance $m (instantiate $m))
                (func (export "run") (canon lift (core func $m "run"))))"#
        );
        let bytes = wat::parse_str(text).expect("a component");
        Component::new(engine, bytes).expect("the engine takes it")
    }

    const THROWS: &str = "(block $all (try_table (catch_all $all) (throw $t)))";

    fn run(store: &mut Store<()>, component: &Component) -> Result<Instance> {
        let linker = Linker::new(component.engine());
        let instance = linker.instantiate(&mut *store, component)?;
        let run = instance.get_typed_func::<(), ()>(&mut *store, "run")?;
        run.call(&mut *store, ())?;
        Ok(instance)
    }

    fn store(engine: &Engine) -> Store<()> {
        let mut store = Store::new(engine, ());
        store.set_epoch_deadline(u64::MAX / 2);
        store
    }

    /// Each place has room for the memories that a component may have, and for its exceptions. Who
    /// throws none takes none of that.
    #[test]
    fn every_place_has_room_for_exceptions() {
        let engines = Engines::new(PoolSettings {
            instances: 2,
            memories: 2,
            ..PoolSettings::default()
        });
        let engine = engines
            .pool(EngineKind::default())
            .expect("a pool")
            .engine
            .clone();
        let heaps = || engine.pooling_allocator_metrics().map(|it| it.gc_heaps());
        let (throwing, calm) = (component(&engine, THROWS), component(&engine, "nop"));

        let mut first = store(&engine);
        run(&mut first, &calm).expect("there is room");
        assert_eq!(heaps(), Some(0));
        drop(first);
        for _ in 0..3 {
            let (mut first, mut second) = (store(&engine), store(&engine));
            run(&mut first, &throwing).expect("there is room");
            run(&mut second, &throwing).expect("there is room");
            assert_eq!(heaps(), Some(2));
        }
        assert_eq!(heaps(), Some(0));
    }

    #[test]
    fn every_engine_takes_what_the_page_takes() {
        let page = amphi::shared_config();
        let page = Engine::new(&page).expect("an engine").get_wasm_features();
        for (concurrent, fuel) in [(false, false), (true, false), (false, true), (true, true)] {
            let kind = EngineKind { concurrent, fuel };
            let engine = Engine::new(&kind.config()).expect("an engine");
            let more = engine.get_wasm_features() - page;
            let asynchronous = match concurrent {
                true => wasmtime::WasmFeatures::CM_ASYNC,
                false => wasmtime::WasmFeatures::empty(),
            };
            assert_eq!(more, asynchronous, "{kind:?}");
            assert!(engine.get_wasm_features().contains(page), "{kind:?}");
        }
    }
}
