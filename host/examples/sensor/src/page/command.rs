//! Commands (`wasi:cli/run`) in the page: what they write is shown as it comes.

use super::{component, refusal};
use amphi::component::Linker;
use amphi::wasi::cli::{IsTerminal, StdoutStream};
use amphi::wasi::p2::bindings::Command;
use amphi::wasi::p2::pipe::MemoryInputPipe;
use amphi::wasi::{FsPerms, I32Exit, WasiCtxBuilder, WasiState};
use amphi::{Directory, Engine, Local, Store};
use js_sys::{Function, Uint8Array};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::AsyncWrite;
use wasm_bindgen::prelude::*;

/// A stream that a function of the page shows.
#[derive(Clone)]
struct Shown(Local<Function>);

impl IsTerminal for Shown {
    fn is_terminal(&self) -> bool {
        true
    }
}

impl StdoutStream for Shown {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }
}

impl AsyncWrite for Shown {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        // What the page's own function throws is the page's business.
        let _ = self.0.call1(&JsValue::NULL, &Uint8Array::from(bytes));
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// Runs the command in `bytes`, precompiled or not, with `args`, of which the first is its name,
/// and returns its exit code. What it writes is given to `out` and `err`, as bytes.
///
/// It is granted `input` to read, and two directories in memory, `/data` to write and `/fixed` to
/// read.
///
/// # Errors
///
/// The bytes are not a command that can run here, or it traps.
#[wasm_bindgen]
pub async fn command(
    bytes: Vec<u8>,
    args: Vec<String>,
    input: String,
    out: Function,
    err: Function,
) -> Result<i32, JsError> {
    let run = async {
        let engine = Engine::default();
        let component = component(&engine, &bytes).await?;
        let mut linker = Linker::new(&engine);
        amphi::wasi::p2::add_to_linker_async(&mut linker)?;
        let data = Directory::of([
            ("greeting.txt", "Hello, world!\n"),
            ("a/b/deep.txt", "deep"),
        ])?;
        let fixed = Directory::of([("stone.txt", "stays")])?;
        let wasi = WasiCtxBuilder::new()
            .args(&args)
            .stdin(MemoryInputPipe::new(input))
            .stdout(Shown(Local::new(out)))
            .stderr(Shown(Local::new(err)))
            .preopened_dir(&data, "/data", FsPerms::ReadWrite)?
            .preopened_dir(&fixed, "/fixed", FsPerms::ReadOnly)?
            .build();
        let mut store = Store::new(&engine, WasiState::new(wasi));
        let command = Command::instantiate_async(&mut store, &component, &linker).await?;
        match command.wasi_cli_run().call_run(&mut store).await {
            Ok(Ok(())) => Ok(0),
            Ok(Err(())) => Ok(1),
            Err(error) => match error.downcast_ref::<I32Exit>() {
                Some(I32Exit(code)) => Ok(*code),
                None => Err(error),
            },
        }
    };
    run.await.map_err(refusal)
}
