//! What answers at the server's address.

use std::net::SocketAddr;
use std::sync::Arc;

use http::request::Parts;
use http::{Method, Request, Response, StatusCode};

use crate::body::Body;
use crate::host::{Host, not_allowed, nothing_here};
use crate::listen::{Handler, RequestBody};
use crate::page;
use crate::problem::Problem;
use amphi_edge_config::Page;

/// The host, and what is told of it.
pub struct Front {
    pub host: Arc<Host>,
    /// The host's own pages that are answered here. Others are not there.
    pub pages: Vec<Page>,
}

impl Handler for Front {
    async fn handle(&self, request: Request<RequestBody>) -> Response<Body> {
        let path = request.uri().path();
        let answered = match page::of_path(path) {
            Some(page) if !self.pages.contains(&page) => nothing_here(path).into_response(),
            Some(Page::Metrics) => match *request.method() {
                Method::GET | Method::HEAD => self.host.metrics().response(),
                _ => not_allowed(request.method(), "GET, HEAD").into_response(),
            },
            Some(_) | None => return self.host.handle(request).await,
        };
        self.host.tell(&request, answered)
    }

    fn refused(&self, request: &Parts, problem: &Problem) {
        Handler::refused(&*self.host, request, problem);
    }

    fn unread(&self, address: SocketAddr, status: StatusCode) {
        self.host.unread(address, status);
    }
}
