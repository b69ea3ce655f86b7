//! What the store of a call holds.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::Arc;

use amphi::component::ResourceTable;
use amphi::wasi::{WasiCtxView, WasiView};
use amphi::wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};
use wasmtime::{Engine, Store};

use super::hooks::Hooks;
use super::{Clock, Meter, Wasi, clock};
use crate::runtime::plugin::PluginInstances;
use amphi_edge_capabilities::Prepared;
use amphi_edge_capabilities::config_values::ConfigValuesView;
use amphi_edge_capabilities::keyvalue::KeyValueView;
use amphi_edge_capabilities::logging::{LogSink, LoggingView};
use amphi_edge_config::Limits;

/// What the store of a call holds: what was granted, what is counted, and what plugins keep for the
/// call.
pub struct CallState {
    pub(crate) clock: Clock,
    pub(crate) meter: Meter,
    table: ResourceTable,
    wasi: Wasi,
    http: WasiHttpCtx,
    /// The most bytes of the header fields that its guest makes.
    pub(crate) fields: usize,
    hooks: Hooks,
    granted: Arc<Prepared>,
    sink: Arc<dyn LogSink>,
    /// The instances of plugins that serve this one.
    pub(crate) served: PluginInstances,
    plugins: HashMap<TypeId, Box<dyn Any + Send>>,
}

impl CallState {
    pub(crate) fn new(
        limits: &Limits,
        clock: Clock,
        wasi: Wasi,
        granted: Arc<Prepared>,
        sink: Arc<dyn LogSink>,
    ) -> Self {
        let mut table = ResourceTable::new();
        table.set_max_capacity(limits.resources as usize);
        let fields = bytes(limits.headers);
        let mut http = WasiHttpCtx::new();
        http.set_field_size_limit(fields);
        Self {
            clock,
            meter: Meter::new(
                bytes(limits.memory),
                limits.tables as usize,
                limits.instances as usize,
            ),
            table,
            wasi,
            http,
            fields,
            hooks: Hooks(granted.hooks()),
            granted,
            sink,
            served: PluginInstances::default(),
            plugins: HashMap::new(),
        }
    }

    /// Keeps `value` for the rest of the call, in the place of what was kept of the same type.
    pub fn keep<T: Any + Send>(&mut self, value: T) {
        self.plugins.insert(TypeId::of::<T>(), Box::new(value));
    }

    /// What was kept of a type.
    pub fn kept<T: Any + Send>(&mut self) -> Option<&mut T> {
        self.plugins.get_mut(&TypeId::of::<T>())?.downcast_mut()
    }

    /// The host resources of the guest.
    pub fn table(&mut self) -> &mut ResourceTable {
        &mut self.table
    }

    pub(crate) fn config(&mut self) -> ConfigValuesView<'_> {
        ConfigValuesView {
            values: self.granted.config(),
        }
    }

    pub(crate) fn keyvalue(&mut self) -> KeyValueView<'_> {
        KeyValueView {
            grant: self.granted.keyvalue(),
            table: &mut self.table,
        }
    }

    pub(crate) fn logging(&mut self) -> LoggingView<'_> {
        LoggingView { sink: &*self.sink }
    }

    /// A store for calls within `limits`, its state in it.
    pub(crate) fn into_store(
        self,
        engine: &Engine,
        limits: &Limits,
    ) -> wasmtime::Result<Store<Self>> {
        let mut store = Store::new(engine, self);
        store.limiter(|state| &mut state.meter);
        store.set_hostcall_fuel(bytes(limits.hostcall));
        // Handles to what the guest has made itself, and to what it waits for.
        let resources = limits.resources as usize;
        store.set_max_component_handles(resources);
        if let Some(table) = store.concurrent_resource_table() {
            table.set_max_capacity(resources);
        }
        if let Some(fuel) = limits.fuel {
            store.set_fuel(fuel)?;
        }
        clock::install(&mut store);
        Ok(store)
    }
}

/// Has a store that has served a call ready for another, of which it counts everything anew.
pub(crate) fn begin(store: &mut Store<CallState>, limits: &Limits) -> wasmtime::Result<()> {
    let state = store.data_mut();
    state.clock.reset();
    state.meter.reset();
    if let Some(fuel) = limits.fuel {
        store.set_fuel(fuel)?;
    }
    store.set_epoch_deadline(1);
    Ok(())
}

/// A size of the configuration as a size in memory.
pub(crate) fn bytes(size: u64) -> usize {
    usize::try_from(size).unwrap_or(usize::MAX)
}

impl WasiView for CallState {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: self.wasi.made(&self.granted),
            table: &mut self.table,
        }
    }
}

impl WasiHttpView for CallState {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            ctx: &mut self.http,
            table: &mut self.table,
            hooks: &mut self.hooks,
        }
    }
}
