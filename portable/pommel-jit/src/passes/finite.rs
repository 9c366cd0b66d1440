//! Checks that results are finite, once for many.
//!
//! Where a result may not be infinite or not a number, code asks `d == d` of `d = x - x`, which is 0 or not
//! a number, or of a sum of such. Several of these checks in a row, with only computations between, are one
//! at the place of the last, which leaves by the exit of the first: what was computed since is done again.
//! And most of its parts go: a number is not finite where one that it was computed from was not, but for
//! divisors and what functions make of infinity. The others are added up: where the sum is finite, all of them
//! are. (Where it is not although they are, it is done again for nothing.)

use crate::ir::op::Math;
use crate::ir::{Block, Exit, Function, Immediate, Inst, Op, Type, Value};
use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};

/// Joins checks. Whether there were any to be joined.
pub fn run(function: &mut Function) -> bool {
    let definitions = Definitions::of(function);
    let mut changed = false;
    for block in function.ids().collect::<Vec<_>>() {
        changed |= join(function, &definitions, block);
    }
    changed
}

/// By value: the instruction that gives it.
pub(super) struct Definitions(Vec<Option<(Op, Immediate, Vec<Value>)>>);

impl Definitions {
    pub(super) fn of(function: &Function) -> Definitions {
        let mut definitions = vec![None; function.types.len()];
        for inst in function.blocks.iter().flat_map(|block| &block.insts) {
            for result in inst.results.iter().filter(|_| inst.op.signature().pure) {
                definitions[result.0 as usize] = Some((inst.op, inst.immediate, inst.args.clone()));
            }
        }
        Definitions(definitions)
    }

    fn get(&self, value: Value) -> Option<(Op, Immediate, &[Value])> {
        let (op, immediate, args) = self.0.get(value.0 as usize)?.as_ref()?;
        Some((*op, *immediate, args))
    }

    /// What an instruction checks to be finite, if that is all that it does.
    pub(super) fn checked(&self, inst: &Inst) -> Option<Vec<Value>> {
        let (Op::Guard, [condition]) = (inst.op, &inst.args[..]) else { return None };
        match self.get(*condition)? {
            (Op::FEq, _, [x, y]) if x == y => {
                let mut parts = vec![];
                self.parts(*x, &mut parts).then_some(parts)
            }
            _ => None,
        }
    }

    /// The numbers whose differences from themselves a value is the sum of. Whether it is such a sum.
    fn parts(&self, value: Value, parts: &mut Vec<Value>) -> bool {
        match self.get(value) {
            Some((Op::FSub, _, [x, y])) if x == y => {
                parts.push(*x);
                true
            }
            Some((Op::FAdd, _, [x, y])) => self.parts(*x, parts) && self.parts(*y, parts),
            _ => false,
        }
    }

    /// The operands of what gives a value that is not finite if one of them is not.
    fn origins(&self, value: Value) -> &[Value] {
        let Some((op, immediate, args)) = self.get(value) else { return &[] };
        match (op, immediate) {
            (
                Op::FAdd
                | Op::FSub
                | Op::FMul
                | Op::FNeg
                | Op::FAbs
                | Op::FSqrt
                | Op::FNarrow
                | Op::SinCos,
                _,
            )
            | (Op::Math1, Immediate::Math(Math::Sin | Math::Cos)) => args,
            (Op::FDiv, _) => &args[..1],
            (Op::Math2, Immediate::Math(Math::Pow)) if self.is_two(args[1]) => &args[..1],
            _ => &[],
        }
    }

    fn is_difference(&self, value: Value) -> bool {
        matches!(self.get(value), Some((Op::FSub, ..)))
    }

    fn is_two(&self, value: Value) -> bool {
        matches!(self.get(value), Some((Op::Float, Immediate::Float(two), _)) if two == 2.0)
    }
}

/// Checks in a row.
struct Row {
    /// Where they are in the block.
    places: Vec<usize>,
    parts: Vec<Value>,
}

fn join(function: &mut Function, definitions: &Definitions, block: Block) -> bool {
    let mut rows: Vec<Row> = vec![];
    let mut is_open = false;
    for (place, inst) in function[block].insts.iter().enumerate() {
        match definitions.checked(inst) {
            Some(parts) => {
                if !is_open {
                    rows.push(Row { places: vec![], parts: vec![] });
                }
                if let Some(row) = rows.last_mut() {
                    row.places.push(place);
                    row.parts.extend(parts);
                }
                is_open = true;
            }
            None => is_open &= only_computes(inst),
        }
    }
    rows.retain(|row| row.places.len() > 1);
    if rows.is_empty() {
        return false;
    }
    let insts = std::mem::take(&mut function[block].insts);
    let mut kept = Vec::with_capacity(insts.len());
    let mut first_exit = None;
    for (place, inst) in insts.into_iter().enumerate() {
        let Some(row) = rows.iter().find(|row| row.places.contains(&place)) else {
            kept.push(inst);
            continue;
        };
        if first_exit.is_none() {
            first_exit = inst.exit;
        }
        if row.places.last() == Some(&place) {
            let parts = needed(definitions, &row.parts);
            let parts = together(definitions, &kept, parts);
            check(function, &parts, first_exit.take(), &mut kept);
        }
    }
    function[block].insts = kept;
    true
}

/// Whether an instruction can be done although a check before it fails: it does nothing but compute, and
/// computes for all numbers.
pub(super) fn only_computes(inst: &Inst) -> bool {
    let signature = inst.op.signature();
    let is_for_all = !matches!(inst.op, Op::FToI | Op::IFloorDiv | Op::IMod | Op::IGcd);
    signature.pure && !signature.exits && is_for_all
}

/// Those of some numbers that no other one shows.
pub(super) fn needed(definitions: &Definitions, parts: &[Value]) -> Vec<Value> {
    let mut shown: HashSet<Value> = HashSet::default();
    for part in parts {
        let mut left: Vec<Value> = definitions.origins(*part).to_vec();
        while let Some(value) = left.pop() {
            if shown.insert(value) {
                left.extend(definitions.origins(value));
            }
        }
    }
    let mut needed: Vec<Value> = vec![];
    for part in parts {
        if !shown.contains(part) && !needed.contains(part) {
            needed.push(*part);
        }
    }
    needed
}

/// The same with one number for several that it shows, where instructions compute such.
fn together(definitions: &Definitions, insts: &[Inst], mut parts: Vec<Value>) -> Vec<Value> {
    let mut shown: HashMap<Value, HashSet<Value>> = HashMap::default();
    for result in insts.iter().filter_map(|inst| inst.results.first()) {
        let mut here: HashSet<Value> =
            parts.iter().filter(|part| *part == result).copied().collect();
        match definitions.origins(*result) {
            // Differences of numbers from themselves are the checks that go.
            [x, y] if x == y && definitions.is_difference(*result) => {}
            origins => here.extend(origins.iter().filter_map(|of| shown.get(of)).flatten()),
        }
        if !here.is_empty() {
            shown.insert(*result, here);
        }
    }
    for result in insts.iter().filter_map(|inst| inst.results.first()).rev() {
        let Some(here) = shown.get(result) else { continue };
        if parts.iter().filter(|part| here.contains(part)).count() > 1 {
            parts.retain(|part| !here.contains(part));
            parts.push(*result);
        }
    }
    // What is there last is added last.
    let place = |part: &Value| insts.iter().position(|inst| inst.results.contains(part));
    parts.sort_by_key(place);
    parts
}

/// Checks that numbers are finite, and leaves by an exit if one is not, or their sum is not.
fn check(function: &mut Function, parts: &[Value], exit: Option<Exit>, kept: &mut Vec<Inst>) {
    let mut emit = |op: Op, args: Vec<Value>, of: Type| {
        let result = function.value(of);
        let results = vec![result];
        kept.push(Inst { op, args, immediate: Immediate::None, results, exit: None });
        result
    };
    let sum = parts.iter().copied().reduce(|sum, part| emit(Op::FAdd, vec![sum, part], Type::F64));
    let Some(sum) = sum else { return };
    let difference = emit(Op::FSub, vec![sum, sum], Type::F64);
    let condition = emit(Op::FEq, vec![difference, difference], Type::Bool);
    let guard = Op::Guard;
    kept.push(Inst {
        op: guard,
        args: vec![condition],
        immediate: Immediate::None,
        results: vec![],
        exit,
    });
}
