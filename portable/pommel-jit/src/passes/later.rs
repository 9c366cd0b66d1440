//! Checks of loops that can wait, in functions that are done again from the start wherever they leave: only
//! what such a function returns counts.
//!
//! A sum that is not finite stays so, whatever is added: it is checked behind the loop, and not in each
//! round. A loop that goes round once for each item of an argument ends soon, and is not interrupted.

use crate::ir::flow::{self, Dominators, Loop};
use crate::ir::{Block, End, Exit, Function, Immediate, Inst, Op, Target, Type, Value};
use rustc_hash::FxHashMap as HashMap;

/// So many sums are moved at most.
const MOST: usize = 16;

/// Where a value is made, by values.
type Makers = HashMap<Value, (Block, usize)>;

/// A check of a sum that can wait until its loop is left.
struct Sum {
    /// The check.
    check: (Block, usize),
    value: Value,
    /// The ways out of the loop: from where, and which of the two.
    ways: Vec<(Block, usize)>,
}

/// Moves checks out of loops, and takes polls out. Whether it changed anything.
pub fn run(function: &mut Function) -> bool {
    let mut changed = false;
    for _ in 0..MOST {
        let dominators = Dominators::of(function);
        let loops = flow::loops(function, &dominators);
        for around in &loops {
            let makers = makers(function);
            if ends_soon(function, &makers, around) {
                changed |= drop_polls(function, &loops, around);
            }
        }
        let makers = makers(function);
        let sum = loops.iter().find_map(|around| sum(function, &makers, &dominators, around));
        let Some(sum) = sum else { break };
        check_later(function, sum);
        changed = true;
    }
    changed
}

fn makers(function: &Function) -> Makers {
    let mut makers = Makers::default();
    for block in function.ids() {
        for (index, inst) in function[block].insts.iter().enumerate() {
            makers.extend(inst.results.iter().map(|result| (*result, (block, index))));
        }
    }
    makers
}

/// The instruction that makes a value.
fn maker<'f>(function: &'f Function, makers: &Makers, value: Value) -> Option<&'f Inst> {
    makers.get(&value).map(|(block, index)| &function[*block].insts[*index])
}

/// What the header of a loop has as a parameter, and is given in each further round, if that is one value.
fn given(function: &Function, around: &Loop, param: Value) -> Option<Value> {
    let place = function[around.header].params.iter().position(|of| *of == param)?;
    let latches = around.latches.iter().flat_map(|latch| function[*latch].end.targets());
    let mut values = latches.filter(|to| to.block == around.header).map(|to| to.args[place]);
    let first = values.next()?;
    values.all(|value| value == first).then_some(first)
}

/// Whether a loop goes round once for each item of something whose length is an argument.
fn ends_soon(function: &Function, makers: &Makers, around: &Loop) -> bool {
    let is_one = |value: Value| {
        maker(function, makers, value).is_some_and(|of| of.op == Op::Int && of.int() == Some(1))
    };
    let counts = |param: &Value| {
        let next = given(function, around, *param)?;
        let sum = maker(function, makers, next)?;
        let is_sum = sum.op == Op::IAddWrap && sum.args[0] == *param && is_one(sum.args[1]);
        is_sum.then_some([*param, next])
    };
    let counters = function[around.header].params.iter().filter_map(counts);
    let counters: Vec<Value> = counters.flatten().collect();
    // The only latch asks whether it goes on.
    let [latch] = around.latches[..] else { return false };
    let End::Branch { condition, then, otherwise } = &function[latch].end else { return false };
    let asks = maker(function, makers, *condition).is_some_and(|of| {
        let lengths = &function[Block(0)].params;
        of.op == Op::ILt && counters.contains(&of.args[0]) && lengths.contains(&of.args[1])
    });
    asks && then.block == around.header && !around.blocks.contains(&otherwise.block)
}

/// Takes the polls out of a loop, but for those of loops within it.
fn drop_polls(function: &mut Function, loops: &[Loop], around: &Loop) -> bool {
    let is_inner =
        |other: &&Loop| other.header != around.header && around.blocks.contains(&other.header);
    let inner: Vec<Block> =
        loops.iter().filter(is_inner).flat_map(|inner| inner.blocks.clone()).collect();
    let mut changed = false;
    for block in around.blocks.iter().filter(|block| !inner.contains(block)) {
        let insts = &mut function[*block].insts;
        let before = insts.len();
        insts.retain(|inst| inst.op != Op::Poll);
        changed |= insts.len() != before;
    }
    changed
}

/// A check in a loop that can wait.
fn sum(
    function: &Function,
    makers: &Makers,
    dominators: &Dominators,
    around: &Loop,
) -> Option<Sum> {
    let places = around
        .blocks
        .iter()
        .flat_map(|block| (0..function[*block].insts.len()).map(move |index| (*block, index)));
    let mut checks = places.filter(|(block, index)| function[*block].insts[*index].op == Op::Guard);
    checks.find_map(|check| {
        let inst = &function[check.0].insts[check.1];
        let exit = inst.exit.as_ref()?;
        let value = checked(function, makers, inst.args[0])?;
        let (made_in, _) = makers.get(&value)?;
        let made = maker(function, makers, value)?;
        let is_sum = matches!(made.op, Op::FAdd | Op::FSub) && around.blocks.contains(made_in);
        let mut params = made.args.iter().filter(|of| given(function, around, **of) == Some(value));
        let before = params.next().filter(|_| is_sum && exit.uses().next().is_none())?;
        // Nobody else in the loop looks at it.
        if uses(function, around, *before) != [1, 0]
            || uses(function, around, value) != [2, around.latches.len()]
        {
            return None;
        }
        let ways = ways_out(function, around);
        let is_there = |(from, _): &(Block, usize)| dominators.dominates(*made_in, *from);
        ways.iter().all(is_there).then_some(Sum { check, value, ways })
    })
}

/// The value that is checked for being finite: `v - v` is equal to itself.
fn checked(function: &Function, makers: &Makers, condition: Value) -> Option<Value> {
    let twice = |value: Value, op: Op| {
        let inst = maker(function, makers, value).filter(|inst| inst.op == op)?;
        (inst.args[0] == inst.args[1]).then_some(inst.args[0])
    };
    twice(twice(condition, Op::FEq)?, Op::FSub)
}

/// How often a value is an operand in a loop, and how often it is passed on within it. A condition is neither
/// a float nor an operand.
fn uses(function: &Function, around: &Loop, value: Value) -> [usize; 2] {
    let blocks = || around.blocks.iter().map(|block| &function[*block]);
    let operands = blocks().flat_map(|block| &block.insts).flat_map(Inst::uses);
    let targets = blocks().flat_map(|block| block.end.targets());
    let passed = targets.filter(|target| around.blocks.contains(&target.block));
    let passed = passed.flat_map(|target| target.args.iter().copied());
    [operands.filter(|of| *of == value).count(), passed.filter(|of| *of == value).count()]
}

/// The ways out of a loop.
fn ways_out(function: &Function, around: &Loop) -> Vec<(Block, usize)> {
    let mut ways = vec![];
    for block in &around.blocks {
        let targets = function[*block].end.targets().enumerate();
        let out = targets.filter(|(_, target)| !around.blocks.contains(&target.block));
        ways.extend(out.map(|(way, _)| (*block, way)));
    }
    ways
}

/// Takes a check out of a loop and puts it on each way out.
fn check_later(function: &mut Function, Sum { check: (block, index), value, ways }: Sum) {
    let Some(exit) = function[block].insts.remove(index).exit else { return };
    for (from, way) in ways {
        let new = function.block();
        let (rest, is_finite) = (function.value(Type::F64), function.value(Type::Bool));
        let inst = |op, args, results, exit: Option<Exit>| Inst {
            op,
            args,
            immediate: Immediate::None,
            results,
            exit,
        };
        function[new].insts = vec![
            inst(Op::FSub, vec![value, value], vec![rest], None),
            inst(Op::FEq, vec![rest, rest], vec![is_finite], None),
            inst(Op::Guard, vec![is_finite], vec![], Some(exit.clone())),
        ];
        let Some(target) = function[from].end.targets_mut().nth(way) else { continue };
        let old = core::mem::replace(target, Target { block: new, args: vec![] });
        function[new].end = End::Jump(old);
    }
}
