//! A component that serves others: what it exports is what they import.

use std::sync::Arc;

use amphi_edge_config as config;

use crate::digest::Digest;

/// A component that others import.
#[derive(Clone, Debug, PartialEq)]
pub struct ComponentPlugin {
    /// The name by which functions ask for it.
    pub name: String,
    /// The component.
    pub component: Arc<[u8]>,
    /// What it may use itself.
    pub grants: config::Grants,
}

impl ComponentPlugin {
    /// A plugin of a component's bytes.
    pub fn new(name: impl Into<String>, component: impl Into<Arc<[u8]>>) -> Self {
        Self {
            name: name.into(),
            component: component.into(),
            grants: config::Grants::default(),
        }
    }

    /// The digest of its component.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(&self.component)
    }
}
