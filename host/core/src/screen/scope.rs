//! The index spaces of a component, or of a type of components or instances.

use wasmparser::{
    ComponentDefinedType, ComponentExternalKind, ComponentFuncType, ComponentTypeRef,
    ComponentValType, PrimitiveValType, TypeBounds,
};

use super::code::Code;
use super::outline::{Capture, Definition};
use super::shape::{Shape, Sum};
use super::weight::ITEM;

/// What a scope is of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// A component.
    Component,
    /// A type.
    Type,
    /// A core module.
    Module,
}

/// What is known in a component, or in a type, by its index.
pub struct Scope<'a> {
    /// What it is of.
    pub of: Of,
    /// Types of components, instances, functions and values.
    pub types: Vec<Shape<'a>>,
    /// Core types and types of modules.
    pub core_types: Vec<Shape<'a>>,
    /// Core modules.
    pub modules: Vec<Shape<'a>>,
    /// Components.
    pub components: Vec<Shape<'a>>,
    /// Instances of components.
    pub instances: Vec<Shape<'a>>,
    /// Functions of components.
    pub funcs: Vec<Shape<'a>>,
    /// What it comes to so far.
    pub sum: Sum<'a>,
    /// What happens when it is instantiated; nothing does for a type.
    pub definition: Definition<'a>,
    /// What the component that is read inside it takes from it.
    pub captures: Vec<Capture>,
    /// The code of a core module.
    pub code: Code,
}

impl<'a> Scope<'a> {
    /// A scope in which nothing is defined yet.
    pub fn new(of: Of) -> Self {
        Scope {
            of,
            types: Vec::new(),
            core_types: Vec::new(),
            modules: Vec::new(),
            components: Vec::new(),
            instances: Vec::new(),
            funcs: Vec::new(),
            sum: Sum::new(ITEM),
            definition: Definition::default(),
            captures: Vec::new(),
            code: Code::default(),
        }
    }

    /// An item by its index; of values nothing is known.
    pub fn item(&self, kind: ComponentExternalKind, index: u32) -> Shape<'a> {
        match kind {
            ComponentExternalKind::Module => at(&self.modules, index),
            ComponentExternalKind::Func => at(&self.funcs, index),
            ComponentExternalKind::Type => at(&self.types, index),
            ComponentExternalKind::Instance => at(&self.instances, index),
            ComponentExternalKind::Component => at(&self.components, index),
            ComponentExternalKind::Value => Shape::leaf(),
        }
    }

    /// Gives an item the next index of its kind.
    pub fn define(&mut self, kind: ComponentExternalKind, item: Shape<'a>) {
        match kind {
            ComponentExternalKind::Module => self.modules.push(item),
            ComponentExternalKind::Func => self.funcs.push(item),
            ComponentExternalKind::Type => self.types.push(item),
            ComponentExternalKind::Instance => self.instances.push(item),
            ComponentExternalKind::Component => self.components.push(item),
            ComponentExternalKind::Value => {}
        }
    }

    /// What an import or export is said to be.
    pub fn referred(&self, ty: &ComponentTypeRef) -> Shape<'a> {
        match ty {
            ComponentTypeRef::Module(index) => at(&self.core_types, *index),
            ComponentTypeRef::Func(index)
            | ComponentTypeRef::Instance(index)
            | ComponentTypeRef::Component(index)
            | ComponentTypeRef::Type(TypeBounds::Eq(index)) => at(&self.types, *index),
            ComponentTypeRef::Value(ComponentValType::Type(index)) => at(&self.types, *index),
            ComponentTypeRef::Value(ComponentValType::Primitive(_))
            | ComponentTypeRef::Type(TypeBounds::SubResource) => Shape::leaf(),
        }
    }

    /// A type of functions.
    pub fn func(&self, ty: &ComponentFuncType<'a>) -> Shape<'a> {
        let mut sum = Sum::new(1);
        for (name, ty) in &ty.params {
            sum.name(name);
            self.add(&mut sum, ty);
        }
        ty.result.iter().for_each(|ty| self.add(&mut sum, ty));
        sum.shape()
    }

    /// A type of values.
    pub fn value(&self, ty: &ComponentDefinedType<'a>) -> Shape<'a> {
        use ComponentDefinedType as Type;
        let mut sum = Sum::new(1);
        match ty {
            Type::Primitive(ty) => self.add(&mut sum, &ComponentValType::Primitive(*ty)),
            Type::Record(fields) => {
                for (name, ty) in fields {
                    sum.name(name);
                    self.add(&mut sum, ty);
                }
            }
            Type::Variant(cases) => {
                for case in cases {
                    sum.name(case.name);
                    let payload = case.ty.unwrap_or(NOTHING);
                    self.add(&mut sum, &payload);
                }
            }
            Type::Flags(names) | Type::Enum(names) => {
                for name in names {
                    sum.name(name);
                    sum.node();
                }
            }
            Type::List(ty) | Type::FixedLengthList(ty, _) | Type::Option(ty) => {
                self.add(&mut sum, ty);
            }
            Type::Map(key, value) => {
                self.add(&mut sum, key);
                self.add(&mut sum, value);
            }
            Type::Tuple(types) => types.iter().for_each(|ty| self.add(&mut sum, ty)),
            Type::Result { ok, err } => {
                let payloads = ok.iter().chain(err);
                payloads.for_each(|ty| self.add(&mut sum, ty));
            }
            Type::Future(ty) | Type::Stream(ty) => {
                ty.iter().for_each(|ty| self.add(&mut sum, ty));
            }
            Type::Own(_) | Type::Borrow(_) => {}
        }
        sum.value()
    }

    fn add(&self, sum: &mut Sum<'a>, ty: &ComponentValType) {
        match ty {
            ComponentValType::Primitive(_) => sum.node(),
            ComponentValType::Type(index) => sum.part(&at(&self.types, *index)),
        }
    }
}

/// What stands for a payload that is not there.
const NOTHING: ComponentValType = ComponentValType::Primitive(PrimitiveValType::Bool);

/// What is at an index; an index that is not there is for the validator.
pub fn at<'a>(space: &[Shape<'a>], index: u32) -> Shape<'a> {
    let found = space.get(index as usize);
    found.cloned().unwrap_or_else(Shape::leaf)
}
