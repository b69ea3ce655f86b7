//! What it takes to run a component, as data: core modules, the steps that join them, and types.
//!
//! Made from component bytes by [`Plan::new`] with the translator that Wasmtime itself uses, so
//! that both hosts agree by construction; kept in types of our own, since the translator's promise
//! no stability. Knows no engine.

#[cfg(feature = "compiler")]
mod adapters;
mod element;
mod instruction;
mod module;
mod placed;
#[cfg(feature = "compiler")]
mod read;
#[cfg(feature = "compiler")]
mod rewriting;
#[cfg(feature = "compiler")]
mod screen;
mod size;

pub use crate::component_types::{ComponentTypes, ModuleType};
pub use element::{ActiveElements, SegmentMeasure};
pub(crate) use element::{Offset, TableSize};
pub use instruction::{Place, TableAccesses};
pub use module::ModuleShape;
pub use placed::{Placed, placed};
#[cfg(feature = "compiler")]
pub(crate) use rewriting::rewritten;
pub(crate) use size::{MOST_ELEMENTS, MOST_PAGES};
pub use size::{Size, Sizes};

use crate::rewrite::{Accessor, SingleMemory};
use std::sync::Arc;
use wasmtime_environ::collections::TryString;
use wasmtime_environ::component::{
    ComponentExternData, ExportIndex, NameMap, OptionsIndex, ResourceIndex,
    RuntimeComponentInstanceIndex, StringEncoding, Transcode, TypeComponentIndex,
    TypeComponentInstanceIndex, TypeDef, TypeFuncIndex, TypeModuleIndex, TypeResourceTableIndex,
};

/// A core function type: what a generated module must match.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Signature {
    /// Parameters, in order.
    pub params: Box<[CoreType]>,
    /// Results, in order; at most one for a lifted or lowered function.
    pub results: Box<[CoreType]>,
}

/// A core value type that crosses between the application and a guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CoreType {
    /// 32-bit integer.
    I32,
    /// 64-bit integer.
    I64,
    /// 32-bit float.
    F32,
    /// 64-bit float.
    F64,
}

/// Everything known about a component before it is instantiated.
pub struct Plan {
    /// The type tables that every type index below points into.
    pub types: Arc<ComponentTypes>,
    /// The component's own type.
    pub ty: TypeComponentIndex,
    /// Core modules, in the order that [`Step::InstantiateModule`] counts them.
    pub modules: Vec<CoreModule>,
    /// Top-level imports: name and type.
    pub import_types: Vec<(String, TypeDef)>,
    /// Host items that are used: index into `import_types`, and the path of names inside it.
    pub imports: Vec<(usize, Vec<String>)>,
    /// What to do, in order, to make an instance.
    pub steps: Vec<Step>,
    /// Functions that the host gives to core modules.
    pub trampolines: Vec<Trampoline>,
    /// Top-level exports by name; lookups follow semantic versions.
    pub exports: NameMap<TryString, (ExportIndex, ComponentExternData)>,
    /// What each export index stands for.
    pub export_items: Vec<Export>,
    /// Canonical ABI options.
    pub options: Vec<Options>,
    /// For each imported resource, the index of the import that supplies it.
    pub imported_resources: Vec<usize>,
    /// How many memories, reallocs, post-returns, lowerings and component instances there are.
    pub counts: Counts,
    /// The transcoders of its strings, once it is rewritten for browsers that allow one memory.
    pub transcoders: Vec<(Transcode, SingleMemory)>,
}

/// Sizes of the tables that the steps fill.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// Extracted memories.
    pub memories: usize,
    /// Extracted `realloc` functions.
    pub reallocs: usize,
    /// Extracted `post-return` functions.
    pub post_returns: usize,
    /// Lowered imports.
    pub lowerings: usize,
    /// Component instances, each with its flags and its handle table.
    pub instances: usize,
}

/// A core module inside a component.
pub struct CoreModule {
    /// Its bytes.
    pub wasm: Vec<u8>,
    /// The name that it gives itself.
    pub name: Option<String>,
    /// Module and field name of each import, in order.
    pub imports: Vec<(String, String)>,
    /// Whether it has a start function, and when that runs.
    pub start: Start,
    /// What it writes into tables when it is instantiated.
    pub elements: Arc<[ActiveElements]>,
    /// How large its memories and tables may become.
    pub sizes: Sizes,
    /// What stands for its memories behind the first, once it is rewritten for browsers that allow
    /// one.
    pub accessors: Vec<Accessor>,
    /// Imports that are calls of a component behind another, to be counted while they last: which,
    /// and of what type.
    pub counted: Vec<(usize, Signature)>,
    /// Its instructions that reach into tables, once they are looked up.
    pub table_accesses: TableAccesses,
}

/// When the start function of a core module runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// There is none.
    Never,
    /// While the module is instantiated.
    Meanwhile,
    /// Afterwards: the module exports it under this name.
    Afterwards(String),
}

impl Start {
    /// For a module that has a start function, or none.
    pub fn of(starts: bool) -> Start {
        match starts {
            true => Start::Meanwhile,
            false => Start::Never,
        }
    }
}

impl Plan {
    /// The `realloc` function `wanted`, and the component instance whose flags guard it.
    pub fn realloc(&self, wanted: usize) -> Option<(&Def, usize)> {
        self.steps.iter().find_map(|step| match step {
            Step::ExtractRealloc {
                index,
                def,
                instance,
            } if *index == wanted => Some((def, *instance)),
            _ => None,
        })
    }
}

/// One step of instantiation.
pub enum Step {
    /// Instantiate `module` with one definition for each of its imports.
    InstantiateModule {
        /// Index into [`Plan::modules`].
        module: usize,
        /// What its imports are bound to, in the order of [`CoreModule::imports`].
        imports: Vec<Def>,
    },
    /// Instantiate an imported core module.
    InstantiateImport {
        /// Index into [`Plan::imports`].
        import: usize,
        /// What it is given: module name, field name and definition.
        args: Vec<(String, String, Def)>,
    },
    /// Bind a host function to a lowering.
    LowerImport {
        /// Which lowering.
        lowering: usize,
        /// Index into [`Plan::imports`].
        import: usize,
    },
    /// Remember an exported memory.
    ExtractMemory {
        /// Which memory.
        index: usize,
        /// Where it is exported.
        export: CoreExport,
    },
    /// Remember a `realloc` function of the component instance `instance`.
    ExtractRealloc {
        /// Which realloc.
        index: usize,
        /// The function.
        def: Def,
        /// Whose flags guard the call.
        instance: usize,
    },
    /// Remember a `post-return` function.
    ExtractPostReturn {
        /// Which post-return.
        index: usize,
        /// The function.
        def: Def,
        /// Its core parameters.
        params: Box<[CoreType]>,
        /// Whose flags guard the call.
        instance: usize,
    },
    /// Define a resource type with an optional destructor.
    Resource {
        /// Which resource.
        index: ResourceIndex,
        /// The guest's destructor: takes the representation.
        dtor: Option<Def>,
        /// The component instance that defines it.
        instance: RuntimeComponentInstanceIndex,
    },
}

/// An export of a core instance.
#[derive(Clone, Debug)]
pub struct CoreExport {
    /// Which core instance, in order of instantiation.
    pub instance: usize,
    /// The export's name.
    pub name: String,
}

/// Something that an import of a core module can be bound to.
#[derive(Clone, Debug)]
pub enum Def {
    /// An export of an earlier core instance.
    Export(CoreExport),
    /// The flags of a component instance: a mutable `i32` global, 1 while it may leave.
    Flags(usize),
    /// A host function: index into [`Plan::trampolines`].
    Trampoline(usize),
}

/// A function that the host gives to a guest.
pub struct Trampoline {
    /// Its core type.
    pub signature: Signature,
    /// What it does.
    pub kind: TrampolineKind,
    /// The component instance that calls it and must be allowed to leave; `None` for what fused
    /// adapters call, which check by themselves.
    pub caller: Option<usize>,
}

/// What a [`Trampoline`] does (component-model spec: canonical built-ins).
#[derive(Clone, Copy)]
pub enum TrampolineKind {
    /// `canon lower`: calls a host function.
    LowerImport {
        /// Which lowering.
        lowering: usize,
        /// The function's component type.
        ty: TypeFuncIndex,
        /// Its ABI options.
        options: OptionsIndex,
    },
    /// `resource.new`.
    ResourceNew(TypeResourceTableIndex),
    /// `resource.rep`.
    ResourceRep(TypeResourceTableIndex),
    /// `resource.drop`.
    ResourceDrop(TypeResourceTableIndex),
    /// Copies or recodes a string from one memory to another.
    Transcode(Transcoding),
    /// Moves an owned handle from one table to another: `(handle, source type, destination type) ->
    /// handle`.
    TransferOwn,
    /// As `TransferOwn`, but lends the handle for the length of the current call.
    TransferBorrow,
    /// Traps with the code that it is given.
    Trap,
    /// A call from component to component begins that lends handles.
    EnterCall,
    /// That call ends: its borrows must be gone.
    ExitCall,
}

/// A string's way from one memory to another.
#[derive(Clone, Copy, Debug)]
pub struct Transcoding {
    /// What is done to it.
    pub op: Transcode,
    /// Index of the memory that is read.
    pub from: usize,
    /// Index of the memory that is written.
    pub to: usize,
}

/// What an export index stands for.
pub enum Export {
    /// A function of the component.
    Func {
        /// Its component type.
        ty: TypeFuncIndex,
        /// The core function behind it.
        func: Def,
        /// Its core type.
        signature: Signature,
        /// Its ABI options.
        options: OptionsIndex,
    },
    /// An instance, with exports of its own.
    Instance {
        /// Its type.
        ty: TypeComponentInstanceIndex,
        /// Its exports by name.
        exports: NameMap<TryString, (ExportIndex, ComponentExternData)>,
    },
    /// A type.
    Type(TypeDef),
    /// A core module of the component.
    Module {
        /// Its type.
        ty: TypeModuleIndex,
        /// Index into [`Plan::modules`].
        index: usize,
        /// Its imports and exports.
        shape: ModuleShape,
    },
    /// A core module that the component imports.
    ImportedModule {
        /// Its type.
        ty: TypeModuleIndex,
        /// Index into [`Plan::imports`].
        import: usize,
    },
}

/// Canonical ABI options of one lifted or lowered function.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The component instance whose handle table and flags are meant.
    pub instance: RuntimeComponentInstanceIndex,
    /// How strings are encoded in guest memory.
    pub string_encoding: StringEncoding,
    /// Index of the memory, if one is used.
    pub memory: Option<usize>,
    /// Index of the `realloc` function, if one is used.
    pub realloc: Option<usize>,
    /// Index of the `post-return` function, if there is one.
    pub post_return: Option<usize>,
}
