//! Loops that ask at their end whether they go round again, instead of jumping to where that is asked: the
//! little that the beginning does is done at the end as well. So a round has one jump less. What the
//! beginning computes becomes parameters of the blocks on its two ways, as there are two who compute it; but
//! for sums of what is a parameter there anyhow, which are done again: they take an instruction and no
//! register.

use crate::ir::flow::{self, Dominators, Loop};
use crate::ir::{Block, BlockData, End, Function, Inst, Op, Target, Value};

/// No more than so many instructions are done at both places.
const MOST_INSTRUCTIONS: usize = 6;
/// Loops that are continued at more places are left as they are.
const MOST_LATCHES: usize = 2;

/// Does that with all loops that allow it. To be done once, when nobody asks any more what is known in a
/// loop because of its condition.
pub fn run(function: &mut Function) -> bool {
    let mut changed = false;
    let headers: Vec<Block> =
        flow::loops(function, &Dominators::of(function)).iter().map(|one| one.header).collect();
    for header in headers {
        // What was done to one loop changes what is known of those around it.
        let dominators = Dominators::of(function);
        let loops = flow::loops(function, &dominators);
        let Some(around) = loops.iter().find(|one| one.header == header) else { continue };
        changed |= rotate(function, &dominators, around);
    }
    changed
}

fn rotate(function: &mut Function, dominators: &Dominators, around: &Loop) -> bool {
    let header = around.header;
    let data = function[header].clone();
    let End::Branch { condition, then, otherwise } = &data.end else { return false };
    let [goes_in, leaves] = [then, otherwise].map(|target| around.blocks.contains(&target.block));
    let is_small = data.insts.len() <= MOST_INSTRUCTIONS
        && data.insts.iter().all(|inst| inst.op.signature().pure && inst.exit.is_none());
    let jumps = |latch: &Block| matches!(function[*latch].end, End::Jump(_));
    let is_continued_simply =
        around.latches.len() <= MOST_LATCHES && around.latches.iter().all(jumps);
    let is_round = [then, otherwise].iter().any(|target| target.block == header);
    if goes_in == leaves || !is_small || !is_continued_simply || is_round {
        return false;
    }
    let Some(needed) = needed(function, dominators, &data, header, [then.block, otherwise.block])
    else {
        return false;
    };
    // A block on each way, with parameters for what is needed there.
    let condition = *condition;
    let ways = [then.clone(), otherwise.clone()].into_iter().zip(needed);
    let ways: Vec<Target> =
        ways.map(|(target, needed)| way(function, dominators, &data, target, needed)).collect();
    let end = |to: &dyn Fn(Value) -> Value| {
        let target = |way: &Target| Target {
            block: way.block,
            args: way.args.iter().map(|value| to(*value)).collect(),
        };
        let [then, otherwise] = [&ways[0], &ways[1]].map(target);
        End::Branch { condition: to(condition), then, otherwise }
    };
    function[header].end = end(&|value| value);
    for latch in &around.latches {
        let End::Jump(target) = &function[*latch].end else { continue };
        let mut new: Vec<(Value, Value)> =
            data.params.iter().copied().zip(target.args.iter().copied()).collect();
        for inst in &data.insts {
            let mut inst = inst.clone();
            inst.each_use(|value| *value = renamed(&new, *value));
            for result in &mut inst.results {
                let copy = function.value(function.type_of(*result));
                new.push((*result, copy));
                *result = copy;
            }
            function[*latch].insts.push(inst);
        }
        function[*latch].end = end(&|value| renamed(&new, value));
    }
    true
}

fn renamed(names: &[(Value, Value)], value: Value) -> Value {
    names.iter().find(|(old, _)| *old == value).map_or(value, |(_, new)| *new)
}

/// What a header computes and each of the two ways from it needs. None if somebody needs it where both
/// ways, or others, lead.
fn needed(
    function: &Function,
    dominators: &Dominators,
    data: &BlockData,
    header: Block,
    ways: [Block; 2],
) -> Option<[Vec<Value>; 2]> {
    let predecessors = flow::predecessors(function);
    if ways[0] == ways[1] {
        return None;
    }
    let results = data.insts.iter().flat_map(|inst| &inst.results);
    let computed: Vec<Value> = data.params.iter().chain(results).copied().collect();
    let mut needed = [vec![], vec![]];
    let End::Branch { then, otherwise, .. } = &data.end else { return None };
    for (needed, target) in needed.iter_mut().zip([then, otherwise]) {
        needed.extend(target.args.iter().copied().filter(|arg| computed.contains(arg)));
    }
    for block in dominators.order.iter().copied().filter(|block| *block != header) {
        let insts = function[block].insts.iter().flat_map(|inst| inst.uses());
        let uses = insts.chain(function[block].end.uses());
        let mut uses: Vec<Value> = uses.filter(|value| computed.contains(value)).collect();
        if uses.is_empty() {
            continue;
        }
        let is_on = |way: &Block| {
            predecessors[way.0 as usize] == [header] && dominators.dominates(*way, block)
        };
        let index = ways.iter().position(is_on)?;
        needed[index].append(&mut uses);
    }
    for values in &mut needed {
        values.sort();
        values.dedup();
    }
    Some(needed)
}

/// A new block on the way from a header, which has parameters for what is needed there, or does it again; it
/// is used in place of that from there on. Where it is and what it has to be given.
fn way(
    function: &mut Function,
    dominators: &Dominators,
    data: &BlockData,
    mut target: Target,
    needed: Vec<Value>,
) -> Target {
    let new = function.block();
    let sums: Vec<&Inst> = data.insts.iter().filter(|inst| is_sum(data, inst, &needed)).collect();
    let is_sum = |value: &Value| sums.iter().any(|sum| sum.results.contains(value));
    let (again, passed): (Vec<Value>, Vec<Value>) = needed.into_iter().partition(is_sum);
    let mut names = vec![];
    for value in &passed {
        let of = function.type_of(*value);
        let param = function.param(new, of);
        names.push((*value, param));
    }
    for value in &again {
        let Some(sum) = sums.iter().find(|sum| sum.results.contains(value)) else { continue };
        let mut sum = (*sum).clone();
        sum.each_use(|value| *value = renamed(&names, *value));
        let result = function.value(function.type_of(*value));
        sum.results = vec![result];
        function[new].insts.push(sum);
        names.push((*value, result));
    }
    for block in dominators.order.iter().filter(|block| dominators.dominates(target.block, **block))
    {
        let data = &mut function[*block];
        for inst in &mut data.insts {
            inst.each_use(|value| *value = renamed(&names, *value));
        }
        data.end.each_use(|value| *value = renamed(&names, *value));
    }
    target.args.iter_mut().for_each(|arg| *arg = renamed(&names, *arg));
    function[new].end = End::Jump(target);
    Target { block: new, args: passed }
}

/// Whether an instruction of a header is a sum of parameters that are needed as well, and of what was there
/// before.
fn is_sum(data: &BlockData, inst: &Inst, needed: &[Value]) -> bool {
    let is_computed = |arg: &Value| data.insts.iter().any(|other| other.results.contains(arg));
    let is_there = |arg: &Value| match data.params.contains(arg) {
        true => needed.contains(arg),
        false => !is_computed(arg),
    };
    matches!(inst.op, Op::IAddWrap | Op::ISubWrap) && inst.args.iter().all(is_there)
}
