//! The guest `vault`, which tries what it is told to and says what came of it.

use amphi::component::{Component, Linker};
use amphi::wasi::WasiState;
use amphi::wasi::p2::bindings::Command;
use amphi::wasi::p2::pipe::MemoryOutputPipe;
use amphi::{Engine, Store, wasi_http};
use amphi_edge_capabilities::config_values::{self, ConfigValuesView};
use amphi_edge_capabilities::keyvalue::{KeyValueStores, KeyValueView, add_to_linker};
use amphi_edge_capabilities::logging::{self, LogLevel, LogLine, LogSink, LoggingView};
use amphi_edge_capabilities::{Grants, Prepared};
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex};

/// What a host has for the calls of this function.
pub struct Host {
    engine: Engine,
    component: Component,
    linker: Linker<State>,
    grants: Grants,
    stores: KeyValueStores,
    pub log: Arc<Log>,
}

/// The state of one call.
pub type State = WasiState<Call>;

/// What one call is granted besides WASI.
pub struct Call {
    prepared: Prepared,
    log: Arc<Log>,
}

/// A log that is kept.
#[derive(Default)]
pub struct Log(pub Mutex<Vec<(LogLevel, String, String)>>);

impl LogSink for Log {
    fn line(&self, line: LogLine<'_>) {
        let mut lines = self.0.lock().expect("nobody panics");
        lines.push((line.level, line.context.to_owned(), line.message.to_owned()));
    }
}

/// The guest, compiled once for all tests.
static VAULT: LazyLock<(Engine, Component)> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let path = root.join("target/guests/vault.wasm");
    let engine = Engine::default();
    let component = Component::from_file(&engine, &path).unwrap_or_else(|error| {
        panic!(
            "expected `{}`: run `cargo xtask guests`: {error}",
            path.display()
        )
    });
    (engine, component)
});

impl Host {
    pub fn new(grants: Grants, stores: &KeyValueStores) -> Host {
        let (engine, component) = VAULT.clone();
        let prepared = Prepared::new(grants.clone(), stores).expect("it can be granted");
        let linker = linked(&engine, &component, &prepared).expect("it links");
        Host {
            engine,
            component,
            linker,
            grants,
            stores: stores.clone(),
            log: Arc::default(),
        }
    }

    /// What the guest says of its tries.
    pub async fn call(&self, tries: &[&str]) -> amphi::Result<String> {
        let words = ["vault"].iter().chain(tries);
        let grants = Grants {
            args: words.map(|&word| word.to_owned()).collect(),
            ..self.grants.clone()
        };
        let prepared = Prepared::new(grants, &self.stores)?;
        let out = MemoryOutputPipe::new(1 << 20);
        let (wasi, hooks) = (prepared.wasi(out.clone(), out.clone())?, prepared.hooks());
        let log = self.log.clone();
        let state = State::with_data(wasi, Call { prepared, log }).with_hooks(hooks);
        let mut store = Store::new(&self.engine, state);
        let command = Command::instantiate_async(&mut store, &self.component, &self.linker).await?;
        let ended = command.wasi_cli_run().call_run(&mut store).await?;
        assert!(ended.is_ok(), "the guest ends well");
        Ok(String::from_utf8(out.contents().to_vec())?)
    }

    /// Has the guest try each, and compares what it says of each with what is expected.
    pub async fn check(&self, tries: &[(&str, &str)]) {
        let words: Vec<&str> = tries.iter().map(|(word, _)| *word).collect();
        let found = self.call(&words).await.expect("the guest does not trap");
        let line = |(word, expected): &(&str, &str)| {
            let name = word.split(':').next().unwrap_or_default();
            match expected.strip_prefix('!') {
                Some(problem) => format!("{name} failed: {problem}\n"),
                None => format!("{name}: {expected}\n"),
            }
        };
        let expected: String = tries.iter().map(line).collect();
        assert_eq!(found, expected);
    }
}

pub fn linked(
    engine: &Engine,
    component: &Component,
    prepared: &Prepared,
) -> amphi::Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    amphi::wasi::p2::add_to_linker_async(&mut linker)?;
    wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;
    add_to_linker(&mut linker, |state: &mut State| KeyValueView {
        grant: state.data.prepared.keyvalue(),
        table: &mut state.table,
    })?;
    config_values::add_to_linker(&mut linker, |state: &mut State| ConfigValuesView {
        values: state.data.prepared.config(),
    })?;
    logging::add_to_linker(&mut linker, |state: &mut State| LoggingView {
        sink: &*state.data.log,
    })?;
    prepared.refuse(&mut linker, component)?;
    Ok(linker)
}
