//! The instruction at a place that a stack trace names, and whether it reaches into a table.

use crate::search;
#[cfg(feature = "compiler")]
use wasmtime_environ::error::Result;
#[cfg(feature = "compiler")]
use wasmtime_environ::wasmparser::{Operator, Parser, Payload, TypeRef};

/// A place in a core module, as stack traces have it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The function's number.
    pub function: u32,
    /// Where the instruction begins, from the start of the module.
    pub offset: usize,
}

impl Place {
    /// Reads the place out of a frame of a browser's stack, where the browser follows the
    /// WebAssembly Web API: `wasm-function[3]:0x2a`.
    pub fn in_frame(frame: &str) -> Option<Place> {
        let (_, numbers) = search::rsplit_once(frame, "wasm-function[")?;
        let (function, rest) = search::split_once(numbers, "]:0x")?;
        let digits = rest
            .find(|c: char| !c.is_ascii_hexdigit())
            .map_or(rest, |end| &rest[..end]);
        Some(Place {
            function: function.parse().ok()?,
            offset: usize::from_str_radix(digits, 16).ok()?,
        })
    }
}

/// The instructions of a core module that reach into tables.
///
/// Some browsers say the same of an access outside of a memory and of one outside of a table, and
/// tell where it was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableAccesses(pub(crate) Box<[Place]>);

impl TableAccesses {
    /// Reads the bodies of a valid module's functions.
    ///
    /// # Errors
    ///
    /// The bytes are not a module.
    #[cfg(feature = "compiler")]
    pub fn read(wasm: &[u8]) -> Result<TableAccesses> {
        let mut places = Vec::new();
        let mut function = 0;
        for payload in Parser::new(0).parse_all(wasm) {
            match payload? {
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        let ty = import?.ty;
                        function +=
                            u32::from(matches!(ty, TypeRef::Func(_) | TypeRef::FuncExact(_)));
                    }
                }
                Payload::CodeSectionEntry(body) => {
                    let operators = body.get_operators_reader()?;
                    for operator in operators.into_iter_with_offsets() {
                        let (operator, offset) = operator?;
                        if reaches_into_table(&operator) {
                            places.push(Place { function, offset });
                        }
                    }
                    function += 1;
                }
                _ => {}
            }
        }
        Ok(TableAccesses(places.into()))
    }

    /// Whether one of them is at `place`.
    pub fn has(&self, place: Place) -> bool {
        let found = self.0.binary_search_by_key(&place.offset, |at| at.offset);
        found.is_ok_and(|index| self.0[index] == place)
    }
}

#[cfg(feature = "compiler")]
fn reaches_into_table(operator: &Operator<'_>) -> bool {
    matches!(
        operator,
        Operator::CallIndirect { .. }
            | Operator::ReturnCallIndirect { .. }
            | Operator::TableInit { .. }
            | Operator::TableCopy { .. }
            | Operator::TableFill { .. }
            | Operator::TableGet { .. }
            | Operator::TableSet { .. }
    )
}

#[cfg(test)]
mod tests {
    use super::{Place, TableAccesses};
    use wasmtime_environ::wasmparser::{Operator, Parser, Payload};

    #[test]
    fn frames_of_browsers_are_read() {
        let place = Some(Place {
            function: 6,
            offset: 0x1a3,
        });
        for (frame, expected) in [
            (
                "call@http://127.0.0.1/x.js line 12 > WebAssembly.Module:wasm-function[6]:0x1a3",
                place,
            ),
            (
                "at call (wasm://wasm/0badcafe:wasm-function[6]:0x1a3)",
                place,
            ),
            ("<?>.wasm-function[6]@[wasm code]", None),
            ("amphiGuard@http://127.0.0.1/guard.js:9:12", None),
            ("wasm-function[99999999999]:0x1", None),
            ("", None),
        ] {
            assert_eq!(Place::in_frame(frame), expected, "{frame}");
        }
    }

    #[test]
    fn the_instruction_at_a_place_is_found() {
        let wasm = wat::parse_str(
            "(module (import \"a\" \"b\" (func)) (table 1 funcref) (memory 1) (elem func) (data)
                (func i32.const 0 call_indirect)
                (func i32.const 0 i32.load drop)
                (func i32.const 0 i32.const 0 i32.const 0 table.init 0)
                (func i32.const 0 i32.const 0 i32.const 0 memory.init 0)
                (func i32.const 0 i32.const 0 i32.const 0 table.copy)
                (func i32.const 0 table.get 0 drop))",
        )
        .expect("it is a module");
        let accesses = TableAccesses::read(&wasm).expect("it is valid");
        let mut seen = Vec::new();
        let bodies = Parser::new(0).parse_all(&wasm).filter_map(|payload| {
            match payload.expect("it is valid") {
                Payload::CodeSectionEntry(body) => Some(body),
                _ => None,
            }
        });
        for (function, body) in (1..).zip(bodies) {
            let operators = body.get_operators_reader().expect("it is valid");
            for item in operators.into_iter_with_offsets() {
                let (operator, offset) = item.expect("it is valid");
                let place = Place { function, offset };
                let expected = matches!(
                    operator,
                    Operator::CallIndirect { .. }
                        | Operator::TableInit { .. }
                        | Operator::TableCopy { .. }
                        | Operator::TableGet { .. }
                );
                assert_eq!(accesses.has(place), expected, "{place:?}");
                seen.push(expected);
            }
        }
        assert_eq!(seen.iter().filter(|table| **table).count(), 4);
        let elsewhere = Place {
            function: 9,
            ..accesses.0[0]
        };
        assert!(!accesses.has(elsewhere));
    }
}
