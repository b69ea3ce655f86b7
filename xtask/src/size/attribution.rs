//! Which part of a module each crate is, by the names of its functions.

use anyhow::Result;
use std::collections::{BTreeMap, HashMap};
use wasmparser::{KnownCustom, Name, Parser, Payload, TypeRef};

/// Something that takes space.
#[derive(Debug)]
pub struct Part {
    /// What people call it.
    pub name: String,
    /// How much it takes.
    pub bytes: u64,
}

/// What takes the space of a module, the largest first.
#[derive(Debug)]
pub struct Parts {
    /// Code by crate, and the other sections.
    pub crates: Vec<Part>,
    /// The functions.
    pub functions: Vec<Part>,
    /// All of it.
    pub total: u64,
    /// The code of [`TRANSLATING`].
    pub translating: Vec<u8>,
}

/// The crates that translate, validate and print.
pub const TRANSLATING: &[&str] = &["wasmparser", "wasmtime_environ", "wasm_encoder"];

/// Takes a module apart that has its name section. The names themselves are not counted, since
/// nobody downloads them.
pub fn parts(module: &[u8]) -> Result<Parts> {
    let mut names = HashMap::new();
    let (mut imported, mut bodies) = (0_u32, Vec::new());
    let mut crates = BTreeMap::<String, u64>::new();
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::ImportSection(section) => {
                *crates.entry("*imports*".into()).or_default() += section.range().len() as u64;
                for import in section.into_imports() {
                    imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => bodies.push(body.range()),
            Payload::DataSection(section) => {
                *crates.entry("*data*".into()).or_default() += section.range().len() as u64;
            }
            Payload::ElementSection(section) => {
                *crates.entry("*tables*".into()).or_default() += section.range().len() as u64;
            }
            Payload::CustomSection(section) => {
                if let KnownCustom::Name(section) = section.as_known() {
                    for subsection in section {
                        let Name::Function(functions) = subsection? else {
                            continue;
                        };
                        for naming in functions {
                            let naming = naming?;
                            names.insert(naming.index, naming.name.to_string());
                        }
                    }
                }
            }
            _ => {}
        }
    }
    let (mut functions, mut translating) = (Vec::new(), Vec::new());
    for (index, body) in (imported..).zip(bodies) {
        let name = names.remove(&index).unwrap_or_default();
        let bytes = body.len() as u64;
        if TRANSLATING.contains(&crate_of(&name)) {
            translating.extend(&module[body]);
        }
        *crates.entry(crate_of(&name).to_string()).or_default() += bytes;
        functions.push(Part { name, bytes });
    }
    let crates = crates.into_iter().map(|(name, bytes)| Part { name, bytes });
    let crates = sorted(crates.collect());
    Ok(Parts {
        total: crates.iter().map(|part| part.bytes).sum(),
        crates,
        functions: sorted(functions),
        translating,
    })
}

fn sorted(mut parts: Vec<Part>) -> Vec<Part> {
    parts.sort_by_key(|part| std::cmp::Reverse(part.bytes));
    parts
}

/// The crate that a demangled name begins with; of `<Type as Trait>::method` the type's, unless
/// that is one of the language's own.
fn crate_of(name: &str) -> &str {
    const LANGUAGE: &[&str] = &["core", "alloc", "std", "hashbrown"];
    let words = || {
        name.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'))
            .filter_map(|word| word.split_once("::"))
            .map(|(first, _)| first)
            .filter(|first| !first.is_empty())
    };
    let Some(first) = words().next() else {
        return "*unnamed*";
    };
    if !LANGUAGE.contains(&first) {
        return first;
    }
    // A generic of the standard library belongs to what it is made for.
    words()
        .find(|word| !LANGUAGE.contains(word))
        .unwrap_or(first)
}

#[cfg(test)]
mod tests {
    use super::crate_of;

    #[test]
    fn functions_belong_to_the_crate_they_are_made_for() {
        let check = |name, expected| assert_eq!(crate_of(name), expected);
        check("wasmparser::validator::Validator::payload", "wasmparser");
        check(
            "<amphi_web::component::func::Func as core::clone::Clone>::clone",
            "amphi_web",
        );
        check(
            "core::ptr::drop_in_place<amphi_translate::plan::Plan>",
            "amphi_translate",
        );
        check("core::fmt::Formatter::pad", "core");
        check("memcpy", "*unnamed*");
    }
}
