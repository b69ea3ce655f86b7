//! `wasi:cli`: arguments, environment, exit and the standard streams.

use crate::p2::bindings::sync::cli::{
    environment, exit, stderr, stdin, stdout, terminal_input, terminal_output, terminal_stderr,
    terminal_stdin, terminal_stdout,
};
use crate::p2::pipe::{ClosedInputStream, SinkOutputStream};
use crate::p2::{DynInputStream, DynOutputStream, InputStream, OutputStream};
use crate::{I32Exit, WasiCtxView};
use amphi_web::Result;
use amphi_web::component::Resource;
use std::sync::Arc;

/// Whether a standard stream is a terminal.
pub trait IsTerminal {
    /// Whether this stream is a terminal.
    fn is_terminal(&self) -> bool;
}

/// What can be a guest's standard input.
///
/// Of `wasmtime-wasi`'s trait this has the function of WASI 0.2; the other one speaks of Tokio, which a page has not.
pub trait StdinStream: IsTerminal + Send {
    /// A new handle. All handles read from the same place.
    fn p2_stream(&self) -> Box<dyn InputStream>;
}

/// What can be a guest's standard output or standard error.
///
/// Of `wasmtime-wasi`'s trait this has the function of WASI 0.2; the other one speaks of Tokio, which a page has not.
pub trait StdoutStream: IsTerminal + Send {
    /// A new handle. All handles write to the same place.
    fn p2_stream(&self) -> Box<dyn OutputStream>;
}

impl<T: IsTerminal + ?Sized> IsTerminal for Box<T> {
    fn is_terminal(&self) -> bool {
        T::is_terminal(self)
    }
}

impl<T: StdinStream + ?Sized> StdinStream for Box<T> {
    fn p2_stream(&self) -> Box<dyn InputStream> {
        T::p2_stream(self)
    }
}

impl<T: StdoutStream + ?Sized> StdoutStream for Box<T> {
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
    fn p2_stream(&self) -> Box<dyn InputStream> {
        T::p2_stream(self)
    }
}

impl<T: StdoutStream + Sync + ?Sized> StdoutStream for Arc<T> {
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
    fn p2_stream(&self) -> Box<dyn InputStream> {
        Box::new(ClosedInputStream)
    }
}

impl StdoutStream for std::io::Empty {
    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(SinkOutputStream)
    }
}

/// What `wasi:cli` grants a guest.
pub(crate) struct WasiCliCtx {
    pub environment: Vec<(String, String)>,
    pub arguments: Vec<String>,
    pub initial_cwd: Option<String>,
    pub stdin: Box<dyn StdinStream>,
    pub stdout: Box<dyn StdoutStream>,
    pub stderr: Box<dyn StdoutStream>,
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

impl environment::Host for WasiCtxView<'_> {
    fn get_environment(&mut self) -> Result<Vec<(String, String)>> {
        Ok(self.ctx.cli.environment.clone())
    }

    fn get_arguments(&mut self) -> Result<Vec<String>> {
        Ok(self.ctx.cli.arguments.clone())
    }

    fn initial_cwd(&mut self) -> Result<Option<String>> {
        Ok(self.ctx.cli.initial_cwd.clone())
    }
}

impl exit::Host for WasiCtxView<'_> {
    fn exit(&mut self, status: Result<(), ()>) -> Result<()> {
        Err(I32Exit(i32::from(status.is_err())).into())
    }

    fn exit_with_code(&mut self, status_code: u8) -> Result<()> {
        Err(I32Exit(status_code.into()).into())
    }
}

impl stdin::Host for WasiCtxView<'_> {
    fn get_stdin(&mut self) -> Result<Resource<DynInputStream>> {
        Ok(self.table.push(self.ctx.cli.stdin.p2_stream())?)
    }
}

impl stdout::Host for WasiCtxView<'_> {
    fn get_stdout(&mut self) -> Result<Resource<DynOutputStream>> {
        Ok(self.table.push(self.ctx.cli.stdout.p2_stream())?)
    }
}

impl stderr::Host for WasiCtxView<'_> {
    fn get_stderr(&mut self) -> Result<Resource<DynOutputStream>> {
        Ok(self.table.push(self.ctx.cli.stderr.p2_stream())?)
    }
}

/// The host's side of the resource `terminal-input`: nothing but the fact.
pub struct TerminalInput;

/// The host's side of the resource `terminal-output`: nothing but the fact.
pub struct TerminalOutput;

impl terminal_input::Host for WasiCtxView<'_> {}

impl terminal_input::HostTerminalInput for WasiCtxView<'_> {
    fn drop(&mut self, terminal: Resource<TerminalInput>) -> Result<()> {
        self.table.delete(terminal)?;
        Ok(())
    }
}

impl terminal_output::Host for WasiCtxView<'_> {}

impl terminal_output::HostTerminalOutput for WasiCtxView<'_> {
    fn drop(&mut self, terminal: Resource<TerminalOutput>) -> Result<()> {
        self.table.delete(terminal)?;
        Ok(())
    }
}

impl terminal_stdin::Host for WasiCtxView<'_> {
    fn get_terminal_stdin(&mut self) -> Result<Option<Resource<TerminalInput>>> {
        if !self.ctx.cli.stdin.is_terminal() {
            return Ok(None);
        }
        Ok(Some(self.table.push(TerminalInput)?))
    }
}

impl terminal_stdout::Host for WasiCtxView<'_> {
    fn get_terminal_stdout(&mut self) -> Result<Option<Resource<TerminalOutput>>> {
        if !self.ctx.cli.stdout.is_terminal() {
            return Ok(None);
        }
        Ok(Some(self.table.push(TerminalOutput)?))
    }
}

impl terminal_stderr::Host for WasiCtxView<'_> {
    fn get_terminal_stderr(&mut self) -> Result<Option<Resource<TerminalOutput>>> {
        if !self.ctx.cli.stderr.is_terminal() {
            return Ok(None);
        }
        Ok(Some(self.table.push(TerminalOutput)?))
    }
}
