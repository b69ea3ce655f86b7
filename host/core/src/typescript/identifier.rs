//! Names of WIT as JavaScript spells them.

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

/// `record-message` as `recordMessage`.
pub(super) fn camel(name: &str) -> String {
    let mut words = words(name);
    let first = words.next().map(str::to_lowercase).unwrap_or_default();
    first + &words.map(capitalised).collect::<String>()
}

/// `filter-error` as `FilterError`.
pub(super) fn pascal(name: &str) -> String {
    words(name).map(capitalised).collect()
}

/// The name of a parameter.
pub(super) fn parameter(name: &str) -> String {
    let name = camel(name);
    match RESERVED.contains(&name.as_str()) {
        true => name + "_",
        false => name,
    }
}

/// The name of a member of an interface.
pub(super) fn property(name: &str) -> String {
    match camel(name) {
        // Without the quotes it is what `new` calls.
        name if name == "new" => "'new'".to_owned(),
        name => name,
    }
}

/// The name of a method of a class.
pub(super) fn method(name: &str) -> String {
    match camel(name) {
        // Otherwise it is the class's own constructor, quoted or not.
        name if name == "constructor" => "['constructor']".to_owned(),
        _ => property(name),
    }
}

/// A name in PascalCase that is none of `taken`; if it is, it says what it is, too.
pub(super) fn free(name: &str, what: &str, taken: impl Fn(&str) -> bool) -> String {
    let mut name = match pascal(name) {
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

fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters.flat_map(char::to_lowercase)).collect()
}
