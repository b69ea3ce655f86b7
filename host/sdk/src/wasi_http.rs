//! `wasi:http` for both hosts, with the names of `wasmtime-wasi-http`. Natively hooks that send
//! plain HTTP are added.

mod paced;
mod send;

pub use self::send::{Beside, exchange, within};
pub use wasmtime_wasi_http::*;

use self::send::send;

struct Sending;

impl WasiHttpHooks for Sending {
    fn send_request(
        &mut self,
        request: http::Request<WasiBody>,
        options: Option<RequestOptions>,
        _: Beside,
    ) -> Box<dyn Future<Output = Result<(http::Response<WasiBody>, Beside)>> + Send> {
        Box::new(send(request, options.unwrap_or_default()))
    }
}

/// Hooks that send every request: natively by HTTP/1.1 without TLS (`https` gets
/// `configuration-error`), in a page by `fetch`.
///
/// An application that needs TLS, or decides what a guest may reach, has hooks of its own.
pub fn default_hooks() -> &'static mut dyn WasiHttpHooks {
    // A value of no size needs no memory.
    Box::leak(Box::new(Sending))
}

struct Refusing;

impl WasiHttpHooks for Refusing {
    fn send_request(
        &mut self,
        _: http::Request<WasiBody>,
        _: Option<RequestOptions>,
        _: Beside,
    ) -> Box<dyn Future<Output = Result<(http::Response<WasiBody>, Beside)>> + Send> {
        Box::new(async { Err(Error::HttpRequestDenied) })
    }
}

/// Hooks for guests that are not granted HTTP: every request gets `HTTP-request-denied`.
pub fn refusing_hooks() -> &'static mut dyn WasiHttpHooks {
    Box::leak(Box::new(Refusing))
}
