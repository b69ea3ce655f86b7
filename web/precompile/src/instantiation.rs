//! What JavaScript needs to know of a component to make an instance, as JSON: core modules, steps,
//! trampolines and handle tables.
//!
//! `description.js` of the package's runtime has the form, and checks it. A definition is the
//! number of a trampoline, `[core instance, name]` for an export, or `[component instance]` for
//! flags. A core type is its parameters, a colon and its results, a letter each: `iI:f`.

use crate::json;
use amphi_translate::plan::{
    ActiveElements, CoreModule, CoreType, Def, Plan, SegmentMeasure, Signature, Start, Step,
    Trampoline, TrampolineKind,
};
use amphi_translate::rewrite::SingleMemory;
use wasmtime_environ::component::{
    FixedEncoding, Transcode, TypeResourceTable, TypeResourceTableIndex,
};

/// What JavaScript has to know of the component behind `plan` to instantiate it, as the members of
/// an object.
pub fn members(plan: &Plan, rewritten: &[(usize, SingleMemory)]) -> String {
    let modules = plan.modules.iter().enumerate().map(|(index, module)| {
        let form = rewritten.iter().find(|(rewritten, _)| *rewritten == index);
        core_module(module, form.map(|(_, form)| form))
    });
    let steps = plan.steps.iter().filter_map(step);
    let trampolines = plan.trampolines.iter().map(trampoline);
    let tables = plan.types.handle_tables().map(table);
    format!(
        "\"modules\":{},\"steps\":{},\"trampolines\":{},\"tables\":{},\"instances\":{}",
        json::list(modules),
        json::list(steps),
        json::list(trampolines),
        json::list(tables),
        plan.counts.instances
    )
}

/// A definition.
pub fn definition(def: &Def) -> String {
    match def {
        Def::Export(export) => format!("[{},{}]", export.instance, json::string(&export.name)),
        Def::Flags(instance) => format!("[{instance}]"),
        Def::Trampoline(index) => index.to_string(),
    }
}

/// A core module: its imports, the export that starts it, what it writes into tables, the calls
/// that are counted, and what stands for its memories in the form with one, if it has another form.
fn core_module(module: &CoreModule, rewritten: Option<&SingleMemory>) -> String {
    let imports = module.imports.iter().map(|(module, field)| {
        let (module, field) = (json::string(module), json::string(field));
        format!("[{module},{field}]")
    });
    let start = match &module.start {
        Start::Afterwards(name) => json::string(name),
        Start::Never | Start::Meanwhile => "null".to_owned(),
    };
    let counted = module
        .counted
        .iter()
        .map(|(place, ty)| format!("[{place},{}]", core_type(ty)));
    let single =
        rewritten.map_or("null".to_owned(), |form| {
            let accessors = form.accessors.iter();
            json::list(accessors.map(|accessor| {
                format!("[{},{}]", json::string(&accessor.module), accessor.import)
            }))
        });
    format!(
        "{{\"imports\":{},\"start\":{start},\"elements\":{},\"counted\":{},\"single\":{single}}}",
        json::list(imports),
        json::list(module.elements.iter().map(elements)),
        json::list(counted)
    )
}

/// What is written into a table: the table's length, the place, and how many elements.
fn elements(elements: &ActiveElements) -> String {
    let measure = |measure: SegmentMeasure<'_>| match measure {
        SegmentMeasure::Number(number) => number.to_string(),
        SegmentMeasure::Import(module, field) => {
            format!("[{},{}]", json::string(module), json::string(field))
        }
    };
    let (size, offset, items) = elements.measures();
    format!("[{},{},{items}]", measure(size), measure(offset))
}

/// A resource type as a component instance knows it: the resource and that instance; none where it
/// is part of a type alone.
fn table(table: &TypeResourceTable) -> String {
    match table {
        TypeResourceTable::Concrete { ty, instance } => {
            format!("[{},{}]", ty.as_u32(), instance.as_u32())
        }
        TypeResourceTable::Abstract(_) => "null".to_owned(),
    }
}

/// A step; lowered imports are found by their paths, and need none.
fn step(step: &Step) -> Option<String> {
    Some(match step {
        Step::InstantiateModule { module, imports } => format!(
            "{{\"kind\":\"instantiate\",\"module\":{module},\"imports\":{}}}",
            json::list(imports.iter().map(definition))
        ),
        Step::InstantiateImport { .. } => "{\"kind\":\"imported\"}".to_owned(),
        Step::LowerImport { .. } => return None,
        Step::ExtractMemory { index, export } => format!(
            "{{\"kind\":\"memory\",\"index\":{index},\"core\":{}}}",
            definition(&Def::Export(export.clone()))
        ),
        Step::ExtractRealloc {
            index,
            def,
            instance,
        } => format!(
            "{{\"kind\":\"realloc\",\"index\":{index},\"core\":{},\"instance\":{instance}}}",
            definition(def)
        ),
        Step::ExtractPostReturn {
            index,
            def,
            params,
            instance,
        } => {
            let ty = Signature {
                params: params.clone(),
                results: Box::default(),
            };
            format!(
                "{{\"kind\":\"postReturn\",\"index\":{index},\"core\":{},\"type\":{},\"instance\":{instance}}}",
                definition(def),
                core_type(&ty)
            )
        }
        Step::Resource {
            index,
            dtor,
            instance,
        } => format!(
            "{{\"kind\":\"resource\",\"index\":{},\"core\":{},\"instance\":{}}}",
            index.as_u32(),
            dtor.as_ref().map_or("null".to_owned(), definition),
            instance.as_u32()
        ),
    })
}

fn trampoline(trampoline: &Trampoline) -> String {
    let on_table = |kind: &str, table: TypeResourceTableIndex| {
        format!("\"kind\":\"{kind}\",\"table\":{}", table.as_u32())
    };
    let plain = |kind: &str| format!("\"kind\":\"{kind}\"");
    let kind = match trampoline.kind {
        TrampolineKind::LowerImport { lowering, .. } => {
            format!("\"kind\":\"lower\",\"lowering\":{lowering}")
        }
        TrampolineKind::ResourceNew(table) => on_table("new", table),
        TrampolineKind::ResourceRep(table) => on_table("rep", table),
        TrampolineKind::ResourceDrop(table) => on_table("drop", table),
        TrampolineKind::Transcode(transcoding) => format!(
            "\"kind\":\"transcode\",\"operation\":\"{}\",\"from\":{},\"to\":{}",
            operation(transcoding.op),
            transcoding.from,
            transcoding.to
        ),
        TrampolineKind::TransferOwn => plain("transferOwn"),
        TrampolineKind::TransferBorrow => plain("transferBorrow"),
        TrampolineKind::Trap => plain("trap"),
        TrampolineKind::EnterCall => plain("enter"),
        TrampolineKind::ExitCall => plain("exit"),
    };
    format!(
        "{{{kind},\"type\":{},\"caller\":{}}}",
        core_type(&trampoline.signature),
        json::number(trampoline.caller)
    )
}

/// What a transcoder does, as `transcoding.js` of the package's runtime calls it.
fn operation(operation: Transcode) -> &'static str {
    match operation {
        Transcode::Copy(FixedEncoding::Utf8) => "copyUtf8",
        Transcode::Copy(FixedEncoding::Utf16) => "copyUtf16",
        Transcode::Copy(FixedEncoding::Latin1) => "copyLatin1",
        Transcode::Latin1ToUtf16 => "latin1ToUtf16",
        Transcode::Latin1ToUtf8 => "latin1ToUtf8",
        Transcode::Utf16ToCompactProbablyUtf16 => "utf16ToCompactProbablyUtf16",
        Transcode::Utf16ToCompactUtf16 => "utf16ToCompactUtf16",
        Transcode::Utf16ToLatin1 => "utf16ToLatin1",
        Transcode::Utf16ToUtf8 => "utf16ToUtf8",
        Transcode::Utf8ToCompactUtf16 => "utf8ToCompactUtf16",
        Transcode::Utf8ToLatin1 => "utf8ToLatin1",
        Transcode::Utf8ToUtf16 => "utf8ToUtf16",
    }
}

fn core_type(signature: &Signature) -> String {
    let letters = |types: &[CoreType]| -> String {
        let letter = |ty: &CoreType| match ty {
            CoreType::I32 => 'i',
            CoreType::I64 => 'I',
            CoreType::F32 => 'f',
            CoreType::F64 => 'F',
        };
        types.iter().map(letter).collect()
    };
    format!(
        "\"{}:{}\"",
        letters(&signature.params),
        letters(&signature.results)
    )
}
