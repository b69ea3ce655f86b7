//! Which part of a crate may know which. A room is a module with all that is in it; what stands in
//! a table below may be known by what stands after it, and by nothing before, so no two rooms know
//! each other.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::{assert_none, read, root, sources};

/// The rooms of a crate, by the path of their modules, and which others each may know: those before
/// it alone. A name stands for all rooms in it, but where it is around the room itself.
type Rooms = &'static [(&'static str, &'static [&'static str])];

/// The crates whose rooms are held, by folder. To have another one held is a row.
const CRATES: &[(&str, Rooms)] = &[
    ("host/edge", EDGE),
    ("web/translate", TRANSLATE),
    ("web/wasi", WASI),
];

/// From bytes to a plan, and from a plan to modules.
const TRANSLATE: Rooms = &[
    ("sections", &[]),
    ("core_type", &[]),
    ("rewrite", &["sections"]),
    ("plan", &["core_type", "rewrite"]),
    ("codegen", &["sections", "plan"]),
];

/// WASI in the page, from what a guest's resources are to the functions that link it all.
const WASI: Rooms = &[
    ("error", &[]),
    ("page", &[]),
    ("timeout", &["page"]),
    ("io", &[]),
    ("filesystem/errno", &[]),
    ("filesystem/node", &[]),
    ("filesystem/tree", &["filesystem/errno", "filesystem/node"]),
    (
        "filesystem/path",
        &["filesystem/errno", "filesystem/node", "filesystem/tree"],
    ),
    (
        "filesystem/descriptor",
        &[
            "filesystem/errno",
            "filesystem/node",
            "filesystem/tree",
            "filesystem/path",
        ],
    ),
    ("sockets/resources", &[]),
    (
        "p2/bindings",
        &["error", "io", "filesystem/descriptor", "sockets/resources"],
    ),
    ("console", &["page", "io"]),
    ("cli", &["error", "io", "p2/bindings"]),
    ("clocks", &["page", "timeout", "io", "p2/bindings"]),
    ("random", &["page", "p2/bindings"]),
    (
        "filesystem",
        &[
            "page",
            "io",
            "filesystem/errno",
            "filesystem/node",
            "filesystem/tree",
            "filesystem/path",
            "filesystem/descriptor",
            "p2/bindings",
        ],
    ),
    ("sockets", &["io", "sockets/resources", "p2/bindings"]),
    (
        "ctx",
        &[
            "io",
            "console",
            "cli",
            "clocks",
            "random",
            "filesystem",
            "sockets",
        ],
    ),
    (
        "p2",
        &[
            "io",
            "p2/bindings",
            "cli",
            "clocks",
            "random",
            "filesystem",
            "sockets",
            "ctx",
        ],
    ),
    (
        "http",
        &["error", "page", "timeout", "io", "p2/bindings", "ctx", "p2"],
    ),
];

/// The edge host, from what runs a component to a process that serves.
const EDGE: Rooms = &[
    ("digest", &[]),
    ("causes", &[]),
    ("blocking", &[]),
    ("json", &[]),
    ("telemetry/usage", &[]),
    ("telemetry/metrics", &["telemetry/usage"]),
    ("telemetry/log", &["telemetry/metrics"]),
    ("problem", &[]),
    ("runtime/engine", &[]),
    (
        "runtime",
        &["digest", "telemetry", "problem", "runtime/engine"],
    ),
    ("version/targets", &["runtime"]),
    (
        "version",
        &["digest", "telemetry/metrics", "runtime", "version/targets"],
    ),
    ("function/admission", &[]),
    ("function/breaker", &[]),
    ("function/budget", &[]),
    ("function/audit", &[]),
    ("function/lanes", &["problem", "version"]),
    ("function/site", &["problem", "function/lanes"]),
    (
        "function/records",
        &[
            "blocking",
            "telemetry/metrics",
            "function/audit",
            "function/lanes",
        ],
    ),
    (
        "function",
        &[
            "digest",
            "telemetry/metrics",
            "version",
            "function/admission",
            "function/breaker",
            "function/budget",
            "function/audit",
            "function/lanes",
            "function/site",
            "function/records",
        ],
    ),
    (
        "function/exchange",
        &[
            "telemetry",
            "problem",
            "runtime",
            "function/admission",
            "function/budget",
            "function/lanes",
            "function/records",
            "function",
        ],
    ),
    (
        "function/buffers",
        &["function/budget", "function/exchange"],
    ),
    (
        "function/admitted",
        &[
            "problem",
            "runtime",
            "version",
            "function/admission",
            "function/breaker",
            "function/budget",
            "function/lanes",
            "function",
            "function/exchange",
            "function/buffers",
        ],
    ),
    ("deploy/artifact", &["blocking", "digest", "runtime/engine"]),
    ("deploy/gate", &[]),
    ("deploy/granted", &[]),
    (
        "deploy",
        &[
            "blocking",
            "digest",
            "telemetry",
            "runtime",
            "version",
            "function",
            "deploy/artifact",
            "deploy/gate",
            "deploy/granted",
        ],
    ),
    ("api/route", &[]),
    ("api/page", &["api/route"]),
    (
        "api/request",
        &["problem", "runtime", "version", "function"],
    ),
    (
        "api/openapi",
        &[
            "digest",
            "problem",
            "version",
            "function",
            "api/route",
            "api/request",
        ],
    ),
    (
        "host",
        &[
            "causes",
            "blocking",
            "json",
            "telemetry",
            "problem",
            "runtime",
            "function",
            "deploy",
            "api",
        ],
    ),
    ("process/listen", &["function/exchange"]),
    ("process/reload", &["causes", "blocking", "deploy", "host"]),
    (
        "process/admin",
        &[
            "digest",
            "blocking",
            "json",
            "telemetry",
            "problem",
            "version",
            "function",
            "api/page",
            "host",
            "process/reload",
        ],
    ),
    (
        "process/server",
        &[
            "blocking",
            "version",
            "function",
            "deploy",
            "api",
            "host",
            "process/listen",
            "process/reload",
            "process/admin",
        ],
    ),
];

#[test]
fn rooms_know_those_that_they_may_know() {
    let mut wrong = Vec::new();
    for (folder, rooms) in CRATES {
        wrong.extend(order(folder, rooms));
        let modules = modules(&root().join(folder).join("src"));
        assert!(modules.len() > 3, "`{folder}`: its modules were found");
        wrong.extend(unknown(folder, rooms, &modules));
        for (module, text) in &modules {
            wrong.extend(
                looks(module, text, rooms, &modules)
                    .into_iter()
                    .map(|what| format!("`{folder}/src/{module}`: {what}")),
            );
        }
    }
    assert_none(&wrong);
}

/// The rooms that a table has before what they may know, or not at all: with one of those there
/// could be a circle.
fn order(folder: &str, rooms: Rooms) -> Vec<String> {
    let mut before: Vec<&str> = Vec::new();
    let mut wrong = Vec::new();
    for (room, known) in rooms {
        for other in *known {
            if !before.iter().any(|before| covers(room, other, before)) {
                wrong.push(format!(
                    "the table of `{folder}`: `{room}` may know `{other}`: expected that before it"
                ));
            }
        }
        before.push(room);
    }
    wrong
}

/// Rooms that are none, and modules that are in no room though they know others.
fn unknown(folder: &str, rooms: Rooms, modules: &BTreeMap<String, String>) -> Vec<String> {
    let gone = rooms
        .iter()
        .filter(|(room, _)| !modules.contains_key(*room));
    gone.map(|(room, _)| format!("the table of `{folder}`: there is no module `{room}`"))
        .collect()
}

/// What a module knows, and may not.
fn looks(
    module: &str,
    text: &str,
    rooms: Rooms,
    modules: &BTreeMap<String, String>,
) -> BTreeSet<String> {
    let paths = paths(module, &code(text));
    let Some((room, known)) = room_of(module, rooms) else {
        let paths = paths.into_iter();
        return paths
            .map(|path| format!("it is in no room, and knows `{}`", path.join("::")))
            .collect();
    };
    let mut wrong = BTreeSet::new();
    for path in paths {
        let Some(found) = module_of(&path, modules) else {
            wrong.insert(format!(
                "expected a path to a module, found `crate::{}`",
                path.join("::")
            ));
            continue;
        };
        let other = room_of(&found, rooms).map(|(other, _)| other);
        let is_known =
            |other: &str| other == room || known.iter().any(|known| covers(room, known, other));
        if !other.is_some_and(is_known) {
            wrong.insert(format!(
                "`{room}` knows `{}` by `crate::{}`: expected none but {known:?}",
                other.unwrap_or(&found),
                path.join("::")
            ));
        }
    }
    wrong
}

/// Whether what `room` may know as `known` is also `other`.
fn covers(room: &str, known: &str, other: &str) -> bool {
    other == known || is_in(other, known) && !is_in(room, known)
}

/// Whether a room is `other`, or within it.
fn is_in(room: &str, other: &str) -> bool {
    let rest = room.strip_prefix(other);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The innermost room that a module is in.
fn room_of(module: &str, rooms: Rooms) -> Option<(&'static str, &'static [&'static str])> {
    let around = rooms.iter().filter(|(room, _)| is_in(module, room));
    around.max_by_key(|(room, _)| room.len()).copied()
}

/// The module that a path leads to, or that has what it leads to.
fn module_of(path: &[String], modules: &BTreeMap<String, String>) -> Option<String> {
    (1..=path.len())
        .rev()
        .map(|length| path[..length].join("/"))
        .find(|module| modules.contains_key(module))
}

/// The modules of a crate that are files, but for its root and what is there for tests alone: path
/// and text.
fn modules(folder: &Path) -> BTreeMap<String, String> {
    let files = sources(&[folder.to_str().expect("the path is a text")]);
    let name = |file: &Path| {
        let path = file.strip_prefix(folder).ok()?.with_extension("");
        let path = path.to_str()?.to_owned();
        let of_tests = path.split('/').any(|part| part == "tests");
        (path != "lib" && path != "main" && !of_tests).then_some(path)
    };
    files
        .iter()
        .filter_map(|file| Some((name(file)?, read(file))))
        .collect()
}

/// A text without comments, and without what is compiled for tests alone. Within a module in the
/// file `super` is the file itself, so it is left out there.
fn code(text: &str) -> String {
    let mut code = String::new();
    let (mut is_test, mut inner) = (false, None);
    for line in text.lines() {
        let begins = line.contains("mod ") && line.ends_with('{') && !line.starts_with([' ', '}']);
        if inner.is_none() && begins {
            inner = Some(is_test);
        }
        match inner {
            _ if line.trim_start().starts_with("//") => {}
            Some(true) => {}
            Some(false) => code.push_str(&line.replace("super::", "")),
            None => code.push_str(line),
        }
        code.push('\n');
        if line == "}" {
            inner = None;
        }
        is_test = line == "#[cfg(test)]";
    }
    code
}

/// The paths in `code` that lead to something of the crate, from its root on.
fn paths(module: &str, code: &str) -> Vec<Vec<String>> {
    let mut paths = Vec::new();
    for start in ["crate::", "super::"] {
        for (at, _) in code.match_indices(start) {
            let before = code[..at].chars().next_back();
            // A word that only ends so, or a `super` after another.
            if before.is_some_and(|letter| letter.is_alphanumeric() || "_:$".contains(letter)) {
                continue;
            }
            let base = match start {
                "crate::" => Vec::new(),
                _ => parents(module),
            };
            follow(base, &code[at + start.len()..], &mut paths);
        }
    }
    paths.retain(|path| !path.is_empty());
    paths
}

fn parents(module: &str) -> Vec<String> {
    let mut parts: Vec<String> = module.split('/').map(str::to_owned).collect();
    parts.pop();
    parts
}

/// The paths that go on from `base` with `rest`: one, or several in braces.
fn follow(mut base: Vec<String>, rest: &str, paths: &mut Vec<Vec<String>>) {
    let rest = rest.trim_start();
    if let Some(list) = rest.strip_prefix('{') {
        for item in items(list) {
            follow(base.clone(), item, paths);
        }
        return;
    }
    let end = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_');
    let (word, rest) = rest.split_at(end.unwrap_or(rest.len()));
    match word {
        "super" => drop(base.pop()),
        "" | "self" => {}
        word => base.push(word.to_owned()),
    }
    match rest.strip_prefix("::") {
        Some(rest) => follow(base, rest, paths),
        None => paths.push(base),
    }
}

/// What is between a brace and its end, at each comma that is in no other.
fn items(list: &str) -> Vec<&str> {
    let (mut items, mut begin, mut depth) = (Vec::new(), 0, 0);
    for (at, letter) in list.char_indices() {
        match letter {
            '{' => depth += 1,
            ',' | '}' if depth == 0 => {
                items.push(&list[begin..at]);
                begin = at + 1;
                if letter == '}' {
                    break;
                }
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    items.retain(|item| !item.trim().is_empty());
    items
}

/// What is found in the text of a module `house/kitchen`, of a crate that has it, `house/pantry`,
/// `street` and `woods`.
fn check(text: &str, expected: &[&str]) {
    const ROOMS: Rooms = &[
        ("woods", &[]),
        ("house/pantry", &["woods"]),
        ("house/kitchen", &["house/pantry"]),
        ("street", &["house"]),
    ];
    let names = [
        "house",
        "house/kitchen",
        "house/kitchen/stove",
        "house/pantry",
        "street",
        "woods",
    ];
    let modules = names.map(|name| (name.to_owned(), String::new()));
    let found = looks("house/kitchen", text, ROOMS, &modules.into());
    let found: Vec<&str> = found.iter().map(String::as_str).collect();
    assert_eq!(found, expected, "{text}");
    assert!(order("a crate", ROOMS).is_empty());
}

#[test]
fn every_way_to_know_a_room_is_seen() {
    let street = r#"`house/kitchen` knows `street` by `crate::street::Lamp`: expected none but ["house/pantry"]"#;
    let woods = r#"`house/kitchen` knows `woods` by `crate::woods::Tree`: expected none but ["house/pantry"]"#;
    for text in [
        "use crate::street::Lamp;",
        "use crate::{house::pantry, street::{Lamp}};",
        "use super::super::street::Lamp;",
        "fn look() -> bool {\n    crate::street::Lamp.is_on()\n}",
        "mod inner {\n    use crate::street::Lamp;\n}",
    ] {
        check(text, &[street]);
    }
    check("use crate::{woods::Tree, street::Lamp};", &[street, woods]);
    for text in [
        "use crate::house::pantry::{Jam, Bread};",
        "use super::pantry::Jam;",
        "use crate::house::kitchen::stove::Fire;",
        "// crate::street::Lamp",
        "#[cfg(test)]\nmod tests {\n    use crate::street::Lamp;\n}",
        "mod inner {\n    use super::Stove;\n}",
        "use other_crate::street::Lamp;",
    ] {
        check(text, &[]);
    }
    check(
        "use crate::Lamp;",
        &["expected a path to a module, found `crate::Lamp`"],
    );
}

#[test]
fn a_table_has_no_room_before_what_it_may_know() {
    let wrong = order("a crate", &[("kitchen", &["street"]), ("street", &[])]);
    assert_eq!(
        wrong,
        ["the table of `a crate`: `kitchen` may know `street`: expected that before it"]
    );
}
