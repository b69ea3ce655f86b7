//! What has to be known of a core module's own bytes, whatever a plan says: that it has no start
//! function, which would run where nothing may, and how large its memories and tables may become,
//! which a store limits.
//!
//! Whether it is valid at all is for the browser to say.

use super::coded::Coded as _;
use super::reader::ByteReader;
use crate::plan::{MOST_ELEMENTS, MOST_PAGES, Size, Sizes};
use wasmtime_environ::error::{Result, bail, ensure};

/// What every core module begins with.
const HEADER: &[u8] = b"\0asm\x01\0\0\0";

/// The sections that are looked into, and the one that there must not be.
const TABLES: u8 = 4;
const MEMORIES: u8 = 5;
const START: u8 = 8;

/// What the kinds of limits say by their bits.
const HAS_MAXIMUM: u8 = 1;
const IS_64: u8 = 4;
const HAS_PAGE_SIZE: u8 = 8;

/// The sizes of the memories and tables that a core module defines.
///
/// # Errors
///
/// It has a start function, or its sections cannot be read.
pub fn sizes(wasm: &[u8]) -> Result<Sizes> {
    let mut sizes = Sizes::default();
    let mut from = ByteReader::new(wasm);
    ensure!(from.bytes(HEADER.len())? == HEADER, "it is no core module");
    while !from.is_empty() {
        let id = from.byte()?;
        let length = usize::read(&mut from)?;
        let mut section = ByteReader::new(from.bytes(length)?);
        match id {
            TABLES => sizes.tables = read(&mut section, table)?,
            MEMORIES => sizes.memories = read(&mut section, memory)?,
            START => bail!("it has a start function, which should be exported"),
            _ => {}
        }
    }
    Ok(sizes)
}

fn read(
    section: &mut ByteReader<'_>,
    item: fn(&mut ByteReader<'_>) -> Result<Size>,
) -> Result<Box<[Size]>> {
    let sizes = (0..section.count()?)
        .map(|_| item(section))
        .collect::<Result<_>>()?;
    section.finish()?;
    Ok(sizes)
}

fn memory(from: &mut ByteReader<'_>) -> Result<Size> {
    let flags = from.byte()?;
    let size = limits(from, flags, MOST_PAGES)?;
    if flags & HAS_PAGE_SIZE != 0 {
        u32::read(from)?;
    }
    Ok(size)
}

fn table(from: &mut ByteReader<'_>) -> Result<Size> {
    let mut first = from.byte()?;
    let has_value = first == 0x40;
    if has_value {
        ensure!(from.byte()? == 0, "a table's value cannot be read");
        first = from.byte()?;
    }
    // `(ref null? HEAP)`; every other type is one byte.
    if matches!(first, 0x63 | 0x64) {
        skip_number(from)?;
    }
    let flags = from.byte()?;
    let size = limits(from, flags, MOST_ELEMENTS)?;
    if has_value {
        skip_expression(from)?;
    }
    Ok(size)
}

/// `most` is what 32-bit numbers reach.
fn limits(from: &mut ByteReader<'_>, flags: u8, most: u64) -> Result<Size> {
    let most = match flags & IS_64 {
        0 => most,
        _ => u64::MAX,
    };
    let minimum = u64::read(from)?;
    let maximum = match flags & HAS_MAXIMUM {
        0 => most,
        _ => u64::read(from)?,
    };
    Ok(Size { minimum, maximum })
}

/// Goes past a number, signed or not.
fn skip_number(from: &mut ByteReader<'_>) -> Result<()> {
    while from.byte()? & 0x80 != 0 {}
    Ok(())
}

/// Goes past what the value of a table's elements is computed by.
fn skip_expression(from: &mut ByteReader<'_>) -> Result<()> {
    loop {
        match from.byte()? {
            // `end`
            0x0b => return Ok(()),
            // `global.get`, `i32.const`, `i64.const`, `ref.null`, `ref.func`
            0x23 | 0x41 | 0x42 | 0xd0 | 0xd2 => skip_number(from)?,
            other => bail!("the value of a table has an instruction {other:#04x}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::sizes;
    use crate::plan::ModuleShape;
    use amphi_core::features::taken;

    /// What is read of its bytes is what the translator reads.
    fn check(text: &str) {
        let wasm = wat::parse_str(text).expect("the text is a module");
        let expected = ModuleShape::new(&wasm, taken()).expect("the module is valid");
        let found = sizes(&wasm).expect("it can be read");
        assert_eq!(found, expected.sizes, "{text}");
    }

    #[test]
    fn sizes_are_read_as_the_translator_reads_them() {
        check("(module)");
        check(r#"(module (import "" "m" (memory 7)) (import "" "t" (table 9 funcref)))"#);
        check("(module (memory 1) (memory 2 3) (memory i64 4) (memory i64 300 70000))");
        check("(module (table 5 funcref) (table 6 7 externref) (table i64 8 funcref))");
        check(
            "(module (type $f (func)) (func $g)
                (global $h funcref (ref.null func))
                (table 3 (ref null $f) (ref.null $f)) (table 4 9 (ref func) (ref.func $g))
                (table 300 funcref (ref.null func)))",
        );
    }

    #[test]
    fn a_start_function_is_refused() {
        let wasm = wat::parse_str("(module (func $f) (start $f))").expect("it is a module");
        let error = sizes(&wasm).expect_err("it has a start function");
        assert!(error.to_string().contains("start function"), "{error}");
    }
}
