//! One table by itself.

use super::{HandleTable, LiveHandles, MAX_HANDLES, Removed};

#[test]
fn the_place_that_became_free_last_is_used_first() {
    let (mut table, mut live) = (HandleTable::default(), LiveHandles::default());
    let insert = |table: &mut HandleTable, live: &mut LiveHandles| {
        table.insert_own(live, 7, 0).expect("there is room")
    };
    let made = [(); 3].map(|()| insert(&mut table, &mut live));
    assert_eq!(made, [1, 2, 3]);
    for handle in [1, 3] {
        let removed = table.remove(&mut live, handle, 0).expect("it is there");
        assert!(matches!(removed, Removed::Own { rep: 7 }));
    }
    let made = [(); 3].map(|()| insert(&mut table, &mut live));
    assert_eq!(made, [3, 1, 4]);
}

#[test]
fn what_was_refused_takes_no_place() {
    let (mut table, mut live) = (HandleTable::default(), LiveHandles::default());
    live.limit = 1;
    table.insert_own(&mut live, 1, 0).expect("there is room");
    table
        .insert_own(&mut live, 2, 0)
        .expect_err("there is no room");
    table.remove(&mut live, 1, 0).expect("it is there");
    let handle = table.insert_own(&mut live, 3, 0).expect("there is room");
    assert_eq!(handle, 1);
    live.limit = 2;
    let handle = table.insert_own(&mut live, 4, 0).expect("there is room");
    assert_eq!(handle, 2);
}

#[test]
fn a_table_has_a_length_that_it_cannot_exceed() {
    let mut live = LiveHandles::default();
    let mut table = HandleTable {
        entries: Vec::new(),
        free: MAX_HANDLES - 1,
    };
    let error = table.insert_own(&mut live, 1, 0).expect_err("it is full");
    let expected = "cannot allocate another handle: index overflow";
    assert_eq!(error.to_string(), expected);
    assert!(!live.are_full(live.limit - 1), "what failed is not counted");
}

#[test]
fn a_lend_ends_once_for_each_that_began() {
    let (mut table, mut live) = (HandleTable::default(), LiveHandles::default());
    let handle = table.insert_own(&mut live, 7, 0).expect("there is room");
    for _ in 0..2 {
        let lent = table.lend(&mut live, handle, 0).expect("it is there");
        assert_eq!(lent, (7, true));
    }
    for _ in 0..2 {
        let refused = table.remove(&mut live, handle, 0);
        refused.expect_err("it is lent");
        table.unlend(&mut live, handle).expect("it is there");
    }
    table.remove(&mut live, handle, 0).expect("it is free");
    assert!(
        !live.are_full(live.limit - 1),
        "every lend was counted back"
    );
    table
        .unlend(&mut live, handle)
        .expect_err("there is no handle");
}
