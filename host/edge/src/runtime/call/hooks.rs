//! What a guest sends to others while it answers a request says whose it is.

use amphi::wasi_http::{Beside, RequestOptions, Result, WasiBody, WasiHttpHooks};
use http::{Request, Response};

use amphi_edge_listen::RequestId;

/// The hooks of `wasi:http` of a call: those of what it is granted.
pub(super) struct Hooks(pub(super) amphi_edge_capabilities::Hooks);

impl WasiHttpHooks for Hooks {
    fn send_request(
        &mut self,
        mut request: Request<WasiBody>,
        options: Option<RequestOptions>,
        beside: Beside,
    ) -> Box<dyn Future<Output = Result<(Response<WasiBody>, Beside)>> + Send> {
        if let Some(id) = RequestId::current() {
            id.tell(request.headers_mut());
        }
        self.0.send_request(request, options, beside)
    }
}

#[cfg(test)]
mod tests {
    use amphi_edge_capabilities::keyvalue::KeyValueStores;
    use amphi_edge_capabilities::outgoing::{Networks, Outgoing, OutgoingLimits, Trust};
    use amphi_edge_capabilities::{Grants, Prepared};
    use http::{HeaderMap, HeaderValue};
    use http_body_util::BodyExt;
    use tokio::io::AsyncReadExt;
    use tokio::net::TcpListener;

    use super::*;
    use amphi_edge_listen::REQUEST_ID;

    /// The head of the request that a guest sends while this one is answered.
    async fn sent(named: Option<&str>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let heard = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("somebody asks");
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(stream.read_u8().await.expect("a whole head"));
            }
            String::from_utf8(head).expect("it is text")
        });
        let hosts = vec!["127.0.0.1:*".parse().expect("a pattern")];
        let networks = Networks {
            allowed: vec!["127.0.0.0/8".parse().expect("a network")],
            ..Networks::default()
        };
        let limits = OutgoingLimits::default();
        let grants = Grants {
            outgoing: Some(Outgoing::new(hosts, networks, limits, Trust::of_browsers())),
            ..Grants::default()
        };
        let granted = Prepared::new(grants, &KeyValueStores::default());
        let mut hooks = Hooks(granted.expect("it can be granted").hooks());
        let mut request = Request::get(format!("http://{address}/"));
        if let Some(named) = named {
            request = request.header(REQUEST_ID, named);
        }
        let body =
            amphi_edge_listen::empty().map_err(|_| amphi::wasi_http::Error::InternalError(None));
        let request = request.body(body.boxed_unsync()).expect("a request");
        let said = HeaderMap::from_iter([(REQUEST_ID, HeaderValue::from_static("the-one"))]);
        let id = RequestId::of(&said);
        let task = async {
            let id = RequestId::current();
            let send = async move {
                let sending = hooks.send_request(request, None, Box::new(async { Ok(()) }));
                let _ = Box::into_pin(sending).await;
            };
            // Nobody answers.
            drop(tokio::spawn(RequestId::within(id, send)));
        };
        RequestId::within(Some(id), task).await;
        heard.await.expect("it does not panic")
    }

    #[tokio::test]
    async fn what_a_guest_sends_for_a_request_says_whose_it_is() {
        let head = sent(None).await;
        assert!(head.contains("x-request-id: the-one\r\n"), "{head}");
        let head = sent(Some("its-own")).await;
        assert!(head.contains("x-request-id: its-own\r\n"), "{head}");
        assert!(!head.contains("the-one"), "{head}");
    }
}
