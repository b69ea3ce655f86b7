//! What comes in: requests to a guest, responses to it, their bodies and trailers.

use crate::http::body::{HostFutureTrailers, HostIncomingBody};
use crate::http::p2::bindings::http::types::{self, ErrorCode, Method, Scheme, StatusCode};
use crate::http::types::{HostFutureIncomingResponse, HostIncomingRequest, HostIncomingResponse};
use crate::http::{FieldMap, WasiHttpCtxView};
use crate::io::{DynInputStream, DynPollable, subscribe};
use amphi_web::Result;
use amphi_web::component::Resource;
use std::mem;

impl types::HostIncomingRequest for WasiHttpCtxView<'_> {
    fn method(&mut self, this: Resource<HostIncomingRequest>) -> Result<Method> {
        Ok(self.table.get(&this)?.method.clone())
    }

    fn path_with_query(&mut self, this: Resource<HostIncomingRequest>) -> Result<Option<String>> {
        Ok(self.table.get(&this)?.path_with_query.clone())
    }

    fn scheme(&mut self, this: Resource<HostIncomingRequest>) -> Result<Option<Scheme>> {
        Ok(Some(self.table.get(&this)?.scheme.clone()))
    }

    fn authority(&mut self, this: Resource<HostIncomingRequest>) -> Result<Option<String>> {
        Ok(Some(self.table.get(&this)?.authority.clone()))
    }

    fn headers(&mut self, this: Resource<HostIncomingRequest>) -> Result<Resource<FieldMap>> {
        let headers = self.table.get(&this)?.headers.clone();
        Ok(self.table.push(headers)?)
    }

    fn consume(
        &mut self,
        this: Resource<HostIncomingRequest>,
    ) -> Result<Result<Resource<HostIncomingBody>, ()>> {
        match self.table.get_mut(&this)?.body.take() {
            Some(body) => Ok(Ok(self.table.push(body)?)),
            None => Ok(Err(())),
        }
    }

    fn drop(&mut self, this: Resource<HostIncomingRequest>) -> Result<()> {
        self.table.delete(this)?;
        Ok(())
    }
}

impl types::HostIncomingResponse for WasiHttpCtxView<'_> {
    fn status(&mut self, this: Resource<HostIncomingResponse>) -> Result<StatusCode> {
        Ok(self.table.get(&this)?.status)
    }

    fn headers(&mut self, this: Resource<HostIncomingResponse>) -> Result<Resource<FieldMap>> {
        let headers = self.table.get(&this)?.headers.clone();
        Ok(self.table.push(headers)?)
    }

    fn consume(
        &mut self,
        this: Resource<HostIncomingResponse>,
    ) -> Result<Result<Resource<HostIncomingBody>, ()>> {
        match self.table.get_mut(&this)?.body.take() {
            Some(body) => Ok(Ok(self.table.push(body)?)),
            None => Ok(Err(())),
        }
    }

    fn drop(&mut self, this: Resource<HostIncomingResponse>) -> Result<()> {
        self.table.delete(this)?;
        Ok(())
    }
}

impl types::HostFutureIncomingResponse for WasiHttpCtxView<'_> {
    fn subscribe(
        &mut self,
        this: Resource<HostFutureIncomingResponse>,
    ) -> Result<Resource<DynPollable>> {
        subscribe(self.table, this)
    }

    fn get(
        &mut self,
        this: Resource<HostFutureIncomingResponse>,
    ) -> Result<Option<Result<Result<Resource<HostIncomingResponse>, ErrorCode>, ()>>> {
        let future = self.table.get_mut(&this)?;
        let response = match mem::replace(future, HostFutureIncomingResponse::Consumed) {
            HostFutureIncomingResponse::Ready(response) => response,
            HostFutureIncomingResponse::Consumed => return Ok(Some(Err(()))),
            pending @ HostFutureIncomingResponse::Pending(_) => {
                *future = pending;
                return Ok(None);
            }
        };
        let response = match response {
            Ok(response) => response,
            Err(code) => return Ok(Some(Ok(Err(code)))),
        };
        let (parts, body) = response.into_parts();
        let response = self.table.push(HostIncomingResponse {
            status: parts.status.as_u16(),
            headers: FieldMap::new_immutable(self.hooks, parts.headers),
            body: Some(HostIncomingBody::new(body)),
        })?;
        Ok(Some(Ok(Ok(response))))
    }

    fn drop(&mut self, this: Resource<HostFutureIncomingResponse>) -> Result<()> {
        self.table.delete(this)?;
        Ok(())
    }
}

impl types::HostIncomingBody for WasiHttpCtxView<'_> {
    fn stream(
        &mut self,
        this: Resource<HostIncomingBody>,
    ) -> Result<Result<Resource<DynInputStream>, ()>> {
        match self.table.get_mut(&this)?.take_stream() {
            Some(stream) => Ok(Ok(self.table.push_child(stream, &this)?)),
            None => Ok(Err(())),
        }
    }

    fn finish(&mut self, this: Resource<HostIncomingBody>) -> Result<Resource<HostFutureTrailers>> {
        let body = self.table.delete(this)?;
        Ok(self.table.push(body.into_future_trailers())?)
    }

    fn drop(&mut self, this: Resource<HostIncomingBody>) -> Result<()> {
        self.table.delete(this)?;
        Ok(())
    }
}

impl types::HostFutureTrailers for WasiHttpCtxView<'_> {
    fn subscribe(&mut self, this: Resource<HostFutureTrailers>) -> Result<Resource<DynPollable>> {
        subscribe(self.table, this)
    }

    fn get(
        &mut self,
        this: Resource<HostFutureTrailers>,
    ) -> Result<Option<Result<Result<Option<Resource<FieldMap>>, ErrorCode>, ()>>> {
        let future = self.table.get_mut(&this)?;
        let trailers = match mem::replace(future, HostFutureTrailers::Consumed) {
            HostFutureTrailers::Done(trailers) => trailers,
            HostFutureTrailers::Consumed => return Ok(Some(Err(()))),
            waiting @ HostFutureTrailers::Waiting(_) => {
                *future = waiting;
                return Ok(None);
            }
        };
        Ok(Some(Ok(match trailers {
            Ok(None) => Ok(None),
            Ok(Some(trailers)) => {
                let trailers = FieldMap::new_immutable(self.hooks, trailers);
                Ok(Some(self.table.push(trailers)?))
            }
            Err(code) => Err(code),
        })))
    }

    fn drop(&mut self, this: Resource<HostFutureTrailers>) -> Result<()> {
        self.table.delete(this)?;
        Ok(())
    }
}
