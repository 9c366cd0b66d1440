//! Loops over elements that lie beside each other do several rounds at once, two in each vector.
//!
//! Such a loop counts up by one, and its rounds read, compute and write, each what has nothing to do with
//! the round before. A second loop before it does `LANES` rounds at a time, as long as there are so many:
//! all reads and computations, then all checks at once, then all that is written. Where a check fails it
//! goes on with the loop that was there, which does that round again from its start and leaves where it
//! has to. Computations are the same as before, in the same order.
//!
//! Whether what is written is read by rounds that are done at once is asked before: how far an element that
//! is read is from one that is written is the same in all rounds.

use super::{choices, finite, invariant};
use crate::ir::flow::{self, Dominators, Loop};
use crate::ir::pairs::{double, double_of_memory};
use crate::ir::{Block, End, Exit, Function, Immediate, Inst, Op, Target, Type, Value};
use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};

/// So many vectors of each value there are in a round.
const VECTORS: usize = 2;
/// So many rounds are done at once.
const LANES: usize = 2 * VECTORS;
/// Loops with more instructions are left as they are.
const MOST_INSTRUCTIONS: usize = 60;
/// Loops with more blocks are left as they are.
const MOST_BLOCKS: usize = 12;
/// So many distances are looked at before a loop.
const MOST_DISTANCES: usize = 16;

/// Does that with all loops that allow it. Whether there were any. To be done before loops are rotated.
pub fn run(function: &mut Function) -> bool {
    let mut changed = false;
    let all = flow::loops(function, &Dominators::of(function));
    for header in all.into_iter().map(|one| one.header) {
        // What was done to one loop changes what is known of those around it.
        let loops = flow::loops(function, &Dominators::of(function));
        let Some(around) = loops.iter().find(|one| one.header == header) else { continue };
        let is_inner =
            |other: &Loop| other.header == header || !around.blocks.contains(&other.header);
        if !loops.iter().all(is_inner) || around.blocks.len() > MOST_BLOCKS {
            continue;
        }
        changed |= at_once(function, around);
        if around.blocks.len() > 2 {
            let mut straight = function.clone();
            if choices::run(&mut straight, around) {
                let loops = flow::loops(&straight, &Dominators::of(&straight));
                let around = loops.iter().find(|one| one.header == header);
                if around.is_some_and(|around| at_once(&mut straight, around)) {
                    *function = straight;
                    changed = true;
                }
            }
        }
    }
    changed
}

/// Does several rounds of a loop at once, if it allows that.
fn at_once(function: &mut Function, around: &Loop) -> bool {
    let Some(plan) = Plan::of(function, around) else { return false };
    let Some(distances) = plan.distances() else { return false };
    carry_out(function, around, &plan, &distances);
    true
}

/// What a value of a round is. What is there before the loop is none of these.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// It follows from the counter: by how much it grows from round to round, if that is known.
    Counted(Option<i64>),
    /// It depends on elements.
    Paired,
}

/// A loop that can do several rounds at once.
struct Plan {
    /// What a round does, in this order.
    insts: Vec<Inst>,
    params: Vec<Value>,
    /// What the parameters are in the next round.
    next: Vec<Value>,
    counter: usize,
    stop: Value,
    kinds: HashMap<Value, Kind>,
    inside: HashSet<Value>,
    constants: HashMap<Value, i64>,
    poll: Option<Exit>,
}

impl Plan {
    fn of(function: &Function, around: &Loop) -> Option<Plan> {
        let [body] = around.latches[..] else { return None };
        let (header, data) = (&function[around.header], &function[body]);
        let (End::Branch { condition, then, .. }, End::Jump(back)) = (&header.end, &data.end)
        else {
            return None;
        };
        let is_simple = around.blocks.len() == 2 && body != around.header && then.block == body;
        if !is_simple || !data.params.is_empty() {
            return None;
        }
        let insts: Vec<Inst> = header.insts.iter().chain(&data.insts).cloned().collect();
        let asks = insts.iter().find(|inst| inst.results.contains(condition))?;
        let (Op::ILt, [variable, stop]) = (asks.op, &asks.args[..]) else { return None };
        let counter = header.params.iter().position(|param| param == variable)?;
        let results = insts.iter().flat_map(|inst| &inst.results);
        let inside: HashSet<Value> = header.params.iter().chain(results).copied().collect();
        let ints = function.blocks.iter().flat_map(|block| &block.insts);
        let ints = ints.filter(|inst| inst.op == Op::Int);
        let mut plan = Plan {
            constants: ints.filter_map(|inst| Some((inst.results[0], inst.int()?))).collect(),
            params: header.params.clone(),
            next: back.args.clone(),
            kinds: HashMap::from_iter([(*variable, Kind::Counted(Some(1)))]),
            stop: *stop,
            counter,
            inside,
            poll: None,
            insts: insts.iter().filter(|inst| !inst.results.contains(condition)).cloned().collect(),
        };
        plan.is_possible(function).then_some(plan)
    }

    fn is_possible(&mut self, function: &Function) -> bool {
        if self.insts.len() > MOST_INSTRUCTIONS || self.inside.contains(&self.stop) {
            return false;
        }
        let insts = std::mem::take(&mut self.insts);
        let all = insts.iter().all(|inst| self.looks_at(function, inst).is_some());
        self.insts = insts;
        let writes = |inst: &Inst| self.place(inst).is_some() && !inst.op.is_load();
        let (variable, next) = (self.params[self.counter], self.next[self.counter]);
        let counts = |inst: &Inst| match inst.args[..] {
            [x, y] if x == variable => self.constants.get(&y) == Some(&1),
            _ => false,
        };
        let mut steps = self.insts.iter().filter(|inst| inst.results.contains(&next));
        let is_counted = steps.any(|inst| inst.op == Op::IAddWrap && counts(inst));
        let saved = self.poll.iter().flat_map(|exit| &exit.saved);
        let carried = self.params.iter().zip(&self.next).filter(|(param, next)| param != next);
        let needed = saved.chain(carried.map(|(_, next)| next));
        all && is_counted
            && self.insts.iter().any(writes)
            && needed.into_iter().all(|value| self.is_single(function, *value))
    }

    /// Whether a value of the last of some rounds is known as a single one.
    fn is_single(&self, function: &Function, value: Value) -> bool {
        match self.kinds.get(&value) {
            None => !self.inside.contains(&value),
            Some(Kind::Counted(_)) => true,
            Some(Kind::Paired) => function.type_of(value) != Type::Bool,
        }
    }

    /// Looks at an instruction of a round. None if it can not be done for several rounds at once.
    fn looks_at(&mut self, function: &Function, inst: &Inst) -> Option<()> {
        let is_known =
            |value: &Value| self.kinds.contains_key(value) || !self.inside.contains(value);
        let is_effect = !inst.op.signature().pure || inst.op == Op::Guard;
        if !inst.args.iter().all(is_known) || is_effect && self.poll.is_some() {
            return None;
        }
        let is_fixed = inst.args.iter().all(|arg| !self.inside.contains(arg));
        let is_paired = inst.args.iter().any(|arg| self.kinds.get(arg) == Some(&Kind::Paired));
        match inst.op {
            Op::Poll => self.poll = inst.exit.clone(),
            Op::Keep => return is_fixed.then_some(()),
            // What does not depend on elements is asked before loops that are in two versions.
            Op::Guard => return is_paired.then_some(()),
            _ if crate::ir::verify::is_memory(inst.op) => {
                self.place(inst)?;
                if let Some(result) = inst.results.first() {
                    self.kinds.insert(*result, Kind::Paired);
                }
            }
            Op::IAdd | Op::ISub if is_paired => {
                self.kinds.insert(inst.results[0], Kind::Paired);
            }
            _ => {
                let [result] = inst.results[..] else { return None };
                let kind = self.computed(function, inst, is_paired)?;
                self.kinds.insert(result, kind);
            }
        }
        Some(())
    }

    fn computed(&self, function: &Function, inst: &Inst, is_paired: bool) -> Option<Kind> {
        let is_call = matches!(
            inst.op,
            Op::Math1 | Op::Math2 | Op::SinCos | Op::ISqrt | Op::IPowMod | Op::IGcd
        );
        if !finite::only_computes(inst) || is_call {
            return None;
        }
        if !is_paired {
            return Some(Kind::Counted(self.growth(inst)));
        }
        let has_lanes = |arg: &Value| {
            self.kinds.get(arg) == Some(&Kind::Paired)
                || matches!(function.type_of(*arg), Type::I64 | Type::F64)
        };
        double(inst.op, function.type_of(inst.results[0]))?;
        inst.args.iter().all(has_lanes).then_some(Kind::Paired)
    }

    /// By how much what follows from the counter grows.
    fn growth(&self, inst: &Inst) -> Option<i64> {
        let of = |value: &Value| match self.kinds.get(value) {
            Some(Kind::Counted(growth)) => *growth,
            Some(Kind::Paired) => None,
            None => Some(0),
        };
        match (inst.op, &inst.args[..]) {
            (Op::IAddWrap, [x, y]) => of(x)?.checked_add(of(y)?),
            (Op::ISubWrap, [x, y]) => of(x)?.checked_sub(of(y)?),
            (Op::IMulWrap, [x, y]) => of(x)?.checked_mul(*self.constants.get(y)?),
            (_, args) => args.iter().all(|arg| of(arg) == Some(0)).then_some(0),
        }
    }

    /// Where an instruction reads or writes, if it does it with elements beside each other.
    fn place(&self, inst: &Inst) -> Option<Access> {
        let (_, size) = double_of_memory(inst.op)?;
        let address = *inst.args.first()?;
        let is_beside = self.kinds.get(&address) == Some(&Kind::Counted(Some(size)));
        let access = Access { address, distance: inst.int()?, size, writes: !inst.op.is_load() };
        is_beside.then_some(access)
    }

    /// What has to be asked of addresses; none if it is too much, or the answer is known and wrong.
    fn distances(&self) -> Option<Vec<Apart>> {
        let all: Vec<Access> = self.insts.iter().filter_map(|inst| self.place(inst)).collect();
        let mut distances: Vec<Apart> = vec![];
        for (index, one) in all.iter().enumerate() {
            for other in all[index + 1..].iter().filter(|other| one.writes || other.writes) {
                if one.size != other.size {
                    return None;
                }
                let apart = one.apart(other);
                if one.address != other.address {
                    distances.push(apart);
                } else if apart.is_bad(0) {
                    return None;
                }
            }
        }
        distances.sort();
        distances.dedup();
        (distances.len() <= MOST_DISTANCES).then_some(distances)
    }
}

/// Elements that a loop reads or writes.
struct Access {
    address: Value,
    distance: i64,
    size: i64,
    writes: bool,
}

impl Access {
    /// How far another access, which comes later in a round, may not be from this one.
    fn apart(&self, later: &Access) -> Apart {
        let all = LANES as i64 * self.size;
        // An element that is written may be read before in the same round, or in one that was done.
        // Reads come before all that is written: an element that is written and then read may be neither.
        let (low, high) = match (self.writes, later.writes) {
            (true, false) => (1 - all, self.size - 1),
            _ => (1, all - 1),
        };
        let more = later.distance - self.distance;
        Apart {
            from: self.address,
            to: later.address,
            low: low - more,
            count: (high - low + 1) as u64,
        }
    }
}

/// How far two addresses may not be from each other: `count` distances from `low` on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Apart {
    from: Value,
    to: Value,
    low: i64,
    count: u64,
}

impl Apart {
    fn is_bad(&self, distance: i64) -> bool {
        (distance.wrapping_sub(self.low) as u64) < self.count
    }
}

/// Writes the loop that does several rounds at once.
fn carry_out(function: &mut Function, around: &Loop, plan: &Plan, distances: &[Apart]) {
    let before = invariant::before(function, around);
    let End::Jump(one_by_one) = function[before].end.clone() else { return };
    let [reads, writes] = [(); 2].map(|()| function.block());
    let params: Vec<Type> = plan.params.iter().map(|param| function.type_of(*param)).collect();
    let params: Vec<Value> = params.into_iter().map(|of| function.param(reads, of)).collect();
    let mut writer = Writer {
        function,
        plan,
        before,
        block: before,
        params,
        lanes: vec![HashMap::default(); LANES],
        pairs: vec![HashMap::default(); VECTORS],
        splats: HashMap::default(),
    };
    let enough = writer.asked(one_by_one.args[plan.counter], distances);
    let limit = writer.difference(plan.stop, LANES as i64 - 1);
    writer.block = reads;
    writer.count();
    writer.reads();
    let fits = writer.checks();
    writer.block = writes;
    writer.writes();
    let next = writer.next();
    let more = writer.emit(Op::ILt, &[next[plan.counter], limit]);
    let params = writer.params;
    let target = |block: Block, args: &[Value]| Target { block, args: args.to_vec() };
    let (single, many) = (around.header, reads);
    function[before].end = End::Branch {
        condition: enough,
        then: target(many, &one_by_one.args),
        otherwise: target(single, &one_by_one.args),
    };
    function[reads].end = match fits {
        None => End::Jump(target(writes, &[])),
        Some(condition) => {
            End::Branch { condition, then: target(writes, &[]), otherwise: target(single, &params) }
        }
    };
    function[writes].end = End::Branch {
        condition: more,
        then: target(many, &next),
        otherwise: target(single, &next),
    };
}

/// A loop on its way.
struct Writer<'a> {
    function: &'a mut Function,
    plan: &'a Plan,
    /// The block before the loop, and the one that is written.
    before: Block,
    block: Block,
    /// The parameters of the loop.
    params: Vec<Value>,
    /// By lane: what follows from the counter.
    lanes: Vec<HashMap<Value, Value>>,
    /// By vector: what depends on elements.
    pairs: Vec<HashMap<Value, Value>>,
    /// What is there before the loop, twice.
    splats: HashMap<Value, Value>,
}

impl Writer<'_> {
    fn inst(&mut self, op: Op, args: Vec<Value>, immediate: Immediate, of: &[Type]) -> Value {
        let results: Vec<Value> = of.iter().map(|of| self.function.value(*of)).collect();
        let result = results.first().copied().unwrap_or(Value(0));
        self.function[self.block].insts.push(Inst { op, args, immediate, results, exit: None });
        result
    }

    fn emit(&mut self, op: Op, args: &[Value]) -> Value {
        self.inst(op, args.to_vec(), Immediate::None, op.signature().results)
    }

    fn int(&mut self, value: i64) -> Value {
        self.inst(Op::Int, vec![], Immediate::Int(value), &[Type::I64])
    }

    fn difference(&mut self, value: Value, less: i64) -> Value {
        let less = self.int(less);
        self.emit(Op::ISubWrap, &[value, less])
    }

    /// Whether there are enough rounds, all is as it should be, and nothing lies too close: asked before.
    fn asked(&mut self, first: Value, distances: &[Apart]) -> Value {
        let plan = self.plan;
        let mut all = self.emit(Op::ILt, &[first, plan.stop]);
        let count = self.emit(Op::ISubWrap, &[plan.stop, first]);
        let few = self.int(2 * LANES as i64 - 1);
        let mut asked = vec![self.emit(Op::ULt, &[few, count])];
        self.lanes[0].insert(plan.params[plan.counter], first);
        if !distances.is_empty() {
            for inst in &plan.insts {
                self.counted(inst, 0);
            }
        }
        for apart in distances {
            let [to, from] = [apart.to, apart.from].map(|value| self.single(value));
            let distance = self.emit(Op::ISubWrap, &[to, from]);
            let above = self.difference(distance, apart.low);
            let count = self.int(apart.count as i64);
            let is_bad = self.emit(Op::ULt, &[above, count]);
            asked.push(self.emit(Op::BNot, &[is_bad]));
        }
        for condition in asked {
            all = self.emit(Op::BAnd, &[all, condition]);
        }
        self.lanes[0].clear();
        all
    }

    /// The counter of each lane.
    fn count(&mut self) {
        let counter = self.params[self.plan.counter];
        for lane in 0..LANES {
            let more = self.int(lane as i64);
            let counted = match lane {
                0 => counter,
                _ => self.emit(Op::IAddWrap, &[counter, more]),
            };
            self.lanes[lane].insert(self.plan.params[self.plan.counter], counted);
        }
    }

    /// What follows from the counter, for a lane.
    fn counted(&mut self, inst: &Inst, lane: usize) {
        let [result] = inst.results[..] else { return };
        if !matches!(self.plan.kinds.get(&result), Some(Kind::Counted(_))) {
            return;
        }
        let known = &self.lanes[lane];
        let arg = |arg: &Value| known.get(arg).copied().unwrap_or(*arg);
        let args = inst.args.iter().map(arg).collect();
        let of = self.function.type_of(result);
        let value = self.inst(inst.op, args, inst.immediate, &[of]);
        self.lanes[lane].insert(result, value);
    }

    /// What follows from the counter, for the first lane, or was there before.
    fn single(&self, value: Value) -> Value {
        self.lanes[0].get(&value).copied().unwrap_or(value)
    }

    /// A value in two lanes.
    fn paired(&mut self, value: Value, vector: usize) -> Value {
        let op = if self.function.type_of(value) == Type::F64 { Op::FPair } else { Op::IPair };
        match self.plan.kinds.get(&value) {
            Some(Kind::Paired) => self.pairs[vector][&value],
            Some(Kind::Counted(_)) => {
                let lanes = [0, 1].map(|lane| self.lanes[2 * vector + lane][&value]);
                self.emit(op, &lanes)
            }
            None => {
                if let Some(known) = self.splats.get(&value) {
                    return *known;
                }
                let here = std::mem::replace(&mut self.block, self.before);
                let both = self.emit(op, &[value, value]);
                self.block = here;
                self.splats.insert(value, both);
                both
            }
        }
    }

    /// All that rounds read and compute.
    fn reads(&mut self) {
        for inst in &self.plan.insts {
            (0..LANES).for_each(|lane| self.counted(inst, lane));
            let [result] = inst.results[..] else { continue };
            if self.plan.kinds.get(&result) != Some(&Kind::Paired) {
                continue;
            }
            for vector in 0..VECTORS {
                let value = match double_of_memory(inst.op) {
                    Some((op, size)) => {
                        let distance = inst.int().unwrap_or(0) + 2 * size * vector as i64;
                        let (at, of) = (self.single(inst.args[0]), op.signature().results);
                        self.inst(op, vec![at], Immediate::Int(distance), of)
                    }
                    None => self.compute(inst, vector),
                };
                self.pairs[vector].insert(result, value);
            }
        }
    }

    fn compute(&mut self, inst: &Inst, vector: usize) -> Value {
        let args: Vec<Value> = inst.args.iter().map(|arg| self.paired(*arg, vector)).collect();
        let op = match inst.op {
            Op::IAdd => Op::IAddX2,
            Op::ISub => Op::ISubX2,
            op => double(op, self.function.type_of(inst.results[0])).unwrap_or(op),
        };
        self.emit(op, &args)
    }

    /// Whether no round would leave; none if none can.
    fn checks(&mut self) -> Option<Value> {
        let definitions = finite::Definitions::of(self.function);
        let plan = self.plan;
        let mut masks: Vec<Value> = vec![];
        let mut finite: Vec<Value> = vec![];
        for inst in &plan.insts {
            match (inst.op, &inst.args[..]) {
                (Op::Guard, [condition]) => match definitions.checked(inst) {
                    Some(parts) => finite.extend(parts),
                    None => masks.extend(self.pairs.iter().map(|pairs| pairs[condition])),
                },
                (Op::IAdd | Op::ISub, _) => {
                    for vector in 0..VECTORS {
                        masks.push(self.fits(inst, vector));
                    }
                }
                _ => {}
            }
        }
        let parts = finite::needed(&definitions, &finite);
        masks.extend(self.are_finite(&parts));
        let all = masks.into_iter().reduce(|all, one| self.emit(Op::IAndX2, &[all, one]))?;
        Some(self.emit(Op::Both, &[all]))
    }

    /// Where numbers are finite, of all vectors.
    fn are_finite(&mut self, parts: &[Value]) -> Option<Value> {
        let mut sum = None;
        for (part, vector) in parts.iter().flat_map(|part| (0..VECTORS).map(move |v| (part, v))) {
            let value = self.paired(*part, vector);
            let zero = self.emit(Op::FSubX2, &[value, value]);
            sum = Some(sum.map_or(zero, |sum| self.emit(Op::FAddX2, &[sum, zero])));
        }
        sum.map(|sum| self.emit(Op::FEqX2, &[sum, sum]))
    }

    /// Where a sum or a difference fits: where its sign is that of one of two that have the same.
    fn fits(&mut self, inst: &Inst, vector: usize) -> Value {
        let [x, y] = [inst.args[0], inst.args[1]].map(|arg| self.paired(arg, vector));
        let result = self.pairs[vector][&inst.results[0]];
        let signs = match inst.op {
            Op::IAdd => [[x, result], [y, result]],
            _ => [[x, y], [x, result]],
        };
        let [one, two] = signs.map(|two| self.emit(Op::IXorX2, &two));
        let wrong = self.emit(Op::IAndX2, &[one, two]);
        let here = std::mem::replace(&mut self.block, self.before);
        let zero = self.int(0);
        let zeros = self.emit(Op::IPair, &[zero, zero]);
        self.block = here;
        self.emit(Op::ILeX2, &[zeros, wrong])
    }

    /// What rounds write, and what stands behind that.
    fn writes(&mut self) {
        for inst in &self.plan.insts {
            match (inst.op, double_of_memory(inst.op)) {
                (_, Some((op, size))) if !inst.op.is_load() => {
                    for vector in 0..VECTORS {
                        let distance = inst.int().unwrap_or(0) + 2 * size * vector as i64;
                        let args =
                            vec![self.single(inst.args[0]), self.paired(inst.args[1], vector)];
                        self.inst(op, args, Immediate::Int(distance), &[]);
                    }
                }
                (Op::Keep, _) => self.function[self.block].insts.push(inst.clone()),
                (Op::Poll, _) => {
                    let mut poll = inst.clone();
                    let saved = poll.exit.iter_mut().flat_map(|exit| &mut exit.saved);
                    for value in saved {
                        *value = self.last(*value);
                    }
                    self.function[self.block].insts.push(poll);
                }
                _ => {}
            }
        }
    }

    /// What a value is in the last of the rounds.
    fn last(&mut self, value: Value) -> Value {
        match self.plan.kinds.get(&value) {
            None => value,
            Some(Kind::Counted(_)) => self.lanes[LANES - 1][&value],
            Some(Kind::Paired) => {
                let pair = self.pairs[VECTORS - 1][&value];
                let of = self.function.type_of(pair);
                let op = if of == Type::F64x2 { Op::FSecond } else { Op::ISecond };
                self.emit(op, &[pair])
            }
        }
    }

    /// What the parameters are when the rounds are done.
    fn next(&mut self) -> Vec<Value> {
        let plan = self.plan;
        let all = plan.params.iter().zip(&plan.next).enumerate();
        all.map(|(index, (param, next))| match param == next {
            true => self.params[index],
            false => self.last(*next),
        })
        .collect()
    }
}
