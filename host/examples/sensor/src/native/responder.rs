//! A component that answers HTTP requests natively, each in an instance of its own, within the
//! limits of a run.

use super::{Limits, NativeHost, RunError};
use amphi::component::Linker;
use amphi::wasi::runtime::in_tokio;
use amphi::wasi::{WasiCtx, WasiState};
use amphi::wasi_http::p2::bindings::ProxyPre;
use amphi::wasi_http::p2::bindings::http::types::Scheme;
use amphi::wasi_http::{self, WasiBody, WasiHttpView};
use amphi::{Error, Result, Store, StoreLimits};
use axum::http::{Request, Response};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{error::Elapsed, timeout};

/// A component that is compiled and linked, and grants that are none.
pub struct Responder {
    pre: ProxyPre<State>,
    limits: Limits,
}

/// The state of a call: its limits, and grants that are none.
type State = WasiState<StoreLimits>;

impl Responder {
    /// Compiles the bytes of a component that exports `wasi:http/incoming-handler`, for the engine
    /// of `host`. To be called where a thread may block.
    ///
    /// # Errors
    ///
    /// The bytes are no such component.
    pub fn new(host: &NativeHost, component: &[u8]) -> Result<Self, RunError> {
        let pre = || {
            let mut linker = Linker::<State>::new(&host.engine);
            amphi::wasi::p2::add_to_linker_async(&mut linker)?;
            wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;
            let component = in_tokio(amphi::compile(&host.engine, component))?;
            ProxyPre::new(linker.instantiate_pre(&component)?)
        };
        let pre = pre().map_err(|error: Error| RunError::Component(format!("{error:#}")))?;
        let limits = host.limits;
        Ok(Self { pre, limits })
    }

    /// Has the component answer. The body of its response may still be on the way then; `held` is
    /// dropped when the component has ended.
    ///
    /// # Errors
    ///
    /// The component traps, does not answer, or takes longer than [`Limits::time`].
    pub async fn answer(
        &self,
        request: Request<WasiBody>,
        held: impl Send + 'static,
    ) -> Result<Response<WasiBody>, RunError> {
        let mut store = self.store();
        let (sender, answer) = oneshot::channel();
        let mut http = store.data_mut().http();
        let request = http
            .new_incoming_request(Scheme::Http, request)
            .map_err(|error| failed(&error))?;
        let out = http
            .new_response_outparam(sender)
            .map_err(|error| failed(&error))?;
        let pre = self.pre.clone();
        let running = tokio::spawn(timeout(self.limits.time, async move {
            let _held = held;
            let proxy = pre.instantiate_async(&mut store).await?;
            let handler = proxy.wasi_http_incoming_handler();
            handler.call_handle(&mut store, request, out).await
        }));
        match answer.await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(code)) => Err(RunError::Guest(format!(
                "the guest returned an error: {code}"
            ))),
            Err(_) => Err(ended(running, self.limits.time).await),
        }
    }

    fn store(&self) -> Store<State> {
        let wasi = WasiCtx::builder().build();
        let state = State::with_data(wasi, self.limits.of_store());
        let mut store = Store::new(self.pre.engine(), state);
        store.limiter(|state| &mut state.data);
        // Others have their turn with every tick, and the time of the run is watched.
        store.set_epoch_deadline(1);
        store.epoch_deadline_async_yield_and_update(1);
        store
    }
}

/// Why a component that has not answered has ended.
async fn ended(running: JoinHandle<Result<Result<()>, Elapsed>>, time: Duration) -> RunError {
    match running.await {
        Ok(Ok(Ok(()))) => RunError::Guest("the component ended before it answered".into()),
        Ok(Ok(Err(error))) => failed(&error),
        Ok(Err(_)) => RunError::Deadline(time),
        Err(error) => RunError::Engine(format!("the run did not end well: {error}")),
    }
}

fn failed(error: &Error) -> RunError {
    RunError::Guest(format!("the component failed: {}", error.root_cause()))
}
