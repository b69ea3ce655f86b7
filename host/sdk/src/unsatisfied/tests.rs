//! What is missing is found whatever Wasmtime says of it: by name, and by what is linked
//! afterwards.

use super::every;
use crate::component::{Component, Linker, ResourceType};
use crate::{Engine, link};
use amphi_core::unsatisfied::missing;

/// A component of every kind of type and import, some of which use a resource of another.
const MANY: &str = r#"
    (component
      (import "demo:a/io@0.2.0" (instance $io
        (export "poll" (type $poll (sub resource)))
        (export "other" (type (sub resource)))
        (export "[method]poll.ready" (func (param "self" (borrow $poll)) (result bool)))))
      (alias export $io "poll" (type $poll))
      (import "demo:a/streams@0.2.0" (instance
        (export "poll" (type $p (eq $poll)))
        (type $kind' (variant (case "a" string) (case "b")))
        (export "kind" (type $kind (eq $kind')))
        (type $bits' (flags "x" "y"))
        (export "bits" (type $bits (eq $bits')))
        (type $color' (enum "red" "blue"))
        (export "color" (type $color (eq $color')))
        (type $entry' (record (field "kind" $kind) (field "bits" (option $bits))))
        (export "entry" (type $entry (eq $entry')))
        (export "wait" (func (param "on" (list (borrow $p))) (param "color" $color)
            (result (result (tuple $entry char) (error (own $p))))))))
      (import "demo:a/streams@0.2.3" (instance
        (export "late" (func (result f32)))))
      (type $point' (record (field "x" s64)))
      (import "point" (type $point (eq $point')))
      (import "draw" (func (param "at" $point) (param "on" (borrow $poll))))
      (import "pen" (type (sub resource)))
      (import "plain" (func)))
"#;

/// Everything that it imports and a linker has to have, in its order.
const ALL: [&str; 6] = [
    "demo:a/io@0.2.0",
    "demo:a/streams@0.2.0",
    "demo:a/streams@0.2.3",
    "draw",
    "pen",
    "plain",
];

struct Poll;

/// Defines one of the imports as the component has it.
fn define(linker: &mut Linker<()>, import: &str) {
    let dynamic = |at: &mut crate::component::LinkerInstance<'_, ()>, name: &str| {
        at.func_new(name, |_, _, _, _| Ok(()))
            .expect("nothing is defined twice");
    };
    let mut root = linker.root();
    match import {
        "demo:a/io@0.2.0" => {
            let mut io = root.instance(import).expect("a new instance");
            io.resource("poll", ResourceType::host::<Poll>(), |_, _| Ok(()))
                .expect("a new resource");
            io.resource("other", ResourceType::host::<()>(), |_, _| Ok(()))
                .expect("a new resource");
            io.func_wrap(
                "[method]poll.ready",
                |_, (_,): (crate::component::Resource<Poll>,)| Ok((true,)),
            )
            .expect("a new function");
        }
        "demo:a/streams@0.2.0" => dynamic(&mut root.instance(import).expect("new"), "wait"),
        "demo:a/streams@0.2.3" => dynamic(&mut root.instance(import).expect("new"), "late"),
        "pen" => root
            .resource("pen", ResourceType::host::<u8>(), |_, _| Ok(()))
            .expect("a new resource"),
        name => dynamic(&mut root, name),
    }
}

fn many(engine: &Engine) -> Component {
    let bytes = wat::parse_str(MANY).expect("the text is well formed");
    Component::new(engine, bytes).expect("the component is valid")
}

/// Each choice of what is defined: exactly the others are found, though some use a resource of
/// another.
#[test]
fn exactly_what_is_missing_is_found() {
    let engine = Engine::default();
    let component = many(&engine);
    for choice in 0..1_u32 << ALL.len() {
        let defined = |index: usize| choice & 1 << index != 0;
        let mut linker = Linker::new(&engine);
        for (index, import) in ALL.iter().enumerate() {
            if defined(index) {
                define(&mut linker, import);
            }
        }
        let wrong = every(&linker, &component);
        let found: Vec<&str> = wrong.iter().map(|one| one.name.as_str()).collect();
        let expected = ALL.iter().enumerate().filter(|(index, _)| !defined(*index));
        let expected: Vec<&str> = expected.map(|(_, import)| *import).collect();
        assert_eq!(found, expected, "{choice:#b}");
        assert_eq!(link(&linker, &component).is_ok(), expected.is_empty());
        // Of the first it is said what Wasmtime itself says.
        let own = linker.instantiate_pre(&component).err();
        let own = own.map(|error| format!("{error:#}"));
        let first = wrong.first();
        let first = first.map(|one| format!("{}: {}", missing(&one.kind, &one.name), one.cause));
        assert_eq!(first, own, "{choice:#b}");
    }
}

/// What is there by a compatible version serves, and what is there with another type does not.
#[test]
fn versions_and_types_are_the_linkers_to_judge() {
    let engine = Engine::default();
    let component = many(&engine);
    let mut linker = Linker::<()>::new(&engine);
    for import in ALL {
        if !import.starts_with("demo:a/streams") {
            define(&mut linker, import);
        }
    }
    let mut newer = linker.instance("demo:a/streams@0.2.9").expect("new");
    newer
        .func_new("wait", |_, _, _, _| Ok(()))
        .expect("a new function");
    let names = |linker: &Linker<()>| -> Vec<String> {
        let wrong = every(linker, &component);
        wrong.into_iter().map(|one| one.name).collect()
    };
    assert_eq!(names(&linker), ["demo:a/streams@0.2.3"]);
    let mut newer = linker.instance("demo:a/streams@0.2.9").expect("there");
    newer
        .func_wrap("late", |_, ()| Ok((1_u8,)))
        .expect("a new function");
    assert_eq!(names(&linker), ["demo:a/streams@0.2.3"]);
    linker.allow_shadowing(true);
    let mut newer = linker.instance("demo:a/streams@0.2.9").expect("there");
    newer
        .func_wrap("late", |_, ()| Ok((1.0_f32,)))
        .expect("a function");
    assert!(link(&linker, &component).is_ok());
    linker
        .root()
        .func_wrap("plain", |_, (_,): (u32,)| Ok(()))
        .expect("a function");
    assert_eq!(names(&linker), ["plain"]);
}

/// A function where a resource is asked for is none, and what uses that is judged by itself.
#[test]
fn what_has_the_name_of_a_resource_and_is_none_is_missing() {
    let engine = Engine::default();
    let component = many(&engine);
    let mut linker = Linker::<()>::new(&engine);
    let mut io = linker.instance("demo:a/io@0.2.0").expect("new");
    io.func_new("poll", |_, _, _, _| Ok(()))
        .expect("a new function");
    for import in ["demo:a/streams@0.2.0", "plain"] {
        define(&mut linker, import);
    }
    let wrong = every(&linker, &component);
    let found: Vec<&str> = wrong.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(
        found,
        ["demo:a/io@0.2.0", "demo:a/streams@0.2.3", "draw", "pen"]
    );
    let causes: Vec<&str> = wrong.iter().map(|one| one.cause.as_str()).collect();
    assert_eq!(causes[2], causes[1].rsplit(": ").next().expect("a cause"));
}
