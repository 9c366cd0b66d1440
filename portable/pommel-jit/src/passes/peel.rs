//! The first round of a loop by itself, where a number is of another kind in it than in all others: a sum
//! that begins with an integer and goes on with floats. Behind that round its kind is known, and nobody
//! has to ask for it.
//!
//! A copy of the loop is done before it, whose way back leads to the loop itself. What others than the
//! loop need of it comes from either: as parameters of blocks on the ways out.

use super::params::remove_param;
use crate::ir::flow::{self, Dominators, Loop};
use crate::ir::{Block, End, Function, Immediate, Inst, Op, Target, Type, Value};
use rustc_hash::FxHashMap as HashMap;

/// Loops with more instructions are left as they are.
const MOST_INSTRUCTIONS: usize = 300;
/// So many loops of a function are changed at most.
const MOST_LOOPS: usize = 8;

/// Does that with all loops that are worth it. Whether there were any.
pub fn run(function: &mut Function) -> bool {
    let mut looked_at: Vec<Block> = vec![];
    let mut done = 0;
    while done < MOST_LOOPS {
        let dominators = Dominators::of(function);
        let loops = flow::loops(function, &dominators);
        let Some(next) = loops.into_iter().find(|one| !looked_at.contains(&one.header)) else {
            break;
        };
        looked_at.push(next.header);
        let constants = constants(function);
        if !is_worth_it(function, &next, &constants) {
            continue;
        }
        if let Some(peeled) = peeled(function, &next) {
            *function = peeled;
            settle(function, next.header);
            done += 1;
        }
    }
    done > 0
}

/// The integers that are constants.
fn constants(function: &Function) -> HashMap<Value, i64> {
    let insts = function.blocks.iter().flat_map(|block| &block.insts);
    let ints = insts.filter(|inst| inst.op == Op::Int);
    ints.filter_map(|inst| Some((inst.results[0], inst.int()?))).collect()
}

/// Whether a parameter of the loop is asked which of some constants it is, and is always the same one
/// after a round, but not before the first.
fn is_worth_it(function: &Function, around: &Loop, constants: &HashMap<Value, i64>) -> bool {
    let insts = || around.blocks.iter().flat_map(|block| &function[*block].insts);
    if insts().count() > MOST_INSTRUCTIONS {
        return false;
    }
    let params = &function[around.header].params;
    let mut ints = params.iter().enumerate().filter(|of| function.type_of(*of.1) == Type::I64);
    ints.any(|(index, param)| {
        let is_asked = insts().any(|inst| {
            let other = |arg: &Value| constants.contains_key(arg);
            inst.op == Op::IEq && inst.args.contains(param) && inst.args.iter().any(other)
        });
        let given = |inside: bool| -> Vec<Option<i64>> {
            let from = function.ids().filter(|from| around.blocks.contains(from) == inside);
            let targets = from.flat_map(|from| function[from].end.targets());
            let targets = targets.filter(|target| target.block == around.header);
            targets.map(|target| constants.get(&target.args[index]).copied()).collect()
        };
        let rounds = given(true);
        let always = rounds.first().copied().flatten();
        is_asked
            && always.is_some()
            && rounds.iter().all(|round| *round == always)
            && given(false).iter().any(|first| *first != always)
    })
}

/// The function with the first round of a loop by itself. None if what the loop computes is needed where
/// several ways out of it meet.
pub(super) fn peeled(function: &Function, around: &Loop) -> Option<Function> {
    let mut function = function.clone();
    separate_ways_out(&mut function, around)?;
    let copies = copy(&mut function, around);
    let first = copies[&around.header];
    for copy in copies.values() {
        for target in function[*copy].end.targets_mut().filter(|target| target.block == first) {
            target.block = around.header;
        }
    }
    let is_copy = |block: &Block| copies.values().any(|copy| copy == block);
    let outside = function.ids().filter(|from| !around.blocks.contains(from) && !is_copy(from));
    for from in outside {
        let targets = function[from].end.targets_mut();
        for target in targets.filter(|target| target.block == around.header) {
            target.block = first;
        }
    }
    Some(function)
}

/// A copy of a loop, which leads back to where it begins itself: by block, its copy.
pub(super) fn copy(function: &mut Function, around: &Loop) -> HashMap<Block, Block> {
    let mut names: HashMap<Value, Value> = HashMap::default();
    let mut copies: HashMap<Block, Block> = HashMap::default();
    for block in &around.blocks {
        let copy = function.block();
        copies.insert(*block, copy);
        let mut data = function[*block].clone();
        let results = data.insts.iter_mut().flat_map(|inst| &mut inst.results);
        for value in data.params.iter_mut().chain(results) {
            let new = function.value(function.type_of(*value));
            names.insert(*value, new);
            *value = new;
        }
        function[copy] = data;
    }
    let renamed = |value: &mut Value| *value = names.get(value).copied().unwrap_or(*value);
    for copy in copies.values() {
        let data = &mut function[*copy];
        data.insts.iter_mut().for_each(|inst| inst.each_use(renamed));
        data.end.each_use(renamed);
        for target in data.end.targets_mut() {
            target.block = copies.get(&target.block).copied().unwrap_or(target.block);
        }
    }
    copies
}

/// Gives every way out of a loop a block of its own, which has parameters for what the loop computes and
/// is needed behind it. None if something is needed where several of them lead.
pub(super) fn separate_ways_out(function: &mut Function, around: &Loop) -> Option<()> {
    let mut ways: Vec<(Block, Block)> = vec![];
    for from in &around.blocks {
        for place in 0..2 {
            let targets = function[*from].end.targets().nth(place);
            let Some(to) = targets.map(|target| target.block) else { continue };
            if around.blocks.contains(&to) {
                continue;
            }
            let known = ways.iter().find(|(old, _)| *old == to).map(|(_, new)| *new);
            let new = known.unwrap_or_else(|| way_out(function, to));
            if known.is_none() {
                ways.push((to, new));
            }
            if let Some(target) = function[*from].end.targets_mut().nth(place) {
                target.block = new;
            }
        }
    }
    let dominators = Dominators::of(function);
    let mut inside = vec![false; function.types.len()];
    for block in &around.blocks {
        let data = &function[*block];
        let results = data.insts.iter().flat_map(|inst| &inst.results);
        data.params.iter().chain(results).for_each(|value| inside[value.0 as usize] = true);
    }
    let is_inside = |value: &Value| inside.get(value.0 as usize) == Some(&true);
    for block in dominators.order.clone() {
        if around.blocks.contains(&block) {
            continue;
        }
        let data = &function[block];
        let uses = data.insts.iter().flat_map(|inst| inst.uses().collect::<Vec<_>>());
        let mut needed: Vec<Value> = uses.chain(data.end.uses()).filter(is_inside).collect();
        needed.sort();
        needed.dedup();
        if needed.is_empty() {
            continue;
        }
        let way = ways.iter().map(|way| way.1).find(|way| dominators.dominates(*way, block))?;
        for value in needed {
            hand_out(function, &dominators, around, way, value);
        }
    }
    Some(())
}

/// A new block that only leads on to another.
fn way_out(function: &mut Function, to: Block) -> Block {
    let new = function.block();
    let types: Vec<Type> =
        function[to].params.iter().map(|param| function.type_of(*param)).collect();
    let args = types.into_iter().map(|of| function.param(new, of)).collect();
    function[new].end = End::Jump(Target { block: to, args });
    new
}

/// A value of a loop as a parameter of a way out, for all behind that.
fn hand_out(
    function: &mut Function,
    dominators: &Dominators,
    around: &Loop,
    way: Block,
    value: Value,
) {
    let of = function.type_of(value);
    let param = function.param(way, of);
    for from in &around.blocks {
        for target in function[*from].end.targets_mut().filter(|target| target.block == way) {
            target.args.push(value);
        }
    }
    let rename = |used: &mut Value| {
        if *used == value {
            *used = param;
        }
    };
    for block in dominators.order.iter().filter(|block| dominators.dominates(way, **block)) {
        let data = &mut function[*block];
        data.insts.iter_mut().for_each(|inst| inst.each_use(rename));
        data.end.each_use(rename);
    }
}

/// Parameters of a block that are the same constant on every way are that constant.
fn settle(function: &mut Function, block: Block) {
    let constants = constants(function);
    for index in (0..function[block].params.len()).rev() {
        let targets = function.blocks.iter().flat_map(|from| from.end.targets());
        let targets = targets.filter(|target| target.block == block);
        let given = targets.map(|target| constants.get(&target.args[index]).copied());
        let given: Vec<Option<i64>> = given.collect();
        let Some(Some(always)) = given.first().copied() else { continue };
        if given.iter().any(|other| *other != Some(always)) {
            continue;
        }
        let param = function[block].params[index];
        remove_param(function, block, index);
        let inst = Inst {
            op: Op::Int,
            args: vec![],
            immediate: Immediate::Int(always),
            results: vec![param],
            exit: None,
        };
        function[block].insts.insert(0, inst);
    }
}
