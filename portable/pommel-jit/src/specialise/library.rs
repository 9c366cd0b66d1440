//! Functions of numbers that are more than an operation or a call of the C library: what `math` and the
//! builtins make of numbers.
//!
//! What Python has an error for leaves machine code, and so does what is rare.

use super::calls::Given;
use super::value::Val;
use super::world::Builtin;
use super::{Done, Flow, Specialiser};
use crate::code::{Argument, Binary, Instruction, Reg};
use crate::ir::library::{DEGREES, RADIANS};
use crate::ir::op::{Class, Math};
use crate::ir::{Op, Value};

/// Factorials up to this one are integers of 64 bits, and floats without rounding.
const LAST_FACTORIAL: i64 = 20;
/// The bits of a float that are its exponent, and those of a float between a half and one there.
const EXPONENT: i64 = 0x7ff << 52;
const HALF: i64 = 1022;

impl Specialiser<'_> {
    /// A function of numbers. `None` if there is no rule for it here.
    pub(super) fn library(
        &mut self,
        to: Reg,
        builtin: Builtin,
        given: &Given,
        arguments: &[Argument],
        instruction: &Instruction,
    ) -> Done<Option<Flow>> {
        if let Builtin::Sum | Builtin::Min | Builtin::Max = builtin
            && let Some(flow) = self.of_list(to, builtin, given)?
        {
            return Ok(Some(flow));
        }
        if let Some(flow) = self.of_containers(to, builtin, given, arguments, instruction)? {
            return Ok(Some(flow));
        }
        if !takes_numbers(builtin) {
            return Ok(None);
        }
        if let (Builtin::Min | Builtin::Max, []) = (builtin, &given.named[..])
            && let Some(flow) =
                self.extreme_of_both(to, builtin == Builtin::Max, &given.positional)?
        {
            return Ok(Some(flow));
        }
        for argument in arguments {
            if let Argument::Positional(register) = argument
                && let Some(flow) =
                    self.by_kind(*register, &mut |this| this.instruction(instruction))?
            {
                return Ok(Some(flow));
            }
        }
        let parts = &given.positional[..];
        if builtin == Builtin::Isclose {
            return self.is_close(to, parts, &given.named);
        }
        if !given.named.is_empty() {
            return Ok(None);
        }
        if let Some(flow) = self.complex_function(to, builtin, parts)? {
            return Ok(Some(flow));
        }
        if let Some(flow) = self.random(to, builtin, parts)? {
            return Ok(Some(flow));
        }
        match (builtin, parts, arguments) {
            (Builtin::Power, [_, _], [Argument::Positional(left), Argument::Positional(right)]) => {
                self.binary(to, Binary::Power, *left, *right, instruction).map(Some)
            }
            (Builtin::Divmod, [a, b], _) => self.divided(to, a, b),
            (Builtin::Round, _, _) => self.round(to, parts),
            _ => match (self.of_ints(to, builtin, parts)?, parts) {
                (None, [x]) => self.of_one_float(to, builtin, x),
                (None, [x, y]) => self.of_two_floats(to, builtin, x, y),
                (done, _) => Ok(done),
            },
        }
    }

    /// Functions of integers.
    fn of_ints(&mut self, to: Reg, builtin: Builtin, parts: &[Val<Value>]) -> Done<Option<Flow>> {
        if !matches!(builtin, Builtin::Power | Builtin::Lcm | Builtin::Factorial) {
            return Ok(None);
        }
        let ints: Option<Vec<Value>> = parts.iter().map(|part| self.index_of(part)).collect();
        let Some(ints) = ints else { return Ok(None) };
        let zero = self.build.int(0);
        match (builtin, &ints[..]) {
            (Builtin::Power, [base, exponent, of]) => {
                let (some, counts) =
                    (self.op(Op::INe, &[*of, zero]), self.op(Op::ILe, &[zero, *exponent]));
                let fits = self.op(Op::BAnd, &[some, counts]);
                self.if_fits(fits, to, |this| {
                    Val::Int(this.op(Op::IPowMod, &[*base, *exponent, *of]))
                })
            }
            (Builtin::Lcm, [x, y]) => {
                let divisor = self.op(Op::IGcd, &[*x, *y]);
                let fits = self.op(Op::ILt, &[zero, divisor]);
                self.if_fits(fits, to, |this| {
                    let factor = this.op(Op::IFloorDiv, &[*x, divisor]);
                    let multiple = this.checked(Op::IMul, factor, *y);
                    let opposite = this.checked(Op::ISub, zero, multiple);
                    let is_negative = this.op(Op::ILt, &[multiple, zero]);
                    Val::Int(this.build.select(is_negative, opposite, multiple))
                })
            }
            (Builtin::Factorial, [x]) => {
                let end = self.build.int(LAST_FACTORIAL + 1);
                let fits = self.op(Op::ULt, &[*x, end]);
                self.if_fits(fits, to, |this| {
                    let (x, one) = (this.op(Op::IToF, &[*x]), this.build.float(1.0));
                    let above = this.op(Op::FAdd, &[x, one]);
                    let product = this.build.math(Math::Gamma, &[above]);
                    Val::Int(this.op(Op::FToI, &[product]))
                })
            }
            _ => Ok(None),
        }
    }

    /// Puts a value into a register, unless a condition never holds; exits if it does not.
    fn if_fits(
        &mut self,
        fits: Value,
        to: Reg,
        value: impl FnOnce(&mut Self) -> Val<Value>,
    ) -> Done<Option<Flow>> {
        if self.guard(fits) == Flow::Ends {
            return Ok(Some(Flow::Ends));
        }
        let value = value(self);
        self.set(to, value).map(Some)
    }

    /// Functions of one float.
    fn of_one_float(&mut self, to: Reg, builtin: Builtin, x: &Val<Value>) -> Done<Option<Flow>> {
        let Some(x) = self.float_of(x) else { return Ok(None) };
        let result = match builtin {
            Builtin::Degrees | Builtin::Radians => {
                let (ours, factor) = match builtin {
                    Builtin::Degrees => (Math::Degrees, DEGREES),
                    _ => (Math::Radians, RADIANS),
                };
                if !self.world.gives(builtin, ours) {
                    return Ok(None);
                }
                let factor = self.build.float(factor);
                Val::Float(self.op(Op::FMul, &[x, factor]))
            }
            Builtin::Hypot => Val::Float(self.op(Op::FAbs, &[x])),
            Builtin::Cbrt => return self.measured(to, builtin, &[Math::Cbrt], &[x]),
            Builtin::Exp2 => return self.measured(to, builtin, &[Math::Exp2], &[x]),
            Builtin::Gamma => return self.measured(to, builtin, &[Math::Gamma], &[x]),
            Builtin::Lgamma => return self.measured(to, builtin, &[Math::LogGamma], &[x]),
            Builtin::Modf => {
                let fits = self.is_finite(x);
                return self.if_fits(fits, to, |this| {
                    let whole = this.op(Op::FTrunc, &[x]);
                    let rest = this.op(Op::FSub, &[x, whole]);
                    let rest = this.op(Op::FCopysign, &[rest, x]);
                    Val::Tuple([Val::Float(rest), Val::Float(whole)].into())
                });
            }
            Builtin::Frexp => return self.fraction_and_exponent(to, x),
            _ => return Ok(None),
        };
        self.set(to, result).map(Some)
    }

    /// `math.frexp`
    fn fraction_and_exponent(&mut self, to: Reg, x: Value) -> Done<Option<Flow>> {
        let bits = self.op(Op::FBits, &[x]);
        let (mask, width) = (self.build.int(EXPONENT), self.build.int(52));
        let exponent = self.op(Op::IAnd, &[bits, mask]);
        let exponent = self.op(Op::IShr, &[exponent, width]);
        // What is less than normal, infinite or no number has another one, and so has zero.
        let (one, end) = (self.build.int(1), self.build.int(0x7fe));
        let from_least = self.op(Op::ISubWrap, &[exponent, one]);
        let is_normal = self.op(Op::ULt, &[from_least, end]);
        let zero = self.build.float(0.0);
        let is_zero = self.op(Op::FEq, &[x, zero]);
        let fits = self.op(Op::BOr, &[is_normal, is_zero]);
        self.if_fits(fits, to, |this| {
            let (others, half) = (this.build.int(!EXPONENT), this.build.int(HALF << 52));
            let rest = this.op(Op::IAnd, &[bits, others]);
            let rest = this.op(Op::IOr, &[rest, half]);
            let fraction = this.op(Op::FOfBits, &[rest]);
            let fraction = this.build.select(is_zero, x, fraction);
            let (half, nothing) = (this.build.int(HALF), this.build.int(0));
            let exponent = this.op(Op::ISubWrap, &[exponent, half]);
            let exponent = this.build.select(is_zero, nothing, exponent);
            Val::Tuple([Val::Float(fraction), Val::Int(exponent)].into())
        })
    }

    /// Functions of two floats.
    fn of_two_floats(
        &mut self,
        to: Reg,
        builtin: Builtin,
        a: &Val<Value>,
        b: &Val<Value>,
    ) -> Done<Option<Flow>> {
        if let (Builtin::Ldexp, Val::Float(_) | Val::Int(_)) = (builtin, b) {
            let (Some(x), Some(exponent)) = (self.float_of(a), self.index_of(b)) else {
                return Ok(None);
            };
            let exponent = self.op(Op::IToF, &[exponent]);
            return self.finite(to, Math::Scale, &[x, exponent]);
        }
        if let (Builtin::Dist, Val::Tuple(p), Val::Tuple(q)) = (builtin, a, b) {
            return self.distance(to, &p.clone(), &q.clone());
        }
        let (Some(x), Some(y)) = (self.float_of(a), self.float_of(b)) else { return Ok(None) };
        match builtin {
            Builtin::Hypot => self.measured(to, builtin, &LENGTHS, &[x, y]),
            Builtin::Log if self.world.divides_logarithms() => {
                let [above, below] = [x, y].map(|part| self.build.math(Math::Log, &[part]));
                let zero = self.build.float(0.0);
                let mut fits = self.op(Op::FNe, &[below, zero]);
                for part in [above, below] {
                    let is_finite = self.is_finite(part);
                    fits = self.op(Op::BAnd, &[fits, is_finite]);
                }
                self.if_fits(fits, to, |this| Val::Float(this.op(Op::FDiv, &[above, below])))
            }
            _ => Ok(None),
        }
    }

    /// `math.dist` of points in the plane.
    fn distance(&mut self, to: Reg, p: &[Val<Value>], q: &[Val<Value>]) -> Done<Option<Flow>> {
        let parts: Option<Vec<[Value; 2]>> =
            p.iter().zip(q).map(|(a, b)| Some([self.float_of(a)?, self.float_of(b)?])).collect();
        let Some(parts) = parts.filter(|parts| p.len() == q.len() && parts.len() == 2) else {
            return Ok(None);
        };
        let between: Vec<Value> = parts.iter().map(|both| self.op(Op::FSub, both)).collect();
        self.measured(to, Builtin::Hypot, &LENGTHS, &between)
    }

    /// The first of some functions that gives the bits that the interpreter's does, if one does.
    fn measured(
        &mut self,
        to: Reg,
        builtin: Builtin,
        functions: &[Math],
        parts: &[Value],
    ) -> Done<Option<Flow>> {
        match functions.iter().find(|function| self.world.gives(builtin, **function)) {
            Some(function) => self.finite(to, *function, parts),
            None => Ok(None),
        }
    }

    /// A function whose result is a float, unless that is not finite.
    pub(super) fn finite(
        &mut self,
        to: Reg,
        function: Math,
        parts: &[Value],
    ) -> Done<Option<Flow>> {
        let result = self.build.math(function, parts);
        let fits = self.is_finite(result);
        self.if_fits(fits, to, |_| Val::Float(result))
    }

    /// `divmod`
    fn divided(&mut self, to: Reg, a: &Val<Value>, b: &Val<Value>) -> Done<Option<Flow>> {
        if let (Some(a), Some(b)) = (self.index_of(a), self.index_of(b)) {
            let fits = self.is_divisor(b);
            return self.if_fits(fits, to, |this| {
                let parts = [Op::IFloorDiv, Op::IMod].map(|op| Val::Int(this.op(op, &[a, b])));
                Val::Tuple(parts.into())
            });
        }
        let (Some(a), Some(b)) = (self.float_of(a), self.float_of(b)) else { return Ok(None) };
        let zero = self.build.float(0.0);
        let fits = self.op(Op::FNe, &[b, zero]);
        self.if_fits(fits, to, |this| {
            let parts = [this.float_floor_divide(a, b), this.float_remainder(a, b).0];
            Val::Tuple(parts.map(Val::Float).into())
        })
    }

    /// `round`
    fn round(&mut self, to: Reg, parts: &[Val<Value>]) -> Done<Option<Flow>> {
        match parts {
            [Val::Float(x)] | [Val::Float(x), Val::None] => {
                let whole = self.op(Op::FNearest, &[*x]);
                self.whole(to, whole).map(Some)
            }
            [x] | [x, Val::None] => match self.index_of(x) {
                Some(int) => self.set(to, Val::Int(int)).map(Some),
                None => Ok(None),
            },
            [x, digits] => {
                let (Some(digits), zero) = (self.index_of(digits), self.build.int(0)) else {
                    return Ok(None);
                };
                if let Val::Float(x) = x {
                    let digits = self.op(Op::IToF, &[digits]);
                    return self.measured(to, Builtin::Round, &[Math::RoundTo], &[*x, digits]);
                }
                let Some(int) = self.index_of(x) else { return Ok(None) };
                let fits = self.op(Op::ILe, &[zero, digits]);
                self.if_fits(fits, to, |_| Val::Int(int))
            }
            _ => Ok(None),
        }
    }

    /// `math.isclose`
    fn is_close(
        &mut self,
        to: Reg,
        parts: &[Val<Value>],
        named: &[(Box<str>, Val<Value>)],
    ) -> Done<Option<Flow>> {
        let [a, b] = parts else { return Ok(None) };
        let (Some(a), Some(b)) = (self.float_of(a), self.float_of(b)) else { return Ok(None) };
        let (mut relative, mut absolute) = (self.build.float(1e-9), self.build.float(0.0));
        for (name, value) in named {
            let Some(value) = self.float_of(value) else { return Ok(None) };
            match &**name {
                "rel_tol" => relative = value,
                "abs_tol" => absolute = value,
                _ => return Ok(None),
            }
        }
        // What is less than zero is an error.
        let zero = self.build.float(0.0);
        let [first, second] = [relative, absolute].map(|limit| self.op(Op::FLe, &[zero, limit]));
        let fits = self.op(Op::BAnd, &[first, second]);
        self.if_fits(fits, to, |this| {
            let difference = this.op(Op::FSub, &[b, a]);
            let difference = this.op(Op::FAbs, &[difference]);
            let mut is_near = this.op(Op::FLe, &[difference, absolute]);
            for part in [a, b] {
                let limit = this.op(Op::FMul, &[relative, part]);
                let limit = this.op(Op::FAbs, &[limit]);
                let is_within = this.op(Op::FLe, &[difference, limit]);
                is_near = this.op(Op::BOr, &[is_near, is_within]);
            }
            // Nothing but itself is close to what is infinite.
            for part in [a, b] {
                let is_finite = this.is_finite(part);
                is_near = this.op(Op::BAnd, &[is_near, is_finite]);
            }
            let is_equal = this.op(Op::FEq, &[a, b]);
            Val::Bool(this.op(Op::BOr, &[is_equal, is_near]))
        })
    }

    /// Deques, iterators, and what `bisect` and `operator` have. `None` if there is no rule for it.
    fn of_containers(
        &mut self,
        to: Reg,
        builtin: Builtin,
        given: &Given,
        arguments: &[Argument],
        instruction: &Instruction,
    ) -> Done<Option<Flow>> {
        if let Some(flow) = self.operator_as_function(to, builtin, arguments, instruction)? {
            return Ok(Some(flow));
        }
        let made = match (builtin, &given.positional[..], &given.named[..]) {
            (Builtin::Next, _, []) => {
                return self.next_item(to, arguments, instruction).map(Some);
            }
            (Builtin::Deque, parts, []) => self.deque(parts)?,
            (Builtin::Iter, [value], []) => self.iterator_of(value)?,
            _ => return self.bisect(to, builtin, given),
        };
        match made {
            Some(made) => self.set(to, made).map(Some),
            None => Ok(None),
        }
    }

    /// After a function was called on objects: what it gives is a number, if it gives nothing else, or the
    /// text of a number.
    pub(super) fn take_result(
        &mut self,
        to: Reg,
        builtin: Builtin,
        of_number: bool,
        flow: Flow,
    ) -> Done<Flow> {
        let Val::Object(handle, None) = self.get(to) else { return Ok(flow) };
        let class = match builtin {
            _ if flow == Flow::Ends => return Ok(flow),
            Builtin::Str if of_number => {
                return self.set(to, Val::Object(handle, Some(Class::Str)));
            }
            _ if gives_float(builtin) => Class::Float,
            _ if gives_complex(builtin) => Class::Complex,
            _ => return Ok(flow),
        };
        // The call is done: an exit goes on behind it.
        let point = self.state.top().point;
        self.state.top_mut().point.index += 1;
        let value = self.unbox(handle, class, false);
        self.state.top_mut().point = point;
        self.set(to, value)
    }
}

/// The ways in which versions of the interpreter compute the length of a vector.
const LENGTHS: [Math; 4] =
    [Math::HypotOfPairs, Math::HypotOfHalves, Math::HypotOfRatios, Math::Hypot];

/// Whether a function takes numbers only, by position for the most part.
fn takes_numbers(builtin: Builtin) -> bool {
    use Builtin as B;
    matches!(builtin, B::Abs | B::Complex | B::Divmod | B::Float | B::Int | B::Max | B::Min)
        || matches!(builtin, B::Power | B::Round)
        || matches!(builtin.place().0, "math" | "cmath" | "random")
}

/// Whether a function gives a complex number of Python's own, whatever it is given.
fn gives_complex(builtin: Builtin) -> bool {
    use Builtin as B;
    builtin == B::Complex
        || builtin.place().0 == "cmath" && !matches!(builtin, B::CPhase | B::CPolar)
}

/// Whether a function gives a float of Python's own, whatever it is given.
fn gives_float(builtin: Builtin) -> bool {
    use Builtin as B;
    let gives_another =
        matches!(builtin, B::Ceil | B::Floor | B::Trunc | B::Gcd | B::Lcm | B::Isqrt)
            || matches!(builtin, B::Isclose | B::Isfinite | B::Isinf | B::Isnan | B::Factorial)
            || matches!(builtin, B::Frexp | B::Modf);
    matches!(builtin, B::Float | B::CPhase) || builtin.place().0 == "math" && !gives_another
}
