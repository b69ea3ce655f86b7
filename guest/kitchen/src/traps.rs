//! `traps`: ways to trap.

use std::hint::black_box;

use crate::Kitchen;
use crate::bindings::exports::demo::kitchen::traps::Guest;

impl Guest for Kitchen {
    fn run_unreachable() {
        core::arch::wasm32::unreachable()
    }

    fn divide(a: i32, b: i32) -> i32 {
        a / b
    }

    #[expect(unsafe_code, reason = "safe code reads nothing that is not there")]
    fn read_out_of_bounds() -> u32 {
        let address = black_box(u32::MAX - 15) as usize as *const u32;
        // SAFETY: aligned, not null, and volatile, so that it is one load instruction, which traps:
        // no memory of this component reaches the end of the address space.
        unsafe { address.read_volatile() }
    }

    fn recurse(depth: u32) -> u32 {
        descend(depth)
    }

    fn panic(message: String) {
        panic!("{message}")
    }

    fn pick(items: Vec<u32>, index: u32) -> u32 {
        items[index as usize]
    }
}

/// Recursion that no compiler turns into a loop, since every level has work left to do afterwards.
#[inline(never)]
fn descend(depth: u32) -> u32 {
    if depth == 0 {
        1
    } else {
        descend(depth - 1).rotate_left(3) ^ depth
    }
}
