//! The functions that link WASI.

use crate::cli::{WasiCli, WasiCliView};
use crate::clocks::{WasiClocks, WasiClocksView};
use crate::ctx::WasiView;
use crate::filesystem::{WasiFilesystem, WasiFilesystemView};
use crate::p2::bindings;
use crate::random::{WasiRandom, WasiRandomView};
use crate::sockets::{WasiSockets, WasiSocketsView};
use amphi_web::Result;
use amphi_web::component::{HasData, Linker, Nobody, ResourceTable};

/// Links every interface of `wasi:cli/imports` and what those use; functions that may wait suspend
/// the guest.
///
/// The store's instances are then made by `instantiate_async` and called by `call_async`, as in
/// Wasmtime. Where the browser cannot suspend a guest (no JavaScript Promise Integration), one that
/// has to wait traps with an error that says so, and all others work.
///
/// # Errors
///
/// The linker already has one of them and does not allow shadowing.
pub fn add_to_linker_async<T: WasiView>(linker: &mut Linker<T>) -> Result<()> {
    add_to_linker_with_options_async(linker, &bindings::LinkOptions::default())
}

/// As [`add_to_linker_async`], with the options for what is unstable.
///
/// # Errors
///
/// As [`add_to_linker_async`].
pub fn add_to_linker_with_options_async<T: WasiView>(
    linker: &mut Linker<T>,
    options: &bindings::LinkOptions,
) -> Result<()> {
    add_async_io(linker)?;
    add_nonblocking(linker, options)
}

/// Links every interface of `wasi:cli/imports` and what those use; a guest that would have to wait
/// traps with an error that says for what.
///
/// # Errors
///
/// The linker already has one of them and does not allow shadowing.
pub fn add_to_linker_sync<T: WasiView>(linker: &mut Linker<T>) -> Result<()> {
    add_to_linker_with_options_sync(linker, &bindings::LinkOptions::default())
}

/// As [`add_to_linker_sync`], with the options for what is unstable.
///
/// # Errors
///
/// As [`add_to_linker_sync`].
pub fn add_to_linker_with_options_sync<T: WasiView>(
    linker: &mut Linker<T>,
    options: &bindings::sync::LinkOptions,
) -> Result<()> {
    use bindings::sync::io;

    io::error::add_to_linker::<T, HasIo>(linker, |data| data.ctx().table)?;
    io::poll::add_to_linker::<T, HasIo>(linker, |data| data.ctx().table)?;
    io::streams::add_to_linker::<T, HasIo>(linker, |data| data.ctx().table)?;
    add_nonblocking(linker, options)
}

/// Links the interfaces of the world `wasi:http/proxy` that are not HTTP; functions that may wait
/// suspend the guest.
///
/// # Errors
///
/// The linker already has one of them and does not allow shadowing.
pub fn add_to_linker_proxy_interfaces_async<T: WasiView>(linker: &mut Linker<T>) -> Result<()> {
    use bindings::{cli, clocks, random};

    let l = linker;
    add_async_io(l)?;
    clocks::wall_clock::add_to_linker::<T, WasiClocks>(l, T::clocks)?;
    clocks::monotonic_clock::add_to_linker::<T, WasiClocks>(l, T::clocks)?;
    random::random::add_to_linker::<T, WasiRandom>(l, T::random)?;
    cli::stdin::add_to_linker::<T, WasiCli>(l, T::cli)?;
    cli::stdout::add_to_linker::<T, WasiCli>(l, T::cli)?;
    cli::stderr::add_to_linker::<T, WasiCli>(l, T::cli)
}

/// Ties the interfaces of `wasi:io` to the table that the guest's resources are in.
struct HasIo;

impl HasData for HasIo {
    type Data<'a> = &'a mut ResourceTable;
}

/// Links `wasi:io`, whose functions suspend the guest while they wait.
fn add_async_io<T: WasiView>(l: &mut Linker<T>) -> Result<()> {
    use bindings::io;

    io::error::add_to_linker::<T, HasIo>(l, |data| data.ctx().table)?;
    io::poll::add_to_linker::<T, HasIo>(l, |data| data.ctx().table)?;
    io::streams::add_to_linker::<T, HasIo>(l, |data| data.ctx().table)
}

/// Links the interfaces that never wait.
fn add_nonblocking<T: WasiView>(l: &mut Linker<T>, options: &bindings::LinkOptions) -> Result<()> {
    use bindings::{cli, clocks, filesystem, random, sockets};

    clocks::wall_clock::add_to_linker::<T, WasiClocks>(l, T::clocks)?;
    clocks::monotonic_clock::add_to_linker::<T, WasiClocks>(l, T::clocks)?;
    random::random::add_to_linker::<T, WasiRandom>(l, T::random)?;
    random::insecure::add_to_linker::<T, WasiRandom>(l, T::random)?;
    random::insecure_seed::add_to_linker::<T, WasiRandom>(l, T::random)?;
    cli::environment::add_to_linker::<T, WasiCli>(l, T::cli)?;
    cli::exit::add_to_linker::<T, WasiCli>(l, T::cli)?;
    cli::stdin::add_to_linker::<T, WasiCli>(l, T::cli)?;
    cli::stdout::add_to_linker::<T, WasiCli>(l, T::cli)?;
    cli::stderr::add_to_linker::<T, WasiCli>(l, T::cli)?;
    cli::terminal_input::add_to_linker::<T, WasiCli>(l, T::cli)?;
    cli::terminal_output::add_to_linker::<T, WasiCli>(l, T::cli)?;
    cli::terminal_stdin::add_to_linker::<T, WasiCli>(l, T::cli)?;
    cli::terminal_stdout::add_to_linker::<T, WasiCli>(l, T::cli)?;
    cli::terminal_stderr::add_to_linker::<T, WasiCli>(l, T::cli)?;
    filesystem::types::add_to_linker::<T, WasiFilesystem>(l, T::filesystem)?;
    filesystem::preopens::add_to_linker::<T, WasiFilesystem>(l, T::filesystem)?;
    sockets::network::add_to_linker::<T, WasiSockets>(l, &options.into(), T::sockets)?;
    sockets::instance_network::add_to_linker::<T, WasiSockets>(l, T::sockets)?;
    sockets::ip_name_lookup::add_to_linker::<T, WasiSockets>(l, T::sockets)?;
    sockets::tcp_create_socket::add_to_linker::<T, WasiSockets>(l, T::sockets)?;
    sockets::udp_create_socket::add_to_linker::<T, WasiSockets>(l, T::sockets)?;
    // None is ever created, so that nothing is done with one.
    l.for_nobody(|l| {
        sockets::tcp::add_to_linker::<Nobody, WasiSockets>(l, |nobody| match *nobody {})?;
        sockets::udp::add_to_linker::<Nobody, WasiSockets>(l, |nobody| match *nobody {})
    })
}
