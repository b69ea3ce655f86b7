//! A handle on one entry of a component's type table, which keeps the table alive.

use super::equal::Tables;
use super::{InstanceType, ResourceTypes};
use amphi_translate::plan::ComponentTypes;
use std::fmt;
use std::ops::Index;
use std::sync::Arc;

/// An index into a type table, the table, and the resource types of the instance it describes, if
/// it describes one.
#[derive(Clone)]
pub(super) struct Handle<I> {
    index: I,
    types: Arc<ComponentTypes>,
    resources: Option<Arc<ResourceTypes>>,
}

impl<I: Copy> Handle<I> {
    pub(super) fn new(index: I, instance: &InstanceType<'_>) -> Self {
        Handle {
            index,
            types: instance.types.clone(),
            resources: instance.resources.cloned(),
        }
    }

    /// The entry that this is a handle on.
    pub(super) fn get(&self) -> &<ComponentTypes as Index<I>>::Output
    where
        ComponentTypes: Index<I>,
    {
        &self.types[self.index]
    }

    pub(super) fn types(&self) -> &ComponentTypes {
        &self.types
    }

    /// What the other types of the same table are read in.
    pub(super) fn instance(&self) -> InstanceType<'_> {
        InstanceType {
            types: &self.types,
            resources: self.resources.as_ref(),
        }
    }

    /// Whether both are the same entry of the same table, or `equal` finds the same structure.
    pub(super) fn equivalent(
        &self,
        other: &Self,
        equal: impl FnOnce(&Tables<'_>, I, I) -> bool,
    ) -> bool
    where
        I: PartialEq,
    {
        let same_resources = match (&self.resources, &other.resources) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        let same = self.index == other.index && Arc::ptr_eq(&self.types, &other.types);
        let tables = Tables {
            a: self.instance(),
            b: other.instance(),
        };
        (same && same_resources) || equal(&tables, self.index, other.index)
    }
}

impl<I: fmt::Debug> fmt::Debug for Handle<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle")
            .field("index", &self.index)
            .finish_non_exhaustive()
    }
}
