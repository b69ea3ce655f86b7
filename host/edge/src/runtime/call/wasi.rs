//! The state of WASI of a call.

use std::sync::Arc;

use amphi::wasi::{WasiCtx, WasiCtxBuilder};
use tokio::io::empty;

use crate::telemetry::log::{GuestLog, GuestStream};
use amphi_edge_capabilities::Prepared;

/// The state of WASI. It has random numbers from the system, so it is made when a guest first asks
/// for something of it, and never for one that does not.
pub(crate) struct Wasi {
    made: Option<WasiCtx>,
    /// Where what is printed goes, if anywhere.
    log: Option<Arc<GuestLog>>,
}

impl Wasi {
    /// A state yet to be made of what is granted, where that is no directory.
    pub(crate) fn new(log: Option<Arc<GuestLog>>) -> Self {
        Self { made: None, log }
    }

    /// A state of what is granted, directories among it. Blocks.
    ///
    /// # Errors
    ///
    /// A directory is gone.
    pub(crate) fn opened(granted: &Prepared, log: Option<Arc<GuestLog>>) -> amphi::Result<Self> {
        let mut builder = builder(granted, log.as_ref());
        granted.open_directories(&mut builder)?;
        let made = Some(builder.build());
        Ok(Self { made, log })
    }

    /// The state, of what is granted if it was not made yet.
    pub(crate) fn made(&mut self, granted: &Prepared) -> &mut WasiCtx {
        let Self { made, log } = self;
        made.get_or_insert_with(|| builder(granted, log.as_ref()).build())
    }
}

fn builder(granted: &Prepared, log: Option<&Arc<GuestLog>>) -> WasiCtxBuilder {
    match log {
        None => granted.wasi_without_directories(empty(), empty()),
        Some(log) => granted.wasi_without_directories(
            log.output(GuestStream::Stdout),
            log.output(GuestStream::Stderr),
        ),
    }
}
