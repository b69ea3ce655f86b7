//! Calls of guests to what is built in.

use super::destroying;
use crate::page::{Arrivals, CallFrame, Frame};
use crate::raw::ValRaw;
use crate::store::{InstanceData, LANDING_SIZE};
use amphi_translate::codegen::{CANNOT_LEAVE, DESTROYED, UNCAUGHT, invalid_string};
use amphi_translate::plan::{ComponentTypes, TrampolineKind, Transcoding};
use wasmtime_environ::Trap;
use wasmtime_environ::component::{ResourceIndex, TypeResourceTableIndex};
use wasmtime_environ::error::{Error, Result, bail, ensure, format_err};

/// Where wrappers enter the application.
pub fn arrivals() -> Arrivals {
    Arrivals {
        slot: host_call as *const () as u32,
        landing: LANDING_SIZE,
    }
}

impl InstanceData {
    /// Does what is built in; what the guest's wrapper is to do next.
    fn call_from_guest(&self, trampoline: u32, frame: &mut CallFrame) -> Result<u32> {
        match trampoline {
            CANNOT_LEAVE => bail!(Trap::CannotLeaveComponent),
            UNCAUGHT => bail!(Trap::UncaughtException),
            DESTROYED => return destroying::finish(frame),
            _ => {}
        }
        let plan = self.component.plan();
        // SAFETY: the store outlives its instances, and whoever borrows it sleeps while the guest
        // runs.
        let store = unsafe { &mut *self.store };
        // SAFETY: the wrapper has stored the arguments; each built-in reads those that its core
        // type has.
        let argument =
            |frame: &Frame, index: usize| unsafe { frame[index].assume_init() }.get_u32();
        let slots = &mut frame.slots;
        match plan.trampolines[trampoline as usize].kind {
            // Wrappers of imports call their landings.
            TrampolineKind::LowerImport { .. } => bail!("an import is called as what is built in"),
            TrampolineKind::ResourceNew(ty) => {
                let handle = store
                    .guest_table(self.id, ty)
                    .insert_own(argument(slots, 0))?;
                slots[0].write(ValRaw::u32(handle));
            }
            TrampolineKind::ResourceRep(ty) => {
                let rep = store.guest_table(self.id, ty).rep(argument(slots, 0))?;
                slots[0].write(ValRaw::u32(rep));
            }
            TrampolineKind::ResourceDrop(ty) => {
                if let Some(rep) = store.guest_table(self.id, ty).remove(argument(slots, 0))? {
                    let resource = self.component.types()[ty].unwrap_concrete_ty();
                    if !self.defines(ty) {
                        self.check_may_leave(resource)?;
                    }
                    return self.destroy_for_guest(resource, rep, frame);
                }
            }
            TrampolineKind::Transcode(Transcoding { op, .. }) => bail!(invalid_string(op)),
            TrampolineKind::TransferOwn => {
                let (handle, from, to) = transferred(&plan.types, slots, argument)?;
                let rep = store.guest_table(self.id, from).take_own(handle)?;
                let handle = store.guest_table(self.id, to).insert_own(rep)?;
                slots[0].write(ValRaw::u32(handle));
            }
            TrampolineKind::TransferBorrow => {
                let (handle, from, to) = transferred(&plan.types, slots, argument)?;
                let rep = store.guest_table(self.id, from).lend(handle)?;
                // Spec, `lower_borrow`: who defines a resource gets its representation.
                let handle = match self.defines(to) {
                    true => rep,
                    false => store.guest_table(self.id, to).insert_borrow(rep)?,
                };
                slots[0].write(ValRaw::u32(handle));
            }
            TrampolineKind::Trap => return Err(trap_with_code(argument(slots, 0))),
            TrampolineKind::EnterCall => {
                store.handles.scopes.enter_guest();
            }
            TrampolineKind::ExitCall => {
                store.handles.finish_scope()?;
                store.handles.scopes.leave();
            }
        }
        Ok(0)
    }

    /// Fails while the component instance that defines `resource` may not be left.
    fn check_may_leave(&self, resource: ResourceIndex) -> Result<()> {
        let may_leave = self.owners[resource]
            .expand()
            .is_none_or(|owner| self.flags[owner.as_u32() as usize].value() != 0);
        ensure!(may_leave, Trap::CannotLeaveComponent);
        Ok(())
    }
}

/// The arguments of a transfer: the handle, and the tables that it leaves and enters.
fn transferred(
    types: &ComponentTypes,
    frame: &Frame,
    argument: impl Fn(&Frame, usize) -> u32,
) -> Result<(u32, TypeResourceTableIndex, TypeResourceTableIndex)> {
    let table = |index| {
        let table = TypeResourceTableIndex::from_u32(argument(frame, index));
        ensure!(
            types.handle_table(table).is_some(),
            "there is no table {} of handles",
            table.as_u32()
        );
        Ok(table)
    };
    Ok((argument(frame, 0), table(1)?, table(2)?))
}

/// The error for a trap that a fused adapter asks for.
fn trap_with_code(code: u32) -> Error {
    match u8::try_from(code).ok().and_then(Trap::from_u8) {
        Some(trap) => trap.into(),
        None => format_err!("an adapter trapped with the unknown code {code}"),
    }
}

/// Where wrappers enter the application: the guest of `instance` calls `trampoline` with its
/// arguments in `frame`.
///
/// Returns 0 and the result in `frame`, or 1 with the error kept in the store, or 4 if the guest is
/// to throw, or what else a wrapper of `resource.drop` is to do.
extern "C" fn host_call(
    instance: *const InstanceData,
    trampoline: u32,
    frame: *mut CallFrame,
) -> u32 {
    // SAFETY: wrappers carry the address of their instance, which outlives every call.
    let instance = unsafe { &*instance };
    let mut none = CallFrame::new(std::ptr::null());
    // SAFETY: a wrapper passes the current frame, or null when it has nothing to pass.
    let frame = unsafe { frame.as_mut() }.unwrap_or(&mut none);
    match instance.call_from_guest(trampoline, frame) {
        Ok(next) => next,
        Err(error) => {
            // SAFETY: the store outlives its instances, and whoever borrows it sleeps while the
            // guest runs.
            unsafe { (*instance.store).fail(error) }
        }
    }
}
