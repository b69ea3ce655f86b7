//! What an instance takes: as the host makes it for a call, and bare, from an `InstancePre` in a
//! pool with the same settings.
//!
//! `bench-instances time COMPONENT` makes instances of both kinds in turn, drops each, and writes
//! the medians in nanoseconds as JSON. `bench-instances memory host|bare COMPONENT COUNT` keeps
//! that many and writes how many bytes the process has grown by for each.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use amphi::component::{Component, InstancePre, Linker, ResourceTable};
use amphi::wasi::{self, WasiCtx, WasiCtxView, WasiView};
use amphi::wasi_http::{self, WasiHttpCtx, WasiHttpCtxView, WasiHttpView};
use amphi_bench_edge::resident;
use amphi_edge::{EngineKind, Engines, Host, Pool, PoolSettings, Settings, Spec, Version};
use anyhow::{Context, Result, bail, ensure};
use serde_json::json;
use wasmtime::Store;

/// How often a batch of each kind is timed.
const ROUNDS: usize = 40;
/// How many instances are in a batch.
const BATCH: u32 = 500;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let answer = runtime.block_on(async {
        match words[..] {
            ["time", component] => time(Path::new(component)).await,
            ["memory", kind, component, count] => {
                let count = count.parse().context("expected a number of instances")?;
                memory(kind, Path::new(component), count).await
            }
            _ => bail!("expected `time COMPONENT` or `memory host|bare COMPONENT COUNT`"),
        }
    })?;
    println!("{answer}");
    Ok(())
}

async fn time(component: &Path) -> Result<serde_json::Value> {
    let bytes = read(component)?;
    let bare = Bare::new(&bytes)?;
    let version = deployed(bytes).await?;
    let (mut by_host, mut by_hand) = (Vec::new(), Vec::new());
    for _ in 0..=ROUNDS {
        let begin = Instant::now();
        for _ in 0..BATCH {
            drop(version.instantiate().await?);
        }
        by_host.push(begin.elapsed() / BATCH);
        let begin = Instant::now();
        for _ in 0..BATCH {
            drop(bare.instantiate().await?);
        }
        by_hand.push(begin.elapsed() / BATCH);
    }
    let median = |mut times: Vec<std::time::Duration>| {
        // The first batch warmed up.
        times.remove(0);
        times.sort();
        times[times.len() / 2].as_nanos() as u64
    };
    Ok(json!({ "host": median(by_host), "bare": median(by_hand) }))
}

async fn memory(kind: &str, component: &Path, count: usize) -> Result<serde_json::Value> {
    let bytes = read(component)?;
    ensure!(count > 0, "expected one instance at least");
    let grown = match kind {
        "host" => {
            let version = deployed(bytes).await?;
            grown(count, async || Ok(version.instantiate().await?)).await?
        }
        "bare" => {
            let bare = Bare::new(&bytes)?;
            grown(count, async || bare.instantiate().await).await?
        }
        other => bail!("expected `host` or `bare`, found `{other}`"),
    };
    Ok(json!(grown / count as u64))
}

/// By how many bytes this process grows with some instances at once.
async fn grown<I>(count: usize, instantiate: impl AsyncFn() -> Result<I>) -> Result<u64> {
    drop(instantiate().await?);
    let before = resident("self")?;
    let mut kept = Vec::with_capacity(count);
    for _ in 0..count {
        kept.push(instantiate().await?);
    }
    Ok(resident("self")?.saturating_sub(before))
}

fn read(component: &Path) -> Result<Vec<u8>> {
    fs::read(component).with_context(|| format!("cannot read `{}`", component.display()))
}

async fn deployed(bytes: Vec<u8>) -> Result<Arc<Version>> {
    let host = Host::new(Settings::default())?;
    let function = host.deploy(Spec::new("f", bytes)).await?;
    Ok(Arc::clone(&function.lanes().stable))
}

/// A component, linked and ready, with nothing around it.
struct Bare {
    pool: Arc<Pool>,
    pre: InstancePre<State>,
}

/// What WASI needs and no more.
struct State {
    /// Made when the guest asks for it, as the host does.
    wasi: Option<WasiCtx>,
    http: WasiHttpCtx,
    table: ResourceTable,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: self.wasi.get_or_insert_with(|| WasiCtx::builder().build()),
            table: &mut self.table,
        }
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            ctx: &mut self.http,
            table: &mut self.table,
            hooks: wasi_http::refusing_hooks(),
        }
    }
}

impl Bare {
    fn new(bytes: &[u8]) -> Result<Self> {
        let pool = Engines::new(PoolSettings::default()).pool(EngineKind::default())?;
        let component = Component::new(&pool.engine, bytes)?;
        let mut linker = Linker::new(&pool.engine);
        wasi::p2::add_to_linker_async(&mut linker)?;
        wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;
        let pre = linker.instantiate_pre(&component)?;
        Ok(Self { pool, pre })
    }

    async fn instantiate(&self) -> Result<impl Sized + use<>> {
        let state = State {
            wasi: None,
            http: WasiHttpCtx::new(),
            table: ResourceTable::new(),
        };
        let mut store = Store::new(&self.pool.engine, state);
        // No tick may end it.
        store.set_epoch_deadline(u64::MAX / 2);
        let instance = self.pre.instantiate_async(&mut store).await?;
        Ok((store, instance))
    }
}
