//! The state of WASI of a call.

use std::sync::Arc;

use amphi::wasi::{WasiCtx, WasiCtxBuilder};
use tokio::io::empty;

use crate::grant::Prepared;
use crate::log::{GuestLog, GuestStream};

/// The state of WASI. It has random numbers from the system, so it is made when a guest first asks for something of it, and never for one that does not.
pub(crate) struct Wasi {
    made: Option<WasiCtx>,
    granted: Arc<Prepared>,
    /// Where what is printed goes, if anywhere.
    log: Option<Arc<GuestLog>>,
}

impl Wasi {
    /// A state yet to be made, unless there are directories to open.
    ///
    /// # Errors
    ///
    /// A directory is gone.
    pub(crate) fn new(granted: Arc<Prepared>, log: Option<Arc<GuestLog>>) -> amphi::Result<Self> {
        let mut wasi = Self {
            made: None,
            granted,
            log,
        };
        if wasi.granted.has_directories() {
            let mut builder = wasi.builder();
            wasi.granted.open_directories(&mut builder)?;
            wasi.made = Some(builder.build());
        }
        Ok(wasi)
    }

    pub(crate) fn made(&mut self) -> &mut WasiCtx {
        if self.made.is_none() {
            self.made = Some(self.builder().build());
        }
        self.made.as_mut().expect("it was made right now")
    }

    fn builder(&self) -> WasiCtxBuilder {
        match &self.log {
            None => self.granted.wasi_without_directories(empty(), empty()),
            Some(log) => self.granted.wasi_without_directories(
                log.output(GuestStream::Stdout),
                log.output(GuestStream::Stderr),
            ),
        }
    }
}
