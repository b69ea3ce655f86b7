//! `InstanceType`: the types of a component as one of its instances sees them.

use super::ResourceType;
use amphi_translate::plan::ComponentTypes;
use std::sync::Arc;
use wasmtime_environ::SecondaryMap;
use wasmtime_environ::component::{ResourceIndex, TypeResourceTable, TypeResourceTableIndex};

/// The resource types of an instance, as far as they are known, by their index in the component.
pub type ResourceTypes = SecondaryMap<ResourceIndex, Option<ResourceType>>;

/// Types as an instance sees them: with its resources, where they are known.
#[derive(Clone, Copy)]
#[doc(hidden)]
pub struct InstanceType<'a> {
    /// The type tables.
    pub types: &'a Arc<ComponentTypes>,
    /// The resource types of an instance, or of imports that are bound already.
    pub resources: Option<&'a Arc<ResourceTypes>>,
}

impl InstanceType<'_> {
    /// The resource type behind a handle table.
    pub(crate) fn resource_type(&self, table: TypeResourceTableIndex) -> ResourceType {
        match self.types[table] {
            TypeResourceTable::Concrete { ty, .. } => self
                .resources
                .and_then(|resources| resources[ty])
                .unwrap_or_else(|| ResourceType::uninstantiated(self.types, ty)),
            TypeResourceTable::Abstract(ty) => ResourceType::abstract_(self.types, ty),
        }
    }
}
