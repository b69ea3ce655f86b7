//! The way into a component by HTTP: `wasi:http/incoming-handler` 0.2 and `wasi:http/handler` 0.3.
//!
//! The guest runs in a task of its own, since it goes on after its response has begun: it writes the body. The task ends with the guest, with the
//! call's deadline, or when nobody wants the response any more.

mod incoming;
mod response;
mod service;

use std::sync::Arc;

use amphi::wasi_http::WasiBody;
use http::StatusCode;
use tokio::sync::oneshot;
use tokio_util::task::AbortOnDropHandle;

use crate::body::Body;
use crate::call::{Exceeded, Failure, Usage};
use crate::instance::Live;
use crate::version::{Handler, Version};

use response::Guarded;

/// Where a guest's response goes, once.
struct Answer {
    sender: Option<oneshot::Sender<Result<http::Response<WasiBody>, Failure>>>,
    /// What was answered.
    status: Option<StatusCode>,
}

impl Answer {
    fn send(&mut self, answer: Result<http::Response<WasiBody>, Failure>) {
        if let Some(sender) = self.sender.take() {
            self.status = answer.as_ref().ok().map(http::Response::status);
            // Who does not wait any more has ended this task.
            let _ = sender.send(answer);
        }
    }

    fn is_open(&self) -> bool {
        self.sender.is_some()
    }
}

/// What is told when a guest has ended: what it has used, and how it failed if it did after its response had begun.
pub(crate) trait Ended: Send + 'static {
    /// Takes what was used; called once, also when the call is given up.
    fn ended(&mut self, usage: Usage, status: Option<StatusCode>, failure: Option<&Failure>);
}

impl Version {
    /// Answers a request by the component's handler.
    ///
    /// Dropping the future, or the response's body before its end, ends the guest.
    ///
    /// # Errors
    ///
    /// There was no place in time, a limit was met, the guest trapped, or it answered nothing.
    pub(crate) async fn answer(
        self: &Arc<Self>,
        request: http::Request<WasiBody>,
        ended: impl Ended,
    ) -> Result<http::Response<Body>, Failure> {
        let (answer, answered) = oneshot::channel();
        let version = Arc::clone(self);
        let task = tokio::spawn(async move {
            let mut told = Told::new(ended);
            version.run(request, answer, &mut told).await;
        });
        let task = AbortOnDropHandle::new(task);
        match answered.await {
            Ok(Ok(response)) => {
                let limit = self.limits.response;
                Ok(response.map(|body| Guarded::new(body, limit, task).boxed()))
            }
            Ok(Err(failure)) => Err(failure),
            Err(_) => Err(Failure::NoResponse),
        }
    }

    async fn run<E: Ended>(
        self: &Arc<Self>,
        request: http::Request<WasiBody>,
        sender: oneshot::Sender<Result<http::Response<WasiBody>, Failure>>,
        told: &mut Told<E>,
    ) {
        let mut answer = Answer {
            sender: Some(sender),
            status: None,
        };
        let failure = match self.instance(self.limits.queue_wait).await {
            Ok(mut live) => {
                let limit = self.limits.wall;
                let outcome =
                    tokio::time::timeout(limit, self.handle(&mut live, request, &mut answer))
                        .await
                        .unwrap_or(Err(Failure::Exceeded(Exceeded::Wall { limit })));
                told.usage.read(&live.store, self.limits.fuel);
                if outcome.is_ok() {
                    self.idle.give_back(live, &self.reuse);
                }
                outcome.err()
            }
            Err(failure) => Some(failure),
        };
        told.tell(answer.status, failure.as_ref());
        // Who still waits for a response learns why there is none.
        if let Some(failure) = failure {
            answer.send(Err(failure));
        }
    }

    async fn handle(
        &self,
        live: &mut Live,
        request: http::Request<WasiBody>,
        answer: &mut Answer,
    ) -> Result<(), Failure> {
        match &self.handler {
            Some(Handler::Incoming(indices)) => {
                incoming::handle(live, indices, request, answer).await
            }
            Some(Handler::Service(indices)) => {
                service::handle(live, indices, request, answer).await
            }
            None => Err(Failure::NoResponse),
        }
    }
}

/// Tells of the end once, at the latest when it is dropped with its task.
struct Told<E: Ended> {
    ended: Option<E>,
    usage: Usage,
}

impl<E: Ended> Told<E> {
    fn new(ended: E) -> Self {
        Self {
            ended: Some(ended),
            usage: Usage::default(),
        }
    }

    fn tell(&mut self, status: Option<StatusCode>, failure: Option<&Failure>) {
        if let Some(mut ended) = self.ended.take() {
            ended.ended(self.usage, status, failure);
        }
    }
}

impl<E: Ended> Drop for Told<E> {
    fn drop(&mut self) {
        self.tell(None, Some(&Failure::GivenUp));
    }
}
