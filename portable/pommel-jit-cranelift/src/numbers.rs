//! Floats, conversions, and memory.

use crate::math::{self, Rounding};
use crate::random;
use crate::translate::{MEMORY, Translator, WORD, counterpart, signature};
use cranelift_codegen::ir::condcodes::FloatCC;
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Type, Value, types};
use pommel_jit::ir::{Immediate, Inst, Op};

impl Translator<'_> {
    /// A float that is known. It is read from beside the code: as an integer that is moved over, Cranelift would
    /// make it anew in each block that uses it. Zero needs no memory.
    pub(crate) fn float(&mut self, value: f64) -> Value {
        if value.to_bits() == 0 {
            return self.builder.ins().f64const(value);
        }
        let pair = self.two_floats([value; 2]);
        self.builder.ins().extractlane(pair, 0)
    }

    /// The result of an instruction that computes with floats, converts, chooses or reads memory; none if
    /// it is another.
    pub(crate) fn number(&mut self, inst: &Inst, args: &[Value]) -> Option<Value> {
        if let (Op::Float, Immediate::Float(value)) = (inst.op, inst.immediate) {
            return Some(self.float(value));
        }
        if let (Some(condition), [x, y]) = (comparison(inst.op), args) {
            return Some(self.builder.ins().fcmp(condition, *x, *y));
        }
        if let (Some(rounding), [x]) = (rounding(inst.op), args) {
            return Some(self.rounded(rounding, *x));
        }
        if let (Op::Math1 | Op::Math2, Immediate::Math(function)) = (inst.op, inst.immediate) {
            let params = vec![types::F64; args.len()];
            let call = self.call_address(math::address(function), &params, &[types::F64], args);
            return Some(call[0]);
        }
        if inst.op == Op::Random {
            let address = random::random as *const () as usize;
            return self.call_address(address, &[types::I64], &[types::F64], args).pop();
        }
        if let Some((of, how)) = load(inst.op) {
            return Some(self.load(of, how, args[0], distance(inst)));
        }
        if let (Op::FNarrow, [x]) = (inst.op, args) {
            let narrow = self.builder.ins().fdemote(types::F32, *x);
            return Some(self.builder.ins().fpromote(types::F64, narrow));
        }
        if let (Op::FAdd | Op::FSub, [x, y]) = (inst.op, args)
            && let Some(value) = self.contracted(inst, *x, *y)
        {
            return Some(value);
        }
        let ins = self.builder.ins();
        Some(match (inst.op, args) {
            (Op::FAdd, [x, y]) => ins.fadd(*x, *y),
            (Op::FSub, [x, y]) => ins.fsub(*x, *y),
            (Op::FMul, [x, y]) => ins.fmul(*x, *y),
            (Op::FDiv, [x, y]) => ins.fdiv(*x, *y),
            (Op::FNeg, [x]) => ins.fneg(*x),
            (Op::FAbs, [x]) => ins.fabs(*x),
            (Op::FSqrt, [x]) => ins.sqrt(*x),
            (Op::FCopysign, [x, y]) => ins.fcopysign(*x, *y),
            (Op::IToF, [x]) => ins.fcvt_from_sint(types::F64, *x),
            // What does not fit is some integer: never a trap, as the instruction may be done before
            // the check that it is needed.
            (Op::FToI, [x]) => ins.fcvt_to_sint_sat(types::I64, *x),
            (Op::FBits, [x]) => ins.bitcast(types::I64, MemFlagsData::new(), *x),
            (Op::FOfBits, [x]) => ins.bitcast(types::F64, MemFlagsData::new(), *x),
            // A handle that says where things lie is an address.
            (Op::Address | Op::Lent, [x]) => return Some(*x),
            (Op::Pools, _) => return Some(self.pools()),
            (Op::Select, [condition, x, y]) => ins.select(*condition, *x, *y),
            _ => return None,
        })
    }

    fn rounded(&mut self, rounding: Rounding, x: Value) -> Value {
        if !self.rounds {
            return self.call_address(rounding.address(), &[types::F64], &[types::F64], &[x])[0];
        }
        let ins = self.builder.ins();
        match rounding {
            Rounding::Floor => ins.floor(x),
            Rounding::Ceil => ins.ceil(x),
            Rounding::Trunc => ins.trunc(x),
            Rounding::Nearest => ins.nearest(x),
        }
    }

    /// Sine and cosine of one float.
    pub(crate) fn sine_and_cosine(&mut self, x: Value) -> [Value; 2] {
        let Some(both) = math::sincos() else {
            return [
                math::address(pommel_jit::ir::op::Math::Sin),
                math::address(pommel_jit::ir::op::Math::Cos),
            ]
            .map(|one| self.call_address(one, &[types::F64], &[types::F64], &[x])[0]);
        };
        let room = self.room();
        let second = self.builder.ins().iadd_imm_s(room, WORD as i64);
        let params = [types::F64, types::I64, types::I64];
        self.call_address(both, &params, &[], &[x, room, second]);
        [0, 1].map(|index| self.load_word(room, index, pommel_jit::ir::Type::F64))
    }

    /// Calls a function in C by its address.
    pub(crate) fn call_address(
        &mut self,
        address: usize,
        params: &[Type],
        results: &[Type],
        args: &[Value],
    ) -> Vec<Value> {
        let signature = signature(self.convention, params, results);
        let signature = self.builder.import_signature(signature);
        let address = self.builder.ins().iconst(types::I64, address as i64);
        let call = self.builder.ins().call_indirect(signature, address, args);
        self.builder.inst_results(call).to_vec()
    }

    fn load(&mut self, of: Type, how: Reading, at: Value, distance: i64) -> Value {
        let (at, distance) = self.near(at, distance);
        let value = self.builder.ins().load(of, MEMORY, at, distance);
        match how {
            Reading::Whole => value,
            Reading::Signed => self.builder.ins().sextend(types::I64, value),
            Reading::Unsigned => self.builder.ins().uextend(types::I64, value),
            Reading::Promoted => self.builder.ins().fpromote(types::F64, value),
        }
    }

    /// Writes to memory, if that is what an instruction does.
    pub(crate) fn store(&mut self, inst: &Inst, args: &[Value]) -> bool {
        let Some(of) = stored(inst.op) else { return false };
        let (at, distance) = self.near(args[0], distance(inst));
        let value = args[1];
        let value = match of {
            types::I8 if inst.op == Op::StoreBool => value,
            types::I8 | types::I16 | types::I32 => self.builder.ins().ireduce(of, value),
            types::F32 => self.builder.ins().fdemote(of, value),
            _ => value,
        };
        self.builder.ins().store(MEMORY, value, at, distance);
        true
    }

    /// An address and a distance that fits into an instruction.
    pub(crate) fn near(&mut self, at: Value, distance: i64) -> (Value, i32) {
        match i32::try_from(distance) {
            Ok(distance) => (at, distance),
            Err(_) => (self.builder.ins().iadd_imm_s(at, distance), 0),
        }
    }
}

pub(crate) fn distance(inst: &Inst) -> i64 {
    match inst.immediate {
        Immediate::Int(distance) => distance,
        _ => 0,
    }
}

fn comparison(op: Op) -> Option<FloatCC> {
    Some(match op {
        Op::FEq => FloatCC::Equal,
        Op::FNe => FloatCC::NotEqual,
        Op::FLt => FloatCC::LessThan,
        Op::FLe => FloatCC::LessThanOrEqual,
        _ => return None,
    })
}

fn rounding(op: Op) -> Option<Rounding> {
    Some(match op {
        Op::FFloor => Rounding::Floor,
        Op::FCeil => Rounding::Ceil,
        Op::FTrunc => Rounding::Trunc,
        Op::FNearest => Rounding::Nearest,
        _ => return None,
    })
}

/// What becomes of the bytes that are read.
#[derive(Clone, Copy)]
enum Reading {
    Whole,
    Signed,
    Unsigned,
    Promoted,
}

fn load(op: Op) -> Option<(Type, Reading)> {
    Some(match op {
        Op::LoadBool => (counterpart(pommel_jit::ir::Type::Bool), Reading::Whole),
        Op::LoadI8 => (types::I8, Reading::Signed),
        Op::LoadU8 => (types::I8, Reading::Unsigned),
        Op::LoadI16 => (types::I16, Reading::Signed),
        Op::LoadU16 => (types::I16, Reading::Unsigned),
        Op::LoadI32 => (types::I32, Reading::Signed),
        Op::LoadU32 => (types::I32, Reading::Unsigned),
        Op::LoadI64 | Op::ListWord => (types::I64, Reading::Whole),
        Op::LoadF32 => (types::F32, Reading::Promoted),
        Op::LoadF64 => (types::F64, Reading::Whole),
        _ => return None,
    })
}

fn stored(op: Op) -> Option<Type> {
    Some(match op {
        Op::StoreBool | Op::StoreI8 => types::I8,
        Op::StoreI16 => types::I16,
        Op::StoreI32 => types::I32,
        Op::StoreI64 | Op::SetListWord => types::I64,
        Op::StoreF32 => types::F32,
        Op::StoreF64 => types::F64,
        _ => return None,
    })
}
