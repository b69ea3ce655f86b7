//! The host's table of resources: entries, children, capacity, iteration.

use std::collections::BTreeMap;

use amphi::component::{Component, Resource, ResourceTable, ResourceTableError};
use amphi::{Engine, Result};

use crate::programs::Transcript;

/// Which error it is, in words of our own.
fn kind<R>(result: Result<R, ResourceTableError>) -> &'static str {
    match result {
        Ok(_) => "fine",
        Err(ResourceTableError::Full) => "full",
        Err(ResourceTableError::NotPresent) => "not present",
        Err(ResourceTableError::WrongType) => "wrong type",
        Err(ResourceTableError::HasChildren) => "has children",
    }
}

fn words(table: &mut ResourceTable) -> Vec<String> {
    let words = table.iter_mut().filter_map(|entry| {
        let entry: &mut dyn std::any::Any = entry;
        entry.downcast_mut::<String>().map(|word| {
            word.push('!');
            word.clone()
        })
    });
    words.collect()
}

pub fn run(t: &mut Transcript, _: &Engine, _: &[Component]) -> Result<()> {
    let mut table = ResourceTable::new();
    t.same("empty", table.is_empty(), true);
    let parent = table.push("parent".to_owned())?;
    let number = table.push(7_u32)?;
    let child = table.push_child("child".to_owned(), &parent)?;
    let other = table.push("other".to_owned())?;
    t.saw(
        "places",
        (parent.rep(), number.rep(), child.rep(), other.rep()),
    );
    t.same("get", table.get(&number)?, 7);
    *table.get_mut(&number)? += 1;
    t.same("changed", table.get(&number)?, 8);
    let wrong: Resource<u8> = Resource::new_borrow(number.rep());
    t.same("another type", kind(table.get(&wrong)), "wrong type");
    let absent: Resource<u32> = Resource::new_borrow(99);
    t.same("nothing there", kind(table.get(&absent)), "not present");

    table.add_child(
        Resource::<String>::new_own(other.rep()),
        Resource::<String>::new_own(parent.rep()),
    )?;
    t.same("children", table.iter_children(&parent)?.count(), 2);
    let still = table.delete(Resource::<String>::new_own(parent.rep()));
    t.same("a parent", kind(still), "has children");
    table.remove_child(
        Resource::<String>::new_own(other.rep()),
        Resource::<String>::new_own(parent.rep()),
    )?;
    t.same("deleted", table.delete(child)?, "child");
    t.same("children", table.iter_children(&parent)?.count(), 0);
    t.saw("all words", words(&mut table));
    let keys = BTreeMap::from([(number.rep(), "n"), (other.rep(), "o"), (1_000, "x")]);
    let found: Vec<_> = table
        .iter_entries(keys)
        .map(|(entry, name)| (name, kind(entry)))
        .collect();
    t.saw("entries by key", found);
    t.same("any", table.get_any_mut(number.rep())?.is::<u32>(), true);
    t.same("the parent", table.delete(parent)?, "parent!");
    let again = table.push("again".to_owned())?;
    t.saw("a place that is used again", again.rep());

    table.set_max_capacity(4);
    t.same("capacity", table.max_capacity(), 4);
    let mut pushed = Vec::new();
    for index in 0..4_u32 {
        pushed.push(kind(table.push(index)));
    }
    t.saw("until it is full", pushed);
    let mut sized = ResourceTable::with_capacity(10);
    t.saw("the first place of a sized one", sized.push(())?.rep());
    Ok(())
}
