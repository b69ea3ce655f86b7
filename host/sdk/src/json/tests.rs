//! What a text is read as and a value written as, and what is said of texts that are not right.
//!
//! That everything comes back as it went is tested with random types and values elsewhere; here are
//! the forms, and the refusals.

mod compounds;
mod functions;
mod scalars;

use super::{Bounds, Shape, Spelling};
use crate::component::types::{ComponentFunc, ComponentItem};
use crate::component::{Component, Type};
use crate::wave;
use crate::wave::tests::type_of;

/// Enough for any of the values here.
const MOST: usize = 10_000;

fn shape(ty: &Type) -> Shape {
    Shape::new(ty, Spelling::Any).expect("JSON can carry the type")
}

/// `json` is read as the value that `text` notates in WAVE, and that is written as `json`.
#[track_caller]
fn same(ty: &Type, json: &str, text: &str) {
    reads(ty, json, text);
    let value = wave::from_text(ty, text).expect("the test's value is well formed");
    assert_eq!(
        shape(ty).write(&value, MOST).as_deref(),
        Ok(json),
        "writing {text}"
    );
}

/// `json` is read as the value that `text` notates in WAVE.
#[track_caller]
fn reads(ty: &Type, json: &str, text: &str) {
    let value = wave::from_text(ty, text).expect("the test's value is well formed");
    let read = shape(ty).read(json.as_bytes(), &Bounds::default());
    assert_eq!(read, Ok(value), "reading {json}");
}

#[track_caller]
fn refused(ty: &Type, json: &str, message: &str) {
    let error = shape(ty)
        .read(json.as_bytes(), &Bounds::default())
        .expect_err("the text does not fit the type");
    assert_eq!(error.to_string(), message, "reading {json}");
}

/// A record with an option, a list of them, and what else errors speak of.
fn readings() -> Type {
    type_of(
        r#"(type $o (option string))
           (type $r' (record (field "sensor-id" string) (field "value" f64) (field "note" $o)))
           (import "r" (type $r (eq $r')))
           (type $l (list $r))"#,
        "$l",
    )
}

fn function(params: &str) -> ComponentFunc {
    let text = format!(r#"(component (import "f" (func {params})))"#);
    let bytes = wat::parse_str(text).expect("the test's component is well formed");
    let engine = crate::Engine::default();
    let component = Component::new(&engine, bytes).expect("the test's component is valid");
    let ty = component.component_type();
    match ty.get_import(&engine, "f").expect("imported above").ty {
        ComponentItem::ComponentFunc(func) => func,
        other => panic!("expected a function, found {other:?}"),
    }
}

/// Cases with and without a payload, among them one that may be none.
fn shapes() -> Type {
    type_of(
        r#"(type $o (option u8))
           (type $v' (variant (case "empty-one") (case "radius" f32) (case "level" $o)))
           (import "v" (type $v (eq $v')))"#,
        "$v",
    )
}
