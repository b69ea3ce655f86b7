//! What all cases share: the engine, and each component, compiled once.

use std::collections::BTreeMap;

use amphi::component::{Component, Linker};
use amphi::{Engine, Result, Store, format_err};

use crate::host::State;

/// What components are made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// Their own bytes.
    #[default]
    Component,
    /// What they are precompiled to, by the same engine.
    Precompiled,
}

/// The engine and the components that were needed so far.
pub struct Stage {
    /// The engine.
    pub engine: Engine,
    /// What components are made of.
    pub form: Form,
    /// The components by their names.
    pub components: BTreeMap<String, Component>,
}

impl Stage {
    /// An engine that takes the same components on both hosts, and none yet.
    pub fn new(form: Form) -> Result<Stage> {
        Ok(Stage {
            engine: Engine::new(&amphi::shared_config())?,
            form,
            components: BTreeMap::new(),
        })
    }

    /// The component of this name, which is loaded and compiled if it is the first use.
    #[expect(unsafe_code, reason = "compiled code is trusted natively")]
    pub async fn component(
        &mut self,
        load: &impl AsyncFn(&str) -> Result<Vec<u8>>,
        name: &str,
    ) -> Result<Component> {
        if let Some(component) = self.components.get(name) {
            return Ok(component.clone());
        }
        let bytes = bytes(load, name).await?;
        let component = match self.form {
            Form::Component => amphi::compile(&self.engine, &bytes).await?,
            Form::Precompiled => {
                let precompiled = self.engine.precompile_component(&bytes)?;
                // SAFETY: this engine has just written it.
                unsafe { amphi::deserialize(&self.engine, &precompiled) }.await?
            }
        };
        self.components.insert(name.to_owned(), component.clone());
        Ok(component)
    }

    /// A fresh store for `linker`, which grants nothing.
    pub fn store(&self) -> Store<State> {
        Store::new(&self.engine, State::new())
    }

    /// A linker with WASI.
    pub fn linker(&self) -> Result<Linker<State>> {
        let mut linker = Linker::new(&self.engine);
        amphi::wasi::p2::add_to_linker_sync(&mut linker)?;
        Ok(linker)
    }
}

/// The bytes of the component of this name: a guest, or text of the corpus if the name ends in
/// `.wat`.
pub async fn bytes(load: &impl AsyncFn(&str) -> Result<Vec<u8>>, name: &str) -> Result<Vec<u8>> {
    if !name.ends_with(".wat") {
        return load(&format!("guests/{name}.wasm")).await;
    }
    let text = load(&format!("corpus/{name}")).await?;
    Ok(wat::parse_bytes(&text)
        .map_err(|error| format_err!("file `{name}`: {error}"))?
        .into_owned())
}
