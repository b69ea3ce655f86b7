//! What answers at the server's address.

use std::net::SocketAddr;
use std::sync::Arc;

use http::request::Parts;
use http::{Method, Request, Response, StatusCode};

use crate::api::page;
use crate::host::{Host, not_allowed, nothing_here};
use amphi_edge_config::Page;
use amphi_edge_listen::Body;
use amphi_edge_listen::{Handler, ListenError, NoPlace, RequestBody};

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

    fn answer_to(&self, error: &ListenError) -> Response<Body> {
        self.host.answer_to(error)
    }

    fn refused(&self, request: &Parts, error: &ListenError) {
        Handler::refused(&*self.host, request, error);
    }

    fn unread(&self, address: SocketAddr, status: StatusCode) {
        self.host.unread(address, status);
    }

    fn without_place(&self, why: NoPlace) {
        self.host.without_place(why);
    }
}
