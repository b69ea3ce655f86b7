//! `wasi:cli`: arguments, environment, exit and the standard streams.

pub use crate::io::{IsTerminal, StdinStream, StdoutStream, TerminalInput, TerminalOutput};

use crate::error::I32Exit;
use crate::io::pipe::{ClosedInputStream, SinkOutputStream};
use crate::io::{DynInputStream, DynOutputStream};
use crate::p2::bindings::sync::cli::{
    environment, exit, stderr, stdin, stdout, terminal_input, terminal_output, terminal_stderr,
    terminal_stdin, terminal_stdout,
};
use amphi_web::Result;
use amphi_web::component::{HasData, Resource, ResourceTable};

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
