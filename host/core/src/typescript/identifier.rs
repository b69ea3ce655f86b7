//! Names of WIT where TypeScript has them, spelled as JavaScript has them ([`crate::javascript`]).

use crate::javascript::Case;

/// What JavaScript lets no parameter be called.
const RESERVED: &[&str] = &[
    "arguments",
    "await",
    "break",
    "case",
    "catch",
    "class",
    "const",
    "continue",
    "debugger",
    "default",
    "delete",
    "do",
    "else",
    "enum",
    "eval",
    "export",
    "extends",
    "false",
    "finally",
    "for",
    "function",
    "if",
    "implements",
    "import",
    "in",
    "instanceof",
    "interface",
    "let",
    "new",
    "null",
    "package",
    "private",
    "protected",
    "public",
    "return",
    "static",
    "super",
    "switch",
    "this",
    "throw",
    "true",
    "try",
    "typeof",
    "var",
    "void",
    "while",
    "with",
    "yield",
];

/// A parameter that JavaScript calls `name`.
pub(super) fn parameter(name: String) -> String {
    match RESERVED.contains(&name.as_str()) {
        true => name + "_",
        false => name,
    }
}

/// A member of an interface that JavaScript calls `name`.
pub(super) fn property(name: &str) -> &str {
    match name {
        // Without the quotes it is what `new` calls.
        "new" => "'new'",
        name => name,
    }
}

/// A method of a class that JavaScript calls `name`.
pub(super) fn method(name: &str) -> &str {
    match name {
        // Otherwise it is the class's own constructor, quoted or not.
        "constructor" => "['constructor']",
        name => property(name),
    }
}

/// A name in PascalCase that is none of `taken`; if it is, it says what it is, too.
pub(super) fn free(name: &str, what: &str, taken: impl Fn(&str) -> bool) -> String {
    let mut name = match Case::Pascal.spell(name) {
        name if name.starts_with(char::is_alphabetic) => name,
        name => format!("{what}{name}"),
    };
    if taken(&name) {
        name += what;
    }
    while taken(&name) {
        name.push('_');
    }
    name
}
