//! What every component of a host may import.

use amphi::component::Linker;
use amphi::{wasi, wasi_http};

use crate::call::CallState;
use crate::engine::Pool;
use amphi_edge_capabilities::{config_values, keyvalue, logging};

/// A linker with WASI and its proposals, which refuse what is not granted, for the engine of `pool`.
///
/// # Errors
///
/// Two interfaces have one name.
pub(crate) fn linker(pool: &Pool) -> wasmtime::Result<Linker<CallState>> {
    let mut linker = Linker::new(&pool.engine);
    wasi::p2::add_to_linker_async(&mut linker)?;
    wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;
    config_values::add_to_linker(&mut linker, CallState::config)?;
    keyvalue::add_to_linker(&mut linker, CallState::keyvalue)?;
    logging::add_to_linker(&mut linker, CallState::logging)?;
    if pool.kind.concurrent {
        wasi::p3::add_to_linker(&mut linker)?;
        wasi_http::p3::add_to_linker(&mut linker)?;
    }
    Ok(linker)
}
