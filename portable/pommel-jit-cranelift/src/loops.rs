//! Floats that leave a loop without calls.
//!
//! Calls spoil all registers of floats. What is there after a call is kept in memory, and the allocator
//! of registers keeps it there everywhere, also in a loop before the call. So what comes out of a loop is
//! written to memory behind it, and read from there on where it is used. (What is written and read
//! without a call between is the same value to Cranelift.)

use pommel_jit::ir::flow::{self, Dominators, Loop};
use pommel_jit::ir::{Block, Function, Inst, Op, Type, Value};
use rustc_hash::FxHashSet as HashSet;

/// Floats to be kept in memory from a block on.
pub(crate) struct Kept {
    /// The block behind a loop.
    pub(crate) behind: Block,
    /// What comes out of the loop.
    pub(crate) floats: Vec<Value>,
}

/// The floats that come out of loops without calls and may be used after a call.
pub(crate) fn kept(
    function: &Function,
    dominators: &Dominators,
    quiet: &HashSet<Value>,
) -> Vec<Kept> {
    let has_call = |block: Block| has_call(function, block, quiet);
    let predecessors = flow::predecessors(function);
    let mut all = vec![];
    for around in flow::loops(function, dominators) {
        if around.blocks.iter().any(|block| has_call(*block)) {
            continue;
        }
        for behind in dominators.order.iter().copied() {
            let from = &predecessors[behind.0 as usize];
            let is_inside = |block: &Block| around.blocks.contains(block);
            if is_inside(&behind) || !from.iter().any(is_inside) {
                continue;
            }
            // What others than the loop lead to has the loop's values by its parameters only.
            let mut floats = function[behind].params.clone();
            if from.iter().all(is_inside) {
                floats.extend(values(function, &around));
            }
            floats.retain(|value| function.type_of(*value) == Type::F64);
            keep_used(function, dominators, behind, &has_call, &mut floats);
            all.push(Kept { behind, floats });
        }
    }
    all
}

/// Keeps the values that are used in a block or further on, if there is a call as well.
fn keep_used(
    function: &Function,
    dominators: &Dominators,
    behind: Block,
    has_call: &dyn Fn(Block) -> bool,
    values: &mut Vec<Value>,
) {
    let reached = dominators.order.iter().copied();
    let after: Vec<Block> = reached.filter(|block| dominators.dominates(behind, *block)).collect();
    if !after.iter().any(|block| has_call(*block)) {
        values.clear();
        return;
    }
    let mut is_used = vec![false; function.types.len()];
    for block in after {
        let data = &function[block];
        for value in data.insts.iter().flat_map(|inst| inst.uses()).chain(data.end.uses()) {
            is_used[value.0 as usize] = true;
        }
    }
    values.retain(|value| is_used[value.0 as usize]);
}

/// Whether there is a call in a block. What is computed in registers leaves them as they are.
fn has_call(function: &Function, block: Block, quiet: &HashSet<Value>) -> bool {
    let is_quiet = |inst: &Inst| inst.results.first().is_some_and(|of| quiet.contains(of));
    function[block].insts.iter().any(|inst| is_call(inst.op) && !is_quiet(inst))
}

/// What a loop computes or carries around.
fn values(function: &Function, around: &Loop) -> Vec<Value> {
    let mut values = vec![];
    for block in &around.blocks {
        let data = &function[*block];
        let results = data.insts.iter().flat_map(|inst| &inst.results);
        values.extend(data.params.iter().chain(results).copied());
    }
    values
}

/// Whether an operation is a call. One that looks for interrupts leaves registers as they are.
fn is_call(op: Op) -> bool {
    matches!(op, Op::Math1 | Op::Math2 | Op::SinCos)
        || crate::objects::is_runtime(op) && op != Op::Poll
}
