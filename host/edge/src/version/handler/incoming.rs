//! `wasi:http/incoming-handler` 0.2.

use amphi::wasi_http::WasiBody;
use amphi::wasi_http::WasiHttpView as _;
use amphi::wasi_http::p2::bindings::ProxyIndices;
use amphi::wasi_http::p2::bindings::http::types::Scheme;

use super::ResponseSender;
use crate::runtime::call::Failure;
use crate::runtime::instance::LiveInstance;

/// Has the guest answer `request`; returns when the guest does.
pub(super) async fn handle(
    live: &mut LiveInstance,
    indices: &ProxyIndices,
    request: http::Request<WasiBody>,
    answer: &mut ResponseSender,
) -> Result<(), Failure> {
    let (sender, mut receiver) = tokio::sync::oneshot::channel();
    let call = async {
        let proxy = indices.load(&mut live.store, &live.instance)?;
        let scheme = match request.uri().scheme_str() {
            Some("https") => Scheme::Https,
            Some(_) | None => Scheme::Http,
        };
        let mut http = live.store.data_mut().http();
        let request = http.new_incoming_request(scheme, request)?;
        let outparam = http.new_response_outparam(sender)?;
        proxy
            .wasi_http_incoming_handler()
            .call_handle(&mut live.store, request, outparam)
            .await
    };
    // The response comes before the guest's end: its head goes out while the guest writes the body.
    let outcome = {
        let mut call = std::pin::pin!(call);
        tokio::select! {
            biased;
            response = &mut receiver => {
                if let Ok(response) = response {
                    answer.send(response.map_err(|code| Failure::refused(&code)));
                }
                call.await
            }
            outcome = &mut call => outcome,
        }
    };
    if let Err(error) = outcome {
        return Err(Failure::of(error, &live.store));
    }
    // A guest that set its response and returned at once.
    if let Ok(response) = receiver.try_recv() {
        answer.send(response.map_err(|code| Failure::refused(&code)));
    }
    if answer.is_open() {
        return Err(Failure::NoResponse);
    }
    // A body that the guest has not finished is none (`outgoing-body.finish`).
    answer.ends();
    Ok(())
}
