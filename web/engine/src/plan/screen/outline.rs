//! What of a component decides how much its translation writes down: which components it has, and what each does with the others.
//!
//! Made while the component is validated, so that every index in it holds.

use super::weight::{self, ITEM, Weights};
use std::mem;
use wasmtime_environ::wasmparser::types::TypesRef;
use wasmtime_environ::wasmparser::{
    CanonicalFunction, ComponentAlias, ComponentExternalKind, ComponentInstance,
    ComponentOuterAliasKind, ComponentType, Encoding, Instance, Parser, Payload, Result,
    SectionLimited, Validator, WasmFeatures,
};

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
        kind: Kind,
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
        args: Vec<(&'a str, Item)>,
        /// What the instance's type costs.
        cost: u64,
    },
    /// An instance that is made of what is there.
    Bag {
        /// Its exports.
        items: Vec<(&'a str, Item)>,
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
        kind: Kind,
    },
    /// An export, which joins the index space of its kind again.
    Export {
        /// Its name.
        name: &'a str,
        /// What is exported.
        item: Item,
    },
}

/// What an item is, as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A component.
    Component,
    /// An instance of a component.
    Instance,
    /// Anything else.
    Other,
}

/// An item by its index.
#[derive(Clone, Copy)]
pub enum Item {
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

/// Validates a component without the bodies of its functions, and outlines it.
pub fn outline(bytes: &[u8], features: WasmFeatures) -> Result<Outline<'_>> {
    let mut validator = Validator::new_with_features(features);
    let mut parser = Parser::new(0);
    parser.set_features(features);
    let mut draft = Draft::default();
    for payload in parser.parse_all(bytes) {
        let payload = payload?;
        let before = validator
            .types(0)
            .map_or(0, |types| types.component_instance_count());
        validator.payload(&payload)?;
        draft.payload(&validator, &payload, before)?;
    }
    Ok(draft.done)
}

/// A component whose end was not reached yet.
#[derive(Default)]
struct Open<'a> {
    definition: Definition<'a>,
    /// What the component that is read inside it takes.
    captures: Vec<Capture>,
}

#[derive(Default)]
struct Draft<'a> {
    done: Outline<'a>,
    /// The components around what is being read; `None` is a core module.
    open: Vec<Option<Open<'a>>>,
    weights: Weights,
}

impl<'a> Draft<'a> {
    fn payload(
        &mut self,
        validator: &Validator,
        payload: &Payload<'a>,
        instances: u32,
    ) -> Result<()> {
        match payload {
            Payload::Version { encoding, .. } => {
                if let Some(Some(around)) = self.open.last_mut() {
                    around.captures = Vec::new();
                }
                self.open
                    .push((*encoding == Encoding::Component).then(Open::default));
                return Ok(());
            }
            Payload::End(_) => {
                self.end();
                return Ok(());
            }
            _ => {}
        }
        // Inside a core module there is nothing to look at.
        let (Some(Some(_)), Some(types)) = (self.open.last(), validator.types(0)) else {
            return Ok(());
        };
        match payload {
            Payload::ComponentTypeSection(section) => self.types(section),
            Payload::ComponentImportSection(section) => each(section, |import| {
                let ty = types.component_item_for_import(import.name.name);
                let cost = ty.map_or(ITEM, |ty| self.weights.entity(types, ty.ty));
                let kind = Kind::of(import.ty.kind());
                let name = import.name.name;
                self.step(Step::Import { name, kind, cost });
            }),
            Payload::ComponentCanonicalSection(section) => each(section, |function| {
                let cost = self.canonical(types, &function);
                self.step(Step::Plain { cost });
            }),
            Payload::InstanceSection(section) => each(section, |instance| {
                let cost = match instance {
                    Instance::Instantiate { module_index, .. } => {
                        weight::module(types, types.module_at(module_index))
                    }
                    Instance::FromExports(exports) => ITEM * exports.len() as u64,
                };
                self.step(Step::Plain { cost });
            }),
            Payload::ComponentInstanceSection(section) => {
                let mut index = instances;
                each(section, |instance| {
                    let ty = types.component_instance_at(index);
                    let cost = self.weights.instance(types, ty);
                    index += 1;
                    self.step(instantiation(instance, cost));
                })
            }
            Payload::ComponentAliasSection(section) => each(section, |alias| self.alias(&alias)),
            Payload::ComponentExportSection(section) => each(section, |export| {
                let item = Item::of(export.kind, export.index);
                self.step(Step::Export {
                    name: export.name.name,
                    item,
                });
            }),
            Payload::ModuleSection { .. } => {
                self.step(Step::Plain { cost: ITEM });
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn end(&mut self) {
        let Some(Some(ended)) = self.open.pop() else {
            return;
        };
        let definition = self.done.len();
        self.done.push(ended.definition);
        if let Some(Some(around)) = self.open.last_mut() {
            let captures = mem::take(&mut around.captures);
            around.definition.steps.push(Step::Define {
                definition,
                captures,
            });
        }
    }

    fn step(&mut self, step: Step<'a>) {
        if let Some(Some(open)) = self.open.last_mut() {
            open.definition.steps.push(step);
        }
    }

    fn types(&mut self, section: &SectionLimited<'a, ComponentType<'a>>) -> Result<()> {
        each(section, |ty| {
            if let (ComponentType::Resource { .. }, Some(Some(open))) = (ty, self.open.last_mut()) {
                open.definition.resources += 1;
            }
        })
    }

    fn canonical(&mut self, types: TypesRef<'_>, function: &CanonicalFunction) -> u64 {
        let ty = match function {
            CanonicalFunction::Lift { type_index, .. } => types.component_any_type_at(*type_index),
            CanonicalFunction::Lower { func_index, .. } => {
                return ITEM
                    + self
                        .weights
                        .func(types, types.component_function_at(*func_index));
            }
            _ => return ITEM,
        };
        ITEM.saturating_add(self.weights.any(types, ty))
    }

    fn alias(&mut self, alias: &ComponentAlias<'a>) {
        match *alias {
            ComponentAlias::InstanceExport {
                kind,
                instance_index,
                name,
            } => self.step(Step::Alias {
                instance: instance_index,
                name,
                kind: Kind::of(kind),
            }),
            ComponentAlias::CoreInstanceExport { .. } => self.step(Step::Plain { cost: ITEM }),
            ComponentAlias::Outer { kind, count, index } => match kind {
                ComponentOuterAliasKind::Component => self.outer(count, Capture::Local(index)),
                ComponentOuterAliasKind::CoreModule => self.outer(count, Capture::Module),
                ComponentOuterAliasKind::CoreType | ComponentOuterAliasKind::Type => {}
            },
        }
    }

    /// Takes something from `count` components further out, through each of those between.
    fn outer(&mut self, count: u32, mut capture: Capture) {
        let here = self.open.len() - 1;
        let from = here.saturating_sub(count as usize);
        for around in self.open[from..here].iter_mut().flatten() {
            around.captures.push(capture);
            capture = match capture {
                Capture::Module => Capture::Module,
                Capture::Local(_) | Capture::Taken(_) => Capture::Taken(around.captures.len() - 1),
            };
        }
        self.step(match capture {
            Capture::Module => Step::Plain { cost: ITEM },
            capture => Step::Outer(capture),
        });
    }
}

/// The items of a section that was found valid.
fn each<'a, T>(section: &SectionLimited<'a, T>, mut visit: impl FnMut(T)) -> Result<()>
where
    T: wasmtime_environ::wasmparser::FromReader<'a>,
{
    for item in section.clone() {
        visit(item?);
    }
    Ok(())
}

fn instantiation<'a>(instance: ComponentInstance<'a>, cost: u64) -> Step<'a> {
    match instance {
        ComponentInstance::Instantiate {
            component_index,
            args,
        } => Step::Instantiate {
            component: component_index,
            args: args
                .iter()
                .map(|arg| (arg.name, Item::of(arg.kind, arg.index)))
                .collect(),
            cost,
        },
        ComponentInstance::FromExports(exports) => Step::Bag {
            items: exports
                .iter()
                .map(|export| (export.name.name, Item::of(export.kind, export.index)))
                .collect(),
            cost,
        },
    }
}

impl Kind {
    fn of(kind: ComponentExternalKind) -> Kind {
        match kind {
            ComponentExternalKind::Component => Kind::Component,
            ComponentExternalKind::Instance => Kind::Instance,
            ComponentExternalKind::Module
            | ComponentExternalKind::Func
            | ComponentExternalKind::Value
            | ComponentExternalKind::Type => Kind::Other,
        }
    }
}

impl Item {
    fn of(kind: ComponentExternalKind, index: u32) -> Item {
        match Kind::of(kind) {
            Kind::Component => Item::Component(index),
            Kind::Instance => Item::Instance(index),
            Kind::Other => Item::Other,
        }
    }
}
