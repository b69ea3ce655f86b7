//! Wrappers: what a guest imports in place of a host function.

use super::instruction::{Function, Instruction};
use super::{Sections, any_memory, border, load, push_type, room, store, word};
use crate::plan::{CoreType, Signature, Trampoline, TrampolineKind};
use wasm_encoder::{
    BlockType, EntityType, ExportKind, GlobalType, ImportSection, RefType, TableType, ValType,
};

/// Where the application takes calls from guests: addresses and a table slot in its own memory and
/// table.
#[derive(Clone, Copy, Debug)]
pub struct HostEntry {
    /// Slot in the application's table of `(instance, trampoline, frame) -> status`.
    pub slot: u32,
    /// Bytes of a landing, where the calls of one import arrive. It begins with a slot in the
    /// application's table of `(landing, frame) -> status`.
    pub landing: u32,
    /// Address of the pointer to the frame that arguments and results pass through.
    pub frame: u32,
    /// Address of the frame under which no guest runs.
    pub outermost: u32,
    /// Where in a frame it says, by a word that is not 0, that nobody waits for the guest any more.
    pub cancelled: u32,
    /// Address of the flag that is 1 while the application runs on a guest's behalf.
    pub in_host: u32,
    /// Whether the browser has exceptions, which guests may throw and catch.
    pub exceptions: bool,
}

impl HostEntry {
    /// One of no page, for what is generated and not run: by tests and the fuzzer.
    #[cfg(feature = "compiler")]
    pub(crate) const TRIAL: HostEntry = HostEntry {
        slot: 7,
        landing: 48,
        frame: 1024,
        outermost: 2048,
        cancelled: 140,
        in_host: 1028,
        exceptions: true,
    };

    /// How many functions a module of wrappers imports, before the first trampoline's.
    fn imported(self) -> u32 {
        match self.exceptions {
            true => THROW + 1,
            false => ROOM + 1,
        }
    }
}

/// Types of the landing's functions, of `suspend` and array-call trampolines, of `room` and
/// `throw`, and of the first trampoline. Where there are exceptions, that of `keep` is the last.
const LAND_TYPE: u32 = 1;
const SUSPEND_TYPE: u32 = 2;
const ROOM_TYPE: u32 = 3;
const FIRST_TYPE: u32 = 4;

/// The application's table, and the dispatcher's.
const APP_TABLE: u32 = 0;
const SLOTS_TABLE: u32 = 1;

/// The functions `s.suspend`, `s.room`, `s.keep` and `s.throw`; the trampolines' come next.
const SUSPEND: u32 = 0;
const ROOM: u32 = 1;
const KEEP: u32 = 2;
const THROW: u32 = 3;

/// What a landing reports, besides 0 for success and 1 for an error, when the guest has to be
/// suspended. So does `resource.drop`.
pub const SUSPENDS: u32 = 2;

/// What `resource.drop` reports when the destructor is a guest's: its argument is in the frame's
/// first slot, and in the second the slot of the dispatcher's table where its array-call trampoline
/// is. The wrapper calls that itself, so that it may wait like any other code of the guest.
pub const DESTROYS: u32 = 3;

/// What a call of the application reports when it fails with what a guest has thrown and nobody
/// caught: the guest that called out may still do so.
pub const THROWS: u32 = 4;

/// The function that a landing's call begins with, and the one that it ends with after a
/// suspension: bytes from the landing's start.
const BEGIN: u32 = 0;
const FINISH: u32 = 4;

/// What `trampoline` is set to when a guest calls out while it may not leave its instance.
pub const CANNOT_LEAVE: u32 = u32::MAX;

/// What `trampoline` is set to when a guest runs again that was suspended for the host's destructor
/// of a resource.
pub const DESTROYED: u32 = u32::MAX - 1;

/// What `trampoline` is set to when a guest's destructor has thrown what it did not catch.
pub const UNCAUGHT: u32 = u32::MAX - 2;

/// Under which a trampoline's way to report a string that is not valid is exported; a prefix of the
/// trampoline's number.
pub const INVALID: &str = "invalid ";

/// A module with one function for each trampoline, exported under its number.
///
/// Imports the application's memory `m.app` and table `m.table`, the dispatcher's table `m.slots`,
/// the address of the instance `i.instance` (an immutable global), that of its first landing
/// `i.landings` (another), and the flags of each component instance as `f.<number>`. Each function
/// stores its arguments in the frame, calls the application (the landing of an import, or the
/// instance for what is built in), and executes `unreachable` when that reports an error, so that
/// no guest can catch it. Where an import has to wait for the host, it calls `s.suspend: (frame)`,
/// and when that returns the landing's second function. Before the application is called, `s.room:
/// ()` traps if the stack has no room for it.
///
/// Where guests may catch exceptions, what the application throws is kept by `s.keep: (exnref)`,
/// and the guest traps; so it does when the destructor of another guest throws. An error that is
/// another guest's exception is thrown by `s.throw: ()`.
///
/// A transcoder has a module of its own, since it needs two memories; here is a function that it
/// calls for a string that is not valid.
#[inline(never)]
pub fn wrappers(trampolines: &[Trampoline], entry: HostEntry) -> Vec<u8> {
    let instances = instances(trampolines);
    let mut sections = Sections::default();
    sections
        .types
        .ty()
        .function([ValType::I32; 3], [ValType::I32]);
    sections
        .types
        .ty()
        .function([ValType::I32; 2], [ValType::I32]);
    sections.types.ty().function([ValType::I32], []);
    sections.types.ty().function([], []);
    let nothing = Signature::default();
    for (index, trampoline) in trampolines.iter().enumerate() {
        let (prefix, signature) = match trampoline.kind {
            TrampolineKind::Transcode(_) => (INVALID, &nothing),
            _ => ("", &trampoline.signature),
        };
        push_type(&mut sections.types, signature);
        sections.functions.function(FIRST_TYPE + index as u32);
        sections.exports.export(
            &format!("{prefix}{index}"),
            ExportKind::Func,
            entry.imported() + index as u32,
        );
        let flags = instances
            .iter()
            .position(|instance| Some(*instance) == trampoline.caller)
            .map(|position| 2 + position as u32);
        sections
            .code
            .function(&body(trampoline, signature, index as u32, flags, entry));
    }
    if entry.exceptions {
        sections.types.ty().function([ValType::EXNREF], []);
    }
    let keep_type = entry
        .exceptions
        .then_some(FIRST_TYPE + trampolines.len() as u32);
    sections.imports = imports(&instances, keep_type);
    sections.finish()
}

/// The component instances that call out through `trampolines`, in order.
pub fn instances(trampolines: &[Trampoline]) -> Vec<usize> {
    let mut instances = Vec::new();
    for instance in trampolines.iter().filter_map(|t| t.caller) {
        if let Err(place) = instances.binary_search(&instance) {
            instances.insert(place, instance);
        }
    }
    instances
}

fn imports(instances: &[usize], keep_type: Option<u32>) -> ImportSection {
    let global = |mutable| {
        EntityType::Global(GlobalType {
            val_type: ValType::I32,
            mutable,
            shared: false,
        })
    };
    let mut imports = ImportSection::new();
    imports.import("m", "app", EntityType::Memory(any_memory()));
    let table = TableType {
        element_type: RefType::FUNCREF,
        table64: false,
        minimum: 0,
        maximum: None,
        shared: false,
    };
    imports.import("m", "table", EntityType::Table(table));
    imports.import("m", "slots", EntityType::Table(table));
    imports.import("i", "instance", global(false));
    imports.import("i", "landings", global(false));
    imports.import("s", "suspend", EntityType::Function(SUSPEND_TYPE));
    room::import(&mut imports, ROOM_TYPE);
    if let Some(keep_type) = keep_type {
        border::import(&mut imports, keep_type, ROOM_TYPE);
    }
    for instance in instances {
        imports.import("f", &instance.to_string(), global(true));
    }
    imports
}

/// The function of one trampoline; `flags` is the global with the flags of the component instance
/// that calls it.
fn body(
    trampoline: &Trampoline,
    signature: &Signature,
    index: u32,
    flags: Option<u32>,
    entry: HostEntry,
) -> Function {
    let frame = signature.params.len() as u32;
    let mut function = Function::new([(2, ValType::I32)]);
    // Spec: `resource.rep` alone may be called by an instance that may not leave.
    let leaves = !matches!(trampoline.kind, TrampolineKind::ResourceRep(_));
    if let (Some(flags), true) = (flags, leaves) {
        check_may_leave(&mut function, flags, entry);
    }
    function
        .instruction(&Instruction::I32Const(0))
        .instruction(&Instruction::I32Load(word(entry.frame)))
        .instruction(&Instruction::LocalSet(frame));
    for (slot, ty) in signature.params.iter().enumerate() {
        function
            .instruction(&Instruction::LocalGet(frame))
            .instruction(&Instruction::LocalGet(slot as u32));
        store(&mut function, slot, *ty);
    }
    match trampoline.kind {
        TrampolineKind::LowerImport { lowering, .. } => {
            call_import(&mut function, lowering as u32, entry, frame);
        }
        TrampolineKind::ResourceDrop(_) => drop_resource(&mut function, index, entry, frame),
        _ => {
            call_built_in(&mut function, index, entry, frame);
            end_if_failed(&mut function, frame + 1, entry);
        }
    }
    for (slot, ty) in signature.results.iter().enumerate() {
        function
            .instruction(&Instruction::LocalGet(frame))
            .instruction(&load(slot, *ty));
    }
    function.instruction(&Instruction::End);
    function
}

/// Traps, with an error in the store, while the instance may not leave.
fn check_may_leave(function: &mut Function, flags: u32, entry: HostEntry) {
    function
        .instruction(&Instruction::GlobalGet(flags))
        .instruction(&Instruction::I32Eqz)
        .instruction(&Instruction::If(BlockType::Empty));
    call_host(function, CANNOT_LEAVE, entry, |f| {
        f.instruction(&Instruction::I32Const(0));
    });
    function
        .instruction(&Instruction::Drop)
        .instruction(&Instruction::Unreachable)
        .instruction(&Instruction::End);
}

/// Calls the application with the in-host flag set; leaves its status on the stack.
fn call_host(
    function: &mut Function,
    index: u32,
    entry: HostEntry,
    frame: impl FnOnce(&mut Function),
) {
    in_host(function, entry, |function| {
        function
            .instruction(&Instruction::GlobalGet(0))
            .instruction(&Instruction::I32Const(index.cast_signed()));
        frame(function);
        function
            .instruction(&Instruction::I32Const(entry.slot.cast_signed()))
            .instruction(&Instruction::CallIndirect {
                type_index: 0,
                table_index: APP_TABLE,
            });
    });
}

/// Calls the application for what is built in, with the frame; leaves its status on the stack.
fn call_built_in(function: &mut Function, index: u32, entry: HostEntry, frame: u32) {
    call_host(function, index, entry, |f| {
        f.instruction(&Instruction::LocalGet(frame));
    });
}

/// Ends the guest if the word on the stack is not 0.
fn unreachable_if(function: &mut Function) {
    function
        .instruction(&Instruction::If(BlockType::Empty))
        .instruction(&Instruction::Unreachable)
        .instruction(&Instruction::End);
}

/// Ends the guest if the status on the stack is not 0, or throws what another has thrown. The local
/// `status` is scratch.
fn end_if_failed(function: &mut Function, status: u32, entry: HostEntry) {
    function
        .instruction(&Instruction::LocalTee(status))
        .instruction(&Instruction::If(BlockType::Empty));
    throw_if_thrown(function, status, entry);
    function
        .instruction(&Instruction::Unreachable)
        .instruction(&Instruction::End);
}

/// Throws what another guest has thrown, if `status` says that this is how a call has failed.
fn throw_if_thrown(function: &mut Function, status: u32, entry: HostEntry) {
    if entry.exceptions {
        function
            .instruction(&Instruction::LocalGet(status))
            .instruction(&Instruction::I32Const(THROWS.cast_signed()))
            .instruction(&Instruction::I32Eq)
            .instruction(&Instruction::If(BlockType::Empty))
            .instruction(&Instruction::Call(THROW))
            .instruction(&Instruction::End);
    }
}

/// Calls an import; the guest is suspended for as long as the host has to be waited for. The local
/// after `frame` is scratch.
fn call_import(function: &mut Function, lowering: u32, entry: HostEntry, frame: u32) {
    let status = frame + 1;
    call_landing(function, lowering, BEGIN, entry, frame);
    function
        .instruction(&Instruction::LocalTee(status))
        .instruction(&Instruction::If(BlockType::Empty));
    end_unless_suspended(function, status, entry);
    suspend(function, entry, frame);
    call_landing(function, lowering, FINISH, entry, frame);
    end_if_failed(function, status, entry);
    function.instruction(&Instruction::End);
}

/// Drops a handle, and runs the destructor of what it owned: the guest is suspended for as long as
/// one of the host has to be waited for, and calls one of a guest by itself. The local after
/// `frame` is scratch.
fn drop_resource(function: &mut Function, index: u32, entry: HostEntry, frame: u32) {
    let status = frame + 1;
    call_built_in(function, index, entry, frame);
    function
        .instruction(&Instruction::LocalTee(status))
        .instruction(&Instruction::If(BlockType::Empty))
        .instruction(&Instruction::LocalGet(status))
        .instruction(&Instruction::I32Const(DESTROYS.cast_signed()))
        .instruction(&Instruction::I32Eq)
        .instruction(&Instruction::If(BlockType::Empty));
    destroy(function, entry, frame);
    function.instruction(&Instruction::Else);
    end_unless_suspended(function, status, entry);
    suspend(function, entry, frame);
    call_built_in(function, DESTROYED, entry, frame);
    end_if_failed(function, status, entry);
    function
        .instruction(&Instruction::End)
        .instruction(&Instruction::End);
}

/// Calls a guest's destructor, whose exceptions are not for who drops the handle: they end that
/// guest as well.
fn destroy(function: &mut Function, entry: HostEntry, frame: u32) {
    let call = |function: &mut Function| {
        function
            .instruction(&Instruction::LocalGet(frame))
            .instruction(&Instruction::LocalGet(frame))
            .instruction(&load(1, CoreType::I32))
            .instruction(&Instruction::CallIndirect {
                type_index: SUSPEND_TYPE,
                table_index: SLOTS_TABLE,
            });
    };
    if !entry.exceptions {
        return call(function);
    }
    border::guarded(
        function,
        BlockType::Empty,
        border::ANYTHING,
        call,
        |function| {
            call_host(function, UNCAUGHT, entry, |f| {
                f.instruction(&Instruction::I32Const(0));
            });
            function.instruction(&Instruction::Drop);
        },
    );
}

/// Ends the guest, or throws what another has thrown, if `status` does not say that it is to be
/// suspended.
fn end_unless_suspended(function: &mut Function, status: u32, entry: HostEntry) {
    throw_if_thrown(function, status, entry);
    function
        .instruction(&Instruction::LocalGet(status))
        .instruction(&Instruction::I32Const(SUSPENDS.cast_signed()))
        .instruction(&Instruction::I32Ne);
    unreachable_if(function);
}

/// Suspends the guest until it is woken, and ends it if nobody waits for it any more.
fn suspend(function: &mut Function, entry: HostEntry, frame: u32) {
    set_frame(function, entry, |f| {
        f.instruction(&Instruction::I32Const(entry.outermost.cast_signed()));
    });
    function
        .instruction(&Instruction::LocalGet(frame))
        .instruction(&Instruction::Call(SUSPEND));
    function
        .instruction(&Instruction::LocalGet(frame))
        .instruction(&Instruction::I32Load(word(entry.cancelled)));
    unreachable_if(function);
    set_frame(function, entry, |f| {
        f.instruction(&Instruction::LocalGet(frame));
    });
}

fn set_frame(function: &mut Function, entry: HostEntry, frame: impl FnOnce(&mut Function)) {
    function.instruction(&Instruction::I32Const(0));
    frame(function);
    function.instruction(&Instruction::I32Store(word(entry.frame)));
}

/// Calls one of the functions of an import's landing with the in-host flag set; leaves its status
/// on the stack.
fn call_landing(function: &mut Function, lowering: u32, which: u32, entry: HostEntry, frame: u32) {
    let offset = lowering * entry.landing;
    in_host(function, entry, |function| {
        function
            .instruction(&Instruction::GlobalGet(1))
            .instruction(&Instruction::I32Const(offset.cast_signed()))
            .instruction(&Instruction::I32Add)
            .instruction(&Instruction::LocalGet(frame))
            .instruction(&Instruction::GlobalGet(1))
            .instruction(&Instruction::I32Load(word(offset + which)))
            .instruction(&Instruction::CallIndirect {
                type_index: LAND_TYPE,
                table_index: APP_TABLE,
            });
    });
}

/// Makes a call of the application, which leaves its status on the stack, with the in-host flag
/// set. First it looks for room on the stack: where there is none, the guest traps. What the
/// application throws is kept, and the guest traps with the flag still set.
fn in_host(function: &mut Function, entry: HostEntry, call: impl FnOnce(&mut Function)) {
    function.instruction(&Instruction::Call(ROOM));
    set_in_host(function, 1, entry);
    match entry.exceptions {
        false => call(function),
        true => border::guarded(
            function,
            BlockType::Result(ValType::I32),
            border::EVERYTHING,
            call,
            |function| {
                function.instruction(&Instruction::Call(KEEP));
            },
        ),
    }
    set_in_host(function, 0, entry);
}

fn set_in_host(function: &mut Function, value: i32, entry: HostEntry) {
    function
        .instruction(&Instruction::I32Const(0))
        .instruction(&Instruction::I32Const(value))
        .instruction(&Instruction::I32Store(word(entry.in_host)));
}
