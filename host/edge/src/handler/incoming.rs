//! `wasi:http/incoming-handler` 0.2.

use amphi::wasi_http::WasiBody;
use amphi::wasi_http::WasiHttpView as _;
use amphi::wasi_http::p2::bindings::ProxyIndices;
use amphi::wasi_http::p2::bindings::http::types::Scheme;

use super::Answer;
use crate::call::Failure;
use crate::instance::Live;

/// Has the guest answer `request`; returns when the guest does.
pub(super) async fn handle(
    live: &mut Live,
    indices: &ProxyIndices,
    request: http::Request<WasiBody>,
    answer: &mut Option<Answer>,
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
                if let Ok(response) = response
                    && let Some(answer) = answer.take()
                {
                    let response = response.map_err(|code| Failure::Refused(format!("{code:?}")));
                    let _ = answer.send(response);
                }
                call.await
            }
            outcome = &mut call => outcome,
        }
    };
    if let Err(error) = outcome {
        return Err(Failure::of(error, live.store.data().meter.refused()));
    }
    // A guest that set its response and returned at once.
    match (receiver.try_recv(), answer.take()) {
        (Ok(response), Some(answer)) => {
            let response = response.map_err(|code| Failure::Refused(format!("{code:?}")));
            let _ = answer.send(response);
            Ok(())
        }
        (Err(_), Some(unanswered)) => {
            *answer = Some(unanswered);
            Err(Failure::NoResponse)
        }
        (_, None) => Ok(()),
    }
}
