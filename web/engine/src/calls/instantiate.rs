//! `InstancePre`, and the steps from a component to an instance.

use super::instance::Instance;
use crate::component::component::Component;
use crate::engine::Engine;
use crate::handles::InstanceId;
use crate::page::{self, Caught, FRAME_SLOTS, GuestMemory, Local, Slot, SuspendableCall};
use crate::raw::ValRaw;
use crate::store::{
    AsContext, AsContextMut, Destroy, InstanceData, Landing, RuntimeImport, StoreContextMut,
    StoreInner, StoreOpaque,
};
use crate::types::{InstanceType, ResourceType, ResourceTypes};
use amphi_translate::codegen;
use amphi_translate::plan::{
    ActiveElements, CoreType, Def, Plan, Signature, Start, Step, TrampolineKind,
};
use js_sys::{Object, WebAssembly};
use std::cell::{Cell, OnceCell};
use std::fmt;
use std::marker::{PhantomData, PhantomPinned};
use std::sync::Arc;
use wasm_bindgen::{JsCast, JsValue};
use wasmtime_environ::component::ResourceIndex;
use wasmtime_environ::error::{Result, bail, format_err};
use wasmtime_environ::{EntityRef as _, SecondaryMap, Trap};

/// A component whose imports are checked and bound, as `wasmtime::component::InstancePre`.
pub struct InstancePre<T: 'static> {
    component: Component,
    imports: Arc<[RuntimeImport]>,
    resources: Arc<ResourceTypes>,
    _data: PhantomData<fn() -> T>,
}

impl<T: 'static> Clone for InstancePre<T> {
    fn clone(&self) -> InstancePre<T> {
        InstancePre {
            component: self.component.clone(),
            imports: Arc::clone(&self.imports),
            resources: Arc::clone(&self.resources),
            _data: PhantomData,
        }
    }
}

impl<T: 'static> fmt::Debug for InstancePre<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InstancePre").finish_non_exhaustive()
    }
}

impl<T: 'static> InstancePre<T> {
    pub(super) fn new(
        component: Component,
        imports: Vec<RuntimeImport>,
        resources: Arc<ResourceTypes>,
    ) -> InstancePre<T> {
        InstancePre::from_parts(component, imports.into(), resources)
    }

    pub(super) fn from_parts(
        component: Component,
        imports: Arc<[RuntimeImport]>,
        resources: Arc<ResourceTypes>,
    ) -> InstancePre<T> {
        InstancePre {
            component,
            imports,
            resources,
            _data: PhantomData,
        }
    }

    /// The component.
    pub fn component(&self) -> &Component {
        &self.component
    }

    /// The component's types with the imported resources filled in.
    #[doc(hidden)]
    pub fn instance_type(&self) -> InstanceType<'_> {
        InstanceType {
            types: self.component.types(),
            resources: Some(&self.resources),
        }
    }

    /// The engine.
    pub fn engine(&self) -> &Engine {
        self.component.engine()
    }

    /// Whether an import may have to wait for the host.
    fn is_async(&self) -> bool {
        self.imports.iter().any(|import| match import {
            RuntimeImport::Func(func) => func.is_async(),
            RuntimeImport::Resource(dtor) => dtor.is_async(),
            RuntimeImport::Module(_) => false,
        })
    }

    /// Counts the instances of core modules that are to be made.
    fn admit(&self, store: &mut StoreContextMut<'_, T>) -> Result<()> {
        let plan = self.component.plan();
        for step in &plan.steps {
            match step {
                Step::InstantiateModule { module, .. } => {
                    store.0.admit(&plan.modules[*module].sizes)?;
                }
                Step::InstantiateImport { import, .. } => {
                    if let RuntimeImport::Module(module) = &self.imports[*import] {
                        store.0.admit(&module.shape().sizes)?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Makes an instance.
    ///
    /// # Errors
    ///
    /// A core module's start function traps, or the browser refuses to instantiate one; or
    /// something that the component imports may wait.
    pub fn instantiate(&self, mut store: impl AsContextMut<Data = T>) -> Result<Instance> {
        let mut store = store.as_context_mut();
        store.opaque().async_required |= self.is_async();
        store.opaque().validate_sync_call()?;
        self.admit(&mut store)?;
        let mut instantiation = Instantiation::new(self, store.0)?;
        for step in &self.component.plan().steps {
            if let Some(core) = instantiation.step(step)? {
                let made = page::instantiate(&core.module, &core.imports);
                if let Some(start) = instantiation.made(&core, made)? {
                    instantiation.start(&start)?;
                }
            }
        }
        Ok(instantiation.finish())
    }

    /// As [`instantiate`](InstancePre::instantiate), with core modules instantiated off the main
    /// thread, which browsers ask for when they are large. Where the browser can suspend a guest,
    /// start functions may wait for asynchronous host functions.
    ///
    /// Dropping the future while a start function runs ends that, and no guest of the store can be
    /// entered again.
    ///
    /// # Errors
    ///
    /// A core module's start function traps, or the browser refuses to instantiate one.
    pub async fn instantiate_async(
        &self,
        mut store: impl AsContextMut<Data = T>,
    ) -> Result<Instance> {
        let mut store = store.as_context_mut();
        store.opaque().async_required |= self.is_async();
        self.admit(&mut store)?;
        let mut instantiation = Instantiation::new(self, store.0)?;
        for step in &self.component.plan().steps {
            if let Some(core) = instantiation.step(step)? {
                // A start function may call out, so it runs while this future, and the store that
                // it borrows, are surely there.
                let made = if core.start == Start::Meanwhile {
                    page::instantiate(&core.module, &core.imports)
                } else {
                    let made = page::instance_of(&core.module, &core.imports).await;
                    made.map_err(Caught)
                };
                if let Some(start) = instantiation.made(&core, made)? {
                    instantiation.start_async(&start).await?;
                }
            }
        }
        Ok(instantiation.finish())
    }
}

impl Instance {
    /// What this instance was made from.
    pub fn instance_pre<T>(&self, store: impl AsContext<Data = T>) -> InstancePre<T> {
        let store = store.as_context();
        let data = self.data(&store.0.opaque);
        InstancePre::from_parts(
            data.component.clone(),
            Arc::clone(&data.imports),
            Arc::clone(&data.resource_types),
        )
    }
}

/// A core module that is to be instantiated next.
struct CoreStep {
    module: Local<WebAssembly::Module>,
    imports: Object,
    /// When its start function runs.
    start: Start,
    /// What is written into tables when it is instantiated.
    elements: Arc<[ActiveElements]>,
}

impl CoreStep {
    /// Whether an element segment does not fit into its table, which is the first thing to fail
    /// then.
    fn elements_lie_outside(&self) -> bool {
        let import = |module: &str, field: &str| page::size_or_value(&self.imports, module, field);
        self.elements
            .iter()
            .any(|segment| segment.lies_outside(import))
    }
}

/// An instance that is being made.
struct Instantiation<'a> {
    store: &'a mut StoreOpaque,
    id: InstanceId,
    component: Component,
}

impl<'a> Instantiation<'a> {
    fn new<T>(pre: &InstancePre<T>, store: &'a mut StoreInner<T>) -> Result<Instantiation<'a>> {
        let owner = store.address();
        let store = &mut store.opaque;
        let id = InstanceId::new(store.instances.len());
        let component = pre.component.clone();
        let mut data = Box::new(empty_data(pre, id, owner)?);
        let address = &raw const *data as u32;
        data.wrappers = Local::new(wrappers(&data, address)?);
        let plan = component.plan();
        for (resource, import) in plan.imported_resources.iter().enumerate() {
            if let RuntimeImport::Resource(dtor) = &pre.imports[*import] {
                let resource = ResourceIndex::new(resource);
                data.set_destructor(resource, Destroy::Host(Arc::clone(dtor)));
            }
        }
        store.add(data);
        Ok(Instantiation {
            store,
            id,
            component,
        })
    }

    fn data(&mut self) -> &mut InstanceData {
        &mut self.store.instances[self.id.index()]
    }

    /// Does one step; a core module to instantiate is handed back with its imports.
    fn step(&mut self, step: &Step) -> Result<Option<CoreStep>> {
        let component = self.component.clone();
        let store = self.store.id;
        let count = self.store.handles.scopes.count_address() as u32;
        let id = self.id;
        let data = self.data();
        match step {
            Step::InstantiateModule { module, imports } => {
                let core = &component.plan().modules[*module];
                let mut values = imports
                    .iter()
                    .map(|def| data.resolve(def))
                    .collect::<Result<Vec<_>>>()?;
                for (place, signature) in &core.counted {
                    let callee = values[*place].clone();
                    values[*place] = page::counted_call(signature, callee, count)?;
                }
                let named = core.imports.iter().zip(&values);
                let object = page::import_object(named.map(|((module, field), value)| {
                    (module.as_str(), field.as_str(), value.clone())
                }))?;
                page::add_accessors(&object, &core.accessors, &values)?;
                return Ok(Some(CoreStep {
                    module: component.modules()[*module].clone(),
                    imports: object,
                    start: core.start.clone(),
                    elements: Arc::clone(&core.elements),
                }));
            }
            Step::InstantiateImport { import, args } => {
                return data.imported_module(*import, args).map(Some);
            }
            Step::LowerImport { lowering, import } => {
                if let RuntimeImport::Func(func) = &data.imports[*import] {
                    let func = Arc::clone(func);
                    data.landings[*lowering].bind(&func);
                }
            }
            Step::ExtractMemory { index, export } => {
                let memory = data
                    .resolve(&Def::Export(export.clone()))?
                    .dyn_into::<WebAssembly::Memory>()
                    .map_err(|_| format_err!("export `{}` is not a memory", export.name))?;
                data.memories[*index] = Some(GuestMemory::new(&memory)?);
            }
            Step::ExtractRealloc {
                index,
                def,
                instance,
            } => {
                let signature = Signature {
                    params: [CoreType::I32; 4].into(),
                    results: [CoreType::I32].into(),
                };
                data.reallocs[*index] = Some(data.trampoline(def, &signature, Some(*instance))?);
            }
            Step::ExtractPostReturn {
                index,
                def,
                params,
                instance,
            } => {
                let signature = Signature {
                    params: params.clone(),
                    results: Box::default(),
                };
                data.post_returns[*index] =
                    Some(data.trampoline(def, &signature, Some(*instance))?);
            }
            Step::Resource {
                index,
                dtor,
                instance,
            } => {
                let ty = ResourceType::guest(store, id.index() as u32, *index);
                Arc::make_mut(&mut data.resource_types)[*index] = Some(ty);
                data.owners[*index] = Some(*instance).into();
                if let Some(dtor) = dtor {
                    let signature = Signature {
                        params: [CoreType::I32].into(),
                        results: Box::default(),
                    };
                    let slot = data.trampoline(dtor, &signature, None)?;
                    data.set_destructor(*index, Destroy::Guest(slot));
                }
            }
        }
        Ok(None)
    }

    /// Takes over the core instance that a step asked for; its start function is handed back if
    /// that is still to be run.
    fn made(
        &mut self,
        core: &CoreStep,
        made: Result<WebAssembly::Instance, Caught>,
    ) -> Result<Option<Slot>> {
        match made {
            Ok(instance) => {
                let exports = instance.exports();
                self.data().core_instances.push(Local::new(exports.clone()));
                let Start::Afterwards(name) = &core.start else {
                    return Ok(None);
                };
                let function = page::export(&exports, name)?;
                page::array_call_slot(&Signature::default(), function, None).map(Some)
            }
            Err(caught) => {
                let error = self.store.throw_to_error(&caught);
                // Not every browser tells a segment outside of its table from one outside of its
                // memory.
                match error.downcast_ref() {
                    Some(Trap::MemoryOutOfBounds) if core.elements_lie_outside() => {
                        Err(Trap::TableOutOfBounds.into())
                    }
                    _ => Err(error),
                }
            }
        }
    }

    /// Runs a start function.
    fn start(&mut self, start: &Slot) -> Result<()> {
        let mut args = [];
        // SAFETY: a start function takes nothing and returns nothing.
        unsafe { page::enter(start.index(), args.as_mut_ptr()) }
            .map_err(|caught| self.store.throw_to_error(&caught))
    }

    /// Runs a start function, on a stack that can be suspended where something may have to be
    /// waited for.
    async fn start_async(&mut self, start: &Slot) -> Result<()> {
        if !self.store.async_required || !page::can_suspend() {
            return self.start(start);
        }
        let call = {
            let function = start.promising()?;
            // SAFETY: a start function takes nothing and returns nothing.
            unsafe { SuspendableCall::new(function, [ValRaw::ZERO; FRAME_SLOTS]) }
        };
        self.store.run(call).await.map(drop)
    }

    fn finish(mut self) -> Instance {
        self.data().entered.set(false);
        Instance::new(self.store, self.id)
    }
}

fn empty_data<T>(
    pre: &InstancePre<T>,
    id: InstanceId,
    store: *mut StoreOpaque,
) -> Result<InstanceData> {
    let plan = pre.component.plan();
    let counts = plan.counts;
    let none = |count| std::iter::repeat_with(|| None).take(count).collect();
    Ok(InstanceData {
        id,
        store,
        component: pre.component.clone(),
        imports: Arc::clone(&pre.imports),
        core_instances: Vec::new(),
        wrappers: Local::new(Object::new()),
        flags: (0..counts.instances)
            .map(|_| page::may_leave_flag().map(Local::new))
            .collect::<Result<_>>()?,
        memories: std::iter::repeat_with(|| None)
            .take(counts.memories)
            .collect(),
        reallocs: none(counts.reallocs),
        post_returns: none(counts.post_returns),
        landings: landings(plan, id, store),
        resource_types: Arc::clone(&pre.resources),
        destructors: Vec::new(),
        owners: SecondaryMap::new(),
        entered: Cell::new(true),
        funcs: plan.export_items.iter().map(|_| OnceCell::new()).collect(),
        _pinned: PhantomPinned,
    })
}

/// A landing for each lowered import, to be bound.
fn landings(plan: &Plan, id: InstanceId, store: *mut StoreOpaque) -> Box<[Landing]> {
    let mut landings = Vec::new();
    landings.resize_with(plan.counts.lowerings, || None);
    for trampoline in &plan.trampolines {
        if let TrampolineKind::LowerImport {
            lowering,
            ty,
            options,
        } = trampoline.kind
        {
            let options = plan.options[options.as_u32() as usize];
            let landing = Landing::new(store, id, lowering, &plan.types, ty, options);
            landings[lowering] = Some(landing);
        }
    }
    landings.into_iter().flatten().collect()
}

/// Instantiates the component's wrappers for the instance at `address`.
fn wrappers(data: &InstanceData, address: u32) -> Result<Object> {
    let flags: Vec<(String, JsValue)> = codegen::instances(&data.component.plan().trampolines)
        .into_iter()
        .map(|instance| (instance.to_string(), JsValue::from(&*data.flags[instance])))
        .collect();
    page::page(|page| {
        let own = [
            ("m", "app", page.memory.clone()),
            ("m", "table", JsValue::from(&page.table)),
            ("m", "slots", page.slots.borrow().table()),
            ("s", "suspend", page.suspend.clone()),
            ("s", "room", page.room.clone()),
            ("i", "instance", JsValue::from(address)),
            (
                "i",
                "landings",
                JsValue::from(data.landings.as_ptr() as u32),
            ),
        ];
        let flags = flags
            .iter()
            .map(|(number, flag)| ("f", number.as_str(), flag.clone()));
        let border = page.border.as_ref().map(|border| {
            [
                ("s", "keep", border.keep.clone()),
                ("s", "throw", border.throw.clone()),
            ]
        });
        let border = border.into_iter().flatten();
        let imports = page::import_object(own.into_iter().chain(border).chain(flags))?;
        page::instance_exports(data.component.wrappers(), &imports)
    })
}

impl InstanceData {
    /// The imported core module `import` and what it is given.
    fn imported_module(&self, import: usize, args: &[(String, String, Def)]) -> Result<CoreStep> {
        let RuntimeImport::Module(module) = &self.imports[import] else {
            bail!("an import is not the core module that it was found to be");
        };
        let values = args
            .iter()
            .map(|(module, field, def)| Ok((module.as_str(), field.as_str(), self.resolve(def)?)))
            .collect::<Result<Vec<_>>>()?;
        Ok(CoreStep {
            module: Local::new(module.compiled().clone()),
            imports: page::import_object(values)?,
            start: module.start().clone(),
            elements: Arc::clone(&module.shape().elements),
        })
    }
}
