//! `flags!` of the facade against Wasmtime's own: the same values, the same layout, and the same
//! bits through a component.

#![cfg(not(target_arch = "wasm32"))]

use amphi::component::{Component, ComponentType, Lift, Linker, Lower};
use amphi::{Engine, Result, Store};

/// Declares one flags type twice, by the facade's macro and by Wasmtime's, and compares the two.
macro_rules! both {
    ($module:ident: $($flag:ident = $name:literal),*) => {
        mod $module {
            pub mod ours {
                amphi::component::flags! { Bits { $(#[component(name = $name)] const $flag;)* } }
            }
            pub mod theirs {
                wasmtime::component::flags! { Bits { $(#[component(name = $name)] const $flag;)* } }
            }

            pub const NAMES: &[&str] = &[$($name),*];

            #[test]
            fn has_the_values_of_wasmtime() {
                let pairs = vec![
                    (ours::Bits::empty(), theirs::Bits::empty()),
                    (ours::Bits::default(), theirs::Bits::default()),
                    (ours::Bits::all(), theirs::Bits::all()),
                    $((ours::Bits::$flag, theirs::Bits::$flag)),*
                ];
                assert_eq!(pairs.len(), NAMES.len() + 3);
                for (a, b) in &pairs {
                    crate::same(&(a.as_array(), *a), &(b.as_array(), *b));
                    crate::same(&(!*a).as_array(), &(!*b).as_array());
                    for (c, d) in &pairs {
                        crate::same(&(*a | *c).as_array(), &(*b | *d).as_array());
                        crate::same(&(*a & *c).as_array(), &(*b & *d).as_array());
                        crate::same(&(*a ^ *c).as_array(), &(*b ^ *d).as_array());
                        let ours = (a == c, a.contains(*c), a.intersects(*c));
                        let theirs = (b == d, b.contains(*d), b.intersects(*d));
                        crate::same(&ours, &theirs);
                    }
                    let (mut c, mut d) = (ours::Bits::all(), theirs::Bits::all());
                    c &= *a;
                    d &= *b;
                    crate::same(&c, &d);
                    c ^= ours::Bits::all();
                    d ^= theirs::Bits::all();
                    crate::same(&c, &d);
                    c |= *a;
                    d |= *b;
                    crate::same(&c, &d);
                }
            }

            #[test]
            fn has_the_layout_of_wasmtime() {
                crate::same_layout::<ours::Bits, theirs::Bits>();
            }
        }
    };
}

both!(none:);
both!(three: READ = "read", WRITE = "write", APPEND_ONLY = "append-only");
both!(eight: A = "a", B = "b", C = "c", D = "d", E = "e", F = "f", G = "g", H = "h");
both!(nine: A = "a", B = "b", C = "c", D = "d", E = "e", F = "f", G = "g", H = "h", I = "i");
both!(sixteen:
    A = "a", B = "b", C = "c", D = "d", E = "e", F = "f", G = "g", H = "h",
    I = "i", J = "j", K = "k", L = "l", M = "m", N = "n", O = "o", P = "p");
both!(seventeen:
    A = "a", B = "b", C = "c", D = "d", E = "e", F = "f", G = "g", H = "h",
    I = "i", J = "j", K = "k", L = "l", M = "m", N = "n", O = "o", P = "p", Q = "q");
both!(thirty_two:
    A0 = "a0", A1 = "a1", A2 = "a2", A3 = "a3", A4 = "a4", A5 = "a5", A6 = "a6", A7 = "a7",
    B0 = "b0", B1 = "b1", B2 = "b2", B3 = "b3", B4 = "b4", B5 = "b5", B6 = "b6", B7 = "b7",
    C0 = "c0", C1 = "c1", C2 = "c2", C3 = "c3", C4 = "c4", C5 = "c5", C6 = "c6", C7 = "c7",
    D0 = "d0", D1 = "d1", D2 = "d2", D3 = "d3", D4 = "d4", D5 = "d5", D6 = "d6", D7 = "d7");
both!(thirty_three:
    A0 = "a0", A1 = "a1", A2 = "a2", A3 = "a3", A4 = "a4", A5 = "a5", A6 = "a6", A7 = "a7",
    B0 = "b0", B1 = "b1", B2 = "b2", B3 = "b3", B4 = "b4", B5 = "b5", B6 = "b6", B7 = "b7",
    C0 = "c0", C1 = "c1", C2 = "c2", C3 = "c3", C4 = "c4", C5 = "c5", C6 = "c6", C7 = "c7",
    D0 = "d0", D1 = "d1", D2 = "d2", D3 = "d3", D4 = "d4", D5 = "d5", D6 = "d6", D7 = "d7",
    E0 = "e0");

amphi::component::flags! {
    Plain {
        /// A flag may be documented, and is called what it is called in Rust when nothing else is
        /// said.
        const FIRST;
        #[component(name = "the-second")]
        const SECOND
    }
}

fn same(ours: &impl std::fmt::Debug, theirs: &impl std::fmt::Debug) {
    assert_eq!(format!("{ours:?}"), format!("{theirs:?}"));
}

fn same_layout<A: ComponentType, B: ComponentType>() {
    let ours = (
        A::SIZE32,
        A::ALIGN32,
        A::flatten_count(),
        A::ABI.flat_count,
        A::MAY_REQUIRE_REALLOC,
    );
    let theirs = (
        B::SIZE32,
        B::ALIGN32,
        B::flatten_count(),
        B::ABI.flat_count,
        B::MAY_REQUIRE_REALLOC,
    );
    assert_eq!(ours, theirs);
}

/// A component that gives back a flags value passed flat, and a list of them passed through its
/// memory.
fn echo(engine: &Engine, names: &[&str]) -> Result<Component> {
    let names: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    let text = format!(
        r#"(component
            (core module $m
                (memory (export "memory") 1)
                (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 64)
                (func (export "one") (param i32) (result i32) local.get 0)
                (func (export "many") (param i32 i32) (result i32)
                    (i32.store (i32.const 8) (local.get 0))
                    (i32.store (i32.const 12) (local.get 1))
                    i32.const 8))
            (core instance $i (instantiate $m))
            (type $bits (flags {names}))
            (export $f "bits" (type $bits))
            (func (export "one") (param "x" $f) (result $f) (canon lift (core func $i "one")))
            (func (export "many") (param "x" (list $f)) (result (list $f))
                (canon lift (core func $i "many") (memory (core memory $i "memory")) (realloc (core func $i "realloc")))))"#,
        names = names.join(" "),
    );
    Component::new(engine, wat::parse_str(text)?)
}

/// Whether `values` come back from the component unchanged, flat and through memory.
fn round_trip<F>(names: &[&str], values: Vec<F>) -> Result<()>
where
    F: ComponentType + Lift + Lower + Copy + PartialEq + std::fmt::Debug + 'static,
{
    let engine = Engine::default();
    let mut store = Store::new(&engine, ());
    let instance = Linker::new(&engine).instantiate(&mut store, &echo(&engine, names)?)?;
    let one = instance.get_typed_func::<(F,), (F,)>(&mut store, "one")?;
    for value in &values {
        assert_eq!(one.call(&mut store, (*value,))?, (*value,));
    }
    let many = instance.get_typed_func::<(Vec<F>,), (Vec<F>,)>(&mut store, "many")?;
    assert_eq!(many.call(&mut store, (values.clone(),))?, (values,));
    Ok(())
}

#[test]
fn goes_through_a_component() -> Result<()> {
    use {eight as e, nine as n, seventeen as s, sixteen as x, thirty_two as t, three as h};
    type Three = h::ours::Bits;
    round_trip(
        h::NAMES,
        vec![
            Three::WRITE,
            Three::READ | Three::APPEND_ONLY,
            Three::empty(),
            Three::all(),
        ],
    )?;
    round_trip(
        e::NAMES,
        vec![
            e::ours::Bits::H,
            e::ours::Bits::A | e::ours::Bits::D,
            e::ours::Bits::all(),
        ],
    )?;
    round_trip(
        n::NAMES,
        vec![
            n::ours::Bits::I,
            n::ours::Bits::A | n::ours::Bits::I,
            n::ours::Bits::all(),
        ],
    )?;
    round_trip(
        x::NAMES,
        vec![
            x::ours::Bits::P,
            x::ours::Bits::H | x::ours::Bits::I,
            x::ours::Bits::all(),
        ],
    )?;
    round_trip(
        s::NAMES,
        vec![
            s::ours::Bits::Q,
            s::ours::Bits::A | s::ours::Bits::Q,
            s::ours::Bits::all(),
        ],
    )?;
    round_trip(
        t::NAMES,
        vec![
            t::ours::Bits::D7,
            t::ours::Bits::A0 | t::ours::Bits::D7,
            t::ours::Bits::all(),
        ],
    )?;
    Ok(())
}

#[test]
fn is_named_after_the_constant_unless_told() -> Result<()> {
    assert_eq!(format!("{:?}", Plain::all()), "(FIRST|SECOND)");
    round_trip(&["FIRST", "the-second"], vec![Plain::FIRST, Plain::SECOND])
}

#[test]
fn refuses_other_names() {
    let error = round_trip(&["read", "write", "append"], vec![three::ours::Bits::READ])
        .expect_err("the names differ");
    let text = format!("{error:?}");
    assert!(text.contains("append-only"), "{text}");
}
