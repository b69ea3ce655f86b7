//! What a store has for `wasi:http`: [`WasiHttpCtx`], and the hooks by which the host decides on
//! requests.

use super::Error;
#[cfg(target_arch = "wasm32")]
use super::fetch;
use amphi_web::component::{HasData, ResourceTable};
use bytes::Bytes;
use http::uri::Scheme;
use http::{HeaderName, header};
use http_body_util::combinators::UnsyncBoxBody;
use std::sync::Arc;
use std::time::Duration;

/// What requests come to.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The body of a request or a response.
pub type WasiBody = UnsyncBoxBody<Bytes, Error>;

/// Whether guests may not see or set a header.
pub type ForbiddenHeaderFilter = Arc<dyn Fn(&HeaderName) -> bool + Send + Sync>;

/// The bytes that the fields of one message may take, unless the context says otherwise.
const DEFAULT_FIELD_SIZE_LIMIT: usize = 128 * 1024;

/// The headers that are the host's business.
pub const DEFAULT_FORBIDDEN_HEADERS: [HeaderName; 9] = [
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    HeaderName::from_static("proxy-connection"),
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    header::HOST,
    HeaderName::from_static("http2-settings"),
];

/// Ties `wasi:http` to [`WasiHttpCtxView`].
pub struct WasiHttp;

impl HasData for WasiHttp {
    type Data<'a> = WasiHttpCtxView<'a>;
}

/// Implemented by a store's data, so that HTTP's functions find their state in it.
pub trait WasiHttpView: Send {
    /// The parts of `self` that HTTP's functions need.
    fn http(&mut self) -> WasiHttpCtxView<'_>;
}

/// The store's data, as HTTP's functions need it.
pub struct WasiHttpCtxView<'a> {
    /// What decides on requests, and sends them.
    pub hooks: &'a mut dyn WasiHttpHooks,
    /// The resources that the guest holds.
    pub table: &'a mut ResourceTable,
    /// The state.
    pub ctx: &'a mut WasiHttpCtx,
}

/// The state of HTTP for one store.
#[derive(Debug, Clone)]
pub struct WasiHttpCtx {
    pub(crate) field_size_limit: usize,
}

impl WasiHttpCtx {
    /// The usual limits.
    pub fn new() -> Self {
        let field_size_limit = DEFAULT_FIELD_SIZE_LIMIT;
        Self { field_size_limit }
    }

    /// Sets how many bytes the fields of one message may take.
    pub fn set_field_size_limit(&mut self, limit: usize) {
        self.field_size_limit = limit;
    }
}

impl Default for WasiHttpCtx {
    fn default() -> Self {
        Self::new()
    }
}

/// How long a request may take, in its parts.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestOptions {
    /// Until there is a connection; a page knows no such moment, so it counts to
    /// `first_byte_timeout`.
    pub connect_timeout: Option<Duration>,
    /// Until the response begins.
    pub first_byte_timeout: Option<Duration>,
    /// Between two parts of the response's body.
    pub between_bytes_timeout: Option<Duration>,
}

/// What goes on beside a response, until it is done.
type Beside = Box<dyn Future<Output = Result<(), Error>> + Send>;

/// What comes of a request.
type Sent = Box<dyn Future<Output = Result<(http::Response<WasiBody>, Beside)>> + Send>;

/// How the host decides on requests, and sends them.
pub trait WasiHttpHooks: Send {
    /// Whether guests may not see or set the header `name`.
    fn is_forbidden_header(&mut self, name: &HeaderName) -> bool {
        (self.forbidden_header_filter())(name)
    }

    /// The same, as a function to keep.
    fn forbidden_header_filter(&mut self) -> ForbiddenHeaderFilter {
        Arc::new(|name| DEFAULT_FORBIDDEN_HEADERS.contains(name))
    }

    /// Whether requests may be sent by this scheme.
    fn is_supported_scheme(&mut self, scheme: &Scheme) -> bool {
        *scheme == Scheme::HTTP || *scheme == Scheme::HTTPS
    }

    /// Whether the request gets a header `host`. A browser sets its own.
    fn set_host_header(&mut self) -> bool {
        true
    }

    /// The scheme of requests that name none.
    fn default_scheme(&mut self) -> Option<Scheme> {
        Some(Scheme::HTTPS)
    }

    /// Sends a request: by the page's `fetch`. `beside` is done when the body of the request is.
    #[cfg(target_arch = "wasm32")]
    fn send_request(
        &mut self,
        request: http::Request<WasiBody>,
        options: Option<RequestOptions>,
        beside: Beside,
    ) -> Sent {
        drop(beside);
        Box::new(async move {
            let response = fetch::send(request, options).await?;
            Ok((response, Box::new(async { Ok(()) }) as Beside))
        })
    }

    /// Sends a request.
    #[cfg(not(target_arch = "wasm32"))]
    fn send_request(
        &mut self,
        request: http::Request<WasiBody>,
        options: Option<RequestOptions>,
        beside: Beside,
    ) -> Sent;

    /// How many pieces of a body that a guest writes are kept besides the one that is being sent.
    fn p2_outgoing_body_buffer_chunks(&mut self) -> usize {
        1
    }

    /// How large such a piece may be.
    fn p2_outgoing_body_chunk_size(&mut self) -> usize {
        1024 * 1024
    }
}

#[cfg(target_arch = "wasm32")]
struct Fetching;

#[cfg(target_arch = "wasm32")]
impl WasiHttpHooks for Fetching {}

/// Hooks that send every request by `fetch`. What the page's policy and the server's allow is what
/// a guest can reach.
#[cfg(target_arch = "wasm32")]
pub fn default_hooks() -> &'static mut dyn WasiHttpHooks {
    // A value of no size needs no memory.
    Box::leak(Box::new(Fetching))
}

struct Refusing;

impl WasiHttpHooks for Refusing {
    fn send_request(
        &mut self,
        _: http::Request<WasiBody>,
        _: Option<RequestOptions>,
        _: Beside,
    ) -> Sent {
        Box::new(async { Err(Error::HttpRequestDenied) })
    }
}

/// Hooks for guests that are not granted HTTP: every request gets `HTTP-request-denied`.
pub fn refusing_hooks() -> &'static mut dyn WasiHttpHooks {
    Box::leak(Box::new(Refusing))
}
