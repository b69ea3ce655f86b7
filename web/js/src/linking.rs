//! What an instance's imports are bound to: WASI, and functions and resources of JavaScript.

use crate::compiled::engine;
use crate::wasi::State;
use crate::{host_functions, refusal};
#[cfg(feature = "http")]
use amphi_wasi_web::http;
use amphi_wasi_web::p2;
use amphi_web::component::{Linker, LinkerInstance, ResourceType};
use amphi_web::embed::{self, HostFunction};
use amphi_web::{Local, Result, format_err};
use js_sys::Function;
use wasm_bindgen::prelude::*;

/// Definitions for one instance.
#[wasm_bindgen]
pub struct Linking {
    pub(crate) linker: Linker<State>,
    function: HostFunction,
}

#[wasm_bindgen]
impl Linking {
    /// WASI alone, and functions that never wait: `make: (lowering) -> function`, which set the
    /// global `failed` rather than throw.
    ///
    /// # Errors
    ///
    /// Never.
    pub fn direct(make: Function, failed: JsValue) -> Result<Linking, JsError> {
        let function = host_functions::direct(make, failed);
        Linking::new(function, p2::add_to_linker_sync).map_err(refusal)
    }

    /// WASI alone, whose functions may have to be waited for, as those of the page: `begin:
    /// (lowering, slots) -> promise | undefined`, and `finish` alike.
    ///
    /// # Errors
    ///
    /// Never.
    pub fn waited(begin: Function, finish: Function) -> Result<Linking, JsError> {
        let function = host_functions::waited(begin, finish);
        Linking::new(function, p2::add_to_linker_async).map_err(refusal)
    }

    /// Defines the function `name` of an interface, or of the world.
    ///
    /// # Errors
    ///
    /// The interface's name stands for something else.
    pub fn func(&mut self, interface: Option<String>, name: &str) -> Result<(), JsError> {
        let Linking { linker, function } = self;
        names(linker, interface)
            .and_then(|mut names| function.define(&mut names, name))
            .map_err(refusal)
    }

    /// Defines the resource `name` of an interface, or of the world; `dropped: (rep)` is called
    /// when a guest drops one that it owns.
    ///
    /// # Errors
    ///
    /// The interface's name stands for something else.
    pub fn resource(
        &mut self,
        interface: Option<String>,
        name: &str,
        number: u32,
        dropped: Function,
    ) -> Result<(), JsError> {
        let dropped = Local::new(dropped);
        let dtor = move |_: amphi_web::StoreContextMut<'_, State>, rep| {
            embed::outside(|| dropped.call1(&JsValue::UNDEFINED, &JsValue::from(rep)))
                .map(drop)
                .map_err(|_| format_err!("a host resource could not be disposed of"))
        };
        names(&mut self.linker, interface)
            .and_then(|mut names| names.resource(name, ResourceType::host_dynamic(number), dtor))
            .map_err(refusal)
    }
}

impl Linking {
    fn new(
        function: HostFunction,
        add_wasi: fn(&mut Linker<State>) -> Result<()>,
    ) -> Result<Linking> {
        let mut linker = Linker::new(&engine());
        add_wasi(&mut linker)?;
        #[cfg(feature = "http")]
        http::p2::add_only_http_to_linker_async(&mut linker)?;
        linker.allow_shadowing(true);
        Ok(Linking { linker, function })
    }
}

fn names(
    linker: &mut Linker<State>,
    interface: Option<String>,
) -> Result<LinkerInstance<'_, State>> {
    match interface {
        Some(interface) => linker.instance(&interface),
        None => Ok(linker.root()),
    }
}
