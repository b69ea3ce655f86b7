//! The section `plan` of a file, and that of a tail: what is in a [`Plan`], but for the bytes of
//! modules and what is read out of these.

use super::coded::{Coded, coded};
use super::reader::ByteReader;
use super::types::{self, numbers};
use crate::plan::{
    ActiveElements, CoreExport, CoreModule, CoreType, Counts, Def, Export, ModuleShape, Offset,
    Options, Place, Plan, Signature, Sizes, Start, Step, TableAccesses, TableSize, Trampoline,
    TrampolineKind, Transcoding,
};
use crate::rewrite::{Accessor, SingleMemory};
use std::sync::Arc;
use wasmtime_environ::collections::TryString;
use wasmtime_environ::component::{
    ComponentExternData, ExportIndex, FixedEncoding, NameMap, NameMapNoIntern, OptionsIndex,
    StringEncoding, Transcode, TypeDef,
};
use wasmtime_environ::error::{Result, ensure};

numbers!(ExportIndex, OptionsIndex);

coded! {
    fields of Signature { params, results }
    fields of CoreExport { instance, name }
    fields of Options { instance, string_encoding, memory, realloc, post_return }
    fields of Trampoline { signature, kind, caller }
    fields of Transcoding { op, from, to }
    fields of ActiveElements { table, offset, items }
    fields of Counts { memories, reallocs, post_returns, lowerings, instances }
    fields of SingleMemory { wasm, accessors }
    fields of Accessor { module, import, wasm }
}
coded!(kinds of CoreType {
    0: I32,
    1: I64,
    2: F32,
    3: F64,
});
coded!(kinds of StringEncoding {
    0: Utf8,
    1: Utf16,
    2: CompactUtf16,
});
coded!(kinds of FixedEncoding {
    0: Utf8,
    1: Utf16,
    2: Latin1,
});
coded!(kinds of Transcode {
    0: Copy(encoding),
    1: Latin1ToUtf16,
    2: Latin1ToUtf8,
    3: Utf16ToCompactProbablyUtf16,
    4: Utf16ToCompactUtf16,
    5: Utf16ToLatin1,
    6: Utf16ToUtf8,
    7: Utf8ToCompactUtf16,
    8: Utf8ToLatin1,
    9: Utf8ToUtf16,
});
coded!(kinds of TrampolineKind {
    0: LowerImport { lowering, ty, options },
    1: ResourceNew(table),
    2: ResourceRep(table),
    3: ResourceDrop(table),
    4: Transcode(transcoding),
    5: TransferOwn,
    6: TransferBorrow,
    7: Trap,
    8: EnterCall,
    9: ExitCall,
});
coded!(kinds of Def {
    0: Export(export),
    1: Flags(instance),
    2: Trampoline(index),
});
coded!(kinds of Step {
    0: InstantiateModule { module, imports },
    1: InstantiateImport { import, args },
    2: LowerImport { lowering, import },
    3: ExtractMemory { index, export },
    4: ExtractRealloc { index, def, instance },
    5: ExtractPostReturn { index, def, params, instance },
    6: Resource { index, dtor, instance },
});
coded!(kinds of Export {
    0: Func { ty, func, signature, options },
    1: Instance { ty, exports },
    2: Type(def),
    3: Module { ty, index, shape },
    4: ImportedModule { ty, import },
});
coded!(kinds of Start {
    0: Never,
    1: Meanwhile,
    2: Afterwards(name),
});
coded!(kinds of TableSize {
    0: Defined(size),
    1: Imported(module, field),
});
coded!(kinds of Offset {
    0: Constant(offset),
    1: Imported(module, field),
});

impl Coded for TableAccesses {
    #[cfg(feature = "compiler")]
    fn write(&self, to: &mut Vec<u8>) {
        self.0.len().write(to);
        let mut last = Place::default();
        for place in &self.0 {
            (place.function - last.function).write(to);
            (place.offset - last.offset).write(to);
            last = *place;
        }
    }

    fn read(from: &mut ByteReader<'_>) -> Result<TableAccesses> {
        let mut places = Vec::new();
        let mut last = Place::default();
        for _ in 0..from.count()? {
            let (function, offset) = <(u32, usize)>::read(from)?;
            last = Place {
                function: last.function.saturating_add(function),
                offset: last.offset.saturating_add(offset),
            };
            places.push(last);
        }
        Ok(TableAccesses(places.into()))
    }
}

/// Without what is known of the module of the plan that it is.
impl Coded for ModuleShape {
    #[cfg(feature = "compiler")]
    fn write(&self, to: &mut Vec<u8>) {
        self.imports.write(to);
        self.exports.write(to);
    }

    fn read(from: &mut ByteReader<'_>) -> Result<ModuleShape> {
        Ok(ModuleShape {
            name: None,
            imports: Coded::read(from)?,
            exports: Coded::read(from)?,
            starts: false,
            elements: Arc::default(),
            sizes: Sizes::default(),
        })
    }
}

/// Without its bytes, and what is read out of them.
impl Coded for CoreModule {
    #[cfg(feature = "compiler")]
    fn write(&self, to: &mut Vec<u8>) {
        self.name.write(to);
        self.imports.write(to);
        self.start.write(to);
        self.elements.write(to);
        self.counted.write(to);
        self.table_accesses.write(to);
    }

    fn read(from: &mut ByteReader<'_>) -> Result<CoreModule> {
        Ok(CoreModule {
            wasm: Vec::new(),
            name: Coded::read(from)?,
            imports: Coded::read(from)?,
            start: Coded::read(from)?,
            elements: Coded::read(from)?,
            sizes: Sizes::default(),
            accessors: Vec::new(),
            counted: Coded::read(from)?,
            table_accesses: Coded::read(from)?,
        })
    }
}

/// Exports by name.
type Names = NameMap<TryString, (ExportIndex, ComponentExternData)>;

impl Coded for Names {
    #[cfg(feature = "compiler")]
    fn write(&self, to: &mut Vec<u8>) {
        let names = self.raw_iter().map(|(name, (index, data))| {
            let name: &str = name;
            (name.to_owned(), *index, data.clone())
        });
        names.collect::<Vec<_>>().write(to);
    }

    fn read(from: &mut ByteReader<'_>) -> Result<Names> {
        let mut names = Names::default();
        for _ in 0..from.count()? {
            let (name, index, data) = <(String, _, _)>::read(from)?;
            names.insert(&name, &mut NameMapNoIntern, false, (index, data))?;
        }
        Ok(names)
    }
}

/// Writes a plan.
#[cfg(feature = "compiler")]
pub fn write(plan: &Plan) -> Vec<u8> {
    let mut to = Vec::new();
    types::write(&plan.types, &mut to);
    plan.ty.write(&mut to);
    plan.modules.write(&mut to);
    plan.import_types.write(&mut to);
    plan.imports.write(&mut to);
    plan.steps.write(&mut to);
    plan.trampolines.write(&mut to);
    plan.exports.write(&mut to);
    plan.export_items.write(&mut to);
    plan.options.write(&mut to);
    plan.imported_resources.write(&mut to);
    plan.counts.write(&mut to);
    to
}

/// Reads a plan, whose numbers are still to be checked.
///
/// # Errors
///
/// The bytes are not what [`write`] makes.
pub fn read(bytes: &[u8]) -> Result<Plan> {
    let mut reader = ByteReader::new(bytes);
    let from = &mut reader;
    types::read(from)?;
    let plan = Plan {
        types: Arc::default(),
        ty: Coded::read(from)?,
        modules: Coded::read(from)?,
        import_types: Coded::read(from)?,
        imports: Coded::read(from)?,
        steps: Coded::read(from)?,
        trampolines: Coded::read(from)?,
        exports: Coded::read(from)?,
        export_items: Coded::read(from)?,
        options: Coded::read(from)?,
        imported_resources: Coded::read(from)?,
        counts: Coded::read(from)?,
        transcoders: Vec::new(),
    };
    reader.finish()?;
    for (_, ty) in &plan.import_types {
        reader.check_concrete(ty)?;
    }
    let called = plan
        .trampolines
        .iter()
        .filter_map(|trampoline| match trampoline.kind {
            TrampolineKind::LowerImport { ty, .. } => Some(ty),
            _ => None,
        });
    let exported = plan.export_items.iter().filter_map(|export| match export {
        Export::Func { ty, .. } => Some(*ty),
        _ => None,
    });
    for ty in called.chain(exported) {
        reader.check_concrete(&TypeDef::ComponentFunc(ty))?;
    }
    Ok(Plan {
        types: Arc::new(reader.types),
        ..plan
    })
}

/// What a tail says of a core module of its file, which it has in another form.
pub struct Rewritten {
    /// Which it is.
    pub module: usize,
    /// The accessors, whose bytes are sections: under which module name, and for which import.
    pub accessors: Vec<(String, usize)>,
    /// Where the other form reaches into tables.
    pub table_accesses: TableAccesses,
}

coded! {
    fields of Rewritten { module, accessors, table_accesses }
    fields of TailPlan { modules, transcoders }
}

/// What a tail has besides modules.
pub struct TailPlan {
    /// The core modules that it has.
    pub modules: Vec<Rewritten>,
    /// The transcoders of the component's strings.
    pub transcoders: Vec<(Transcode, SingleMemory)>,
}

/// Writes what a tail has besides modules.
#[cfg(feature = "compiler")]
pub fn write_tail(tail: &TailPlan) -> Vec<u8> {
    let mut to = Vec::new();
    tail.write(&mut to);
    to
}

/// Reads what a tail has besides modules.
///
/// # Errors
///
/// The bytes are not what was written.
pub fn read_tail(bytes: &[u8]) -> Result<TailPlan> {
    let mut from = ByteReader::new(bytes);
    let tail = TailPlan::read(&mut from)?;
    from.finish()?;
    for (_, single) in &tail.transcoders {
        let known = single.accessors.iter().all(|accessor| accessor.import < 2);
        ensure!(known, "a transcoder has two memories, and no other");
    }
    Ok(tail)
}
