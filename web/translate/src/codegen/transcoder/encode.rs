//! Writing one code point at the destination, inside a loop inside a block: `br 1` ends both.

use super::{DST, Locals, TO, unit};
use wasm_encoder::{BlockType, InstructionSink};

/// One byte; ends at a code point that needs more.
pub fn latin1(code: &mut InstructionSink<'_>, locals: Locals) {
    code.local_get(locals.code)
        .i32_const(0xff)
        .i32_gt_u()
        .br_if(1);
    code.local_get(DST)
        .local_get(locals.code)
        .i32_store8(unit(TO, 0, 0));
    advance(code, |code| {
        code.i32_const(1);
    });
}

/// One code unit, or two.
pub fn utf16(code: &mut InstructionSink<'_>, locals: Locals) {
    code.local_get(locals.code)
        .i32_const(0x10000)
        .i32_lt_u()
        .if_(BlockType::Empty);
    code.local_get(DST)
        .local_get(locals.code)
        .i32_store16(unit(TO, 0, 1));
    advance(code, |code| {
        code.i32_const(2);
    });
    code.else_();
    code.local_get(DST)
        .local_get(locals.code)
        .i32_const(0x10000)
        .i32_sub()
        .local_tee(locals.scratch)
        .i32_const(10)
        .i32_shr_u()
        .i32_const(0xd800)
        .i32_or()
        .i32_store16(unit(TO, 0, 1));
    code.local_get(DST)
        .local_get(locals.scratch)
        .i32_const(0x3ff)
        .i32_and()
        .i32_const(0xdc00)
        .i32_or()
        .i32_store16(unit(TO, 2, 1));
    advance(code, |code| {
        code.i32_const(4);
    });
    code.end();
}

/// One to four bytes; ends where they would not fit.
pub fn utf8(code: &mut InstructionSink<'_>, locals: Locals) {
    let length = locals.scratch;
    code.i32_const(1);
    for least in [0x80, 0x800, 0x10000] {
        code.local_get(locals.code)
            .i32_const(least)
            .i32_ge_u()
            .i32_add();
    }
    code.local_set(length);
    code.local_get(locals.dst_end)
        .local_get(DST)
        .i32_sub()
        .local_get(length)
        .i32_lt_u()
        .br_if(1);
    for bytes in 1..=4 {
        code.local_get(length)
            .i32_const(bytes)
            .i32_eq()
            .if_(BlockType::Empty);
        sequence(code, locals, bytes);
        code.end();
    }
    advance(code, |code| {
        code.local_get(length);
    });
}

/// The `bytes` bytes of a code point: a lead with its length, then six bits in each.
fn sequence(code: &mut InstructionSink<'_>, locals: Locals, bytes: i32) {
    for index in 0..bytes {
        let shift = 6 * (bytes - 1 - index);
        let (mask, mark) = match (index, bytes) {
            (0, 1) => (0x7f, 0),
            (0, _) => (0x7f >> bytes, 0xff00 >> bytes & 0xff),
            _ => (0x3f, 0x80),
        };
        code.local_get(DST)
            .local_get(locals.code)
            .i32_const(shift)
            .i32_shr_u()
            .i32_const(mask)
            .i32_and()
            .i32_const(mark)
            .i32_or()
            .i32_store8(unit(TO, u64::from(index.unsigned_abs()), 0));
    }
}

fn advance(code: &mut InstructionSink<'_>, by: impl FnOnce(&mut InstructionSink<'_>)) {
    code.local_get(DST);
    by(code);
    code.i32_add().local_set(DST);
}
