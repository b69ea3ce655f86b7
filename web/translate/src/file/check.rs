//! What has to hold between the parts of a plan: every number is that of something there, what is
//! made is made before it is used, and functions have the core types that go with their component
//! types. Every plan of the translator is so; one out of a file may say anything.

use crate::plan::{
    CoreExport, CoreType, Def, Export, Plan, Signature, Step, Trampoline, TrampolineKind,
};
use std::mem;
use wasmtime_environ::component::{
    ComponentExternData, ExportIndex, OptionsIndex, RuntimeComponentInstanceIndex, TypeDef,
    TypeResourceTable, TypeResourceTableIndex,
};
use wasmtime_environ::error::{Context as _, Result, ensure};

/// The most component instances: each is a table of handles, whether or not anything is in it.
const MOST_INSTANCES: usize = 100_000;

/// Fails unless `number` is one of `count`.
fn within(what: &str, number: usize, count: usize) -> Result<()> {
    ensure!(number < count, "there is no {what} {number}, but {count}");
    Ok(())
}

/// Checks a plan.
///
/// # Errors
///
/// Something does not hold; the error says what.
pub fn check(plan: &Plan) -> Result<()> {
    let resources = check_steps(plan).context("the steps of instantiation")?;
    let check = Check { plan, resources };
    ensure!(
        plan.counts.instances <= MOST_INSTANCES,
        "{} component instances",
        plan.counts.instances
    );
    check.imports().context("imports")?;
    check.options().context("canonical options")?;
    check.trampolines().context("functions of the host")?;
    check.exports().context("exports")
}

/// Goes through the steps as an instance does; how many resources there are then.
fn check_steps(plan: &Plan) -> Result<usize> {
    let mut made = Made { plan, instances: 0 };
    let (mut memories, mut reallocs, mut post_returns, mut lowerings) = (0, 0, 0, 0);
    // No more than there are steps, if none is left out.
    let mut resources = vec![false; plan.steps.len()];
    let mut left_out = false;
    let next = |what: &str, index: usize, count: &mut usize| {
        ensure!(index == *count, "{what} {index} comes after {count} others");
        *count += 1;
        Ok(())
    };
    for step in &plan.steps {
        match step {
            Step::InstantiateModule { module, imports } => {
                within("core module", *module, plan.modules.len())?;
                let asked = plan.modules[*module].imports.len();
                ensure!(
                    imports.len() == asked,
                    "core module {module} has {asked} imports, of which {} are given",
                    imports.len()
                );
                imports.iter().try_for_each(|def| made.check(def))?;
                made.instances += 1;
            }
            Step::InstantiateImport { import, args } => {
                within("import", *import, plan.imports.len())?;
                args.iter().try_for_each(|(_, _, def)| made.check(def))?;
                made.instances += 1;
            }
            Step::LowerImport { lowering, import } => {
                next("lowered import", *lowering, &mut lowerings)?;
                within("import", *import, plan.imports.len())?;
            }
            Step::ExtractMemory { index, export } => {
                next("memory", *index, &mut memories)?;
                made.check_export(export)?;
            }
            Step::ExtractRealloc {
                index,
                def,
                instance,
            } => {
                next("`realloc`", *index, &mut reallocs)?;
                made.check(def)?;
                within("component instance", *instance, plan.counts.instances)?;
            }
            Step::ExtractPostReturn {
                index,
                def,
                params,
                instance,
            } => {
                next("`post-return`", *index, &mut post_returns)?;
                made.check(def)?;
                within("component instance", *instance, plan.counts.instances)?;
                ensure!(params.len() <= 1, "a `post-return` of several parameters");
            }
            Step::Resource {
                index,
                dtor,
                instance,
            } => {
                dtor.iter().try_for_each(|def| made.check(def))?;
                within(
                    "component instance",
                    instance.as_u32() as usize,
                    plan.counts.instances,
                )?;
                let own = (index.as_u32() as usize).checked_sub(plan.imported_resources.len());
                let place = own.map(|own| resources.get_mut(own));
                let twice = place.is_none_or(|place| match place {
                    Some(defined) => mem::replace(defined, true),
                    None => {
                        left_out = true;
                        false
                    }
                });
                ensure!(!twice, "resource {} is defined twice", index.as_u32());
            }
        }
    }
    let defined = resources.iter().take_while(|defined| **defined).count();
    left_out |= resources[defined..].contains(&true);
    ensure!(!left_out, "resources are left out");
    let counts = [
        (plan.counts.memories, memories),
        (plan.counts.reallocs, reallocs),
        (plan.counts.post_returns, post_returns),
        (plan.counts.lowerings, lowerings),
    ];
    for (counted, found) in counts {
        ensure!(counted == found, "{found} are found of {counted}");
    }
    Ok(plan.imported_resources.len() + defined)
}

/// What has been made so far.
struct Made<'a> {
    plan: &'a Plan,
    /// Core instances.
    instances: usize,
}

impl Made<'_> {
    fn check(&self, def: &Def) -> Result<()> {
        match def {
            Def::Export(export) => self.check_export(export),
            Def::Flags(instance) => {
                within("component instance", *instance, self.plan.counts.instances)
            }
            Def::Trampoline(index) => {
                within("function of the host", *index, self.plan.trampolines.len())
            }
        }
    }

    fn check_export(&self, export: &CoreExport) -> Result<()> {
        within("core instance", export.instance, self.instances)
    }
}

struct Check<'a> {
    plan: &'a Plan,
    /// How many resources there are.
    resources: usize,
}

impl Check<'_> {
    fn instance(&self, instance: RuntimeComponentInstanceIndex) -> Result<()> {
        let number = instance.as_u32() as usize;
        within("component instance", number, self.plan.counts.instances)
    }

    fn table(&self, table: TypeResourceTableIndex) -> Result<()> {
        ensure!(
            self.plan.types.handle_table(table).is_some(),
            "there is no table {} of handles",
            table.as_u32()
        );
        Ok(())
    }

    fn imports(&self) -> Result<()> {
        let plan = self.plan;
        for (root, path) in &plan.imports {
            within("import", *root, plan.import_types.len())?;
            let name = &plan.import_types[*root].0;
            let found = plan.imported(*root, path);
            ensure!(found.is_some(), "import `{name}` has no item {path:?}");
        }
        for import in &plan.imported_resources {
            within("import", *import, plan.imports.len())?;
        }
        for table in plan.types.resource_tables.values() {
            if let TypeResourceTable::Concrete { ty, instance } = table {
                within("resource", ty.as_u32() as usize, self.resources)?;
                self.instance(*instance)?;
            }
        }
        for (index, module) in plan.modules.iter().enumerate() {
            for (place, signature) in &module.counted {
                within("import of core module", *place, module.imports.len())
                    .with_context(|| format!("core module {index}"))?;
                ensure!(signature.results.len() <= 1, "a call of several results");
            }
        }
        Ok(())
    }

    fn options(&self) -> Result<()> {
        let counts = self.plan.counts;
        for options in &self.plan.options {
            self.instance(options.instance)?;
            for (what, used, count) in [
                ("memory", options.memory, counts.memories),
                ("`realloc`", options.realloc, counts.reallocs),
                ("`post-return`", options.post_return, counts.post_returns),
            ] {
                used.map_or(Ok(()), |number| within(what, number, count))?;
            }
        }
        Ok(())
    }

    fn options_at(&self, index: OptionsIndex) -> Result<()> {
        let number = index.as_u32() as usize;
        within("canonical options", number, self.plan.options.len())
    }

    fn trampolines(&self) -> Result<()> {
        let expected = self.plan.counts.lowerings;
        // As many as there are steps that lower them.
        let mut lowered = vec![false; expected];
        for (index, trampoline) in self.plan.trampolines.iter().enumerate() {
            self.trampoline(trampoline, &mut lowered)
                .with_context(|| format!("function {index}"))?;
        }
        let found = lowered.iter().filter(|lowered| **lowered).count();
        ensure!(
            found == expected,
            "{found} of {expected} lowered imports are there"
        );
        Ok(())
    }

    fn trampoline(&self, trampoline: &Trampoline, lowered: &mut [bool]) -> Result<()> {
        const I32: CoreType = CoreType::I32;
        let Trampoline {
            signature,
            kind,
            caller,
        } = trampoline;
        let counts = self.plan.counts;
        if let Some(caller) = caller {
            within("component instance", *caller, counts.instances)?;
        }
        let (params, results): (&[CoreType], &[CoreType]) = match *kind {
            TrampolineKind::LowerImport {
                lowering,
                ty,
                options,
            } => {
                within("lowered import", lowering, counts.lowerings)?;
                ensure!(
                    !mem::replace(&mut lowered[lowering], true),
                    "import {lowering} is lowered twice"
                );
                self.options_at(options)?;
                return check_signature(signature, &self.plan.types.lowered(ty));
            }
            TrampolineKind::ResourceNew(table) | TrampolineKind::ResourceRep(table) => {
                self.table(table)?;
                (&[I32], &[I32])
            }
            TrampolineKind::ResourceDrop(table) => {
                self.table(table)?;
                (&[I32], &[])
            }
            TrampolineKind::Transcode(transcoding) => {
                within("memory", transcoding.from, counts.memories)?;
                within("memory", transcoding.to, counts.memories)?;
                // It has a module of its own, whose type follows from what it does.
                return Ok(());
            }
            TrampolineKind::TransferOwn | TrampolineKind::TransferBorrow => (&[I32; 3], &[I32]),
            TrampolineKind::Trap => (&[I32], &[]),
            TrampolineKind::EnterCall => (&[I32; 3], &[]),
            TrampolineKind::ExitCall => (&[], &[]),
        };
        let expected = Signature {
            params: params.into(),
            results: results.into(),
        };
        check_signature(signature, &expected)
    }

    fn exports(&self) -> Result<()> {
        let plan = self.plan;
        let made = Made {
            plan,
            instances: plan.core_instances(),
        };
        let cleaned: Vec<_> = self.cleaned().collect();
        self.names(plan.exports.raw_iter().map(|(_, found)| found))?;
        for export in &plan.export_items {
            match export {
                Export::Func {
                    ty,
                    func,
                    signature,
                    options,
                } => {
                    made.check(func)?;
                    self.options_at(*options)?;
                    check_signature(signature, &plan.types.lifted(*ty))?;
                    let used = &plan.options[options.as_u32() as usize];
                    let params = used.post_return.and_then(|index| cleaned.get(index));
                    ensure!(
                        params.is_none_or(|params| **params == signature.results),
                        "a `post-return` does not take what its function returns"
                    );
                }
                Export::Instance { exports, .. } => {
                    self.names(exports.raw_iter().map(|(_, found)| found))?;
                }
                Export::Type(_) => {}
                Export::Module { index, .. } => within("core module", *index, plan.modules.len())?,
                Export::ImportedModule { import, .. } => {
                    within("import", *import, plan.imports.len())?;
                }
            }
        }
        Ok(())
    }

    fn names<'n>(
        &self,
        mut names: impl Iterator<Item = &'n (ExportIndex, ComponentExternData)>,
    ) -> Result<()> {
        let count = self.plan.export_items.len();
        names.try_for_each(|(index, _)| within("export", index.as_u32() as usize, count))
    }

    /// What each `post-return` takes.
    fn cleaned(&self) -> impl Iterator<Item = &Box<[CoreType]>> {
        self.plan.steps.iter().filter_map(|step| match step {
            Step::ExtractPostReturn { params, .. } => Some(params),
            _ => None,
        })
    }
}

fn check_signature(found: &Signature, expected: &Signature) -> Result<()> {
    ensure!(
        found == expected,
        "a function of the type {expected:?} has the type {found:?}"
    );
    Ok(())
}

impl Plan {
    /// The type of an imported item, or of one in an imported instance.
    pub fn imported(&self, root: usize, path: &[String]) -> Option<TypeDef> {
        let (_, ty) = self.import_types.get(root)?;
        path.iter().try_fold(*ty, |ty, name| match ty {
            TypeDef::ComponentInstance(index) => {
                self.types[index].exports.get(name).map(|item| item.ty)
            }
            _ => None,
        })
    }

    /// How many core instances an instance has.
    fn core_instances(&self) -> usize {
        let steps = self.steps.iter();
        let made = steps.filter(|step| {
            matches!(
                step,
                Step::InstantiateModule { .. } | Step::InstantiateImport { .. }
            )
        });
        made.count()
    }
}
