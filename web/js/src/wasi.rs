//! What an instance is granted of WASI.

use crate::directory::Directory;
use crate::refusal;
use amphi_wasi_web::cli::{IsTerminal, StdoutStream};
use amphi_wasi_web::http::{
    WasiHttpCtx, WasiHttpCtxView, WasiHttpView, default_hooks, refusing_hooks,
};
use amphi_wasi_web::p2::pipe::MemoryInputPipe;
use amphi_wasi_web::{FsPerms, ResourceTable, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};
use amphi_web::{Local, embed};
use js_sys::{Function, Uint8Array};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::AsyncWrite;
use wasm_bindgen::prelude::*;

/// The data of an instance's store.
pub struct State {
    wasi: WasiCtx,
    http: WasiHttpCtx,
    /// Whether requests may be sent.
    sends: bool,
    table: ResourceTable,
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
            hooks: match self.sends {
                true => default_hooks(),
                false => refusing_hooks(),
            },
            table: &mut self.table,
            ctx: &mut self.http,
        }
    }
}

/// Grants, collected for one instance.
#[wasm_bindgen]
#[derive(Default)]
pub struct Grants {
    builder: WasiCtxBuilder,
    http: bool,
}

impl Grants {
    /// The data of a store with what was granted; nothing is left.
    pub fn take(&mut self) -> State {
        let Grants { mut builder, http } = std::mem::take(self);
        State {
            wasi: builder.build(),
            http: WasiHttpCtx::new(),
            sends: http,
            table: ResourceTable::new(),
        }
    }
}

#[wasm_bindgen]
impl Grants {
    /// Nothing granted.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Grants {
        Grants::default()
    }

    /// Appends an argument. The first is by convention the program's name.
    pub fn arg(&mut self, arg: &str) {
        self.builder.arg(arg);
    }

    /// Appends an environment variable.
    pub fn env(&mut self, name: &str, value: &str) {
        self.builder.env(name, value);
    }

    /// A directory under the name `path`.
    ///
    /// # Errors
    ///
    /// Never.
    pub fn directory(
        &mut self,
        path: &str,
        directory: &Directory,
        read_only: bool,
    ) -> Result<(), JsError> {
        let perms = match read_only {
            true => FsPerms::ReadOnly,
            false => FsPerms::ReadWrite,
        };
        let granted = self.builder.preopened_dir(&directory.tree, path, perms);
        granted.map(drop).map_err(refusal)
    }

    /// Requests, which are sent by `fetch`.
    pub fn http(&mut self) {
        self.http = true;
    }

    /// What the guest reads from its standard input.
    pub fn stdin(&mut self, bytes: Vec<u8>) {
        self.builder.stdin(MemoryInputPipe::new(bytes));
    }

    /// Who is given what the guest writes to its standard output: `(bytes)`.
    pub fn stdout(&mut self, handler: Function) {
        self.builder.stdout(Handler::new(handler));
    }

    /// Who is given what the guest writes to its standard error: `(bytes)`.
    pub fn stderr(&mut self, handler: Function) {
        self.builder.stderr(Handler::new(handler));
    }
}

/// Output that a function of JavaScript is given.
#[derive(Clone)]
struct Handler(Local<Function>);

impl Handler {
    fn new(handler: Function) -> Handler {
        Handler(Local::new(handler))
    }
}

impl AsyncWrite for Handler {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let text = Uint8Array::from(bytes);
        // A handler that fails has seen the text all the same: the guest is not to blame, and goes
        // on.
        let _ = embed::outside(|| self.0.call1(&JsValue::UNDEFINED, &text));
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl IsTerminal for Handler {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Handler {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }
}
