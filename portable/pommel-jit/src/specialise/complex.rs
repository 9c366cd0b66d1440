//! Complex numbers: two floats, with the interpreter's own algorithms.

use super::value::Val;
use super::world::{Builtin, Mixing};
use super::{Done, Flow, Specialiser};
use crate::code::{Binary, Compare, Instruction, Reg, Unary};
use crate::ir::op::Math;
use crate::ir::{Op, Value};

/// The real and the imaginary part.
type Parts = [Value; 2];

/// Powers with an exponent that is a constant up to this are products.
const LARGEST_PRODUCT: i64 = 16;
/// The exponential of what is less is far from being infinite.
const FAR: f64 = 700.0;

impl Specialiser<'_> {
    /// A number as a complex one.
    fn complex_of(&mut self, value: &Val<Value>) -> Option<Parts> {
        match value {
            Val::Complex(real, imag) => Some([*real, *imag]),
            other => Some([self.float_of(other)?, self.build.float(0.0)]),
        }
    }

    fn set_complex(&mut self, to: Reg, [real, imag]: Parts) -> Done<Option<Flow>> {
        self.set(to, Val::Complex(real, imag)).map(Some)
    }

    /// Leaves unless both parts are finite.
    fn set_finite(&mut self, to: Reg, parts: Parts) -> Done<Option<Flow>> {
        if self.guard_finite_parts(parts) == Flow::Ends {
            return Ok(Some(Flow::Ends));
        }
        self.set_complex(to, parts)
    }

    fn guard_finite_parts(&mut self, parts: Parts) -> Flow {
        let fits = parts.map(|part| self.is_finite(part));
        let fits = self.op(Op::BAnd, &fits);
        self.guard(fits)
    }

    /// An operator of which one operand at least is a complex number. `None` if there is no rule for it.
    pub(super) fn complex_binary(
        &mut self,
        to: Reg,
        operator: Binary,
        a: &Val<Value>,
        b: &Val<Value>,
    ) -> Done<Option<Flow>> {
        if !matches!(a, Val::Complex(..)) && !matches!(b, Val::Complex(..)) {
            return Ok(None);
        }
        let is_mixed = a.shape() != b.shape();
        let (Some(x), Some(y)) = (self.complex_of(a), self.complex_of(b)) else { return Ok(None) };
        if operator == Binary::Power {
            return self.complex_power(to, x, b);
        }
        let is_by_parts = self.world.mixing() == Mixing::ByParts;
        if is_mixed && is_by_parts {
            return self.mixed(to, operator, [a, b], x, y);
        }
        let result = match operator {
            Binary::Add | Binary::Subtract => {
                let op = if operator == Binary::Add { Op::FAdd } else { Op::FSub };
                [0, 1].map(|part| self.op(op, &[x[part], y[part]]))
            }
            Binary::Multiply => self.complex_product(x, y),
            Binary::Divide => match self.complex_quotient(x, y) {
                Some(result) => result,
                None => return Ok(Some(Flow::Ends)),
            },
            _ => return Ok(None),
        };
        // Where no part is a number, newer versions look for infinities.
        if is_by_parts && matches!(operator, Binary::Multiply | Binary::Divide) {
            let is_number = result.map(|part| self.op(Op::FEq, &[part, part]));
            let fits = self.op(Op::BOr, &is_number);
            if self.guard(fits) == Flow::Ends {
                return Ok(Some(Flow::Ends));
            }
        }
        self.set_complex(to, result)
    }

    /// An operator of a complex and a real number, which has no imaginary part at all.
    fn mixed(
        &mut self,
        to: Reg,
        operator: Binary,
        [a, _]: [&Val<Value>; 2],
        x: Parts,
        y: Parts,
    ) -> Done<Option<Flow>> {
        let is_first = matches!(a, Val::Complex(..));
        let op = match operator {
            Binary::Add => Op::FAdd,
            Binary::Subtract => Op::FSub,
            Binary::Multiply => {
                let (parts, [factor, _]) = if is_first { (x, y) } else { (y, x) };
                let parts = parts.map(|part| self.op(Op::FMul, &[part, factor]));
                return self.set_complex(to, parts);
            }
            _ => return Ok(None),
        };
        let real = self.op(op, &[x[0], y[0]]);
        let imag = match (is_first, op) {
            (true, _) => x[1],
            (false, Op::FAdd) => y[1],
            (false, _) => self.op(Op::FNeg, &[y[1]]),
        };
        self.set_complex(to, [real, imag])
    }

    fn complex_product(&mut self, x: Parts, y: Parts) -> Parts {
        let both = [0, 1].map(|part| self.op(Op::FMul, &[x[part], y[part]]));
        let across = [0, 1].map(|part| self.op(Op::FMul, &[x[part], y[1 - part]]));
        [self.op(Op::FSub, &both), self.op(Op::FAdd, &across)]
    }

    /// A quotient by Smith's method: the divisor's smaller part by its larger one comes first. `None` if
    /// there never is one.
    fn complex_quotient(&mut self, x: Parts, y: Parts) -> Option<Parts> {
        let [real, imag] = y.map(|part| self.op(Op::FAbs, &[part]));
        let is_real = self.op(Op::FLe, &[imag, real]);
        let is_other = self.op(Op::FLe, &[real, imag]);
        let is_number = self.op(Op::BOr, &[is_real, is_other]);
        let large = self.build.select(is_real, y[0], y[1]);
        let small = self.build.select(is_real, y[1], y[0]);
        let zero = self.build.float(0.0);
        let is_some = self.op(Op::FNe, &[large, zero]);
        let fits = self.op(Op::BAnd, &[is_number, is_some]);
        if self.guard(fits) == Flow::Ends {
            return None;
        }
        let ratio = self.op(Op::FDiv, &[small, large]);
        let rest = self.op(Op::FMul, &[small, ratio]);
        let divisor = self.op(Op::FAdd, &[large, rest]);
        // The parts of the dividend that go with the larger and with the smaller part.
        let with_large = self.build.select(is_real, x[0], x[1]);
        let with_small = self.build.select(is_real, x[1], x[0]);
        let scaled = self.op(Op::FMul, &[with_small, ratio]);
        let above = self.op(Op::FAdd, &[with_large, scaled]);
        let scaled = self.op(Op::FMul, &[with_large, ratio]);
        let first = self.build.select(is_real, with_small, scaled);
        let second = self.build.select(is_real, scaled, with_small);
        let beside = self.op(Op::FSub, &[first, second]);
        Some([above, beside].map(|part| self.op(Op::FDiv, &[part, divisor])))
    }

    /// A power with a small whole exponent that is a constant: products of squares.
    fn complex_power(&mut self, to: Reg, x: Parts, b: &Val<Value>) -> Done<Option<Flow>> {
        let Val::Int(exponent) = b else { return Ok(None) };
        let Some(exponent) = self.build.int_constant(*exponent) else { return Ok(None) };
        if exponent.abs() > LARGEST_PRODUCT || !self.world.has_complex_products() {
            return Ok(None);
        }
        let one = [1.0, 0.0].map(|part| self.build.float(part));
        let (mut result, mut square, mut left) = (one, x, exponent.abs());
        while left > 0 {
            if left & 1 == 1 {
                result = self.complex_product(result, square);
            }
            left >>= 1;
            if left > 0 {
                square = self.complex_product(square, square);
            }
        }
        if exponent <= 0 {
            match self.complex_quotient(one, result) {
                Some(quotient) => result = quotient,
                None => return Ok(Some(Flow::Ends)),
            }
        }
        // What is too large is an error.
        self.set_finite(to, result)
    }

    /// A sign before a complex number.
    pub(super) fn complex_unary(
        &mut self,
        to: Reg,
        operator: Unary,
        parts: Parts,
        instruction: &Instruction,
    ) -> Done<Flow> {
        let [real, imag] = match operator {
            Unary::Negative => parts.map(|part| self.op(Op::FNeg, &[part])),
            Unary::Positive => parts,
            _ => return self.perform(instruction),
        };
        self.set(to, Val::Complex(real, imag))
    }

    /// Whether a complex number is equal to another number. `None` if there is no rule for it.
    pub(super) fn complex_compare(
        &mut self,
        to: Reg,
        operator: Compare,
        a: &Val<Value>,
        b: &Val<Value>,
    ) -> Done<Option<Flow>> {
        let is_equal = operator == Compare::Equal;
        let has_complex = matches!(a, Val::Complex(..)) || matches!(b, Val::Complex(..));
        if !has_complex || !is_equal && operator != Compare::NotEqual {
            return Ok(None);
        }
        for value in [a, b] {
            // Integers are compared as they are, without rounding.
            if let Val::Int(int) = value {
                let fits = self.is_exact(*int);
                if self.guard(fits) == Flow::Ends {
                    return Ok(Some(Flow::Ends));
                }
            }
        }
        let (Some(x), Some(y)) = (self.complex_of(a), self.complex_of(b)) else { return Ok(None) };
        let same = [0, 1].map(|part| self.op(Op::FEq, &[x[part], y[part]]));
        let same = self.op(Op::BAnd, &same);
        let truth = if is_equal { same } else { self.op(Op::BNot, &[same]) };
        self.set(to, Val::Bool(truth)).map(Some)
    }

    /// Whether a complex number is true.
    pub(super) fn complex_truth(&mut self, parts: Parts) -> Value {
        let zero = self.build.float(0.0);
        let parts = parts.map(|part| self.op(Op::FNe, &[part, zero]));
        self.op(Op::BOr, &parts)
    }

    /// An attribute of a number that is one of its parts.
    pub(super) fn part_of_number(&mut self, value: &Val<Value>, name: &str) -> Option<Val<Value>> {
        match (value, name) {
            (Val::Complex(real, _), "real") => Some(Val::Float(*real)),
            (Val::Complex(_, imag), "imag") => Some(Val::Float(*imag)),
            (Val::Float(_) | Val::Int(_), "real") => Some(value.clone()),
            (Val::Float(_), "imag") => Some(Val::Float(self.build.float(0.0))),
            (Val::Int(_), "imag") => Some(Val::Int(self.build.int(0))),
            (Val::Complex(..), "conjugate") => {
                Some(Val::Method(Box::new(value.clone()), name.into()))
            }
            _ => None,
        }
    }

    /// `complex`, `abs` and what `cmath` has. `None` if there is no rule for it.
    pub(super) fn complex_function(
        &mut self,
        to: Reg,
        builtin: Builtin,
        parts: &[Val<Value>],
    ) -> Done<Option<Flow>> {
        match (builtin, parts) {
            (Builtin::Complex, []) => {
                let nothing = [0.0, 0.0].map(|part| self.build.float(part));
                return self.set_complex(to, nothing);
            }
            (Builtin::Complex, [real, imag]) => {
                let (Some(real), Some(imag)) = (self.float_of(real), self.float_of(imag)) else {
                    return Ok(None);
                };
                return self.set_complex(to, [real, imag]);
            }
            (Builtin::CRect, [size, angle]) => {
                let (Some(size), Some(angle)) = (self.float_of(size), self.float_of(angle)) else {
                    return Ok(None);
                };
                if self.guard_finite_parts([size, angle]) == Flow::Ends {
                    return Ok(Some(Flow::Ends));
                }
                let parts = [Math::Cos, Math::Sin].map(|f| self.build.math(f, &[angle]));
                let parts = parts.map(|part| self.op(Op::FMul, &[size, part]));
                return self.set_complex(to, parts);
            }
            _ => {}
        }
        let [value] = parts else { return Ok(None) };
        match (builtin, value) {
            (Builtin::Abs, Val::Complex(real, imag)) => {
                self.finite(to, Math::Hypot, &[*real, *imag])
            }
            (Builtin::Complex, _) => match self.complex_of(value) {
                Some(parts) => self.set_complex(to, parts),
                None => Ok(None),
            },
            _ if builtin.place().0 == "cmath" => match self.complex_of(value) {
                Some(parts) => self.cmath(to, builtin, parts),
                None => Ok(None),
            },
            _ => Ok(None),
        }
    }

    /// A function of `cmath`, for what is finite.
    fn cmath(&mut self, to: Reg, builtin: Builtin, parts: Parts) -> Done<Option<Flow>> {
        let [real, imag] = parts;
        if self.guard_finite_parts(parts) == Flow::Ends {
            return Ok(Some(Flow::Ends));
        }
        let size = match builtin {
            Builtin::CExp => Some(real),
            Builtin::CSin | Builtin::CCos => Some(self.op(Op::FAbs, &[imag])),
            _ => None,
        };
        if let Some(size) = size {
            let far = self.build.float(FAR);
            let fits = self.op(Op::FLt, &[size, far]);
            if self.guard(fits) == Flow::Ends {
                return Ok(Some(Flow::Ends));
            }
        }
        match builtin {
            Builtin::CExp => {
                let size = self.build.math(Math::Exp, &[real]);
                let parts = [Math::Cos, Math::Sin].map(|f| self.build.math(f, &[imag]));
                let parts = parts.map(|part| self.op(Op::FMul, &[size, part]));
                self.set_complex(to, parts)
            }
            Builtin::CSqrt => self.complex_root(to, parts),
            Builtin::CPhase => self.finite(to, Math::Atan2, &[imag, real]),
            Builtin::CLog => {
                let parts = [
                    self.build.math(Math::LogOfLength, &parts),
                    self.build.math(Math::Atan2, &[imag, real]),
                ];
                self.set_finite(to, parts)
            }
            Builtin::CPolar => {
                let size = self.build.math(Math::Hypot, &parts);
                let angle = self.build.math(Math::Atan2, &[imag, real]);
                if self.guard_finite_parts([size, angle]) == Flow::Ends {
                    return Ok(Some(Flow::Ends));
                }
                let both = Val::Tuple([Val::Float(size), Val::Float(angle)].into());
                self.set(to, both).map(Some)
            }
            Builtin::CSin | Builtin::CCos => self.complex_sine(to, builtin, parts),
            _ => Ok(None),
        }
    }

    /// `cmath.sqrt`
    fn complex_root(&mut self, to: Reg, [real, imag]: Parts) -> Done<Option<Flow>> {
        let root = self.build.math(Math::RootOfLength, &[real, imag]);
        let fits = self.is_finite(root);
        if self.guard(fits) == Flow::Ends {
            return Ok(Some(Flow::Ends));
        }
        let (zero, two) = (self.build.float(0.0), self.build.float(2.0));
        let is_some = self.op(Op::FNe, &[root, zero]);
        let twice = self.op(Op::FMul, &[two, root]);
        let size = self.op(Op::FAbs, &[imag]);
        let other = self.op(Op::FDiv, &[size, twice]);
        let other = self.build.select(is_some, other, zero);
        let is_right = self.op(Op::FLe, &[zero, real]);
        let across = self.build.select(is_right, root, other);
        let upwards = self.build.select(is_right, other, root);
        let upwards = self.op(Op::FCopysign, &[upwards, imag]);
        self.set_complex(to, [across, upwards])
    }

    /// `cmath.sin` and `cmath.cos`, by the hyperbolic functions of the number turned by a right angle.
    fn complex_sine(
        &mut self,
        to: Reg,
        builtin: Builtin,
        [real, imag]: Parts,
    ) -> Done<Option<Flow>> {
        let turned = self.op(Op::FNeg, &[imag]);
        let [cos, sin] = [Math::Cos, Math::Sin].map(|f| self.build.math(f, &[real]));
        let [cosh, sinh] = [Math::Cosh, Math::Sinh].map(|f| self.build.math(f, &[turned]));
        if builtin == Builtin::CCos {
            let parts = [self.op(Op::FMul, &[cos, cosh]), self.op(Op::FMul, &[sin, sinh])];
            return self.set_complex(to, parts);
        }
        let (across, upwards) = (self.op(Op::FMul, &[sin, cosh]), self.op(Op::FMul, &[cos, sinh]));
        let upwards = self.op(Op::FNeg, &[upwards]);
        self.set_complex(to, [across, upwards])
    }
}
