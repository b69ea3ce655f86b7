//! Which table is exported under which name, kept through `wasm-opt`.
//!
//! Before its version 112, which stable distributions still have, it writes every exported table as
//! the first one; a page's module exports two.

use anyhow::{Context, Result, ensure};
use wasmparser::{ExternalKind, Parser, Payload};

/// Makes the exported tables of `optimised` those of `original`, the module that it was made from.
pub fn keep(original: &[u8], optimised: &mut [u8]) -> Result<()> {
    let before = exported(original)?;
    let after = exported(optimised)?;
    let names = |tables: &[Table]| -> Vec<_> { tables.iter().map(|t| t.name.clone()).collect() };
    ensure!(
        names(&before) == names(&after),
        "expected `wasm-opt` to keep the exported tables {:?}, found {:?}",
        names(&before),
        names(&after)
    );
    for (before, after) in before.iter().zip(&after) {
        let byte = u8::try_from(before.index).context("more tables than a byte counts")?;
        ensure!(byte < 0x80, "more tables than one byte of LEB128 counts");
        optimised[after.end - 1] = byte;
    }
    Ok(())
}

/// An export of a table.
struct Table {
    name: String,
    index: u32,
    /// Where the export ends; its last byte is the index.
    end: usize,
}

fn exported(module: &[u8]) -> Result<Vec<Table>> {
    let mut tables = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        let Payload::ExportSection(section) = payload? else {
            continue;
        };
        let end = section.range().end;
        let exports = section
            .into_iter_with_offsets()
            .collect::<wasmparser::Result<Vec<_>>>()?;
        let ends = exports.iter().skip(1).map(|(start, _)| *start).chain([end]);
        for ((_, export), end) in exports.iter().zip(ends) {
            if export.kind == ExternalKind::Table {
                tables.push(Table {
                    name: export.name.to_string(),
                    index: export.index,
                    end,
                });
            }
        }
    }
    tables.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(tables)
}

#[cfg(test)]
mod tests {
    use super::keep;

    #[test]
    fn tables_are_exported_as_before() {
        let module = |index: u32| {
            wat::parse_str(format!(
                "(module (table 1 funcref) (table 1 externref) (func (export \"f\"))
                 (export \"functions\" (table 0)) (export \"values\" (table {index})))"
            ))
            .expect("it is valid text")
        };
        let (original, mut optimised) = (module(1), module(0));
        keep(&original, &mut optimised).expect("both export the same names");
        assert_eq!(optimised, original);
    }
}
