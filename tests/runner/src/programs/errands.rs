//! A command that uses WASI in every way, with the output that it has to have on both hosts.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use amphi::component::{Component, Linker};
use amphi::wasi::cli::{IsTerminal, StdinStream};
use amphi::wasi::p2::bindings::Command;
use amphi::wasi::p2::pipe::MemoryInputPipe;
use amphi::wasi::{FsPerms, I32Exit, WasiCtxBuilder};
use amphi::{Directory, Result, Store};
use tokio::io::{AsyncRead, ReadBuf};

use super::Transcript;
use super::polled::Signal;
use crate::host::State;
use crate::stage::Stage;

/// What the command finds in its standard input.
pub(super) const INPUT: &str = "one\ntwo\nthree";

/// Errands that wait for nothing, and what they print.
const AT_ONCE: &[(&str, &str)] = &[
    ("clocks", include_str!("errands/clocks.txt")),
    ("command", include_str!("errands/command.txt")),
    ("files", include_str!("errands/files.txt")),
    ("random", include_str!("errands/random.txt")),
    ("sockets", include_str!("errands/sockets.txt")),
    ("streams", include_str!("errands/streams.txt")),
];

/// Errands that wait.
const WAITING: &[(&str, &str)] = &[
    ("sleep", include_str!("errands/sleep.txt")),
    ("poll", include_str!("errands/poll.txt")),
    ("timers", include_str!("errands/timers.txt")),
];

/// Odd errands: what they print is compared between the hosts.
const ODD: [&str; 15] = [
    "two-writes",
    "permit",
    "beyond",
    "zeroes",
    "unasked",
    "grown",
    "read-only",
    "write-only",
    "offsets",
    "long",
    "flags",
    "trailing",
    "kinds",
    "removed",
    "random",
];

/// How a command says that it ends, and the code that it ends with.
const ENDS: &[(&str, i32)] = &[("ok", 0), ("err", 1), ("0", 0), ("7", 7), ("255", 255)];

/// Runs the errands that wait for nothing.
pub async fn run(t: &mut Transcript, stage: &Stage, component: &Component) -> Result<()> {
    all(t, stage, component, AT_ONCE).await?;
    for (how, expected) in ENDS {
        let ((out, _), ended) = errand(stage, component, &["exit", how]).await?;
        let code = ended
            .err()
            .and_then(|error| error.downcast::<I32Exit>().ok());
        let found = (out, code.map(|code| code.0));
        t.same(how, found, (format!("ends with {how}\n"), Some(*expected)));
    }
    for kind in ODD {
        let ((out, err), ended) = errand(stage, component, &["odd", kind]).await?;
        for (number, line) in out.lines().enumerate() {
            t.saw(&format!("odd {kind}, line {}", number + 1), line);
        }
        t.same(&format!("odd {kind}, errors"), err, "");
        let ended = ended.map_err(|error| error.root_cause().to_string());
        t.saw(&format!("odd {kind}, end"), ended);
    }
    Ok(())
}

/// Runs the errands that wait.
pub async fn waiting(t: &mut Transcript, stage: &Stage, component: &Component) -> Result<()> {
    all(t, stage, component, WAITING).await?;
    let grown = grown(stage, component).await?;
    t.same("timers that nobody waited for stay", grown, false);
    for timer in ["at-once", "late"] {
        let event = Event::default();
        event.happens_later();
        let mut builder = WasiCtxBuilder::new();
        builder.args(&["errand", "stop", timer]).stdin(event);
        let ((out, err), ended) = errand_with(stage, component, &mut builder).await?;
        t.same(timer, out, "stopped by the host: true\n");
        t.same(&format!("{timer}, errors"), err, "");
        t.same(&format!("{timer}, end"), ended?, Ok::<(), ()>(()));
    }
    Ok(())
}

/// Whether the page holds more after some polls that gave timers up.
#[cfg(target_arch = "wasm32")]
async fn grown(stage: &Stage, component: &Component) -> Result<bool> {
    let mut counts = Vec::new();
    for _ in 0..8 {
        errand(stage, component, &["poll"]).await?.1?.unwrap_or(());
        // A turn of the page's own, in which what is settled is let go.
        crate::page::load("corpus/index.json").await?;
        counts.push(wasm_bindgen::externref_heap_live_count());
    }
    Ok(counts[7] >= counts[2] + 5)
}

/// Natively there is nothing to count.
#[cfg(not(target_arch = "wasm32"))]
async fn grown(_stage: &Stage, _component: &Component) -> Result<bool> {
    Ok(false)
}

/// What becomes of errands that wait where they cannot.
pub async fn refused(t: &mut Transcript, stage: &Stage, component: &Component) -> Result<()> {
    for (kind, _) in WAITING {
        let (_, ended) = errand(stage, component, &[kind]).await?;
        t.fails(kind, ended, "JavaScript Promise Integration");
    }
    Ok(())
}

async fn all(
    t: &mut Transcript,
    stage: &Stage,
    component: &Component,
    errands: &[(&str, &str)],
) -> Result<()> {
    for (kind, expected) in errands {
        let ((out, err), ended) = errand(stage, component, &[kind]).await?;
        let place = |line: usize| format!("{kind}, line {}", line + 1);
        let mut lines = out.lines();
        for (number, expected) in expected.lines().enumerate() {
            t.same(&place(number), lines.next(), Some(expected));
        }
        t.same(
            &format!("{kind}, more lines"),
            lines.collect::<Vec<_>>(),
            [""; 0],
        );
        t.same(&format!("{kind}, errors"), err, "");
        t.same(&format!("{kind}, end"), ended?, Ok::<(), ()>(()));
    }
    Ok(())
}

/// What an errand with these arguments wrote, to both outputs, and how it ended.
async fn errand(stage: &Stage, component: &Component, args: &[&str]) -> Result<Ended> {
    let data = Directory::of([
        ("greeting.txt", "Hello, world!\n"),
        ("a/b/deep.txt", "deep"),
    ])?;
    let fixed = Directory::of([("stone.txt", "stays")])?;
    let mut builder = WasiCtxBuilder::new();
    builder
        .arg("errand")
        .args(args)
        .env("GREETING", "hello")
        .stdin(MemoryInputPipe::new(INPUT))
        .preopened_dir(&data, "/data", FsPerms::ReadWrite)?
        .preopened_dir(&fixed, "/fixed", FsPerms::ReadOnly)?;
    errand_with(stage, component, &mut builder).await
}

/// What was written to both outputs, and how it ended.
type Ended = ((String, String), Result<Result<(), ()>>);

/// An errand with what `builder` grants.
async fn errand_with(
    stage: &Stage,
    component: &Component,
    builder: &mut WasiCtxBuilder,
) -> Result<Ended> {
    let mut linker = Linker::<State>::new(&stage.engine);
    amphi::wasi::p2::add_to_linker_async(&mut linker)?;
    let mut store = Store::new(&stage.engine, State::granted(builder));
    let command = Command::instantiate_async(&mut store, component, &linker).await?;
    let ended = command.wasi_cli_run().call_run(&mut store).await;
    Ok((store.data_mut().written(), ended))
}

/// Input that ends when something has happened to the host. Clones are the same.
#[derive(Clone, Default)]
struct Event(Signal);

impl Event {
    /// It happens by a timer of the host's event loop.
    #[cfg(target_arch = "wasm32")]
    fn happens_later(&self) {
        let signal = self.0.clone();
        crate::page::later(move || signal.set());
    }

    /// It happens by a timer of the runtime.
    #[cfg(not(target_arch = "wasm32"))]
    fn happens_later(&self) {
        let signal = self.0.clone();
        tokio::spawn(async move {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            signal.set();
        });
    }
}

impl IsTerminal for Event {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdinStream for Event {
    fn async_stream(&self) -> Box<dyn AsyncRead + Send + Sync> {
        Box::new(self.clone())
    }
}

impl AsyncRead for Event {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        _: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.0.poll(cx).map(Ok)
    }
}
