//! Counts what the code of core modules makes a compiler write down.
//!
//! Locals are declared by their number: five bytes are fifty thousand of them, in each of many
//! functions. And each value that a block takes or leaves, or that a branch or a call hands over,
//! is one of its own for a compiler: two bytes are a thousand of them.

use wasmparser::{
    BlockType, CompositeInnerType, FunctionBody, Import, Operator, RecGroup, SectionLimited,
    TypeRef,
};

use super::ScreenError;

/// The most locals of all functions. Large programs have a hundredth.
const LOCALS: u64 = 1 << 24;

/// So many values handed over at once are in proportion to the bytes that say so.
const FEW: u64 = 16;

/// The most values that are handed over more than a [`FEW`] at once. Each is some hundred bytes of
/// a compiler's memory.
const VALUES: u64 = 1 << 22;

/// What was counted in all modules.
#[derive(Default)]
pub struct Spent {
    locals: u64,
    values: u64,
}

/// The functions of a module, by how many values each takes and gives.
#[derive(Default)]
pub struct Code {
    types: Vec<u64>,
    funcs: Vec<u64>,
    /// How many of the functions are imported, or have been counted.
    begun: usize,
    /// The most that one type takes and gives.
    widest: u64,
}

impl Code {
    /// Types get the next indices.
    pub fn types(&mut self, group: &RecGroup) {
        for ty in group.types() {
            let width = match &ty.composite_type.inner {
                CompositeInnerType::Func(ty) => (ty.params().len() + ty.results().len()) as u64,
                CompositeInnerType::Array(_)
                | CompositeInnerType::Struct(_)
                | CompositeInnerType::Cont(_) => 0,
            };
            self.types.push(width);
            self.widest = self.widest.max(width);
        }
    }

    /// A function, if it is one, gets the next index.
    pub fn import(&mut self, import: &Import<'_>) {
        if let TypeRef::Func(index) | TypeRef::FuncExact(index) = import.ty {
            self.funcs.push(self.ty(index));
            self.begun += 1;
        }
    }

    /// Functions get the next indices.
    pub fn functions(&mut self, section: &SectionLimited<'_, u32>) -> wasmparser::Result<()> {
        for index in section.clone() {
            let width = self.ty(index?);
            self.funcs.push(width);
        }
        Ok(())
    }

    fn ty(&self, index: u32) -> u64 {
        self.types.get(index as usize).copied().unwrap_or(0)
    }

    fn func(&self, index: u32) -> u64 {
        self.funcs.get(index as usize).copied().unwrap_or(0)
    }

    /// Counts the body of the next function. What cannot be read of it nobody compiles.
    pub fn body(&mut self, body: &FunctionBody<'_>, spent: &mut Spent) -> Result<(), ScreenError> {
        let own = self.funcs.get(self.begun).copied().unwrap_or(0);
        self.begun += 1;
        let declared = body.get_locals_reader().into_iter().flatten();
        for (count, _) in declared.map_while(Result::ok) {
            spent.locals += u64::from(count);
        }
        if spent.locals > LOCALS {
            return Err(ScreenError::Code {
                what: "locals",
                most: LOCALS,
            });
        }
        match self.widest > FEW {
            true => self.values(body, own, spent),
            false => Ok(()),
        }
    }

    fn values(
        &self,
        body: &FunctionBody<'_>,
        own: u64,
        spent: &mut Spent,
    ) -> Result<(), ScreenError> {
        let Ok(operators) = body.get_operators_reader() else {
            return Ok(());
        };
        // What a branch may hand over: as much as the widest block takes or leaves.
        let mut label = own;
        for operator in operators.into_iter().map_while(Result::ok) {
            let (width, times) = match operator {
                Operator::Block { blockty }
                | Operator::Loop { blockty }
                | Operator::If { blockty }
                | Operator::Try { blockty } => (self.block(blockty, &mut label), 1),
                Operator::TryTable { try_table } => (self.block(try_table.ty, &mut label), 1),
                Operator::Call { function_index } | Operator::ReturnCall { function_index } => {
                    (self.func(function_index), 1)
                }
                Operator::CallIndirect { type_index, .. }
                | Operator::ReturnCallIndirect { type_index, .. }
                | Operator::CallRef { type_index }
                | Operator::ReturnCallRef { type_index } => (self.ty(type_index), 1),
                Operator::BrTable { targets } => (label, u64::from(targets.len())),
                Operator::Br { .. }
                | Operator::BrIf { .. }
                | Operator::BrOnNull { .. }
                | Operator::BrOnNonNull { .. }
                | Operator::BrOnCast { .. }
                | Operator::BrOnCastFail { .. }
                | Operator::Return => (label, 1),
                _ => continue,
            };
            if width > FEW {
                spent.values = spent.values.saturating_add(width.saturating_mul(times));
            }
            if spent.values > VALUES {
                return Err(ScreenError::Code {
                    what: "values that blocks, branches and calls pass many at a time",
                    most: VALUES,
                });
            }
        }
        Ok(())
    }

    fn block(&self, ty: BlockType, label: &mut u64) -> u64 {
        let width = match ty {
            BlockType::FuncType(index) => self.ty(index),
            BlockType::Empty | BlockType::Type(_) => 0,
        };
        *label = (*label).max(width);
        width
    }
}
