//! Arguments that stay in memory.
//!
//! What a loop has to do with many arguments is to save them where it is left. A register for each would be
//! taken from what is computed, and giving registers to values takes most of the time that machine code takes
//! to be made. So such arguments are written to the stack once, and read where they are used.

use crate::translate::{Translator, WORD, counterpart};
use cranelift_codegen::ir::{self as clif, InstBuilder, StackSlotData, StackSlotKind, types};
use pommel_jit::ir::flow::{self, Dominators};
use pommel_jit::ir::{End, Function, Type, Value};

/// Fewer arguments than this are no burden.
const FEWEST: usize = 8;
/// An argument is used so often at most, besides by exits,
const SELDOM: usize = 2;
/// in loops with so many instructions at least, where reading it does not count.
const LONG: usize = 150;

/// The arguments that stay in memory.
pub(crate) fn in_memory(function: &Function, dominators: &Dominators) -> Vec<Value> {
    let mut lengths: Vec<Option<usize>> = vec![None; function.blocks.len()];
    // Inner loops come first.
    for one in flow::loops(function, dominators) {
        let length = one.blocks.iter().map(|block| function[*block].insts.len()).sum();
        for block in &one.blocks {
            lengths[block.0 as usize].get_or_insert(length);
        }
    }
    let mut uses = vec![0; function.types.len()];
    let mut is_saved = vec![false; function.types.len()];
    for (block, length) in function.blocks.iter().zip(lengths) {
        let Some(length) = length else { continue };
        let weight = if length < LONG { SELDOM + 1 } else { 1 };
        let conditions = match &block.end {
            End::Branch { condition, .. } => Some(condition),
            _ => None,
        };
        let passed = block.end.targets().flat_map(|target| &target.args);
        let used = block.insts.iter().flat_map(|inst| &inst.args).chain(passed).chain(conditions);
        used.for_each(|value| uses[value.0 as usize] += weight);
        let exits = block.insts.iter().filter_map(|inst| inst.exit.as_ref());
        exits.flat_map(|exit| exit.uses()).for_each(|value| is_saved[value.0 as usize] = true);
    }
    let is_seldom = |value: &Value| {
        let index = value.0 as usize;
        let of = function.types[index];
        matches!(of, Type::I64 | Type::F64 | Type::Obj) && is_saved[index] && uses[index] <= SELDOM
    };
    let entry = function.blocks.first().map_or(&[][..], |block| &block.params);
    let found: Vec<Value> = entry.iter().copied().filter(is_seldom).collect();
    if found.len() < FEWEST { vec![] } else { found }
}

impl Translator<'_> {
    /// Writes arguments to the stack that stay in memory.
    pub(crate) fn leave_in_memory(&mut self) -> Result<(), String> {
        for value in in_memory(self.function, &self.dominators) {
            let word = self.defined(value)?;
            let data = StackSlotData::new(StackSlotKind::ExplicitSlot, WORD as u32, 3);
            let slot = self.builder.create_sized_stack_slot(data);
            self.builder.ins().stack_store(types::I64, word, slot, 0);
            self.in_memory.insert(value, slot);
        }
        Ok(())
    }

    /// The place on the stack of an argument that stays in memory, and its type. Before all loops it is at hand.
    pub(crate) fn on_stack(&self, value: Value) -> Option<(clif::StackSlot, clif::Type)> {
        let slot = self.in_memory.get(&value).filter(|_| self.block.0 != 0)?;
        Some((*slot, counterpart(self.function.type_of(value))))
    }
}
