//! `x ** 2`: what the C library's `pow` gives, mostly without calling it.
//!
//! `pow` is not exact. That of the GNU C library (since 2.28) and of musl, which have it from the same
//! source, errs by at most 0.511 units in the last place and 1.5 * 2^-15 more for each unit of the
//! logarithm of the power (the comment at the beginning of `e_pow.c`): by less than 0.52 units where the
//! power is between 2^-100 and 2^100. Older versions of the first round correctly. So where the product
//! `x * x` is less than 0.48 units away from the square, any other float is more than 0.52 units away, and
//! the product is what `pow` gives. How far away it is the processor says exactly: the rest of the product,
//! by one fused instruction. For one number in twenty-five or so that is too far, and `pow` is called.

use crate::translate::{MEMORY, Translator, WORD, signature};
use cranelift_codegen::ir::condcodes::FloatCC;
use cranelift_codegen::ir::{BlockArg, InstBuilder, MemFlagsData, Value, types};
use cranelift_codegen::isa::{CallConv, TargetIsa};
use pommel_jit::ir::op::Math;
use pommel_jit::ir::{self, Immediate, Op};
use std::collections::HashSet;

/// How far a product may be from the square, as a part of a unit in its last place.
const NEAR: f64 = 0.48;
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

impl Translator<'_> {
    /// The square of a number; `args` are it and 2.
    pub(crate) fn square(&mut self, args: &[Value]) -> Value {
        let (x, two) = (args[0], args[1]);
        let product = self.builder.ins().fmul(x, x);
        let opposite = self.builder.ins().fneg(product);
        let rest = self.builder.ins().fma(x, x, opposite);
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
        square
    }
}
