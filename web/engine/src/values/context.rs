//! What lifting and lowering work with: the store, the guest's memory and its allocator.
//!
//! Guest memory is another wasm memory. Reads are copies of checked regions; writes are staged in
//! the application's memory and copied over before the guest runs again.

mod deferral;
mod place;

pub use super::aligned::AlignedBytes;
pub use place::Place;

use super::staging::{Memory, Staging};
use crate::handles::InstanceId;
use crate::page::{self, GuestMemory};
use crate::raw::ValRaw;
use crate::store::{InstanceData, StoreContextMut, StoreOpaque};
use crate::types::{InstanceType, ResourceType};
use amphi_translate::plan::{ComponentTypes, Options};
use deferral::Deferral;
use std::cell::Cell;
use std::sync::Arc;
use wasmtime_environ::component::{CanonicalAbiInfo, TypeResourceTableIndex};
use wasmtime_environ::error::{Result, bail, format_err};

/// The context of lowering values into a guest.
#[doc(hidden)]
pub struct LowerContext<'a, T: 'static> {
    /// The store that the guest is in.
    pub store: StoreContextMut<'a, T>,
    /// The type tables of the guest's component.
    pub types: &'a ComponentTypes,
    options: &'a Options,
    instance: InstanceId,
    staging: Staging,
    deferral: Deferral,
}

/// The context of lifting values out of a guest.
#[doc(hidden)]
pub struct LiftContext<'a> {
    /// The type tables of the guest's component.
    pub types: &'a Arc<ComponentTypes>,
    /// Bytes that the host may still make of what it is given.
    fuel: Cell<usize>,
    store: &'a mut StoreOpaque,
    options: &'a Options,
    instance: InstanceId,
}

/// The instance behind an id, for longer than a borrow of the store.
///
/// # Safety
///
/// The store must outlive `'a`; what is reached through the reference must not change meanwhile. A
/// component, its types, memories and allocators are set when the instance is made and never
/// change.
unsafe fn instance_of<'a>(store: &StoreOpaque, instance: InstanceId) -> &'a InstanceData {
    let data: *const InstanceData = &raw const *store.instances[instance.index()];
    // SAFETY: the caller's promise; instances are boxed and live as long as their store.
    unsafe { &*data }
}

fn memory_of<'i>(instance: &'i InstanceData, options: &Options) -> Result<&'i GuestMemory> {
    options
        .memory
        .and_then(|index| instance.memories[index].as_ref())
        .ok_or_else(|| format_err!("the function's canonical options name no memory"))
}

fn check_bounds(memory: &GuestMemory, ptr: usize, len: usize) -> Result<()> {
    if !memory.contains(ptr, len) {
        bail!("pointer out of bounds of memory");
    }
    Ok(())
}

/// Outside of what is generic: a call that stages nothing should not have the code for it inside.
#[inline(never)]
fn flush(staging: &mut Staging, memory: &GuestMemory) -> Result<()> {
    staging.flush(memory)
}

impl Memory for GuestMemory {
    fn read(&self, from: usize, to: &mut [u8]) -> bool {
        // SAFETY: `to` is as long as what is read.
        unsafe { GuestMemory::read(self, from, to.as_mut_ptr(), to.len()) }
    }

    #[inline]
    fn write(&self, to: usize, bytes: &[u8]) -> bool {
        GuestMemory::write(self, to, bytes)
    }
}

impl<'a, T: 'static> LowerContext<'a, T> {
    /// The types are those of the instance's component.
    #[inline]
    pub(crate) fn new(
        store: StoreContextMut<'a, T>,
        types: &'a ComponentTypes,
        options: &'a Options,
        instance: InstanceId,
    ) -> LowerContext<'a, T> {
        LowerContext {
            store,
            types,
            options,
            instance,
            staging: Staging::default(),
            deferral: Deferral::default(),
        }
    }

    /// Lets the bytes of the parameters at `slots` (a bit for each slot of `frame`) stay where they
    /// are, for the trampoline to place.
    #[inline]
    pub(crate) fn defer_slots(&mut self, slots: u32, frame: *mut ValRaw) {
        self.deferral = Deferral {
            slots,
            frame,
            deferred: 0,
        };
    }

    /// Leaves `len` elements at `bytes` to the trampoline, if `dst` is a slot where it places them;
    /// false if it is not.
    #[inline]
    pub(crate) fn defer<S>(&mut self, dst: *mut S, bytes: *const u8, len: usize) -> bool {
        self.deferral.defer(dst.cast(), bytes, len)
    }

    /// The slots whose bytes are left to the trampoline.
    #[inline]
    pub(crate) fn deferred(&self) -> u32 {
        self.deferral.deferred
    }

    /// The function's canonical options.
    #[inline]
    pub(crate) fn options(&self) -> &'a Options {
        self.options
    }

    pub(crate) fn instance_id(&self) -> InstanceId {
        self.instance
    }

    pub(crate) fn opaque(&mut self) -> &mut StoreOpaque {
        self.store.opaque()
    }

    fn data(&self) -> &'a InstanceData {
        // SAFETY: the context borrows the store for `'a`.
        unsafe { instance_of(&self.store.0.opaque, self.instance) }
    }

    /// Calls the guest's `realloc`; what it returns is aligned, inside the memory and may be
    /// written through `get`.
    pub fn realloc(
        &mut self,
        old: usize,
        old_size: usize,
        align: u32,
        new_size: usize,
    ) -> Result<usize> {
        let ptr = self.allocate(old, old_size, align, new_size)?;
        self.staging.expect(new_size);
        Ok(ptr)
    }

    /// As `realloc`, for memory that is filled by [`copy_in`](Self::copy_in) alone.
    pub(crate) fn allocate(
        &mut self,
        old: usize,
        old_size: usize,
        align: u32,
        new_size: usize,
    ) -> Result<usize> {
        let ptr = self.call_realloc(old, old_size, align, new_size)?;
        if !memory_of(self.data(), self.options)?.contains(ptr, new_size) {
            bail!("realloc return: beyond end of memory");
        }
        Ok(ptr)
    }

    /// Allocates memory for `bytes` and copies them there at once.
    pub(crate) fn place(&mut self, align: u32, bytes: &[u8]) -> Result<usize> {
        let ptr = self.call_realloc(0, 0, align, bytes.len())?;
        if !memory_of(self.data(), self.options)?.write(ptr, bytes) {
            bail!("realloc return: beyond end of memory");
        }
        Ok(ptr)
    }

    fn call_realloc(
        &mut self,
        old: usize,
        old_size: usize,
        align: u32,
        new_size: usize,
    ) -> Result<usize> {
        self.flush()?;
        let slot = self
            .options
            .realloc
            .and_then(|index| self.data().reallocs[index].as_ref())
            .ok_or_else(|| format_err!("the function's canonical options name no `realloc`"))?;
        let mut args = [
            ValRaw::u32(u32::try_from(old)?),
            ValRaw::u32(u32::try_from(old_size)?),
            ValRaw::u32(align),
            ValRaw::u32(u32::try_from(new_size)?),
        ];
        // SAFETY: a realloc trampoline takes four slots and writes one.
        if let Err(caught) = unsafe { page::enter(slot.index(), args.as_mut_ptr()) } {
            return Err(self.opaque().throw_to_error(&caught));
        }
        let ptr = args[0].get_u32();
        if !ptr.is_multiple_of(align) {
            bail!("realloc return: result not aligned");
        }
        Ok(usize::try_from(ptr)?)
    }

    /// That `len` bytes are about to be written through `get`, to memory that the guest supplied
    /// and that was checked.
    pub(crate) fn expect(&mut self, len: usize) {
        self.staging.expect(len);
    }

    /// `N` bytes of guest memory at `offset`, all of which are to be written, in memory that was
    /// allocated here or was supplied.
    #[inline]
    pub fn get<const N: usize>(&mut self, offset: usize) -> &mut [u8; N] {
        self.staging.get(offset)
    }

    /// Copies `bytes` to guest memory at once, past what is staged.
    #[inline]
    pub(crate) fn copy_in(&mut self, offset: usize, bytes: &[u8]) -> Result<()> {
        if !memory_of(self.data(), self.options)?.write(offset, bytes) {
            bail!("pointer out of bounds of memory");
        }
        Ok(())
    }

    /// A copy of `len` bytes of guest memory at `offset`, where that many were written.
    pub(crate) fn copy_out(&self, offset: usize, len: usize) -> Result<Vec<u8>> {
        let mut bytes = vec![0; len];
        // SAFETY: there is room for `len` bytes.
        let copied =
            unsafe { memory_of(self.data(), self.options)?.read(offset, bytes.as_mut_ptr(), len) };
        match copied {
            true => Ok(bytes),
            false => bail!("pointer out of bounds of memory"),
        }
    }

    /// Fails unless `len` bytes at `ptr` are inside the guest's memory.
    pub(crate) fn check_bounds(&self, ptr: usize, len: usize) -> Result<()> {
        check_bounds(memory_of(self.data(), self.options)?, ptr, len)
    }

    /// Copies what is staged to the guest; called before the guest runs.
    #[inline]
    pub(crate) fn flush(&mut self) -> Result<()> {
        if self.staging.is_clean() {
            return Ok(());
        }
        let memory = memory_of(self.data(), self.options)?;
        flush(&mut self.staging, memory)
    }

    pub(crate) fn resource_type(&self, table: TypeResourceTableIndex) -> ResourceType {
        self.data().instance_type().resource_type(table)
    }

    /// Lends a resource to the guest: a handle for the length of the call, or the representation
    /// itself where the guest is the instance that defines the resource (spec: `lower_borrow`).
    pub(crate) fn lower_borrow(&mut self, table: TypeResourceTableIndex, rep: u32) -> Result<u32> {
        if self.data().defines(table) {
            return Ok(rep);
        }
        let instance = self.instance;
        self.opaque()
            .guest_table(instance, table)
            .insert_borrow(rep)
    }
}

impl<'a> LiftContext<'a> {
    /// The types are those of the instance's component.
    #[inline]
    pub(crate) fn new(
        store: &'a mut StoreOpaque,
        types: &'a Arc<ComponentTypes>,
        options: &'a Options,
        instance: InstanceId,
    ) -> LiftContext<'a> {
        LiftContext {
            types,
            fuel: Cell::new(store.hostcall_fuel),
            store,
            options,
            instance,
        }
    }

    /// The function's canonical options.
    #[inline]
    pub(crate) fn options(&self) -> &'a Options {
        self.options
    }

    pub(crate) fn instance_id(&self) -> InstanceId {
        self.instance
    }

    pub(crate) fn opaque(&mut self) -> &mut StoreOpaque {
        self.store
    }

    fn data(&self) -> &'a InstanceData {
        // SAFETY: the context borrows the store for `'a`.
        unsafe { instance_of(self.store, self.instance) }
    }

    pub(crate) fn instance_type(&self) -> InstanceType<'a> {
        self.data().instance_type()
    }

    pub(crate) fn resource_type(&self, table: TypeResourceTableIndex) -> ResourceType {
        self.instance_type().resource_type(table)
    }

    /// Fails unless `len` bytes at `ptr` are inside the guest's memory.
    pub(crate) fn check_bounds(&self, ptr: usize, len: usize) -> Result<()> {
        check_bounds(memory_of(self.data(), self.options)?, ptr, len)
    }

    /// Counts what the host is about to make of what the guest gives: `count` values of `size`
    /// bytes, as Wasmtime counts them. One call may make no more than the store allows.
    pub(crate) fn consume(&self, count: usize, size: usize) -> Result<()> {
        let bytes = count.checked_mul(size);
        match bytes.and_then(|bytes| self.fuel.get().checked_sub(bytes)) {
            Some(left) => {
                self.fuel.set(left);
                Ok(())
            }
            None => bail!(
                "too much data is being copied between the host and the guest: \
                 fuel allocated for hostcalls has been exhausted"
            ),
        }
    }

    /// A copy of `len` bytes of guest memory at `ptr`.
    pub(crate) fn read(&self, ptr: usize, len: usize) -> Result<AlignedBytes> {
        let mut space = AlignedBytes::new();
        self.read_in(&mut space, ptr, len)?;
        Ok(space)
    }

    /// A copy of `len` bytes of guest memory at `ptr`, in `space`.
    #[inline]
    pub(crate) fn read_in<'s>(
        &self,
        space: &'s mut AlignedBytes,
        ptr: usize,
        len: usize,
    ) -> Result<&'s [u8]> {
        let memory = memory_of(self.data(), self.options)?;
        // The bounds come first: a length that the guest made up must not be allocated.
        if len > AlignedBytes::INLINE && !memory.contains(ptr, len) {
            bail!("pointer out of bounds of memory");
        }
        let filled = space.fill(len, |to| {
            // SAFETY: `to` has room for `len` bytes.
            unsafe { memory.read(ptr, to, len) }
        })?;
        filled.ok_or_else(|| format_err!("pointer out of bounds of memory"))
    }

    /// A copy, in `space`, of the `len` elements that the guest says are at `ptr`, each of which is
    /// as `element` says and `native` bytes large on the host; errors say `what` they are of.
    pub(crate) fn read_elements<'s>(
        &self,
        space: &'s mut AlignedBytes,
        what: &str,
        (ptr, len): (usize, usize),
        element: &CanonicalAbiInfo,
        native: usize,
    ) -> Result<&'s [u8]> {
        let size = self.check_elements(what, (ptr, len), element, native)?;
        self.read_in(space, ptr, size)
    }

    /// The bytes of `len` elements at `ptr`, which are inside the guest's memory, counted and
    /// aligned.
    pub(crate) fn check_elements(
        &self,
        what: &str,
        (ptr, len): (usize, usize),
        element: &CanonicalAbiInfo,
        native: usize,
    ) -> Result<usize> {
        let size = len.checked_mul(element.size32 as usize);
        let Some(size) = size.filter(|size| self.check_bounds(ptr, *size).is_ok()) else {
            bail!("{what} pointer/length out of bounds of memory");
        };
        self.consume(len, native)?;
        if !ptr.is_multiple_of(element.align32 as usize) {
            bail!("{what} pointer is not aligned");
        }
        Ok(size)
    }

    /// Copies `len` plain elements at `ptr`, a multiple of `align`, into a vector; errors say
    /// `what` they are of.
    ///
    /// # Safety
    ///
    /// Every bit pattern is a valid `E`.
    pub(crate) unsafe fn read_vec<E: Copy>(
        &self,
        (ptr, len): (usize, usize),
        align: usize,
        what: &str,
    ) -> Result<Vec<E>> {
        /// What may be allocated before the bounds are known; reading checks them too.
        const SMALL: usize = 4096;
        let outside = || format_err!("{what} pointer/length out of bounds of memory");
        let memory = memory_of(self.data(), self.options)?;
        let bytes = len.checked_mul(size_of::<E>()).ok_or_else(outside)?;
        let counted = self.consume(bytes, 1);
        let fine = counted.is_ok() && ptr.is_multiple_of(align);
        if (bytes > SMALL || !fine) && !memory.contains(ptr, bytes) {
            return Err(outside());
        }
        counted?;
        if !fine {
            bail!("{what} pointer is not aligned");
        }
        let mut elements = Vec::<E>::new();
        elements.try_reserve_exact(len)?;
        // SAFETY: there is room for `len` elements, and any bytes are valid ones.
        unsafe {
            if !memory.read(ptr, elements.as_mut_ptr().cast(), bytes) {
                return Err(outside());
            }
            elements.set_len(len);
        }
        Ok(elements)
    }
}
