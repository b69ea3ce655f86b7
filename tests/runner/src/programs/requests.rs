//! Guests that speak HTTP: one that sends requests to a server, many at once and some given up, and
//! one that answers them.

#[cfg(not(target_arch = "wasm32"))]
#[path = "requests/native.rs"]
mod exchange;
#[cfg(target_arch = "wasm32")]
#[path = "requests/page.rs"]
mod exchange;

use std::future::poll_fn;

use amphi::component::{Component, Linker};
use amphi::wasi::WasiCtxBuilder;
use amphi::wasi::p2::bindings::Command;
use amphi::wasi_http;
use amphi::wasi_http::p2::bindings::Proxy;
use amphi::{Result, Store, ensure};
use futures_util::future::{join, join_all};

use super::Transcript;
use super::polled::polled;
use crate::host::State;
use crate::report::Report;
use crate::stage::{Form, Stage};

/// How often the server is asked how many wait for it, at the most.
const ASKED: usize = 2_000;

/// What a guest that answers made of a request: the status, a header and the body; or why there is
/// no answer.
pub type Reply = Result<(u16, String, String), &'static str>;

/// Lets guests speak HTTP with the server at `authority`.
///
/// # Errors
///
/// A component is missing or cannot be compiled.
pub async fn run(load: impl AsyncFn(&str) -> Result<Vec<u8>>, authority: &str) -> Result<Report> {
    let mut stage = Stage::new(Form::default())?;
    let mut report = Report {
        suspends: amphi::can_suspend(),
        ..Report::default()
    };
    let component = stage.component(&load, "courier").await?;
    let respond = stage.component(&load, "respond").await?;
    let courier = Courier {
        stage: &stage,
        component,
        authority,
    };
    let mut transcript = Transcript::new("answers");
    let mut result = answers(&mut transcript, &stage, &respond, AT_ONCE).await;
    if result.is_ok() {
        result = trailers(&mut transcript, &stage, &respond).await;
    }
    report.lines.extend(transcript.end(result));
    if amphi::can_suspend() {
        let mut transcript = Transcript::new("waiting for responses");
        let result = requests(&mut transcript, &courier).await;
        report.lines.extend(transcript.end(result));
        let mut transcript = Transcript::new("waiting in answers");
        let result = answers(&mut transcript, &stage, &respond, WAITING).await;
        report.lines.extend(transcript.end(result));
    } else {
        let mut transcript = Transcript::new("refused to wait for responses");
        let refused = courier.send(&["plain"]).await;
        transcript.fails("a response", refused, "JavaScript Promise Integration");
        report.lines.extend(transcript.end(Ok(())));
    }
    Ok(report)
}

/// What becomes of trailers, which a page cannot send.
const TRAILERS: &str = match cfg!(target_arch = "wasm32") {
    true => "finished: Err(ErrorCode::HttpRequestTrailerSectionSize(None))\nanswered: false\n",
    false => "finished: Ok(())\nanswered: true\n",
};

/// What a server has of a body before the guest has written all: over HTTP/1.1 a page sends it
/// whole.
const UPLOAD: &str = match cfg!(target_arch = "wasm32") {
    true => {
        "meanwhile \"\", trailers false\nuploaded \"first half, second half\", trailers false\nbegun: true\nbroken off: true\n"
    }
    false => {
        "meanwhile \"first half, \", trailers false\nuploaded \"first half, second half\", trailers false\nbegun: true\nbroken off: true\n"
    }
};

/// What becomes of a response with trailers: whether it can be read to its end, and what the guest
/// is told.
const TRAILERS_OF_RESPONSES: (bool, &str) = match cfg!(target_arch = "wasm32") {
    true => (
        false,
        "Err(ErrorCode::HttpResponseTrailerSectionSize(None))\n",
    ),
    false => (true, "Ok(())\n"),
};

/// Requests that a guest answers without waiting, and what it answers.
const AT_ONCE: &[(&str, &str, &str)] = &[
    ("GET", "/seen?x=1", ""),
    ("PUT", "/elsewhere", ""),
    ("GET", "/empty", ""),
    ("GET", "/failing", ""),
    ("GET", "/silent", ""),
    ("GET", "/broken", ""),
];

/// Requests whose bodies the guest waits for.
const WAITING: &[(&str, &str, &str)] = &[("POST", "/echo", "what is said"), ("POST", "/echo", "")];

async fn answers(
    t: &mut Transcript,
    stage: &Stage,
    component: &Component,
    requests: &[(&str, &str, &str)],
) -> Result<()> {
    for (method, path, body) in requests {
        let answer = answer_of(stage, component, (method, path, body)).await?;
        t.saw(&format!("{method} {path} {body}"), answer);
    }
    Ok(())
}

/// What a fresh instance of a guest that answers makes of a request: its method, its path and its
/// body.
pub async fn answer_of(
    stage: &Stage,
    component: &Component,
    (method, path, body): (&str, &str, &str),
) -> Result<Reply> {
    let (store, proxy) = responder(stage, component).await?;
    exchange::answer(store, proxy, method, path, body).await
}

/// A guest that ends its response with something behind the body.
async fn trailers(t: &mut Transcript, stage: &Stage, component: &Component) -> Result<()> {
    let (store, proxy) = responder(stage, component).await?;
    let said = store.data().stdout();
    let answer = exchange::answer(store, proxy, "GET", "/trailers", "").await;
    let said = String::from_utf8_lossy(&said.contents()).into_owned();
    let found = (answer.is_ok(), said.as_str());
    t.same("/trailers", found == TRAILERS_OF_RESPONSES, true);
    Ok(())
}

/// A fresh instance of a guest that answers.
async fn responder(stage: &Stage, component: &Component) -> Result<(Store<State>, Proxy)> {
    let mut linker = Linker::<State>::new(&stage.engine);
    amphi::wasi::p2::add_to_linker_async(&mut linker)?;
    wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;
    let mut store = stage.store();
    let proxy = Proxy::instantiate_async(&mut store, component, &linker).await?;
    Ok((store, proxy))
}

/// A guest that sends requests.
struct Courier<'a> {
    stage: &'a Stage,
    component: Component,
    authority: &'a str,
}

impl Courier<'_> {
    /// What a guest of its own says of these kinds of requests.
    async fn send(&self, kinds: &[&str]) -> Result<String> {
        self.sent(kinds, wasi_http::default_hooks()).await
    }

    async fn sent(
        &self,
        kinds: &[&str],
        hooks: &'static mut dyn wasi_http::WasiHttpHooks,
    ) -> Result<String> {
        let mut linker = Linker::<State>::new(&self.stage.engine);
        amphi::wasi::p2::add_to_linker_async(&mut linker)?;
        wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;
        let mut builder = WasiCtxBuilder::new();
        builder.args(&["courier", self.authority]).args(kinds);
        let mut state = State::granted(&mut builder);
        state.hooks = hooks;
        let mut store = Store::new(&self.stage.engine, state);
        let command = Command::instantiate_async(&mut store, &self.component, &linker).await?;
        let ended = command.wasi_cli_run().call_run(&mut store).await?;
        let (out, err) = store.data_mut().written();
        ensure!(ended.is_ok(), "the guest failed: {err}");
        Ok(out)
    }

    /// Asks the server how many wait for an answer that never comes, until there are `expected`.
    async fn await_waiting(&self, expected: usize) -> Result<String> {
        let wanted = format!("got \"{expected}\", trailers false\n");
        let mut said = String::new();
        for _ in 0..ASKED {
            said = self.send(&["get=/http/waiting"]).await?;
            if said == wanted {
                break;
            }
        }
        Ok(said)
    }
}

async fn requests(t: &mut Transcript, courier: &Courier<'_>) -> Result<()> {
    for kind in ["plain", "stream", "echo=0", "echo=100000", "errors"] {
        let said = courier.send(&[kind]).await?;
        for (number, line) in said.lines().enumerate() {
            t.saw(&format!("{kind}, line {}", number + 1), line);
        }
    }
    let trailers = courier.send(&["trailers"]).await?;
    t.same("trailers as expected here", trailers == TRAILERS, true);
    let upload = courier.send(&["upload"]).await?;
    t.same("an upload as expected here", upload == UPLOAD, true);
    let refused = courier
        .sent(&["get=/http/seen"], wasi_http::refusing_hooks())
        .await;
    t.fails("without a grant", refused, "ErrorCode::HttpRequestDenied");
    let sizes: Vec<String> = (1..=20)
        .map(|part| format!("echo={}", part * 3_000))
        .collect();
    let echoes = sizes.iter().map(async |size| courier.send(&[size]).await);
    let said: Result<Vec<String>> = join_all(echoes).await.into_iter().collect();
    t.saw("twenty at once", said?);
    t.same(
        "nobody waits",
        courier.await_waiting(0).await?,
        "got \"0\", trailers false\n",
    );
    given_up(t, courier, &sizes).await
}

/// Ten wait for ever and are given up, four of them when the server has their requests; the ten
/// others go on.
async fn given_up(t: &mut Transcript, courier: &Courier<'_>, sizes: &[String]) -> Result<()> {
    const NEVER: &[&str] = &["get=/http/never"];
    let echoes = sizes.iter().step_by(2);
    let mut echoes = Box::pin(join_all(
        echoes.map(async |size| courier.send(&[size]).await),
    ));
    {
        let mut first = Box::pin(join_all((0..4).map(async |_| courier.send(NEVER).await)));
        let mut waited = Box::pin(courier.await_waiting(4));
        let waited = poll_fn(|cx| {
            let _ = first.as_mut().poll(cx);
            waited.as_mut().poll(cx)
        });
        t.same("four wait", waited.await?, "got \"4\", trailers false\n");
        let others = Box::pin(join_all((0..6).map(async |_| courier.send(NEVER).await)));
        let mut all = Box::pin(join(first, join(others, &mut echoes)));
        t.same("given up early", polled(all.as_mut(), 50).await, false);
    }
    let said: Result<Vec<String>> = echoes.await.into_iter().collect();
    t.saw("ten go on", said?);
    t.same(
        "nobody waits any more",
        courier.await_waiting(0).await?,
        "got \"0\", trailers false\n",
    );
    Ok(())
}
