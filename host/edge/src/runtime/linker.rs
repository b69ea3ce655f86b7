//! What every component of a host may import, and where it has what it exports.

use amphi::component::{Component, ComponentExportIndex, Linker};
use amphi::{invoke, wasi, wasi_http};

use crate::runtime::call::CallState;
use crate::runtime::engine::Pool;
use amphi_edge_capabilities::{config_values, keyvalue, logging};

/// A linker with WASI and its proposals, which refuse what is not granted, for the engine of
/// `pool`.
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

/// The place of a function among a component's exports.
pub(crate) fn export(
    component: &Component,
    target: &invoke::Target,
) -> Option<ComponentExportIndex> {
    let instance = match &target.interface {
        Some(interface) => Some(component.get_export_index(None, interface.as_str())?),
        None => None,
    };
    component.get_export_index(instance.as_ref(), target.function.as_str())
}
