//! Where a value is that stays in a guest for longer than a call.

use super::{LiftContext, memory_of};
use crate::handles::InstanceId;
use crate::store::StoreOpaque;
use amphi_translate::plan::{ComponentTypes, Options};
use std::sync::Arc;

use wasmtime_environ::error::{Result, bail};

/// A guest's memory, and how values are stored in it.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    store: u32,
    instance: InstanceId,
    options: Options,
}

impl LiftContext<'_> {
    /// Where the values are that this context lifts.
    pub(crate) fn place(&self) -> Place {
        Place {
            store: self.store.id,
            instance: self.instance,
            options: *self.options,
        }
    }
}

impl Place {
    /// A copy of `len` bytes at `ptr`.
    ///
    /// # Panics
    ///
    /// The guest is in another store, as in Wasmtime.
    pub fn read(&self, store: &StoreOpaque, ptr: usize, len: usize) -> Result<Vec<u8>> {
        self.check(store);
        let memory = memory_of(&store.instances[self.instance.index()], &self.options)?;
        if !memory.contains(ptr, len) {
            bail!("pointer out of bounds of memory");
        }
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(len)?;
        // SAFETY: there is room for `len` bytes, and any bytes are valid ones.
        unsafe {
            if !memory.read(ptr, bytes.as_mut_ptr(), len) {
                bail!("pointer out of bounds of memory");
            }
            bytes.set_len(len);
        }
        Ok(bytes)
    }

    /// A context to lift more of what is there.
    ///
    /// # Panics
    ///
    /// The guest is in another store, as in Wasmtime.
    pub fn lift_context<'a>(
        &'a self,
        store: &'a mut StoreOpaque,
        types: &'a Arc<ComponentTypes>,
    ) -> LiftContext<'a> {
        self.check(store);
        LiftContext::new(store, types, &self.options, self.instance)
    }

    fn check(&self, store: &StoreOpaque) {
        assert!(
            self.store == store.id,
            "object used with the wrong store: a value in a guest belongs to the guest's store"
        );
    }
}
