//! Packages that use each other, or one another in too long a row.
//!
//! An interface of a package may use types of another package, whose other interfaces may use types
//! of the first: interface by interface that is in order, and a component that imports them so is
//! valid. WIT has no such packages, and its decoder follows them without an end, until there is no
//! more stack.

use std::collections::{BTreeSet, HashMap};
use std::mem;

use wasmparser::component_types::{ComponentAnyTypeId, ComponentEntityType, ComponentItem};
use wasmparser::types::{Types, TypesRef};
use wasmparser::{Parser, Payload, ValidPayload, Validator, WasmFeatures};

use super::ContractError;

/// How many packages may each use the next: the decoder goes from one to the other by recursion.
const LONGEST: usize = 100;

/// Refuses a component, or a package in its binary form, that speaks of packages which use each
/// other.
pub(super) fn check(bytes: &[u8]) -> Result<(), ContractError> {
    let Some((types, names)) = read(bytes) else {
        // What is not valid, the decoder says.
        return Ok(());
    };
    let types = types.as_ref();
    let mut packages = PackageGraph::default();
    for name in names {
        let import = types.component_item_for_import(name);
        let items = import
            .into_iter()
            .chain(types.component_item_for_export(name));
        items.for_each(|item| packages.item(types, name, item));
    }
    packages.expect_order()
}

/// The types of a valid component, and the names of what it imports and exports.
fn read(bytes: &[u8]) -> Option<(Types, Vec<&str>)> {
    let mut validator = Validator::new_with_features(WasmFeatures::all());
    let mut names = Vec::new();
    let mut around = 0_usize;
    for payload in Parser::new(0).parse_all(bytes) {
        let payload = payload.ok()?;
        match &payload {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => around += 1,
            Payload::ComponentImportSection(section) if around == 0 => {
                for import in section.clone() {
                    names.push(import.ok()?.name.name);
                }
            }
            Payload::ComponentExportSection(section) if around == 0 => {
                for export in section.clone() {
                    names.push(export.ok()?.name.name);
                }
            }
            _ => {}
        }
        if let ValidPayload::End(types) = validator.payload(&payload).ok()? {
            match around.checked_sub(1) {
                Some(less) => around = less,
                None => return Some((types, names)),
            }
        }
    }
    None
}

/// Which packages use types of which.
#[derive(Default)]
struct PackageGraph {
    /// Each with its version.
    names: Vec<String>,
    /// Where a name is in `names`.
    indices: HashMap<String, usize>,
    /// The packages whose types each uses.
    uses: Vec<BTreeSet<usize>>,
    /// The package that has a type first.
    homes: HashMap<ComponentAnyTypeId, usize>,
}

impl PackageGraph {
    fn item(&mut self, types: TypesRef<'_>, name: &str, item: &ComponentItem) {
        match item.ty {
            ComponentEntityType::Instance(id) => {
                let interface = item.implements.as_deref().unwrap_or(name);
                if let Some(package) = package(interface) {
                    let package = self.index(package);
                    for item in types[id].exports.values() {
                        self.ty(types, package, item.ty);
                    }
                }
            }
            ComponentEntityType::Component(id)
            | ComponentEntityType::Type {
                created: ComponentAnyTypeId::Component(id),
                ..
            } => {
                let world = &types[id];
                for (name, item) in world.imports.iter().chain(&world.exports) {
                    self.item(types, name, item);
                }
            }
            ComponentEntityType::Module(_)
            | ComponentEntityType::Func(_)
            | ComponentEntityType::Value(_)
            | ComponentEntityType::Type { .. } => {}
        }
    }

    fn index(&mut self, name: String) -> usize {
        *self.indices.entry(name).or_insert_with_key(|name| {
            self.names.push(name.clone());
            self.uses.push(BTreeSet::new());
            self.names.len() - 1
        })
    }

    /// A type that an interface of `package` has: its own, or one that it uses.
    fn ty(&mut self, types: TypesRef<'_>, package: usize, ty: ComponentEntityType) {
        let ComponentEntityType::Type {
            referenced,
            created,
        } = ty
        else {
            return;
        };
        let mut origin = Some(referenced);
        while let Some(id) = origin {
            if let Some(home) = self.homes.get(&id) {
                if *home != package {
                    self.uses[package].insert(*home);
                }
                break;
            }
            origin = types.peel_alias(id);
        }
        self.homes.entry(created).or_insert(package);
    }

    /// Refuses packages that cannot be put in an order, or only in one that is too long.
    fn expect_order(self) -> Result<(), ContractError> {
        let mut users = vec![Vec::new(); self.names.len()];
        for (package, uses) in self.uses.iter().enumerate() {
            uses.iter().for_each(|used| users[*used].push(package));
        }
        let mut left: Vec<usize> = self.uses.iter().map(BTreeSet::len).collect();
        let mut lengths = vec![0; left.len()];
        let mut ready: Vec<usize> = (0..left.len()).filter(|at| left[*at] == 0).collect();
        while let Some(package) = ready.pop() {
            for user in mem::take(&mut users[package]) {
                lengths[user] = lengths[user].max(lengths[package] + 1);
                left[user] -= 1;
                if left[user] == 0 {
                    ready.push(user);
                }
            }
        }
        if let Some(first) = left.iter().position(|left| *left > 0) {
            let names = self.circle(first, &left);
            return Err(ContractError::Unprintable {
                problem: format!("packages that use each other: `{}`", names.join("`, `")),
            });
        }
        match lengths.iter().position(|length| *length > LONGEST) {
            None => Ok(()),
            Some(package) => Err(ContractError::Unprintable {
                problem: format!(
                    "a chain of more than {LONGEST} packages, each of which uses the next, starting with `{}`",
                    self.names[package]
                ),
            }),
        }
    }

    /// Packages of which each uses the next, and the last the first. Whoever goes on from one that
    /// could not be put in an order to another comes to one twice.
    fn circle(&self, first: usize, left: &[usize]) -> Vec<&str> {
        let mut way = vec![first];
        let mut places = HashMap::from([(first, 0)]);
        let next = |package: usize| {
            let mut uses = self.uses[package].iter().copied();
            uses.find(|used| left[*used] > 0)
        };
        let mut package = first;
        while let Some(used) = next(package) {
            if let Some(start) = places.insert(used, way.len()) {
                way.drain(..start);
                break;
            }
            way.push(used);
            package = used;
        }
        way.into_iter().map(|at| &*self.names[at]).collect()
    }
}

/// The package of an interface, with its version: `demo:calc@1.0.0` of `demo:calc/ops@1.0.0`.
fn package(interface: &str) -> Option<String> {
    let (package, rest) = interface.split_once('/')?;
    match rest.split_once('@') {
        Some((_, version)) => Some(format!("{package}@{version}")),
        None => Some(package.to_owned()),
    }
}
