//! `wasi:http/handler` 0.3.

use std::future::poll_fn;

use amphi::wasi_http::p3::Request;
use amphi::wasi_http::p3::bindings::ServiceIndices;
use amphi::wasi_http::{WasiBody, WasiHttpView as _};

use super::ResponseSender;
use crate::runtime::call::Failure;
use crate::runtime::instance::LiveInstance;

/// Has the guest answer `request`; returns when the guest and all that it has begun have ended.
pub(super) async fn handle(
    live: &mut LiveInstance,
    indices: &ServiceIndices,
    request: http::Request<WasiBody>,
    answer: &mut ResponseSender,
) -> Result<(), Failure> {
    let service = indices
        .load(&mut live.store, &live.instance)
        .map_err(Failure::Instantiation)?;
    let (request, read) = Request::from_http(live.store.data_mut().http().hooks, request);
    let outcome = live
        .store
        .run_concurrent(async |accessor| {
            let response = match service.handle(accessor, request).await? {
                Ok(response) => Ok(accessor.with(|store| response.into_http(store, read))?),
                Err(code) => Err(Failure::refused(&code)),
            };
            answer.send(response);
            // The body is written by tasks of the guest's.
            poll_fn(|context| accessor.poll_no_interesting_tasks(context)).await;
            wasmtime::error::Ok(())
        })
        .await
        .flatten();
    outcome.map_err(|error| Failure::of(error, &live.store))
}
