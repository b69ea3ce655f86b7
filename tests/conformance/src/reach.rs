//! What a script may use, and how its functions are called.

use amphi::component::{Component, Func, Instance, Linker, Val};
use amphi::{Engine, Result, Store};

use crate::host::State;

/// What a script may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// What both hosts have.
    Shared,
    /// What is asynchronous in the component model besides, which natively there is alone.
    #[cfg(not(target_arch = "wasm32"))]
    Asynchronous,
}

impl Reach {
    /// An engine for components of this reach.
    pub(crate) fn engine(self) -> Result<Engine> {
        let mut config = amphi::shared_config();
        config
            .wasm_component_model_map(true)
            .wasm_component_model_fixed_length_lists(true)
            .wasm_component_model_implements(true);
        #[cfg(not(target_arch = "wasm32"))]
        if self == Self::Asynchronous {
            config
                .wasm_component_model_async(true)
                .wasm_component_model_more_async_builtins(true)
                .wasm_component_model_async_stackful(true)
                .wasm_component_model_threading(true)
                .wasm_component_model_error_context(true);
        }
        Engine::new(&config)
    }

    /// Makes an instance.
    pub(crate) fn instantiate(
        self,
        store: &mut Store<State>,
        linker: &Linker<State>,
        component: &Component,
    ) -> Result<Instance> {
        match self {
            Self::Shared => linker.instantiate(store, component),
            #[cfg(not(target_arch = "wasm32"))]
            Self::Asynchronous => wait(linker.instantiate_async(store, component))?,
        }
    }

    /// Calls a function.
    pub(crate) fn call(
        self,
        store: &mut Store<State>,
        func: &Func,
        args: &[Val],
        results: &mut [Val],
    ) -> Result<()> {
        match self {
            Self::Shared => func.call(store, args, results),
            #[cfg(not(target_arch = "wasm32"))]
            Self::Asynchronous => wait(func.call_async(store, args, results))?,
        }
    }
}

/// The result of a future, on this thread.
#[cfg(not(target_arch = "wasm32"))]
fn wait<T>(future: impl Future<Output = T>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    Ok(runtime.block_on(future))
}
