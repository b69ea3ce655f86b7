//! Every transcoder, run on strings of every kind and compared with the standard library's
//! conversions.

use super::transcoder;
use wasmtime::{Caller, Engine, Func, Instance, Memory, MemoryType, Module, Store, Val};
use wasmtime_environ::component::{FixedEncoding, Transcode};

/// Where strings are, in both memories; odd enough to notice a wrong base.
const AT: usize = 40;

const STRINGS: &[&str] = &[
    "",
    "a",
    "exactly8",
    "more than eight bytes, less than a page",
    "ä",
    "naïve café ÿ",
    "seven7ä",
    "eight ascii, then ߿ࠀ",
    "Ā after latin1",
    "latin1 ö then 水",
    "水水水",
    "🦀",
    "a🦀ä水\u{10ffff}\u{10000}\u{ffff}\u{d7ff}\u{e000}\u{7ff}\u{800}\u{7f}\u{80}",
    "ends in an astral 🦀",
];

/// What a call returned and what it left in the memory that is written.
struct Ran {
    results: Vec<usize>,
    memory: Vec<u8>,
}

impl Ran {
    fn written(&self, len: usize) -> &[u8] {
        &self.memory[AT..AT + len]
    }
}

/// Runs `op` on `source` with the parameters after the source's; `before` stands at the
/// destination.
fn run(op: Transcode, source: &[u8], units: usize, rest: &[usize], before: &[u8]) -> Option<Ran> {
    let engine = Engine::default();
    let mut store = Store::new(&engine, ());
    let module = Module::new(&engine, transcoder(op)).expect("transcoders are valid");
    let [from, to] = [source, before].map(|bytes| {
        let memory =
            Memory::new(&mut store, MemoryType::new(1, Some(1))).expect("a page can be had");
        memory.data_mut(&mut store)[AT..AT + bytes.len()].copy_from_slice(bytes);
        memory
    });
    let invalid = Func::wrap(&mut store, |_: Caller<'_, ()>| -> wasmtime::Result<()> {
        wasmtime::bail!("invalid")
    });
    let imports = [from.into(), to.into(), invalid.into()];
    let instance = Instance::new(&mut store, &module, &imports).expect("imports match");
    let call = instance
        .get_func(&mut store, "transcode")
        .expect("transcoders export it");
    let params: Vec<Val> = [AT, units, AT]
        .iter()
        .chain(rest)
        .map(|value| Val::I32(u32::try_from(*value).expect("small").cast_signed()))
        .collect();
    let mut results = vec![Val::I32(0); call.ty(&store).results().len()];
    call.call(&mut store, &params, &mut results).ok()?;
    Some(Ran {
        results: results
            .iter()
            .map(|value| value.unwrap_i32().cast_unsigned() as usize)
            .collect(),
        memory: to.data(&store).to_vec(),
    })
}

fn valid(op: Transcode, source: &[u8], units: usize, rest: &[usize], before: &[u8]) -> Ran {
    run(op, source, units, rest, before)
        .unwrap_or_else(|| panic!("{op:?} refuses a valid string: {source:02x?}"))
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// The longest start of `text` that Latin-1 has, in Latin-1.
fn latin1(text: &str) -> Vec<u8> {
    text.chars()
        .map_while(|c| u8::try_from(u32::from(c)).ok())
        .collect()
}

fn is_latin1(text: &str) -> bool {
    latin1(text).len() == text.chars().count()
}

fn ascii(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii).count()
}

#[test]
fn copies() {
    for text in STRINGS {
        let bytes = text.as_bytes();
        let ran = valid(
            Transcode::Copy(FixedEncoding::Utf8),
            bytes,
            bytes.len(),
            &[],
            &[],
        );
        assert_eq!(ran.written(bytes.len()), bytes);
        let wide = utf16(text);
        let ran = valid(
            Transcode::Copy(FixedEncoding::Utf16),
            &wide,
            wide.len() / 2,
            &[],
            &[],
        );
        assert_eq!(ran.written(wide.len()), wide);
        let narrow = latin1(text);
        let ran = valid(
            Transcode::Copy(FixedEncoding::Latin1),
            &narrow,
            narrow.len(),
            &[],
            &[],
        );
        assert_eq!(ran.written(narrow.len()), narrow);
    }
}

#[test]
fn to_utf16() {
    for text in STRINGS {
        let bytes = text.as_bytes();
        let wide = utf16(text);
        let ran = valid(Transcode::Utf8ToUtf16, bytes, bytes.len(), &[], &[]);
        assert_eq!(ran.results, [wide.len() / 2], "{text}");
        assert_eq!(ran.written(wide.len()), wide);

        let narrow = latin1(text);
        let widened: Vec<u8> = narrow.iter().flat_map(|byte| [*byte, 0]).collect();
        let ran = valid(
            Transcode::Latin1ToUtf16,
            &narrow,
            narrow.len(),
            &[],
            &[0xaa; 100],
        );
        assert_eq!(ran.written(widened.len()), widened);
    }
}

#[test]
fn to_utf8_in_two_passes() {
    for text in STRINGS {
        let bytes = text.as_bytes();
        let wide = utf16(text);
        let start = ascii(text);
        // The first pass has a byte for each unit and stops at what is not ASCII.
        let ran = valid(
            Transcode::Utf16ToUtf8,
            &wide,
            wide.len() / 2,
            &[wide.len() / 2, 1],
            &[],
        );
        assert_eq!(ran.results, [start, start], "{text}");
        assert_eq!(ran.written(start), &bytes[..start]);
        let ran = valid(
            Transcode::Utf16ToUtf8,
            &wide,
            wide.len() / 2,
            &[bytes.len(), 0],
            &[],
        );
        assert_eq!(ran.results, [wide.len() / 2, bytes.len()], "{text}");
        assert_eq!(ran.written(bytes.len()), bytes);

        let narrow = latin1(text);
        let narrow_text: String = narrow.iter().copied().map(char::from).collect();
        let ran = valid(
            Transcode::Latin1ToUtf8,
            &narrow,
            narrow.len(),
            &[narrow_text.len(), 0],
            &[],
        );
        assert_eq!(ran.results, [narrow.len(), narrow_text.len()], "{text}");
        assert_eq!(ran.written(narrow_text.len()), narrow_text.as_bytes());
        let ran = valid(
            Transcode::Latin1ToUtf8,
            &narrow,
            narrow.len(),
            &[narrow.len(), 1],
            &[],
        );
        let start = ascii(&narrow_text);
        assert_eq!(ran.results, [start, start], "{text}");
    }
}

#[test]
fn a_character_that_does_not_fit_is_not_begun() {
    let wide = utf16("a🦀");
    let ran = valid(Transcode::Utf16ToUtf8, &wide, 3, &[4, 0], &[0xaa; 16]);
    assert_eq!(ran.results, [1, 1]);
    assert_eq!(ran.written(5), b"a\xaa\xaa\xaa\xaa");
}

#[test]
fn to_latin1_as_far_as_it_goes() {
    for text in STRINGS {
        let narrow = latin1(text);
        let prefix: String = narrow.iter().copied().map(char::from).collect();
        let ran = valid(
            Transcode::Utf8ToLatin1,
            text.as_bytes(),
            text.len(),
            &[],
            &[],
        );
        assert_eq!(ran.results, [prefix.len(), narrow.len()], "{text}");
        assert_eq!(ran.written(narrow.len()), narrow);
        let wide = utf16(text);
        let ran = valid(Transcode::Utf16ToLatin1, &wide, wide.len() / 2, &[], &[]);
        assert_eq!(ran.results, [narrow.len(), narrow.len()], "{text}");
        assert_eq!(ran.written(narrow.len()), narrow);
    }
}

#[test]
fn to_compact_after_latin1() {
    for text in STRINGS {
        let narrow = latin1(text);
        let prefix: String = narrow.iter().copied().map(char::from).collect();
        let rest = &text[prefix.len()..];
        let wide = utf16(text);
        let so_far = [wide.len() / 2, narrow.len()];
        let ran = valid(
            Transcode::Utf8ToCompactUtf16,
            rest.as_bytes(),
            rest.len(),
            &so_far,
            &narrow,
        );
        assert_eq!(ran.results, [wide.len() / 2], "{text}");
        assert_eq!(ran.written(wide.len()), wide);
        let rest = utf16(rest);
        let ran = valid(
            Transcode::Utf16ToCompactUtf16,
            &rest,
            rest.len() / 2,
            &so_far,
            &narrow,
        );
        assert_eq!(ran.results, [wide.len() / 2], "{text}");
        assert_eq!(ran.written(wide.len()), wide);
    }
}

#[test]
fn to_compact_probably_utf16() {
    for text in STRINGS {
        let wide = utf16(text);
        let units = wide.len() / 2;
        let ran = valid(
            Transcode::Utf16ToCompactProbablyUtf16,
            &wide,
            units,
            &[],
            &[],
        );
        if is_latin1(text) {
            assert_eq!(ran.results, [units], "{text}");
            assert_eq!(ran.written(units), latin1(text));
        } else {
            assert_eq!(ran.results, [units | 1 << 31], "{text}");
            assert_eq!(ran.written(wide.len()), wide);
        }
    }
}

#[test]
fn invalid_utf8_is_reported() {
    let invalid: &[&[u8]] = &[
        b"\x80",
        b"\xbf",
        b"\xc0\x80",
        b"\xc1\xbf",
        b"\xc2",
        b"\xc2a",
        b"\xe0\x9f\xbf",
        b"\xe6\xb0",
        b"\xe6\xb0a",
        b"\xed\xa0\x80",
        b"\xed\xbf\xbf",
        b"\xf0\x8f\xbf\xbf",
        b"\xf0\x9f\xa6",
        b"\xf4\x90\x80\x80",
        b"\xf5\x80\x80\x80",
        b"\xff",
        b"good for a while, then \xff",
        b"goodgood\xff",
    ];
    for bytes in invalid {
        std::str::from_utf8(bytes).expect_err("not UTF-8");
        for (op, rest) in [
            (Transcode::Copy(FixedEncoding::Utf8), &[][..]),
            (Transcode::Utf8ToUtf16, &[]),
            (Transcode::Utf8ToCompactUtf16, &[64, 0]),
        ] {
            assert!(
                run(op, bytes, bytes.len(), rest, &[]).is_none(),
                "{op:?} {bytes:02x?}"
            );
        }
        // The way to Latin-1 stops before it, and leaves the report to what comes next.
        let start = bytes.iter().position(|byte| !byte.is_ascii());
        let ran = valid(Transcode::Utf8ToLatin1, bytes, bytes.len(), &[], &[]);
        assert_eq!(ran.results.first().copied(), start, "{bytes:02x?}");
    }
}

#[test]
fn lone_surrogates_are_reported() {
    let invalid: &[&[u16]] = &[
        &[0xd800],
        &[0xdbff, 0x61],
        &[0xdc00],
        &[0xdfff, 0xd800],
        &[0x61, 0xd800, 0xd800, 0xdc00],
    ];
    for units in invalid {
        let bytes: Vec<u8> = units.iter().copied().flat_map(u16::to_le_bytes).collect();
        for (op, rest) in [
            (Transcode::Copy(FixedEncoding::Utf16), &[][..]),
            (Transcode::Utf16ToUtf8, &[64, 0]),
            (Transcode::Utf16ToCompactUtf16, &[64, 0]),
            (Transcode::Utf16ToCompactProbablyUtf16, &[]),
        ] {
            assert!(
                run(op, &bytes, units.len(), rest, &[]).is_none(),
                "{op:?} {units:04x?}"
            );
        }
    }
}
