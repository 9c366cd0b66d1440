//! What a loop finds computed.
//!
//! To Cranelift a pure instruction has no place: it is computed where its result is used, and out of a
//! loop only as far as it sees that this is in one, which it loses sight of behind the first exit. So what
//! was computed before a loop and is used in it gets a place: the end of the block that leads there, by a
//! parameter that has another value on a way that is never taken.

use crate::translate::{Translator, counterpart};
use cranelift_codegen::ir::{BlockArg, InstBuilder};
use pommel_jit::ir::flow::{self, Dominators, Loop};
use pommel_jit::ir::{Block, Function, Inst, Op, Type, Value};
use rustc_hash::FxHashMap as HashMap;

/// So many values a loop has ready at most: they take registers.
const MOST: usize = 8;
/// A loop with so many instructions has other uses for registers than constants, which it finds in memory.
const LONG: usize = 150;

/// The values that get their places at the end of a block.
pub(crate) fn fixed(function: &Function, dominators: &Dominators) -> HashMap<Block, Vec<Value>> {
    let mut places: Vec<Option<Place>> = vec![None; function.types.len()];
    for block in &dominators.order {
        for inst in function[*block].insts.iter().filter(|inst| is_worth_a_place(function, inst)) {
            let is_constant = inst.op == Op::Float;
            for result in &inst.results {
                places[result.0 as usize] = Some(Place { block: *block, is_constant });
            }
        }
    }
    let loops = flow::loops(function, dominators);
    let mut fixed: HashMap<Block, Vec<Value>> = HashMap::default();
    for around in &loops {
        let Some(before) = dominators.parent(around.header) else { continue };
        let outer = loops
            .iter()
            .filter(|outer| outer.header != around.header && outer.blocks.contains(&around.header));
        let outer: Vec<&Loop> = outer.collect();
        let mut values = used_in(function, around);
        let length: usize = around.blocks.iter().map(|block| function[*block].insts.len()).sum();
        values.retain(|value| {
            let place = places[value.0 as usize];
            place.filter(|place| !place.is_constant || length < LONG).is_some_and(|place| {
                let is_outside = !around.blocks.contains(&place.block);
                // Loops around this one that do not have it either find it computed already.
                let is_first = outer.iter().all(|outer| outer.blocks.contains(&place.block));
                is_outside && (is_first || place.is_constant && !has_inner(&loops, around))
            })
        });
        values.truncate(MOST);
        if !values.is_empty() {
            let all = fixed.entry(before).or_default();
            all.extend(values);
            all.sort();
            all.dedup();
        }
    }
    fixed
}

/// Where a value is computed.
#[derive(Clone, Copy)]
struct Place {
    block: Block,
    is_constant: bool,
}

fn has_inner(loops: &[Loop], around: &Loop) -> bool {
    loops.iter().any(|inner| inner != around && around.blocks.contains(&inner.header))
}

/// Conditions are part of the branches on them, and constants are made as quickly as they are kept, but
/// for floats.
fn is_worth_a_place(function: &Function, inst: &Inst) -> bool {
    let is_number = |value: &Value| !matches!(function.type_of(*value), Type::Bool | Type::Obj);
    inst.op.signature().pure
        && !inst.op.signature().exits
        && !matches!(inst.op, Op::Int | Op::Math1 | Op::Math2 | Op::SinCos)
        && inst.results.iter().all(is_number)
}

/// What the instructions of a loop use, besides what exits save.
fn used_in(function: &Function, around: &Loop) -> Vec<Value> {
    let mut used = vec![];
    for block in &around.blocks {
        let data = &function[*block];
        used.extend(data.insts.iter().flat_map(|inst| &inst.args));
        used.extend(data.end.targets().flat_map(|target| &target.args));
    }
    used.sort();
    used.dedup();
    used
}

impl Translator<'_> {
    /// Gives places to values at the end of the block that is translated.
    pub(crate) fn fix(&mut self) -> Result<(), String> {
        let Some(values) = self.to_fix.remove(&self.block) else { return Ok(()) };
        let (on, never) = (self.builder.create_block(), self.builder.create_block());
        self.builder.set_cold_block(never);
        let now = values.iter().map(|value| self.value(*value).map(BlockArg::Value));
        let now = now.collect::<Result<Vec<_>, _>>()?;
        // The address of the words is not 0.
        self.builder.ins().brif(self.words, on, &now, never, &[]);
        self.builder.switch_to_block(never);
        let mut others = vec![];
        for value in &values {
            let of = counterpart(self.function.type_of(*value));
            others.push(BlockArg::Value(self.zeros(of)));
        }
        self.builder.ins().jump(on, &others);
        self.builder.switch_to_block(on);
        for value in values {
            let of = counterpart(self.function.type_of(value));
            let param = self.builder.append_block_param(on, of);
            self.fixed.entry(value).or_default().push((self.block, param));
        }
        Ok(())
    }
}
