//! A request to a guest, natively.

use amphi::wasi_http::p2::bindings::Proxy;
use amphi::wasi_http::p2::bindings::http::types::Scheme;
use amphi::wasi_http::{Error, WasiHttpView as _};
use amphi::{Result, Store};
use futures_util::future::join;
use http_body_util::{BodyExt as _, Full};
use tokio::sync::oneshot;

use super::Reply;
use crate::host::State;

/// What the guest answers to a request.
pub async fn answer(
    mut store: Store<State>,
    proxy: Proxy,
    method: &str,
    path: &str,
    body: &str,
) -> Result<Reply> {
    let request = http::Request::builder()
        .method(method)
        .uri(format!("http://guest.test{path}"))
        .header("x-courier", "here")
        .body(Full::from(body.to_owned()))?;
    let (sender, answer) = oneshot::channel();
    let mut http = store.data_mut().http();
    let request = http.new_incoming_request(Scheme::Http, request)?;
    let outparam = http.new_response_outparam(sender)?;
    let call = async {
        let handler = proxy.wasi_http_incoming_handler();
        let result = handler.call_handle(&mut store, request, outparam).await;
        drop(store);
        result
    };
    let read = async {
        match answer.await {
            Ok(Ok(response)) => {
                let (parts, body) = response.into_parts();
                Some(Ok((parts, body.collect().await?.to_bytes())))
            }
            Ok(Err(_)) => Some(Err("an error code")),
            Err(_) => None,
        }
        .map(Ok::<_, Error>)
        .transpose()
    };
    let (called, read) = join(call, read).await;
    Ok(match (read?, called) {
        (Some(Ok((parts, body))), _) => {
            let header = parts.headers.get("x-path").map(|value| value.as_bytes());
            let header = String::from_utf8_lossy(header.unwrap_or_default());
            let body = String::from_utf8_lossy(&body);
            Ok((parts.status.as_u16(), header.into(), body.into()))
        }
        (Some(Err(why)), _) => Err(why),
        (None, Ok(())) => Err("no answer"),
        (None, Err(_)) => Err("a trap"),
    })
}
