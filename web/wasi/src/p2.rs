//! WASI 0.2: its bindings, its streams and pollables, and the function that links it all.

pub mod bindings;
mod io;
#[cfg(target_arch = "wasm32")]
mod link;

pub use crate::filesystem::{FsError, FsResult};
pub use crate::io::pipe;
pub use crate::io::{
    DynInputStream, DynOutputStream, DynPollable, InputStream, IoError, OutputStream, Pollable,
    StreamError, StreamResult, subscribe,
};
pub use crate::sockets::{Network, SocketError, SocketResult, TcpSocket, UdpSocket};
#[cfg(target_arch = "wasm32")]
pub use link::{
    add_to_linker_async, add_to_linker_proxy_interfaces_async, add_to_linker_sync,
    add_to_linker_with_options_async, add_to_linker_with_options_sync,
};
