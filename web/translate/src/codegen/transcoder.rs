//! Transcoders: strings on their way from one component's memory to another's.
//!
//! Component-model spec, canonical ABI: `store_string` and its parts. A fused adapter checks bounds
//! and alignment and finds the space; a transcoder reads code points of one encoding and writes
//! them in another. What it takes and returns is what Wasmtime's adapters expect
//! (`wasmtime_environ::component::Transcode`).

mod decode;
mod encode;
#[cfg(feature = "compiler")]
mod rewritten;
#[cfg(test)]
mod tests;

#[cfg(feature = "compiler")]
pub use rewritten::single_memory_transcoders;

use super::instruction::Function;
use super::{Sections, any_memory, memory::CopyLocals};
use wasm_encoder::{BlockType, EntityType, ExportKind, InstructionSink, MemArg, ValType};
use wasmtime_environ::component::{FixedEncoding, Transcode};

/// Memory 0 is the one that is read, memory 1 the one that is written.
const FROM: u32 = 0;
const TO: u32 = 1;

/// What marks a length of `latin1+utf16` as one of UTF-16 code units (spec: `UTF16_TAG`).
const UTF16_TAG: i32 = i32::MIN;

/// Parameters: the source's address and length, the destination's address; then, where there is
/// one, the destination's length in code units, and either whether the first pass is to stop at the
/// first character that is not ASCII, or how many Latin-1 bytes have been written already.
const SRC: u32 = 0;
const LEN: u32 = 1;
const DST: u32 = 2;
const DST_LEN: u32 = 3;
const FIRST_PASS: u32 = 4;
const LATIN1_SO_FAR: u32 = 4;

/// The locals behind the parameters: the source's start and end, the destination's start and end,
/// the code point, how many bytes of the source it takes, something read on the way, and all code
/// points so far, or-ed.
const LOCALS: u32 = 8;

#[derive(Clone, Copy)]
struct Locals {
    start: u32,
    end: u32,
    dst_start: u32,
    dst_end: u32,
    code: u32,
    bytes: u32,
    scratch: u32,
    all: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Utf8,
    Utf16,
    Latin1,
}

/// An operation, taken apart.
struct Recipe {
    source: Encoding,
    /// What is written as it is read; none for strings that are checked first and copied whole.
    target: Option<Encoding>,
    /// Whether the destination's length bounds what is written, and a first pass stops at what is
    /// not ASCII.
    bounded: bool,
    /// Whether Latin-1 bytes that were written before become UTF-16 first.
    inflate: bool,
    /// Whether UTF-16 that turns out to be Latin-1 becomes Latin-1 in the end.
    deflate: bool,
    /// Which counts of code units are returned.
    read: bool,
    written: bool,
}

impl Recipe {
    fn of(op: Transcode) -> Recipe {
        use Encoding::{Latin1, Utf8, Utf16};
        let plain = |source, target| Recipe {
            source,
            target,
            bounded: false,
            inflate: false,
            deflate: false,
            read: false,
            written: false,
        };
        match op {
            Transcode::Copy(FixedEncoding::Utf8) => plain(Utf8, None),
            Transcode::Copy(FixedEncoding::Utf16) => plain(Utf16, None),
            Transcode::Copy(FixedEncoding::Latin1) => plain(Latin1, None),
            Transcode::Latin1ToUtf16 => plain(Latin1, Some(Utf16)),
            Transcode::Latin1ToUtf8 => plain(Latin1, Some(Utf8)).bounded(),
            Transcode::Utf16ToUtf8 => plain(Utf16, Some(Utf8)).bounded(),
            Transcode::Utf8ToLatin1 => plain(Utf8, Some(Latin1)).counted(true),
            Transcode::Utf16ToLatin1 => plain(Utf16, Some(Latin1)).counted(true),
            Transcode::Utf8ToUtf16 => plain(Utf8, Some(Utf16)).counted(false),
            Transcode::Utf8ToCompactUtf16 => plain(Utf8, Some(Utf16)).inflating(),
            Transcode::Utf16ToCompactUtf16 => plain(Utf16, Some(Utf16)).inflating(),
            Transcode::Utf16ToCompactProbablyUtf16 => Recipe {
                deflate: true,
                ..plain(Utf16, Some(Utf16)).counted(false)
            },
        }
    }

    fn counted(self, read: bool) -> Recipe {
        Recipe {
            read,
            written: true,
            ..self
        }
    }

    fn bounded(self) -> Recipe {
        Recipe {
            bounded: true,
            ..self.counted(true)
        }
    }

    fn inflating(self) -> Recipe {
        Recipe {
            inflate: true,
            ..self.counted(false)
        }
    }

    fn params(&self) -> u32 {
        if self.bounded || self.inflate { 5 } else { 3 }
    }

    fn results(&self) -> usize {
        usize::from(self.read) + usize::from(self.written)
    }

    fn locals(&self) -> Locals {
        let first = self.params();
        Locals {
            start: first,
            end: first + 1,
            dst_start: first + 2,
            dst_end: first + 3,
            code: first + 4,
            bytes: first + 5,
            scratch: first + 6,
            all: first + 7,
        }
    }
}

/// What a transcoder of `op` says of a string that is not valid; Latin-1 always is.
pub fn invalid_string(op: Transcode) -> &'static str {
    match Recipe::of(op).source {
        Encoding::Utf8 => "invalid utf8 encoding",
        Encoding::Utf16 => "invalid utf16 encoding",
        Encoding::Latin1 => "invalid latin1 encoding",
    }
}

/// A module that exports `transcode`: `op` from memory `m.from` to memory `m.to`.
///
/// A string that is not valid in its encoding ends in `e.invalid: ()`, which must not return.
#[inline(never)]
pub fn transcoder(op: Transcode) -> Vec<u8> {
    let recipe = Recipe::of(op);
    let mut sections = Sections::default();
    let params = std::iter::repeat_n(ValType::I32, recipe.params() as usize);
    let results = std::iter::repeat_n(ValType::I32, recipe.results());
    sections.types.ty().function(params, results);
    sections.types.ty().function([], []);

    let memory = EntityType::Memory(any_memory());
    sections.imports.import("m", "from", memory);
    sections.imports.import("m", "to", memory);
    sections
        .imports
        .import("e", "invalid", EntityType::Function(1));

    sections.functions.function(0);
    sections.exports.export("transcode", ExportKind::Func, 1);
    sections.code.function(&body(&recipe));
    sections.finish()
}

fn body(recipe: &Recipe) -> Function {
    let locals = recipe.locals();
    let mut function = Function::new([(LOCALS, ValType::I32)]);
    prologue(&mut function.instructions(), recipe, locals);
    if recipe.inflate {
        inflate(&mut function.instructions(), locals);
    }
    if recipe.source != Encoding::Latin1 || recipe.target.is_some() {
        each_code_point(&mut function.instructions(), recipe, locals);
    }
    if recipe.target.is_none() {
        copy(&mut function, recipe, locals);
    }
    epilogue(&mut function.instructions(), recipe, locals);
    function
}

/// A byte or a 16-bit unit at the address on the stack.
fn unit(memory_index: u32, offset: u64, log2: u32) -> MemArg {
    MemArg {
        offset,
        align: log2,
        memory_index,
    }
}

fn prologue(code: &mut InstructionSink<'_>, recipe: &Recipe, locals: Locals) {
    code.local_get(SRC).local_tee(locals.start).local_get(LEN);
    if recipe.source == Encoding::Utf16 {
        code.i32_const(1).i32_shl();
    }
    code.i32_add().local_set(locals.end);
    code.local_get(DST).local_set(locals.dst_start);
    if recipe.bounded {
        code.local_get(DST)
            .local_get(DST_LEN)
            .i32_add()
            .local_set(locals.dst_end);
    }
}

/// Reads code points to the end of the source, or to the first that is not to be written, and
/// writes them.
fn each_code_point(code: &mut InstructionSink<'_>, recipe: &Recipe, locals: Locals) {
    code.block(BlockType::Empty).loop_(BlockType::Empty);
    code.local_get(SRC)
        .local_get(locals.end)
        .i32_ge_u()
        .br_if(1);
    if recipe.source == Encoding::Utf8 && recipe.target.is_none() {
        decode::ascii_run(code, locals);
    }
    // The first pass to Latin-1 only finds out how far it gets; the second says what is wrong.
    let invalid = match recipe.target {
        Some(Encoding::Latin1) => decode::Invalid::Stops,
        Some(Encoding::Utf8 | Encoding::Utf16) | None => decode::Invalid::Traps,
    };
    match recipe.source {
        Encoding::Utf8 => decode::utf8(code, locals, invalid),
        Encoding::Utf16 => decode::utf16(code, locals, invalid),
        Encoding::Latin1 => decode::latin1(code, locals),
    }
    if recipe.bounded {
        code.local_get(FIRST_PASS)
            .i32_eqz()
            .i32_eqz()
            .local_get(locals.code)
            .i32_const(0x80)
            .i32_ge_u()
            .i32_and()
            .br_if(1);
    }
    match recipe.target {
        Some(Encoding::Utf8) => encode::utf8(code, locals),
        Some(Encoding::Utf16) => encode::utf16(code, locals),
        Some(Encoding::Latin1) => encode::latin1(code, locals),
        None => {}
    }
    if recipe.deflate {
        code.local_get(locals.all)
            .local_get(locals.code)
            .i32_or()
            .local_set(locals.all);
    }
    code.local_get(SRC)
        .local_get(locals.bytes)
        .i32_add()
        .local_set(SRC)
        .br(0);
    code.end().end();
}

/// Copies the source, which is known to be valid, as it is.
fn copy(function: &mut Function, recipe: &Recipe, locals: Locals) {
    let mut code = function.instructions();
    code.local_get(locals.start).local_set(SRC);
    if recipe.source == Encoding::Utf16 {
        code.local_get(LEN).i32_const(1).i32_shl().local_set(LEN);
    }
    CopyLocals {
        dst: DST,
        src: SRC,
        len: LEN,
        dst_mem: TO,
        src_mem: FROM,
    }
    .emit(function);
}

/// Makes UTF-16 of the Latin-1 bytes at the destination, from the last to the first, and goes past
/// them.
fn inflate(code: &mut InstructionSink<'_>, locals: Locals) {
    let index = locals.scratch;
    code.local_get(LATIN1_SO_FAR).local_set(index);
    code.block(BlockType::Empty).loop_(BlockType::Empty);
    code.local_get(index).i32_eqz().br_if(1);
    code.local_get(index)
        .i32_const(1)
        .i32_sub()
        .local_tee(index)
        .i32_const(1)
        .i32_shl()
        .local_get(DST)
        .i32_add();
    code.local_get(DST)
        .local_get(index)
        .i32_add()
        .i32_load8_u(unit(TO, 0, 0))
        .i32_store16(unit(TO, 0, 1));
    code.br(0).end().end();
    code.local_get(DST)
        .local_get(LATIN1_SO_FAR)
        .i32_const(1)
        .i32_shl()
        .i32_add()
        .local_set(DST);
}

/// Makes Latin-1 of the UTF-16 at the destination, from the first to the last, if all of it can be;
/// leaves the tagged length.
fn deflate(code: &mut InstructionSink<'_>, locals: Locals) {
    let (from, to) = (locals.scratch, locals.bytes);
    code.local_get(locals.all)
        .i32_const(0xff)
        .i32_gt_u()
        .if_(BlockType::Result(ValType::I32));
    code.local_get(LEN).i32_const(UTF16_TAG).i32_or();
    code.else_();
    code.local_get(locals.dst_start)
        .local_tee(from)
        .local_set(to);
    code.block(BlockType::Empty).loop_(BlockType::Empty);
    code.local_get(from).local_get(DST).i32_ge_u().br_if(1);
    code.local_get(to)
        .local_get(from)
        .i32_load8_u(unit(TO, 0, 0))
        .i32_store8(unit(TO, 0, 0));
    code.local_get(from).i32_const(2).i32_add().local_set(from);
    code.local_get(to).i32_const(1).i32_add().local_set(to);
    code.br(0).end().end();
    code.local_get(LEN);
    code.end();
}

/// Leaves the counts that are returned, in code units.
fn epilogue(code: &mut InstructionSink<'_>, recipe: &Recipe, locals: Locals) {
    if recipe.read {
        code.local_get(SRC).local_get(locals.start).i32_sub();
        if recipe.source == Encoding::Utf16 {
            code.i32_const(1).i32_shr_u();
        }
    }
    if recipe.deflate {
        deflate(code, locals);
    } else if recipe.written {
        code.local_get(DST).local_get(locals.dst_start).i32_sub();
        if recipe.target == Some(Encoding::Utf16) {
            code.i32_const(1).i32_shr_u();
        }
    }
    code.end();
}
