//! Loops in two versions: one for when all indices of all rounds are known to be inside, which is asked
//! once before, and one that asks in every round.
//!
//! What is asked is a guard of the loop whose condition is always the same, or compares a variable that
//! counts up to a bound, and a constant more or less, with a length. The version without them is a copy;
//! what others than the loop need of it comes from either, as parameters of blocks on the ways out.

use super::invariant;
use super::peel::{self, copy, separate_ways_out};
use crate::ir::flow::{self, Dominators, Loop};
use crate::ir::{Block, End, Function, Immediate, Inst, Op, Target, Type, Value};
use rustc_hash::FxHashMap as HashMap;

/// Loops with more instructions are left as they are.
const MOST_INSTRUCTIONS: usize = 200;
/// So many loops of a function get a second version at most.
const MOST_LOOPS: usize = 6;
/// Functions that have come to have more instructions are left as they are.
const MOST_IN_ALL: usize = 2500;
/// Loops with more instructions have no round by itself.
const MOST_TWICE: usize = 120;
/// So many sums are looked through.
const DEEPEST: usize = 4;
/// A check costs a round so little that a loop must have so many to be worth it...
const FEWEST: usize = 2;
/// ...unless it has no more instructions than so many, and is in another loop.
const FEW_INSTRUCTIONS: usize = 24;
/// Integers between this and its opposite are small: the product of two of their sums fits.
const SMALL: i64 = 1 << 30;

/// Does that with all loops that are worth it. Whether there were any.
pub fn run(function: &mut Function) -> bool {
    let mut looked_at: Vec<Block> = vec![];
    let mut done = 0;
    while done < MOST_LOOPS {
        let dominators = Dominators::of(function);
        let loops = flow::loops(function, &dominators);
        let is_inner = |one: &&Loop| {
            !loops.iter().any(|other| other != *one && one.blocks.contains(&other.header))
        };
        let next = loops.iter().filter(is_inner).find(|one| !looked_at.contains(&one.header));
        let Some(next) = next else { break };
        looked_at.push(next.header);
        let size: usize = function.blocks.iter().map(|block| block.insts.len()).sum();
        if size > MOST_IN_ALL || !is_worth_it(function, next) {
            continue;
        }
        let mut questions = Questions::of(function, next);
        questions.find(function, next);
        let insts: usize = next.blocks.iter().map(|block| function[*block].insts.len()).sum();
        let is_around = |other: &Loop| other != next && other.blocks.contains(&next.header);
        let is_hot = insts <= FEW_INSTRUCTIONS && loops.iter().any(is_around);
        let fewest = if is_hot { 1 } else { FEWEST };
        if questions.answered.len() + questions.sums < fewest {
            continue;
        }
        if let Some((versions, header)) = versions(function, next, &questions) {
            *function = versions;
            looked_at.push(header);
            done += 1;
        }
    }
    done > 0
}

/// Does the first round of loops by itself in which the element before that of the counter is the last one,
/// as in `a[i - 1]` with `i` from 0 on. In all others the index is inside. Whether there were any.
pub fn first_rounds(function: &mut Function) -> bool {
    let all = flow::loops(function, &Dominators::of(function));
    let mut changed = false;
    for header in all.into_iter().map(|one| one.header) {
        let loops = flow::loops(function, &Dominators::of(function));
        let Some(around) = loops.iter().find(|one| one.header == header) else { continue };
        let is_inner = loops
            .iter()
            .all(|other| other.header == header || !around.blocks.contains(&other.header));
        if !is_inner || !is_worth_it(function, around) || !begins_before(function, around) {
            continue;
        }
        if let Some(peeled) = peel::peeled(function, around) {
            *function = peeled;
            changed = true;
        }
    }
    changed
}

/// Whether a loop asks if what is one less than its counter is an index, and begins with 0.
fn begins_before(function: &Function, around: &Loop) -> bool {
    let mut questions = Questions::of(function, around);
    questions.counters = questions.counters(function, around);
    let insts = || around.blocks.iter().flat_map(|block| &function[*block].insts);
    let is_before = |inst: &Inst| {
        let (Op::Guard, [condition]) = (inst.op, &inst.args[..]) else { return false };
        let Some((Op::ULt, asked)) = questions.definitions.get(condition) else { return false };
        let Some((Op::Select, choice)) = questions.definitions.get(&asked[0]) else { return false };
        let Some((variable, more)) = questions.linear(choice[2], DEEPEST) else { return false };
        let counter = questions.counters.iter().find(|counter| counter.variable == variable);
        let first = counter.and_then(|counter| questions.constants.get(&counter.first));
        first.is_some_and(|first| first.checked_add(more) == Some(-1))
    };
    insts().count() <= MOST_TWICE && insts().any(is_before)
}

/// Whether a loop is small and runs by itself.
fn is_worth_it(function: &Function, around: &Loop) -> bool {
    let insts = || around.blocks.iter().flat_map(|block| &function[*block].insts);
    insts().count() <= MOST_INSTRUCTIONS && insts().all(|inst| runs_by_itself(inst.op))
}

fn runs_by_itself(op: Op) -> bool {
    use Op::{Guard, Keep, List, ListWord, Math1, Math2, Poll, SetListWord, SinCos};
    match op {
        Math1 | Math2 | SinCos => false,
        // Lists are made larger once in a while.
        Guard | Keep | List | ListWord | Poll | SetListWord => true,
        op => op.signature().pure || crate::ir::verify::is_memory(op),
    }
}

/// A variable that counts up: `first`, and always `step` more, as long as it is less than `stop`.
#[derive(Clone, Copy)]
struct Counter {
    variable: Value,
    first: Value,
    step: Value,
    stop: Value,
}

/// What has to be asked before a loop.
struct Questions {
    is_inside: Vec<bool>,
    definitions: HashMap<Value, (Op, Vec<Value>)>,
    constants: HashMap<Value, i64>,
    counters: Vec<Counter>,
    /// Conditions that have to be true.
    conditions: Vec<Value>,
    /// Which counters have to stay below which lengths: with so much more than the counter.
    within: Vec<(Counter, i64, Value)>,
    /// The conditions of guards that are then always true.
    answered: Vec<Value>,
    /// What has to be small, for sums and products to fit.
    small: Vec<Value>,
    /// How many sums and products there are.
    sums: usize,
}

impl Questions {
    fn of(function: &Function, around: &Loop) -> Questions {
        let mut is_inside = vec![false; function.types.len()];
        for block in &around.blocks {
            let data = &function[*block];
            let results = data.insts.iter().flat_map(|inst| &inst.results);
            data.params.iter().chain(results).for_each(|value| is_inside[value.0 as usize] = true);
        }
        let insts = || function.blocks.iter().flat_map(|block| &block.insts);
        let single = insts().filter(|inst| inst.results.len() == 1);
        let ints = insts().filter(|inst| inst.op == Op::Int);
        Questions {
            is_inside,
            definitions: single.map(|of| (of.results[0], (of.op, of.args.clone()))).collect(),
            constants: ints.filter_map(|inst| Some((inst.results[0], inst.int()?))).collect(),
            counters: vec![],
            conditions: vec![],
            within: vec![],
            answered: vec![],
            small: vec![],
            sums: 0,
        }
    }

    fn find(&mut self, function: &Function, around: &Loop) {
        self.counters = self.counters(function, around);
        self.find_small(function, around);
        for inst in around.blocks.iter().flat_map(|block| &function[*block].insts) {
            let (Op::Guard, [condition]) = (inst.op, &inst.args[..]) else { continue };
            if !self.is_inside[condition.0 as usize] {
                self.conditions.push(*condition);
                self.answered.push(*condition);
            } else if let Some(within) = self.within(*condition) {
                self.within.push(within);
                self.answered.push(*condition);
            }
        }
    }

    /// The integers that sums and products of a counter are made with.
    fn find_small(&mut self, function: &Function, around: &Loop) {
        let insts = around.blocks.iter().flat_map(|block| &function[*block].insts);
        let sums = insts.filter(|inst| matches!(inst.op, Op::IAdd | Op::ISub | Op::IMul));
        let mut found: Vec<Value> = vec![];
        for inst in sums {
            let is_counted = |arg: &Value| {
                self.linear(*arg, DEEPEST).is_some_and(|(root, _)| {
                    self.counters.iter().any(|counter| counter.variable == root)
                }) || found.contains(arg)
            };
            let is_fixed = |arg: &Value| !self.is_inside[arg.0 as usize];
            let is_known = inst.args.iter().all(|arg| is_counted(arg) || is_fixed(arg));
            if is_known && inst.args.iter().any(is_counted) {
                self.sums += 1;
                found.push(inst.results[0]);
                let fixed = inst.args.iter().filter(|arg| is_fixed(arg));
                self.small.extend(fixed.filter(|arg| !self.constants.contains_key(arg)));
            }
        }
        self.small.sort();
        self.small.dedup();
    }

    /// The variables of a loop that count up to a bound which is asked where it begins.
    fn counters(&self, function: &Function, around: &Loop) -> Vec<Counter> {
        let header = &function[around.header];
        let End::Branch { condition, then, otherwise } = &header.end else { return vec![] };
        let [goes_in, leaves] =
            [then, otherwise].map(|target| around.blocks.contains(&target.block));
        let Some((Op::ILt, args)) = self.definitions.get(condition) else { return vec![] };
        let [variable, stop] = args[..] else { return vec![] };
        if !goes_in || leaves || self.is_inside[stop.0 as usize] {
            return vec![];
        }
        let Some(index) = header.params.iter().position(|param| *param == variable) else {
            return vec![];
        };
        let given = |is_round: bool| -> Vec<Value> {
            let from = function.ids().filter(|from| around.blocks.contains(from) == is_round);
            let targets = from.flat_map(|from| function[from].end.targets());
            let targets = targets.filter(|target| target.block == around.header);
            targets.map(|target| target.args[index]).collect()
        };
        let [first] = given(false)[..] else { return vec![] };
        let step = |next: &Value| match self.definitions.get(next) {
            Some((Op::IAdd | Op::IAddWrap, args)) if args[0] == variable => Some(args[1]),
            Some((Op::IAdd | Op::IAddWrap, args)) if args[1] == variable => Some(args[0]),
            _ => None,
        };
        let steps: Option<Vec<Value>> = given(true).iter().map(step).collect();
        match steps.as_deref() {
            Some([step, others @ ..])
                if !self.is_inside[step.0 as usize] && others.iter().all(|other| other == step) =>
            {
                vec![Counter { variable, first, step: *step, stop }]
            }
            _ => vec![],
        }
    }

    /// Whether a condition asks if a counter and a constant is an index: which, and of what length.
    fn within(&self, condition: Value) -> Option<(Counter, i64, Value)> {
        let (Op::ULt, args) = self.definitions.get(&condition)? else { return None };
        let [mut index, length] = args[..] else { return None };
        if self.is_inside[length.0 as usize] {
            return None;
        }
        // Where it is negative it counts from the end.
        if let Some((Op::Select, args)) = self.definitions.get(&index) {
            let (Op::ILt, asked) = self.definitions.get(&args[0])? else { return None };
            if asked[0] != args[2] || self.constants.get(&asked[1]) != Some(&0) {
                return None;
            }
            index = args[2];
        }
        let (variable, more) = self.linear(index, DEEPEST)?;
        let counter = self.counters.iter().find(|counter| counter.variable == variable)?;
        let first = self.constants.get(&counter.first).map(|first| first.saturating_add(more));
        if first.is_some_and(|first| first < 0) {
            return None;
        }
        Some((*counter, more, length))
    }

    /// A value as another one and a constant.
    fn linear(&self, value: Value, depth: usize) -> Option<(Value, i64)> {
        if self.counters.iter().any(|counter| counter.variable == value) || depth == 0 {
            return Some((value, 0));
        }
        let (op, args) = self.definitions.get(&value)?;
        let constant = |value: &Value| {
            let constant = self.constants.get(value).copied();
            constant.filter(|constant| constant.unsigned_abs() < 1 << 31)
        };
        let (inner, more) = match (op, &args[..]) {
            (Op::IAdd | Op::IAddWrap, [x, y]) => match (constant(x), constant(y)) {
                (None, Some(y)) => (x, y),
                (Some(x), None) => (y, x),
                _ => return None,
            },
            (Op::ISub | Op::ISubWrap, [x, y]) => (x, -constant(y)?),
            _ => return None,
        };
        let (root, rest) = self.linear(*inner, depth - 1)?;
        Some((root, rest + more))
    }
}

/// The function with a loop in two versions, and where the new one, which asks, begins. None if what the
/// loop computes is needed where several ways out of it meet.
fn versions(
    function: &Function,
    around: &Loop,
    questions: &Questions,
) -> Option<(Function, Block)> {
    let mut function = function.clone();
    separate_ways_out(&mut function, around)?;
    let before = invariant::before(&mut function, around);
    let End::Jump(quick) = function[before].end.clone() else { return None };
    let asking = copy(&mut function, around)[&around.header];
    for block in &around.blocks {
        let is_asked =
            |inst: &Inst| inst.op != Op::Guard || !questions.answered.contains(&inst.args[0]);
        function[*block].insts.retain(is_asked);
    }
    let condition = ask(&mut function, before, questions);
    let otherwise = Target { block: asking, args: quick.args.clone() };
    function[before].end = End::Branch { condition, then: quick, otherwise };
    Some((function, asking))
}

/// Asks before a loop what has to be known in it.
fn ask(function: &mut Function, before: Block, questions: &Questions) -> Value {
    let mut asker = Asker { function, before, all: None };
    for condition in &questions.conditions {
        asker.also(*condition);
    }
    let mut counters: Vec<Value> = vec![];
    for (counter, more, length) in &questions.within {
        if !counters.contains(&counter.variable) {
            counters.push(counter.variable);
            asker.counts_up(*counter);
        }
        // `0 <= first + more` and `stop + more <= length`, as far as nothing is too large.
        let least = asker.int(-*more);
        let is_first_inside = asker.compute(Op::ILe, [least, counter.first]);
        let rest = asker.int(*more);
        let room = asker.compute(Op::ISubWrap, [*length, rest]);
        let is_last_inside = asker.compute(Op::ILe, [counter.stop, room]);
        let zero = asker.int(0);
        let is_length = asker.compute(Op::ILe, [zero, *length]);
        [is_first_inside, is_last_inside, is_length].into_iter().for_each(|one| asker.also(one));
    }
    if questions.sums > 0 {
        let bounds = questions.counters.iter().flat_map(|counter| [counter.first, counter.stop]);
        bounds.chain(questions.small.iter().copied()).for_each(|value| asker.is_small(value));
        questions.counters.iter().for_each(|counter| asker.counts_up(*counter));
    }
    asker.all.unwrap_or_else(|| asker.truth())
}

/// Writes questions at the end of a block.
struct Asker<'f> {
    function: &'f mut Function,
    before: Block,
    /// All that was asked so far.
    all: Option<Value>,
}

impl Asker<'_> {
    fn inst(&mut self, op: Op, args: Vec<Value>, immediate: Immediate, of: Type) -> Value {
        let result = self.function.value(of);
        let inst = Inst { op, args, immediate, results: vec![result], exit: None };
        self.function[self.before].insts.push(inst);
        result
    }

    fn int(&mut self, value: i64) -> Value {
        self.inst(Op::Int, vec![], Immediate::Int(value), Type::I64)
    }

    fn truth(&mut self) -> Value {
        self.inst(Op::Bool, vec![], Immediate::Bool(true), Type::Bool)
    }

    fn compute(&mut self, op: Op, args: [Value; 2]) -> Value {
        let of = op.signature().results[0];
        self.inst(op, args.to_vec(), Immediate::None, of)
    }

    fn also(&mut self, condition: Value) {
        self.all = Some(match self.all {
            Some(all) => self.compute(Op::BAnd, [all, condition]),
            None => condition,
        });
    }

    fn is_small(&mut self, value: Value) {
        let (least, most) = (self.int(-SMALL), self.int(SMALL));
        for pair in [[least, value], [value, most]] {
            let is_so = self.compute(Op::ILe, pair);
            self.also(is_so);
        }
    }

    /// A counter counts up, and is never too large to be counted on.
    fn counts_up(&mut self, counter: Counter) {
        let (zero, largest) = (self.int(0), self.int(i64::MAX));
        let is_up = self.compute(Op::ILt, [zero, counter.step]);
        let last = self.compute(Op::ISubWrap, [largest, counter.step]);
        let has_room = self.compute(Op::ILe, [counter.stop, last]);
        [is_up, has_room].into_iter().for_each(|one| self.also(one));
    }
}
