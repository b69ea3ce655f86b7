//! Types at run time: of components, instances, functions and values.

use amphi::component::types::{ComponentItem, Type};
use amphi::component::{Component, Linker, ResourceType};
use amphi::{Engine, Result, Store, format_err};

use super::component;
use crate::programs::Transcript;

/// The type in words, as deep as it goes.
fn words(ty: &Type) -> String {
    let list = |types: Vec<String>| types.join(", ");
    match ty {
        Type::List(ty) => format!("list<{}>", words(&ty.ty())),
        Type::Record(ty) => {
            let fields = ty
                .fields()
                .map(|field| format!("{}: {}", field.name, words(&field.ty)));
            format!("record {{ {} }}", list(fields.collect()))
        }
        Type::Tuple(ty) => format!("tuple<{}>", list(ty.types().map(|ty| words(&ty)).collect())),
        Type::Variant(ty) => {
            let cases = ty.cases().map(|case| match &case.ty {
                Some(ty) => format!("{}({})", case.name, words(ty)),
                None => case.name.to_owned(),
            });
            format!("variant {{ {} }}", list(cases.collect()))
        }
        Type::Enum(ty) => format!(
            "enum {{ {} }}",
            list(ty.names().map(str::to_owned).collect())
        ),
        Type::Flags(ty) => {
            format!(
                "flags {{ {} }}",
                list(ty.names().map(str::to_owned).collect())
            )
        }
        Type::Option(ty) => format!("option<{}>", words(&ty.ty())),
        Type::Result(ty) => {
            let side = |ty: Option<Type>| ty.as_ref().map_or("_".to_owned(), words);
            format!("result<{}, {}>", side(ty.ok()), side(ty.err()))
        }
        Type::Own(_) => "own".to_owned(),
        Type::Borrow(_) => "borrow".to_owned(),
        plain => format!("{plain:?}"),
    }
}

fn item(engine: &Engine, item: &ComponentItem) -> String {
    match item {
        ComponentItem::ComponentFunc(func) => {
            let params = func
                .params()
                .map(|(name, ty)| format!("{name}: {}", words(&ty)));
            let params: Vec<_> = params.collect();
            let results: Vec<_> = func.results().map(|ty| words(&ty)).collect();
            format!(
                "func({}) -> {results:?}, async {}",
                params.join(", "),
                func.async_()
            )
        }
        ComponentItem::ComponentInstance(instance) => {
            let exports = instance.exports(engine);
            let exports: Vec<_> = exports
                .map(|(name, export)| format!("{name}: {}", self::item(engine, &export.ty)))
                .collect();
            format!("instance {exports:?}")
        }
        ComponentItem::Component(component) => {
            let (imports, exports) = (component.imports(engine), component.exports(engine));
            format!("component of {} and {}", imports.len(), exports.len())
        }
        ComponentItem::Type(ty) => format!("type {}", words(ty)),
        ComponentItem::Resource(_) => "resource".to_owned(),
        ComponentItem::Module(_) => "module".to_owned(),
        ComponentItem::CoreFunc(_) => "core func".to_owned(),
    }
}

/// Types of every kind, as the parameters of one function.
const KINDS: &str = r#"
    (component
      (type $e' (enum "a" "b"))
      (import "e" (type $e (eq $e')))
      (type $f' (flags "x" "y" "z"))
      (import "f" (type $f (eq $f')))
      (type $v' (variant (case "none") (case "some" (list u8)) (case "pair" (tuple s8 char))))
      (import "v" (type $v (eq $v')))
      (type $r' (record (field "one" f32) (field "two" (option f64))))
      (import "r" (type $r (eq $r')))
      (import "all" (func
        (param "p" bool) (param "q" s16) (param "e" $e) (param "f" $f) (param "v" $v) (param "r" $r)
        (result (result string (error u64)))))
      (import "none" (func (param "r" (result)))))
"#;

pub fn run(t: &mut Transcript, engine: &Engine, guests: &[Component]) -> Result<()> {
    let kinds = component(engine, KINDS)?;
    for component in [&kinds, &guests[0], &guests[1]] {
        let ty = component.component_type();
        for (name, import) in ty.imports(engine) {
            t.saw(&format!("import {name}"), item(engine, &import.ty));
        }
        for (name, export) in ty.exports(engine) {
            t.saw(&format!("export {name}"), item(engine, &export.ty));
        }
    }
    let ty = guests[0].component_type();
    t.same(
        "get an import",
        ty.get_import(engine, "demo:journal/journal@1.0.0")
            .is_some(),
        true,
    );
    t.same(
        "get none",
        ty.get_import(engine, "journal").is_some(),
        false,
    );
    t.same(
        "get an export",
        ty.get_export(engine, "pass").is_some(),
        true,
    );
    equality(t, engine, guests)?;
    substitution(t, engine, &guests[1])
}

/// Types are equal when their structure is.
fn equality(t: &mut Transcript, engine: &Engine, guests: &[Component]) -> Result<()> {
    let func = |name: &str| {
        let (item, _) = guests[0]
            .get_export(None, name)
            .ok_or_else(|| format_err!("no `{name}`"))?;
        match item {
            ComponentItem::ComponentFunc(func) => Ok(func),
            other => Err(format_err!("expected a function, found {other:?}")),
        }
    };
    let (read, pass) = (func("read")?, func("pass")?);
    let entry = read.results().next().map(|ty| ty.unwrap_option().ty());
    let entries = pass.results().next().map(|ty| ty.unwrap_list().ty());
    t.same("two ways to one record", entry == entries, true);
    t.same("another type", entry == Some(Type::String), false);
    let kinds = component(engine, KINDS)?;
    let again = component(engine, KINDS)?;
    let first = |component: &Component| {
        let ty = component.component_type();
        let item = ty.get_import(engine, "all").map(|import| import.ty);
        match item {
            Some(ComponentItem::ComponentFunc(func)) => {
                func.params().map(|(_, ty)| ty).collect::<Vec<_>>()
            }
            _ => Vec::new(),
        }
    };
    t.same("of two components", first(&kinds) == first(&again), true);
    t.same("how many", first(&kinds).len(), 6);
    Ok(())
}

/// A component's type with the linker's resources in place of what it imports.
fn substitution(t: &mut Transcript, engine: &Engine, smith: &Component) -> Result<()> {
    struct Hammer;
    let mut linker: Linker<()> = Linker::new(engine);
    linker.define_unknown_imports_as_traps(smith)?;
    linker.allow_shadowing(true);
    let host = ResourceType::host::<Hammer>();
    linker
        .instance("demo:tools/tools")?
        .resource("hammer", host, |_, _| Ok(()))?;
    let param = |ty: amphi::component::types::Component| {
        let item = ty.get_export(engine, "keep").map(|export| export.ty);
        let Some(ComponentItem::ComponentFunc(keep)) = item else {
            return None;
        };
        keep.params().next().map(|(_, ty)| *ty.unwrap_own())
    };
    t.same(
        "abstract",
        param(smith.component_type()) == Some(host),
        false,
    );
    let substituted = linker.substituted_component_type(smith)?;
    t.same("the host's", param(substituted) == Some(host), true);
    let mut store = Store::new(engine, ());
    let instance = linker.instantiate(&mut store, smith)?;
    let keep = instance.get_func(&mut store, "keep");
    let keep = keep.ok_or_else(|| format_err!("there is no `keep`"))?;
    let ty = keep.ty(&store);
    let own = ty.params().next().map(|(_, ty)| *ty.unwrap_own());
    t.same("of an instance", own == Some(host), true);
    Ok(())
}
