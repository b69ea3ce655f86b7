//! What answers at the server's address.

use std::sync::Arc;

use http::request::Parts;
use http::{Method, Request, Response};

use crate::body::Body;
use crate::config::Page;
use crate::host::{Host, nothing_here};
use crate::listen::{Handler, RequestBody};
use crate::page;
use crate::problem::Problem;

/// The host, and what is told of it.
pub struct Front {
    pub host: Arc<Host>,
    /// The host's own pages that are answered here. Others are not there.
    pub pages: Vec<Page>,
}

impl Handler for Front {
    async fn handle(&self, request: Request<RequestBody>) -> Response<Body> {
        match page::of_path(request.uri().path()) {
            Some(page) if !self.pages.contains(&page) => {
                nothing_here(request.uri().path()).into_response()
            }
            Some(Page::Metrics) if request.method() == Method::GET => {
                self.host.metrics().response()
            }
            Some(_) | None => self.host.handle(request).await,
        }
    }

    fn refused(&self, request: &Parts, problem: &Problem) {
        Handler::refused(&*self.host, request, problem);
    }
}
