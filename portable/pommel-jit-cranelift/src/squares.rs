//! `x ** 2`: what the C library's `pow` gives, mostly without calling it.
//!
//! `pow` is not exact. That of the GNU C library (since 2.28) and of musl, which have it from the same
//! source, errs by at most 0.511 units in the last place and 1.5 * 2^-15 more for each unit of the
//! logarithm of the power (the comment at the beginning of `e_pow.c`): by less than 0.515 units where the
//! power is between 2^-100 and 2^100. Older versions of the first round correctly. So where the product
//! `x * x` is less than 0.485 units away from the square, any other float is more than 0.515 units away, and
//! the product is what `pow` gives. How far away it is the processor says exactly: the rest of the product,
//! by one fused instruction. For one number in thirty or so that is too far.
//!
//! Then the power is the product or the float beyond the square. Mostly it is part of a sum in which both come
//! to the same, and which one it is does not matter. Where it does, `pow` is called.

use crate::translate::{MEMORY, Translator, WORD, signature};
use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{BlockArg, InstBuilder, MemFlagsData, Value, types};
use cranelift_codegen::isa::{CallConv, TargetIsa};
use pommel_jit::ir::op::Math;
use pommel_jit::ir::{self, Immediate, Op};
use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};
use std::ops::RangeInclusive;

/// A product is near its square if it is still the same with so many times the rest added: if the rest is at
/// most 0.485 units in the last place. Half of that below a power of two, where the units are half as large.
const TIMES: f64 = 0.5 / 0.485;
/// Between these powers of two `pow` errs by less than 0.515 units.
const POWERS: RangeInclusive<i64> = -100..=99;
/// The bits below those that say which power of two a float is above, and what is added there to the power.
const BITS_BELOW: i64 = 52;
const BIAS: i64 = 1023;

/// The results of a function that are squares, if the processor and the C library allow that.
pub(crate) fn find(isa: &dyn TargetIsa, function: &ir::Function) -> HashSet<ir::Value> {
    let is_known = cfg!(all(target_os = "linux", any(target_env = "gnu", target_env = "musl")));
    if !is_known || !isa.has_native_fma() {
        return HashSet::default();
    }
    let insts = || function.blocks.iter().flat_map(|block| &block.insts);
    let is_two = |inst: &&ir::Inst| inst.op == Op::Float && inst.immediate == Immediate::Float(2.0);
    let twos: HashSet<ir::Value> = insts().filter(is_two).map(|inst| inst.results[0]).collect();
    let is_square = |inst: &&ir::Inst| {
        inst.op == Op::Math2
            && inst.immediate == Immediate::Math(Math::Pow)
            && twos.contains(&inst.args[1])
    };
    insts().filter(is_square).map(|inst| inst.results[0]).collect()
}

/// So many sums and products are followed to see whether two squares come to the same.
const FOLLOWED: usize = 3;

/// What becomes of values.
pub(crate) struct Uses<'a> {
    /// The only instruction that uses a value, where there is one and nothing else does.
    sole: HashMap<ir::Value, &'a ir::Inst>,
    /// The blocks where values are made.
    homes: Vec<ir::Block>,
}

impl<'a> Uses<'a> {
    pub(crate) fn of(function: &'a ir::Function) -> Uses<'a> {
        let mut counts = vec![0; function.types.len()];
        let mut homes = vec![ir::Block(0); function.types.len()];
        let mut sole = HashMap::default();
        for block in function.ids() {
            let data = &function[block];
            let results = data.insts.iter().flat_map(|inst| &inst.results);
            data.params.iter().chain(results).for_each(|value| homes[value.0 as usize] = block);
            let used = data.insts.iter().flat_map(|inst| inst.uses()).chain(data.end.uses());
            used.for_each(|value| counts[value.0 as usize] += 1);
            for inst in &data.insts {
                sole.extend(inst.args.iter().map(|arg| (*arg, inst)));
            }
        }
        sole.retain(|value, _| counts[value.0 as usize] == 1);
        Uses { sole, homes }
    }
}

/// What becomes of a square, and of nothing else, as far as it can be computed where the square is.
#[derive(Default)]
struct Chain {
    /// The operations, whether the square is on the left, and the other side.
    steps: Vec<(Op, bool, Value)>,
    /// The result of the last.
    end: Option<ir::Value>,
}

impl Translator<'_> {
    /// The square of a number, which is the first of `args`, and what is computed of it and of nothing else.
    pub(crate) fn square(&mut self, inst: &ir::Inst, args: &[Value]) -> Result<(), String> {
        let x = args[0];
        let chain = self.chain(inst.results[0])?;
        let product = self.builder.ins().fmul(x, x);
        let end = self.along(&chain, product);
        let [usual, on] = [(); 2].map(|()| self.builder.create_block());
        let [unusual, zero, call] = [(); 3].map(|()| {
            let block = self.builder.create_block();
            self.builder.set_cold_block(block);
            block
        });
        let result = self.builder.append_block_param(on, types::F64);
        let is_usual = self.is_usual(product);
        self.builder.ins().brif(is_usual, usual, &[], unusual, &[]);
        self.builder.switch_to_block(usual);
        let is_same = self.comes_to_the_same(x, product, end, &chain);
        self.builder.ins().brif(is_same, on, &[BlockArg::Value(end)], call, &[]);
        self.builder.switch_to_block(unusual);
        let nothing = self.float(0.0);
        let is_zero = self.builder.ins().fcmp(FloatCC::Equal, x, nothing);
        self.builder.ins().brif(is_zero, zero, &[], call, &[]);
        self.builder.switch_to_block(zero);
        self.builder.ins().jump(on, &[BlockArg::Value(end)]);
        self.builder.switch_to_block(call);
        let called = self.called(args);
        let called = self.along(&chain, called);
        self.builder.ins().jump(on, &[BlockArg::Value(called)]);
        self.builder.switch_to_block(on);
        self.set(chain.end.unwrap_or(inst.results[0]), result);
        Ok(())
    }

    /// Whether what is computed of a square, which is not very small or large, is the same with the product and
    /// with the float beyond the square, if the product is not near.
    fn comes_to_the_same(&mut self, x: Value, product: Value, end: Value, chain: &Chain) -> Value {
        let opposite = self.builder.ins().fneg(product);
        let rest = self.builder.ins().fma(x, x, opposite);
        let times = self.float(TIMES);
        let beside = self.builder.ins().fma(rest, times, product);
        let other = self.along(chain, beside);
        // Neither the product nor what is beside it is a nan, and so one condition of the processor does.
        let is_never_nan = chain.end.is_none();
        let equal = if is_never_nan { FloatCC::UnorderedOrEqual } else { FloatCC::Equal };
        self.builder.ins().fcmp(equal, other, end)
    }

    /// What the C library says.
    fn called(&mut self, args: &[Value]) -> Value {
        let room = self.room();
        self.builder.ins().store(MEMORY, args[0], room, 0);
        self.builder.ins().store(MEMORY, args[1], room, WORD as i32);
        let quiet =
            self.builder.import_signature(signature(CallConv::PreserveAll, &[types::I64], &[]));
        let address = self.builder.ins().iconst(types::I64, self.quiet.power as i64);
        self.builder.ins().call_indirect(quiet, address, &[room]);
        self.builder.ins().load(types::F64, MEMORY, room, 0)
    }

    /// Whether a power is large and small enough for what is known of the errors of `pow`.
    fn is_usual(&mut self, product: Value) -> Value {
        let bits = self.builder.ins().bitcast(types::I64, MemFlagsData::new(), product);
        let power = self.builder.ins().ushr_imm_u(bits, BITS_BELOW);
        let from_least = self.builder.ins().iadd_imm_s(power, -(POWERS.start() + BIAS));
        let most = POWERS.end() - POWERS.start();
        self.builder.ins().icmp_imm_u(IntCC::UnsignedLessThanOrEqual, from_least, most)
    }

    fn chain(&mut self, square: ir::Value) -> Result<Chain, String> {
        let mut chain = Chain::default();
        let mut value = square;
        while let Some(inst) =
            self.uses.sole.get(&value).copied().filter(|_| chain.steps.len() < FOLLOWED)
        {
            let (Op::FAdd | Op::FSub | Op::FMul, [x, y]) = (inst.op, &inst.args[..]) else { break };
            let other = if *x == value { *y } else { *x };
            let is_there = self.is_defined(other)
                && self.dominates_here(self.uses.homes[other.0 as usize])
                && self.uses.homes[inst.results[0].0 as usize] == self.block;
            if !is_there {
                break;
            }
            chain.steps.push((inst.op, *x == value, self.value(other)?));
            value = inst.results[0];
            chain.end = Some(value);
            self.done.insert(value);
        }
        Ok(chain)
    }

    fn along(&mut self, chain: &Chain, start: Value) -> Value {
        chain.steps.iter().fold(start, |value, (op, is_first, other)| {
            let (x, y) = if *is_first { (value, *other) } else { (*other, value) };
            match op {
                Op::FAdd => self.builder.ins().fadd(x, y),
                Op::FSub => self.builder.ins().fsub(x, y),
                _ => self.builder.ins().fmul(x, y),
            }
        })
    }
}
