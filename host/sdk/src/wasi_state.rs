//! The state of a store whose guest is given WASI.

use crate::component::ResourceTable;
use crate::wasi::{WasiCtx, WasiCtxView, WasiView};
#[cfg(feature = "http")]
use crate::wasi_http::{
    WasiHttpCtx, WasiHttpCtxView, WasiHttpHooks, WasiHttpView, default_hooks, refusing_hooks,
};

/// The data of a store whose guest is given WASI, and with the feature `http` `wasi:http`: what the
/// guest is granted, its resources, and whatever the application keeps besides.
///
/// It implements [`WasiView`] and `WasiHttpView`, so that every function that links WASI takes a
/// linker of it. A store that makes some of this later, or in another way, implements the two
/// traits for data of its own.
///
/// ```
/// use amphi::component::{Component, Linker};
/// use amphi::wasi::{WasiCtx, WasiState, p2};
/// use amphi::{Engine, Store};
///
/// /// What this application keeps for a guest.
/// #[derive(Default)]
/// struct Notes(Vec<u32>);
///
/// # fn main() -> amphi::Result<()> {
/// let engine = Engine::default();
/// let component = Component::new(&engine, wat::parse_str(r#"(component
///     (import "note" (func $note (param "value" u32)))
///     (core func $core_note (canon lower (func $note)))
///     (core module $m
///         (import "" "note" (func $note (param i32)))
///         (func (export "run") (call $note (i32.const 7))))
///     (core instance $i (instantiate $m
///         (with "" (instance (export "note" (func $core_note))))))
///     (func (export "run") (canon lift (core func $i "run"))))"#)?)?;
/// let mut linker = Linker::<WasiState<Notes>>::new(&engine);
/// p2::add_to_linker_sync(&mut linker)?;
/// linker.root().func_wrap("note", |mut store, (value,): (u32,)| {
///     store.data_mut().data.0.push(value);
///     Ok(())
/// })?;
///
/// let wasi = WasiCtx::builder().env("LANG", "en").build();
/// let mut store = Store::new(&engine, WasiState::with_data(wasi, Notes::default()));
/// let instance = amphi::link(&linker, &component)?.instantiate(&mut store)?;
/// instance.get_typed_func::<(), ()>(&mut store, "run")?.call(&mut store, ())?;
/// assert_eq!(store.data().data.0, [7]);
/// # Ok(())
/// # }
/// ```
pub struct WasiState<T = ()> {
    /// What the guest is granted.
    pub wasi: WasiCtx,
    /// The resources that the guest holds, those of the application's own interfaces too.
    pub table: ResourceTable,
    /// The limits of HTTP.
    #[cfg(feature = "http")]
    pub http: WasiHttpCtx,
    #[cfg(feature = "http")]
    hooks: Hooks,
    /// What the application keeps for the guest.
    pub data: T,
}

/// What decides on the guest's requests, and sends them.
#[cfg(feature = "http")]
enum Hooks {
    Refusing,
    Default,
    Own(Box<dyn WasiHttpHooks>),
}

impl WasiState {
    /// The state of a guest that may do what `wasi` grants; it may send no requests.
    pub fn new(wasi: WasiCtx) -> Self {
        Self::with_data(wasi, ())
    }
}

impl<T> WasiState<T> {
    /// As [`new`](WasiState::new), with what the application keeps for the guest.
    pub fn with_data(wasi: WasiCtx, data: T) -> Self {
        Self {
            wasi,
            table: ResourceTable::new(),
            #[cfg(feature = "http")]
            http: WasiHttpCtx::new(),
            #[cfg(feature = "http")]
            hooks: Hooks::Refusing,
            data,
        }
    }

    /// Has `hooks` decide on the guest's requests, and send them.
    #[cfg(feature = "http")]
    #[must_use]
    pub fn with_hooks(self, hooks: impl WasiHttpHooks + 'static) -> Self {
        let hooks = Hooks::Own(Box::new(hooks));
        Self { hooks, ..self }
    }

    /// Has [`default_hooks`] send all of the guest's requests.
    #[cfg(feature = "http")]
    #[must_use]
    pub fn with_default_hooks(self) -> Self {
        let hooks = Hooks::Default;
        Self { hooks, ..self }
    }
}

impl<T: Send> WasiView for WasiState<T> {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

#[cfg(feature = "http")]
impl<T: Send> WasiHttpView for WasiState<T> {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            ctx: &mut self.http,
            table: &mut self.table,
            hooks: match &mut self.hooks {
                Hooks::Refusing => refusing_hooks(),
                Hooks::Default => default_hooks(),
                Hooks::Own(hooks) => &mut **hooks,
            },
        }
    }
}
