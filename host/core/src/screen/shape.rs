//! What a type, an instance or a component is made of, as far as it matters to who walks over it or
//! copies it.

use std::collections::HashMap;
use std::rc::Rc;

use super::weight::{self, ITEM};

/// The most levels of a value type: the validator refuses one that has more by itself.
const VALUE: u32 = 100;

/// How much something is, written out, and how deep; and what it exports, or an instance of it.
#[derive(Clone)]
pub struct Shape<'a>(Rc<Made<'a>>);

struct Made<'a> {
    weight: u64,
    /// Without imports.
    exported: u64,
    depth: u32,
    levels: u32,
    /// Most things export nothing.
    exports: Option<Rc<Exports<'a>>>,
}

type Exports<'a> = HashMap<&'a str, Shape<'a>>;

impl<'a> Shape<'a> {
    /// Something without parts, and whatever is not known.
    pub fn leaf() -> Self {
        Sum::new(1).shape()
    }

    /// How much it is, in the unit of [`weight`]: a part that is used twice is counted twice.
    pub fn weight(&self) -> u64 {
        self.0.weight
    }

    /// How many levels it has.
    pub fn depth(&self) -> u32 {
        self.0.depth
    }

    /// How many levels it has, where one that is only another name of a type is counted too.
    pub fn levels(&self) -> u32 {
        self.0.levels
    }

    /// What it exports by a name.
    pub fn export(&self, name: &str) -> Option<Self> {
        self.0.exports.as_ref()?.get(name).cloned()
    }

    /// An instance of it.
    pub fn instance(&self) -> Self {
        Shape(Rc::new(Made {
            weight: self.0.exported,
            exports: self.0.exports.clone(),
            ..*self.0
        }))
    }

    /// The same with a name, which whoever uses it writes down.
    pub fn named(&self, name: &str) -> Self {
        Shape(Rc::new(Made {
            weight: self.0.weight.saturating_add(weight::name(name)),
            levels: self.0.levels.saturating_add(1),
            exports: self.0.exports.clone(),
            ..*self.0
        }))
    }
}

/// Parts that are added up.
pub struct Sum<'a> {
    weight: u64,
    imported: u64,
    depth: u32,
    levels: u32,
    exports: Exports<'a>,
}

impl<'a> Sum<'a> {
    /// Nothing yet but itself.
    pub fn new(weight: u64) -> Self {
        Sum {
            weight,
            imported: 0,
            depth: 1,
            levels: 1,
            exports: Exports::new(),
        }
    }

    /// Adds a node without parts.
    pub fn node(&mut self) {
        self.weight = self.weight.saturating_add(1);
        self.depth = self.depth.max(2);
    }

    /// Adds a name.
    pub fn name(&mut self, name: &str) {
        self.weight = self.weight.saturating_add(weight::name(name));
    }

    /// Adds a part.
    pub fn part(&mut self, part: &Shape<'a>) {
        self.weight = self.weight.saturating_add(part.weight());
        self.depth = self.depth.max(part.depth().saturating_add(1));
        self.levels = self.levels.max(part.levels().saturating_add(1));
    }

    /// Adds something of a core module that has a name.
    pub fn core(&mut self, name: &str) {
        self.weight = self.weight.saturating_add(ITEM);
        self.name(name);
    }

    /// Adds something that is imported by a name.
    pub fn import(&mut self, name: &str, item: &Shape<'a>) {
        let before = self.weight;
        self.core(name);
        self.part(item);
        self.imported = self.imported.saturating_add(self.weight - before);
    }

    /// Adds something that is exported by a name.
    pub fn export(&mut self, name: &'a str, item: Shape<'a>) {
        self.core(name);
        self.part(&item);
        self.exports.insert(name, item);
    }

    /// What they come to.
    pub fn shape(self) -> Shape<'a> {
        Shape(Rc::new(Made {
            weight: self.weight,
            exported: self.weight.saturating_sub(self.imported),
            depth: self.depth,
            levels: self.levels,
            exports: (!self.exports.is_empty()).then(|| Rc::new(self.exports)),
        }))
    }

    /// What they come to, as a value type.
    pub fn value(mut self) -> Shape<'a> {
        self.depth = self.depth.min(VALUE + 1);
        self.shape()
    }
}
