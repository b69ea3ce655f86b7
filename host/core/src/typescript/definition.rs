//! Types with names.

use wit_parser::{Docs, Enum, Field, Flags, Record, TypeDefKind, TypeId, Variant};

use super::file_scope::{FileScope, Unsupported};
use super::{TypescriptError, doc, resource};
use crate::javascript::Case;

/// The declaration of the type `name`, exported.
pub(super) fn definition(
    scope: FileScope<'_>,
    name: &str,
    id: TypeId,
) -> Result<String, TypescriptError> {
    let def = &scope.resolve.types[id];
    let ty = scope
        .type_name(id)
        .unwrap_or_else(|| Case::Pascal.spell(name));
    let body = match &def.kind {
        TypeDefKind::Resource => return resource::declaration(scope, &ty, id),
        TypeDefKind::Record(record) => {
            fields(scope, record).map(|fields| format!("export interface {ty} {{\n{fields}}}\n"))
        }
        TypeDefKind::Flags(flags) => Ok(format!("export interface {ty} {{\n{}}}\n", bits(flags))),
        TypeDefKind::Variant(variant) => {
            cases(scope, variant).map(|cases| format!("export type {ty} =\n{cases};\n"))
        }
        TypeDefKind::Enum(names) => Ok(format!("export type {ty} =\n{};\n", tags(names))),
        kind @ (TypeDefKind::Handle(_)
        | TypeDefKind::Tuple(_)
        | TypeDefKind::Option(_)
        | TypeDefKind::Result(_)
        | TypeDefKind::List(_)
        | TypeDefKind::Map(..)
        | TypeDefKind::FixedLengthList(..)
        | TypeDefKind::Future(_)
        | TypeDefKind::Stream(_)
        | TypeDefKind::Type(_)
        | TypeDefKind::Unknown) => scope
            .shape(kind)
            .map(|shape| format!("export type {ty} = {shape};\n")),
    };
    let body = body.map_err(|unsupported| unsupported.at(scope, name))?;
    Ok(comment(&def.docs) + &body)
}

/// What is said of something.
pub(super) fn comment(docs: &Docs) -> String {
    doc::comment(docs.contents.as_deref().unwrap_or_default())
}

fn fields(scope: FileScope<'_>, record: &Record) -> Result<String, Unsupported> {
    let names = record.fields.iter().map(|field| field.name.as_str());
    let names = Case::Camel.spell_all(names, &[]);
    let field = |(field, name): (&Field, &String)| {
        let text = match scope.optional(&field.ty) {
            Some(payload) => format!("{name}?: {} | undefined;\n", scope.ty(&payload)?),
            None => format!("{name}: {};\n", scope.ty(&field.ty)?),
        };
        Ok(doc::indented(&(comment(&field.docs) + &text)))
    };
    record.fields.iter().zip(&names).map(field).collect()
}

fn bits(flags: &Flags) -> String {
    let names = flags.flags.iter().map(|flag| flag.name.as_str());
    let names = Case::Camel.spell_all(names, &[]);
    let flag = |(flag, name): (&wit_parser::Flag, &String)| {
        doc::indented(&format!("{}{name}?: boolean;\n", comment(&flag.docs)))
    };
    flags.flags.iter().zip(&names).map(flag).collect()
}

fn cases(scope: FileScope<'_>, variant: &Variant) -> Result<String, Unsupported> {
    let mut cases = Vec::new();
    for case in &variant.cases {
        let payload = match &case.ty {
            Some(ty) => format!("; val: {}", scope.ty(ty)?),
            None => String::new(),
        };
        let text = format!("| {{ tag: '{}'{payload} }}", case.name);
        cases.push(doc::indented(&(comment(&case.docs) + &text)));
    }
    Ok(cases.concat().trim_end().to_owned())
}

fn tags(names: &Enum) -> String {
    let tag = |case: &wit_parser::EnumCase| {
        doc::indented(&format!("{}| '{}'", comment(&case.docs), case.name))
    };
    let tags: String = names.cases.iter().map(tag).collect();
    tags.trim_end().to_owned()
}
