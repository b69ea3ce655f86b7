//! What a table of resources keeps, and what it refuses.

use super::{ResourceTable, ResourceTableError as Error};
use crate::values::resource::Resource;
use std::any::Any;
use std::collections::BTreeMap;

/// The names of all values that are texts.
fn texts<'a>(values: impl Iterator<Item = &'a (dyn Any + Send)>) -> Vec<&'a str> {
    values
        .filter_map(|value| value.downcast_ref::<&str>().copied())
        .collect()
}

#[test]
fn a_value_is_there_until_it_is_deleted() {
    let mut table = ResourceTable::new();
    assert!(table.is_empty());
    let key = table.push(String::from("a")).expect("there is room");
    assert!(key.owned() && !table.is_empty());
    table.get_mut(&key).expect("it is there").push('b');
    assert_eq!(table.get(&key).expect("it is there"), "ab");
    let again = Resource::<String>::new_borrow(key.rep());
    assert_eq!(table.delete(key).expect("it is there"), "ab");
    assert!(matches!(table.get(&again), Err(Error::NotPresent)));
    assert!(matches!(table.get_mut(&again), Err(Error::NotPresent)));
    assert!(table.is_empty());
}

#[test]
fn a_key_of_another_type_is_refused() {
    let mut table = ResourceTable::new();
    let key = table.push(7_u32).expect("there is room");
    let wrong = || Resource::<String>::new_own(key.rep());
    assert!(matches!(table.get(&wrong()), Err(Error::WrongType)));
    assert!(matches!(table.get_mut(&wrong()), Err(Error::WrongType)));
    assert_eq!(*table.get(&key).expect("it is there"), 7);
    // As in Wasmtime.
    assert!(matches!(table.delete(wrong()), Err(Error::WrongType)));
    assert!(matches!(table.get(&key), Err(Error::NotPresent)));
}

#[test]
fn the_place_that_became_free_last_is_used_first() {
    let mut table = ResourceTable::new();
    let keys = ["a", "b", "c"].map(|text| table.push(text).expect("there is room"));
    let reps: Vec<u32> = keys.iter().map(Resource::rep).collect();
    let [a, b, _] = keys;
    table.delete(a).expect("it is there");
    table.delete(b).expect("it is there");
    for expected in [reps[1], reps[0], 3] {
        let key = table.push("d").expect("there is room");
        assert_eq!(key.rep(), expected);
    }
}

#[test]
fn a_full_table_takes_no_more_and_keeps_what_it_has() {
    let mut table = ResourceTable::with_capacity(8);
    table.set_max_capacity(2);
    let first = table.push(1).expect("there is room");
    table.push(2).expect("there is room");
    assert!(matches!(table.push(3), Err(Error::Full)));
    assert!(matches!(table.push_child(3, &first), Err(Error::Full)));
    // What was refused is nobody's child.
    assert_eq!(table.delete(first).expect("it has no children"), 1);
    table.push(3).expect("there is room again");
    table.set_max_capacity(1);
    assert_eq!(table.max_capacity(), 1);
    assert_eq!(table.iter_mut().count(), 2);
}

#[test]
fn a_parent_stays_as_long_as_it_has_children() {
    let mut table = ResourceTable::new();
    let parent = table.push("parent").expect("there is room");
    let child = table.push_child("child", &parent).expect("it is there");
    let found = table.iter_children(&parent).expect("it is there");
    assert_eq!(texts(found), ["child"]);
    let own = |rep| Resource::<&str>::new_own(rep);
    let refused = table.delete(own(parent.rep()));
    assert!(matches!(refused, Err(Error::HasChildren)));
    table.delete(child).expect("it has no children");
    assert_eq!(table.delete(parent).expect("they are gone"), "parent");
    let orphan = table.push_child("orphan", &own(0));
    assert!(matches!(orphan, Err(Error::NotPresent)));
    assert!(table.is_empty());
}

#[test]
fn children_come_and_go() {
    let mut table = ResourceTable::new();
    let parent = table.push("parent").expect("there is room").rep();
    let child = table.push("child").expect("there is room").rep();
    let own = |rep| Resource::<&str>::new_own(rep);
    table
        .add_child(own(child), own(parent))
        .expect("both there");
    let refused = table.delete(own(parent));
    assert!(matches!(refused, Err(Error::HasChildren)));
    table
        .remove_child(own(child), own(parent))
        .expect("both there");
    table.delete(own(parent)).expect("it has no children");
    assert_eq!(*table.get(&own(child)).expect("it stays"), "child");
    let refused = table.add_child(own(child), own(parent));
    assert!(matches!(refused, Err(Error::NotPresent)));
}

#[test]
fn several_values_can_be_changed_at_once() {
    let mut table = ResourceTable::new();
    let keys = [1, 2, 3].map(|value: u32| table.push(value).expect("there is room"));
    let [_, second, _] = &keys;
    let gone = second.rep();
    table.delete(Resource::<u32>::new_own(gone)).expect("there");
    let wanted = BTreeMap::from([(0, "first"), (gone, "gone"), (2, "third"), (9, "none")]);
    let found: Vec<_> = table
        .iter_entries(wanted)
        .map(|(value, name)| {
            let value = value.ok().and_then(|value| value.downcast_mut::<u32>());
            (name, value.map(|value| std::mem::replace(value, 0)))
        })
        .collect();
    assert_eq!(
        found,
        [
            ("first", Some(1)),
            ("gone", None),
            ("third", Some(3)),
            ("none", None)
        ]
    );
    assert_eq!(*table.get(&keys[0]).expect("it is there"), 0);
}
