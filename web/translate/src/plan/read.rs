//! From component bytes to a [`Plan`]: drives the translator and refuses by name what is not
//! supported.

use super::{
    ActiveElements, CoreExport, CoreModule, CoreType, Counts, Def, Export, ModuleShape, Options,
    Plan, Signature, Sizes, Start, Step, TableAccesses, Trampoline, TrampolineKind, Transcoding,
    adapters, screen,
};
use crate::component_types::Walk;
use amphi_core::features::taken;
use amphi_core::uses;
use std::sync::Arc;
use wasmtime_environ::component::{
    self as env, CanonicalOptionsDataModel, ComponentTranslation, ComponentTypes,
    ComponentTypesBuilder, GlobalInitializer, InstantiateModule, Translator,
};
use wasmtime_environ::error::{Context as _, Error, Result, bail, format_err};
use wasmtime_environ::prelude::IndexMap;
use wasmtime_environ::wasmparser::{FuncValidatorAllocations, Validator, WasmFeatures};
use wasmtime_environ::{
    EntityIndex, EntityRef as _, Module, ModuleInternedTypeIndex, ModuleTranslation, PrimaryMap,
    ScopeVec, StaticModuleIndex, Tunables, WasmFuncType, WasmValType,
};

impl Plan {
    /// Translates the bytes of a component.
    ///
    /// # Errors
    ///
    /// The bytes are not a valid component, or need a feature that this engine does not have; the
    /// error names it.
    pub fn new(bytes: &[u8]) -> Result<Plan> {
        Plan::with_features(bytes, taken())
    }

    /// As [`Plan::new`], with the features that may be used.
    ///
    /// # Errors
    ///
    /// As [`Plan::new`].
    pub fn with_features(bytes: &[u8], features: WasmFeatures) -> Result<Plan> {
        screen::check(bytes, features)?;
        translated(bytes, features, |translation, modules, types| {
            let translated = modules.values().map(|module| module.wasm);
            amphi_core::adapters::check(bytes, translated).map_err(Error::new)?;
            let handle_tables = types.num_resource_tables();
            let (types, ty) = types.finish(&translation.component);
            let modules = validated(modules)?;
            Reader {
                own: uses::modules(bytes).len(),
                walk: Walk::new(&types, handle_tables),
                types: &types,
                translation,
                modules,
                instances: Vec::new(),
            }
            .plan(ty)
        })
    }
}

/// Core modules as they are translated.
pub(super) type Modules<'a> = PrimaryMap<StaticModuleIndex, ModuleTranslation<'a>>;

/// Runs `with` on the translation of a component: its own core modules come first, and then those
/// of adapters.
pub(super) fn translated<R>(
    bytes: &[u8],
    features: WasmFeatures,
    with: impl FnOnce(ComponentTranslation, Modules<'_>, ComponentTypesBuilder) -> Result<R>,
) -> Result<R> {
    let scope = ScopeVec::new();
    let tunables = Tunables {
        concurrency_support: false,
        ..Tunables::default_u32()
    };
    let mut validator = Validator::new_with_features(features);
    let mut types = ComponentTypesBuilder::new(&validator);
    let (translation, modules) = Translator::new(&tunables, &mut validator, &mut types, &scope)
        .translate(bytes)
        .context("failed to parse WebAssembly module")?;
    with(translation, modules, types)
}

/// Checks the bodies of core functions, which the translator leaves to a compiler.
fn validated(mut modules: Modules<'_>) -> Result<Modules<'_>> {
    let mut allocations = FuncValidatorAllocations::default();
    for (index, module) in modules.iter_mut() {
        allocations = validate_bodies(module, allocations)
            .with_context(|| format!("core module {}", index.index()))?;
    }
    Ok(modules)
}

/// Checks the bodies of one module's functions.
pub(super) fn validate_bodies(
    module: &mut ModuleTranslation<'_>,
    mut allocations: FuncValidatorAllocations,
) -> Result<FuncValidatorAllocations> {
    for (_, function) in std::mem::take(&mut module.function_body_inputs) {
        let mut validator = function.validator.into_validator(allocations);
        validator
            .validate(&function.body)
            .with_context(|| format!("function {} is not valid", validator.index()))?;
        allocations = validator.into_allocations();
    }
    Ok(allocations)
}

/// A translation on its way to becoming a plan.
struct Reader<'a> {
    /// How many modules are the component's own; the others are adapters.
    own: usize,
    /// The translator's tables, and the way from them to those of the plan.
    types: &'a ComponentTypes,
    walk: Walk<'a>,
    translation: ComponentTranslation,
    modules: Modules<'a>,
    /// The module behind each core instance so far; none where it is imported.
    instances: Vec<Option<StaticModuleIndex>>,
}

impl Reader<'_> {
    fn plan(mut self, ty: env::TypeComponentIndex) -> Result<Plan> {
        let initializers = std::mem::take(&mut self.translation.component.initializers);
        let options = self.options()?;
        let steps = initializers
            .iter()
            .map(|initializer| self.step(initializer, &options))
            .collect::<Result<Vec<_>>>()?;
        let trampolines = self.trampolines(&options)?;
        let export_items = self.exports()?;
        let modules = self.core_modules()?;
        let ty = self.walk.component(ty);
        let component = self.translation.component;
        let import_types = component.import_types.values();
        Ok(Plan {
            ty,
            modules,
            import_types: import_types
                .map(|(name, item)| (name.clone(), self.walk.definition(item.ty)))
                .collect(),
            imports: component
                .imports
                .values()
                .map(|(index, path)| (index.index(), path.clone()))
                .collect(),
            steps,
            trampolines,
            exports: component.exports,
            export_items,
            options,
            imported_resources: component
                .imported_resources
                .values()
                .map(|import| import.index())
                .collect(),
            counts: Counts {
                memories: component.num_runtime_memories as usize,
                reallocs: component.num_runtime_reallocs as usize,
                post_returns: component.num_runtime_post_returns as usize,
                lowerings: component.num_lowerings as usize,
                instances: component.num_runtime_component_instances as usize,
            },
            types: Arc::new(self.walk.finish()),
            transcoders: Vec::new(),
        })
    }

    fn core_modules(&self) -> Result<Vec<CoreModule>> {
        // Without resources there are no handles, of which a call that is counted is one.
        let has_resources = self.translation.component.num_resources > 0;
        let modules = self.modules.iter().map(|(index, translation)| {
            let mut module = core_module(translation);
            if has_resources && index.index() >= self.own {
                module.counted = adapters::counted(translation, self.types.module_types())?;
            }
            Ok(module)
        });
        modules.collect()
    }

    fn step(&mut self, initializer: &GlobalInitializer, options: &[Options]) -> Result<Step> {
        Ok(match initializer {
            GlobalInitializer::InstantiateModule(InstantiateModule::Static(module, args), _) => {
                let imports = args
                    .iter()
                    .map(|def| self.def(def))
                    .collect::<Result<_>>()?;
                self.instances.push(Some(*module));
                Step::InstantiateModule {
                    module: module.index(),
                    imports,
                }
            }
            GlobalInitializer::InstantiateModule(InstantiateModule::Import(import, args), _) => {
                self.imported_module(import.index(), args)?
            }
            GlobalInitializer::LowerImport { index, import } => Step::LowerImport {
                lowering: index.index(),
                import: import.index(),
            },
            GlobalInitializer::ExtractMemory(memory) => Step::ExtractMemory {
                index: memory.index.index(),
                export: self.core_export(&memory.export.clone().map_index(EntityIndex::from))?,
            },
            GlobalInitializer::ExtractRealloc(realloc) => Step::ExtractRealloc {
                index: realloc.index.index(),
                def: self.def(&realloc.def)?,
                instance: instance_using(options, |o| o.realloc == Some(realloc.index.index())),
            },
            GlobalInitializer::ExtractPostReturn(post) => Step::ExtractPostReturn {
                index: post.index.index(),
                def: self.def(&post.def)?,
                params: self.post_return_params(post.index.index())?,
                instance: instance_using(options, |o| o.post_return == Some(post.index.index())),
            },
            GlobalInitializer::Resource(resource) => Step::Resource {
                index: self.translation.component.resource_index(resource.index),
                dtor: resource
                    .dtor
                    .as_ref()
                    .map(|def| self.def(def))
                    .transpose()?,
                instance: resource.instance,
            },
            GlobalInitializer::ExtractCallback(_) => {
                bail!("async-lifted functions: not supported yet")
            }
            GlobalInitializer::ExtractTable(_) => {
                bail!("component-model threads: not supported yet")
            }
        })
    }

    fn imported_module(
        &mut self,
        import: usize,
        args: &IndexMap<String, IndexMap<String, env::CoreDef>>,
    ) -> Result<Step> {
        let mut given = Vec::new();
        for (module, fields) in args {
            for (field, def) in fields {
                given.push((module.clone(), field.clone(), self.def(def)?));
            }
        }
        self.instances.push(None);
        Ok(Step::InstantiateImport {
            import,
            args: given,
        })
    }

    /// A `post-return` takes what its function returns.
    fn post_return_params(&self, index: usize) -> Result<Box<[CoreType]>> {
        let user = self
            .translation
            .component
            .options
            .values()
            .find(|options| options.post_return.is_some_and(|i| i.index() == index));
        match user {
            Some(options) => Ok(self.signature(options.core_type)?.results),
            None => Ok(Box::default()),
        }
    }

    fn def(&self, def: &env::CoreDef) -> Result<Def> {
        Ok(match def {
            env::CoreDef::Export(export) => Def::Export(self.core_export(export)?),
            env::CoreDef::InstanceFlags(instance) => Def::Flags(instance.index()),
            env::CoreDef::Trampoline(index) => Def::Trampoline(index.index()),
            env::CoreDef::UnsafeIntrinsic(intrinsic) => {
                bail!("built-in `{}`: not supported yet", intrinsic.name())
            }
            env::CoreDef::TaskMayBlock => bail!("calls between components: not supported yet"),
        })
    }

    fn core_export(&self, export: &env::CoreExport<EntityIndex>) -> Result<CoreExport> {
        let name = match &export.item {
            env::ExportItem::Name(name) => name.clone(),
            env::ExportItem::Index(entity) => {
                let module = self.instances[export.instance.index()]
                    .ok_or_else(|| format_err!("an imported module has exports by name alone"))?;
                let module = &self.modules[module].module;
                module
                    .exports
                    .iter()
                    .find(|(_, found)| *found == entity)
                    .map(|(name, _)| module.strings[*name].to_owned())
                    .ok_or_else(|| format_err!("core module exports nothing as {entity:?}"))?
            }
        };
        Ok(CoreExport {
            instance: export.instance.index(),
            name,
        })
    }

    fn signature(&self, ty: ModuleInternedTypeIndex) -> Result<Signature> {
        signature(self.types.module_types()[ty].unwrap_func())
    }

    fn options(&self) -> Result<Vec<Options>> {
        let component = &self.translation.component;
        component
            .options
            .values()
            .map(|options| {
                if options.async_ {
                    bail!("functions lifted or lowered as `async`: not supported yet");
                }
                let CanonicalOptionsDataModel::LinearMemory(linear) = options.data_model else {
                    bail!("the garbage-collected canonical ABI: not supported yet");
                };
                Ok(Options {
                    instance: options.instance,
                    string_encoding: options.string_encoding,
                    memory: linear.memory.map(|i| i.index()),
                    realloc: linear.realloc.map(|i| i.index()),
                    post_return: options.post_return.map(|i| i.index()),
                })
            })
            .collect()
    }

    fn trampolines(&mut self, options: &[Options]) -> Result<Vec<Trampoline>> {
        let trampolines = std::mem::take(&mut self.translation.trampolines);
        trampolines
            .iter()
            .map(|(index, trampoline)| {
                let (mut kind, caller) = trampoline_kind(trampoline, options)?;
                if let TrampolineKind::LowerImport { ty, .. } = &mut kind {
                    *ty = self.walk.function(*ty);
                }
                Ok(Trampoline {
                    signature: self.signature(self.translation.component.trampolines[index])?,
                    kind,
                    caller: caller.map(|instance| instance.index()),
                })
            })
            .collect()
    }

    fn exports(&mut self) -> Result<Vec<Export>> {
        let items = std::mem::take(&mut self.translation.component.export_items);
        items
            .into_iter()
            .map(|(_, item)| {
                Ok(match item {
                    env::Export::LiftedFunction { ty, func, options } => Export::Func {
                        ty: self.walk.function(ty),
                        func: self.def(&func)?,
                        signature: self
                            .signature(self.translation.component.options[options].core_type)?,
                        options,
                    },
                    env::Export::Instance { ty, exports } => Export::Instance {
                        ty: self.walk.instance(ty),
                        exports,
                    },
                    env::Export::Type(def) => Export::Type(self.walk.definition(def)),
                    env::Export::ModuleStatic { ty, index } => Export::Module {
                        ty: self.walk.module(ty),
                        index: index.index(),
                        shape: ModuleShape::read(&self.modules[index], self.types.module_types()),
                    },
                    env::Export::ModuleImport { ty, import } => Export::ImportedModule {
                        ty: self.walk.module(ty),
                        import: import.index(),
                    },
                })
            })
            .collect()
    }
}

/// What a trampoline does, and the component instance that calls it and must be allowed to leave.
fn trampoline_kind(
    trampoline: &env::Trampoline,
    options: &[Options],
) -> Result<(TrampolineKind, Option<env::RuntimeComponentInstanceIndex>)> {
    Ok(match *trampoline {
        env::Trampoline::LowerImport {
            index,
            lower_ty: ty,
            options: used,
        } => {
            let kind = TrampolineKind::LowerImport {
                lowering: index.index(),
                ty,
                options: used,
            };
            (kind, Some(options[used.index()].instance))
        }
        env::Trampoline::ResourceNew { instance, ty } => {
            (TrampolineKind::ResourceNew(ty), Some(instance))
        }
        env::Trampoline::ResourceRep { instance, ty } => {
            (TrampolineKind::ResourceRep(ty), Some(instance))
        }
        env::Trampoline::ResourceDrop { instance, ty } => {
            (TrampolineKind::ResourceDrop(ty), Some(instance))
        }
        env::Trampoline::Transcoder {
            op,
            from,
            from64: false,
            to,
            to64: false,
        } => {
            let transcoding = Transcoding {
                op,
                from: from.index(),
                to: to.index(),
            };
            (TrampolineKind::Transcode(transcoding), None)
        }
        env::Trampoline::ResourceTransferOwn => (TrampolineKind::TransferOwn, None),
        env::Trampoline::ResourceTransferBorrow => (TrampolineKind::TransferBorrow, None),
        env::Trampoline::Trap => (TrampolineKind::Trap, None),
        env::Trampoline::EnterSyncCall => (TrampolineKind::EnterCall, None),
        env::Trampoline::ExitSyncCall => (TrampolineKind::ExitCall, None),
        ref other => bail!("built-in `{}`: not supported yet", other.symbol_name()),
    })
}

/// The component instance of the first options that `matches`; every use of one function agrees on
/// it.
fn instance_using(options: &[Options], matches: impl Fn(&Options) -> bool) -> usize {
    options
        .iter()
        .find(|options| matches(options))
        .map_or(0, |options| options.instance.index())
}

fn core_module(translation: &ModuleTranslation<'_>) -> CoreModule {
    CoreModule {
        wasm: translation.wasm.to_vec(),
        name: module_name(&translation.module),
        imports: translation
            .module
            .imports()
            .map(|(module, field, _)| (module.to_owned(), field.to_owned()))
            .collect(),
        start: Start::of(translation.start_func.is_some()),
        elements: ActiveElements::read(translation.wasm),
        sizes: Sizes::read(&translation.module),
        accessors: Vec::new(),
        counted: Vec::new(),
        table_accesses: TableAccesses::default(),
    }
}

/// The name that a module gives itself.
pub(super) fn module_name(module: &Module) -> Option<String> {
    module.name.map(|name| module.strings[name].to_owned())
}

pub(super) fn signature(ty: &WasmFuncType) -> Result<Signature> {
    Ok(Signature {
        params: ty.params().iter().map(core_type).collect::<Result<_>>()?,
        results: ty.results().iter().map(core_type).collect::<Result<_>>()?,
    })
}

fn core_type(ty: &WasmValType) -> Result<CoreType> {
    Ok(match ty {
        WasmValType::I32 => CoreType::I32,
        WasmValType::I64 => CoreType::I64,
        WasmValType::F32 => CoreType::F32,
        WasmValType::F64 => CoreType::F64,
        other => bail!("core type `{other}` in a lifted or lowered function: not supported"),
    })
}
