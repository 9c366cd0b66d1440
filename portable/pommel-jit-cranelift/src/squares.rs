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
use std::collections::{HashMap, HashSet};

/// How far a product may be from the square, as a part of a unit in its last place.
const NEAR: f64 = 0.485;
/// The last place, as a part of the power of two below a number.
const LAST_PLACE: f64 = f64::EPSILON;
/// What is taken off how far a product may be: nothing is left for small ones.
const SMALL: f64 = LARGE.recip() * LAST_PLACE;
/// How far a product may be does not grow beyond this one.
const LARGE: f64 = (1u128 << 100) as f64;
/// The bits of a float that say which power of two it is above.
const POWER: i64 = 0x7ff << 52;

/// The results of a function that are squares, if the processor and the C library allow that.
pub(crate) fn find(isa: &dyn TargetIsa, function: &ir::Function) -> HashSet<ir::Value> {
    let is_known = cfg!(all(target_os = "linux", any(target_env = "gnu", target_env = "musl")));
    if !is_known || !isa.has_native_fma() {
        return HashSet::new();
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
        let mut sole = HashMap::new();
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

/// A square on its way: what it is of, the product, and what that lacks to the square.
#[derive(Clone, Copy)]
struct Square {
    of: ir::Value,
    product: Value,
    rest: Value,
}

impl Translator<'_> {
    /// The square of a number; `args` are it and 2.
    pub(crate) fn square(&mut self, inst: &ir::Inst, args: &[Value]) -> Result<Value, String> {
        let (x, two) = (args[0], args[1]);
        let product = self.builder.ins().fmul(x, x);
        let opposite = self.builder.ins().fneg(product);
        let rest = self.builder.ins().fma(x, x, opposite);
        let found = Square { of: inst.results[0], product, rest };
        let rest = self.builder.ins().fabs(rest);
        let flags = MemFlagsData::new();
        let bits = self.builder.ins().bitcast(types::I64, flags, product);
        let power = self.builder.ins().band_imm_s(bits, POWER);
        let large = self.builder.ins().iconst(types::I64, LARGE.to_bits() as i64);
        let power = self.builder.ins().umin(power, large);
        let power = self.builder.ins().bitcast(types::F64, flags, power);
        let near = self.builder.ins().f64const(NEAR * LAST_PLACE);
        let small = self.builder.ins().f64const(-SMALL);
        let most = self.builder.ins().fma(power, near, small);
        let is_near = self.builder.ins().fcmp(FloatCC::LessThan, rest, most);
        let (on, aside) = (self.builder.create_block(), self.builder.create_block());
        self.builder.set_cold_block(aside);
        let square = self.builder.append_block_param(on, types::F64);
        self.builder.ins().brif(is_near, on, &[BlockArg::Value(product)], aside, &[]);
        self.builder.switch_to_block(aside);
        if let Some(is_settled) = self.comes_to_the_same(found)? {
            let call = self.builder.create_block();
            self.builder.set_cold_block(call);
            self.builder.ins().brif(is_settled, on, &[BlockArg::Value(product)], call, &[]);
            self.builder.switch_to_block(call);
        }
        let room = self.room();
        self.builder.ins().store(MEMORY, x, room, 0);
        self.builder.ins().store(MEMORY, two, room, WORD as i32);
        let quiet =
            self.builder.import_signature(signature(CallConv::PreserveAll, &[types::I64], &[]));
        let address = self.builder.ins().iconst(types::I64, self.quiet.power as i64);
        self.builder.ins().call_indirect(quiet, address, &[room]);
        let called = self.builder.ins().load(types::F64, MEMORY, room, 0);
        self.builder.ins().jump(on, &[BlockArg::Value(called)]);
        self.builder.switch_to_block(on);
        Ok(square)
    }

    /// Whether what a square is part of is the same with the product and with the float beyond the square.
    /// Nothing if that cannot be said.
    fn comes_to_the_same(&mut self, square: Square) -> Result<Option<Value>, String> {
        let Square { of, product, rest } = square;
        let mut chain = vec![];
        let mut value = of;
        while let Some(inst) =
            self.uses.sole.get(&value).copied().filter(|_| chain.len() < FOLLOWED)
        {
            let (Op::FAdd | Op::FSub | Op::FMul, [x, y]) = (inst.op, &inst.args[..]) else { break };
            let other = if *x == value { *y } else { *x };
            let is_there = self.is_defined(other)
                && self.dominates_here(self.uses.homes[other.0 as usize])
                && self.uses.homes[inst.results[0].0 as usize] == self.block;
            if !is_there {
                break;
            }
            chain.push((inst.op, *x == value, self.value(other)?));
            value = inst.results[0];
        }
        if chain.is_empty() {
            return Ok(None);
        }
        let flags = MemFlagsData::new();
        let bits = self.builder.ins().bitcast(types::I64, flags, product);
        let sign = self.builder.ins().bitcast(types::I64, flags, rest);
        let sign = self.builder.ins().sshr_imm_u(sign, 63);
        let step = self.builder.ins().bor_imm_s(sign, 1);
        let beyond = self.builder.ins().iadd(bits, step);
        let mut both = [product, self.builder.ins().bitcast(types::F64, flags, beyond)];
        for (op, is_first, other) in chain {
            both = both.map(|value| {
                let (x, y) = if is_first { (value, other) } else { (other, value) };
                match op {
                    Op::FAdd => self.builder.ins().fadd(x, y),
                    Op::FSub => self.builder.ins().fsub(x, y),
                    _ => self.builder.ins().fmul(x, y),
                }
            });
        }
        let both = both.map(|value| self.builder.ins().bitcast(types::I64, flags, value));
        let is_same = self.builder.ins().icmp(IntCC::Equal, both[0], both[1]);
        // The power errs by more where it is very small or large.
        let from_least = self.builder.ins().iadd_imm_s(bits, -(LARGE.recip().to_bits() as i64));
        let range = LARGE.to_bits() as i64 - LARGE.recip().to_bits() as i64;
        let range = self.builder.ins().iconst(types::I64, range);
        let is_usual = self.builder.ins().icmp(IntCC::UnsignedLessThan, from_least, range);
        Ok(Some(self.builder.ins().band(is_same, is_usual)))
    }
}
