//! What answers at the server's address.

use std::sync::Arc;

use http::request::Parts;
use http::{Method, Request, Response};

use crate::body::Body;
use crate::host::Host;
use crate::listen::{Handler, RequestBody};
use crate::problem::Problem;

/// The host, and what is told of it.
pub struct Front {
    pub host: Arc<Host>,
    /// Whether `/metrics` is answered here, since there is no other address for it.
    pub metrics: bool,
}

impl Handler for Front {
    async fn handle(&self, request: Request<RequestBody>) -> Response<Body> {
        if self.metrics && request.uri().path() == "/metrics" && request.method() == Method::GET {
            return self.host.metrics().response();
        }
        self.host.handle(request).await
    }

    fn refused(&self, request: &Parts, problem: &Problem) {
        Handler::refused(&*self.host, request, problem);
    }
}
