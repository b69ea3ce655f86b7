//! What Wasmtime's `bindgen!` makes of `wit`, resolved through `amphi-web`.
//!
//! As in `wasmtime-wasi`, the functions that may wait are asynchronous here and synchronous in
//! [`sync`]; all others are the same ones.

use amphi_web::component::ResourceTableError;
use errors::{FsError, SocketError};
use std::time::Duration;

/// Bindings whose functions are all synchronous.
pub mod sync {
    #[expect(
        missing_docs,
        reason = "generated from WIT that carries no documentation"
    )]
    pub(super) mod generated {
        amphi_web::component::bindgen!({
            path: [
                "wit/io",
                "wit/clocks",
                "wit/random",
                "wit/filesystem",
                "wit/sockets",
                "wit/cli",
            ],
            world: "wasi:cli/command",
            imports: { default: trappable },
            trappable_error_type: {
                "wasi:io/streams.stream-error" => crate::io::StreamError,
                "wasi:filesystem/types.error-code" => crate::p2::bindings::errors::FsError,
                "wasi:sockets/network.error-code" => crate::p2::bindings::errors::SocketError,
            },
            with: {
                "wasi:io/error.error": crate::io::IoError,
                "wasi:io/poll.pollable": crate::io::DynPollable,
                "wasi:io/streams.input-stream": crate::io::DynInputStream,
                "wasi:io/streams.output-stream": crate::io::DynOutputStream,
                "wasi:cli/terminal-input.terminal-input": crate::io::TerminalInput,
                "wasi:cli/terminal-output.terminal-output": crate::io::TerminalOutput,
                "wasi:filesystem/types.descriptor": crate::filesystem::descriptor::Descriptor,
                "wasi:filesystem/types.directory-entry-stream": crate::filesystem::descriptor::DirectoryEntryStream,
                "wasi:sockets/network.network": crate::sockets::resources::Network,
                "wasi:sockets/ip-name-lookup.resolve-address-stream": crate::sockets::resources::ResolveAddressStream,
                "wasi:sockets/tcp.tcp-socket": crate::sockets::resources::TcpSocket,
                "wasi:sockets/udp.udp-socket": crate::sockets::resources::UdpSocket,
                "wasi:sockets/udp.incoming-datagram-stream": crate::sockets::resources::IncomingDatagramStream,
                "wasi:sockets/udp.outgoing-datagram-stream": crate::sockets::resources::OutgoingDatagramStream,
            },
            require_store_data_send: true,
            wasmtime_crate: amphi_web,
        });
    }

    pub use super::LinkOptions;
    pub use generated::wasi::{cli, clocks, filesystem, io, random};
    pub use generated::{Command, CommandIndices, CommandPre, exports};

    /// The interfaces of `wasi:sockets`.
    pub mod sockets {
        pub use super::generated::wasi::sockets::{
            instance_network, ip_name_lookup, tcp, tcp_create_socket, udp, udp_create_socket,
        };

        /// The interface `wasi:sockets/network`.
        pub mod network {
            pub use crate::p2::bindings::sync::generated::wasi::sockets::network::*;

            use crate::p2::bindings;
            use amphi_web::Result;
            use amphi_web::component::{HasData, Linker};

            /// Which unstable functions are linked: a page has none.
            #[derive(Clone, Debug, Default)]
            pub struct LinkOptions {}

            impl From<&bindings::LinkOptions> for LinkOptions {
                fn from(_: &bindings::LinkOptions) -> Self {
                    Self {}
                }
            }

            /// Links the interface.
            ///
            /// # Errors
            ///
            /// The linker already has it and does not allow shadowing.
            pub fn add_to_linker<T, D>(
                linker: &mut Linker<T>,
                _options: &LinkOptions,
                host_getter: fn(&mut T) -> D::Data<'_>,
            ) -> Result<()>
            where
                D: HasData,
                for<'a> D::Data<'a>: Host,
                T: Send + 'static,
            {
                bindings::sync::generated::wasi::sockets::network::add_to_linker::<T, D>(
                    linker,
                    host_getter,
                )
            }
        }
    }
}

/// Which unstable functions of WASI are linked: a page has none.
#[derive(Clone, Debug, Default)]
pub struct LinkOptions {}

#[expect(
    missing_docs,
    reason = "generated from WIT that carries no documentation"
)]
mod generated {
    amphi_web::component::bindgen!({
        path: [
            "wit/io",
            "wit/clocks",
            "wit/random",
            "wit/filesystem",
            "wit/sockets",
            "wit/cli",
        ],
        world: "wasi:cli/command",
        imports: {
            "wasi:io/poll.poll": async | trappable,
            "wasi:io/poll.[method]pollable.block": async | trappable,
            "wasi:io/streams.[method]input-stream.blocking-read": async | trappable,
            "wasi:io/streams.[method]input-stream.blocking-skip": async | trappable,
            "wasi:io/streams.[method]output-stream.blocking-splice": async | trappable,
            "wasi:io/streams.[method]output-stream.blocking-flush": async | trappable,
            "wasi:io/streams.[method]output-stream.blocking-write-and-flush": async | trappable,
            "wasi:io/streams.[method]output-stream.blocking-write-zeroes-and-flush": async | trappable,
            default: trappable,
        },
        exports: { default: async },
        trappable_error_type: {
            "wasi:io/streams.stream-error" => crate::io::StreamError,
        },
        with: {
            "wasi:io/error": crate::p2::bindings::sync::io::error,
            "wasi:io/poll.pollable": crate::io::DynPollable,
            "wasi:io/streams.input-stream": crate::io::DynInputStream,
            "wasi:io/streams.output-stream": crate::io::DynOutputStream,
            "wasi:cli": crate::p2::bindings::sync::cli,
            "wasi:clocks": crate::p2::bindings::sync::clocks,
            "wasi:filesystem": crate::p2::bindings::sync::filesystem,
            "wasi:random": crate::p2::bindings::sync::random,
            "wasi:sockets": crate::p2::bindings::sync::generated::wasi::sockets,
        },
        wasmtime_crate: amphi_web,
    });
}

/// The interfaces of `wasi:io`.
pub mod io {
    pub use super::generated::wasi::io::{poll, streams};
    pub use super::sync::io::error;
}

pub use generated::{Command, CommandIndices, CommandPre, exports};
pub use sync::{cli, clocks, filesystem, random, sockets};

/// What functions that fail return.
pub(crate) mod errors {
    use super::{filesystem, sockets};
    use crate::error::TrappableError;

    /// An error code for the guest, or a trap.
    pub type FsError = TrappableError<filesystem::types::ErrorCode>;

    /// An error code for the guest, or a trap.
    pub type SocketError = TrappableError<sockets::network::ErrorCode>;
}

impl From<ResourceTableError> for FsError {
    fn from(error: ResourceTableError) -> Self {
        Self::trap(error)
    }
}

impl From<ResourceTableError> for SocketError {
    fn from(error: ResourceTableError) -> Self {
        Self::trap(error)
    }
}

/// A time since 1970, in the interface's words.
pub(crate) fn datetime(since_1970: Duration) -> clocks::wall_clock::Datetime {
    clocks::wall_clock::Datetime {
        seconds: since_1970.as_secs(),
        nanoseconds: since_1970.subsec_nanos(),
    }
}
