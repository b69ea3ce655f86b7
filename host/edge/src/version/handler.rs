//! The way into a component by HTTP: `wasi:http/incoming-handler` 0.2 and `wasi:http/handler` 0.3.
//!
//! The guest runs in a task of its own, since it goes on after its response has begun: it writes
//! the body. The task ends with the guest, with the call's deadline, or when nobody wants the
//! response any more.

mod incoming;
mod response;
mod service;

use std::sync::Arc;

use amphi::wasi_http::WasiBody;
use http::Response;
use tokio::sync::oneshot;
use tokio_util::task::AbortOnDropHandle;

use crate::runtime::call::Patience;
use crate::runtime::call::{Failure, Usage};
use crate::runtime::instance::LiveInstance;
use crate::version::{Handler, Version};
use amphi_edge_listen::Body;
use amphi_edge_listen::RequestId;
use amphi_edge_listen::bodiless;

use response::{Guarded, Written};

/// Where a guest's response goes, once.
struct ResponseSender {
    sender: Option<oneshot::Sender<Result<Response<Written>, Failure>>>,
    /// The body of what was answered.
    body: Option<Written>,
}

impl ResponseSender {
    fn send(&mut self, answer: Result<Response<WasiBody>, Failure>) {
        let Some(sender) = self.sender.take() else {
            return;
        };
        let answer = answer.and_then(|response| match response.status().as_u16() {
            200..=599 => Ok(response.map(Written::new)),
            status => Err(Failure::BadStatus(status)),
        });
        self.body = answer.as_ref().ok().map(|response| response.body().clone());
        // Who does not wait any more has ended this task.
        let _ = sender.send(answer);
    }

    fn is_open(&self) -> bool {
        self.sender.is_some()
    }

    /// The guest has ended, and its store goes: the body has what it has. Whether all of it was
    /// written.
    fn ends(&self) -> bool {
        self.body.as_ref().is_some_and(|body| body.ends(None))
    }

    /// The same where the guest has failed. Who still waits for a response, or for the rest of it,
    /// learns why there is none.
    fn fails(&mut self, failure: Failure) -> bool {
        match &self.body {
            Some(body) => body.ends(Some(failure)),
            None => {
                self.send(Err(failure));
                false
            }
        }
    }
}

/// What is told when a guest has ended: what it has used, and how it failed.
pub(crate) trait EndObserver: Send + 'static {
    /// Takes what was used; called once, also when the call is given up.
    fn ended(&mut self, usage: Usage, failure: Option<&Failure>);

    /// The clock of what the guest waits for its client, if it has one.
    fn patience(&self) -> Option<&Patience>;
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
        ended: impl EndObserver,
    ) -> Result<Response<Body>, Failure> {
        let method = request.method().clone();
        let (answer, answered) = oneshot::channel();
        let version = Arc::clone(self);
        // It is large, and is given from hand to hand.
        let run = Box::pin(async move {
            let mut told = EndNotifier::new(ended);
            version.run(request, answer, &mut told).await;
        });
        let task = tokio::spawn(RequestId::within(RequestId::current(), run));
        let task = AbortOnDropHandle::new(task);
        match answered.await {
            Ok(Ok(response)) => {
                let bodiless = bodiless(&method, response.status());
                // Nothing of it has gone out, so it can still be said.
                if !bodiless && let Some(failure) = response.body().broken() {
                    return Err(failure);
                }
                let guard = |body| Guarded::new(body, self.limits.response, task);
                Ok(response.map(guard).map(|body| match bodiless {
                    true => body.unsent(),
                    false => body.boxed(),
                }))
            }
            Ok(Err(failure)) => Err(failure),
            Err(_) => Err(Failure::NoResponse),
        }
    }

    async fn run<E: EndObserver>(
        self: &Arc<Self>,
        request: http::Request<WasiBody>,
        sender: oneshot::Sender<Result<Response<Written>, Failure>>,
        told: &mut EndNotifier<E>,
    ) {
        let mut answer = ResponseSender {
            sender: Some(sender),
            body: None,
        };
        let mut usage = Usage::default();
        let (handled, live) = self
            .within_limits(&mut usage, told.patience(), async |live| {
                self.handle(live, request, &mut answer).await
            })
            .await;
        told.usage = usage;
        // Before its store goes, by which the client sees that a guest has failed.
        told.ends(handled, &mut answer);
        drop(live);
    }

    async fn handle(
        &self,
        live: &mut LiveInstance,
        request: http::Request<WasiBody>,
        answer: &mut ResponseSender,
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
struct EndNotifier<E: EndObserver> {
    ended: Option<E>,
    usage: Usage,
}

impl<E: EndObserver> EndNotifier<E> {
    fn new(ended: E) -> Self {
        Self {
            ended: Some(ended),
            usage: Usage::default(),
        }
    }

    fn patience(&self) -> Option<&Patience> {
        self.ended.as_ref()?.patience()
    }

    /// A guest has ended. One that has written all of its answer may end itself as it likes, as
    /// long as it says that all is well.
    fn ends(&mut self, handled: Result<(), Failure>, answer: &mut ResponseSender) {
        match handled {
            Ok(()) => self.tell(None),
            Err(Failure::Exit { code: 0 }) => {
                let failure = Failure::Exit { code: 0 };
                let is_well = answer.fails(failure);
                let failure = (!is_well).then_some(Failure::Exit { code: 0 });
                self.tell(failure.as_ref());
            }
            Err(failure) => {
                self.tell(Some(&failure));
                answer.fails(failure);
            }
        }
    }

    fn tell(&mut self, failure: Option<&Failure>) {
        if let Some(mut ended) = self.ended.take() {
            ended.ended(self.usage, failure);
        }
    }
}

impl<E: EndObserver> Drop for EndNotifier<E> {
    fn drop(&mut self) {
        self.tell(Some(&Failure::GivenUp));
    }
}
