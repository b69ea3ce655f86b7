//! What JavaScript needs to know of a component to call it, as JSON: its types, its exports and
//! imports, and how each function crosses.
//!
//! `crossing.js`, `signature.js` and `exports.js` of the package read it. Types are a table, since
//! a type may be used more often than it could be written down.

mod roles;
mod types;

use crate::{instantiation, json};
use amphi_core::javascript::Case;
use amphi_translate::Result;
use amphi_translate::plan::{Export, Plan, Step, TrampolineKind};
use roles::{Kind, Side};
use std::collections::HashSet;
use types::Types;
use wasmtime_environ::component::{
    ComponentExternData, ExportIndex, StringEncoding, TypeComponentInstanceIndex, TypeDef,
    TypeFuncIndex,
};

/// What JavaScript has to know of the component behind `plan` to call it, as the members of an
/// object.
///
/// # Errors
///
/// A type is one that JavaScript has no value for.
pub fn members(plan: &Plan) -> Result<String> {
    let mut description = Description {
        plan,
        types: Types::new(plan),
        imported: HashSet::new(),
    };
    let exports = description.exports(plan.exports.raw_iter().map(named))?;
    let imports = description.imports();
    let lowerings = description.lowerings()?;
    let options = description.options();
    let types = description.types.finish();
    Ok(format!(
        "\"types\":{types},\"exports\":{exports},\"imports\":{imports},\"lowerings\":{lowerings},\"options\":{options}"
    ))
}

fn named<'a, K: AsRef<str>>(
    (name, (index, _)): (&'a K, &'a (ExportIndex, ComponentExternData)),
) -> (&'a str, ExportIndex) {
    (name.as_ref(), *index)
}

struct Description<'a> {
    plan: &'a Plan,
    types: Types<'a>,
    /// The resources of imports so far.
    imported: HashSet<u32>,
}

impl Description<'_> {
    /// Exports by name, in the order of their indices.
    fn exports<'n>(
        &mut self,
        names: impl Iterator<Item = (&'n str, ExportIndex)>,
    ) -> Result<String> {
        let mut names: Vec<_> = names.collect();
        names.sort_by_key(|(_, index)| index.as_u32());
        let plan = self.plan;
        let item = |index: ExportIndex| &plan.export_items[index.as_u32() as usize];
        let kinds: Vec<_> = names
            .iter()
            .map(|(name, index)| match item(*index) {
                Export::Func { .. } => (*name, Kind::Func),
                Export::Instance { .. } => (*name, Kind::Instance),
                Export::Type(TypeDef::Resource(_)) => (*name, Kind::Resource),
                Export::Type(_) | Export::Module { .. } | Export::ImportedModule { .. } => {
                    (*name, Kind::Other)
                }
            })
            .collect();
        let described = roles::describe(&kinds, Side::Export);
        let mut items = Vec::new();
        for ((_, index), described) in names.into_iter().zip(described) {
            let what = match item(index) {
                Export::Func {
                    ty, func, options, ..
                } => format!(
                    "\"func\":{},\"export\":{},\"core\":{},\"options\":{}",
                    self.func(*ty)?,
                    index.as_u32(),
                    instantiation::definition(func),
                    options.as_u32()
                ),
                Export::Instance { exports, .. } => {
                    let exports = exports.raw_iter().map(named);
                    format!("\"instance\":{}", self.exports(exports)?)
                }
                Export::Type(TypeDef::Resource(table)) => {
                    format!("\"resource\":{}", self.types.resource(*table))
                }
                Export::Type(_) | Export::Module { .. } | Export::ImportedModule { .. } => continue,
            };
            items.push(format!("{{{described},{what}}}"));
        }
        Ok(json::list(items))
    }

    fn imports(&mut self) -> String {
        let plan = self.plan;
        let named = plan.import_types.iter();
        self.import_items(named.map(|(name, ty)| (name.as_str(), ty)))
    }

    /// What imports have to be, but for those that are types.
    fn import_items<'n>(&mut self, items: impl Iterator<Item = (&'n str, &'n TypeDef)>) -> String {
        let items: Vec<_> = items.collect();
        let kinds: Vec<_> = items
            .iter()
            .map(|(name, ty)| (*name, self.kind(ty)))
            .collect();
        let mut written = Vec::new();
        for ((_, ty), described) in items.iter().zip(roles::describe(&kinds, Side::Import)) {
            if let Some(what) = self.import(ty) {
                written.push(format!("{{{described},{what}}}"));
            }
        }
        json::list(written)
    }

    fn kind(&self, ty: &TypeDef) -> Kind {
        match ty {
            TypeDef::ComponentFunc(_) => Kind::Func,
            TypeDef::ComponentInstance(_) => Kind::Instance,
            TypeDef::Resource(table) if !self.imported.contains(&self.types.resource(*table)) => {
                Kind::Resource
            }
            TypeDef::Resource(_)
            | TypeDef::Module(_)
            | TypeDef::Interface(_)
            | TypeDef::Component(_)
            | TypeDef::CoreFunc(_) => Kind::Other,
        }
    }

    /// What an import has to be; nothing where it is a type, as a resource is that was imported
    /// before and is used here (`use iface.{res}`).
    fn import(&mut self, ty: &TypeDef) -> Option<String> {
        match ty {
            TypeDef::ComponentFunc(_) => Some("\"func\":true".to_owned()),
            TypeDef::ComponentInstance(ty) => {
                Some(format!("\"instance\":{}", self.import_instance(*ty)))
            }
            TypeDef::Resource(table) => {
                let number = self.types.resource(*table);
                let is_new = self.imported.insert(number);
                is_new.then(|| format!("\"resource\":{number}"))
            }
            TypeDef::Module(_) => Some("\"module\":true".to_owned()),
            TypeDef::Interface(_) | TypeDef::Component(_) | TypeDef::CoreFunc(_) => None,
        }
    }

    fn import_instance(&mut self, ty: TypeComponentInstanceIndex) -> String {
        let plan = self.plan;
        let items = plan.types[ty].exports.iter();
        self.import_items(items.map(|(name, item)| (name.as_str(), &item.ty)))
    }

    /// Calls of imports, by the number of their lowering.
    fn lowerings(&mut self) -> Result<String> {
        let mut lowerings = vec!["null".to_owned(); self.plan.counts.lowerings];
        for trampoline in &self.plan.trampolines {
            let TrampolineKind::LowerImport {
                lowering,
                ty,
                options,
            } = trampoline.kind
            else {
                continue;
            };
            let bound = self.plan.steps.iter().find_map(|step| match step {
                Step::LowerImport {
                    lowering: bound,
                    import,
                } if *bound == lowering => Some(*import),
                _ => None,
            });
            if let Some(import) = bound {
                let (root, path) = &self.plan.imports[import];
                let names = std::iter::once(&self.plan.import_types[*root].0).chain(path);
                lowerings[lowering] = format!(
                    "{{\"path\":{},\"func\":{},\"options\":{}}}",
                    json::list(names.map(|name| json::string(name))),
                    self.func(ty)?,
                    options.as_u32()
                );
            }
        }
        Ok(json::list(lowerings))
    }

    fn func(&mut self, ty: TypeFuncIndex) -> Result<String> {
        let func = &self.plan.types[ty];
        let mut params = Vec::new();
        let names = func.param_names.iter().map(String::as_str);
        let names = Case::Camel.spell_all(names, &[]);
        for (name, ty) in names.iter().zip(&self.plan.types[func.params].types) {
            params.push(format!(
                "[{},{}]",
                json::string(name),
                self.types.index(*ty)?
            ));
        }
        let result = match self.plan.types[func.results].types.first() {
            Some(ty) => Some(self.types.index(*ty)?),
            None => None,
        };
        Ok(format!(
            "{{\"params\":{},\"result\":{}}}",
            json::list(params),
            json::number(result)
        ))
    }

    fn options(&self) -> String {
        json::list(self.plan.options.iter().map(|options| {
            let encoding = match options.string_encoding {
                StringEncoding::Utf8 => "utf8",
                StringEncoding::Utf16 => "utf16",
                StringEncoding::CompactUtf16 => "latin1+utf16",
            };
            format!(
                "{{\"memory\":{},\"realloc\":{},\"postReturn\":{},\"encoding\":\"{encoding}\"}}",
                json::number(options.memory),
                json::number(options.realloc),
                json::number(options.post_return)
            )
        }))
    }
}
