//! `wasi:cli`: arguments, environment, exit and the standard streams.

use crate::I32Exit;
use crate::p2::bindings::sync::cli::{
    environment, exit, stderr, stdin, stdout, terminal_input, terminal_output, terminal_stderr,
    terminal_stdin, terminal_stdout,
};
use crate::p2::pipe::{AsyncReadStream, AsyncWriteStream, ClosedInputStream, SinkOutputStream};
use crate::p2::{DynInputStream, DynOutputStream, InputStream, OutputStream};
use amphi_web::Result;
use amphi_web::component::{HasData, Resource, ResourceTable};
use std::pin::Pin;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};

/// Whether a standard stream is a terminal.
pub trait IsTerminal {
    /// Whether this stream is a terminal.
    fn is_terminal(&self) -> bool;
}

/// What can be a guest's standard input.
pub trait StdinStream: IsTerminal + Send {
    /// A new handle. All handles read from the same place.
    fn async_stream(&self) -> Box<dyn AsyncRead + Send + Sync>;

    /// As [`async_stream`](Self::async_stream), as WASI 0.2 has it.
    fn p2_stream(&self) -> Box<dyn InputStream> {
        Box::new(AsyncReadStream::new(Pin::from(self.async_stream())))
    }
}

/// What can be a guest's standard output or standard error.
pub trait StdoutStream: IsTerminal + Send {
    /// A new handle. All handles write to the same place.
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync>;

    /// As [`async_stream`](Self::async_stream), as WASI 0.2 has it.
    fn p2_stream(&self) -> Box<dyn OutputStream> {
        let stream = Pin::from(self.async_stream());
        Box::new(AsyncWriteStream::new(WRITE_BUDGET, stream))
    }
}

/// How much an output takes at once that says nothing of that.
const WRITE_BUDGET: usize = 8192;

impl<T: IsTerminal + ?Sized> IsTerminal for &T {
    fn is_terminal(&self) -> bool {
        T::is_terminal(self)
    }
}

impl<T: StdinStream + Sync + ?Sized> StdinStream for &T {
    fn async_stream(&self) -> Box<dyn AsyncRead + Send + Sync> {
        T::async_stream(self)
    }

    fn p2_stream(&self) -> Box<dyn InputStream> {
        T::p2_stream(self)
    }
}

impl<T: StdoutStream + Sync + ?Sized> StdoutStream for &T {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        T::async_stream(self)
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        T::p2_stream(self)
    }
}

impl<T: IsTerminal + ?Sized> IsTerminal for Box<T> {
    fn is_terminal(&self) -> bool {
        T::is_terminal(self)
    }
}

impl<T: StdinStream + ?Sized> StdinStream for Box<T> {
    fn async_stream(&self) -> Box<dyn AsyncRead + Send + Sync> {
        T::async_stream(self)
    }

    fn p2_stream(&self) -> Box<dyn InputStream> {
        T::p2_stream(self)
    }
}

impl<T: StdoutStream + ?Sized> StdoutStream for Box<T> {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        T::async_stream(self)
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        T::p2_stream(self)
    }
}

impl<T: IsTerminal + ?Sized> IsTerminal for Arc<T> {
    fn is_terminal(&self) -> bool {
        T::is_terminal(self)
    }
}

impl<T: StdinStream + Sync + ?Sized> StdinStream for Arc<T> {
    fn async_stream(&self) -> Box<dyn AsyncRead + Send + Sync> {
        T::async_stream(self)
    }

    fn p2_stream(&self) -> Box<dyn InputStream> {
        T::p2_stream(self)
    }
}

impl<T: StdoutStream + Sync + ?Sized> StdoutStream for Arc<T> {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        T::async_stream(self)
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        T::p2_stream(self)
    }
}

impl IsTerminal for std::io::Empty {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdinStream for std::io::Empty {
    fn async_stream(&self) -> Box<dyn AsyncRead + Send + Sync> {
        Box::new(ClosedInputStream)
    }

    fn p2_stream(&self) -> Box<dyn InputStream> {
        Box::new(ClosedInputStream)
    }
}

impl StdoutStream for std::io::Empty {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(SinkOutputStream)
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(SinkOutputStream)
    }
}

/// Ties the interfaces of `wasi:cli` to [`WasiCliCtxView`].
pub struct WasiCli;

impl HasData for WasiCli {
    type Data<'a> = WasiCliCtxView<'a>;
}

/// Implemented by a store's data, so that the functions of `wasi:cli` find their state in it;
/// whatever has a [`WasiView`](crate::WasiView) has this.
pub trait WasiCliView: Send {
    /// The parts of `self` that the functions need.
    fn cli(&mut self) -> WasiCliCtxView<'_>;
}

/// The store's data, as the functions of `wasi:cli` need it.
pub struct WasiCliCtxView<'a> {
    /// What the guest is granted.
    pub ctx: &'a mut WasiCliCtx,
    /// The resources that the guest holds.
    pub table: &'a mut ResourceTable,
}

/// What `wasi:cli` grants a guest.
pub struct WasiCliCtx {
    pub(crate) environment: Vec<(String, String)>,
    pub(crate) arguments: Vec<String>,
    pub(crate) initial_cwd: Option<String>,
    pub(crate) stdin: Box<dyn StdinStream>,
    pub(crate) stdout: Box<dyn StdoutStream>,
    pub(crate) stderr: Box<dyn StdoutStream>,
}

impl Default for WasiCliCtx {
    fn default() -> Self {
        Self {
            environment: Vec::new(),
            arguments: Vec::new(),
            initial_cwd: None,
            stdin: Box::new(ClosedInputStream),
            stdout: Box::new(SinkOutputStream),
            stderr: Box::new(SinkOutputStream),
        }
    }
}

impl environment::Host for WasiCliCtxView<'_> {
    fn get_environment(&mut self) -> Result<Vec<(String, String)>> {
        Ok(self.ctx.environment.clone())
    }

    fn get_arguments(&mut self) -> Result<Vec<String>> {
        Ok(self.ctx.arguments.clone())
    }

    fn initial_cwd(&mut self) -> Result<Option<String>> {
        Ok(self.ctx.initial_cwd.clone())
    }
}

impl exit::Host for WasiCliCtxView<'_> {
    fn exit(&mut self, status: Result<(), ()>) -> Result<()> {
        Err(I32Exit(i32::from(status.is_err())).into())
    }

    fn exit_with_code(&mut self, status_code: u8) -> Result<()> {
        Err(I32Exit(status_code.into()).into())
    }
}

impl stdin::Host for WasiCliCtxView<'_> {
    fn get_stdin(&mut self) -> Result<Resource<DynInputStream>> {
        Ok(self.table.push(self.ctx.stdin.p2_stream())?)
    }
}

impl stdout::Host for WasiCliCtxView<'_> {
    fn get_stdout(&mut self) -> Result<Resource<DynOutputStream>> {
        Ok(self.table.push(self.ctx.stdout.p2_stream())?)
    }
}

impl stderr::Host for WasiCliCtxView<'_> {
    fn get_stderr(&mut self) -> Result<Resource<DynOutputStream>> {
        Ok(self.table.push(self.ctx.stderr.p2_stream())?)
    }
}

/// The host's side of the resource `terminal-input`: nothing but the fact.
pub struct TerminalInput;

/// The host's side of the resource `terminal-output`: nothing but the fact.
pub struct TerminalOutput;

impl terminal_input::Host for WasiCliCtxView<'_> {}

impl terminal_input::HostTerminalInput for WasiCliCtxView<'_> {
    fn drop(&mut self, terminal: Resource<TerminalInput>) -> Result<()> {
        self.table.delete(terminal)?;
        Ok(())
    }
}

impl terminal_output::Host for WasiCliCtxView<'_> {}

impl terminal_output::HostTerminalOutput for WasiCliCtxView<'_> {
    fn drop(&mut self, terminal: Resource<TerminalOutput>) -> Result<()> {
        self.table.delete(terminal)?;
        Ok(())
    }
}

impl terminal_stdin::Host for WasiCliCtxView<'_> {
    fn get_terminal_stdin(&mut self) -> Result<Option<Resource<TerminalInput>>> {
        if !self.ctx.stdin.is_terminal() {
            return Ok(None);
        }
        Ok(Some(self.table.push(TerminalInput)?))
    }
}

impl terminal_stdout::Host for WasiCliCtxView<'_> {
    fn get_terminal_stdout(&mut self) -> Result<Option<Resource<TerminalOutput>>> {
        if !self.ctx.stdout.is_terminal() {
            return Ok(None);
        }
        Ok(Some(self.table.push(TerminalOutput)?))
    }
}

impl terminal_stderr::Host for WasiCliCtxView<'_> {
    fn get_terminal_stderr(&mut self) -> Result<Option<Resource<TerminalOutput>>> {
        if !self.ctx.stderr.is_terminal() {
            return Ok(None);
        }
        Ok(Some(self.table.push(TerminalOutput)?))
    }
}
