//! `wasi:http` 0.2: its bindings, the host's side of its resources, and the functions that link it.

pub mod bindings;

pub use super::body::HostIncomingBody;

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

use super::{WasiHttp, WasiHttpView};
use crate::{TrappableError, WasiView};
use amphi_web::Result;
use amphi_web::component::{Linker, ResourceTableError};

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

/// Links every interface of the world `wasi:http/proxy`.
///
/// # Errors
///
/// The linker already has one of them and does not allow shadowing.
pub fn add_to_linker_async<T>(linker: &mut Linker<T>) -> Result<()>
where
    T: WasiHttpView + WasiView + 'static,
{
    crate::p2::add_to_linker_proxy_interfaces_async(linker)?;
    add_only_http_to_linker_async(linker)
}

/// Links `wasi:http` alone, beside what [`add_to_linker_async`](crate::p2::add_to_linker_async) has
/// linked.
///
/// # Errors
///
/// The linker already has one of its interfaces and does not allow shadowing.
pub fn add_only_http_to_linker_async<T>(linker: &mut Linker<T>) -> Result<()>
where
    T: WasiHttpView + 'static,
{
    bindings::http::outgoing_handler::add_to_linker::<T, WasiHttp>(linker, T::http)?;
    bindings::http::types::add_to_linker::<T, WasiHttp>(linker, T::http)
}
