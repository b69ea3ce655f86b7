//! Random worlds and random changes to them: the gate judges as others do.

use std::collections::HashMap;
use std::fmt::Write;

use amphi_core::abi::Verdict;
use fastrand::Rng;

use crate::opinion::{Subject, compare, expect_agreement};

const PAIRS: u64 = 1_000;

/// A world as data, small enough to change at random.
#[derive(Clone)]
struct World {
    exports: Vec<Interface>,
    imports: Vec<Interface>,
}

#[derive(Clone)]
struct Interface {
    name: String,
    /// Records, variants, enums and flags: kind, and members with an index of a type.
    types: Vec<(usize, Vec<(String, usize)>)>,
    functions: Vec<Function>,
}

#[derive(Clone)]
struct Function {
    name: String,
    is_async: bool,
    params: Vec<(String, usize)>,
    result: Option<usize>,
}

const KINDS: [&str; 4] = ["record", "variant", "enum", "flags"];

/// Types of any interface; behind them, by index, come those that it defines.
const TYPES: [&str; 12] = [
    "u8",
    "s64",
    "f32",
    "bool",
    "char",
    "string",
    "list<u8>",
    "option<string>",
    "tuple<u8, s16>",
    "result<u32, string>",
    "result",
    "list<option<f64>>",
];

/// A name that nothing else has.
fn fresh(letter: &str, rng: &mut Rng) -> String {
    format!("{letter}{}", rng.u32(..))
}

fn ty(interface: &Interface, index: usize) -> String {
    let all = TYPES.len() + interface.types.len();
    let index = index % all;
    match index.checked_sub(TYPES.len()) {
        None => TYPES[index].to_owned(),
        Some(own) => format!("t{own}"),
    }
}

impl World {
    fn random(rng: &mut Rng) -> World {
        let interfaces = |rng: &mut Rng, prefix: &str, least| {
            (0..rng.usize(least..3))
                .map(|index| Interface::random(rng, format!("{prefix}{index}")))
                .collect()
        };
        World {
            exports: interfaces(rng, "e", 1),
            imports: interfaces(rng, "i", 0),
        }
    }

    fn wit(&self) -> String {
        let mut text = "package demo:random@1.0.0;\n".to_owned();
        for interface in self.exports.iter().chain(&self.imports) {
            interface.write(&mut text);
        }
        text.push_str("world w {\n");
        for (word, interfaces) in [("export", &self.exports), ("import", &self.imports)] {
            for interface in interfaces {
                writeln!(text, "{word} {};", interface.name).expect("a string takes it");
            }
        }
        text.push_str("}\n");
        text
    }

    /// Changes one thing, or nothing.
    fn change(&mut self, rng: &mut Rng) {
        let side = match rng.bool() {
            true => &mut self.exports,
            false => &mut self.imports,
        };
        match rng.u8(0..8) {
            0 => {}
            1 => {
                let name = fresh("n", rng);
                side.push(Interface::random(rng, name));
            }
            2 if side.len() > 1 => {
                side.remove(rng.usize(..side.len()));
            }
            _ => {
                if let Some(interface) = rng.choice(side.iter_mut()) {
                    interface.change(rng);
                }
            }
        }
    }
}

impl Interface {
    fn random(rng: &mut Rng, name: String) -> Interface {
        let types = (0..rng.usize(..4))
            .map(|_| {
                let kind = rng.usize(..KINDS.len());
                let members = (0..rng.usize(1..4))
                    .map(|index| (format!("m{index}"), rng.usize(..TYPES.len())));
                (kind, members.collect())
            })
            .collect();
        let functions = (0..rng.usize(1..4))
            .map(|index| Function::random(rng, format!("f{index}")))
            .collect();
        Interface {
            name,
            types,
            functions,
        }
    }

    fn write(&self, text: &mut String) {
        writeln!(text, "interface {} {{", self.name).expect("a string takes it");
        for (index, (kind, members)) in self.types.iter().enumerate() {
            write!(text, "{} t{index} {{ ", KINDS[*kind]).expect("a string takes it");
            for (name, member) in members {
                let member = TYPES[*member];
                match KINDS[*kind] {
                    "record" => write!(text, "{name}: {member}, "),
                    "variant" => write!(text, "{name}({member}), "),
                    _ => write!(text, "{name}, "),
                }
                .expect("a string takes it");
            }
            text.push_str("}\n");
        }
        for function in &self.functions {
            let params = function.params.iter();
            let params: Vec<String> = params
                .map(|(name, index)| format!("{name}: {}", ty(self, *index)))
                .collect();
            let word = if function.is_async {
                "async func"
            } else {
                "func"
            };
            write!(text, "{}: {word}({})", function.name, params.join(", "))
                .expect("a string takes it");
            if let Some(result) = function.result {
                write!(text, " -> {}", ty(self, result)).expect("a string takes it");
            }
            text.push_str(";\n");
        }
        text.push_str("}\n");
    }

    fn change(&mut self, rng: &mut Rng) {
        match rng.u8(0..6) {
            0 => {
                let name = fresh("g", rng);
                self.functions.push(Function::random(rng, name));
            }
            1 if self.functions.len() > 1 => {
                self.functions.remove(rng.usize(..self.functions.len()));
            }
            2 | 3 if !self.types.is_empty() => {
                let index = rng.usize(..self.types.len());
                let (kind, members) = &mut self.types[index];
                match rng.u8(0..5) {
                    0 => *kind = rng.usize(..KINDS.len()),
                    1 => members.push((format!("x{}", rng.u32(..)), rng.usize(..TYPES.len()))),
                    2 if members.len() > 1 => {
                        members.remove(rng.usize(..members.len()));
                    }
                    3 => rng.shuffle(members),
                    _ => {
                        let member = rng.usize(..members.len());
                        members[member].1 = rng.usize(..TYPES.len());
                    }
                }
            }
            4 => {
                let kind = rng.usize(..KINDS.len());
                self.types.push((kind, vec![("m0".to_owned(), 0)]));
            }
            _ => {
                if let Some(function) = rng.choice(self.functions.iter_mut()) {
                    function.change(rng);
                }
            }
        }
    }
}

impl Function {
    fn random(rng: &mut Rng, name: String) -> Function {
        let is_async = rng.u8(..5) == 0;
        let params = (0..rng.usize(..3)).map(|index| (format!("p{index}"), rng.usize(..64)));
        Function {
            name,
            is_async,
            params: params.collect(),
            result: rng.bool().then(|| rng.usize(..64)),
        }
    }

    fn change(&mut self, rng: &mut Rng) {
        match rng.u8(0..6) {
            0 => self.is_async = !self.is_async,
            1 => self
                .params
                .push((format!("q{}", rng.u32(..)), rng.usize(..64))),
            2 => drop(self.params.pop()),
            3 => rng.shuffle(&mut self.params),
            4 => self.result = rng.bool().then(|| rng.usize(..64)),
            _ => {
                if let Some((name, index)) = rng.choice(self.params.iter_mut()) {
                    match rng.bool() {
                        true => name.push('x'),
                        false => *index = rng.usize(..64),
                    }
                }
            }
        }
    }
}

#[test]
fn random_changes_are_judged_as_others_judge_them() {
    let mut verdicts = HashMap::new();
    for seed in 0..PAIRS {
        let mut rng = Rng::with_seed(seed);
        let old = World::random(&mut rng);
        let mut new = old.clone();
        for _ in 0..rng.usize(1..3) {
            new.change(&mut rng);
        }
        let (old_wit, new_wit) = (old.wit(), new.wit());
        let (old, new) = (Subject::new(&old_wit), Subject::new(&new_wit));
        // Shown when the test fails.
        println!("seed {seed}\n{old_wit}\n{new_wit}");
        let report = compare(&old, &new);
        expect_agreement(&old, &new, &report);
        *verdicts.entry(report.verdict()).or_insert(0) += 1;
    }
    // Changes that all come to the same would show little.
    for verdict in [Verdict::Same, Verdict::Compatible, Verdict::Breaking] {
        let found = verdicts.get(&verdict).copied().unwrap_or_default();
        assert!(found > PAIRS / 20, "{verdict}: {found} of {PAIRS}");
    }
}
