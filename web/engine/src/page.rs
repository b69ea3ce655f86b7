//! Generated modules on the page's engine, and the crossing between the application and a guest.
//!
//! The application is wasm itself, with a function table and a memory. Its table is usually not
//! growable, so two reserved slots are patched with functions of a generated dispatcher that owns a
//! growable table; guests' trampolines and memory accessors live there.

mod boot;
mod counted;
mod enter;
mod glue;
mod local;
mod memory;
mod single_memory;
mod slots;
mod suspended;
mod transcoder;
mod waits;

pub use boot::Modules;
pub(crate) use boot::{cached, can_suspend, has_exceptions, page};
pub(crate) use counted::counted_call;
pub use enter::outside;
pub(crate) use enter::{
    Arrivals, CallFrame, Caught, FRAME_SLOTS, Frame, enter, instantiate, is_poisoned,
    left_by_script,
};
pub use glue::caught_message;
pub(crate) use glue::{
    caught_stack, compile, export, import_object, instance_exports, instance_of, may_leave_flag,
    size_or_value, throw_next,
};
pub use local::Local;
pub(crate) use memory::GuestMemory;
pub(crate) use single_memory::add_accessors;
pub(crate) use slots::{PlacingImports, Slot, array_call_slot, placing_call_slot};
pub(crate) use suspended::SuspendableCall;
pub(crate) use transcoder::transcoder;
pub(crate) use waits::{Finish, Waiting};
