//! WASI 0.2: its bindings, its streams and pollables, and the function that links it all.

pub mod bindings;
mod io;
pub mod pipe;
mod poll;
mod streams;

pub use crate::filesystem::{FsError, FsResult};
pub use crate::sockets::{Network, SocketError, SocketResult, TcpSocket, UdpSocket};
pub use poll::{DynPollable, Pollable, subscribe};
pub(crate) use poll::{poll_once, without_waiting, would_block};
pub use streams::{
    DynInputStream, DynOutputStream, Error as IoError, InputStream, OutputStream, StreamError,
    StreamResult,
};

use crate::WasiView;
use crate::ctx::HasWasi;
use amphi_web::Result;
use amphi_web::component::Linker;

/// Links every interface of `wasi:cli/imports` and what those use; functions that may wait suspend the guest.
///
/// The store's instances are then made by `instantiate_async` and called by `call_async`, as in Wasmtime. Where the browser cannot suspend a
/// guest (no JavaScript Promise Integration), one that has to wait traps with an error that says so, and all others work.
///
/// # Errors
///
/// The linker already has one of them and does not allow shadowing.
pub fn add_to_linker_async<T: WasiView>(linker: &mut Linker<T>) -> Result<()> {
    bindings::io::poll::add_to_linker::<T, HasWasi>(linker, T::ctx)?;
    bindings::io::streams::add_to_linker::<T, HasWasi>(linker, T::ctx)?;
    add_nonblocking(linker)
}

/// Links every interface of `wasi:cli/imports` and what those use; a guest that would have to wait traps with an error that says for what.
///
/// # Errors
///
/// The linker already has one of them and does not allow shadowing.
pub fn add_to_linker_sync<T: WasiView>(linker: &mut Linker<T>) -> Result<()> {
    bindings::sync::io::poll::add_to_linker::<T, HasWasi>(linker, T::ctx)?;
    bindings::sync::io::streams::add_to_linker::<T, HasWasi>(linker, T::ctx)?;
    add_nonblocking(linker)
}

/// Links the interfaces that never wait.
fn add_nonblocking<T: WasiView>(l: &mut Linker<T>) -> Result<()> {
    use bindings::{cli, clocks, filesystem, io, random, sockets};

    io::error::add_to_linker::<T, HasWasi>(l, T::ctx)?;
    clocks::wall_clock::add_to_linker::<T, HasWasi>(l, T::ctx)?;
    clocks::monotonic_clock::add_to_linker::<T, HasWasi>(l, T::ctx)?;
    random::random::add_to_linker::<T, HasWasi>(l, T::ctx)?;
    random::insecure::add_to_linker::<T, HasWasi>(l, T::ctx)?;
    random::insecure_seed::add_to_linker::<T, HasWasi>(l, T::ctx)?;
    cli::environment::add_to_linker::<T, HasWasi>(l, T::ctx)?;
    cli::exit::add_to_linker::<T, HasWasi>(l, T::ctx)?;
    cli::stdin::add_to_linker::<T, HasWasi>(l, T::ctx)?;
    cli::stdout::add_to_linker::<T, HasWasi>(l, T::ctx)?;
    cli::stderr::add_to_linker::<T, HasWasi>(l, T::ctx)?;
    cli::terminal_input::add_to_linker::<T, HasWasi>(l, T::ctx)?;
    cli::terminal_output::add_to_linker::<T, HasWasi>(l, T::ctx)?;
    cli::terminal_stdin::add_to_linker::<T, HasWasi>(l, T::ctx)?;
    cli::terminal_stdout::add_to_linker::<T, HasWasi>(l, T::ctx)?;
    cli::terminal_stderr::add_to_linker::<T, HasWasi>(l, T::ctx)?;
    filesystem::types::add_to_linker::<T, HasWasi>(l, T::ctx)?;
    filesystem::preopens::add_to_linker::<T, HasWasi>(l, T::ctx)?;
    sockets::network::add_to_linker::<T, HasWasi>(l, T::ctx)?;
    sockets::instance_network::add_to_linker::<T, HasWasi>(l, T::ctx)?;
    sockets::ip_name_lookup::add_to_linker::<T, HasWasi>(l, T::ctx)?;
    sockets::tcp::add_to_linker::<T, HasWasi>(l, T::ctx)?;
    sockets::tcp_create_socket::add_to_linker::<T, HasWasi>(l, T::ctx)?;
    sockets::udp::add_to_linker::<T, HasWasi>(l, T::ctx)?;
    sockets::udp_create_socket::add_to_linker::<T, HasWasi>(l, T::ctx)
}
