//! What the command line supplies to a component: WASI and its drafts, as the edge function host
//! does, and nothing of that until it is granted.

use std::io::{self, Write};

use amphi::component::{Component, InstancePre, Linker};
use amphi::error::Context;
use amphi::wasi::{WasiCtx, WasiState, p2};
use amphi::{Engine, Result, wasi_http};
use amphi_edge_capabilities::Prepared;
use amphi_edge_capabilities::config_values::{self, ConfigValuesView};
use amphi_edge_capabilities::keyvalue::{self, KeyValueView};
use amphi_edge_capabilities::logging::{self, LogLine, LogSink, LoggingView};

/// The state behind the imports of one instance.
pub type State = WasiState<Prepared>;

/// The state of a guest that may do what `wasi` and `granted` grant.
pub fn state(wasi: WasiCtx, granted: Prepared) -> State {
    let hooks = granted.hooks();
    State::with_data(wasi, granted).with_hooks(hooks)
}

/// Lines of `wasi:logging`, which go to standard error.
struct Lines;

impl LogSink for Lines {
    fn line(&self, line: LogLine<'_>) {
        let LogLine {
            level,
            context,
            message,
        } = line;
        let about = match context {
            "" => String::new(),
            context => format!(" {context}"),
        };
        // Without a standard error there is nobody to tell.
        let _ = writeln!(io::stderr().lock(), "{}{about}: {message}", level.name());
    }
}

/// Binds what `component` imports to what the command line supplies.
pub fn link(engine: &Engine, component: &Component) -> Result<InstancePre<State>> {
    let mut linker: Linker<State> = Linker::new(engine);
    p2::add_to_linker_async(&mut linker)?;
    wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;
    config_values::add_to_linker(&mut linker, |state| ConfigValuesView {
        values: state.data.config(),
    })?;
    keyvalue::add_to_linker(&mut linker, |state| KeyValueView {
        grant: state.data.keyvalue(),
        table: &mut state.table,
    })?;
    logging::add_to_linker(&mut linker, |_| LoggingView { sink: &Lines })?;
    amphi::link(&linker, component).context(
        "expected imports from WASI 0.2 and from its drafts `wasi:config`, `wasi:keyvalue` and `wasi:logging` only: a \
         component that imports more needs a host program that supplies it (the README has one)",
    )
}
