//! `wasi:http/outgoing-handler`: a guest's request, checked and handed to the hooks.

use super::body::empty;
use super::host::content_length;
use super::p2::HttpResult;
use super::p2::bindings::http::outgoing_handler;
use super::p2::bindings::http::types::{ErrorCode, Scheme};
use super::types::{HostFutureIncomingResponse, HostOutgoingRequest};
use super::{RequestOptions, WasiHttpCtxView, task};
use amphi_web::component::Resource;
use wasm_bindgen_futures::spawn_local;

impl outgoing_handler::Host for WasiHttpCtxView<'_> {
    fn handle(
        &mut self,
        request: Resource<HostOutgoingRequest>,
        options: Option<Resource<RequestOptions>>,
    ) -> HttpResult<Resource<HostFutureIncomingResponse>> {
        let options = match options {
            Some(options) => Some(*self.table.get(&options)?),
            None => None,
        };
        let guest = self.table.delete(request)?;
        let length = content_length(&guest.headers)
            .map_err(|error| ErrorCode::InternalError(Some(error.to_string())))?;
        if guest.body.is_none() && length.is_some_and(|length| length != 0) {
            return Err(ErrorCode::HttpRequestBodySize(Some(0)).into());
        }
        let method = http::Method::try_from(guest.method)
            .map_err(|_| ErrorCode::HttpRequestMethodInvalid)?;
        let authority = guest.authority.unwrap_or_default();
        let mut uri = http::Uri::builder()
            .scheme(self.scheme(guest.scheme)?)
            .authority(authority.as_str());
        if let Some(path) = guest.path_with_query {
            uri = uri.path_and_query(path);
        }
        let uri = uri.build().map_err(|_| ErrorCode::HttpRequestUriInvalid)?;

        let mut request = http::Request::new(guest.body.unwrap_or_else(empty));
        *request.method_mut() = method;
        *request.uri_mut() = uri;
        *request.headers_mut() = guest.headers.into();
        if self.hooks.set_host_header() {
            let host = http::HeaderValue::try_from(authority)
                .map_err(|_| ErrorCode::HttpRequestUriInvalid)?;
            request.headers_mut().insert(http::header::HOST, host);
        }
        let sent = self
            .hooks
            .send_request(request, options, Box::new(async { Ok(()) }));
        let task = task::spawn(async move {
            let (response, beside) = Box::into_pin(sent).await?;
            spawn_local(async move {
                // What goes wrong beside a response shows in its body.
                let _ = Box::into_pin(beside).await;
            });
            Ok(response)
        });
        let response = HostFutureIncomingResponse::Pending(task);
        Ok(self.table.push(response)?)
    }
}

impl WasiHttpCtxView<'_> {
    fn scheme(&mut self, scheme: Option<Scheme>) -> Result<http::uri::Scheme, ErrorCode> {
        let scheme = match scheme {
            None => self.hooks.default_scheme(),
            Some(Scheme::Http) => Some(http::uri::Scheme::HTTP),
            Some(Scheme::Https) => Some(http::uri::Scheme::HTTPS),
            Some(Scheme::Other(name)) => http::uri::Scheme::try_from(name.as_str()).ok(),
        };
        scheme
            .filter(|scheme| self.hooks.is_supported_scheme(scheme))
            .ok_or(ErrorCode::HttpProtocolError)
    }
}
