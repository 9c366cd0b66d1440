//! What `fastmath` allows: powers are products and roots, a quotient by a constant is a product with its
//! reciprocal, and constants in a product are multiplied at the end, by one another first: there they are part
//! of a sum that is rounded once, and what stands between is the same elsewhere more often.
//!
//! A quotient whose divisor is there early is a product with its reciprocal as well.
//!
//! Results are others in their last bits, as long as no product comes near the limits of floats and no divisor
//! is denormal. What is infinite or not a number is so as before, where the checks
//! that stand around it ask for that: a power that is checked to be finite, of a base that has one.

use crate::ir::op::Math;
use crate::ir::{Function, Immediate, Inst, Op, Type, Value};
use rustc_hash::FxHashMap as HashMap;

/// The largest exponent that is made a product.
const LARGEST: f64 = 4.0;

/// A divisor that is there so long before what it divides is divided by first.
const WAIT: u32 = 8;
/// Constants that may be multiplied later, and their products, are not further than this from 1.
const FARTHEST: f64 = (1u64 << 32) as f64;

/// Replaces powers and quotients. Whether there were any.
pub fn run(function: &mut Function) -> bool {
    rewrite(function, |made, inst| {
        let exponent = inst.args.get(1).and_then(|value| made.constant(*value));
        let is_power = inst.immediate == Immediate::Math(Math::Pow);
        match (inst.op, exponent) {
            (Op::Math2, Some(exponent)) if is_power => made.power(inst, exponent),
            (Op::FDiv, Some(divisor)) => made.quotient(inst, divisor),
            _ => false,
        }
    })
}

/// Multiplies constants at the end, and divides before there is what is divided, once no exit needs what
/// stands between. Whether there were any.
pub fn products(function: &mut Function) -> bool {
    let times = times(function);
    let is_waiting = |by: Value, for_: Value| times[by.0 as usize] + WAIT < times[for_.0 as usize];
    rewrite(function, |made, inst| match (inst.op, &inst.args[..]) {
        (Op::FMul, [x, y]) => made.product([*x, *y], inst.results[0]),
        (Op::FDiv, [x, y]) if is_waiting(*y, *x) => {
            let one = made.float(1.0);
            let reciprocal = made.op(Op::FDiv, &[one, *y]);
            made.put(Op::FMul, &[*x, reciprocal], inst.results[0]);
            true
        }
        _ => false,
    })
}

/// When each value is there, in steps of the processor from the beginning of its block, roughly.
pub fn times(function: &Function) -> Vec<u32> {
    let mut times = vec![0; function.types.len()];
    for inst in function.blocks.iter().flat_map(|block| &block.insts) {
        let begin = inst.args.iter().map(|arg| times[arg.0 as usize]).max().unwrap_or(0);
        let time = match inst.op {
            Op::Int | Op::Float | Op::Bool => 0,
            Op::FDiv | Op::FSqrt => 13,
            Op::Math1 | Op::Math2 | Op::SinCos => 50,
            _ => 4,
        };
        inst.results.iter().for_each(|result| times[result.0 as usize] = begin + time);
    }
    times
}

/// Makes all blocks anew. `replace` puts something else in place of an instruction, if it does.
fn rewrite(function: &mut Function, replace: impl Fn(&mut Made<'_>, &Inst) -> bool) -> bool {
    let (constants, uses) = (constants(function), uses(function));
    let mut changed = false;
    for block in function.ids().collect::<Vec<_>>() {
        let insts = std::mem::take(&mut function[block].insts);
        let (constants, products) = (constants.clone(), HashMap::default());
        let mut made = Made { function, insts: vec![], constants, uses: &uses, products };
        for inst in insts {
            let replaced = replace(&mut made, &inst);
            changed |= replaced;
            if !replaced {
                made.insts.push(inst);
            }
        }
        let insts = made.insts;
        function[block].insts = insts;
    }
    changed
}

/// The floats that are known.
fn constants(function: &Function) -> HashMap<Value, f64> {
    let insts = function.blocks.iter().flat_map(|block| &block.insts);
    let constant = |inst: &Inst| match inst.immediate {
        Immediate::Float(value) => Some((inst.results[0], value)),
        _ => None,
    };
    insts.filter_map(constant).collect()
}

/// How often each value is used.
fn uses(function: &Function) -> Vec<u32> {
    let mut uses = vec![0; function.types.len()];
    for block in &function.blocks {
        let used = block.insts.iter().flat_map(|inst| inst.uses()).chain(block.end.uses());
        used.for_each(|value| uses[value.0 as usize] += 1);
    }
    uses
}

/// The instructions of a block that is made anew.
struct Made<'f> {
    function: &'f mut Function,
    insts: Vec<Inst>,
    constants: HashMap<Value, f64>,
    uses: &'f [u32],
    /// The products of a constant and something else in this block.
    products: HashMap<Value, (f64, Value)>,
}

impl Made<'_> {
    fn constant(&self, value: Value) -> Option<f64> {
        self.constants.get(&value).copied()
    }

    fn float(&mut self, value: f64) -> Value {
        let result = self.function.value(Type::F64);
        let (op, immediate) = (Op::Float, Immediate::Float(value));
        self.insts.push(Inst { op, args: vec![], immediate, results: vec![result], exit: None });
        self.constants.insert(result, value);
        result
    }

    fn op(&mut self, op: Op, args: &[Value]) -> Value {
        let result = self.function.value(Type::F64);
        self.put(op, args, result);
        result
    }

    fn put(&mut self, op: Op, args: &[Value], result: Value) {
        let (args, results) = (args.to_vec(), vec![result]);
        self.insts.push(Inst { op, args, immediate: Immediate::None, results, exit: None });
    }

    /// A power whose exponent is a multiple of a half: a product of bases and perhaps their root.
    fn power(&mut self, inst: &Inst, exponent: f64) -> bool {
        let halves = 2.0 * exponent.abs();
        if halves.fract() != 0.0 || !(1.0..=2.0 * LARGEST).contains(&halves) || exponent == 1.0 {
            return false;
        }
        let (mut base, result) = (inst.args[0], inst.results[0]);
        let one = self.float(1.0);
        if exponent < 0.0 {
            // Powers of the reciprocal do not become infinite before their time.
            base = self.op(Op::FDiv, &[one, base]);
        }
        let halves = halves as u32;
        let mut product = (halves >= 2).then_some(base);
        for _ in 1..halves / 2 {
            product = product.map(|product| self.op(Op::FMul, &[product, base]));
        }
        if halves % 2 == 1 {
            let root = self.op(Op::FSqrt, &[base]);
            // The root of the negative zero is one, unlike powers of it.
            let zero = self.float(0.0);
            let root = self.op(Op::FAdd, &[root, zero]);
            product = Some(match product {
                Some(product) => self.op(Op::FMul, &[product, root]),
                None => root,
            });
        }
        let Some(product) = product else { return false };
        self.put(Op::FMul, &[product, one], result);
        true
    }

    /// A quotient by a constant whose reciprocal has all of its bits.
    fn quotient(&mut self, inst: &Inst, divisor: f64) -> bool {
        let reciprocal = divisor.recip();
        if !divisor.is_normal() || !reciprocal.is_normal() {
            return false;
        }
        let reciprocal = self.float(reciprocal);
        self.put(Op::FMul, &[inst.args[0], reciprocal], inst.results[0]);
        true
    }

    /// A product with constants in its factors, which are multiplied at the end. Not so if there are none.
    fn product(&mut self, factors: [Value; 2], result: Value) -> bool {
        let [(first, x), (second, y)] = factors.map(|factor| self.parts(factor));
        let by = first.unwrap_or(1.0) * second.unwrap_or(1.0);
        if !is_near(by) || first.is_none() && second.is_none() {
            return false;
        }
        let (rest, is_other) = match (x, y) {
            (Some(x), Some(y)) => (self.op(Op::FMul, &[x, y]), true),
            (Some(one), None) | (None, Some(one)) => (one, first.is_some() && second.is_some()),
            (None, None) => return false,
        };
        self.products.insert(result, (by, rest));
        if !is_other {
            return false;
        }
        let by = self.float(by);
        self.put(Op::FMul, &[by, rest], result);
        true
    }

    /// A constant in a factor, if that is needed nowhere else, and the rest of it.
    fn parts(&self, factor: Value) -> (Option<f64>, Option<Value>) {
        if let Some(constant) = self.constant(factor).filter(|constant| is_near(*constant)) {
            return (Some(constant), None);
        }
        let is_alone = self.uses.get(factor.0 as usize).is_none_or(|uses| *uses == 1);
        match self.products.get(&factor).filter(|_| is_alone) {
            Some((constant, rest)) => (Some(*constant), Some(*rest)),
            None => (None, Some(factor)),
        }
    }
}

fn is_near(constant: f64) -> bool {
    (FARTHEST.recip()..=FARTHEST).contains(&constant.abs())
}
