//! Components of a few bytes that exhaust a stack, or multiply themselves: whoever reads them
//! without a look at them first is ended, or hangs.

use std::fmt::Write as _;
use std::iter::repeat_n;

use amphi::{Result, format_err};
use serde::Deserialize;

/// A component that nobody should read.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Hostile {
    /// How it harms.
    pub kind: Kind,
    /// How much.
    pub levels: usize,
}

/// How a component harms who reads it.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Types of instances inside each other.
    InstanceTypes,
    /// Types of components inside each other.
    ComponentTypes,
    /// Components inside each other.
    Components,
    /// Types of instances of which each names the one before.
    TypesByIndex,
    /// Components of which each instantiates the one before twice.
    Twice,
    /// Types of instances of which each has two of the one before, the last of which is imported
    /// often.
    Tree,
    /// A function whose type doubles with each level, given to a component hundreds of times.
    Compared,
    /// A type whose name is a long one, in a type that doubles with each level.
    Named,
}

impl Hostile {
    /// Its bytes.
    ///
    /// # Errors
    ///
    /// Its text is none.
    pub fn bytes(&self) -> Result<Vec<u8>> {
        let text = match self.kind {
            Kind::InstanceTypes => return Ok(types(0x42, self.levels)),
            Kind::ComponentTypes => return Ok(types(0x41, self.levels)),
            Kind::Components => {
                let around = |inside: Vec<u8>, _| component(4, &inside);
                return Ok((0..self.levels).fold(EMPTY.to_vec(), around));
            }
            Kind::TypesByIndex => by_index(self.levels),
            Kind::Twice => twice(self.levels),
            Kind::Tree => tree(self.levels),
            Kind::Compared => compared(self.levels),
            Kind::Named => named(self.levels),
        };
        wat::parse_str(text).map_err(|error| format_err!("{error}"))
    }
}

/// A component of one type with others inside.
fn types(kind: u8, levels: usize) -> Vec<u8> {
    let mut types = vec![1];
    types.extend(repeat_n([kind, 1, 1], levels - 1).flatten());
    types.extend([kind, 0]);
    component(7, &types)
}

/// A component without anything.
const EMPTY: &[u8] = b"\0asm\x0d\0\x01\0";

/// A component of one section.
fn component(number: u8, contents: &[u8]) -> Vec<u8> {
    let mut bytes = EMPTY.to_vec();
    bytes.push(number);
    let mut size = contents.len();
    while size > 0x7f {
        bytes.push(size as u8 | 0x80);
        size >>= 7;
    }
    bytes.push(size as u8);
    bytes.extend(contents);
    bytes
}

fn by_index(levels: usize) -> String {
    let mut text = "(component (type $t0 (instance))".to_owned();
    for level in 1..levels {
        let before = level - 1;
        let _ = write!(
            text,
            r#"(type $t{level} (instance (alias outer 1 $t{before} (type $t)) (export "i" (instance (type $t)))))"#
        );
    }
    text + ")"
}

fn twice(levels: usize) -> String {
    let mut text = "(component (component $c0)".to_owned();
    for level in 1..levels {
        let _ = write!(
            text,
            "(component $c{level} (alias outer 1 $c{} (component $c)) (instance (instantiate $c)) (instance (instantiate $c)))",
            level - 1
        );
    }
    let _ = write!(text, "(instance (instantiate $c{})))", levels - 1);
    text
}

fn tree(levels: usize) -> String {
    let mut text = r#"(component (type $t0 (instance (export "g" (func))))"#.to_owned();
    for level in 1..levels {
        let _ = write!(
            text,
            r#"(type $t{level} (instance (alias outer 1 $t{} (type $t)) (export "l" (instance (type $t))) (export "r" (instance (type $t)))))"#,
            level - 1
        );
    }
    for import in 0..20 {
        let _ = write!(
            text,
            r#"(import "n{import}" (instance (type $t{})))"#,
            levels - 1
        );
    }
    text + ")"
}

fn compared(levels: usize) -> String {
    let mut text = "(component (type $t0 (tuple u8 u8))".to_owned();
    let last = doubled(&mut text, levels);
    let _ = write!(
        text,
        r#"(import "f" (func $f (param "p" $t{last})))
        (component $c (alias outer 1 $t{last} (type $t)) (import "f" (func (param "p" $t))))"#
    );
    for _ in 0..900 {
        text += r#"(instance (instantiate $c (with "f" (func $f))))"#;
    }
    text + ")"
}

fn named(levels: usize) -> String {
    let name = "a".repeat(90_000);
    let mut text = format!(
        r#"(component (import "i" (instance (type $e (enum "x")) (export "{name}" (type $t0 (eq $e)))"#
    );
    let last = doubled(&mut text, levels);
    let _ = write!(text, r#"(export "f" (func (param "p" $t{last}))))))"#);
    text
}

/// Types that have the one before twice; the number of the last.
fn doubled(text: &mut String, levels: usize) -> usize {
    for level in 1..levels {
        let before = level - 1;
        let _ = write!(text, "(type $t{level} (tuple $t{before} $t{before}))");
    }
    levels - 1
}
