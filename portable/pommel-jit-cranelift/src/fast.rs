//! What `fastmath` allows: a product and a sum are rounded once, and sines, cosines, exponentials and
//! logarithms are computed in registers.
//!
//! A sine and a cosine are the two halves of a vector: both are sines, the second one that of a quarter of a
//! turn more. What is more than a whole number of half turns is left of each, in three fused steps, the first
//! of which is exact; then `sin r = 5/8 r + r (3/8 + z S(z))` for `z = r r`, up to the sign. All in all they
//! err by less than two and a half units in the last place. Polynomials are interpolations at the zeros of
//! Chebyshev's, computed with 300 bits, and err by less than a quarter of 2^-53.
//! Where a number is too large for that, or no number, the C library is called, without a trace in registers.

use crate::math;
use crate::translate::{MEMORY, Translator, signature};
use cranelift_codegen::Context;
use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{
    self as clif, BlockArg, ConstantData, Endianness, InstBuilder, MemFlagsData, Opcode, Value,
    types,
};
use cranelift_codegen::isa::{CallConv, TargetIsa};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use pommel_jit::ir::op::Math;
use pommel_jit::ir::{self, Immediate, Inst, Op};
use rustc_hash::FxHashSet as HashSet;

/// Angles below this size are reduced here.
const LARGEST_ANGLE: f64 = 131_072.0;
/// To this size exponentials are neither too small nor too large.
const LARGEST_EXPONENT: f64 = 700.0;
/// What is added to this number is rounded to an integer, which its lowest bits are.
const ROUNDS: f64 = 6_755_399_441_055_744.0;
/// The logarithm of 2, as a sum.
const LN_2: [f64; 2] = [core::f64::consts::LN_2, 2.3190468138462996e-17];
/// The bits of the root of a half, and of the smallest normal number, and how far it is to infinity.
const ROOT_OF_HALF: i64 = core::f64::consts::FRAC_1_SQRT_2.to_bits() as i64;
const SMALLEST: i64 = f64::MIN_POSITIVE.to_bits() as i64;
const RANGE: i64 = f64::INFINITY.to_bits() as i64 - SMALLEST;
/// The bits of a float below its exponent.
const FRACTION: i64 = 52;

/// Half a turn, as a sum.
const HALF_TURN: [f64; 3] =
    [core::f64::consts::PI, 1.2246467991473532e-16, -2.9947698097183397e-33];
/// `sin r / r` is always more than that: what is added has the same sign, also for zeros.
const MOST: f64 = 0.625;
/// `(sin r / r - 1) / z`, by powers of `z = r r`.
const SINE: [f64; 8] = [
    -0.16666666666666666,
    0.008333333333333316,
    -0.00019841269841254955,
    2.755731921915843e-06,
    -2.5052107616384595e-08,
    1.6058977272815506e-10,
    -7.643969031052769e-13,
    2.731428986122616e-15,
];

/// `(exp r - 1 - r) / r^2`.
const EXPONENTIAL: [f64; 11] = [
    0.5,
    0.1666666666666667,
    0.04166666666666667,
    0.008333333333326136,
    0.0013888888888883748,
    0.00019841269874820627,
    2.4801587325547743e-05,
    2.7557255400206422e-06,
    2.75572736431103e-07,
    2.5105217004720745e-08,
    2.0914686968086876e-09,
];
/// `(log((1 + s) / (1 - s)) / s - 2) / z` for `z = s s`.
const LOGARITHM: [f64; 8] = [
    0.6666666666666666,
    0.4000000000000088,
    0.2857142857080285,
    0.22222222391887064,
    0.18181795621632782,
    0.15386240708969665,
    0.13268746195596595,
    0.13086907887965027,
];

/// The results of a function that are computed in registers and not by the C library, if they may be.
pub(crate) fn find(isa: &dyn TargetIsa, function: &ir::Function) -> HashSet<ir::Value> {
    if !function.options.fast_math || !isa.has_native_fma() {
        return HashSet::default();
    }
    let is_fast = |inst: &&Inst| match (inst.op, inst.immediate) {
        (Op::SinCos, _) => true,
        (Op::Math1, Immediate::Math(function)) => {
            matches!(function, Math::Sin | Math::Cos | Math::Exp | Math::Log)
        }
        _ => false,
    };
    let insts = function.blocks.iter().flat_map(|block| &block.insts);
    insts.filter(is_fast).map(|inst| inst.results[0]).collect()
}

/// A function that calls one of the C library's and leaves all other registers as they were. Its parameters
/// are the address of that one, and of its operand, where the result goes.
pub(crate) fn aside(isa: &dyn TargetIsa) -> clif::Function {
    let mut context = Context::new();
    context.func.signature = signature(CallConv::PreserveAll, &[types::I64; 2], &[]);
    let mut scratch = FunctionBuilderContext::new();
    let mut builder = FunctionBuilder::new(&mut context.func, &mut scratch);
    let entry = builder.create_block();
    builder.append_block_params_for_function_params(entry);
    builder.switch_to_block(entry);
    let (address, room) = (builder.block_params(entry)[0], builder.block_params(entry)[1]);
    let operand = builder.ins().load(types::F64, MEMORY, room, 0);
    let callee = signature(isa.default_call_conv(), &[types::F64], &[types::F64]);
    let callee = builder.import_signature(callee);
    let call = builder.ins().call_indirect(callee, address, &[operand]);
    let result = builder.inst_results(call)[0];
    builder.ins().store(MEMORY, result, room, 0);
    builder.ins().return_(&[]);
    builder.seal_all_blocks();
    builder.finalize(isa.frontend_config());
    context.func
}

/// Bits of one type as those of another.
fn same_bits() -> MemFlagsData {
    MemFlagsData::new().with_endianness(Endianness::Little)
}

impl Translator<'_> {
    /// A sum or a difference, rounded once with a product in it, where that is allowed: with the one that is
    /// there last, if there are two.
    pub(crate) fn contracted(&mut self, inst: &Inst, x: Value, y: Value) -> Option<Value> {
        // What is subtracted from itself shows whether it is finite.
        if self.times.is_empty() || x == y {
            return None;
        }
        let is_difference = inst.op == Op::FSub;
        let [first, second] = [0, 1].map(|at| self.times[inst.args[at].0 as usize]);
        let products =
            [self.product(x).filter(|_| first >= second), self.product(y), self.product(x)];
        let [a, b] = products.into_iter().flatten().next()?;
        let is_second = products[0].is_none() && products[1].is_some();
        let (mut a, mut other) = if is_second { (a, x) } else { (a, y) };
        if is_difference {
            let opposite = if is_second { &mut a } else { &mut other };
            *opposite = self.builder.ins().fneg(*opposite);
        }
        Some(self.builder.ins().fma(a, b, other))
    }

    /// The factors of a product that was made in this block.
    fn product(&self, value: Value) -> Option<[Value; 2]> {
        let function = &self.builder.func;
        let inst = function.dfg.value_def(value).inst()?;
        let is_here = function.layout.inst_block(inst) == self.builder.current_block();
        let is_product = function.dfg.insts[inst].opcode() == Opcode::Fmul;
        let args = function.dfg.inst_args(inst);
        (is_here && is_product).then(|| [args[0], args[1]])
    }

    /// What an instruction of [`find`] gives.
    pub(crate) fn fast(&mut self, inst: &Inst, x: Value) -> Vec<Value> {
        match inst.immediate {
            Immediate::Math(Math::Exp) => self.exponential(x),
            Immediate::Math(Math::Log) => self.logarithm(x),
            Immediate::Math(function) => {
                let (both, is_small) = (self.angle(x), self.is_small_angle(x));
                let wanted = if function == Math::Sin { both[0] } else { both[1] };
                self.or_aside(is_small, x, &[(function, wanted)])
            }
            _ => {
                let ([sine, cosine], is_small) = (self.angle(x), self.is_small_angle(x));
                self.or_aside(is_small, x, &[(Math::Sin, sine), (Math::Cos, cosine)])
            }
        }
    }

    fn is_small(&mut self, x: Value, largest: f64) -> Value {
        let size = self.builder.ins().fabs(x);
        let largest = self.float(largest);
        self.builder.ins().fcmp(FloatCC::LessThan, size, largest)
    }

    /// Values where a condition holds, and what functions of the C library give elsewhere.
    fn or_aside(&mut self, condition: Value, x: Value, wanted: &[(Math, Value)]) -> Vec<Value> {
        let (on, aside) = (self.builder.create_block(), self.builder.create_block());
        self.builder.set_cold_block(aside);
        let params = wanted.iter().map(|_| self.builder.append_block_param(on, types::F64));
        let params: Vec<Value> = params.collect();
        let values: Vec<BlockArg> =
            wanted.iter().map(|(_, value)| BlockArg::Value(*value)).collect();
        self.builder.ins().brif(condition, on, &values, aside, &[]);
        self.builder.switch_to_block(aside);
        let room = self.room();
        let quiet = signature(CallConv::PreserveAll, &[types::I64; 2], &[]);
        let quiet = self.builder.import_signature(quiet);
        let aside = self.builder.ins().iconst(types::I64, self.quiet.aside as i64);
        let mut called = vec![];
        for (function, _) in wanted {
            let address = self.builder.ins().iconst(types::I64, math::address(*function) as i64);
            self.builder.ins().store(MEMORY, x, room, 0);
            self.builder.ins().call_indirect(quiet, aside, &[address, room]);
            called.push(BlockArg::Value(self.builder.ins().load(types::F64, MEMORY, room, 0)));
        }
        self.builder.ins().jump(on, &called);
        self.builder.switch_to_block(on);
        params
    }

    /// Two floats that are known.
    pub(crate) fn two_floats(&mut self, pair: [f64; 2]) -> Value {
        let bytes: Vec<u8> = pair.iter().flat_map(|float| float.to_le_bytes()).collect();
        let constant = self.builder.func.dfg.constants.insert(ConstantData::from(&bytes[..]));
        self.builder.ins().vconst(types::F64X2, constant)
    }

    /// A polynomial, by halves: the sums of neighbours, then those of these, with squares of the variable.
    fn polynomial(&mut self, x: Value, coefficients: Vec<Value>) -> Value {
        let (mut power, mut sums) = (x, coefficients);
        while sums.len() > 1 {
            let halves = sums.chunks(2).map(|pair| match *pair {
                [low, high] => self.builder.ins().fma(high, power, low),
                _ => pair[0],
            });
            sums = halves.collect();
            if sums.len() > 1 {
                power = self.builder.ins().fmul(power, power);
            }
        }
        sums[0]
    }

    /// The sine and the cosine of an angle that is small enough.
    fn angle(&mut self, x: Value) -> [Value; 2] {
        let flags = same_bits();
        let x = self.builder.ins().splat(types::F64X2, x);
        let constants = [[core::f64::consts::FRAC_1_PI; 2], [0.0, 0.5], [ROUNDS; 2], [MOST; 2]];
        let [turns, ahead, rounds, most] = constants.map(|pair| self.two_floats(pair));
        let count = self.builder.ins().fma(x, turns, ahead);
        let count = self.builder.ins().nearest(count);
        let shifted = self.builder.ins().fadd(count, rounds);
        let count = self.builder.ins().fsub(count, ahead);
        let mut rest = x;
        for part in HALF_TURN {
            let part = self.two_floats([-part; 2]);
            rest = self.builder.ins().fma(count, part, rest);
        }
        let square = self.builder.ins().fmul(rest, rest);
        // The first coefficients have most of the weight, and a sum of their own.
        let [first, second] = [1.0 - MOST, SINE[0]].map(|float| self.two_floats([float; 2]));
        let first = self.builder.ins().fma(square, second, first);
        let coefficients = SINE[1..].iter().map(|float| self.two_floats([*float; 2])).collect();
        let sum = self.polynomial(square, coefficients);
        let fourth = self.builder.ins().fmul(square, square);
        let sum = self.builder.ins().fma(fourth, sum, first);
        let most = self.builder.ins().fmul(rest, most);
        let both = self.builder.ins().fma(rest, sum, most);
        // Each half turn changes the sign.
        let half_turns = self.builder.ins().bitcast(types::I64X2, flags, shifted);
        let sign = self.shifted(half_turns, 63);
        let both = self.builder.ins().bitcast(types::I64X2, flags, both);
        let both = self.builder.ins().bxor(both, sign);
        let both = self.builder.ins().bitcast(types::F64X2, flags, both);
        [0, 1].map(|lane| self.builder.ins().extractlane(both, lane))
    }

    /// Whether an angle is small enough to be reduced here.
    fn is_small_angle(&mut self, x: Value) -> Value {
        let bits = self.builder.ins().bitcast(types::I64, same_bits(), x);
        let size = self.shifted(bits, 1);
        let largest = self.builder.ins().iconst(types::I64, (LARGEST_ANGLE.to_bits() << 1) as i64);
        self.builder.ins().icmp(IntCC::UnsignedLessThan, size, largest)
    }

    /// An integer, or each of two, shifted to the left.
    fn shifted(&mut self, value: Value, by: i64) -> Value {
        let by = self.builder.ins().iconst(types::I64, by);
        self.builder.ins().ishl(value, by)
    }

    fn floats(&mut self, values: &[f64]) -> Vec<Value> {
        values.iter().map(|value| self.float(*value)).collect()
    }

    /// `exp x = 2^n exp r` for the nearest `n`.
    fn exponential(&mut self, x: Value) -> Vec<Value> {
        let flags = same_bits();
        let constants = [core::f64::consts::LOG2_E, ROUNDS, -LN_2[0], -LN_2[1], 1.0];
        let constants = self.floats(&constants);
        let shifted = self.builder.ins().fma(x, constants[0], constants[1]);
        let count = self.builder.ins().fsub(shifted, constants[1]);
        let rest = self.builder.ins().fma(count, constants[2], x);
        let rest = self.builder.ins().fma(count, constants[3], rest);
        let coefficients = self.floats(&EXPONENTIAL);
        let sum = self.polynomial(rest, coefficients);
        let square = self.builder.ins().fmul(rest, rest);
        let more = self.builder.ins().fma(square, sum, rest);
        let result = self.builder.ins().fadd(more, constants[4]);
        let count = self.builder.ins().bitcast(types::I64, flags, shifted);
        let count = self.shifted(count, FRACTION);
        let bits = self.builder.ins().bitcast(types::I64, flags, result);
        let bits = self.builder.ins().iadd(bits, count);
        let result = self.builder.ins().bitcast(types::F64, flags, bits);
        let is_small = self.is_small(x, LARGEST_EXPONENT);
        self.or_aside(is_small, x, &[(Math::Exp, result)])
    }

    /// `log x = n log 2 + log(1 + f)`, where `f` is near 0: `log(1 + f) = f - s (f - z L(z))` for
    /// `s = f / (2 + f)` and `z = s s`.
    fn logarithm(&mut self, x: Value) -> Vec<Value> {
        let flags = same_bits();
        let bits = self.builder.ins().bitcast(types::I64, flags, x);
        let above = self.builder.ins().iadd_imm_s(bits, -ROOT_OF_HALF);
        let count = self.builder.ins().sshr_imm_u(above, FRACTION);
        let power = self.shifted(count, FRACTION);
        let near = self.builder.ins().isub(bits, power);
        let near = self.builder.ins().bitcast(types::F64, flags, near);
        let count = self.builder.ins().fcvt_from_sint(types::F64, count);
        let constants = self.floats(&[-1.0, 2.0, LN_2[0], LN_2[1]]);
        let more = self.builder.ins().fadd(near, constants[0]);
        let divisor = self.builder.ins().fadd(more, constants[1]);
        let ratio = self.builder.ins().fdiv(more, divisor);
        let square = self.builder.ins().fmul(ratio, ratio);
        let coefficients = self.floats(&LOGARITHM);
        let sum = self.polynomial(square, coefficients);
        let product = self.builder.ins().fmul(square, sum);
        let rest = self.builder.ins().fsub(product, more);
        let low = self.builder.ins().fmul(count, constants[3]);
        let low = self.builder.ins().fma(ratio, rest, low);
        let low = self.builder.ins().fadd(low, more);
        let result = self.builder.ins().fma(count, constants[2], low);
        let from_smallest = self.builder.ins().iadd_imm_s(bits, -SMALLEST);
        let range = self.builder.ins().iconst(types::I64, RANGE);
        let is_normal = self.builder.ins().icmp(IntCC::UnsignedLessThan, from_smallest, range);
        self.or_aside(is_normal, x, &[(Math::Log, result)])
    }
}
