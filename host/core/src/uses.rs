//! Where a component uses which construct that an engine may lack.

mod builtin;
mod construct;

pub use construct::{Construct, Family};

use crate::adapters::MOST;
use builtin::builtin;
use std::collections::{BTreeMap, HashSet};
use wasmparser::component_types::{
    ComponentAnyTypeId, ComponentDefinedType, ComponentEntityType, ComponentItem, ComponentValType,
};
use wasmparser::types::TypesRef;
use wasmparser::{
    CanonicalFunction, CanonicalOption, Encoding, Parser, Payload, PrimitiveValType, Validator,
    WasmFeatures,
};

/// How well a place says where a construct is used: what the author of a component can see comes
/// first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// An import or export of the component itself.
    Outside,
    /// Something inside, which has a name or a number.
    Inside,
    /// A type that is only defined.
    Definition,
}

/// The constructs that a component uses, each with the best place; nothing if it is not valid even
/// with every feature.
pub fn uses(bytes: &[u8]) -> Option<Vec<(Construct, String)>> {
    let features = WasmFeatures::all();
    let mut validator = Validator::new_with_features(features);
    let mut parser = Parser::new(0);
    parser.set_features(features);
    let mut search = Search::default();
    for payload in parser.parse_all(bytes) {
        let payload = payload.ok()?;
        let types = validator.types(0);
        let defined = types.map_or(0, |types| types.component_type_count());
        validator.payload(&payload).ok()?;
        search.payload(&validator, &payload, defined)?;
    }
    let mut found: Vec<_> = search.found.into_iter().collect();
    found.sort_by_key(|(_, (rank, _))| *rank);
    let placed = |(construct, (_, place))| (construct, place);
    Some(found.into_iter().map(placed).collect())
}

/// The core modules of a component, in order, as far as it can be read.
pub fn modules(bytes: &[u8]) -> Vec<&[u8]> {
    let mut modules = Vec::new();
    for payload in Parser::new(0).parse_all(bytes) {
        match payload {
            Ok(Payload::ModuleSection {
                unchecked_range, ..
            }) => modules.extend(bytes.get(unchecked_range)),
            Ok(_) => {}
            Err(_) => break,
        }
    }
    modules
}

#[derive(Default)]
struct Search {
    found: BTreeMap<Construct, (Rank, String)>,
    /// The components and modules around what is read: whether each is a component.
    around: Vec<bool>,
    /// Components that were begun, to count them.
    components: usize,
}

impl Search {
    fn payload(
        &mut self,
        validator: &Validator,
        payload: &Payload<'_>,
        defined: u32,
    ) -> Option<()> {
        match payload {
            Payload::Version { encoding, .. } => {
                self.around.push(*encoding == Encoding::Component);
                self.components += usize::from(*encoding == Encoding::Component);
                return Some(());
            }
            Payload::End(_) => {
                self.around.pop();
                return Some(());
            }
            _ => {}
        }
        if self.around.last() != Some(&true) {
            return Some(());
        }
        let types = validator.types(0)?;
        match payload {
            Payload::ComponentImportSection(section) => {
                for import in section.clone() {
                    let name = import.ok()?.name.name;
                    self.item(
                        types,
                        "import",
                        name,
                        types.component_item_for_import(name)?,
                    );
                }
            }
            Payload::ComponentExportSection(section) => {
                for export in section.clone() {
                    let name = export.ok()?.name.name;
                    self.item(
                        types,
                        "export",
                        name,
                        types.component_item_for_export(name)?,
                    );
                }
            }
            Payload::ComponentCanonicalSection(section) => {
                for function in section.clone() {
                    self.canonical(&function.ok()?);
                }
            }
            Payload::ComponentStartSection { .. } => {
                self.add(
                    Construct::Start,
                    Rank::Inside,
                    "its start section".to_owned(),
                );
            }
            Payload::ComponentTypeSection(_) => {
                for index in defined..types.component_type_count() {
                    let place = format!("type {index}");
                    let id = types.component_any_type_at(index);
                    self.any(types, id, Rank::Definition, &place, &mut HashSet::new());
                }
            }
            _ => {}
        }
        Some(())
    }

    /// Notes a use, unless a better place is known.
    fn add(&mut self, construct: Construct, rank: Rank, mut place: String) {
        if self.around.len() > 1 {
            place += &format!(" of component {} inside it", self.components - 1);
        }
        let use_ = (rank, place);
        let best = self.found.entry(construct).or_insert_with(|| use_.clone());
        if use_.0 < best.0 {
            *best = use_;
        }
    }

    fn rank(&self) -> Rank {
        match self.around.len() {
            1 => Rank::Outside,
            _ => Rank::Inside,
        }
    }

    fn item(&mut self, types: TypesRef<'_>, way: &str, name: &str, item: &ComponentItem) {
        self.entity(types, way, name, item.ty, &mut HashSet::new());
    }

    /// Searches an import or export whose functions are named `path#function`.
    fn entity(
        &mut self,
        types: TypesRef<'_>,
        way: &str,
        path: &str,
        ty: ComponentEntityType,
        seen: &mut HashSet<ComponentAnyTypeId>,
    ) {
        let place = format!("{way} `{path}`");
        let rank = self.rank();
        match ty {
            ComponentEntityType::Module(_) => {}
            ComponentEntityType::Value(_) => self.add(Construct::Value, rank, place),
            // What a function uses is looked for anew for each, so that the first that is found is
            // a function.
            ComponentEntityType::Func(id) => {
                let id = ComponentAnyTypeId::Func(id);
                self.any(types, id, rank, &place, &mut HashSet::new());
            }
            ComponentEntityType::Type { created, .. } => {
                self.any(types, created, Rank::Inside, &place, seen);
            }
            ComponentEntityType::Component(id) => {
                self.any(types, ComponentAnyTypeId::Component(id), rank, &place, seen);
            }
            ComponentEntityType::Instance(id) => {
                if seen.insert(ComponentAnyTypeId::Instance(id)) {
                    for (name, item) in &types[id].exports {
                        self.entity(types, way, &format!("{path}#{name}"), item.ty, seen);
                    }
                }
            }
        }
    }

    fn canonical(&mut self, function: &CanonicalFunction) {
        let component = match self.around.len() {
            1 => "the component",
            _ => "a core module",
        };
        if let Some(builtin) = builtin(function) {
            self.add(builtin, Rank::Inside, component.to_owned());
        }
        let (options, what) = match function {
            CanonicalFunction::Lift {
                core_func_index,
                options,
                ..
            } => (
                options,
                format!("`canon lift` of core function {core_func_index}"),
            ),
            CanonicalFunction::Lower {
                func_index,
                options,
            } => (options, format!("`canon lower` of function {func_index}")),
            _ => return,
        };
        for option in options {
            let construct = match option {
                CanonicalOption::Async | CanonicalOption::Callback(_) => Construct::AsyncFunction,
                CanonicalOption::Gc | CanonicalOption::CoreType(_) => Construct::GcAbi,
                CanonicalOption::UTF8
                | CanonicalOption::UTF16
                | CanonicalOption::CompactUTF16
                | CanonicalOption::Memory(_)
                | CanonicalOption::Realloc(_)
                | CanonicalOption::PostReturn(_) => continue,
            };
            self.add(construct, Rank::Inside, what.clone());
        }
    }

    /// Searches a type and those inside it; `seen` were searched before.
    fn any(
        &mut self,
        types: TypesRef<'_>,
        id: ComponentAnyTypeId,
        rank: Rank,
        place: &str,
        seen: &mut HashSet<ComponentAnyTypeId>,
    ) {
        if !seen.insert(id) {
            return;
        }
        let mut inside: Vec<ComponentAnyTypeId> = Vec::new();
        let mut values: Vec<ComponentValType> = Vec::new();
        match id {
            ComponentAnyTypeId::Resource(_) => {}
            ComponentAnyTypeId::Func(id) => {
                let ty = &types[id];
                if ty.async_ {
                    self.add(Construct::AsyncFunction, rank, place.to_owned());
                }
                values.extend(ty.params.iter().map(|(_, ty)| *ty).chain(ty.result));
            }
            ComponentAnyTypeId::Defined(id) => {
                if let Some(construct) = defined(&types[id], &mut values) {
                    self.add(construct, rank, place.to_owned());
                }
            }
            ComponentAnyTypeId::Instance(id) => {
                inside.extend(types[id].exports.values().filter_map(any_id));
            }
            ComponentAnyTypeId::Component(id) => {
                let ty = &types[id];
                inside.extend(
                    ty.imports
                        .values()
                        .chain(ty.exports.values())
                        .filter_map(any_id),
                );
            }
        }
        for value in values {
            match value {
                ComponentValType::Primitive(PrimitiveValType::ErrorContext) => {
                    self.add(Construct::ErrorContext, rank, place.to_owned());
                }
                ComponentValType::Primitive(_) => {}
                ComponentValType::Type(id) => inside.push(ComponentAnyTypeId::Defined(id)),
            }
        }
        for id in inside {
            self.any(types, id, rank, place, seen);
        }
    }
}

fn any_id(item: &ComponentItem) -> Option<ComponentAnyTypeId> {
    match item.ty {
        ComponentEntityType::Module(_) | ComponentEntityType::Value(_) => None,
        ComponentEntityType::Func(id) => Some(ComponentAnyTypeId::Func(id)),
        ComponentEntityType::Type { created, .. } => Some(created),
        ComponentEntityType::Instance(id) => Some(ComponentAnyTypeId::Instance(id)),
        ComponentEntityType::Component(id) => Some(ComponentAnyTypeId::Component(id)),
    }
}

/// The construct that a type is by itself; what is inside it is added to `values`.
fn defined(ty: &ComponentDefinedType, values: &mut Vec<ComponentValType>) -> Option<Construct> {
    let mut construct = None;
    let wide =
        |what, parts, count| (count > MOST).then_some(Construct::Wide { what, parts, count });
    match ty {
        ComponentDefinedType::Primitive(ty) => values.push(ComponentValType::Primitive(*ty)),
        ComponentDefinedType::Record(ty) => {
            values.extend(ty.fields.values());
            construct = wide("a record", "fields", ty.fields.len());
        }
        ComponentDefinedType::Variant(ty) => {
            values.extend(ty.cases.values().filter_map(|case| case.ty));
            construct = wide("a variant", "cases", ty.cases.len());
        }
        ComponentDefinedType::Tuple(ty) => {
            values.extend(ty.types.iter());
            construct = wide("a tuple", "elements", ty.types.len());
        }
        ComponentDefinedType::Enum(names) => {
            construct = wide("an enum", "cases", names.len());
        }
        ComponentDefinedType::List { element, .. } => values.push(*element),
        ComponentDefinedType::Option { ty, .. } => values.push(*ty),
        ComponentDefinedType::Result { ok, err, .. } => values.extend(ok.iter().chain(err)),
        ComponentDefinedType::Flags(_)
        | ComponentDefinedType::Own(_)
        | ComponentDefinedType::Borrow(_) => {}
        ComponentDefinedType::Map { key, value, .. } => {
            values.extend([*key, *value]);
            construct = Some(Construct::Map);
        }
        ComponentDefinedType::FixedLengthList { element, .. } => {
            values.push(*element);
            construct = Some(Construct::FixedLengthList);
        }
        ComponentDefinedType::Future { ty, .. } => {
            values.extend(ty);
            construct = Some(Construct::Future);
        }
        ComponentDefinedType::Stream { ty, .. } => {
            values.extend(ty);
            construct = Some(Construct::Stream);
        }
    }
    construct
}
