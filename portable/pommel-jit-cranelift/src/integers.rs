//! Integers and truth values: what may exit among them, division, and comparisons.

use crate::translate::Translator;
use crate::{math, random};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};
use pommel_jit::ir::{Immediate, Inst, Op};

impl Translator<'_> {
    /// The result of an instruction that gives an integer or a truth value of such; none if it is
    /// another.
    pub(crate) fn integer(&mut self, inst: &Inst, args: &[Value]) -> Result<Option<Value>, String> {
        if let Some(value) = self.integer_constant(inst) {
            return Ok(Some(value));
        }
        if let (Some(condition), [x, y]) = (comparison(inst.op), args) {
            return Ok(Some(self.builder.ins().icmp(condition, *x, *y)));
        }
        match (inst.op, args) {
            (Op::IAdd | Op::ISub | Op::IMul, [x, y]) => self.checked(inst, *x, *y).map(Some),
            (Op::IGcd, [_, _]) => {
                let params = [types::I64, types::I64];
                Ok(self
                    .call_address(math::gcd as *const () as usize, &params, &params[..1], args)
                    .pop())
            }
            (Op::ISqrt, [_]) => {
                let params = [types::I64];
                Ok(self
                    .call_address(math::isqrt as *const () as usize, &params, &params, args)
                    .pop())
            }
            (Op::RandomBits | Op::RandomBelow, [_, _]) => {
                let address = match inst.op {
                    Op::RandomBits => random::random_bits as *const () as usize,
                    _ => random::random_below as *const () as usize,
                };
                let params = [types::I64; 2];
                Ok(self.call_address(address, &params, &params[..1], args).pop())
            }
            (Op::IPow, [x, y]) => self.power(inst, *x, *y).map(Some),
            (Op::IPowMod, [_, _, _]) => {
                let params = [types::I64; 3];
                let address = math::power_modulo as *const () as usize;
                Ok(self.call_address(address, &params, &params[..1], args).pop())
            }
            (Op::IFloorDiv | Op::IMod, [x, y]) => Ok(Some(self.divided(inst, *x, *y))),
            _ => Ok(self.plain_integer(inst.op, args)),
        }
    }

    /// A power, which leaves if it does not fit.
    fn power(&mut self, inst: &Inst, x: Value, y: Value) -> Result<Value, String> {
        let exit = self.exit_of(inst)?;
        let room = self.room();
        let address = math::power as *const () as usize;
        let fits = self.call_address(address, &[types::I64; 3], &[types::I8], &[x, y, room])[0];
        self.leave_unless(fits, exit)?;
        Ok(self.load_word(room, 0, pommel_jit::ir::Type::I64))
    }

    fn integer_constant(&mut self, inst: &Inst) -> Option<Value> {
        match (inst.op, inst.immediate) {
            (Op::Int, Immediate::Int(value)) => Some(self.builder.ins().iconst(types::I64, value)),
            (Op::Bool, Immediate::Bool(value)) => {
                Some(self.builder.ins().iconst(types::I8, i64::from(value)))
            }
            _ => None,
        }
    }

    fn plain_integer(&mut self, op: Op, args: &[Value]) -> Option<Value> {
        let ins = self.builder.ins();
        Some(match (op, args) {
            (Op::IAddWrap, [x, y]) => ins.iadd(*x, *y),
            (Op::ISubWrap, [x, y]) => ins.isub(*x, *y),
            (Op::IMulWrap, [x, y]) => ins.imul(*x, *y),
            (Op::IAnd | Op::BAnd, [x, y]) => ins.band(*x, *y),
            (Op::IOr | Op::BOr, [x, y]) => ins.bor(*x, *y),
            (Op::IXor | Op::BXor, [x, y]) => ins.bxor(*x, *y),
            (Op::IShl, [x, y]) => ins.ishl(*x, *y),
            (Op::IShr, [x, y]) => ins.sshr(*x, *y),
            (Op::BNot, [x]) => ins.icmp_imm_s(IntCC::Equal, *x, 0),
            (Op::BToI, [x]) => ins.uextend(types::I64, *x),
            _ => return None,
        })
    }

    /// A sum, difference or product, which leaves if it does not fit.
    fn checked(&mut self, inst: &Inst, x: Value, y: Value) -> Result<Value, String> {
        let exit = self.exit_of(inst)?;
        let (left, right) = (self.constant(inst.args[0]), self.constant(inst.args[1]));
        let result = match (inst.op, left, right) {
            (Op::IAdd, _, Some(step)) => {
                let sum = self.builder.ins().iadd(x, y);
                self.leave_if_moved_wrongly(sum, x, step >= 0, exit)?;
                return Ok(sum);
            }
            (Op::IAdd, Some(step), _) => {
                let sum = self.builder.ins().iadd(x, y);
                self.leave_if_moved_wrongly(sum, y, step >= 0, exit)?;
                return Ok(sum);
            }
            (Op::ISub, _, Some(step)) => {
                let difference = self.builder.ins().isub(x, y);
                self.leave_if_moved_wrongly(difference, x, step < 0, exit)?;
                return Ok(difference);
            }
            (Op::IAdd, ..) => self.builder.ins().sadd_overflow(x, y),
            (Op::ISub, ..) => self.builder.ins().ssub_overflow(x, y),
            _ => self.builder.ins().smul_overflow(x, y),
        };
        self.leave_if(result.1, exit)?;
        Ok(result.0)
    }

    /// A constant was added: a sum that is not on the right side of where it came from did not fit. One
    /// comparison is less than asking for the overflow.
    fn leave_if_moved_wrongly(
        &mut self,
        sum: Value,
        from: Value,
        upwards: bool,
        exit: &pommel_jit::ir::Exit,
    ) -> Result<(), String> {
        let wrong = if upwards { IntCC::SignedLessThan } else { IntCC::SignedGreaterThan };
        let wrong = self.builder.ins().icmp(wrong, sum, from);
        self.leave_if(wrong, exit)
    }

    /// A quotient or a remainder, rounded down.
    fn divided(&mut self, inst: &Inst, x: Value, y: Value) -> Value {
        let is_quotient = inst.op == Op::IFloorDiv;
        let divisor = self.constant(inst.args[1]);
        if let Some(power) = divisor.filter(|divisor| *divisor > 0 && divisor.count_ones() == 1) {
            let ins = self.builder.ins();
            return match is_quotient {
                true => ins.sshr_imm_u(x, i64::from(power.trailing_zeros())),
                false => ins.band_imm_s(x, power - 1),
            };
        }
        let quotient = self.builder.ins().sdiv(x, y);
        let product = self.builder.ins().imul(quotient, y);
        let rest = self.builder.ins().isub(x, product);
        // All bits where the machine's quotient is one too large: there is a rest and its sign is not
        // the divisor's.
        let wrong = match divisor {
            Some(divisor) if divisor > 0 => self.builder.ins().sshr_imm_u(rest, 63),
            _ => {
                let signs = self.builder.ins().bxor(rest, y);
                let differ = self.builder.ins().sshr_imm_u(signs, 63);
                let zero = self.builder.ins().iconst(types::I64, 0);
                let is_exact = self.builder.ins().icmp_imm_s(IntCC::Equal, rest, 0);
                self.builder.ins().select(is_exact, zero, differ)
            }
        };
        if is_quotient {
            return self.builder.ins().iadd(quotient, wrong);
        }
        let more = self.builder.ins().band(y, wrong);
        self.builder.ins().iadd(rest, more)
    }
}

fn comparison(op: Op) -> Option<IntCC> {
    Some(match op {
        Op::IEq => IntCC::Equal,
        Op::INe => IntCC::NotEqual,
        Op::ILt => IntCC::SignedLessThan,
        Op::ILe => IntCC::SignedLessThanOrEqual,
        Op::ULt => IntCC::UnsignedLessThan,
        _ => return None,
    })
}
