//! `ResourceType`: the identity of a resource type at run time.

use amphi_translate::plan::ComponentTypes;
use std::any::TypeId;
use wasmtime_environ::component::{AbstractResourceIndex, ResourceIndex};

/// The identity of a resource type, as `wasmtime::component::ResourceType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResourceType(ResourceKind);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ResourceKind {
    Host(TypeId),
    HostDynamic(u32),
    /// Defined by an instance of a store.
    Guest {
        store: u32,
        instance: u32,
        resource: ResourceIndex,
    },
    /// Of a component that is not instantiated; the address of its types tells components apart.
    Uninstantiated {
        component: usize,
        resource: ResourceIndex,
    },
    Abstract {
        component: usize,
        resource: AbstractResourceIndex,
    },
}

impl ResourceType {
    /// The type of host resources that are represented by `T`.
    pub fn host<T: 'static>() -> ResourceType {
        ResourceType(ResourceKind::Host(TypeId::of::<T>()))
    }

    /// The type of host resources with the tag `payload`.
    pub fn host_dynamic(payload: u32) -> ResourceType {
        ResourceType(ResourceKind::HostDynamic(payload))
    }

    pub(crate) fn guest(store: u32, instance: u32, resource: ResourceIndex) -> ResourceType {
        ResourceType(ResourceKind::Guest {
            store,
            instance,
            resource,
        })
    }

    pub(crate) fn uninstantiated(types: &ComponentTypes, resource: ResourceIndex) -> ResourceType {
        ResourceType(ResourceKind::Uninstantiated {
            component: std::ptr::from_ref(types) as usize,
            resource,
        })
    }

    pub(crate) fn abstract_(
        types: &ComponentTypes,
        resource: AbstractResourceIndex,
    ) -> ResourceType {
        ResourceType(ResourceKind::Abstract {
            component: std::ptr::from_ref(types) as usize,
            resource,
        })
    }

    pub(crate) fn as_host_dynamic(self) -> Option<u32> {
        match self.0 {
            ResourceKind::HostDynamic(tag) => Some(tag),
            ResourceKind::Host(_)
            | ResourceKind::Guest { .. }
            | ResourceKind::Uninstantiated { .. }
            | ResourceKind::Abstract { .. } => None,
        }
    }

    pub(crate) fn is_host<T: 'static>(self) -> bool {
        self.0 == ResourceKind::Host(TypeId::of::<T>())
    }
}
