//! The host of the cases: the state of one store, and the imports of the guests as dynamic
//! functions.

use std::fmt;

use amphi::component::{
    Linker, LinkerInstance, Resource, ResourceAny, ResourceTable, ResourceType, Val,
};
use amphi::wasi::p2::pipe::MemoryOutputPipe;
use amphi::wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};
use amphi::wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpHooks, WasiHttpView};
use amphi::{Error, Result, StoreContextMut, format_err};

use crate::bindings::{Host, HostCounter, log};

/// How many bytes a guest may write to its standard output, and to its standard error.
const OUTPUT: usize = 1 << 20;

/// The counter that the contract of the kitchen expects in the host.
pub struct Counter(pub u32);

/// The error that a guest's call of `fail` makes the host return.
#[derive(Debug)]
pub struct Refusal(pub String);

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the host refused: {}", self.0)
    }
}

impl std::error::Error for Refusal {}

/// The state of one store.
pub struct State {
    /// What the guest called, one line each.
    pub calls: Vec<String>,
    /// The counters.
    pub table: ResourceTable,
    /// What sends the guest's requests: nothing, unless a program says otherwise.
    pub hooks: &'static mut dyn WasiHttpHooks,
    http: WasiHttpCtx,
    wasi: WasiCtx,
    stdout: MemoryOutputPipe,
    stderr: MemoryOutputPipe,
    /// How much of both outputs [`State::written`] has given out.
    read: (usize, usize),
}

impl State {
    /// A state that grants nothing but an output to write to.
    pub fn new() -> Self {
        Self::granted(&mut WasiCtxBuilder::new())
    }

    /// A state that grants what `builder` does, and an output to write to.
    pub fn granted(builder: &mut WasiCtxBuilder) -> Self {
        let (stdout, stderr) = (MemoryOutputPipe::new(OUTPUT), MemoryOutputPipe::new(OUTPUT));
        let wasi = builder
            .stdout(stdout.clone())
            .stderr(stderr.clone())
            .build();
        Self {
            calls: Vec::new(),
            table: ResourceTable::new(),
            hooks: amphi::wasi_http::refusing_hooks(),
            http: WasiHttpCtx::new(),
            wasi,
            stdout,
            stderr,
            read: (0, 0),
        }
    }

    /// The guest's standard output, also for when the store is gone.
    pub fn stdout(&self) -> MemoryOutputPipe {
        self.stdout.clone()
    }

    /// What the guest has written to its standard output and error since this was asked last.
    pub fn written(&mut self) -> (String, String) {
        let (stdout, stderr) = (self.stdout.contents(), self.stderr.contents());
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let new = (text(&stdout[self.read.0..]), text(&stderr[self.read.1..]));
        self.read = (stdout.len(), stderr.len());
        new
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            hooks: self.hooks,
            table: &mut self.table,
            ctx: &mut self.http,
        }
    }
}

/// A call of the host by a guest: the store, the arguments and the places for the results.
type Call<'a, 'b> = (StoreContextMut<'a, State>, &'b [Val], &'b mut [Val]);

/// Defines the imports of all guests.
pub fn link(linker: &mut Linker<State>) -> Result<()> {
    let mut sensor = linker.instance("demo:sensor/log@1.0.0")?;
    define(&mut sensor, "record-message", record_message)?;

    let mut kitchen = linker.instance("demo:kitchen/host@1.0.0")?;
    define(&mut kitchen, "add-one", add_one)?;
    define(&mut kitchen, "ask", ask)?;
    define(&mut kitchen, "fail", fail)?;
    kitchen.resource(
        "counter",
        ResourceType::host::<Counter>(),
        |mut store, rep| HostCounter::drop(store.data_mut(), Resource::new_own(rep)),
    )?;
    define(&mut kitchen, "[constructor]counter", new_counter)?;
    define(&mut kitchen, "[method]counter.increment", increment)?;
    define(&mut kitchen, "[method]counter.value", value)?;
    define(&mut kitchen, "[static]counter.merge", merge)
}

fn define(
    interface: &mut LinkerInstance<'_, State>,
    name: &str,
    function: impl Fn(Call<'_, '_>) -> Result<()> + Send + Sync + 'static,
) -> Result<()> {
    interface.func_new(name, move |store, _ty, params, results| {
        function((store, params, results))
    })
}

fn record_message((mut store, params, _): Call<'_, '_>) -> Result<()> {
    let [Val::Enum(level), Val::String(message)] = params else {
        return Err(unexpected(params));
    };
    let level = match level.as_str() {
        "debug" => log::Level::Debug,
        "info" => log::Level::Info,
        "warn" => log::Level::Warn,
        "error" => log::Level::Error,
        _ => return Err(unexpected(params)),
    };
    log::Host::record_message(store.data_mut(), level, message.clone())
}

fn add_one((mut store, params, results): Call<'_, '_>) -> Result<()> {
    let [Val::U32(x)] = params else {
        return Err(unexpected(params));
    };
    results[0] = Val::U32(store.data_mut().add_one(*x)?);
    Ok(())
}

fn ask((mut store, params, results): Call<'_, '_>) -> Result<()> {
    let [Val::String(question)] = params else {
        return Err(unexpected(params));
    };
    let some = |text| Some(Box::new(Val::String(text)));
    results[0] = Val::Result(
        store
            .data_mut()
            .ask(question.clone())?
            .map(some)
            .map_err(some),
    );
    Ok(())
}

fn fail((mut store, params, _): Call<'_, '_>) -> Result<()> {
    let [Val::String(reason)] = params else {
        return Err(unexpected(params));
    };
    store.data_mut().fail(reason.clone())
}

fn new_counter((mut store, params, results): Call<'_, '_>) -> Result<()> {
    let [Val::U32(start)] = params else {
        return Err(unexpected(params));
    };
    let counter = HostCounter::new(store.data_mut(), *start)?;
    results[0] = Val::Resource(counter.try_into_resource_any(&mut store)?);
    Ok(())
}

fn increment((mut store, params, results): Call<'_, '_>) -> Result<()> {
    let [Val::Resource(counter), Val::U32(by)] = params else {
        return Err(unexpected(params));
    };
    let counter = host_counter(&mut store, *counter)?;
    results[0] = Val::U32(store.data_mut().increment(counter, *by)?);
    Ok(())
}

fn value((mut store, params, results): Call<'_, '_>) -> Result<()> {
    let [Val::Resource(counter)] = params else {
        return Err(unexpected(params));
    };
    let counter = host_counter(&mut store, *counter)?;
    results[0] = Val::U32(store.data_mut().value(counter)?);
    Ok(())
}

fn merge((mut store, params, results): Call<'_, '_>) -> Result<()> {
    let [Val::Resource(a), Val::Resource(b)] = params else {
        return Err(unexpected(params));
    };
    let (a, b) = (host_counter(&mut store, *a)?, host_counter(&mut store, *b)?);
    let merged = HostCounter::merge(store.data_mut(), a, b)?;
    results[0] = Val::Resource(merged.try_into_resource_any(&mut store)?);
    Ok(())
}

fn host_counter(
    store: &mut StoreContextMut<'_, State>,
    any: ResourceAny,
) -> Result<Resource<Counter>> {
    any.try_into_resource(store)
}

fn unexpected(params: &[Val]) -> Error {
    format_err!("the engine passed arguments of other types than the import has: {params:?}")
}
