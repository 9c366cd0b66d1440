//! What a loop computes each time and what is always the same is computed before it. Only what is pure and
//! never exits moves, and reads of what is known of an array. Nothing moves that a processor refuses for
//! some operands: division only with a divisor that is known. What costs a call moves only if every round
//! does it.

use super::memory::Memory;
use crate::ir::flow::{self, Dominators, Loop};
use crate::ir::{Block, End, Function, Inst, Op, Target, Value};

/// Moves what is always the same out of loops. Whether there was anything.
pub fn run(function: &mut Function) -> bool {
    let mut changed = false;
    let mut done: Vec<Block> = vec![];
    let mut dominators = Dominators::of(function);
    let mut loops = flow::loops(function, &dominators);
    while let Some(next) = loops.iter().find(|one| !done.contains(&one.header)).cloned() {
        done.push(next.header);
        let moved = take_out(function, &dominators, &next);
        if !moved.is_empty() {
            let blocks = function.blocks.len();
            let before = before(function, &next);
            function[before].insts.extend(moved);
            changed = true;
            // A new block before a loop changes who dominates whom.
            if function.blocks.len() != blocks {
                dominators = Dominators::of(function);
                loops = flow::loops(function, &dominators);
            }
        }
    }
    changed
}

/// Takes what is always the same out of a loop's blocks, in an order in which it can be done.
fn take_out(function: &mut Function, dominators: &Dominators, around: &Loop) -> Vec<Inst> {
    let mut is_inside = vec![false; function.types.len()];
    for block in &around.blocks {
        let data = &function[*block];
        let results = data.insts.iter().flat_map(|inst| &inst.results);
        for value in data.params.iter().chain(results) {
            is_inside[value.0 as usize] = true;
        }
    }
    let (safe_divisors, is_view) = (safe_divisors(function), function.views());
    let same_words = same_words(function, dominators, around);
    let mut moved = vec![];
    for block in dominators.order.iter().filter(|block| around.blocks.contains(block)) {
        let is_always = around.latches.iter().all(|latch| dominators.dominates(*block, *latch));
        let insts = std::mem::take(&mut function[*block].insts);
        for inst in insts {
            let is_same = inst.args.iter().all(|arg| !is_inside[arg.0 as usize]);
            let is_word = inst.op == Op::LoadI64 && is_view[inst.args[0].0 as usize];
            let is_word =
                is_word || inst.op == Op::ListWord && same_words.contains(&inst.results[0]);
            if is_same && (is_word || may_move(&inst, is_always, &safe_divisors)) {
                for result in &inst.results {
                    is_inside[result.0 as usize] = false;
                }
                moved.push(inst);
            } else {
                function[*block].insts.push(inst);
            }
        }
    }
    moved
}

/// What is known of lists, besides their items, is there as long as the list, so that it can be read
/// earlier. Which reads of it always give the same in a loop.
fn same_words(function: &Function, dominators: &Dominators, around: &Loop) -> Vec<Value> {
    let inside = || around.blocks.iter().flat_map(|block| &function[*block].insts);
    if !inside().any(|inst| inst.op == Op::ListWord) {
        return vec![];
    }
    let memory = Memory::without_states(function, dominators);
    let is_written = memory.written_by(inside());
    let is_same = |region: usize| !is_written[region];
    let words = inside().filter(|inst| inst.op == Op::ListWord);
    let same = words.filter(|word| memory.region_of(word).is_some_and(is_same));
    same.map(|word| word.results[0]).collect()
}

fn may_move(inst: &Inst, is_always: bool, safe_divisors: &[bool]) -> bool {
    let signature = inst.op.signature();
    if !signature.pure || signature.exits {
        return false;
    }
    match inst.op {
        Op::IFloorDiv | Op::IMod => safe_divisors[inst.args[1].0 as usize],
        Op::Math1 | Op::Math2 | Op::SinCos | Op::FDiv | Op::FSqrt => is_always,
        _ => true,
    }
}

/// Which values are constants that a processor divides everything by.
fn safe_divisors(function: &Function) -> Vec<bool> {
    let mut safe = vec![false; function.types.len()];
    for inst in function.blocks.iter().flat_map(|block| &block.insts) {
        if let (Op::Int, Some(value)) = (inst.op, inst.int()) {
            safe[inst.results[0].0 as usize] = value != 0 && value != -1;
        }
    }
    safe
}

/// The block before a loop, from which alone it is entered: a new one if there is none.
pub(super) fn before(function: &mut Function, around: &Loop) -> Block {
    let header = around.header;
    let outside: Vec<Block> = function
        .ids()
        .filter(|from| !around.blocks.contains(from))
        .filter(|from| function[*from].end.targets().any(|target| target.block == header))
        .collect();
    if let [only] = outside[..]
        && matches!(function[only].end, End::Jump(_))
    {
        return only;
    }
    let new = function.block();
    let params: Vec<Value> = function[header].params.clone();
    let args = params
        .iter()
        .map(|param| {
            let of = function.type_of(*param);
            function.param(new, of)
        })
        .collect();
    function[new].end = End::Jump(Target { block: header, args });
    for from in outside {
        for target in function[from].end.targets_mut().filter(|target| target.block == header) {
            target.block = new;
        }
    }
    new
}
