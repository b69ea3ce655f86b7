//! Reads the index spaces of a component without a validator, and counts what one copies and
//! compares.
//!
//! A validator keeps a type once, however often it is used; but whenever something is imported,
//! exported, instantiated or taken from around a component, it walks over the whole type, compares
//! it with another, or copies what it exports. A few bytes say so, as often as they like. It also
//! asserts how deep types are that have other types inside by their index. Whatever cannot be read,
//! or is not there, is for the validator to name.

use std::mem;

use wasmparser::{
    CanonicalFunction, ComponentAlias, ComponentExport, ComponentExternalKind, ComponentInstance,
    ComponentOuterAliasKind, ComponentType, ComponentTypeDeclaration, ComponentTypeRef,
    ComponentValType, CoreType, Encoding, FromReader, Instance, InstanceTypeDeclaration,
    ModuleTypeDeclaration, Parser, Payload, SectionLimited,
};

use super::ScreenError;
use super::code::Spent;
use super::loops;
use super::outline::{Capture, ItemIndex, ItemKind, Outline, Step};
use super::scope::{Of, Scope, at};
use super::shape::{Shape, Sum};
use super::weight::{self, ITEM, WALKED};

/// The most levels of types inside each other by their index: those of a value type, and what may
/// be around it.
const DEEPEST: u32 = 120;

/// The most levels where names that stand for types are counted too: who follows them does it by
/// recursion.
pub const LEVELS: u32 = 250;

/// Outlines a component, as far as it can be read; refuses one that makes a validator copy or
/// compare beyond measure.
pub(super) fn outline(bytes: &[u8]) -> Result<Outline<'_>, ScreenError> {
    let mut walk = Walk::default();
    match walk.bytes(bytes) {
        Ok(()) => Ok(walk.done),
        Err(Stop::Refused(error)) => Err(error),
        // What nobody can validate nobody instantiates.
        Err(Stop::Malformed) => Ok(Outline::new()),
    }
}

/// Why nothing more is read.
enum Stop {
    Refused(ScreenError),
    Malformed,
}

impl From<wasmparser::Error> for Stop {
    fn from(_: wasmparser::Error) -> Self {
        Stop::Malformed
    }
}

#[derive(Default)]
struct Walk<'a> {
    done: Outline<'a>,
    /// The components, modules and types around what is read, from the outside.
    scopes: Vec<Scope<'a>>,
    spent: u64,
    /// What all code comes to.
    code: Spent,
    /// Where the section begins that is read.
    offset: usize,
}

impl<'a> Walk<'a> {
    fn bytes(&mut self, bytes: &'a [u8]) -> Result<(), Stop> {
        for payload in Parser::new(0).parse_all(bytes) {
            self.payload(&payload?)?;
        }
        Ok(())
    }

    fn payload(&mut self, payload: &Payload<'a>) -> Result<(), Stop> {
        match payload {
            Payload::Version { encoding, .. } => {
                self.begin(*encoding);
                Ok(())
            }
            Payload::End(_) => self.end(),
            Payload::ImportSection(section) => {
                for import in section.clone().into_imports() {
                    let import = import?;
                    let scope = self.scope()?;
                    scope.sum.core(import.name);
                    scope.code.import(&import);
                }
                Ok(())
            }
            Payload::TypeSection(section) => self.each(section, |walk, group| {
                walk.scope()?.code.types(&group);
                Ok(())
            }),
            Payload::FunctionSection(section) => Ok(self.scope()?.code.functions(section)?),
            Payload::CodeSectionEntry(body) => {
                let scope = self.scopes.last_mut().ok_or(Stop::Malformed)?;
                let counted = scope.code.body(body, &mut self.code);
                let counted = counted.and_then(|()| loops::check(body));
                counted.map_err(Stop::Refused)
            }
            Payload::ExportSection(section) => self.each(section, |walk, export| {
                walk.scope()?.sum.core(export.name);
                Ok(())
            }),
            Payload::CoreTypeSection(section) => self.each(section, Self::core_type),
            Payload::InstanceSection(section) => self.each(section, Self::core_instance),
            Payload::ComponentTypeSection(section) => self.each(section, Self::define),
            Payload::ComponentImportSection(section) => self.each(section, |walk, import| {
                let name = import.name.name;
                let item = walk.import(name, &import.ty)?;
                let kind = ItemKind::of(import.ty.kind());
                let cost = item.weight();
                walk.step(Step::Import { name, kind, cost })
            }),
            Payload::ComponentExportSection(section) => self.each(section, Self::export),
            Payload::ComponentAliasSection(section) => self.each(section, Self::alias),
            Payload::ComponentInstanceSection(section) => self.each(section, Self::instance),
            Payload::ComponentCanonicalSection(section) => self.each(section, Self::canonical),
            _ => Ok(()),
        }
    }

    fn each<T: FromReader<'a>>(
        &mut self,
        section: &SectionLimited<'a, T>,
        visit: impl Fn(&mut Self, T) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        self.offset = section.range().start;
        for item in section.clone() {
            visit(self, item?)?;
        }
        Ok(())
    }

    /// The scope that is read; there is one from the header on.
    fn scope(&mut self) -> Result<&mut Scope<'a>, Stop> {
        self.scopes.last_mut().ok_or(Stop::Malformed)
    }

    fn begin(&mut self, encoding: Encoding) {
        if let Some(around) = self.scopes.last_mut() {
            around.captures = Vec::new();
        }
        self.scopes.push(Scope::new(match encoding {
            Encoding::Component => Of::Component,
            Encoding::Module => Of::Module,
        }));
    }

    fn end(&mut self) -> Result<(), Stop> {
        let ended = self.scopes.pop().ok_or(Stop::Malformed)?;
        let shape = self.made(ended.sum)?;
        let definition = self.done.len();
        if ended.of == Of::Component {
            self.done.push(ended.definition);
        }
        let Some(around) = self.scopes.last_mut() else {
            return Ok(());
        };
        match ended.of {
            Of::Component => {
                let captures = mem::take(&mut around.captures);
                around.components.push(shape);
                self.step(Step::Define {
                    definition,
                    captures,
                })
            }
            Of::Module => {
                around.modules.push(shape);
                self.step(Step::Plain { cost: ITEM })
            }
            Of::Type => {
                around.types.push(shape);
                Ok(())
            }
        }
    }

    /// What parts come to, unless they are too deep.
    fn made(&self, sum: Sum<'a>) -> Result<Shape<'a>, Stop> {
        let shape = sum.shape();
        self.expect_shallow(&shape)?;
        Ok(shape)
    }

    fn expect_shallow(&self, shape: &Shape<'a>) -> Result<(), Stop> {
        let deep = [
            ("types", shape.depth(), DEEPEST),
            ("types and their names", shape.levels(), LEVELS),
        ];
        match deep.into_iter().find(|(_, found, most)| found > most) {
            Some((what, _, most)) => Err(Stop::Refused(ScreenError::Nested {
                what,
                most: most as usize,
                offset: self.offset,
            })),
            None => Ok(()),
        }
    }

    fn step(&mut self, step: Step<'a>) -> Result<(), Stop> {
        self.scope()?.definition.steps.push(step);
        Ok(())
    }

    fn spend(&mut self, cost: u64) -> Result<(), Stop> {
        self.spent = self.spent.saturating_add(cost);
        match self.spent > WALKED {
            true => Err(Stop::Refused(ScreenError::grows(WALKED))),
            false => Ok(()),
        }
    }

    fn core_type(&mut self, ty: CoreType<'a>) -> Result<(), Stop> {
        match ty {
            CoreType::Rec(group) => {
                let leaves = group.types().map(|_| Shape::leaf());
                self.scope()?.core_types.extend(leaves);
            }
            CoreType::Module(declarations) => {
                let mut sum = Sum::new(ITEM);
                for declaration in &declarations {
                    match declaration {
                        ModuleTypeDeclaration::Import(import) => sum.core(import.name),
                        ModuleTypeDeclaration::Export { name, .. } => sum.core(name),
                        ModuleTypeDeclaration::Type(_)
                        | ModuleTypeDeclaration::OuterAlias { .. } => {}
                    }
                }
                self.scope()?.core_types.push(sum.shape());
            }
        }
        Ok(())
    }

    fn core_instance(&mut self, instance: Instance<'a>) -> Result<(), Stop> {
        let cost = match instance {
            Instance::Instantiate { module_index, .. } => {
                let module = at(&self.scope()?.modules, module_index);
                self.spend(module.weight())?;
                module.weight()
            }
            Instance::FromExports(exports) => ITEM * exports.len() as u64,
        };
        self.step(Step::Plain { cost })
    }

    /// A type gets the next index.
    fn define(&mut self, ty: ComponentType<'a>) -> Result<(), Stop> {
        let scope = self.scope()?;
        let shape = match ty {
            ComponentType::Defined(ty) => scope.value(&ty),
            ComponentType::Func(ty) => scope.func(&ty),
            ComponentType::Resource { .. } => {
                scope.definition.resources += 1;
                Shape::leaf()
            }
            ComponentType::Component(declarations) => {
                return self.declared(declarations.into_vec());
            }
            ComponentType::Instance(declarations) => {
                let declarations = declarations.into_vec().into_iter();
                return self.declared(declarations.map(as_of_a_component));
            }
        };
        scope.types.push(shape);
        Ok(())
    }

    /// The type of a component or an instance gets the next index.
    fn declared(
        &mut self,
        declarations: impl IntoIterator<Item = ComponentTypeDeclaration<'a>>,
    ) -> Result<(), Stop> {
        self.scopes.push(Scope::new(Of::Type));
        for declaration in declarations {
            match declaration {
                ComponentTypeDeclaration::CoreType(ty) => self.core_type(ty)?,
                ComponentTypeDeclaration::Type(ty) => self.define(ty)?,
                ComponentTypeDeclaration::Alias(alias) => self.alias(alias)?,
                ComponentTypeDeclaration::Export { name, ty } => {
                    let item = self.scope()?.referred(&ty);
                    let item = self.named(name.name, ty.kind(), &item)?;
                    self.scope()?.sum.export(name.name, item);
                }
                ComponentTypeDeclaration::Import(import) => {
                    self.import(import.name.name, &import.ty)?;
                }
            }
        }
        self.end()
    }

    fn import(&mut self, name: &'a str, ty: &ComponentTypeRef) -> Result<Shape<'a>, Stop> {
        let item = self.scope()?.referred(ty);
        let item = self.named(name, ty.kind(), &item)?;
        self.scope()?.sum.import(name, &item);
        Ok(item)
    }

    fn export(&mut self, export: ComponentExport<'a>) -> Result<(), Stop> {
        let scope = self.scope()?;
        let item = match &export.ty {
            Some(ty) => scope.referred(ty),
            None => scope.item(export.kind, export.index),
        };
        let name = export.name.name;
        let item = self.named(name, export.kind, &item)?;
        let cost = match export.kind {
            ComponentExternalKind::Type => item.weight(),
            _ => weight::name(name),
        };
        self.scope()?.sum.export(name, item);
        let item = ItemIndex::of(export.kind, export.index);
        self.step(Step::Export { name, item, cost })
    }

    /// Something with a name gets the next index. It is walked over, and what it exports is copied
    /// if it is an instance.
    fn named(
        &mut self,
        name: &str,
        kind: ComponentExternalKind,
        item: &Shape<'a>,
    ) -> Result<Shape<'a>, Stop> {
        self.expect_shallow(item)?;
        self.spend(item.weight().saturating_add(ITEM))?;
        let item = match kind {
            ComponentExternalKind::Type => item.named(name),
            _ => item.clone(),
        };
        self.scope()?.define(kind, item.clone());
        Ok(item)
    }

    fn alias(&mut self, alias: ComponentAlias<'a>) -> Result<(), Stop> {
        match alias {
            ComponentAlias::InstanceExport {
                kind,
                instance_index,
                name,
            } => {
                let scope = self.scope()?;
                let item = at(&scope.instances, instance_index).export(name);
                scope.define(kind, item.unwrap_or_else(Shape::leaf));
                self.step(Step::Alias {
                    instance: instance_index,
                    name,
                    kind: ItemKind::of(kind),
                })
            }
            ComponentAlias::CoreInstanceExport { .. } => self.step(Step::Plain { cost: ITEM }),
            ComponentAlias::Outer { kind, count, index } => {
                self.outer(kind, count, index)?;
                match kind {
                    ComponentOuterAliasKind::Component => self.take(count, Capture::Local(index)),
                    ComponentOuterAliasKind::CoreModule => self.take(count, Capture::Module),
                    ComponentOuterAliasKind::CoreType | ComponentOuterAliasKind::Type => Ok(()),
                }
            }
        }
    }

    /// Something of a scope around this one gets the next index.
    fn outer(&mut self, kind: ComponentOuterAliasKind, count: u32, index: u32) -> Result<(), Stop> {
        let from = self.scopes.len().checked_sub(count as usize);
        let (around, inside) = self.scopes.split_at(from.unwrap_or(0));
        let space = around.last().map(|scope| match kind {
            ComponentOuterAliasKind::CoreModule => &scope.modules,
            ComponentOuterAliasKind::CoreType => &scope.core_types,
            ComponentOuterAliasKind::Type => &scope.types,
            ComponentOuterAliasKind::Component => &scope.components,
        });
        let item = space.map_or_else(Shape::leaf, |space| at(space, index));
        // It is looked for resources, which no component may have of those around it.
        if inside
            .first()
            .is_some_and(|scope| scope.of == Of::Component)
        {
            self.spend(item.weight())?;
        }
        let scope = self.scope()?;
        match kind {
            ComponentOuterAliasKind::CoreModule => scope.modules.push(item),
            ComponentOuterAliasKind::CoreType => scope.core_types.push(item),
            ComponentOuterAliasKind::Type => scope.types.push(item),
            ComponentOuterAliasKind::Component => scope.components.push(item),
        }
        Ok(())
    }

    /// Takes a component or module from `count` components further out, through each of those
    /// between.
    fn take(&mut self, count: u32, mut capture: Capture) -> Result<(), Stop> {
        let here = self.scopes.len().saturating_sub(1);
        let from = here.saturating_sub(count as usize);
        self.spend(ITEM * (here - from) as u64)?;
        for around in &mut self.scopes[from..here] {
            around.captures.push(capture);
            capture = match capture {
                Capture::Module => Capture::Module,
                Capture::Local(_) | Capture::Taken(_) => Capture::Taken(around.captures.len() - 1),
            };
        }
        self.step(match capture {
            Capture::Module => Step::Plain { cost: ITEM },
            capture => Step::Outer(capture),
        })
    }

    fn instance(&mut self, instance: ComponentInstance<'a>) -> Result<(), Stop> {
        let scope = self.scope()?;
        let shape = match &instance {
            ComponentInstance::Instantiate {
                component_index, ..
            } => {
                let component = at(&scope.components, *component_index);
                self.spend(component.weight())?;
                component.instance()
            }
            ComponentInstance::FromExports(exports) => {
                let mut sum = Sum::new(ITEM);
                for export in exports {
                    let item = scope.item(export.kind, export.index);
                    sum.export(export.name.name, item);
                }
                self.made(sum)?
            }
        };
        let cost = shape.weight();
        self.scope()?.instances.push(shape);
        self.step(Step::of_instance(&instance, cost))
    }

    fn canonical(&mut self, function: CanonicalFunction) -> Result<(), Stop> {
        use CanonicalFunction as F;
        let scope = self.scope()?;
        let ty = match function {
            F::Lift { type_index, .. } => {
                let ty = at(&scope.types, type_index);
                scope.funcs.push(ty.clone());
                ty
            }
            F::Lower { func_index, .. } => at(&scope.funcs, func_index),
            F::StreamRead { ty, .. }
            | F::StreamWrite { ty, .. }
            | F::FutureRead { ty, .. }
            | F::FutureWrite { ty, .. }
            | F::TaskReturn {
                result: Some(ComponentValType::Type(ty)),
                ..
            } => at(&scope.types, ty),
            _ => return self.step(Step::Plain { cost: ITEM }),
        };
        let cost = ty.weight().saturating_add(ITEM);
        self.spend(cost)?;
        self.step(Step::Plain { cost })
    }
}

/// What the type of an instance declares, as the type of a component does.
fn as_of_a_component(declaration: InstanceTypeDeclaration<'_>) -> ComponentTypeDeclaration<'_> {
    match declaration {
        InstanceTypeDeclaration::CoreType(ty) => ComponentTypeDeclaration::CoreType(ty),
        InstanceTypeDeclaration::Type(ty) => ComponentTypeDeclaration::Type(ty),
        InstanceTypeDeclaration::Alias(alias) => ComponentTypeDeclaration::Alias(alias),
        InstanceTypeDeclaration::Export { name, ty } => {
            ComponentTypeDeclaration::Export { name, ty }
        }
    }
}
