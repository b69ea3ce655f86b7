//! The host's side of requests and responses.

use super::body::{HostIncomingBody, HyperIncomingBody, HyperOutgoingBody, empty};
use super::p2::bindings::http::types::{ErrorCode, Method, Scheme};
use super::task::Task;
use super::{Error, FieldMap, WasiHttpCtxView};
use crate::io::Pollable;
use amphi_web::component::Resource;
use amphi_web::{Result, format_err};
use bytes::Bytes;
use http_body::Body;
use http_body_util::BodyExt as _;
use tokio::sync::oneshot;

/// The host's side of the resource `incoming-request`.
pub struct HostIncomingRequest {
    pub(crate) method: Method,
    pub(crate) path_with_query: Option<String>,
    pub(crate) scheme: Scheme,
    pub(crate) authority: String,
    pub(crate) headers: FieldMap,
    /// None once the guest has it.
    pub body: Option<HostIncomingBody>,
}

/// The host's side of the resource `outgoing-request`.
pub struct HostOutgoingRequest {
    /// `GET`, unless the guest says otherwise.
    pub method: Method,
    /// Of its address.
    pub scheme: Option<Scheme>,
    /// Of its address.
    pub authority: Option<String>,
    /// Of its address.
    pub path_with_query: Option<String>,
    /// Its headers.
    pub headers: FieldMap,
    /// What the guest writes.
    pub body: Option<HyperOutgoingBody>,
}

/// The host's side of the resource `incoming-response`.
pub struct HostIncomingResponse {
    /// Its status.
    pub status: u16,
    /// Its headers.
    pub headers: FieldMap,
    /// None once the guest has it.
    pub body: Option<HostIncomingBody>,
}

/// The host's side of the resource `outgoing-response`.
pub struct HostOutgoingResponse {
    /// Its status.
    pub status: http::StatusCode,
    /// Its headers.
    pub headers: FieldMap,
    /// What the guest writes.
    pub body: Option<HyperOutgoingBody>,
}

impl From<HostOutgoingResponse> for http::Response<HyperOutgoingBody> {
    fn from(guest: HostOutgoingResponse) -> Self {
        let mut response = http::Response::new(guest.body.unwrap_or_else(empty));
        *response.status_mut() = guest.status;
        *response.headers_mut() = guest.headers.into();
        response
    }
}

/// What a guest answers.
type Answer = Result<http::Response<HyperOutgoingBody>, ErrorCode>;

/// The host's side of the resource `response-outparam`.
pub struct HostResponseOutparam {
    /// Called with what the guest answers.
    pub send: Box<dyn FnOnce(Answer) + Send + Sync>,
}

/// The host's side of the resource `future-incoming-response`.
pub enum HostFutureIncomingResponse {
    /// Not there yet.
    Pending(Task<Result<http::Response<HyperIncomingBody>, Error>>),
    /// There.
    Ready(Result<http::Response<HyperIncomingBody>, Error>),
    /// The guest has it.
    Consumed,
}

#[async_trait::async_trait]
impl Pollable for HostFutureIncomingResponse {
    async fn ready(&mut self) {
        if let Self::Pending(task) = self {
            let result = task.result().await;
            *self = Self::Ready(result.unwrap_or(Err(Error::ConnectionTerminated)));
        }
    }

    fn awaits(&self) -> String {
        "a response".to_owned()
    }
}

impl WasiHttpCtxView<'_> {
    /// A request for a guest that answers it.
    ///
    /// # Errors
    ///
    /// The request says nowhere to which host it goes, or the table is full.
    pub fn new_incoming_request<B>(
        &mut self,
        scheme: Scheme,
        request: http::Request<B>,
    ) -> Result<Resource<HostIncomingRequest>>
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Error>,
    {
        let (parts, body) = request.into_parts();
        let body = HostIncomingBody::new(body.map_err(Into::into).boxed_unsync());
        let host = parts.headers.get(http::header::HOST);
        let authority = match (parts.uri.authority(), host) {
            (Some(authority), _) => authority.to_string(),
            (None, Some(host)) => host.to_str()?.to_owned(),
            (None, None) => {
                return Err(format_err!(
                    "a request: expected a host in its URL or in its header `host`"
                ));
            }
        };
        let path = parts.uri.path_and_query();
        let path_with_query = path.map(|path| path.as_str().to_owned());
        let headers = FieldMap::new_immutable(self.hooks, parts.headers);
        Ok(self.table.push(HostIncomingRequest {
            method: parts.method.into(),
            path_with_query,
            scheme,
            authority,
            headers,
            body: Some(body),
        })?)
    }

    /// Where a guest puts its answer.
    ///
    /// # Errors
    ///
    /// The table is full.
    pub fn new_response_outparam(
        &mut self,
        result: oneshot::Sender<Answer>,
    ) -> Result<Resource<HostResponseOutparam>> {
        self.new_response_outparam_from_callback(move |answer| {
            let _ = result.send(answer);
        })
    }

    /// Where a guest puts its answer, for a function.
    ///
    /// # Errors
    ///
    /// The table is full.
    pub fn new_response_outparam_from_callback(
        &mut self,
        callback: impl FnOnce(Answer) + Send + Sync + 'static,
    ) -> Result<Resource<HostResponseOutparam>> {
        let send = Box::new(callback);
        Ok(self.table.push(HostResponseOutparam { send })?)
    }
}

impl From<http::Method> for Method {
    fn from(method: http::Method) -> Self {
        match method {
            http::Method::GET => Self::Get,
            http::Method::HEAD => Self::Head,
            http::Method::POST => Self::Post,
            http::Method::PUT => Self::Put,
            http::Method::DELETE => Self::Delete,
            http::Method::CONNECT => Self::Connect,
            http::Method::OPTIONS => Self::Options,
            http::Method::TRACE => Self::Trace,
            http::Method::PATCH => Self::Patch,
            other => Self::Other(other.as_str().to_owned()),
        }
    }
}

impl TryFrom<Method> for http::Method {
    type Error = http::method::InvalidMethod;

    fn try_from(method: Method) -> Result<Self, Self::Error> {
        Ok(match method {
            Method::Get => Self::GET,
            Method::Head => Self::HEAD,
            Method::Post => Self::POST,
            Method::Put => Self::PUT,
            Method::Delete => Self::DELETE,
            Method::Connect => Self::CONNECT,
            Method::Options => Self::OPTIONS,
            Method::Trace => Self::TRACE,
            Method::Patch => Self::PATCH,
            Method::Other(name) => Self::from_bytes(name.as_bytes())?,
        })
    }
}
