//! Blocks: those that nothing reaches go, those that only one leads to are joined with it, those that only
//! pass on are left out, and parameters that are always the same value are that value.

use super::replace::Replacements;
use crate::ir::{Block, End, Function, Op, Target, Value, flow};
use rustc_hash::FxHashMap as HashMap;

/// Does all of that. Whether there was anything to do.
pub fn run(function: &mut Function) -> bool {
    let mut changed = remove_unreachable(function);
    changed |= thread(function);
    changed |= remove_unreachable(function);
    while same_values(function) {
        changed = true;
    }
    changed |= join(function);
    changed
}

/// Removes blocks that nothing reaches, and numbers the others anew.
pub(super) fn remove_unreachable(function: &mut Function) -> bool {
    let mut is_reached = vec![false; function.blocks.len()];
    for block in flow::reverse_postorder(function) {
        is_reached[block.0 as usize] = true;
    }
    if is_reached.iter().all(|is_reached| *is_reached) {
        return false;
    }
    let mut numbers = vec![Block(0); function.blocks.len()];
    let mut next = 0;
    for (number, is_reached) in numbers.iter_mut().zip(&is_reached) {
        *number = Block(next);
        next += u32::from(*is_reached);
    }
    let mut left = is_reached.iter();
    function.blocks.retain(|_| left.next() == Some(&true));
    for block in &mut function.blocks {
        for target in block.end.targets_mut() {
            target.block = numbers[target.block.0 as usize];
        }
    }
    true
}

/// Parameters that get the same value from everywhere, or themselves, are that value; of two parameters
/// that get the same values, or count up from the same value by the same, the second is the first.
fn same_values(function: &mut Function) -> bool {
    let mut replacements = Replacements::of(function);
    let mut dropped: Vec<(Block, usize)> = vec![];
    let (ways, steps) = (ways(function), steps(function));
    for block in function.ids().skip(1) {
        let ways = &ways[block.0 as usize];
        let column = |index: usize| -> Vec<Value> { ways.iter().map(|args| args[index]).collect() };
        let params = &function[block].params;
        for (index, param) in params.iter().enumerate() {
            let values = column(index);
            let mut others = values.iter().filter(|value| *value != param);
            let only = others.next().filter(|first| others.all(|value| value == *first));
            let counts = |one: &Value, of: &Value| {
                let step = steps.get(one).filter(|(counted, _)| counted == of);
                step.map(|(_, step)| *step)
            };
            let is_twin = |other: &usize| {
                column(*other).iter().zip(&values).all(|(one, same)| {
                    let step = counts(one, &params[*other]);
                    one == same || step.is_some() && step == counts(same, param)
                })
            };
            let twin = || (0..index).find(is_twin);
            let by = only.copied().or_else(|| twin().map(|twin| params[twin]));
            // A value that was replaced itself is looked at the next time.
            let Some(by) = by.filter(|by| replacements.get(*by) == *by) else { continue };
            if replacements.get(*param) == *param && replacements.set(*param, by) {
                dropped.push((block, index));
            }
        }
    }
    for (block, index) in dropped.iter().rev() {
        remove_param(function, *block, *index);
    }
    replacements.apply(function);
    !dropped.is_empty()
}

/// By value: what it is a sum of.
fn steps(function: &Function) -> HashMap<Value, (Value, Value)> {
    let insts = function.blocks.iter().flat_map(|block| &block.insts);
    let sums = insts.filter(|inst| inst.op == Op::IAddWrap);
    sums.map(|inst| (inst.results[0], (inst.args[0], inst.args[1]))).collect()
}

/// The arguments that each block is given, for every way there.
fn ways(function: &Function) -> Vec<Vec<Vec<Value>>> {
    let mut ways = vec![vec![]; function.blocks.len()];
    for target in function.blocks.iter().flat_map(|block| block.end.targets()) {
        ways[target.block.0 as usize].push(target.args.clone());
    }
    ways
}

/// Removes a parameter of a block, and what it is given.
pub(super) fn remove_param(function: &mut Function, block: Block, index: usize) {
    function[block].params.remove(index);
    for from in &mut function.blocks {
        for target in from.end.targets_mut().filter(|target| target.block == block) {
            target.args.remove(index);
        }
    }
}

/// Jumps to blocks that only jump on lead to where those do.
fn thread(function: &mut Function) -> bool {
    let mut uses = vec![0_usize; function.types.len()];
    for block in &function.blocks {
        let insts = block.insts.iter().flat_map(|inst| inst.uses());
        for value in insts.chain(block.end.uses()) {
            uses[value.0 as usize] += 1;
        }
    }
    let mut changed = false;
    for block in function.ids().skip(1) {
        let data = &function[block];
        let End::Jump(on) = &data.end else { continue };
        let passes_on = |param: &Value| {
            uses[param.0 as usize] == on.args.iter().filter(|arg| *arg == param).count()
        };
        if !data.insts.is_empty() || on.block == block || !data.params.iter().all(passes_on) {
            continue;
        }
        let (params, on) = (data.params.clone(), on.clone());
        for from in function.ids().filter(|from| *from != block) {
            for target in function[from].end.targets_mut().filter(|to| to.block == block) {
                *target = past(target, &params, &on);
                changed = true;
            }
        }
    }
    changed
}

/// Where a jump leads if it does what the block that it led to would do.
fn past(target: &Target, params: &[Value], on: &Target) -> Target {
    let given = |arg: &Value| {
        params.iter().position(|param| param == arg).map_or(*arg, |index| target.args[index])
    };
    Target { block: on.block, args: on.args.iter().map(given).collect() }
}

/// Joins blocks with the only one that leads to them, if that leads nowhere else.
fn join(function: &mut Function) -> bool {
    let mut replacements = Replacements::of(function);
    let mut entries = vec![0_usize; function.blocks.len()];
    for target in function.blocks.iter().flat_map(|block| block.end.targets()) {
        entries[target.block.0 as usize] += 1;
    }
    let mut changed = false;
    for block in flow::reverse_postorder(function) {
        while let End::Jump(target) = &function[block].end {
            let next = target.block;
            if entries[next.0 as usize] != 1 || next == block {
                break;
            }
            let args = target.args.clone();
            let params = std::mem::take(&mut function[next].params);
            for (param, arg) in params.into_iter().zip(args) {
                replacements.set(param, arg);
            }
            let mut insts = std::mem::take(&mut function[next].insts);
            function[block].end = std::mem::replace(&mut function[next].end, End::Unreachable);
            function[block].insts.append(&mut insts);
            entries[next.0 as usize] = 0;
            changed = true;
        }
    }
    replacements.apply(function);
    changed |= remove_unreachable(function);
    changed
}
