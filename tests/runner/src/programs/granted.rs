//! A command whose WASI is linked interface by interface, with standard streams of the host's own.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use amphi::component::{Component, HasData, Linker, ResourceTable};
use amphi::wasi::cli::{IsTerminal, StdinStream, StdoutStream, WasiCli, WasiCliView};
use amphi::wasi::clocks::{WasiClocks, WasiClocksView};
use amphi::wasi::filesystem::{WasiFilesystem, WasiFilesystemView};
use amphi::wasi::p2::bindings::{self, Command};
use amphi::wasi::random::{WasiRandom, WasiRandomView};
use amphi::wasi::sockets::{WasiSockets, WasiSocketsView};
use amphi::wasi::{WasiCtxBuilder, WasiState};
use amphi::{Result, Store};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::Transcript;
use super::errands::INPUT;
use crate::stage::Stage;

/// Ties `wasi:io` to the table.
struct Io;

impl HasData for Io {
    type Data<'a> = &'a mut ResourceTable;
}

/// Links every interface that a command may import.
fn link(l: &mut Linker<WasiState>) -> Result<()> {
    use bindings::{cli, clocks, filesystem, io, random, sockets};
    type S = WasiState;

    io::error::add_to_linker::<S, Io>(l, |state| &mut state.table)?;
    io::poll::add_to_linker::<S, Io>(l, |state| &mut state.table)?;
    io::streams::add_to_linker::<S, Io>(l, |state| &mut state.table)?;
    cli::environment::add_to_linker::<S, WasiCli>(l, S::cli)?;
    cli::exit::add_to_linker::<S, WasiCli>(l, S::cli)?;
    cli::stdin::add_to_linker::<S, WasiCli>(l, S::cli)?;
    cli::stdout::add_to_linker::<S, WasiCli>(l, S::cli)?;
    cli::stderr::add_to_linker::<S, WasiCli>(l, S::cli)?;
    cli::terminal_input::add_to_linker::<S, WasiCli>(l, S::cli)?;
    cli::terminal_output::add_to_linker::<S, WasiCli>(l, S::cli)?;
    cli::terminal_stdin::add_to_linker::<S, WasiCli>(l, S::cli)?;
    cli::terminal_stdout::add_to_linker::<S, WasiCli>(l, S::cli)?;
    cli::terminal_stderr::add_to_linker::<S, WasiCli>(l, S::cli)?;
    clocks::wall_clock::add_to_linker::<S, WasiClocks>(l, S::clocks)?;
    clocks::monotonic_clock::add_to_linker::<S, WasiClocks>(l, S::clocks)?;
    random::random::add_to_linker::<S, WasiRandom>(l, S::random)?;
    random::insecure::add_to_linker::<S, WasiRandom>(l, S::random)?;
    random::insecure_seed::add_to_linker::<S, WasiRandom>(l, |state| state.wasi.random())?;
    filesystem::types::add_to_linker::<S, WasiFilesystem>(l, S::filesystem)?;
    filesystem::preopens::add_to_linker::<S, WasiFilesystem>(l, S::filesystem)?;
    let options = bindings::LinkOptions::default();
    sockets::network::add_to_linker::<S, WasiSockets>(l, &(&options).into(), S::sockets)?;
    sockets::instance_network::add_to_linker::<S, WasiSockets>(l, S::sockets)?;
    sockets::ip_name_lookup::add_to_linker::<S, WasiSockets>(l, S::sockets)?;
    sockets::tcp::add_to_linker::<S, WasiSockets>(l, S::sockets)?;
    sockets::tcp_create_socket::add_to_linker::<S, WasiSockets>(l, S::sockets)?;
    sockets::udp::add_to_linker::<S, WasiSockets>(l, S::sockets)?;
    sockets::udp_create_socket::add_to_linker::<S, WasiSockets>(l, S::sockets)
}

/// Input that comes in pieces. Clones read from the same place.
#[derive(Clone)]
struct Pieces(Arc<Mutex<Vec<u8>>>);

/// The most that is read or written at once.
const PIECE: usize = 3;

impl IsTerminal for Pieces {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdinStream for Pieces {
    fn async_stream(&self) -> Box<dyn AsyncRead + Send + Sync> {
        Box::new(self.clone())
    }
}

impl AsyncRead for Pieces {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let mut left = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let size = left.len().min(PIECE).min(buffer.remaining());
        let piece: Vec<u8> = left.drain(..size).collect();
        buffer.put_slice(&piece);
        Poll::Ready(Ok(()))
    }
}

/// Output that is kept, and taken in pieces. Clones write to the same place.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Kept {
    fn text(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl IsTerminal for Kept {
    fn is_terminal(&self) -> bool {
        true
    }
}

impl StdoutStream for Kept {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }
}

impl AsyncWrite for Kept {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let piece = &bytes[..bytes.len().min(PIECE)];
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend_from_slice(piece);
        Poll::Ready(Ok(piece.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// Runs errands with what is granted here.
pub async fn run(t: &mut Transcript, stage: &Stage, component: &Component) -> Result<()> {
    let mut linker = Linker::new(&stage.engine);
    link(&mut linker)?;
    for kind in ["command", "random", "streams"] {
        let output = Kept::default();
        let mut builder = WasiCtxBuilder::new();
        builder.arg("errand").arg(kind).env("GREETING", "hello");
        if kind == "random" {
            // What is inherited is the host's own affair, and none of this errand's.
            builder.inherit_args().inherit_env().inherit_network();
        }
        let wasi = builder
            .stdin(Pieces(Arc::new(Mutex::new(INPUT.into()))))
            .stdout(output.clone())
            .stderr(output.clone())
            .build();
        let mut store = Store::new(&stage.engine, WasiState::new(wasi));
        let command = Command::instantiate_async(&mut store, component, &linker).await?;
        let ended = command.wasi_cli_run().call_run(&mut store).await;
        t.same(&format!("{kind}, end"), ended?, Ok::<(), ()>(()));
        for (number, line) in output.text().lines().enumerate() {
            t.saw(&format!("{kind}, line {}", number + 1), line);
        }
    }
    Ok(())
}
