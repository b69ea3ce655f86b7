//! WASI 0.2: its bindings, its streams and pollables, and the function that links it all.

pub mod bindings;
mod io;
pub mod pipe;
mod poll;
mod streams;

pub use crate::filesystem::{FsError, FsResult};
pub use crate::sockets::{Network, SocketError, SocketResult, TcpSocket, UdpSocket};
pub use poll::{DynPollable, Pollable, subscribe};
pub(crate) use poll::{poll_once, would_block};
pub use streams::{
    DynInputStream, DynOutputStream, Error as IoError, InputStream, OutputStream, StreamError,
    StreamResult,
};

use crate::WasiView;
use crate::ctx::HasWasi;
use amphi_web::Result;
use amphi_web::component::Linker;

/// Links every interface of `wasi:cli/imports` and what those use.
///
/// # Errors
///
/// The linker already has one of them and does not allow shadowing.
pub fn add_to_linker_sync<T: WasiView>(linker: &mut Linker<T>) -> Result<()> {
    use bindings::sync::{cli, clocks, filesystem, io, random, sockets};

    let l = linker;
    io::error::add_to_linker::<T, HasWasi>(l, T::ctx)?;
    io::poll::add_to_linker::<T, HasWasi>(l, T::ctx)?;
    io::streams::add_to_linker::<T, HasWasi>(l, T::ctx)?;
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
