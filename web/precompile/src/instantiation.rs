//! What JavaScript needs to know of a component to make an instance, as JSON: core modules, steps,
//! trampolines and handle tables.
//!
//! `describing.js` of the package's runtime has the form, and checks it. A definition is the number
//! of a trampoline, `[core instance, name]` for an export, or `[component instance]` for flags. A
//! core type is its parameters, a colon and its results, a letter each: `iI:f`.

use crate::{Rewritten, json};
use amphi_translate::plan::{
    CoreModule, CoreType, Def, Plan, Signature, Start, Step, Trampoline, TrampolineKind,
};
use wasmtime_environ::component::{
    FixedEncoding, Transcode, TypeResourceTable, TypeResourceTableIndex,
};

/// What JavaScript has to know of the component behind `plan` to instantiate it, as the members of
/// an object.
pub fn members(plan: &Plan, rewritten: &[Rewritten]) -> String {
    let modules = plan.modules.iter().enumerate().map(|(index, module)| {
        let rewritten = rewritten.iter().find(|rewritten| rewritten.module == index);
        core_module(module, rewritten)
    });
    let steps = plan.steps.iter().filter_map(step);
    let trampolines = plan.trampolines.iter().map(trampoline);
    let tables = (0..plan.counts.resource_tables)
        .map(|index| table(&plan.types[TypeResourceTableIndex::from_u32(index as u32)]));
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

/// A core module: its imports, the export that starts it, the calls that are counted; what stands
/// for its memories in the form with one, or why there is no such form.
fn core_module(module: &CoreModule, rewritten: Option<&Rewritten>) -> String {
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
        match rewritten.map(|rewritten| &rewritten.form) {
            None => "null".to_owned(),
            Some(Ok(form)) => json::list(form.accessors.iter().map(|accessor| {
                format!("[{},{}]", json::string(&accessor.module), accessor.import)
            })),
            Some(Err(error)) => json::string(&format!("{error:#}")),
        };
    format!(
        "{{\"imports\":{},\"start\":{start},\"counted\":{},\"single\":{single}}}",
        json::list(imports),
        json::list(counted)
    )
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
