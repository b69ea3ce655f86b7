//! `wasi:http` 0.2: its bindings, the host's side of its resources, and the functions that link it.

pub mod bindings;
#[cfg(target_arch = "wasm32")]
mod link;

pub use super::body::HostIncomingBody;
#[cfg(target_arch = "wasm32")]
pub use link::{add_only_http_to_linker_async, add_to_linker_async};

/// The host's side of bodies.
pub mod body {
    pub use crate::http::body::{
        HostFutureTrailers, HostIncomingBody, HostOutgoingBody, HyperIncomingBody,
        HyperOutgoingBody, StreamContext,
    };
}

/// The host's side of requests and responses.
pub mod types {
    pub use crate::http::types::{
        HostFutureIncomingResponse, HostIncomingRequest, HostIncomingResponse, HostOutgoingRequest,
        HostOutgoingResponse, HostResponseOutparam,
    };
}

use crate::error::TrappableError;
use amphi_web::Result;
use amphi_web::component::ResourceTableError;

/// An error code for the guest, or a trap.
pub type HttpError = TrappableError<bindings::http::types::ErrorCode>;

/// What the functions of HTTP return.
pub type HttpResult<T, E = HttpError> = Result<T, E>;

/// Why a field cannot be changed, for the guest; or a trap.
pub type HeaderError = TrappableError<bindings::http::types::HeaderError>;

/// What the functions of fields return.
pub type HeaderResult<T, E = HeaderError> = Result<T, E>;

impl From<ResourceTableError> for HttpError {
    fn from(error: ResourceTableError) -> Self {
        Self::trap(error)
    }
}

impl From<ResourceTableError> for HeaderError {
    fn from(error: ResourceTableError) -> Self {
        Self::trap(error)
    }
}
