//! How large integers can be. Sums that cannot be too large are not checked, and comparisons whose answer
//! is known are constants.
//!
//! Every integer has an interval. Conditions that were branched on or checked make it narrower in the
//! blocks behind, and tell how far apart two integers are at most: that is what decides whether an index
//! is smaller than a length that nobody knows. Intervals of parameters of loops are found by going round
//! until nothing changes; those that keep growing are made as large as they can be.

use crate::ir::flow::{self, Dominators};
use crate::ir::{Block, End, Function, Immediate, Inst, Op, Type, Value, lists};
use rustc_hash::FxHashMap as HashMap;
use std::rc::Rc;

/// So many times it goes round at most, and makes no use of what it found if that was not enough.
const ROUNDS: usize = 12;
/// From then on intervals that still grow are made as large as they can be.
const PATIENCE: usize = 3;

/// Makes use of how large integers can be. Whether there was anything.
pub fn run(function: &mut Function) -> bool {
    if !has_work(function) {
        return false;
    }
    let mut analysis = Analysis::of(function);
    for round in 0..ROUNDS {
        if !analysis.go_round(function, round) {
            return analysis.improve(function);
        }
    }
    false
}

/// Whether there is anything that intervals could decide.
fn has_work(function: &Function) -> bool {
    use Op::{IAdd, IEq, ILe, ILt, IMul, INe, ISub, ULt};
    let insts = function.blocks.iter().flat_map(|block| &block.insts);
    insts
        .into_iter()
        .any(|inst| matches!(inst.op, IAdd | ISub | IMul | IEq | INe | ILt | ILe | ULt))
}

/// All integers from one to another, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Interval {
    low: i64,
    high: i64,
}

impl Interval {
    const ALL: Interval = Interval { low: i64::MIN, high: i64::MAX };

    fn of(low: i64, high: i64) -> Interval {
        Interval { low, high }
    }

    /// What of these numbers fits in 64 bits.
    fn clamped(low: i128, high: i128) -> Interval {
        let fit = |value: i128| value.clamp(i64::MIN.into(), i64::MAX.into()) as i64;
        Interval::of(fit(low), fit(high))
    }

    /// The numbers of both and those between.
    fn join(self, other: Interval) -> Interval {
        Interval::of(self.low.min(other.low), self.high.max(other.high))
    }

    /// What is in both; itself, if that is nothing, where nobody comes.
    fn meet(self, other: Interval) -> Interval {
        let both = Interval::of(self.low.max(other.low), self.high.min(other.high));
        if both.low <= both.high { both } else { self }
    }

    /// An interval around this one that grew since it was `before`, which will not grow often any more.
    fn widened(self, before: Interval) -> Interval {
        let lows = [0, -1, i64::MIN];
        let low = lows.into_iter().find(|low| *low <= self.low).unwrap_or(i64::MIN);
        Interval::of(
            if self.low < before.low { low } else { self.low },
            if self.high > before.high { i64::MAX } else { self.high },
        )
    }
}

/// Whether it is a word of a list that says how many items there are, or how many there is room for.
fn is_size(inst: &Inst) -> bool {
    inst.int().is_some_and(|place| place == lists::ROOM || place >= lists::LENGTHS)
}

/// By value: what was computed as the largest integer less it.
fn rooms(function: &Function) -> HashMap<Value, Value> {
    let insts = || function.blocks.iter().flat_map(|block| &block.insts);
    let largest = insts().filter(|inst| inst.op == Op::Int && inst.int() == Some(i64::MAX));
    let largest: Vec<Value> = largest.map(|inst| inst.results[0]).collect();
    let is_room = |inst: &&Inst| inst.op == Op::ISubWrap && largest.contains(&inst.args[0]);
    insts().filter(is_room).map(|inst| (inst.args[1], inst.results[0])).collect()
}

/// What is known at a point, besides what is known everywhere.
#[derive(Clone, Debug, Default)]
struct Facts {
    /// Narrower intervals.
    intervals: HashMap<Value, Interval>,
    /// By how much the first is larger than the second, at most.
    apart: HashMap<(Value, Value), i128>,
}

/// Notes by how much the first of two values is larger than the second, at most, if that is news.
fn note_apart(facts: &mut Rc<Facts>, pair: (Value, Value), most: i128) {
    if facts.apart.get(&pair).is_none_or(|known| most < *known) {
        Rc::make_mut(facts).apart.insert(pair, most);
    }
}

struct Analysis {
    dominators: Dominators,
    predecessors: Vec<Vec<Block>>,
    /// By value: the instruction that gives it, as far as it is looked through.
    definitions: Vec<Option<(Op, Vec<Value>)>>,
    /// By value: the largest integer less it.
    rooms: HashMap<Value, Value>,
    /// Where each value is known to be everywhere; none if nobody was there so far.
    intervals: Vec<Option<Interval>>,
    /// Another value, and by how much this one is larger, exactly.
    linear: Vec<(Value, i128)>,
    /// What is known at the end of each block, which blocks behind share until they learn more; none if
    /// nobody was there so far.
    facts: Vec<Option<Rc<Facts>>>,
}

impl Analysis {
    fn of(function: &Function) -> Analysis {
        let mut definitions = vec![None; function.types.len()];
        for inst in function.blocks.iter().flat_map(|block| &block.insts) {
            if let [result] = inst.results[..] {
                definitions[result.0 as usize] = Some((inst.op, inst.args.clone()));
            }
        }
        Analysis {
            dominators: Dominators::of(function),
            predecessors: flow::predecessors(function),
            rooms: rooms(function),
            definitions,
            intervals: vec![None; function.types.len()],
            linear: (0..function.types.len() as u32).map(|value| (Value(value), 0)).collect(),
            facts: vec![None; function.blocks.len()],
        }
    }

    /// Goes through all blocks once. Whether any interval grew.
    fn go_round(&mut self, function: &Function, round: usize) -> bool {
        let mut changed = false;
        for block in self.dominators.order.clone() {
            changed |= self.params(function, block, round);
            let mut facts = self.at_start(function, block);
            for inst in &function[block].insts {
                changed |= self.inst(function, inst, &mut facts);
            }
            self.facts[block.0 as usize] = Some(facts);
        }
        changed
    }

    /// What is known where a block begins.
    fn at_start(&self, function: &Function, block: Block) -> Rc<Facts> {
        let parent = self.dominators.parent(block);
        let mut facts =
            parent.and_then(|parent| self.facts[parent.0 as usize].clone()).unwrap_or_default();
        // What was true where a loop was entered is true in all of its rounds.
        let ways = self.predecessors[block.0 as usize].iter();
        let mut ways = ways.filter(|from| !self.dominators.dominates(block, **from));
        if let (Some(from), None) = (ways.next(), ways.next()) {
            self.learn_end(&function[*from].end, block, &mut facts);
        }
        for (index, param) in function[block].params.iter().enumerate() {
            self.learn_steps(function, block, index, *param, &mut facts);
        }
        facts
    }

    /// A parameter of a loop that every round makes larger is never less than what it began with, and one
    /// that every round makes smaller never more.
    fn learn_steps(
        &self,
        function: &Function,
        block: Block,
        index: usize,
        param: Value,
        facts: &mut Rc<Facts>,
    ) {
        let mut first = None;
        let mut steps: Vec<i128> = vec![];
        for from in &self.predecessors[block.0 as usize] {
            let is_round = self.dominators.dominates(block, *from);
            for target in function[*from].end.targets().filter(|target| target.block == block) {
                let arg = target.args[index];
                let (root, more) = match is_round {
                    true => self.step(function, *from, block, arg),
                    false => self.linear[arg.0 as usize],
                };
                match is_round {
                    true if root == param => steps.push(more),
                    false if first.is_none_or(|first| first == (root, more)) => {
                        first = Some((root, more));
                    }
                    _ => return,
                }
            }
        }
        let (Some((root, more)), false) = (first, steps.is_empty()) else { return };
        if steps.iter().all(|step| *step >= 0) {
            note_apart(facts, (root, param), -more);
        } else if steps.iter().all(|step| *step <= 0) {
            note_apart(facts, (param, root), more);
        }
    }

    /// Another value, and by how much one is larger, or at least, where a block goes on to another: a sum
    /// that may not fit where it is computed may fit there.
    fn step(&self, function: &Function, from: Block, to: Block, value: Value) -> (Value, i128) {
        let known = self.linear[value.0 as usize];
        let Some((Op::IAddWrap, args)) = &self.definitions[value.0 as usize] else { return known };
        let ([x, y], Some(facts)) = (&args[..], &self.facts[from.0 as usize]) else { return known };
        let mut facts = facts.clone();
        self.learn_end(&function[from].end, to, &mut facts);
        let step = self.noted(*y, &facts);
        let fits = || self.has_room(*x, *y, &facts) || self.fits(Op::IAddWrap, args, &facts);
        match step {
            Some(step) if known == (value, 0) && step.low >= 0 && fits() => {
                let (root, more) = self.linear[x.0 as usize];
                (root, more + i128::from(step.low))
            }
            _ => known,
        }
    }

    /// What it tells that a block went on to another.
    fn learn_end(&self, end: &End, to: Block, facts: &mut Rc<Facts>) {
        if let End::Branch { condition, then, otherwise } = end
            && then.block != otherwise.block
        {
            self.learn(*condition, then.block == to, facts);
        }
    }

    /// The intervals of a block's parameters: all that they are given.
    fn params(&mut self, function: &Function, block: Block, round: usize) -> bool {
        let params = &function[block].params;
        let mut changed = false;
        if !params.iter().any(|param| function.type_of(*param) == Type::I64) {
            return changed;
        }
        if block == Block(0) {
            for param in params {
                changed |= self.grows(*param, Interval::ALL);
            }
            return changed;
        }
        let mut given: Vec<Option<Interval>> = vec![None; params.len()];
        let mut sources = self.predecessors[block.0 as usize].clone();
        sources.sort();
        sources.dedup();
        for from in sources {
            let Some(mut facts) = self.facts[from.0 as usize].clone() else { continue };
            self.learn_end(&function[from].end, block, &mut facts);
            for target in function[from].end.targets().filter(|target| target.block == block) {
                for (given, arg) in given.iter_mut().zip(&target.args) {
                    if let Some(interval) = self.interval(*arg, &facts) {
                        *given = Some(given.map_or(interval, |known| known.join(interval)));
                    }
                }
            }
        }
        for (param, given) in params.iter().zip(given) {
            let Some(given) = given.filter(|_| function.type_of(*param) == Type::I64) else {
                continue;
            };
            let before = self.intervals[param.0 as usize];
            let joined = before.map_or(given, |before| before.join(given));
            let next = match before {
                Some(before) if round >= PATIENCE => joined.widened(before),
                _ => joined,
            };
            changed |= self.grows(*param, next);
        }
        changed
    }

    /// Notes where a value is known to be. Whether that is news.
    fn grows(&mut self, value: Value, interval: Interval) -> bool {
        self.intervals[value.0 as usize].replace(interval) != Some(interval)
    }

    /// Where a value is, with what is known at a point. A sum is where its operands have come to be since.
    fn interval(&self, value: Value, facts: &Facts) -> Option<Interval> {
        let known = self.noted(value, facts)?;
        match &self.definitions[value.0 as usize] {
            Some((op @ (Op::IAddWrap | Op::ISubWrap), args)) => {
                let [x, y] = args[..] else { return Some(known) };
                if *op == Op::IAddWrap && self.has_room(x, y, facts) {
                    let (low, _) = exact(*op, [self.noted(x, facts)?, self.noted(y, facts)?]);
                    return Some(known.meet(Interval::clamped(low, i64::MAX.into())));
                }
                let pair = [self.noted(x, facts)?, self.noted(y, facts)?];
                Some(known.meet(arithmetic(*op, pair)))
            }
            _ => Some(known),
        }
    }

    /// The same, as far as it was noted.
    fn noted(&self, value: Value, facts: &Facts) -> Option<Interval> {
        let known = self.intervals[value.0 as usize]?;
        Some(facts.intervals.get(&value).map_or(known, |narrower| known.meet(*narrower)))
    }

    /// Whether the sum of two values fits because the first is less than something that leaves room for the
    /// second: `x < stop` and `stop <= MAX - y`, as before loops whose step is not known.
    fn has_room(&self, x: Value, y: Value, facts: &Facts) -> bool {
        let Some(rest) = self.rooms.get(&y) else { return false };
        if self.noted(y, facts).is_none_or(|step| step.low < 0) {
            return false;
        }
        let (x_root, x_more) = self.linear[x.0 as usize];
        facts.apart.iter().any(|((left, stop), most)| {
            *left == x_root && most + x_more <= 0 && {
                let known = facts.apart.get(&(*stop, *rest));
                known.is_some_and(|known| *known <= 0)
            }
        })
    }

    fn pair(&self, args: &[Value], facts: &Facts) -> Option<[Interval; 2]> {
        let [x, y] = args[..] else { return None };
        Some([self.interval(x, facts)?, self.interval(y, facts)?])
    }

    /// Looks at an instruction. Whether its result's interval grew.
    fn inst(&mut self, function: &Function, inst: &Inst, facts: &mut Rc<Facts>) -> bool {
        if inst.op == Op::Guard {
            self.learn(inst.args[0], true, facts);
            return false;
        }
        let mut changed = self.note_linear(inst, facts);
        for result in inst.results.iter().filter(|value| function.type_of(**value) == Type::I64) {
            if let Some(interval) = self.computed(inst, facts) {
                changed |= self.grows(*result, interval);
            }
        }
        changed
    }

    /// Where the result of an instruction is; none if nobody can come there so far.
    fn computed(&self, inst: &Inst, facts: &Facts) -> Option<Interval> {
        let constant = |value: i64| Interval::of(value, value);
        Some(match (inst.op, &inst.args[..]) {
            (Op::Int, []) => inst.int().map_or(Interval::ALL, constant),
            (Op::BToI, _) => Interval::of(0, 1),
            (Op::LoadI8, _) => Interval::of(i8::MIN.into(), i8::MAX.into()),
            (Op::LoadU8, _) => Interval::of(0, u8::MAX.into()),
            (Op::LoadI16, _) => Interval::of(i16::MIN.into(), i16::MAX.into()),
            (Op::LoadU16, _) => Interval::of(0, u16::MAX.into()),
            (Op::LoadI32, _) => Interval::of(i32::MIN.into(), i32::MAX.into()),
            (Op::LoadU32, _) => Interval::of(0, u32::MAX.into()),
            (Op::ListWord, _) if is_size(inst) => Interval::of(0, i64::MAX),
            (Op::Select, [_, x, y]) => self.interval(*x, facts)?.join(self.interval(*y, facts)?),
            (op, args @ [_, _]) if is_arithmetic(op) => arithmetic(op, self.pair(args, facts)?),
            _ => Interval::ALL,
        })
    }

    /// Whether a sum, difference or product always fits.
    fn fits(&self, op: Op, args: &[Value], facts: &Facts) -> bool {
        self.pair(args, facts).is_some_and(|pair| {
            let (low, high) = exact(op, pair);
            low >= i64::MIN.into() && high <= i64::MAX.into()
        })
    }

    /// Notes what is another value and a constant more or less. Whether that is news.
    fn note_linear(&mut self, inst: &Inst, facts: &Facts) -> bool {
        let ([result], [x, y]) = (&inst.results[..], &inst.args[..]) else { return false };
        let constant = |value: Value| match self.interval(value, facts) {
            Some(interval) if interval.low == interval.high => Some(i128::from(interval.low)),
            _ => None,
        };
        let is_exact = match inst.op {
            Op::IAdd | Op::ISub => true,
            Op::IAddWrap | Op::ISubWrap => self.fits(inst.op, &inst.args, facts),
            _ => return false,
        };
        let is_sum = matches!(inst.op, Op::IAdd | Op::IAddWrap);
        let linear = match (constant(*x), constant(*y)) {
            (None, Some(y)) if is_exact => {
                let (root, more) = self.linear[x.0 as usize];
                (root, if is_sum { more + y } else { more - y })
            }
            (Some(x), None) if is_exact && is_sum => {
                let (root, more) = self.linear[y.0 as usize];
                (root, more + x)
            }
            _ => (*result, 0),
        };
        std::mem::replace(&mut self.linear[result.0 as usize], linear) != linear
    }

    /// Learns that a condition is true or false.
    fn learn(&self, condition: Value, truth: bool, facts: &mut Rc<Facts>) {
        let Some((op, args)) = &self.definitions[condition.0 as usize] else { return };
        match (op, &args[..], truth) {
            (Op::BNot, [x], _) => self.learn(*x, !truth, facts),
            (Op::BAnd, [x, y], true) | (Op::BOr, [x, y], false) => {
                self.learn(*x, truth, facts);
                self.learn(*y, truth, facts);
            }
            (Op::ILt, [x, y], true) | (Op::ILe, [y, x], false) => {
                self.learn_apart(*x, *y, -1, facts)
            }
            (Op::ILe, [x, y], true) | (Op::ILt, [y, x], false) => {
                self.learn_apart(*x, *y, 0, facts)
            }
            (Op::IEq, [x, y], true) | (Op::INe, [x, y], false) => {
                self.learn_apart(*x, *y, 0, facts);
                self.learn_apart(*y, *x, 0, facts);
            }
            (Op::INe, [x, y], true) | (Op::IEq, [x, y], false) => {
                self.learn_different(*x, *y, facts);
                self.learn_different(*y, *x, facts);
            }
            (Op::ULt, [x, y], true) if self.is_not_negative(*y, facts) => {
                self.narrow(*x, Interval::of(0, i64::MAX), facts);
                self.learn_apart(*x, *y, -1, facts);
            }
            _ => {}
        }
    }

    fn is_not_negative(&self, value: Value, facts: &Facts) -> bool {
        self.interval(value, facts).is_some_and(|interval| interval.low >= 0)
    }

    /// Learns that `x - y` is at most so much: 0 or -1.
    fn learn_apart(&self, x: Value, y: Value, most: i64, facts: &mut Rc<Facts>) {
        let ((x_root, x_more), (y_root, y_more)) =
            (self.linear[x.0 as usize], self.linear[y.0 as usize]);
        let most_of_roots = i128::from(most) - x_more + y_more;
        note_apart(facts, (x_root, y_root), most_of_roots);
        if let Some([left, right]) = self.pair(&[x, y], facts) {
            let high = right.high.saturating_add(most);
            self.narrow(x, Interval::of(i64::MIN, high), facts);
            self.narrow(y, Interval::of(left.low.saturating_sub(most), i64::MAX), facts);
        }
    }

    /// Learns that a value is not another one: news if that is at the end of where it is.
    fn learn_different(&self, x: Value, y: Value, facts: &mut Rc<Facts>) {
        let Some([left, right]) = self.pair(&[x, y], facts) else { return };
        if right.low != right.high {
            return;
        }
        if left.low == right.low && left.low < i64::MAX {
            self.narrow(x, Interval::of(left.low + 1, i64::MAX), facts);
        } else if left.high == right.low && left.high > i64::MIN {
            self.narrow(x, Interval::of(i64::MIN, left.high - 1), facts);
        }
    }

    fn narrow(&self, value: Value, to: Interval, facts: &mut Rc<Facts>) {
        let narrower = self.interval(value, facts).map(|interval| interval.meet(to));
        if let Some(narrower) = narrower.filter(|_| narrower != self.noted(value, facts)) {
            Rc::make_mut(facts).intervals.insert(value, narrower);
        }
    }

    /// Whether `x - y` is at most so much, for certain.
    fn is_apart(&self, x: Value, y: Value, most: i128, facts: &Facts) -> bool {
        if let Some([left, right]) = self.pair(&[x, y], facts)
            && i128::from(left.high) - i128::from(right.low) <= most
        {
            return true;
        }
        let ((x_root, x_more), (y_root, y_more)) =
            (self.linear[x.0 as usize], self.linear[y.0 as usize]);
        let most_of_roots = most - x_more + y_more;
        let known = match x_root == y_root {
            true => Some(0),
            false => facts.apart.get(&(x_root, y_root)).copied(),
        };
        known.is_some_and(|known| known <= most_of_roots)
    }

    /// The answer of a comparison, if it is known.
    fn decided(&self, inst: &Inst, facts: &Facts) -> Option<bool> {
        let [x, y] = inst.args[..] else { return None };
        let is_less = || self.is_apart(x, y, -1, facts);
        let is_less_or_equal = || self.is_apart(x, y, 0, facts);
        let is_greater = || self.is_apart(y, x, -1, facts);
        let is_greater_or_equal = || self.is_apart(y, x, 0, facts);
        let answer = |yes: bool, no: bool| (yes || no).then_some(yes);
        match inst.op {
            Op::ILt => answer(is_less(), is_greater_or_equal()),
            Op::ILe => answer(is_less_or_equal(), is_greater()),
            Op::IEq | Op::INe => {
                let is_equal = is_less_or_equal() && is_greater_or_equal();
                let is_different = is_less() || is_greater();
                let known = answer(is_equal, is_different)?;
                Some(known == (inst.op == Op::IEq))
            }
            Op::ULt if self.is_not_negative(x, facts) => {
                let is_beyond = self.is_not_negative(y, facts) && is_greater_or_equal();
                answer(is_less(), is_beyond)
            }
            _ => None,
        }
    }

    /// Makes use of what was found. Whether there was anything.
    fn improve(&mut self, function: &mut Function) -> bool {
        let mut changed = false;
        for block in self.dominators.order.clone() {
            let mut facts = self.at_start(function, block);
            let insts = std::mem::take(&mut function[block].insts);
            let mut kept = Vec::with_capacity(insts.len());
            for mut inst in insts {
                self.inst(function, &inst, &mut facts);
                changed |= self.improve_inst(&mut inst, &facts);
                changed |= self.wraps_once(function, &mut inst, &facts, &mut kept);
                kept.push(inst);
            }
            function[block].insts = kept;
            self.facts[block.0 as usize] = Some(facts);
        }
        changed
    }

    /// What is not negative and at most the divisor is its own rest, but for the divisor itself: as where
    /// what comes behind the last element is the first.
    fn wraps_once(
        &self,
        function: &mut Function,
        inst: &mut Inst,
        facts: &Facts,
        kept: &mut Vec<Inst>,
    ) -> bool {
        let (Op::IMod, [x, divisor]) = (inst.op, &inst.args[..]) else { return false };
        if !self.is_not_negative(*x, facts) || !self.is_apart(*x, *divisor, 0, facts) {
            return false;
        }
        let [zero, is_last] = [Type::I64, Type::Bool].map(|of| function.value(of));
        let immediate = Immediate::Int(0);
        let new = |op, args, immediate, result| {
            let results = vec![result];
            Inst { op, args, immediate, results, exit: None }
        };
        kept.push(new(Op::Int, vec![], immediate, zero));
        kept.push(new(Op::IEq, vec![*x, *divisor], Immediate::None, is_last));
        (inst.op, inst.args) = (Op::Select, vec![is_last, zero, *x]);
        true
    }

    fn improve_inst(&self, inst: &mut Inst, facts: &Facts) -> bool {
        let unchecked = match inst.op {
            Op::IAdd => Op::IAddWrap,
            Op::ISub => Op::ISubWrap,
            Op::IMul => Op::IMulWrap,
            Op::IEq | Op::INe | Op::ILt | Op::ILe | Op::ULt => {
                let Some(answer) = self.decided(inst, facts) else { return false };
                (inst.op, inst.immediate) = (Op::Bool, Immediate::Bool(answer));
                inst.args.clear();
                return true;
            }
            _ => return false,
        };
        if !self.fits(inst.op, &inst.args, facts) {
            return false;
        }
        (inst.op, inst.exit) = (unchecked, None);
        true
    }
}

fn is_arithmetic(op: Op) -> bool {
    use Op::{IAdd, IAddWrap, IAnd, IFloorDiv, IMod, IMul, IMulWrap, IShr, ISub, ISubWrap};
    let all = [IAdd, ISub, IMul, IAddWrap, ISubWrap, IMulWrap, IAnd, IFloorDiv, IMod, IShr];
    all.contains(&op)
}

/// The ends of a sum, difference or product.
fn exact(op: Op, [x, y]: [Interval; 2]) -> (i128, i128) {
    let [x_low, x_high, y_low, y_high] = [x.low, x.high, y.low, y.high].map(i128::from);
    match op {
        Op::IAdd | Op::IAddWrap => (x_low + y_low, x_high + y_high),
        Op::ISub | Op::ISubWrap => (x_low - y_high, x_high - y_low),
        _ => {
            let corners = [x_low * y_low, x_low * y_high, x_high * y_low, x_high * y_high];
            corners.into_iter().fold((corners[0], corners[0]), |(low, high), corner| {
                (low.min(corner), high.max(corner))
            })
        }
    }
}

fn arithmetic(op: Op, pair: [Interval; 2]) -> Interval {
    let [x, y] = pair;
    match op {
        // What does not fit exits.
        Op::IAdd | Op::ISub | Op::IMul => {
            let (low, high) = exact(op, pair);
            Interval::clamped(low, high)
        }
        Op::IAddWrap | Op::ISubWrap | Op::IMulWrap => {
            let (low, high) = exact(op, pair);
            let fits = low >= i64::MIN.into() && high <= i64::MAX.into();
            if fits { Interval::clamped(low, high) } else { Interval::ALL }
        }
        Op::IAnd if y.low >= 0 => Interval::of(0, y.high),
        Op::IAnd if x.low >= 0 => Interval::of(0, x.high),
        Op::IMod if y.low > 0 => Interval::of(0, y.high - 1),
        Op::IFloorDiv if y.low > 0 && x.low >= 0 => Interval::of(0, x.high),
        Op::IShr if y.low >= 0 => Interval::of(x.low.min(0), x.high.max(-1)),
        _ => Interval::ALL,
    }
}
