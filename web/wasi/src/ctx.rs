//! What one guest is granted: [`WasiCtx`], its builder, and the view of it that a store's data
//! gives.

use crate::cli::{StdinStream, StdoutStream, WasiCliCtx, WasiCliCtxView, WasiCliView};
use crate::clocks::{
    HostMonotonicClock, HostWallClock, WasiClocksCtx, WasiClocksCtxView, WasiClocksView,
};
use crate::console::Console;
use crate::filesystem::{
    FsPerms, MemoryDir, WasiFilesystemCtx, WasiFilesystemCtxView, WasiFilesystemView,
};
use crate::io::pipe::ClosedInputStream;
use crate::random::{WasiRandomCtx, WasiRandomView};
use crate::sockets::{WasiSocketsCtx, WasiSocketsCtxView, WasiSocketsView};
use amphi_web::Result;
use amphi_web::component::ResourceTable;
use rand_core::Rng;
use std::mem;

/// The state of WASI for one store. Made by [`WasiCtxBuilder`].
#[derive(Default)]
pub struct WasiCtx {
    pub(crate) cli: WasiCliCtx,
    pub(crate) clocks: WasiClocksCtx,
    pub(crate) random: WasiRandomCtx,
    pub(crate) filesystem: WasiFilesystemCtx,
    pub(crate) sockets: WasiSocketsCtx,
}

impl WasiCtx {
    /// The same as [`WasiCtxBuilder::new`].
    pub fn builder() -> WasiCtxBuilder {
        WasiCtxBuilder::new()
    }

    /// What `wasi:cli` grants.
    pub fn cli(&mut self) -> &mut WasiCliCtx {
        &mut self.cli
    }

    /// The clocks.
    pub fn clocks(&mut self) -> &mut WasiClocksCtx {
        &mut self.clocks
    }

    /// The random numbers.
    pub fn random(&mut self) -> &mut WasiRandomCtx {
        &mut self.random
    }

    /// The directories.
    pub fn filesystem(&mut self) -> &mut WasiFilesystemCtx {
        &mut self.filesystem
    }

    /// The sockets, of which there are none.
    pub fn sockets(&mut self) -> &mut WasiSocketsCtx {
        &mut self.sockets
    }
}

/// The store's data, as WASI's functions need it.
pub struct WasiCtxView<'a> {
    /// What the guest is granted.
    pub ctx: &'a mut WasiCtx,
    /// The resources that the guest holds.
    pub table: &'a mut ResourceTable,
}

/// Implemented by a store's data, so that WASI's functions find their state in it.
pub trait WasiView: Send {
    /// The parts of `self` that WASI's functions need.
    fn ctx(&mut self) -> WasiCtxView<'_>;
}

impl<T: WasiView> WasiCliView for T {
    fn cli(&mut self) -> WasiCliCtxView<'_> {
        let WasiCtxView { ctx, table } = self.ctx();
        let ctx = &mut ctx.cli;
        WasiCliCtxView { ctx, table }
    }
}

impl<T: WasiView> WasiClocksView for T {
    fn clocks(&mut self) -> WasiClocksCtxView<'_> {
        let WasiCtxView { ctx, table } = self.ctx();
        let ctx = &mut ctx.clocks;
        WasiClocksCtxView { ctx, table }
    }
}

impl<T: WasiView> WasiFilesystemView for T {
    fn filesystem(&mut self) -> WasiFilesystemCtxView<'_> {
        let WasiCtxView { ctx, table } = self.ctx();
        let ctx = &mut ctx.filesystem;
        WasiFilesystemCtxView { ctx, table }
    }
}

impl<T: WasiView> WasiRandomView for T {
    fn random(&mut self) -> &mut WasiRandomCtx {
        &mut self.ctx().ctx.random
    }
}

impl<T: WasiView> WasiSocketsView for T {
    fn sockets(&mut self) -> WasiSocketsCtxView<'_> {
        let WasiCtxView { ctx, table } = self.ctx();
        let ctx = &mut ctx.sockets;
        WasiSocketsCtxView { ctx, table }
    }
}

/// Grants a guest arguments, environment, streams, clocks, randomness and directories in memory;
/// nothing that is not asked for.
///
/// What a page has none of (arguments, an environment, sockets) a guest inherits none of. What
/// would promise more (checks of addresses) has no method here, so host code that needs it fails to
/// compile for the page rather than to run there.
#[derive(Default)]
pub struct WasiCtxBuilder {
    ctx: WasiCtx,
    built: bool,
}

impl WasiCtxBuilder {
    /// Nothing granted.
    pub fn new() -> Self {
        Self::default()
    }

    /// The guest reads its standard input from `stdin`.
    pub fn stdin(&mut self, stdin: impl StdinStream + 'static) -> &mut Self {
        self.ctx.cli.stdin = Box::new(stdin);
        self
    }

    /// The guest's standard output goes to `stdout`.
    pub fn stdout(&mut self, stdout: impl StdoutStream + 'static) -> &mut Self {
        self.ctx.cli.stdout = Box::new(stdout);
        self
    }

    /// The guest's standard error goes to `stderr`.
    pub fn stderr(&mut self, stderr: impl StdoutStream + 'static) -> &mut Self {
        self.ctx.cli.stderr = Box::new(stderr);
        self
    }

    /// An empty standard input, which is what a page has.
    pub fn inherit_stdin(&mut self) -> &mut Self {
        self.stdin(ClosedInputStream)
    }

    /// Standard output to `console.log`, line by line.
    pub fn inherit_stdout(&mut self) -> &mut Self {
        self.stdout(Console::log())
    }

    /// Standard error to `console.error`, line by line.
    pub fn inherit_stderr(&mut self) -> &mut Self {
        self.stderr(Console::error())
    }

    /// [`inherit_stdin`](Self::inherit_stdin), [`inherit_stdout`](Self::inherit_stdout) and
    /// [`inherit_stderr`](Self::inherit_stderr).
    pub fn inherit_stdio(&mut self) -> &mut Self {
        self.inherit_stdin().inherit_stdout().inherit_stderr()
    }

    /// Appends environment variables.
    pub fn envs(&mut self, env: &[(impl AsRef<str>, impl AsRef<str>)]) -> &mut Self {
        for (name, value) in env {
            self.env(name, value);
        }
        self
    }

    /// Appends an environment variable.
    pub fn env(&mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> &mut Self {
        let variable = (name.as_ref().to_owned(), value.as_ref().to_owned());
        self.ctx.cli.environment.push(variable);
        self
    }

    /// Nothing: a page has no environment.
    pub fn inherit_env(&mut self) -> &mut Self {
        self
    }

    /// Appends arguments. The first is by convention the program's name.
    pub fn args(&mut self, args: &[impl AsRef<str>]) -> &mut Self {
        for arg in args {
            self.arg(arg);
        }
        self
    }

    /// Appends an argument.
    pub fn arg(&mut self, arg: impl AsRef<str>) -> &mut Self {
        self.ctx.cli.arguments.push(arg.as_ref().to_owned());
        self
    }

    /// Nothing: a page has no arguments.
    pub fn inherit_args(&mut self) -> &mut Self {
        self
    }

    /// Nothing: a page has no sockets, so that a guest that asks for one is refused with
    /// `access-denied` in any case.
    pub fn inherit_network(&mut self) -> &mut Self {
        self
    }

    /// The directory that `wasi:cli/environment#initial-cwd` names.
    pub fn initial_cwd(&mut self, path: impl AsRef<str>) -> &mut Self {
        self.ctx.cli.initial_cwd = Some(path.as_ref().to_owned());
        self
    }

    /// Grants the guest a directory in memory, under the name `guest_path`.
    ///
    /// The host keeps a clone to see what the guest does in it. Natively this takes the path of a
    /// folder; `amphi::Directory` is both.
    ///
    /// # Errors
    ///
    /// Never; natively, that the folder cannot be opened.
    pub fn preopened_dir(
        &mut self,
        directory: impl AsRef<MemoryDir>,
        guest_path: impl AsRef<str>,
        perms: FsPerms,
    ) -> Result<&mut Self> {
        let directory = directory.as_ref().clone();
        let name = guest_path.as_ref().to_owned();
        self.ctx.filesystem.preopens.push((directory, name, perms));
        Ok(self)
    }

    /// Replaces the browser's cryptographic generator behind `wasi:random/random`.
    pub fn secure_random(&mut self, random: impl Rng + Send + 'static) -> &mut Self {
        self.ctx.random.secure = Some(Box::new(random));
        self
    }

    /// Replaces the generator behind `wasi:random/insecure`.
    pub fn insecure_random(&mut self, insecure_random: impl Rng + Send + 'static) -> &mut Self {
        self.ctx.random.insecure = Some(Box::new(insecure_random));
        self
    }

    /// Fixes what `wasi:random/insecure-seed` answers.
    pub fn insecure_random_seed(&mut self, insecure_random_seed: u128) -> &mut Self {
        self.ctx.random.insecure_seed = Some(insecure_random_seed);
        self
    }

    /// The most random bytes that a guest may ask for at once.
    pub fn max_random_size(&mut self, max_size: u64) -> &mut Self {
        self.ctx.random.max_size = max_size;
        self
    }

    /// Replaces the page's wall clock.
    pub fn wall_clock(&mut self, clock: impl HostWallClock + 'static) -> &mut Self {
        self.ctx.clocks.wall_clock = Box::new(clock);
        self
    }

    /// Replaces the page's monotonic clock in what it reads. Timers run by the page's own clock in
    /// any case.
    pub fn monotonic_clock(&mut self, clock: impl HostMonotonicClock + 'static) -> &mut Self {
        self.ctx.clocks.monotonic_clock = Box::new(clock);
        self
    }

    /// The context with what was granted.
    ///
    /// # Panics
    ///
    /// A builder builds once.
    pub fn build(&mut self) -> WasiCtx {
        assert!(!self.built, "`WasiCtxBuilder::build` was called twice");
        self.built = true;
        mem::take(&mut self.ctx)
    }
}
