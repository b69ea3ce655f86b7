//! What JavaScript needs to know of a component, as JSON: its types, its exports and imports, and how each function crosses.
//!
//! `crossing.js`, `signature.js` and `exports.js` of the package read it. Types are a table, since a type may be used more often than it could be
//! written down.

mod types;

use crate::json;
use amphi_web::Result;
use amphi_web::component::{Component, script};
use amphi_web::plan::{Export, Plan, Step, TrampolineKind};
use types::Types;
use wasmtime_environ::component::{
    ComponentExternData, ExportIndex, StringEncoding, TypeComponentInstanceIndex, TypeDef,
    TypeFuncIndex,
};

/// The plan of `component`.
///
/// # Errors
///
/// A type is one that JavaScript has no value for.
pub fn describe(component: &Component) -> Result<String> {
    let plan = script::plan(component);
    let mut description = Description {
        plan,
        types: Types::new(plan),
    };
    let exports = description.exports(plan.exports.raw_iter().map(named))?;
    let imports = description.imports()?;
    let lowerings = description.lowerings()?;
    let options = description.options();
    let types = description.types.finish();
    Ok(format!(
        "{{\"types\":{types},\"exports\":{exports},\"imports\":{imports},\"lowerings\":{lowerings},\"options\":{options}}}"
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
}

impl Description<'_> {
    /// Exports by name, in the order of their indices.
    fn exports<'n>(
        &mut self,
        names: impl Iterator<Item = (&'n str, ExportIndex)>,
    ) -> Result<String> {
        let mut names: Vec<_> = names.collect();
        names.sort_by_key(|(_, index)| index.as_u32());
        let mut items = Vec::new();
        for (name, index) in names {
            let what = match &self.plan.export_items[index.as_u32() as usize] {
                Export::Func { ty, options, .. } => format!(
                    "\"func\":{},\"export\":{},\"options\":{}",
                    self.func(*ty)?,
                    index.as_u32(),
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
            items.push(format!("{{\"name\":{},{what}}}", json::string(name)));
        }
        Ok(json::list(items))
    }

    fn imports(&mut self) -> Result<String> {
        let mut items = Vec::new();
        for (name, ty) in &self.plan.import_types {
            if let Some(what) = self.import(ty)? {
                items.push(format!("{{\"name\":{},{what}}}", json::string(name)));
            }
        }
        Ok(json::list(items))
    }

    /// What an import has to be; nothing where it is a type.
    fn import(&mut self, ty: &TypeDef) -> Result<Option<String>> {
        Ok(match ty {
            TypeDef::ComponentFunc(_) => Some("\"func\":true".to_owned()),
            TypeDef::ComponentInstance(ty) => {
                Some(format!("\"instance\":{}", self.import_instance(*ty)?))
            }
            TypeDef::Resource(table) => {
                Some(format!("\"resource\":{}", self.types.resource(*table)))
            }
            TypeDef::Module(_) => Some("\"module\":true".to_owned()),
            TypeDef::Interface(_) | TypeDef::Component(_) | TypeDef::CoreFunc(_) => None,
        })
    }

    fn import_instance(&mut self, ty: TypeComponentInstanceIndex) -> Result<String> {
        let mut items = Vec::new();
        for (name, item) in &self.plan.types[ty].exports {
            if let Some(what) = self.import(&item.ty)? {
                items.push(format!("{{\"name\":{},{what}}}", json::string(name)));
            }
        }
        Ok(json::list(items))
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
        for (name, ty) in func
            .param_names
            .iter()
            .zip(&self.plan.types[func.params].types)
        {
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
                "{{\"memory\":{},\"realloc\":{},\"encoding\":\"{encoding}\"}}",
                json::number(options.memory),
                json::number(options.realloc)
            )
        }))
    }
}
