//! Components that echo: text of a component whose functions hand what they get to the host's
//! function of the same name, and what that returns back.
//!
//! The guest's allocator leaves memory filled with a pattern and aligns no better than it is asked
//! to, so that nothing gets by that counts on zeros or on luck. After each call it starts anew.

use std::fmt::Write as _;

use super::layout::{Core, MOST_PARAMS, flat, size_and_align};
use super::ty::{Signature, Type};

/// How strings lie in a guest's memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// `utf8`.
    Utf8,
    /// `utf16`.
    Utf16,
    /// `latin1+utf16`.
    Latin1OrUtf16,
}

impl Encoding {
    const ALL: [Encoding; 3] = [Encoding::Utf8, Encoding::Utf16, Encoding::Latin1OrUtf16];

    /// The pair of a batch: nine batches have them all.
    pub fn pair(batch: usize) -> [Encoding; 2] {
        [Self::ALL[batch % 3], Self::ALL[batch / 3 % 3]]
    }

    /// Its name in WAT.
    pub fn name(self) -> &'static str {
        match self {
            Encoding::Utf8 => "utf8",
            Encoding::Utf16 => "utf16",
            Encoding::Latin1OrUtf16 => "latin1+utf16",
        }
    }
}

const ALLOCATOR: &str = r#"
  (core module $libc
    (memory (export "memory") 1)
    (global $next (mut i32) (i32.const 1))
    (func (export "realloc") (param $old i32) (param $had i32) (param $align i32) (param $size i32) (result i32)
      (local $at i32)
      (local.set $at (i32.and (i32.add (global.get $next) (i32.sub (local.get $align) (i32.const 1))) (i32.sub (i32.const 0) (local.get $align))))
      (global.set $next (i32.add (local.get $at) (local.get $size)))
      (if (i32.gt_u (global.get $next) (i32.mul (memory.size) (i32.const 65536)))
        (then (if (i32.eq (i32.const -1) (memory.grow (i32.add (i32.div_u (local.get $size) (i32.const 65536)) (i32.const 1)))) (then unreachable))))
      (memory.fill (local.get $at) (i32.const 0xa5) (local.get $size))
      (memory.copy (local.get $at) (local.get $old) (select (local.get $had) (local.get $size) (i32.lt_u (local.get $had) (local.get $size))))
      (local.get $at))
    (func $done (global.set $next (i32.const 1)))
    (func (export "done-i32") (param i32) (call $done))
    (func (export "done-i64") (param i64) (call $done))
    (func (export "done-f32") (param f32) (call $done))
    (func (export "done-f64") (param f64) (call $done)))
  (core instance $libc (instantiate $libc))
  (alias core export $libc "memory" (core memory $memory))
  (alias core export $libc "realloc" (core func $realloc))
"#;

/// The text of a component with the functions `echo0` and so on, which takes its values through one
/// guest for each of `path`; the last of them calls the host.
pub fn component(functions: &[Signature], path: &[Encoding]) -> String {
    let mut named = Named::default();
    let wits: Vec<Vec<String>> = functions
        .iter()
        .map(|function| function.0.iter().map(|ty| named.reference(ty)).collect())
        .collect();
    let result = |params: &Vec<String>| match &params[..] {
        [one] => one.clone(),
        many => format!("(tuple {})", many.join(" ")),
    };
    let results: Vec<String> = wits.iter().map(result).collect();
    let imports: String = (wits.iter().zip(&results).enumerate())
        .map(|(index, (params, result))| {
            format!(
                "  (import \"echo{index}\" (func $echo{index} {}))\n",
                func(params, result)
            )
        })
        .collect();
    let head = format!("{}{imports}", named.text);
    let guest = |encoding: Encoding| {
        let mut text = format!("{head}{ALLOCATOR}{}", core(functions, encoding));
        for (index, function) in functions.iter().enumerate() {
            lift(
                &mut text,
                index,
                function,
                &wits[index],
                &results[index],
                encoding,
            );
        }
        text
    };
    match path {
        [one] => format!("(component\n{})", guest(*one)),
        many => composed(
            &head,
            functions.len(),
            &named,
            &mut many.iter().map(|e| guest(*e)),
        ),
    }
}

/// Guests of which each calls the one after it, and the last the host.
fn composed(
    head: &str,
    functions: usize,
    named: &Named,
    guests: &mut dyn DoubleEndedIterator<Item = String>,
) -> String {
    let mut text = format!("(component\n{head}");
    let types: String = (named.imported.iter())
        .map(|name| format!(" (with \"{name}\" (type ${name}))"))
        .collect();
    let mut callee = None;
    for (number, guest) in guests.rev().enumerate() {
        let _ = writeln!(text, "  (component $guest{number}\n{guest})");
        let _ = write!(
            text,
            "  (instance $guest{number} (instantiate $guest{number}{types}"
        );
        for index in 0..functions {
            let _ = match callee {
                None => write!(text, " (with \"echo{index}\" (func $echo{index}))"),
                Some(callee) => {
                    write!(
                        text,
                        " (with \"echo{index}\" (func $guest{callee} \"echo{index}\"))"
                    )
                }
            };
        }
        text += "))\n";
        callee = Some(number);
    }
    for index in 0..functions {
        let outermost = callee.unwrap_or_default();
        let _ = writeln!(
            text,
            "  (export \"echo{index}\" (func $guest{outermost} \"echo{index}\"))"
        );
    }
    text + ")"
}

/// The core module, what it imports, and its instance.
fn core(functions: &[Signature], encoding: Encoding) -> String {
    let (mut lowered, mut imports, mut bodies, mut args) =
        (String::new(), String::new(), String::new(), String::new());
    for (index, function) in functions.iter().enumerate() {
        let shape = Shape::of(function);
        let params = cores("param", &shape.params);
        let (result, place) = match shape.result {
            Some(core) => (cores("result", &[core]), ""),
            None => (String::new(), " (param i32)"),
        };
        let _ = writeln!(
            lowered,
            "  (core func $lowered{index} (canon lower (func $echo{index}) {}))",
            options(encoding)
        );
        let _ = writeln!(
            imports,
            "    (import \"host\" \"echo{index}\" (func $echo{index} {params}{place}{result}))"
        );
        let gets: String = (0..shape.params.len())
            .map(|at| format!("(local.get {at})"))
            .collect();
        let _ = match shape.result {
            Some(_) => writeln!(
                bodies,
                "    (func (export \"echo{index}\") {params}{result} (call $echo{index} {gets}))"
            ),
            None => {
                let (size, align) = size_and_align(&function.result());
                writeln!(
                    bodies,
                    "    (func (export \"echo{index}\") {params} (result i32) (local $to i32)
      (local.set $to (call $realloc (i32.const 0) (i32.const 0) (i32.const {align}) (i32.const {size})))
      (call $echo{index} {gets} (local.get $to)) (local.get $to))"
                )
            }
        };
        let _ = write!(args, " (export \"echo{index}\" (func $lowered{index}))");
    }
    format!(
        "{lowered}  (core module $main
    (import \"libc\" \"realloc\" (func $realloc (param i32 i32 i32 i32) (result i32)))
{imports}{bodies}  )
  (core instance $main (instantiate $main (with \"libc\" (instance $libc)) (with \"host\" (instance{args}))))\n"
    )
}

fn lift(
    text: &mut String,
    index: usize,
    function: &Signature,
    params: &[String],
    result: &str,
    encoding: Encoding,
) {
    let returned = Shape::of(function).result.unwrap_or(Core::I32).name();
    let _ = writeln!(
        text,
        "  (func (export \"echo{index}\") {} (canon lift (core func $main \"echo{index}\") {} (post-return (core func $libc \"done-{returned}\"))))",
        func(params, result),
        options(encoding)
    );
}

/// The core parameters of a lifted or lowered echo, and its result where that is one value and not
/// in memory.
struct Shape {
    params: Vec<Core>,
    result: Option<Core>,
}

impl Shape {
    fn of(function: &Signature) -> Shape {
        let mut params: Vec<Core> = function.0.iter().flat_map(flat).collect();
        if params.len() > MOST_PARAMS {
            params = vec![Core::I32];
        }
        let result = match flat(&function.result())[..] {
            [one] => Some(one),
            _ => None,
        };
        Shape { params, result }
    }
}

fn options(encoding: Encoding) -> String {
    format!(
        "(memory $memory) (realloc $realloc) string-encoding={}",
        encoding.name()
    )
}

fn cores(what: &str, types: &[Core]) -> String {
    let names: Vec<_> = types.iter().map(|core| core.name()).collect();
    format!("({what} {}) ", names.join(" "))
}

fn func(params: &[String], result: &str) -> String {
    let params: String = (params.iter().enumerate())
        .map(|(index, ty)| format!("(param \"p{index}\" {ty}) "))
        .collect();
    format!("{params}(result {result})")
}

/// Types that functions refer to have names: each is defined, and imported as what it is.
#[derive(Default)]
struct Named {
    text: String,
    imported: Vec<String>,
    defined: usize,
}

impl Named {
    /// What to write for a type, which is defined first where it has to be.
    fn reference(&mut self, ty: &Type) -> String {
        match ty {
            Type::Scalar(scalar) => scalar.name().to_owned(),
            Type::String => "string".to_owned(),
            Type::List(element) => format!("(list {})", self.reference(element)),
            Type::Array(element, length) => {
                format!("(list {} {length})", self.reference(element))
            }
            Type::Map(key, element) => {
                format!("(map {} {})", key.name(), self.reference(element))
            }
            Type::Tuple(types) => {
                let types: Vec<_> = types.iter().map(|ty| self.reference(ty)).collect();
                format!("(tuple {})", types.join(" "))
            }
            Type::Option(ty) => format!("(option {})", self.reference(ty)),
            Type::Result(ok, err) => {
                let ok = ok.as_ref().map_or(String::new(), |ty| self.reference(ty));
                let err = err
                    .as_ref()
                    .map(|ty| format!("(error {})", self.reference(ty)));
                format!("(result {ok} {})", err.unwrap_or_default())
            }
            Type::Record(types) => {
                let fields = types.iter().enumerate().map(|(index, ty)| {
                    let ty = self.reference(ty);
                    format!("(field \"{}\" {ty})", field(index))
                });
                let fields: Vec<_> = fields.collect();
                self.named(&format!("(record {})", fields.join(" ")))
            }
            Type::Variant(cases) => {
                let cases = cases.iter().enumerate().map(|(index, ty)| {
                    let ty = ty.as_ref().map_or(String::new(), |ty| self.reference(ty));
                    format!("(case \"{}\" {ty})", case(index))
                });
                let cases: Vec<_> = cases.collect();
                self.named(&format!("(variant {})", cases.join(" ")))
            }
            Type::Enum(count) => self.named(&format!("(enum {})", names(*count, case))),
            Type::Flags(count) => self.named(&format!("(flags {})", names(*count, flag))),
        }
    }

    fn named(&mut self, ty: &str) -> String {
        let name = format!("t{}", self.defined);
        self.defined += 1;
        let _ = writeln!(
            self.text,
            "  (type $own-{name} {ty}) (import \"{name}\" (type ${name} (eq $own-{name})))"
        );
        self.imported.push(name.clone());
        format!("${name}")
    }
}

fn names(count: usize, name: fn(usize) -> String) -> String {
    let names: Vec<_> = (0..count)
        .map(|index| format!("\"{}\"", name(index)))
        .collect();
    names.join(" ")
}

/// The name of a field of a record.
pub fn field(index: usize) -> String {
    format!("field{index}")
}

/// The name of a case of a variant or an enum.
pub fn case(index: usize) -> String {
    format!("case{index}")
}

/// A name in flags.
pub fn flag(index: usize) -> String {
    format!("flag{index}")
}
