//! What the browser itself takes: loops in wasm around the bare operations that shapes are made of.

use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, ElementSection, Elements, EntityType, ExportKind,
    ExportSection, Function, FunctionSection, ImportSection, Instruction, MemArg, MemorySection,
    MemoryType, Module, RefType, TableSection, TableType, TypeSection, ValType,
};

/// Where the copied bytes go, first and then; they come from 0.
const FIRST: i32 = 1 << 16;
const SECOND: i32 = 2 << 16;

/// A module of loops that each run so many times and return a sum that depends on every round.
///
/// Imports `f.f: (i32, i32) -> i32`, a function that adds. Exports:
///
/// - `direct: (times) -> sum`: calls `f`, as an import is called, with the sum so far and the
///   number of the round
/// - `indirect: (times, slot) -> sum`: the same through slot 0 of a table
/// - `copies: (times, length) -> sum`: writes the number of the round as a byte, copies `length`
///   bytes (64 kB at the most) from there by `memory.copy`, copies the copy in turn, and adds up
///   the first byte of each second copy
pub fn loops() -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([ValType::I32; 2], [ValType::I32]);
    types.ty().function([ValType::I32], [ValType::I32]);
    let mut imports = ImportSection::new();
    imports.import("f", "f", EntityType::Function(0));
    let mut functions = FunctionSection::new();
    functions.function(1).function(0).function(0);
    let mut tables = TableSection::new();
    tables.table(TableType {
        element_type: RefType::FUNCREF,
        table64: false,
        minimum: 1,
        maximum: None,
        shared: false,
    });
    let mut memories = MemorySection::new();
    memories.memory(MemoryType {
        minimum: 3,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    let mut exports = ExportSection::new();
    for (name, index) in [("direct", 1), ("indirect", 2), ("copies", 3)] {
        exports.export(name, ExportKind::Func, index);
    }
    let mut elements = ElementSection::new();
    elements.active(
        None,
        &ConstExpr::i32_const(0),
        Elements::Functions([0][..].into()),
    );
    let mut code = CodeSection::new();
    code.function(&direct())
        .function(&indirect())
        .function(&copies());
    let mut module = Module::new();
    module
        .section(&types)
        .section(&imports)
        .section(&functions)
        .section(&tables)
        .section(&memories)
        .section(&exports)
        .section(&elements)
        .section(&code);
    module.finish()
}

fn direct() -> Function {
    repeat(1, |sum, round| {
        vec![
            Instruction::LocalGet(sum),
            Instruction::LocalGet(round),
            Instruction::Call(0),
            Instruction::LocalSet(sum),
        ]
    })
}

fn indirect() -> Function {
    repeat(2, |sum, round| {
        vec![
            Instruction::LocalGet(sum),
            Instruction::LocalGet(round),
            Instruction::LocalGet(1),
            Instruction::CallIndirect {
                type_index: 0,
                table_index: 0,
            },
            Instruction::LocalSet(sum),
        ]
    })
}

fn copies() -> Function {
    repeat(2, |sum, round| {
        let mut instructions = vec![
            Instruction::I32Const(0),
            Instruction::LocalGet(round),
            Instruction::I32Store8(byte()),
        ];
        for (from, to) in [(0, FIRST), (FIRST, SECOND)] {
            instructions.extend([
                Instruction::I32Const(to),
                Instruction::I32Const(from),
                Instruction::LocalGet(1),
                Instruction::MemoryCopy {
                    src_mem: 0,
                    dst_mem: 0,
                },
            ]);
        }
        instructions.extend([
            Instruction::LocalGet(sum),
            Instruction::I32Const(SECOND),
            Instruction::I32Load8U(byte()),
            Instruction::I32Add,
            Instruction::LocalSet(sum),
        ]);
        instructions
    })
}

/// A function of `params` parameters that runs what `round` gives as often as the first says.
/// `round` gets the sum's local and that of the round's number.
fn repeat(params: u32, round: fn(u32, u32) -> Vec<Instruction<'static>>) -> Function {
    let (sum, number) = (params, params + 1);
    let mut function = Function::new([(2, ValType::I32)]);
    function
        .instruction(&Instruction::Block(BlockType::Empty))
        .instruction(&Instruction::Loop(BlockType::Empty))
        .instruction(&Instruction::LocalGet(number))
        .instruction(&Instruction::LocalGet(0))
        .instruction(&Instruction::I32GeU)
        .instruction(&Instruction::BrIf(1));
    for instruction in round(sum, number) {
        function.instruction(&instruction);
    }
    function
        .instruction(&Instruction::LocalGet(number))
        .instruction(&Instruction::I32Const(1))
        .instruction(&Instruction::I32Add)
        .instruction(&Instruction::LocalSet(number))
        .instruction(&Instruction::Br(0))
        .instruction(&Instruction::End)
        .instruction(&Instruction::End)
        .instruction(&Instruction::LocalGet(sum))
        .instruction(&Instruction::End);
    function
}

fn byte() -> MemArg {
    MemArg {
        offset: 0,
        align: 0,
        memory_index: 0,
    }
}
