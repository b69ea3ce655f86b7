//! What keeps a guest from catching what is not its own, where browsers have exceptions.
//!
//! No guest can catch a trap. But what JavaScript throws is an exception to it, and a host function
//! that calls JavaScript may throw that on: then the application's frames are gone without their
//! destructors having run, and a guest that caught it would go on as if nothing were. So each call
//! of the application is made in a `try_table`; what it throws is kept, and the guest traps.

use super::Sections;
use super::instruction::{Function, Instruction};
use wasm_encoder::{
    BlockType, Catch, CodeSection, ConstExpr, ElementSection, Elements, EntityType, ExportKind,
    ExportSection, FunctionSection, GlobalType, ImportSection, Module, RefType, TableSection,
    TableType, TagKind, TagSection, TagType, TypeSection, ValType,
};

/// The imports of a wrapper that has borders, of the types `keep: (exnref)` and `throw: ()`.
pub fn import(imports: &mut ImportSection, keep_type: u32, throw_type: u32) {
    imports.import("s", "keep", EntityType::Function(keep_type));
    imports.import("s", "throw", EntityType::Function(throw_type));
}

/// Does what `body` writes down, whose result has type `result`; what it throws is handed over by
/// `catch`, which jumps to its label 0 with what `caught` takes from the stack. `caught` must not
/// return.
pub fn guarded(
    function: &mut Function,
    result: BlockType,
    (catch, thrown): (Catch, BlockType),
    body: impl FnOnce(&mut Function),
    caught: impl FnOnce(&mut Function),
) {
    function
        .instruction(&Instruction::Block(result))
        .instruction(&Instruction::Block(thrown))
        .instruction(&Instruction::TryTable(result, [catch]));
    body(function);
    function
        .instruction(&Instruction::End)
        .instruction(&Instruction::Br(1))
        .instruction(&Instruction::End);
    caught(function);
    function
        .instruction(&Instruction::Unreachable)
        .instruction(&Instruction::End);
}

/// Whatever is thrown, with a reference to it.
pub const EVERYTHING: (Catch, BlockType) = (
    Catch::AllRef { label: 0 },
    BlockType::Result(ValType::EXNREF),
);

/// Whatever is thrown.
pub const ANYTHING: (Catch, BlockType) = (Catch::All { label: 0 }, BlockType::Empty);

/// A module that exports `caught: () -> i32`, which calls by a table what throws, and returns 1 if
/// it catches that. There is a browser that validates all of this, and lets what such a call throws
/// pass by until it has compiled the function.
pub fn catches() -> Vec<u8> {
    const THROW_TYPE: u32 = 0;
    const CAUGHT_TYPE: u32 = 1;
    let mut types = TypeSection::new();
    types.ty().function([], []);
    types.ty().function([], [ValType::I32]);
    let mut functions = FunctionSection::new();
    functions.function(THROW_TYPE).function(CAUGHT_TYPE);
    let mut tables = TableSection::new();
    tables.table(TableType {
        element_type: RefType::FUNCREF,
        table64: false,
        minimum: 1,
        maximum: None,
        shared: false,
    });
    let mut tags = TagSection::new();
    tags.tag(TagType {
        kind: TagKind::Exception,
        func_type_idx: THROW_TYPE,
    });
    let mut exports = ExportSection::new();
    exports.export("caught", ExportKind::Func, 1);
    let mut elements = ElementSection::new();
    let first = [0_u32];
    elements.active(
        None,
        &ConstExpr::i32_const(0),
        Elements::Functions(first.as_slice().into()),
    );
    let mut throw = Function::new([]);
    throw
        .instruction(&Instruction::Throw(0))
        .instruction(&Instruction::End);
    let mut caught = Function::new([]);
    let call = |function: &mut Function| {
        function
            .instruction(&Instruction::I32Const(0))
            .instruction(&Instruction::CallIndirect {
                type_index: THROW_TYPE,
                table_index: 0,
            });
    };
    guarded(&mut caught, BlockType::Empty, ANYTHING, call, |function| {
        function
            .instruction(&Instruction::I32Const(1))
            .instruction(&Instruction::Return);
    });
    caught
        .instruction(&Instruction::I32Const(0))
        .instruction(&Instruction::End);
    let mut code = CodeSection::new();
    code.function(&throw).function(&caught);
    let mut module = Module::new();
    module
        .section(&types)
        .section(&functions)
        .section(&tables)
        .section(&tags)
        .section(&exports)
        .section(&elements)
        .section(&code);
    module.finish()
}

/// A module that exports `keep: (exnref)`, which keeps what was thrown, and `again: ()`, which
/// throws what was kept last, once, and else nothing. A browser that has no exceptions does not
/// validate it.
#[inline(never)]
pub fn border() -> Vec<u8> {
    let mut sections = Sections::default();
    sections.types.ty().function([ValType::EXNREF], []);
    sections.types.ty().function([], []);
    let kept = GlobalType {
        val_type: ValType::EXNREF,
        mutable: true,
        shared: false,
    };
    let null = RefType::EXNREF.heap_type;
    sections.globals.global(kept, &ConstExpr::ref_null(null));
    for (index, name) in ["keep", "again"].into_iter().enumerate() {
        sections.functions.function(index as u32);
        sections
            .exports
            .export(name, ExportKind::Func, index as u32);
    }
    let mut keep = Function::new([]);
    keep.instruction(&Instruction::LocalGet(0))
        .instruction(&Instruction::GlobalSet(0))
        .instruction(&Instruction::End);
    sections.code.function(&keep);
    let mut again = Function::new([(1, ValType::EXNREF)]);
    again
        .instruction(&Instruction::GlobalGet(0))
        .instruction(&Instruction::LocalTee(0))
        .instruction(&Instruction::RefIsNull)
        .instruction(&Instruction::If(BlockType::Empty))
        .instruction(&Instruction::Return)
        .instruction(&Instruction::End)
        .instruction(&Instruction::RefNull(null))
        .instruction(&Instruction::GlobalSet(0))
        .instruction(&Instruction::LocalGet(0))
        .instruction(&Instruction::ThrowRef)
        .instruction(&Instruction::End);
    sections.code.function(&again);
    sections.finish()
}
