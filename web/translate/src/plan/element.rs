//! Active element segments: what a core module writes into tables while it is instantiated.

#[cfg(feature = "compiler")]
use std::sync::Arc;
#[cfg(feature = "compiler")]
use wasmtime_environ::wasmparser::{
    ConstExpr, ElementItems, ElementKind, Operator, Parser, Payload, TypeRef,
};

/// An active element segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActiveElements {
    pub(crate) table: TableSize,
    pub(crate) offset: Offset,
    pub(crate) items: u64,
}

/// How many elements a table has when segments are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TableSize {
    /// A table of the module's own.
    Defined(u64),
    /// An imported table: module and field name.
    Imported(String, String),
}

/// Where a segment begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Offset {
    Constant(u64),
    /// The value of an imported global: module and field name.
    Imported(String, String),
}

/// A number, or where a number comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SegmentMeasure<'a> {
    /// The number.
    Number(u64),
    /// The length of an imported table, or the value of an imported global: module and field name.
    Import(&'a str, &'a str),
}

impl ActiveElements {
    /// How many elements its table has, where in that it begins, and how many elements it has
    /// itself.
    pub fn measures(&self) -> (SegmentMeasure<'_>, SegmentMeasure<'_>, u64) {
        let size = match &self.table {
            TableSize::Defined(size) => SegmentMeasure::Number(*size),
            TableSize::Imported(module, field) => SegmentMeasure::Import(module, field),
        };
        let offset = match &self.offset {
            Offset::Constant(offset) => SegmentMeasure::Number(*offset),
            Offset::Imported(module, field) => SegmentMeasure::Import(module, field),
        };
        (size, offset, self.items)
    }

    /// The active element segments of a valid core module, in order, without those whose offset is
    /// computed.
    #[cfg(feature = "compiler")]
    pub fn read(wasm: &[u8]) -> Arc<[ActiveElements]> {
        let mut sections = SectionsRead::default();
        for payload in Parser::new(0).parse_all(wasm) {
            if payload.is_ok_and(|payload| sections.read(payload).is_some()) {
                continue;
            }
            break;
        }
        sections.active.into()
    }

    /// Whether the segment does not fit. `import` tells the length of an imported table or the
    /// value of an imported global.
    pub fn lies_outside(&self, import: impl Fn(&str, &str) -> Option<u64>) -> bool {
        let (size, offset, items) = self.measures();
        let number = |measure| match measure {
            SegmentMeasure::Number(number) => Some(number),
            SegmentMeasure::Import(module, field) => import(module, field),
        };
        match (number(size), number(offset)) {
            (Some(size), Some(offset)) => offset.checked_add(items).is_none_or(|end| end > size),
            _ => false,
        }
    }
}

/// What has been read of a module up to its element section.
#[cfg(feature = "compiler")]
#[derive(Default)]
struct SectionsRead {
    tables: Vec<TableSize>,
    globals: Vec<(String, String)>,
    active: Vec<ActiveElements>,
}

#[cfg(feature = "compiler")]
impl SectionsRead {
    /// Takes in a section; nothing more is to be read after `None`.
    fn read(&mut self, payload: Payload<'_>) -> Option<()> {
        match payload {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    let import = import.ok()?;
                    let names = (import.module.to_owned(), import.name.to_owned());
                    match import.ty {
                        TypeRef::Table(_) => {
                            self.tables.push(TableSize::Imported(names.0, names.1))
                        }
                        TypeRef::Global(_) => self.globals.push(names),
                        _ => {}
                    }
                }
            }
            Payload::TableSection(tables) => {
                for table in tables {
                    self.tables.push(TableSize::Defined(table.ok()?.ty.initial));
                }
            }
            Payload::ElementSection(elements) => {
                for element in elements {
                    let element = element.ok()?;
                    let items = u64::from(match element.items {
                        ElementItems::Functions(items) => items.count(),
                        ElementItems::Expressions(_, items) => items.count(),
                    });
                    if let ElementKind::Active {
                        table_index,
                        offset_expr,
                    } = element.kind
                    {
                        self.add(table_index.unwrap_or(0), &offset_expr, items);
                    }
                }
                return None;
            }
            _ => {}
        }
        Some(())
    }

    fn add(&mut self, table: u32, offset: &ConstExpr<'_>, items: u64) {
        let table = self.tables.get(table as usize).cloned();
        if let (Some(table), Some(offset)) = (table, self.offset(offset)) {
            self.active.push(ActiveElements {
                table,
                offset,
                items,
            });
        }
    }

    fn offset(&self, expression: &ConstExpr<'_>) -> Option<Offset> {
        let mut operators = expression.get_operators_reader();
        let offset = match operators.read().ok()? {
            Operator::I32Const { value } => Offset::Constant(u64::from(value.cast_unsigned())),
            Operator::I64Const { value } => Offset::Constant(value.cast_unsigned()),
            Operator::GlobalGet { global_index } => {
                let (module, field) = self.globals.get(global_index as usize)?.clone();
                Offset::Imported(module, field)
            }
            _ => return None,
        };
        matches!(operators.read().ok()?, Operator::End).then_some(offset)
    }
}

#[cfg(test)]
mod tests {
    use super::ActiveElements;

    /// `(module (import "m" "t" (table 2 funcref)) (import "m" "g" (global i32)) (table 1 funcref)
    /// (func) SEGMENTS)`
    fn module(segments: &[&[u8]]) -> Vec<u8> {
        let mut body = vec![u8::try_from(segments.len()).expect("few segments")];
        body.extend(segments.concat());
        let size = u8::try_from(body.len()).expect("short segments");
        [
            b"\0asm\x01\0\0\0".as_slice(),
            b"\x01\x04\x01\x60\x00\x00",
            b"\x02\x10\x02\x01m\x01t\x01\x70\x00\x02\x01m\x01g\x03\x7f\x00",
            b"\x03\x02\x01\x00",
            b"\x04\x04\x01\x70\x00\x01",
            &[9, size],
            &body,
            b"\x0a\x04\x01\x02\x00\x0b",
        ]
        .concat()
    }

    fn outside(segment: &[u8], table: u64, global: u64) -> bool {
        let read = ActiveElements::read(&module(&[segment]));
        let [segment] = &*read else {
            panic!("one segment was expected, {read:?} found");
        };
        segment.lies_outside(|module, field| match (module, field) {
            ("m", "t") => Some(table),
            ("m", "g") => Some(global),
            _ => None,
        })
    }

    #[test]
    fn a_segment_fits_or_lies_outside_of_its_own_table() {
        // (elem (table 1) (i32.const N) func 0)
        assert!(!outside(b"\x02\x01\x41\x00\x0b\x00\x01\x00", 0, 0));
        assert!(outside(b"\x02\x01\x41\x01\x0b\x00\x01\x00", 9, 0));
        assert!(outside(b"\x02\x01\x41\x7f\x0b\x00\x01\x00", 9, 0));
    }

    #[test]
    fn an_imported_table_and_an_imported_offset_are_asked_for() {
        // (elem (table 0) (global.get 0) func 0 0)
        let segment = b"\x00\x23\x00\x0b\x02\x00\x00";
        assert!(!outside(segment, 2, 0));
        assert!(outside(segment, 2, 1));
        assert!(!outside(segment, 3, 1));
    }

    #[test]
    fn segments_that_are_not_written_are_left_out() {
        // (elem func 0), (elem declare func 0)
        let read = ActiveElements::read(&module(&[b"\x01\x00\x01\x00", b"\x03\x00\x01\x00"]));
        assert!(read.is_empty(), "{read:?}");
        assert!(ActiveElements::read(b"\0asm").is_empty());
    }
}
