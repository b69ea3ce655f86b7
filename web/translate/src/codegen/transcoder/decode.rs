//! Reading one code point at the source, inside a loop inside a block: `br 1` ends both.

use super::{FROM, Locals, SRC, unit};
use wasm_encoder::{BlockType, InstructionSink};

/// Function 0 of the module: reports a string that is not valid.
const INVALID: u32 = 0;

/// What is done with a string that is not valid.
#[derive(Clone, Copy)]
pub enum Invalid {
    /// Reading ends before it.
    Stops,
    /// The guest traps.
    Traps,
}

impl Invalid {
    /// Acts if the condition on the stack holds; `depth` labels lie between here and the loop.
    fn when(self, code: &mut InstructionSink<'_>, depth: u32) {
        match self {
            Invalid::Stops => {
                code.br_if(depth + 1);
            }
            Invalid::Traps => {
                code.if_(BlockType::Empty).call(INVALID).unreachable().end();
            }
        }
    }
}

/// One byte is one code point.
pub fn latin1(code: &mut InstructionSink<'_>, locals: Locals) {
    code.local_get(SRC)
        .i32_load8_u(unit(FROM, 0, 0))
        .local_set(locals.code)
        .i32_const(1)
        .local_set(locals.bytes);
}

/// A code unit, or a pair of surrogates in their order.
pub fn utf16(code: &mut InstructionSink<'_>, locals: Locals, invalid: Invalid) {
    code.local_get(SRC)
        .i32_load16_u(unit(FROM, 0, 1))
        .local_set(locals.code)
        .i32_const(2)
        .local_set(locals.bytes);
    code.local_get(locals.code)
        .i32_const(0xf800)
        .i32_and()
        .i32_const(0xd800)
        .i32_eq()
        .if_(BlockType::Empty);
    code.local_get(locals.code).i32_const(0xdc00).i32_ge_u();
    invalid.when(code, 1);
    too_short(code, locals, 4);
    invalid.when(code, 1);
    code.local_get(SRC)
        .i32_load16_u(unit(FROM, 2, 1))
        .local_tee(locals.scratch)
        .i32_const(0xfc00)
        .i32_and()
        .i32_const(0xdc00)
        .i32_ne();
    invalid.when(code, 1);
    code.local_get(locals.code)
        .i32_const(0x3ff)
        .i32_and()
        .i32_const(10)
        .i32_shl()
        .local_get(locals.scratch)
        .i32_const(0x3ff)
        .i32_and()
        .i32_or()
        .i32_const(0x10000)
        .i32_add()
        .local_set(locals.code)
        .i32_const(4)
        .local_set(locals.bytes);
    code.end();
}

/// One to four bytes (The Unicode Standard, table 3-7: well-formed UTF-8).
pub fn utf8(code: &mut InstructionSink<'_>, locals: Locals, invalid: Invalid) {
    code.local_get(SRC)
        .i32_load8_u(unit(FROM, 0, 0))
        .local_tee(locals.code)
        .i32_const(0x80)
        .i32_lt_u()
        .if_(BlockType::Empty)
        .i32_const(1)
        .local_set(locals.bytes)
        .else_();
    sequence_length(code, locals, invalid);
    for index in 1..4 {
        if index > 1 {
            code.local_get(locals.bytes)
                .i32_const(index)
                .i32_gt_u()
                .if_(BlockType::Empty);
        }
        continuation(code, locals, index, invalid);
        if index > 1 {
            code.end();
        }
    }
    in_range(code, locals, invalid);
    code.end();
}

/// From the lead byte: how many bytes there are, and the lead's bits of the code point.
fn sequence_length(code: &mut InstructionSink<'_>, locals: Locals, invalid: Invalid) {
    // 0xc0 and 0xc1 would be overlong, what is below continues a sequence, what is above 0xf4 is
    // too large.
    code.local_get(locals.code)
        .i32_const(0xc2)
        .i32_sub()
        .i32_const(0xf4 - 0xc2)
        .i32_gt_u();
    invalid.when(code, 1);
    code.i32_const(2)
        .local_get(locals.code)
        .i32_const(0xe0)
        .i32_ge_u()
        .i32_add()
        .local_get(locals.code)
        .i32_const(0xf0)
        .i32_ge_u()
        .i32_add()
        .local_set(locals.bytes);
    code.local_get(locals.end)
        .local_get(SRC)
        .i32_sub()
        .local_get(locals.bytes)
        .i32_lt_u();
    invalid.when(code, 1);
    code.local_get(locals.code)
        .i32_const(0x7f)
        .local_get(locals.bytes)
        .i32_shr_u()
        .i32_and()
        .local_set(locals.code);
}

fn continuation(code: &mut InstructionSink<'_>, locals: Locals, index: i32, invalid: Invalid) {
    let depth = if index > 1 { 2 } else { 1 };
    code.local_get(SRC)
        .i32_load8_u(unit(FROM, u64::from(index.unsigned_abs()), 0))
        .local_tee(locals.scratch)
        .i32_const(0xc0)
        .i32_and()
        .i32_const(0x80)
        .i32_ne();
    invalid.when(code, depth);
    code.local_get(locals.code)
        .i32_const(6)
        .i32_shl()
        .local_get(locals.scratch)
        .i32_const(0x3f)
        .i32_and()
        .i32_or()
        .local_set(locals.code);
}

/// Overlong sequences, surrogates and what is above U+10FFFF are not valid.
fn in_range(code: &mut InstructionSink<'_>, locals: Locals, invalid: Invalid) {
    // The least code point of 2, 3 and 4 bytes: 0x80, 0x800, 0x10000. Two bytes are checked by
    // their lead.
    code.local_get(locals.bytes)
        .i32_const(3)
        .i32_eq()
        .if_(BlockType::Empty);
    code.local_get(locals.code).i32_const(0x800).i32_lt_u();
    code.local_get(locals.code)
        .i32_const(0xd800)
        .i32_sub()
        .i32_const(0x800)
        .i32_lt_u()
        .i32_or();
    invalid.when(code, 2);
    code.end();
    code.local_get(locals.bytes)
        .i32_const(4)
        .i32_eq()
        .if_(BlockType::Empty);
    code.local_get(locals.code)
        .i32_const(0x10000)
        .i32_sub()
        .i32_const(0x10_0000)
        .i32_ge_u();
    invalid.when(code, 2);
    code.end();
}

/// Whether fewer than `bytes` are left.
fn too_short(code: &mut InstructionSink<'_>, locals: Locals, bytes: i32) {
    code.local_get(locals.end)
        .local_get(SRC)
        .i32_sub()
        .i32_const(bytes)
        .i32_lt_u();
}

/// Goes past eight bytes of ASCII and back to the loop's start, if that is what comes next.
pub fn ascii_run(code: &mut InstructionSink<'_>, locals: Locals) {
    code.local_get(locals.end)
        .local_get(SRC)
        .i32_sub()
        .i32_const(8)
        .i32_ge_u()
        .if_(BlockType::Empty);
    code.local_get(SRC)
        .i64_load(unit(FROM, 0, 0))
        .i64_const(i64::from_ne_bytes([0x80; 8]))
        .i64_and()
        .i64_eqz()
        .if_(BlockType::Empty);
    code.local_get(SRC)
        .i32_const(8)
        .i32_add()
        .local_set(SRC)
        .br(2);
    code.end().end();
}
