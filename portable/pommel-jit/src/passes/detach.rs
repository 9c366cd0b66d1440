//! Where others may run Python: in loops that touch no objects.
//!
//! Such a loop computes with numbers and looks at memory that is the call's own, or that its owner keeps
//! where it is. Its polls say that others may run from there on, and whatever is behind it begins with an
//! `attach`. An exit is followed by the runtime, which knows itself.

use crate::ir::flow::{self, Dominators, Loop};
use crate::ir::verify::is_memory;
use crate::ir::{Function, Immediate, Inst, Op, Value};

/// Integers from here on may be the addresses of objects that are known.
const ADDRESSES: u64 = 1 << 12;

/// Marks polls, and attaches behind loops. Whether there are any such loops.
pub fn run(function: &mut Function) -> bool {
    let in_objects = in_objects(function);
    let dominators = Dominators::of(function);
    let mut loops = flow::loops(function, &dominators);
    loops.retain(|around| is_free(function, around, &in_objects) && has_poll(function, around));
    // Inner loops are parts of the loops around them.
    let outermost = loops.iter().filter(|inner| {
        let is_around = |outer: &&Loop| outer.blocks.contains(&inner.header);
        loops.iter().filter(is_around).count() == 1
    });
    let mut behind = vec![];
    for around in outermost {
        let targets = around.blocks.iter().flat_map(|block| function[*block].end.targets());
        behind.extend(targets.map(|target| target.block).filter(|to| !around.blocks.contains(to)));
    }
    behind.sort();
    behind.dedup();
    let inside: Vec<_> = loops.iter().flat_map(|around| around.blocks.clone()).collect();
    for block in inside {
        let insts = function[block].insts.iter_mut();
        insts
            .filter(|inst| inst.op == Op::Poll)
            .for_each(|inst| inst.immediate = Immediate::Int(1));
    }
    for block in behind {
        let (args, results) = (vec![], vec![]);
        let inst = Inst { op: Op::Attach, args, immediate: Immediate::None, results, exit: None };
        function[block].insts.insert(0, inst);
    }
    !loops.is_empty()
}

fn has_poll(function: &Function, around: &Loop) -> bool {
    let insts = around.blocks.iter().flat_map(|block| &function[*block].insts);
    insts.into_iter().any(|inst| inst.op == Op::Poll)
}

/// Whether a loop touches no objects.
fn is_free(function: &Function, around: &Loop, in_objects: &[bool]) -> bool {
    let mut insts = around.blocks.iter().flat_map(|block| &function[*block].insts);
    insts.all(|inst| match inst.op {
        // The runtime attaches before it does something with lists.
        Op::Poll | Op::Keep | Op::ListWord | Op::SetListWord | Op::List => true,
        op if is_memory(op) => !in_objects[inst.args[0].0 as usize],
        op => op.signature().pure,
    })
}

/// Whether a function looks at memory of objects.
pub fn reads_objects(function: &Function) -> bool {
    let in_objects = in_objects(function);
    let mut insts = function.blocks.iter().flat_map(|block| &block.insts);
    insts.any(|inst| is_memory(inst.op) && in_objects[inst.args[0].0 as usize])
}

/// Which integers may be addresses within objects: those that are computed from the address of one, or from
/// what was read there.
fn in_objects(function: &Function) -> Vec<bool> {
    let mut found = vec![false; function.types.len()];
    let mut changed = true;
    let mark = |found: &mut Vec<bool>, value: Value| {
        !std::mem::replace(&mut found[value.0 as usize], true)
    };
    while std::mem::take(&mut changed) {
        for block in &function.blocks {
            for inst in &block.insts {
                let is_origin = match inst.op {
                    Op::Address => true,
                    Op::Int => inst.int().is_some_and(|value| value.unsigned_abs() >= ADDRESSES),
                    _ => false,
                };
                // What these give is no object's own memory.
                let is_other = matches!(inst.op, Op::View | Op::List);
                let is_computed = inst.args.iter().any(|arg| found[arg.0 as usize]);
                if is_origin || is_computed && !is_other {
                    for result in &inst.results {
                        changed |= mark(&mut found, *result);
                    }
                }
            }
            for target in block.end.targets() {
                for (arg, param) in target.args.iter().zip(&function[target.block].params) {
                    if found[arg.0 as usize] {
                        changed |= mark(&mut found, *param);
                    }
                }
            }
        }
    }
    found
}
