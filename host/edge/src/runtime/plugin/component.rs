//! A component that serves others: what it exports is what they import.
//!
//! Each instance of a caller has an instance of the plugin of its own, made when the first function
//! of it is called, in a store of its own and within the limits of the caller's function; the time
//! that it computes is the caller's. Values are copied from one to the other, so only functions
//! whose types are plain data can be served.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use amphi::component::types::ComponentFunc;
use amphi::component::{ComponentExportIndex, InstancePre, Linker, Val};
use amphi::{invoke, json};
use wasmtime::{Store, StoreContextMut};

use crate::digest::Digest;
use crate::problem::Kind;
use crate::runtime::call::{CallState, Clock, Failure, Usage, begin};
use crate::runtime::linker::export;
use crate::runtime::template::Template;
use crate::telemetry::metrics::{Call, FunctionMetrics, OK};
use amphi_edge_config::{self as config, Limits};

/// A component that others import.
#[derive(Clone, Debug, PartialEq)]
pub struct ComponentPlugin {
    /// The name by which functions ask for it.
    pub name: String,
    /// The component.
    pub component: Arc<[u8]>,
    /// What it may use itself.
    pub grants: config::Grants,
}

impl ComponentPlugin {
    /// A plugin of a component's bytes.
    pub fn new(name: impl Into<String>, component: impl Into<Arc<[u8]>>) -> Self {
        Self {
            name: name.into(),
            component: component.into(),
            grants: config::Grants::default(),
        }
    }

    /// The digest of its component.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(&self.component)
    }
}

/// A plugin that is ready to be instantiated for the callers of a function.
pub(crate) struct LinkedPlugin {
    name: String,
    pre: InstancePre<CallState>,
    template: Template,
    limits: Limits,
    /// What it does is recorded as that of a function.
    metrics: Arc<FunctionMetrics>,
}

/// A function of a plugin, as a linker takes it.
type Serve = Box<
    dyn for<'a> Fn(
            StoreContextMut<'a, CallState>,
            ComponentFunc,
            &'a [Val],
            &'a mut [Val],
        ) -> Box<dyn Future<Output = wasmtime::Result<()>> + Send + 'a>
        + Send
        + Sync,
>;

/// The instances of plugins that serve an instance, by the plugin's name.
#[derive(Default)]
pub(crate) struct PluginInstances(HashMap<String, PluginInstance>);

struct PluginInstance {
    store: Store<CallState>,
    instance: amphi::component::Instance,
}

impl PluginInstances {
    /// The stores of those that there are.
    pub(crate) fn stores(&self) -> impl Iterator<Item = &Store<CallState>> {
        self.0.values().map(|live| &live.store)
    }

    /// Counts nothing of the call before, as for the instance that is served.
    pub(crate) fn begin(&mut self, limits: &Limits) -> wasmtime::Result<()> {
        let mut stores = self.0.values_mut().map(|live| &mut live.store);
        stores.try_for_each(|store| begin(store, limits))
    }
}

impl LinkedPlugin {
    pub(crate) fn new(
        name: String,
        pre: InstancePre<CallState>,
        template: Template,
        limits: Limits,
        metrics: Arc<FunctionMetrics>,
    ) -> Arc<Self> {
        Arc::new(Self {
            name,
            pre,
            template,
            limits,
            metrics,
        })
    }

    /// Whether it is granted folders.
    pub(crate) fn has_files(&self) -> bool {
        self.template.has_files()
    }

    /// Defines what the plugin exports in the linker of a caller. Functions that need more than
    /// plain data are left out: who imports one is told that it is missing.
    pub(crate) fn link(self: &Arc<Self>, linker: &mut Linker<CallState>) -> wasmtime::Result<()> {
        for target in invoke::targets(self.pre.component()) {
            if json::Function::new(&target.func).is_err() {
                continue;
            }
            let Some(index) = export(self.pre.component(), &target) else {
                continue;
            };
            let plugin = Arc::clone(self);
            let name = target.function;
            let serve: Serve = Box::new(move |store, _, arguments, results| {
                let plugin = Arc::clone(&plugin);
                Box::new(async move { plugin.serve(index, store, arguments, results).await })
            });
            match &target.interface {
                Some(interface) => linker.instance(interface)?.func_new_async(&name, serve)?,
                None => linker.root().func_new_async(&name, serve)?,
            }
        }
        Ok(())
    }

    /// Calls a function of the instance that serves the caller's.
    async fn serve(
        &self,
        index: ComponentExportIndex,
        mut caller: StoreContextMut<'_, CallState>,
        arguments: &[Val],
        results: &mut [Val],
    ) -> wasmtime::Result<()> {
        let mut live = match caller.data_mut().served.0.remove(&self.name) {
            Some(live) => live,
            None => self.make(caller.data().clock.clone()).await?,
        };
        let function = live
            .instance
            .get_func(&mut live.store, index)
            .ok_or_else(|| {
                wasmtime::format_err!("the plugin `{}` lacks a function that it had", self.name)
            })?;
        // It is the caller's clock too.
        let (begun, computed) = (Instant::now(), live.store.data().clock.spent());
        let called = function
            .call_async(&mut live.store, arguments, results)
            .await
            .map_err(|error| Failure::of(error, &live.store));
        let state = live.store.data();
        let outcome = called.as_ref().err().map(Failure::kind);
        self.metrics.record(&Call {
            outcome: outcome.map_or(OK, Kind::word),
            wall: begun.elapsed(),
            usage: Some(Usage {
                cpu: state.clock.spent().saturating_sub(computed),
                memory_peak: state.meter.memory_peak(),
                ..Usage::default()
            }),
            ..Call::default()
        });
        // One that trapped is gone; its caller goes with it.
        called.map_err(Failure::into_error)?;
        caller.data_mut().served.0.insert(self.name.clone(), live);
        Ok(())
    }

    async fn make(&self, clock: Clock) -> wasmtime::Result<PluginInstance> {
        let state = self.template.state(&self.limits, clock).await?;
        let mut store = state.into_store(self.pre.engine(), &self.limits)?;
        let instance = self.pre.instantiate_async(&mut store).await?;
        Ok(PluginInstance { store, instance })
    }
}
