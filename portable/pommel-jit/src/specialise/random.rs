//! The functions of `random` that belong to its hidden generator, whose state machine code steps where it lies.

use super::value::Val;
use super::world::Builtin;
use super::{Done, Flow, Specialiser};
use crate::code::Reg;
use crate::ir::op::Math;
use crate::ir::{Immediate, Op, Value};

impl Specialiser<'_> {
    /// A function of `random`. `None` if there is no rule for it, or the state is not known.
    ///
    /// All that may exit comes before the generator is stepped, which cannot be taken back.
    pub(super) fn random(
        &mut self,
        to: Reg,
        builtin: Builtin,
        parts: &[Val<Value>],
    ) -> Done<Option<Flow>> {
        if builtin.place().0 != "random" {
            return Ok(None);
        }
        let Some(state) = self.world.random_state(builtin) else { return Ok(None) };
        let state = self.build.int(state);
        match (builtin, parts) {
            (Builtin::Random, []) => {
                let number = self.next_random(state);
                self.set(to, Val::Float(number)).map(Some)
            }
            (Builtin::Uniform, [a, b]) => self.uniform(to, state, a, b),
            (Builtin::Expovariate, [rate]) => {
                let Some(rate) = self.float_of(rate) else { return Ok(None) };
                let (zero, one) = (self.build.float(0.0), self.build.float(1.0));
                let fits = self.op(Op::FNe, &[rate, zero]);
                if self.guard(fits) == Flow::Ends {
                    return Ok(Some(Flow::Ends));
                }
                let number = self.next_random(state);
                let rest = self.op(Op::FSub, &[one, number]);
                let log = self.build.math(Math::Log, &[rest]);
                let log = self.op(Op::FNeg, &[log]);
                let number = self.op(Op::FDiv, &[log, rate]);
                self.set(to, Val::Float(number)).map(Some)
            }
            (Builtin::Getrandbits, [bits]) => {
                let Some(bits) = self.index_of(bits) else { return Ok(None) };
                let (one, end) = (self.build.int(1), self.build.int(63));
                let from_one = self.op(Op::ISubWrap, &[bits, one]);
                let fits = self.op(Op::ULt, &[from_one, end]);
                if self.guard(fits) == Flow::Ends {
                    return Ok(Some(Flow::Ends));
                }
                let none = Immediate::None;
                let number = self.build.emit(Op::RandomBits, &[state, bits], none, None)[0];
                self.set(to, Val::Int(number)).map(Some)
            }
            (Builtin::Randrange, [stop]) => {
                let zero = self.build.int(0);
                let Some(stop) = self.index_of(stop) else { return Ok(None) };
                self.random_between(to, state, zero, stop)
            }
            (Builtin::Randrange | Builtin::Randint, [start, stop]) => {
                let (Some(start), Some(mut stop)) = (self.index_of(start), self.index_of(stop))
                else {
                    return Ok(None);
                };
                if builtin == Builtin::Randint {
                    let one = self.build.int(1);
                    stop = self.checked(Op::IAdd, stop, one);
                }
                self.random_between(to, state, start, stop)
            }
            _ => Ok(None),
        }
    }

    fn next_random(&mut self, state: Value) -> Value {
        self.build.emit(Op::Random, &[state], Immediate::None, None)[0]
    }

    /// An integer that is at least one number and less than another.
    fn random_between(
        &mut self,
        to: Reg,
        state: Value,
        start: Value,
        stop: Value,
    ) -> Done<Option<Flow>> {
        let zero = self.build.int(0);
        let width = self.checked(Op::ISub, stop, start);
        let fits = self.op(Op::ILt, &[zero, width]);
        if self.guard(fits) == Flow::Ends {
            return Ok(Some(Flow::Ends));
        }
        let none = Immediate::None;
        let number = self.build.emit(Op::RandomBelow, &[state, width], none, None)[0];
        let number = self.op(Op::IAddWrap, &[start, number]);
        self.set(to, Val::Int(number)).map(Some)
    }

    fn uniform(
        &mut self,
        to: Reg,
        state: Value,
        a: &Val<Value>,
        b: &Val<Value>,
    ) -> Done<Option<Flow>> {
        let (Some(start), Some(stop)) = (self.float_of(a), self.float_of(b)) else {
            return Ok(None);
        };
        // Integers are subtracted as such.
        let width = match (self.index_of(a), self.index_of(b)) {
            (Some(a), Some(b)) => {
                let width = self.checked(Op::ISub, b, a);
                self.op(Op::IToF, &[width])
            }
            _ => self.op(Op::FSub, &[stop, start]),
        };
        let number = self.next_random(state);
        let number = self.op(Op::FMul, &[width, number]);
        let number = self.op(Op::FAdd, &[start, number]);
        self.set(to, Val::Float(number)).map(Some)
    }
}
