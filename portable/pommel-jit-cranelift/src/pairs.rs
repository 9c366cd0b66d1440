//! Two lanes at once: vectors of 128 bits, which every processor has.

use crate::numbers::distance;
use crate::translate::{MEMORY, Translator};
use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::types::{F32X4, F64, F64X2, I32X4, I64, I64X2};
use cranelift_codegen::ir::{self as clif, Endianness, InstBuilder, MemFlagsData, Value, types};
use pommel_jit::ir::{Inst, Op};

/// How lanes become those of another type: the first one has the lowest bits.
const LANES: MemFlagsData = MemFlagsData::new().with_endianness(Endianness::Little);

impl Translator<'_> {
    /// The result of an instruction that has to do with pairs; none if it is another, or has none.
    pub(crate) fn pair(&mut self, inst: &Inst, args: &[Value]) -> Option<Value> {
        if let (Some(condition), [x, y]) = (comparison(inst.op), args) {
            return Some(self.builder.ins().icmp(condition, *x, *y));
        }
        if let (Some(condition), [x, y]) = (comparison_of_floats(inst.op), args) {
            return Some(self.builder.ins().fcmp(condition, *x, *y));
        }
        if let Some(value) = self.load_pair(inst, args) {
            return Some(value);
        }
        let ins = self.builder.ins();
        Some(match (inst.op, args) {
            (Op::IPair, [x, y]) => return Some(self.both_lanes(I64X2, *x, *y)),
            (Op::FPair, [x, y]) => return Some(self.both_lanes(F64X2, *x, *y)),
            (Op::IFirst | Op::FFirst, [x]) => ins.extractlane(*x, 0),
            (Op::ISecond | Op::FSecond, [x]) => ins.extractlane(*x, 1),
            (Op::Both, [x]) => {
                let signs = ins.vhigh_bits(types::I8, *x);
                self.builder.ins().icmp_imm_s(IntCC::Equal, signs, 0b11)
            }
            (Op::IAddX2, [x, y]) => ins.iadd(*x, *y),
            (Op::ISubX2, [x, y]) => ins.isub(*x, *y),
            (Op::IAndX2, [x, y]) => ins.band(*x, *y),
            (Op::IOrX2, [x, y]) => ins.bor(*x, *y),
            (Op::IXorX2, [x, y]) => ins.bxor(*x, *y),
            (Op::FAddX2, [x, y]) => ins.fadd(*x, *y),
            (Op::FSubX2, [x, y]) => ins.fsub(*x, *y),
            (Op::FMulX2, [x, y]) => ins.fmul(*x, *y),
            (Op::FDivX2, [x, y]) => ins.fdiv(*x, *y),
            (Op::FNegX2, [x]) => ins.fneg(*x),
            (Op::FAbsX2, [x]) => ins.fabs(*x),
            (Op::FSqrtX2, [x]) => ins.sqrt(*x),
            (Op::FNarrowX2, [x]) => {
                let narrow = ins.fvdemote(*x);
                self.builder.ins().fvpromote_low(narrow)
            }
            (Op::ISelectX2, [condition, x, y]) => ins.bitselect(*condition, *x, *y),
            (Op::FSelectX2, [condition, x, y]) => {
                let condition = ins.bitcast(F64X2, LANES, *condition);
                self.builder.ins().bitselect(condition, *x, *y)
            }
            _ => return None,
        })
    }

    fn both_lanes(&mut self, of: clif::Type, x: Value, y: Value) -> Value {
        let both = self.builder.ins().splat(of, x);
        if x == y { both } else { self.builder.ins().insertlane(both, y, 1) }
    }

    fn load_pair(&mut self, inst: &Inst, args: &[Value]) -> Option<Value> {
        let of = match inst.op {
            Op::LoadI64x2 => I64X2,
            Op::LoadF64x2 => F64X2,
            Op::LoadI32x2 | Op::LoadU32x2 | Op::LoadF32x2 => I64,
            _ => return None,
        };
        let (at, distance) = self.near(args[0], distance(inst));
        if inst.op == Op::LoadI32x2 {
            return Some(self.builder.ins().sload32x2(MEMORY, at, distance));
        }
        if inst.op == Op::LoadU32x2 {
            return Some(self.builder.ins().uload32x2(MEMORY, at, distance));
        }
        let value = self.builder.ins().load(of, MEMORY, at, distance);
        if inst.op != Op::LoadF32x2 {
            return Some(value);
        }
        let low = self.builder.ins().scalar_to_vector(I64X2, value);
        let floats = self.builder.ins().bitcast(F32X4, LANES, low);
        Some(self.builder.ins().fvpromote_low(floats))
    }

    /// Writes a pair to memory, if that is what an instruction does.
    pub(crate) fn store_pair(&mut self, inst: &Inst, args: &[Value]) -> bool {
        let value = match (inst.op, args) {
            (Op::StoreI64x2 | Op::StoreF64x2, [_, value]) => *value,
            (Op::StoreF32x2, [_, value]) => {
                let narrow = self.builder.ins().fvdemote(*value);
                let low = self.builder.ins().bitcast(F64X2, LANES, narrow);
                self.builder.ins().extractlane(low, 0)
            }
            (Op::StoreI32x2, [_, value]) => {
                let parts = self.builder.ins().bitcast(I32X4, LANES, *value);
                let second = self.builder.ins().extractlane(parts, 2);
                let low = self.builder.ins().insertlane(parts, second, 1);
                let low = self.builder.ins().bitcast(I64X2, LANES, low);
                self.builder.ins().extractlane(low, 0)
            }
            _ => return false,
        };
        let (at, distance) = self.near(args[0], distance(inst));
        self.builder.ins().store(MEMORY, value, at, distance);
        true
    }

    /// A pair of zeros.
    pub(crate) fn zeros(&mut self, of: clif::Type) -> Value {
        let zero = match of.lane_type() {
            F64 => self.builder.ins().f64const(0.0),
            lane => self.builder.ins().iconst(lane, 0),
        };
        if of.is_vector() { self.builder.ins().splat(of, zero) } else { zero }
    }
}

fn comparison(op: Op) -> Option<IntCC> {
    Some(match op {
        Op::IEqX2 => IntCC::Equal,
        Op::INeX2 => IntCC::NotEqual,
        Op::ILtX2 => IntCC::SignedLessThan,
        Op::ILeX2 => IntCC::SignedLessThanOrEqual,
        _ => return None,
    })
}

fn comparison_of_floats(op: Op) -> Option<FloatCC> {
    Some(match op {
        Op::FEqX2 => FloatCC::Equal,
        Op::FNeX2 => FloatCC::NotEqual,
        Op::FLtX2 => FloatCC::LessThan,
        Op::FLeX2 => FloatCC::LessThanOrEqual,
        _ => return None,
    })
}
