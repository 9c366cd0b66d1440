//! Ways through a round of a loop that only compute: both are done, and what they lead to chooses.
//!
//! A branch that is predicted costs less, so this is for loops that do several rounds at once only.

use super::finite;
use super::replace::Replacements;
use crate::ir::flow::{self, Loop};
use crate::ir::{Block, BlockData, End, Function, Immediate, Inst, Op, Target};

/// So many instructions of a way are done for nothing at most.
const MOST_INSTRUCTIONS: usize = 6;

/// Makes one way of two, again and again. Whether there were any.
pub(super) fn run(function: &mut Function, around: &Loop) -> bool {
    let mut changed = false;
    while around.blocks.iter().any(|block| join(function, around, *block)) {
        changed = true;
        while around.blocks.iter().any(|block| append(function, around, *block)) {}
    }
    changed
}

/// A way from a branch to where both meet: the block that it leads through, if any.
struct Way {
    through: Option<Block>,
    to: Target,
}

/// Does both ways from a block there, if they do nothing but compute and meet.
fn join(function: &mut Function, around: &Loop, block: Block) -> bool {
    let End::Branch { condition, then, otherwise } = function[block].end.clone() else {
        return false;
    };
    let predecessors = flow::predecessors(function);
    let [ones, others] = [then, otherwise].map(|target| {
        let through = through(function, &predecessors, block, &target);
        [Some(Way { through: None, to: target }), through]
    });
    let ones = ones.iter().flatten();
    let mut pairs = ones.flat_map(|one| others.iter().flatten().map(move |other| (one, other)));
    let is_inside = |to: Block| to != around.header && around.blocks.contains(&to);
    let meet = pairs.find(|(one, other)| one.to.block == other.to.block && is_inside(one.to.block));
    let Some((one, other)) = meet else { return false };
    for through in [one, other].into_iter().filter_map(|way| way.through) {
        let mut insts = taken(function, through).insts;
        function[block].insts.append(&mut insts);
    }
    let mut args = vec![];
    for (x, y) in one.to.args.iter().zip(&other.to.args) {
        let choice = function.value(function.type_of(*x));
        function[block].insts.push(Inst {
            op: Op::Select,
            args: vec![condition, *x, *y],
            immediate: Immediate::None,
            results: vec![choice],
            exit: None,
        });
        args.push(choice);
    }
    function[block].end = End::Jump(Target { block: one.to.block, args });
    true
}

/// Appends the only block that a block leads to, if nothing else leads there.
fn append(function: &mut Function, around: &Loop, block: Block) -> bool {
    let End::Jump(target) = function[block].end.clone() else { return false };
    let predecessors = flow::predecessors(function);
    let is_only = predecessors[target.block.0 as usize] == [block];
    if !is_only || target.block == around.header || !around.blocks.contains(&target.block) {
        return false;
    }
    let BlockData { params, mut insts, end } = taken(function, target.block);
    function[block].insts.append(&mut insts);
    function[block].end = end;
    let mut replacements = Replacements::of(function);
    for (param, arg) in params.into_iter().zip(target.args) {
        replacements.set(param, arg);
    }
    replacements.apply(function);
    true
}

/// A block's contents. Nothing comes there any more.
fn taken(function: &mut Function, block: Block) -> BlockData {
    let nothing = BlockData { params: vec![], insts: vec![], end: End::Unreachable };
    std::mem::replace(&mut function[block], nothing)
}

/// The way through a block that only computes, if a target is such a one.
fn through(
    function: &Function,
    predecessors: &[Vec<Block>],
    from: Block,
    target: &Target,
) -> Option<Way> {
    let data = &function[target.block];
    let End::Jump(to) = &data.end else { return None };
    let is_read = |inst: &Inst| {
        let same = |other: &Inst| -> bool {
            (other.op, &other.args, other.int()) == (inst.op, &inst.args, inst.int())
        };
        inst.op.is_load() && function[from].insts.iter().any(same)
    };
    let only_computes =
        |inst: &Inst| finite::only_computes(inst) || inst.op == Op::Keep || is_read(inst);
    let is_way = predecessors[target.block.0 as usize] == [from]
        && data.params.is_empty()
        && data.insts.len() <= MOST_INSTRUCTIONS
        && data.insts.iter().all(only_computes)
        && to.block != target.block;
    let writes =
        |inst: &Inst| !inst.op.signature().pure && !inst.op.is_load() && inst.op != Op::Keep;
    let reads = data.insts.iter().any(|inst| inst.op.is_load());
    let is_stale = reads && function[from].insts.iter().any(writes);
    (is_way && !is_stale).then(|| Way { through: Some(target.block), to: to.clone() })
}
