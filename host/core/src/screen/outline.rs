//! What of a component decides how much comes of it: which components it has, and what each does
//! with the others.

use wasmparser::{ComponentExternalKind, ComponentInstance};

/// The components of a file, each after those inside it: the last is the file's own.
pub type Outline<'a> = Vec<Definition<'a>>;

/// One component, as the list of what happens when it is instantiated.
#[derive(Default)]
pub struct Definition<'a> {
    /// In order.
    pub steps: Vec<Step<'a>>,
    /// How many resource types it defines or imports by itself.
    pub resources: u64,
}

/// Something that happens when a component is instantiated. Costs are in the unit of [`weight`].
pub enum Step<'a> {
    /// Something that joins no index space which matters here.
    Plain {
        /// Its cost.
        cost: u64,
    },
    /// An import, which joins the index space of its kind.
    Import {
        /// Its name.
        name: &'a str,
        /// What it is.
        kind: ItemKind,
        /// What its type costs.
        cost: u64,
    },
    /// A component inside this one.
    Define {
        /// Which.
        definition: usize,
        /// What it takes from around it.
        captures: Vec<Capture>,
    },
    /// A component from around this one.
    Outer(Capture),
    /// An instantiation.
    Instantiate {
        /// Which component.
        component: u32,
        /// With what.
        args: Vec<(&'a str, ItemIndex)>,
        /// What the instance's type costs.
        cost: u64,
    },
    /// An instance that is made of what is there.
    Bag {
        /// Its exports.
        items: Vec<(&'a str, ItemIndex)>,
        /// What its type costs.
        cost: u64,
    },
    /// An export of an instance.
    Alias {
        /// Which instance.
        instance: u32,
        /// Which export.
        name: &'a str,
        /// What it is.
        kind: ItemKind,
    },
    /// An export, which joins the index space of its kind again.
    Export {
        /// Its name.
        name: &'a str,
        /// What is exported.
        item: ItemIndex,
        /// What its name costs, and its type if it is one.
        cost: u64,
    },
}

/// What an item is, as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemKind {
    /// A component.
    Component,
    /// An instance of a component.
    Instance,
    /// Anything else.
    Other,
}

/// An item by its index.
#[derive(Clone, Copy)]
pub enum ItemIndex {
    /// A component.
    Component(u32),
    /// An instance of a component.
    Instance(u32),
    /// Anything else.
    Other,
}

/// Where a component that is taken from around another comes from.
#[derive(Clone, Copy)]
pub enum Capture {
    /// The index space of the component right around it.
    Local(u32),
    /// What the component right around it has taken itself.
    Taken(usize),
    /// A core module.
    Module,
}

impl<'a> Step<'a> {
    /// The step of an instance whose type costs so much.
    pub fn of_instance(instance: &ComponentInstance<'a>, cost: u64) -> Self {
        match instance {
            ComponentInstance::Instantiate {
                component_index,
                args,
            } => Step::Instantiate {
                component: *component_index,
                args: args
                    .iter()
                    .map(|arg| (arg.name, ItemIndex::of(arg.kind, arg.index)))
                    .collect(),
                cost,
            },
            ComponentInstance::FromExports(exports) => Step::Bag {
                items: exports
                    .iter()
                    .map(|export| (export.name.name, ItemIndex::of(export.kind, export.index)))
                    .collect(),
                cost,
            },
        }
    }
}

impl ItemKind {
    /// What an item of this kind is.
    pub fn of(kind: ComponentExternalKind) -> ItemKind {
        match kind {
            ComponentExternalKind::Component => ItemKind::Component,
            ComponentExternalKind::Instance => ItemKind::Instance,
            ComponentExternalKind::Module
            | ComponentExternalKind::Func
            | ComponentExternalKind::Value
            | ComponentExternalKind::Type => ItemKind::Other,
        }
    }
}

impl ItemIndex {
    /// The item of this kind with this index.
    pub fn of(kind: ComponentExternalKind, index: u32) -> ItemIndex {
        match ItemKind::of(kind) {
            ItemKind::Component => ItemIndex::Component(index),
            ItemKind::Instance => ItemIndex::Instance(index),
            ItemKind::Other => ItemIndex::Other,
        }
    }
}
