//! The bytes that a component was made from: kept where it can be precompiled, outside of the
//! application's memory.

#[cfg(feature = "compiler")]
use crate::page::Local;
#[cfg(feature = "compiler")]
use js_sys::Uint8Array;

/// The bytes that a component was made from, or nothing where nobody asks for them.
pub(crate) struct Origin(#[cfg(feature = "compiler")] Local<Uint8Array>);

impl Origin {
    /// Keeps a copy.
    #[cfg(feature = "compiler")]
    pub fn new(bytes: &[u8]) -> Origin {
        Origin(Local::new(Uint8Array::from(bytes)))
    }

    /// Keeps nothing.
    #[cfg(not(feature = "compiler"))]
    pub fn new(_bytes: &[u8]) -> Origin {
        Origin()
    }

    /// A copy of them.
    #[cfg(feature = "compiler")]
    pub fn bytes(&self) -> Vec<u8> {
        self.0.to_vec()
    }
}
