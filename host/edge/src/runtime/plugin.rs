//! What an embedder adds to what components may import: host functions, or another component.

mod component;

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::Arc;

use amphi::component::Linker;

use crate::runtime::call::CallState;
use amphi_edge_listen::BodyError;

/// What a plugin has made for a function, for its calls.
pub type PluginSettings = Arc<dyn Any + Send + Sync>;

/// Host functions that an embedder adds, at three moments.
///
/// A plugin is shared by all functions that ask for it; what it keeps for a call, it keeps in the
/// call's state ([`CallState::keep`]).
pub trait Plugin: Send + Sync + 'static {
    /// The name by which a function asks for it.
    fn name(&self) -> &str;

    /// Once for each version of a function: defines what components may import.
    ///
    /// # Errors
    ///
    /// A name is defined already.
    fn link(&self, linker: &mut Linker<CallState>) -> wasmtime::Result<()>;

    /// Once for each version of the function of this name: what all of its calls have of this
    /// plugin.
    ///
    /// # Errors
    ///
    /// Why the function can have nothing of it; it is not deployed then.
    fn configure(&self, _function: &str) -> Result<PluginSettings, BodyError> {
        Ok(Arc::new(()))
    }

    /// Before each instance is made: what the calls of it need.
    fn prepare(&self, _settings: &PluginSettings, _state: &mut CallState) {}
}

pub use component::ComponentPlugin;

/// What answers to the name of a plugin.
#[derive(Clone)]
pub(crate) enum Provider {
    /// Host functions.
    Native(Arc<dyn Plugin>),
    /// A component.
    Component(Arc<ComponentPlugin>),
}

impl Provider {
    /// The name by which functions ask for it.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Native(plugin) => plugin.name(),
            Self::Component(plugin) => &plugin.name,
        }
    }
}

/// All that functions may ask for, by name.
pub(crate) type Providers = BTreeMap<String, Provider>;

/// The native plugins of a function, configured.
#[derive(Clone, Default)]
pub(crate) struct Configured(Vec<(Arc<dyn Plugin>, PluginSettings)>);

impl Configured {
    /// Configures a plugin for a function, and adds it.
    pub(crate) fn add(
        &mut self,
        plugin: &Arc<dyn Plugin>,
        function: &str,
    ) -> Result<(), BodyError> {
        let settings = plugin.configure(function)?;
        self.0.push((Arc::clone(plugin), settings));
        Ok(())
    }

    pub(crate) fn prepare(&self, state: &mut CallState) {
        for (plugin, settings) in &self.0 {
            plugin.prepare(settings, state);
        }
    }
}
