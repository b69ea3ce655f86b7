//! What is written, and what becomes of it in a guest's memory.

use super::{Memory, Staging};
use std::cell::{Cell, RefCell};

/// A guest's memory that counts what is done with it.
struct Guest {
    bytes: RefCell<Vec<u8>>,
    reads: Cell<usize>,
    writes: Cell<usize>,
}

impl Guest {
    /// A memory in which every byte is 0xee.
    fn new(len: usize) -> Guest {
        Guest {
            bytes: RefCell::new(vec![0xee; len]),
            reads: Cell::new(0),
            writes: Cell::new(0),
        }
    }
}

impl Memory for Guest {
    fn read(&self, from: usize, to: &mut [u8]) -> bool {
        self.reads.set(self.reads.get() + 1);
        match self.bytes.borrow().get(from..from + to.len()) {
            Some(found) => to.copy_from_slice(found),
            None => return false,
        }
        true
    }

    fn write(&self, to: usize, bytes: &[u8]) -> bool {
        self.writes.set(self.writes.get() + 1);
        match self.bytes.borrow_mut().get_mut(to..to + bytes.len()) {
            Some(place) => place.copy_from_slice(bytes),
            None => return false,
        }
        true
    }
}

/// What becomes of a memory of eight bytes when `write` was done and copied, and how often it was
/// read and written.
#[track_caller]
fn check(write: impl FnOnce(&mut Staging), expected: [u8; 8], accesses: (usize, usize)) {
    let (guest, mut staging) = (Guest::new(8), Staging::default());
    assert!(staging.is_clean());
    write(&mut staging);
    assert!(!staging.is_clean());
    staging.flush(&guest).expect("all is inside the memory");
    assert!(staging.is_clean());
    assert_eq!(*guest.bytes.borrow(), expected);
    assert_eq!((guest.reads.get(), guest.writes.get()), accesses);
}

#[test]
fn writes_that_follow_each_other_are_copied_at_once() {
    check(
        |staging| {
            *staging.get(2) = [1];
            *staging.get(3) = [2, 3];
            *staging.get(5) = [4, 5, 6];
        },
        [0xee, 0xee, 1, 2, 3, 4, 5, 6],
        (0, 1),
    );
}

#[test]
fn what_lies_between_is_as_the_guest_has_it() {
    // A record of a `u8` and a `u32`: its padding is nobody's.
    check(
        |staging| {
            *staging.get(0) = [1];
            *staging.get(4) = 2_u32.to_le_bytes();
        },
        [1, 0xee, 0xee, 0xee, 2, 0, 0, 0],
        (1, 1),
    );
}

#[test]
fn fields_may_be_written_in_any_order() {
    check(
        |staging| {
            *staging.get(4) = 2_u32.to_le_bytes();
            *staging.get(0) = [1];
            *staging.get(2) = [3, 3];
        },
        [1, 0xee, 3, 3, 2, 0, 0, 0],
        (1, 1),
    );
}

#[test]
fn of_writes_to_one_place_the_last_counts() {
    check(
        |staging| {
            *staging.get(0) = [1, 1, 1, 1];
            *staging.get(2) = [2, 2, 2, 2];
            *staging.get(3) = [3];
        },
        [1, 1, 2, 3, 2, 2, 0xee, 0xee],
        (1, 1),
    );
    check(
        |staging| {
            *staging.get(2) = [2, 2, 2, 2];
            *staging.get(0) = [1, 1, 1, 1];
        },
        [1, 1, 1, 1, 2, 2, 0xee, 0xee],
        (1, 1),
    );
}

#[test]
fn any_alignment_will_do() {
    check(
        |staging| *staging.get(1) = [6, 5, 4, 3, 2, 1],
        [0xee, 6, 5, 4, 3, 2, 1, 0xee],
        (0, 1),
    );
}

#[test]
fn writes_that_are_far_apart_are_copied_one_by_one() {
    let (guest, mut staging) = (Guest::new(4096), Staging::default());
    *staging.get(0) = [1];
    *staging.get(4095) = [2];
    staging.flush(&guest).expect("all is inside the memory");
    assert_eq!((guest.reads.get(), guest.writes.get()), (0, 2));
    let bytes = guest.bytes.borrow();
    assert_eq!((bytes[0], bytes[4095]), (1, 2));
    assert!(bytes[1..4095].iter().all(|byte| *byte == 0xee));
}

#[test]
fn nothing_of_a_block_is_copied_that_does_not_fit() {
    for writes in [&[(8, 1_u8)][..], &[(7, 1), (8, 2)], &[(9, 1), (6, 2)]] {
        let (guest, mut staging) = (Guest::new(8), Staging::default());
        for (offset, byte) in writes {
            *staging.get(*offset) = [*byte];
        }
        let error = staging.flush(&guest).expect_err("one is outside");
        assert_eq!(error.to_string(), "pointer out of bounds of memory");
        assert_eq!(*guest.bytes.borrow(), [0xee; 8], "{writes:?}");
    }
}

#[test]
fn the_last_byte_of_a_memory_can_be_written() {
    check(
        |staging| *staging.get(7) = [1],
        [0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 1],
        (0, 1),
    );
}

#[test]
fn what_was_copied_is_not_copied_again() {
    let (guest, mut staging) = (Guest::new(8), Staging::default());
    staging.expect(64);
    *staging.get(0) = [1];
    staging.flush(&guest).expect("it is inside the memory");
    // The guest runs, and writes there itself.
    guest.bytes.borrow_mut()[0] = 9;
    staging.flush(&guest).expect("there is nothing to copy");
    *staging.get(1) = [2];
    staging.flush(&guest).expect("it is inside the memory");
    assert_eq!(guest.bytes.borrow()[..2], [9, 2]);
    assert_eq!(guest.writes.get(), 2);
}
