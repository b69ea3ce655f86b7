//! The crossing: entering a guest under the guard, and the state that wrappers use on the way back.

use super::waits::Waits;
use crate::raw::ValRaw;
use amphi_translate::codegen::HostEntry;
use js_sys::{Function, Object, Promise, WebAssembly};
use std::cell::{Cell, UnsafeCell};
use std::mem::{MaybeUninit, offset_of};
use wasm_bindgen::{JsCast as _, JsValue};
use wasmtime_environ::error::{Result, format_err};

/// Slots of a frame: the most that a lowered function takes, 16 flat parameters and a return
/// pointer.
pub const FRAME_SLOTS: usize = 17;

/// The arguments and results of one call from a guest.
pub type Frame = [MaybeUninit<ValRaw>; FRAME_SLOTS];

/// What a guest is entered with, for the wrappers of its calls.
#[repr(C)]
pub struct CallFrame {
    /// Arguments and result of the call out that is under way.
    pub slots: Frame,
    /// What the guest waits for while it is suspended; null where it cannot be.
    pub waits: *const Waits,
    /// 1 once nobody waits for the guest: when it wakes up, it has to end and to touch nothing.
    pub cancelled: Cell<u32>,
}

impl CallFrame {
    /// A frame for a guest that waits in `waits`, or cannot be suspended if that is null.
    #[inline(always)]
    pub const fn new(waits: *const Waits) -> CallFrame {
        CallFrame {
            slots: [MaybeUninit::uninit(); FRAME_SLOTS],
            waits,
            cancelled: Cell::new(0),
        }
    }
}

/// What a guest threw, as JavaScript has it.
pub struct Caught(pub JsValue);

impl Caught {
    /// Whether it is an exception of WebAssembly, and no trap or error.
    pub fn is_exception(&self) -> bool {
        self.0.is_instance_of::<WebAssembly::Exception>()
    }
}

/// What wrappers and the guard share, at a fixed address of the application's memory.
#[repr(C)]
struct Crossing {
    /// The frame of the innermost guarded call.
    frame: Cell<*mut CallFrame>,
    /// 1 while the application runs on a guest's behalf.
    in_host: Cell<u32>,
}

/// A static that only one thread can see.
struct OneThread<T>(T);
// SAFETY: the page has one thread; `page::local` refuses to compile otherwise.
unsafe impl<T> Sync for OneThread<T> {}

/// The frame under which no guest runs.
static OUTERMOST: OneThread<UnsafeCell<CallFrame>> =
    OneThread(UnsafeCell::new(CallFrame::new(std::ptr::null())));

static CROSSING: OneThread<Crossing> = OneThread(Crossing {
    frame: Cell::new(OUTERMOST.0.get()),
    in_host: Cell::new(0),
});

/// Set once the application has panicked while a guest was calling it.
static POISONED: OneThread<Cell<bool>> = OneThread(Cell::new(false));

/// Whether the application has panicked while a guest was calling it, so that no guest may run any
/// more.
#[inline]
pub fn is_poisoned() -> bool {
    POISONED.0.get()
}

type Enter = unsafe extern "C" fn(f: u32, args: *mut ValRaw) -> u32;
type Call = unsafe extern "C" fn(f: u32, a: u32, b: u32, c: u32) -> u32;

/// The two patched functions. Kept in memory, so that no optimiser sees through to the reserved
/// bodies.
static PATCHED: OneThread<Cell<(Enter, Call)>> =
    OneThread(Cell::new((reserved_enter, reserved_call)));

/// A number for this version, so that the reserved functions of two versions in one application are
/// never merged.
const VERSION: u32 = {
    let version = env!("CARGO_PKG_VERSION").as_bytes();
    let mut hash = 0x811c_9dc5_u32;
    let mut index = 0;
    while index < version.len() {
        hash = (hash ^ version[index] as u32).wrapping_mul(0x0100_0193);
        index += 1;
    }
    hash
};

/// Reserves a slot in the application's table; its body is never run once the slot is patched.
extern "C" fn reserved_enter(f: u32, _args: *mut ValRaw) -> u32 {
    std::hint::black_box(f ^ VERSION)
}

/// As [`reserved_enter`].
extern "C" fn reserved_call(f: u32, a: u32, b: u32, c: u32) -> u32 {
    std::hint::black_box(f ^ a ^ b ^ c ^ VERSION)
}

/// Patches the reserved slots of the application's table with the guard and the dispatcher.
pub fn reserve(table: &WebAssembly::Table, guard: &Function, call: &Function) -> Result<()> {
    let enter_slot = std::hint::black_box(reserved_enter as Enter);
    let call_slot = std::hint::black_box(reserved_call as Call);
    for (slot, function) in [(enter_slot as usize, guard), (call_slot as usize, call)] {
        table.set(slot as u32, function).map_err(|_| {
            format_err!("cannot patch slot {slot} of the application's function table")
        })?;
    }
    PATCHED.0.set((enter_slot, call_slot));
    Ok(())
}

/// Where the calls of guests arrive in the application.
#[derive(Clone, Copy)]
pub struct Arrivals {
    /// The slot, in the application's table, of the function for what is built in.
    pub slot: u32,
    /// Bytes from the landing of one import to that of the next.
    pub landing: u32,
}

/// Where wrappers find the application, in a browser that has exceptions or has none.
pub fn host_entry(arrivals: Arrivals, exceptions: bool) -> HostEntry {
    HostEntry {
        slot: arrivals.slot,
        landing: arrivals.landing,
        frame: (&raw const CROSSING.0.frame) as u32,
        outermost: OUTERMOST.0.get() as u32,
        cancelled: offset_of!(CallFrame, cancelled) as u32,
        in_host: in_host_address(),
        exceptions,
    }
}

/// Where it stands whether the application runs on a guest's behalf.
pub fn in_host_address() -> u32 {
    (&raw const CROSSING.0.in_host) as u32
}

/// Calls the array-call trampoline in slot `f` with `args`, catching what it throws.
///
/// A throw while the application itself was running on the guest's behalf (a panic, the stack
/// exhausted in Rust) is no trap of the guest: it is thrown on, since the application's own state
/// can no longer be trusted.
///
/// # Safety
///
/// `f` is a live slot whose trampoline reads and writes no more than `args` has.
#[inline]
pub unsafe fn enter(f: u32, args: *mut ValRaw) -> Result<(), Caught> {
    let mut frame = CallFrame::new(std::ptr::null());
    let outer_frame = CROSSING.0.frame.replace(&raw mut frame);
    let outer_in_host = CROSSING.0.in_host.get();
    let (guarded, _) = PATCHED.0.get();
    // SAFETY: the caller vouches for `f` and `args`.
    let status = unsafe { guarded(f, args) };
    CROSSING.0.frame.set(outer_frame);
    let in_host = CROSSING.0.in_host.replace(outer_in_host);
    if status == 0 {
        return Ok(());
    }
    Err(thrown_by_guest(super::glue::take_caught(), in_host))
}

/// Instantiates a core module with a frame of its own, for a start function that calls out.
pub fn instantiate(
    module: &WebAssembly::Module,
    imports: &Object,
) -> std::result::Result<WebAssembly::Instance, Caught> {
    let mut frame = CallFrame::new(std::ptr::null());
    let outer_frame = CROSSING.0.frame.replace(&raw mut frame);
    let outer_in_host = CROSSING.0.in_host.replace(0);
    let made = super::glue::make_instance(module, imports);
    CROSSING.0.frame.set(outer_frame);
    let in_host = CROSSING.0.in_host.replace(outer_in_host);
    made.map_err(|thrown| thrown_by_guest(thrown, in_host))
}

/// Starts `function` on a stack of its own, with `args`; it runs until it is done or suspended.
///
/// # Safety
///
/// `function` is the promising array-call trampoline of a live guest, which reads and writes no
/// more than `args` has; `frame` and `args` stay where they are until the promise is settled.
pub unsafe fn start(
    function: &Function,
    frame: *mut CallFrame,
    args: *mut ValRaw,
) -> Result<Promise, Caught> {
    let outer_frame = CROSSING.0.frame.replace(frame);
    let outer_in_host = CROSSING.0.in_host.replace(0);
    let promise = function.call1(&JsValue::UNDEFINED, &JsValue::from(args as u32));
    CROSSING.0.frame.set(outer_frame);
    let in_host = CROSSING.0.in_host.replace(outer_in_host);
    match promise {
        Ok(promise) if in_host == 0 => Ok(promise.unchecked_into()),
        Ok(promise) => Err(thrown_by_guest(promise, in_host)),
        Err(thrown) => Err(thrown_by_guest(thrown, in_host)),
    }
}

/// What the promise of a guest in `frame` was rejected with.
pub fn rejected(thrown: JsValue, frame: *mut CallFrame) -> Caught {
    let current = CROSSING.0.frame.get();
    // Below another guest's call the flag is that call's own.
    let in_host = match current == frame || current == OUTERMOST.0.get() {
        true => CROSSING.0.in_host.replace(0),
        false => 0,
    };
    left(frame);
    thrown_by_guest(thrown, in_host)
}

/// The guest in `frame` has ended, or will not be waited for.
pub fn left(frame: *mut CallFrame) {
    if CROSSING.0.frame.get() == frame {
        CROSSING.0.frame.set(OUTERMOST.0.get());
    }
}

/// Throws on what the application threw while it ran on a guest's behalf: its own state can no
/// longer be trusted.
fn thrown_by_guest(thrown: JsValue, in_host: u32) -> Caught {
    if in_host != 0 {
        POISONED.0.set(true);
        wasm_bindgen::throw_val(original(thrown));
    }
    Caught(thrown)
}

/// What the application has thrown: what a wrapper kept from its guest, or else `thrown`, which
/// came all the way.
fn original(thrown: JsValue) -> JsValue {
    let again = super::page(|page| Ok(page.border.as_ref().map(|border| border.again.clone())));
    match again {
        Ok(Some(again)) => again.call0(&JsValue::UNDEFINED).err().unwrap_or(thrown),
        Ok(None) | Err(_) => thrown,
    }
}

/// What a guest threw that JavaScript had called by itself; or, once more, what the application
/// threw while it ran on that guest's behalf.
pub fn left_by_script(thrown: JsValue) -> Result<Caught, JsValue> {
    match CROSSING.0.in_host.replace(0) {
        0 => Ok(Caught(thrown)),
        _ => {
            POISONED.0.set(true);
            Err(original(thrown))
        }
    }
}

/// Runs JavaScript of the page's own on the application's way through a guest's call: what that
/// calls in its turn has a frame of its own, and is not done on the guest's behalf.
pub fn outside<R>(run: impl FnOnce() -> R) -> R {
    let mut frame = CallFrame::new(std::ptr::null());
    let outer_frame = CROSSING.0.frame.replace(&raw mut frame);
    let outer_in_host = CROSSING.0.in_host.replace(0);
    let result = run();
    CROSSING.0.frame.set(outer_frame);
    CROSSING.0.in_host.set(outer_in_host);
    result
}

/// Calls the accessor in slot `f`, which cannot trap.
///
/// # Safety
///
/// `f` is a live slot of an accessor, and its arguments name memory of the application that may be
/// read or written.
#[inline]
pub unsafe fn call(f: u32, a: u32, b: u32, c: u32) -> u32 {
    let (_, dispatched) = PATCHED.0.get();
    // SAFETY: the caller vouches for the arguments.
    unsafe { dispatched(f, a, b, c) }
}
