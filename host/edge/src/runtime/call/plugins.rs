//! The instances of component plugins that serve an instance.

use std::collections::HashMap;

use amphi::component::Instance;
use amphi_edge_config::Limits;
use wasmtime::Store;

use super::{CallState, begin};

/// The instances of plugins that serve an instance, by the plugin's name.
#[derive(Default)]
pub(crate) struct PluginInstances(HashMap<String, PluginInstance>);

/// An instance of a plugin, in a store of its own.
pub(crate) struct PluginInstance {
    pub(crate) store: Store<CallState>,
    pub(crate) instance: Instance,
}

impl PluginInstances {
    /// The instance of the plugin of this name, which is not among them until it is
    /// [kept](Self::keep) again.
    pub(crate) fn take(&mut self, plugin: &str) -> Option<PluginInstance> {
        self.0.remove(plugin)
    }

    /// Adds the instance of a plugin.
    pub(crate) fn keep(&mut self, plugin: String, instance: PluginInstance) {
        self.0.insert(plugin, instance);
    }

    /// The stores of those that there are.
    pub(crate) fn stores(&self) -> impl Iterator<Item = &Store<CallState>> {
        self.0.values().map(|plugin| &plugin.store)
    }

    /// Counts nothing of the call before, as for the instance that is served.
    pub(crate) fn begin(&mut self, limits: &Limits) -> wasmtime::Result<()> {
        let mut stores = self.0.values_mut().map(|plugin| &mut plugin.store);
        stores.try_for_each(|store| begin(store, limits))
    }
}
