//! The functions that link HTTP.

use crate::ctx::WasiView;
use crate::http::p2::bindings;
use crate::http::{WasiHttp, WasiHttpView};
use amphi_web::Result;
use amphi_web::component::Linker;

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
