//! Where a host keeps the values behind its resources.

#[cfg(test)]
mod tests;

use super::resource::Resource;
use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;

/// How many entries a table takes unless [`ResourceTable::set_max_capacity`] says otherwise.
const DEFAULT_MAX_CAPACITY: usize = 1_000_000;

/// Why an operation on a [`ResourceTable`] failed.
#[derive(Debug)]
pub enum ResourceTableError {
    /// The table has as many entries as it may have.
    Full,
    /// There is no such entry.
    NotPresent,
    /// The entry is of another type.
    WrongType,
    /// The entry has children, which have to be deleted first.
    HasChildren,
}

impl fmt::Display for ResourceTableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full => "resource table is full",
            Self::NotPresent => "resource is not in the table",
            Self::WrongType => "resource is of another type",
            Self::HasChildren => "resource has children",
        })
    }
}

impl std::error::Error for ResourceTableError {}

/// A table from [`Resource<T>`] to `T`.
///
/// An entry may be the child of another: the parent cannot be deleted while it has children, so
/// that a child may rely on it. The place of a deleted entry is used again.
pub struct ResourceTable {
    slots: Vec<TableSlot>,
    /// The free slot that is used next.
    free: Option<u32>,
    max_capacity: usize,
}

enum TableSlot {
    /// A free slot, and the one to use after it.
    Free(Option<u32>),
    Used(Entry),
}

struct Entry {
    value: Box<dyn Any + Send>,
    parent: Option<u32>,
    /// In order.
    children: Vec<u32>,
}

impl Entry {
    fn adopt(&mut self, child: u32) {
        if let Err(place) = self.children.binary_search(&child) {
            self.children.insert(place, child);
        }
    }

    fn release(&mut self, child: u32) {
        if let Ok(place) = self.children.binary_search(&child) {
            self.children.remove(place);
        }
    }
}

impl TableSlot {
    fn entry(&self) -> Option<&Entry> {
        match self {
            TableSlot::Used(entry) => Some(entry),
            TableSlot::Free(_) => None,
        }
    }

    fn entry_mut(&mut self) -> Option<&mut Entry> {
        match self {
            TableSlot::Used(entry) => Some(entry),
            TableSlot::Free(_) => None,
        }
    }
}

impl ResourceTable {
    /// An empty table.
    pub fn new() -> Self {
        Self::with_capacity(0)
    }

    /// An empty table with room for `capacity` entries.
    pub fn with_capacity(capacity: usize) -> Self {
        ResourceTable {
            slots: Vec::with_capacity(capacity),
            free: None,
            max_capacity: DEFAULT_MAX_CAPACITY,
        }
    }

    /// Whether there is no entry; takes time in proportion to the size of the table.
    pub fn is_empty(&self) -> bool {
        self.slots.iter().all(|slot| slot.entry().is_none())
    }

    /// How many entries the table takes before it refuses more.
    pub fn max_capacity(&self) -> usize {
        self.max_capacity
    }

    /// Sets how many entries the table takes; those that it already has stay.
    pub fn set_max_capacity(&mut self, max: usize) {
        self.max_capacity = max;
    }

    /// Puts a value into the table.
    ///
    /// # Errors
    ///
    /// [`ResourceTableError::Full`].
    pub fn push<T>(&mut self, entry: T) -> Result<Resource<T>, ResourceTableError>
    where
        T: Send + 'static,
    {
        let index = self.insert(Box::new(entry), None)?;
        Ok(Resource::new_own(index))
    }

    /// Puts a value into the table as a child of `parent`, which cannot be deleted before it.
    ///
    /// # Errors
    ///
    /// [`ResourceTableError::NotPresent`] if `parent` is not in the table;
    /// [`ResourceTableError::Full`].
    pub fn push_child<T, U>(
        &mut self,
        entry: T,
        parent: &Resource<U>,
    ) -> Result<Resource<T>, ResourceTableError>
    where
        T: Send + 'static,
        U: 'static,
    {
        let parent = parent.rep();
        self.entry(parent)?;
        let child = self.insert(Box::new(entry), Some(parent))?;
        self.entry_mut(parent)?.adopt(child);
        Ok(Resource::new_own(child))
    }

    /// Makes an entry the child of another.
    ///
    /// # Errors
    ///
    /// [`ResourceTableError::NotPresent`] if either is not in the table.
    ///
    /// # Panics
    ///
    /// When `child` has a parent already.
    pub fn add_child<T: 'static, U: 'static>(
        &mut self,
        child: Resource<T>,
        parent: Resource<U>,
    ) -> Result<(), ResourceTableError> {
        self.entry(parent.rep())?;
        let entry = self.entry_mut(child.rep())?;
        assert!(entry.parent.is_none(), "the child has a parent already");
        entry.parent = Some(parent.rep());
        self.entry_mut(parent.rep())?.adopt(child.rep());
        Ok(())
    }

    /// Makes an entry no longer the child of another; it stays in the table.
    ///
    /// # Errors
    ///
    /// [`ResourceTableError::NotPresent`] if either is not in the table.
    ///
    /// # Panics
    ///
    /// When `child` is not a child of `parent`.
    pub fn remove_child<T: 'static, U: 'static>(
        &mut self,
        child: Resource<T>,
        parent: Resource<U>,
    ) -> Result<(), ResourceTableError> {
        self.entry(parent.rep())?;
        let entry = self.entry_mut(child.rep())?;
        assert_eq!(
            entry.parent,
            Some(parent.rep()),
            "not a child of that parent"
        );
        entry.parent = None;
        self.entry_mut(parent.rep())?.release(child.rep());
        Ok(())
    }

    /// The value of a resource.
    ///
    /// # Errors
    ///
    /// [`ResourceTableError::NotPresent`] or [`ResourceTableError::WrongType`].
    pub fn get<T: Any + Sized>(&self, key: &Resource<T>) -> Result<&T, ResourceTableError> {
        let value: &dyn Any = &*self.entry(key.rep())?.value;
        value.downcast_ref().ok_or(ResourceTableError::WrongType)
    }

    /// The value of a resource, to change.
    ///
    /// # Errors
    ///
    /// [`ResourceTableError::NotPresent`] or [`ResourceTableError::WrongType`].
    pub fn get_mut<T: Any + Sized>(
        &mut self,
        key: &Resource<T>,
    ) -> Result<&mut T, ResourceTableError> {
        let value = self.get_any_mut(key.rep())?;
        value.downcast_mut().ok_or(ResourceTableError::WrongType)
    }

    /// The value at an index, of whatever type it is.
    ///
    /// # Errors
    ///
    /// [`ResourceTableError::NotPresent`].
    pub fn get_any_mut(&mut self, key: u32) -> Result<&mut dyn Any, ResourceTableError> {
        Ok(&mut *self.entry_mut(key)?.value)
    }

    /// Takes a value out of the table.
    ///
    /// # Errors
    ///
    /// [`ResourceTableError::NotPresent`], or [`ResourceTableError::HasChildren`]. With
    /// [`ResourceTableError::WrongType`] the entry is gone nevertheless.
    pub fn delete<T>(&mut self, resource: Resource<T>) -> Result<T, ResourceTableError>
    where
        T: Any,
    {
        debug_assert!(resource.owned(), "only an owned resource is deleted");
        let value: Box<dyn Any> = self.remove(resource.rep())?.value;
        match value.downcast() {
            Ok(value) => Ok(*value),
            Err(_) => Err(ResourceTableError::WrongType),
        }
    }

    /// The values at the keys of `map`, to change, each with what `map` has for its key.
    pub fn iter_entries<T>(
        &mut self,
        map: BTreeMap<u32, T>,
    ) -> impl Iterator<Item = (Result<&mut dyn Any, ResourceTableError>, T)> {
        // The keys ascend, so each is in what is left of the slots after the one before.
        let mut rest = self.slots.as_mut_slice();
        let mut passed = 0;
        map.into_iter().map(move |(key, other)| {
            let ahead = key as usize - passed;
            let mut entry = None;
            if ahead < rest.len() {
                let (head, tail) = std::mem::take(&mut rest).split_at_mut(ahead + 1);
                entry = head.last_mut().and_then(TableSlot::entry_mut);
                rest = tail;
                passed += ahead + 1;
            }
            let value = entry.map(|entry| -> &mut dyn Any { &mut *entry.value });
            (value.ok_or(ResourceTableError::NotPresent), other)
        })
    }

    /// The children of an entry.
    ///
    /// # Errors
    ///
    /// [`ResourceTableError::NotPresent`] if `parent` is not in the table.
    pub fn iter_children<T>(
        &self,
        parent: &Resource<T>,
    ) -> Result<impl Iterator<Item = &(dyn Any + Send)> + use<'_, T>, ResourceTableError>
    where
        T: 'static,
    {
        let children = self.entry(parent.rep())?.children.iter();
        Ok(children.filter_map(|child| Some(&*self.entry(*child).ok()?.value)))
    }

    /// All the values, to change.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut (dyn Any + Send)> {
        let entries = self.slots.iter_mut().filter_map(TableSlot::entry_mut);
        entries.map(|entry| &mut *entry.value)
    }

    fn entry(&self, index: u32) -> Result<&Entry, ResourceTableError> {
        let slot = self.slots.get(index as usize);
        slot.and_then(TableSlot::entry)
            .ok_or(ResourceTableError::NotPresent)
    }

    fn entry_mut(&mut self, index: u32) -> Result<&mut Entry, ResourceTableError> {
        let slot = self.slots.get_mut(index as usize);
        slot.and_then(TableSlot::entry_mut)
            .ok_or(ResourceTableError::NotPresent)
    }

    fn insert(
        &mut self,
        value: Box<dyn Any + Send>,
        parent: Option<u32>,
    ) -> Result<u32, ResourceTableError> {
        let slot = TableSlot::Used(Entry {
            value,
            parent,
            children: Vec::new(),
        });
        if let Some(index) = self.free {
            let freed = std::mem::replace(&mut self.slots[index as usize], slot);
            let TableSlot::Free(next) = freed else {
                unreachable!("the list of free slots holds free slots only");
            };
            self.free = next;
            return Ok(index);
        }
        if self.slots.len() >= self.max_capacity {
            return Err(ResourceTableError::Full);
        }
        let index = u32::try_from(self.slots.len()).map_err(|_| ResourceTableError::Full)?;
        self.slots.push(slot);
        Ok(index)
    }

    fn remove(&mut self, index: u32) -> Result<Entry, ResourceTableError> {
        if !self.entry(index)?.children.is_empty() {
            return Err(ResourceTableError::HasChildren);
        }
        let freed = TableSlot::Free(self.free);
        let TableSlot::Used(entry) = std::mem::replace(&mut self.slots[index as usize], freed)
        else {
            unreachable!("the slot was found to be used");
        };
        self.free = Some(index);
        if let Some(parent) = entry.parent {
            self.entry_mut(parent)?.release(index);
        }
        Ok(entry)
    }
}

impl Default for ResourceTable {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for ResourceTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let used = self.slots.iter().zip(0_u32..);
        let used = used.filter_map(|(slot, index)| slot.entry().map(|_| index));
        f.debug_list().entries(used).finish()
    }
}
