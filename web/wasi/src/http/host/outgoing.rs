//! What goes out: requests and responses of a guest, and their bodies.

use super::content_length;
use crate::http::body::{HostOutgoingBody, StreamContext};
use crate::http::p2::HttpResult;
use crate::http::p2::bindings::http::types::{self, ErrorCode, Method, Scheme, StatusCode};
use crate::http::types::{HostOutgoingRequest, HostOutgoingResponse, HostResponseOutparam};
use crate::http::{FieldMap, WasiHttpCtxView};
use crate::io::DynOutputStream;
use amphi_web::Result;
use amphi_web::component::Resource;

impl types::HostOutgoingRequest for WasiHttpCtxView<'_> {
    fn new(&mut self, headers: Resource<FieldMap>) -> Result<Resource<HostOutgoingRequest>> {
        let mut headers = self.table.delete(headers)?;
        headers.set_immutable();
        Ok(self.table.push(HostOutgoingRequest {
            method: Method::Get,
            scheme: None,
            authority: None,
            path_with_query: None,
            headers,
            body: None,
        })?)
    }

    fn body(
        &mut self,
        this: Resource<HostOutgoingRequest>,
    ) -> Result<Result<Resource<HostOutgoingBody>, ()>> {
        let request = self.table.get(&this)?;
        let Ok(size) = content_length(&request.headers) else {
            return Ok(Err(()));
        };
        if request.body.is_some() {
            return Ok(Err(()));
        }
        let (guest, host) = self.new_body(StreamContext::Request, size);
        self.table.get_mut(&this)?.body = Some(host);
        Ok(Ok(self.table.push(guest)?))
    }

    fn method(&mut self, this: Resource<HostOutgoingRequest>) -> Result<Method> {
        Ok(self.table.get(&this)?.method.clone())
    }

    fn set_method(
        &mut self,
        this: Resource<HostOutgoingRequest>,
        method: Method,
    ) -> Result<Result<(), ()>> {
        let request = self.table.get_mut(&this)?;
        if http::Method::try_from(method.clone()).is_err() {
            return Ok(Err(()));
        }
        request.method = method;
        Ok(Ok(()))
    }

    fn path_with_query(&mut self, this: Resource<HostOutgoingRequest>) -> Result<Option<String>> {
        Ok(self.table.get(&this)?.path_with_query.clone())
    }

    fn set_path_with_query(
        &mut self,
        this: Resource<HostOutgoingRequest>,
        path: Option<String>,
    ) -> Result<Result<(), ()>> {
        let request = self.table.get_mut(&this)?;
        if !path.as_deref().is_none_or(is_path) {
            return Ok(Err(()));
        }
        request.path_with_query = path;
        Ok(Ok(()))
    }

    fn scheme(&mut self, this: Resource<HostOutgoingRequest>) -> Result<Option<Scheme>> {
        Ok(self.table.get(&this)?.scheme.clone())
    }

    fn set_scheme(
        &mut self,
        this: Resource<HostOutgoingRequest>,
        scheme: Option<Scheme>,
    ) -> Result<Result<(), ()>> {
        let request = self.table.get_mut(&this)?;
        if let Some(Scheme::Other(name)) = &scheme
            && http::uri::Scheme::try_from(name.as_str()).is_err()
        {
            return Ok(Err(()));
        }
        request.scheme = scheme;
        Ok(Ok(()))
    }

    fn authority(&mut self, this: Resource<HostOutgoingRequest>) -> Result<Option<String>> {
        Ok(self.table.get(&this)?.authority.clone())
    }

    fn set_authority(
        &mut self,
        this: Resource<HostOutgoingRequest>,
        authority: Option<String>,
    ) -> Result<Result<(), ()>> {
        let request = self.table.get_mut(&this)?;
        if let Some(name) = &authority
            && http::uri::Authority::try_from(name.as_str()).is_err()
        {
            return Ok(Err(()));
        }
        request.authority = authority;
        Ok(Ok(()))
    }

    fn headers(&mut self, this: Resource<HostOutgoingRequest>) -> Result<Resource<FieldMap>> {
        let headers = self.table.get(&this)?.headers.clone();
        Ok(self.table.push(headers)?)
    }

    fn drop(&mut self, this: Resource<HostOutgoingRequest>) -> Result<()> {
        self.table.delete(this)?;
        Ok(())
    }
}

/// Whether a path begins as one: `x` or `http://host/` would be sent to somebody else.
fn is_path(path: &str) -> bool {
    let begins = path.is_empty() || path.starts_with(['/', '?']);
    begins && http::uri::PathAndQuery::try_from(path).is_ok()
}

impl types::HostOutgoingResponse for WasiHttpCtxView<'_> {
    fn new(&mut self, headers: Resource<FieldMap>) -> Result<Resource<HostOutgoingResponse>> {
        let mut headers = self.table.delete(headers)?;
        headers.set_immutable();
        Ok(self.table.push(HostOutgoingResponse {
            status: http::StatusCode::OK,
            headers,
            body: None,
        })?)
    }

    fn status_code(&mut self, this: Resource<HostOutgoingResponse>) -> Result<StatusCode> {
        Ok(self.table.get(&this)?.status.as_u16())
    }

    fn set_status_code(
        &mut self,
        this: Resource<HostOutgoingResponse>,
        status: StatusCode,
    ) -> Result<Result<(), ()>> {
        let response = self.table.get_mut(&this)?;
        match http::StatusCode::from_u16(status) {
            Ok(status) => {
                response.status = status;
                Ok(Ok(()))
            }
            Err(_) => Ok(Err(())),
        }
    }

    fn headers(&mut self, this: Resource<HostOutgoingResponse>) -> Result<Resource<FieldMap>> {
        let headers = self.table.get(&this)?.headers.clone();
        Ok(self.table.push(headers)?)
    }

    fn body(
        &mut self,
        this: Resource<HostOutgoingResponse>,
    ) -> Result<Result<Resource<HostOutgoingBody>, ()>> {
        let response = self.table.get(&this)?;
        let Ok(size) = content_length(&response.headers) else {
            return Ok(Err(()));
        };
        if response.body.is_some() {
            return Ok(Err(()));
        }
        let (guest, host) = self.new_body(StreamContext::Response, size);
        self.table.get_mut(&this)?.body = Some(host);
        Ok(Ok(self.table.push(guest)?))
    }

    fn drop(&mut self, this: Resource<HostOutgoingResponse>) -> Result<()> {
        self.table.delete(this)?;
        Ok(())
    }
}

impl types::HostResponseOutparam for WasiHttpCtxView<'_> {
    fn set(
        &mut self,
        this: Resource<HostResponseOutparam>,
        response: Result<Resource<HostOutgoingResponse>, ErrorCode>,
    ) -> Result<()> {
        let answer = match response {
            Ok(response) => Ok(self.table.delete(response)?.into()),
            Err(code) => Err(code),
        };
        (self.table.delete(this)?.send)(answer);
        Ok(())
    }

    fn drop(&mut self, this: Resource<HostResponseOutparam>) -> Result<()> {
        self.table.delete(this)?;
        Ok(())
    }
}

impl types::HostOutgoingBody for WasiHttpCtxView<'_> {
    fn write(
        &mut self,
        this: Resource<HostOutgoingBody>,
    ) -> Result<Result<Resource<DynOutputStream>, ()>> {
        match self.table.get_mut(&this)?.take_output_stream() {
            Some(stream) => Ok(Ok(self.table.push_child(stream, &this)?)),
            None => Ok(Err(())),
        }
    }

    fn finish(
        &mut self,
        this: Resource<HostOutgoingBody>,
        trailers: Option<Resource<FieldMap>>,
    ) -> HttpResult<()> {
        let body = self.table.delete(this)?;
        let trailers = match trailers {
            Some(trailers) => Some(self.table.delete(trailers)?),
            None => None,
        };
        Ok(body.finish(trailers.is_some_and(|trailers| !trailers.is_empty()))?)
    }

    fn drop(&mut self, this: Resource<HostOutgoingBody>) -> Result<()> {
        self.table.delete(this)?.abort();
        Ok(())
    }
}

impl WasiHttpCtxView<'_> {
    fn new_body(
        &mut self,
        context: StreamContext,
        size: Option<u64>,
    ) -> (HostOutgoingBody, crate::http::WasiBody) {
        let chunks = self.hooks.p2_outgoing_body_buffer_chunks();
        let chunk_size = self.hooks.p2_outgoing_body_chunk_size();
        HostOutgoingBody::new(context, size, chunks, chunk_size)
    }
}
