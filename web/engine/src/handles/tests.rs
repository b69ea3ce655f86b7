//! What handles do, and the calls that lend and borrow them.

use super::{Destructor, GuestTable, HandleIndex, Handles, InstanceId};
use wasmtime_environ::component::{
    ResourceIndex, RuntimeComponentInstanceIndex, TypeResourceTableIndex,
};
use wasmtime_environ::error::Result;

/// The first of two component instances of the first of two instances.
const HERE: (usize, u32) = (0, 0);

fn handles() -> Handles {
    let mut handles = Handles::default();
    handles.add_instance(2);
    handles.add_instance(1);
    handles
}

/// The handles of the type `ty` in a component instance.
fn table(handles: &mut Handles, (instance, table): (usize, u32), ty: u32) -> GuestTable<'_> {
    handles.guest(
        InstanceId::new(instance),
        RuntimeComponentInstanceIndex::from_u32(table),
        TypeResourceTableIndex::from_u32(ty),
    )
}

fn here(handles: &mut Handles) -> GuestTable<'_> {
    table(handles, HERE, 0)
}

#[track_caller]
fn refused<T>(result: Result<T>, expected: &str) {
    match result {
        Ok(_) => panic!("expected `{expected}`, and it was done"),
        Err(error) => assert_eq!(error.to_string(), expected),
    }
}

const LENT: &str = "cannot remove owned resource while borrowed";
const LEFT: &str = "borrow handles still remain at the end of the call";
const FULL: &str = "cannot allocate another handle: store handle limit exceeded";

#[test]
fn an_owned_handle_is_there_until_it_is_taken() {
    let mut handles = handles();
    let handle = here(&mut handles).insert_own(7).expect("there is room");
    assert_eq!(here(&mut handles).rep(handle).expect("it is there"), 7);
    let rep = here(&mut handles).take_own(handle).expect("it is owned");
    assert_eq!(rep, 7);
    for gone in [handle, 0, 2, u32::MAX] {
        let unknown = format!("unknown handle index {gone}");
        refused(here(&mut handles).rep(gone), &unknown);
        refused(here(&mut handles).take_own(gone), &unknown);
        refused(here(&mut handles).remove(gone), &unknown);
        refused(here(&mut handles).lend(gone), &unknown);
    }
}

#[test]
fn tables_are_apart() {
    let mut handles = handles();
    let places = [(0, 0), (0, 1), (1, 0)];
    for (place, rep) in places.into_iter().zip(10..) {
        let handle = table(&mut handles, place, 0).insert_own(rep);
        assert_eq!(handle.expect("there is room"), 1, "{place:?}");
    }
    for (place, rep) in places.into_iter().zip(10..) {
        let found = table(&mut handles, place, 0).take_own(1);
        assert_eq!(found.expect("it is owned"), rep, "{place:?}");
    }
}

#[test]
fn a_handle_of_another_type_is_refused_and_stays() {
    let mut handles = handles();
    let handle = here(&mut handles).insert_own(7).expect("there is room");
    let wrong = "handle index 1 used with the wrong type, expected guest-defined resource but \
                 found a different guest-defined resource";
    refused(table(&mut handles, HERE, 1).rep(handle), wrong);
    refused(table(&mut handles, HERE, 1).lend(handle), wrong);
    refused(table(&mut handles, HERE, 1).remove(handle), wrong);
    let rep = here(&mut handles).remove(handle).expect("it is there");
    assert_eq!(rep, Some(7));
}

#[test]
fn what_is_lent_cannot_be_taken_before_the_call_ends() {
    let mut handles = handles();
    let handle = here(&mut handles).insert_own(7).expect("there is room");
    let depth = handles.scopes.enter();
    for _ in 0..2 {
        let rep = here(&mut handles)
            .lend(handle)
            .expect("a call is under way");
        assert_eq!(rep, 7);
    }
    refused(here(&mut handles).take_own(handle), LENT);
    refused(here(&mut handles).remove(handle), LENT);
    assert_eq!(here(&mut handles).rep(handle).expect("it is there"), 7);
    handles.finish_scope().expect("no borrow is left");
    handles.scopes.unwind(depth);
    let rep = here(&mut handles).take_own(handle).expect("it is free");
    assert_eq!(rep, 7);
}

#[test]
fn each_call_gives_back_what_it_was_lent() {
    let mut handles = handles();
    let outer = here(&mut handles).insert_own(1).expect("there is room");
    let inner = here(&mut handles).insert_own(2).expect("there is room");
    let bottom = handles.scopes.enter();
    here(&mut handles).lend(outer).expect("a call is under way");
    let below = handles.scopes.enter();
    here(&mut handles).lend(inner).expect("a call is under way");
    here(&mut handles).lend(outer).expect("a call is under way");
    handles.finish_scope().expect("no borrow is left");
    handles.scopes.unwind(below);
    here(&mut handles).take_own(inner).expect("it is free");
    refused(here(&mut handles).take_own(outer), LENT);
    handles.finish_scope().expect("no borrow is left");
    handles.scopes.unwind(bottom);
    here(&mut handles).take_own(outer).expect("it is free");
}

#[test]
fn a_borrow_has_to_be_dropped_before_the_call_ends() {
    let mut handles = handles();
    let depth = handles.scopes.enter();
    let first = here(&mut handles).insert_borrow(7).expect("it is a call");
    let second = here(&mut handles).insert_borrow(7).expect("it is a call");
    assert_ne!(first, second);
    refused(handles.finish_scope(), LEFT);
    assert_eq!(here(&mut handles).remove(first).expect("it is there"), None);
    refused(handles.finish_scope(), LEFT);
    let removed = here(&mut handles).remove(second);
    assert_eq!(removed.expect("it is there"), None);
    handles.finish_scope().expect("no borrow is left");
    handles.scopes.unwind(depth);
    assert!(handles.scopes.is_idle());
}

#[test]
fn a_borrow_belongs_to_the_call_that_it_was_given_to() {
    let mut handles = handles();
    handles.scopes.enter();
    let outer = here(&mut handles).insert_borrow(1).expect("it is a call");
    let below = handles.scopes.enter();
    handles.finish_scope().expect("the inner call has none");
    here(&mut handles).insert_borrow(2).expect("it is a call");
    // Of the outer call, so the inner one still has its own.
    here(&mut handles).remove(outer).expect("it is there");
    refused(handles.finish_scope(), LEFT);
    handles.scopes.unwind(below);
    handles.finish_scope().expect("the outer call has none");
}

#[test]
fn a_borrow_is_lent_on_and_never_owned() {
    let mut handles = handles();
    handles.scopes.enter();
    let borrow = here(&mut handles).insert_borrow(7).expect("it is a call");
    assert_eq!(here(&mut handles).lend(borrow).expect("it is a call"), 7);
    // A lend of a borrow is not counted: nothing that is owned could go away.
    assert_eq!(here(&mut handles).remove(borrow).expect("not lent"), None);
    let borrow = here(&mut handles).insert_borrow(7).expect("it is a call");
    refused(
        here(&mut handles).take_own(borrow),
        "cannot lift own resource from a borrow",
    );
}

#[test]
fn nothing_is_borrowed_or_lent_outside_of_a_call() {
    let mut handles = handles();
    let outside = "a borrowed handle is used outside of a call";
    refused(here(&mut handles).insert_borrow(7), outside);
    let handle = here(&mut handles).insert_own(7).expect("there is room");
    refused(here(&mut handles).lend(handle), outside);
}

#[test]
fn a_call_that_has_failed_leaves_no_borrow_to_the_next() {
    let mut handles = handles();
    let depth = handles.scopes.enter();
    let stale = here(&mut handles).insert_borrow(7).expect("it is a call");
    handles.scopes.unwind(depth);
    assert!(handles.scopes.is_idle());
    let again = handles.scopes.enter();
    assert_eq!(again, depth);
    handles.finish_scope().expect("this call has no borrow");
    // Nor is one that was left given back for a call inside of this one.
    handles.scopes.enter();
    here(&mut handles).insert_borrow(8).expect("it is a call");
    here(&mut handles).remove(stale).expect("it is there");
    refused(handles.finish_scope(), LEFT);
}

#[test]
fn calls_of_guests_are_counted_until_they_have_ended() {
    let mut handles = handles();
    let outer = handles.scopes.enter_guest();
    let inner = handles.scopes.enter_guest();
    handles.scopes.enter_guest();
    assert_eq!((outer.depth, inner.depth), (0, 1));
    assert_eq!(handles.scopes.calls(), 3);
    // The call that is counted where adapters count is this one.
    // SAFETY: the scopes are there.
    assert_eq!(unsafe { *handles.scopes.count_address() }, 3);
    handles.scopes.leave();
    assert_eq!(handles.scopes.calls(), 2);
    handles.scopes.leave_guest(outer);
    assert_eq!(handles.scopes.calls(), 0);
    assert_eq!(handles.scopes.enter(), 0);
}

#[test]
fn all_tables_together_have_a_limit() {
    let mut handles = handles();
    handles.live.limit = 2;
    let first = here(&mut handles).insert_own(1).expect("there is room");
    table(&mut handles, (1, 0), 0)
        .insert_own(2)
        .expect("there is room");
    refused(here(&mut handles).insert_own(3), FULL);
    refused(handles.host_insert_own(3, None), FULL);
    assert!(handles.are_full());
    here(&mut handles).take_own(first).expect("it is owned");
    assert!(!handles.are_full());
    handles.host_insert_own(3, None).expect("there is room");
    refused(here(&mut handles).insert_own(4), FULL);
}

#[test]
fn lends_and_calls_count_as_handles() {
    let mut handles = handles();
    handles.live.limit = 3;
    let handle = here(&mut handles).insert_own(1).expect("there is room");
    let mark = handles.scopes.enter_guest();
    here(&mut handles).lend(handle).expect("there is room");
    refused(
        here(&mut handles).lend(handle),
        "cannot lend resource: store handle limit exceeded",
    );
    refused(here(&mut handles).insert_own(2), FULL);
    handles.finish_scope().expect("no borrow is left");
    handles.scopes.leave_guest(mark);
    here(&mut handles).insert_own(2).expect("there is room");
    handles.live.one_for_good();
    refused(here(&mut handles).insert_own(3), FULL);
}

#[test]
fn a_stale_handle_of_the_host_is_none_though_its_place_is_used_again() {
    let mut handles = handles();
    let gone = "host-owned resource was already de-allocated";
    let stale = handles.host_insert_own(1, None).expect("there is room");
    assert_eq!(handles.host_take_own(stale).expect("it is owned"), 1);
    let fresh = handles.host_insert_own(2, None).expect("there is room");
    assert_ne!(stale, fresh);
    handles.scopes.enter();
    refused(handles.host_take_own(stale), gone);
    refused(handles.host_lend(stale), gone);
    refused(handles.host_remove(stale), gone);
    assert_eq!(handles.host_take_own(fresh).expect("it is owned"), 2);
}

#[test]
fn the_hosts_handles_are_lent_and_know_their_destructors() {
    let mut handles = handles();
    let dtor = Destructor {
        instance: InstanceId::new(1),
        resource: ResourceIndex::from_u32(3),
    };
    let owned = handles
        .host_insert_own(5, Some(dtor))
        .expect("there is room");
    let depth = handles.scopes.enter();
    assert_eq!(handles.host_lend(owned).expect("it is a call"), 5);
    refused(handles.host_remove(owned), LENT);
    let borrowed = handles.host_insert_borrow(6).expect("it is a call");
    refused(handles.finish_scope(), LEFT);
    assert_eq!(handles.host_remove(borrowed).expect("it is there"), None);
    handles.finish_scope().expect("no borrow is left");
    handles.scopes.unwind(depth);
    let removed = handles.host_remove(owned).expect("it is free");
    assert_eq!(removed, Some((5, Some(dtor))));
}

#[test]
fn the_lender_of_the_innermost_call_is_given_back_first() {
    let mut handles = handles();
    handles.scopes.enter();
    handles
        .scopes
        .lend(HandleIndex::Host(1))
        .expect("it is a call");
    handles.scopes.enter();
    handles
        .scopes
        .lend(HandleIndex::Host(2))
        .expect("it is a call");
    let lender = handles.scopes.take_lender();
    assert!(matches!(lender, Some(HandleIndex::Host(2))));
    assert!(handles.scopes.take_lender().is_none());
}
