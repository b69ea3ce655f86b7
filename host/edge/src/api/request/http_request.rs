//! Any request under a function's route: the component answers it itself.

use std::sync::Arc;

use amphi::wasi_http::{Error as HttpError, WasiBody};
use bytes::Bytes;
use http::header::HOST;
use http::uri::Scheme;
use http::{Request, Response, Uri};
use http_body_util::{BodyExt, Empty, LengthLimitError, Limited};

use super::{body_too_large, check_headers};
use crate::function::Function;
use crate::function::admitted::Admitted;
use crate::function::exchange::Exchange;
use crate::function::lanes::Chosen;
use crate::problem::{Kind, Problem};
use crate::runtime::call::bytes;
use amphi_edge_listen::authority_of;
use amphi_edge_listen::{Body, BodyError};
use amphi_edge_listen::{REQUEST_ID, RequestId};

/// Has the component of `function` answer.
pub(crate) async fn answer<B>(
    function: &Arc<Function>,
    chosen: &Chosen,
    exchange: &Exchange,
    request: Request<B>,
) -> Result<Response<Body>, Problem>
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BodyError>,
{
    let limits = &chosen.version.limits;
    check_headers(request.headers(), bytes(limits.headers))?;
    if request.body().size_hint().lower() > limits.request {
        return Err(body_too_large(limits.request));
    }
    let mut request = with_authority(request)?;
    if let Some(id) = RequestId::current() {
        request.headers_mut().insert(REQUEST_ID, id.value().clone());
    }
    let request = request.map(|body| limited(body, limits.request, exchange));
    let mut admitted = Admitted::enter(function, chosen, exchange).await?;
    admitted.keep_place();
    chosen
        .version
        .answer(request, admitted)
        .await
        .map_err(|failure| exchange.problem(&failure))
}

/// The request with its whole address: guests of WASI 0.3 read the authority there and nowhere
/// else.
fn with_authority<B>(mut request: Request<B>) -> Result<Request<B>, Problem> {
    if request.uri().authority().is_some() {
        return Ok(request);
    }
    let host = request.headers().get(HOST).ok_or_else(|| {
        let detail = "expected an authority in the request's target or in `host`, found none";
        Problem::new(Kind::Authority, detail)
    })?;
    let authority = authority_of(host.as_bytes())?;
    let mut parts = request.uri().clone().into_parts();
    parts.scheme = Some(Scheme::HTTP);
    parts.authority = Some(authority);
    let target = Uri::from_parts(parts);
    *request.uri_mut() = target.map_err(|error| Problem::new(Kind::Target, error))?;
    Ok(request)
}

/// The body as a guest reads it: beyond `limit` it gets `HTTP-request-body-size`.
fn limited<B>(body: B, limit: u64, exchange: &Exchange) -> WasiBody
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BodyError>,
{
    if body.is_end_stream() {
        return Empty::new().map_err(|never| match never {}).boxed_unsync();
    }
    let exchange = exchange.clone();
    Limited::new(body, bytes(limit))
        .map_err(move |error| {
            if error.is::<LengthLimitError>() {
                exchange.body_fails(Kind::BodyTooLarge);
                return HttpError::HttpRequestBodySize(Some(limit));
            }
            match error.downcast::<hyper::Error>() {
                Ok(error) => HttpError::Hyper(*error),
                Err(error) => HttpError::InternalError(Some(error.to_string())),
            }
        })
        .boxed_unsync()
}
