//! A plan's core modules in the form that a browser can do with.

use super::{Plan, Start, TableAccesses};
use crate::rewrite::{SingleMemory, deferred_start, single_memory};
use wasmtime_environ::error::{Context as _, Result};

impl Start {
    /// Takes the start function of a module out of its instantiation, for browsers that can suspend
    /// it then.
    ///
    /// # Errors
    ///
    /// The bytes are not a module.
    pub fn defer(&mut self, wasm: &mut Vec<u8>) -> Result<()> {
        if *self == Start::Meanwhile
            && let Some(deferred) = deferred_start(wasm)?
        {
            *wasm = deferred.wasm;
            *self = Start::Afterwards(deferred.export);
        }
        Ok(())
    }
}

/// A core module for a browser that allows one memory, if it has more.
pub(crate) fn rewritten(index: usize, wasm: &[u8]) -> Result<Option<SingleMemory>> {
    single_memory(wasm).with_context(|| {
        format!("core module {index} needs several memories, and this browser allows one")
    })
}

impl Plan {
    /// Rewrites the core modules that have several memories, for browsers that allow one.
    ///
    /// # Errors
    ///
    /// A core module uses a memory in a way that cannot be rewritten; the error names it.
    pub fn rewrite_for_single_memory(&mut self) -> Result<()> {
        for (index, module) in self.modules.iter_mut().enumerate() {
            if let Some(SingleMemory { wasm, accessors }) = rewritten(index, &module.wasm)? {
                module.wasm = wasm;
                module.accessors = accessors;
            }
        }
        Ok(())
    }

    /// Takes the start functions out of instantiation, for browsers that can suspend them then.
    ///
    /// # Errors
    ///
    /// A core module cannot be read.
    pub fn defer_starts(&mut self) -> Result<()> {
        for module in &mut self.modules {
            module.start.defer(&mut module.wasm)?;
        }
        Ok(())
    }

    /// Looks up which instructions of the core modules, as they are now, reach into tables: for
    /// browsers whose messages do not tell that from a memory.
    ///
    /// # Errors
    ///
    /// A core module cannot be read.
    pub fn look_up_table_accesses(&mut self) -> Result<()> {
        for module in &mut self.modules {
            module.table_accesses = TableAccesses::read(&module.wasm)?;
        }
        Ok(())
    }
}
