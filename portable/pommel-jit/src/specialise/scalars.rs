//! Scalars of libraries of arrays: numbers whose arithmetic is that of arrays.
//!
//! Beside each other they are of the type that has the numbers of both, and beside numbers of Python they
//! stay what they are, as far as that is of their kind. Where a result would wrap around, is not finite or
//! comes with a warning, the instruction is done on objects.

use super::element::{Element, Family, Flavour, Sort};
use super::value::Val;
use super::{Done, Flow, Specialiser};
use crate::code::{Binary, Compare, Instruction, Reg, Unary};
use crate::ir::op::Math;
use crate::ir::{Op, Value};

/// An operand: a number, and what it is of where it is a scalar.
#[derive(Clone, Copy)]
pub(super) struct Operand {
    pub(super) value: Value,
    pub(super) sort: Sort,
    /// `None` for numbers of Python.
    pub(super) element: Option<Element>,
}

/// What an operand is, without its value.
#[derive(Clone, Copy)]
pub(super) struct Kind {
    pub(super) sort: Sort,
    /// `None` for numbers of Python.
    pub(super) element: Option<Element>,
}

impl Operand {
    /// What it is.
    pub(super) fn kind(self) -> Kind {
        Kind { sort: self.sort, element: self.element }
    }
}

impl Specialiser<'_> {
    /// The bits of a scalar, for numbers with a tag.
    pub(super) fn bits_of(&mut self, leaf: Value, flavour: Flavour) -> Value {
        match flavour.element.sort() {
            Sort::Truth => self.op(Op::BToI, &[leaf]),
            Sort::Signed | Sort::Unsigned => leaf,
            Sort::Float => self.op(Op::FBits, &[leaf]),
        }
    }

    /// The scalar that has these bits.
    pub(super) fn scalar_of_bits(&mut self, bits: Value, flavour: Flavour) -> Val<Value> {
        let leaf = match flavour.element.sort() {
            Sort::Truth => {
                let zero = self.build.int(0);
                self.op(Op::INe, &[bits, zero])
            }
            Sort::Signed | Sort::Unsigned => bits,
            Sort::Float => self.op(Op::FOfBits, &[bits]),
        };
        Val::Scalar(leaf, flavour)
    }

    /// The number of Python with the value of a scalar, as `int`, `float` and `bool` give it; other values
    /// as they are.
    pub(super) fn as_python(&self, value: &Val<Value>) -> Val<Value> {
        match value {
            Val::Scalar(leaf, flavour) => match flavour.element.sort() {
                Sort::Truth => Val::Bool(*leaf),
                Sort::Signed | Sort::Unsigned => Val::Int(*leaf),
                Sort::Float => Val::Float(*leaf),
            },
            other => other.clone(),
        }
    }

    /// What an index is for an axis, or a bound for a range: scalars that are integers are such.
    pub(super) fn as_index(&self, value: &Val<Value>) -> Val<Value> {
        match value {
            Val::Scalar(leaf, flavour) if flavour.element.is_integer() => Val::Int(*leaf),
            other => other.clone(),
        }
    }

    pub(super) fn operand(&self, value: &Val<Value>) -> Option<Operand> {
        let (value, sort, element) = match value {
            Val::Scalar(leaf, flavour) => (*leaf, flavour.element.sort(), Some(flavour.element)),
            Val::Bool(leaf) => (*leaf, Sort::Truth, None),
            Val::Int(leaf) => (*leaf, Sort::Signed, None),
            Val::Float(leaf) => (*leaf, Sort::Float, None),
            _ => return None,
        };
        Some(Operand { value, sort, element })
    }

    /// Both operands of an operator of which one at least is a scalar, and whose. `None` for others.
    fn both(&self, a: &Val<Value>, b: &Val<Value>) -> Option<(Operand, Operand, Family)> {
        let family = match (a, b) {
            (Val::Scalar(_, x), Val::Scalar(_, y)) if x.family != y.family => return None,
            (Val::Scalar(_, flavour), _) | (_, Val::Scalar(_, flavour)) => flavour.family,
            _ => return None,
        };
        Some((self.operand(a)?, self.operand(b)?, family))
    }

    /// An operator with a scalar. `None` if there is none among the operands, or no rule for them.
    pub(super) fn scalars_binary(
        &mut self,
        to: Reg,
        operator: Binary,
        in_place: bool,
        a: &Val<Value>,
        b: &Val<Value>,
    ) -> Done<Option<Flow>> {
        let Some((x, y, family)) = self.both(a, b) else { return Ok(None) };
        let common = common(x.kind(), y.kind());
        // What is in place keeps its type, if it is an array.
        if in_place && family == Family::Pommel && x.element != Some(common) {
            return Ok(None);
        }
        let (made, element) = match (common.sort(), operator) {
            (Sort::Truth, _) => match bool_op(operator) {
                Some(op) => (Some(self.op(op, &[x.value, y.value])), Element::Bool),
                None => return Ok(None),
            },
            (Sort::Float, _) => match float_op(operator) {
                Some(op) => (self.float_result(op, common, x, y), common),
                // NumPy computes these of scalars as Python does.
                None if (family, common) == (Family::Numpy, Element::Float64) => {
                    match self.float_of_python(operator, x, y) {
                        Some(made) => (made, common),
                        None => return Ok(None),
                    }
                }
                None => return Ok(None),
            },
            (_, Binary::Divide) if family == Family::Numpy => {
                (self.float_result(Op::FDiv, Element::Float64, x, y), Element::Float64)
            }
            _ => match self.int_result(operator, common, x, y)? {
                Some(made) => (made, common),
                None => return Ok(None),
            },
        };
        let Some(made) = made else { return Ok(Some(Flow::Ends)) };
        self.set(to, Val::Scalar(made, Flavour { family, element })).map(Some)
    }

    /// What an operator gives for floats. `None` if it never is finite.
    pub(super) fn float_result(
        &mut self,
        op: Op,
        element: Element,
        x: Operand,
        y: Operand,
    ) -> Option<Value> {
        let x = self.as_float_of(element, x)?;
        let y = self.as_float_of(element, y)?;
        let exact = self.op(op, &[x, y]);
        let result = self.narrowed(element, exact);
        self.guard_finite(result)?;
        Some(result)
    }

    /// Quotients, remainders and powers of floats, where all is finite. Nothing if it is another operator,
    /// and `Some(None)` if the result never is finite.
    fn float_of_python(
        &mut self,
        operator: Binary,
        x: Operand,
        y: Operand,
    ) -> Option<Option<Value>> {
        if !matches!(operator, Binary::FloorDivide | Binary::Remainder | Binary::Power) {
            return None;
        }
        Some(self.finite_of_python(operator, x, y))
    }

    fn finite_of_python(&mut self, operator: Binary, x: Operand, y: Operand) -> Option<Value> {
        let x = self.as_float_of(Element::Float64, x)?;
        let y = self.as_float_of(Element::Float64, y)?;
        self.guard_finite(x)?;
        self.guard_finite(y)?;
        let result = if operator == Binary::Power {
            let fits = self.has_power(x, y);
            self.goes_on(fits)?;
            self.build.math(Math::Pow, &[x, y])
        } else {
            let zero = self.build.float(0.0);
            let fits = self.op(Op::FNe, &[y, zero]);
            self.goes_on(fits)?;
            match operator {
                Binary::Remainder => self.float_remainder(x, y).0,
                _ => self.float_floor_divide(x, y),
            }
        };
        self.guard_finite(result)?;
        Some(result)
    }

    pub(super) fn narrowed(&mut self, element: Element, float: Value) -> Value {
        match element {
            Element::Float32 => self.op(Op::FNarrow, &[float]),
            _ => float,
        }
    }

    /// An operand as a float of a type. `None` if it never is one.
    pub(super) fn as_float_of(&mut self, element: Element, operand: Operand) -> Option<Value> {
        let narrows = element == Element::Float32 && operand.element.is_none();
        match operand.sort {
            Sort::Float if narrows => {
                let narrow = self.op(Op::FNarrow, &[operand.value]);
                // One that is too large comes with a warning.
                self.guard_finite(narrow)?;
                Some(narrow)
            }
            Sort::Float => Some(operand.value),
            Sort::Truth => {
                let int = self.op(Op::BToI, &[operand.value]);
                Some(self.op(Op::IToF, &[int]))
            }
            Sort::Signed | Sort::Unsigned => {
                if narrows {
                    // Rounded once only.
                    let fits = self.is_exact(operand.value);
                    self.goes_on(fits)?;
                }
                let float = self.op(Op::IToF, &[operand.value]);
                Some(if narrows { self.op(Op::FNarrow, &[float]) } else { float })
            }
        }
    }

    /// Exits unless a float is finite. `None` if it never is.
    pub(super) fn guard_finite(&mut self, float: Value) -> Option<()> {
        let fits = self.is_finite(float);
        self.goes_on(fits)
    }

    /// Exits unless a value is true. `None` if it never is.
    fn goes_on(&mut self, truth: Value) -> Option<()> {
        (self.guard(truth) == Flow::On).then_some(())
    }

    /// Exits unless an integer is one of a type. `None` if it never is.
    fn guard_within(&mut self, element: Element, int: Value) -> Option<()> {
        if element.has_all() {
            return Some(());
        }
        let (low, high) = element.range();
        let (low, high) = (self.build.int(low), self.build.int(high));
        let (above, below) = (self.op(Op::ILe, &[low, int]), self.op(Op::ILe, &[int, high]));
        self.goes_on(above)?;
        self.goes_on(below)
    }

    /// An operand as an integer of a type. `None` if it never is one.
    pub(super) fn as_int_of(&mut self, element: Element, operand: Operand) -> Option<Value> {
        match operand.sort {
            Sort::Truth => Some(self.op(Op::BToI, &[operand.value])),
            _ => {
                if operand.element.is_none() {
                    self.guard_within(element, operand.value)?;
                }
                Some(operand.value)
            }
        }
    }

    /// What an operator gives for integers: nothing if there is no rule, and `Some(None)` if it never is
    /// one of the type.
    fn int_result(
        &mut self,
        operator: Binary,
        element: Element,
        x: Operand,
        y: Operand,
    ) -> Done<Option<Option<Value>>> {
        let (Some(x), Some(y)) = (self.as_int_of(element, x), self.as_int_of(element, y)) else {
            return Ok(Some(None));
        };
        let result = match operator {
            Binary::Add => self.checked(Op::IAdd, x, y),
            Binary::Subtract => self.checked(Op::ISub, x, y),
            Binary::Multiply => self.checked(Op::IMul, x, y),
            Binary::And => self.op(Op::IAnd, &[x, y]),
            Binary::Or => self.op(Op::IOr, &[x, y]),
            Binary::Xor => self.op(Op::IXor, &[x, y]),
            Binary::FloorDivide | Binary::Remainder => {
                // Neither 0, which comes with a warning, nor -1, which may wrap around.
                let one = self.build.int(1);
                let above = self.op(Op::IAddWrap, &[y, one]);
                let fits = self.op(Op::ULt, &[one, above]);
                if self.goes_on(fits).is_none() {
                    return Ok(Some(None));
                }
                let op = if operator == Binary::Remainder { Op::IMod } else { Op::IFloorDiv };
                self.op(op, &[x, y])
            }
            Binary::ShiftRight => {
                let bits = self.build.int(i64::from(8 * element.size()));
                let fits = self.op(Op::ULt, &[y, bits]);
                if self.goes_on(fits).is_none() {
                    return Ok(Some(None));
                }
                self.op(Op::IShr, &[x, y])
            }
            _ => return Ok(None),
        };
        Ok(Some(self.guard_within(element, result).map(|()| result)))
    }

    /// A comparison with a scalar. `None` if there is none among the operands, or no rule for them.
    pub(super) fn scalars_compare(
        &mut self,
        to: Reg,
        operator: Compare,
        a: &Val<Value>,
        b: &Val<Value>,
    ) -> Done<Option<Flow>> {
        let Some((x, y, family)) = self.both(a, b) else { return Ok(None) };
        let common = common(x.kind(), y.kind());
        let truth = if common.sort() == Sort::Float {
            for operand in [x, y] {
                if matches!(operand.sort, Sort::Signed | Sort::Unsigned) {
                    let fits = self.is_exact(operand.value);
                    if self.goes_on(fits).is_none() {
                        return Ok(Some(Flow::Ends));
                    }
                }
            }
            let x = self.as_float_of(common, x);
            let y = self.as_float_of(common, y);
            let (Some(x), Some(y)) = (x, y) else { return Ok(Some(Flow::Ends)) };
            self.compared(operator, [Op::FEq, Op::FNe, Op::FLt, Op::FLe], x, y)
        } else {
            let x = self.as_int_of(common, x);
            let y = self.as_int_of(common, y);
            let (Some(x), Some(y)) = (x, y) else { return Ok(Some(Flow::Ends)) };
            self.compared(operator, [Op::IEq, Op::INe, Op::ILt, Op::ILe], x, y)
        };
        let element = Element::Bool;
        self.set(to, Val::Scalar(truth, Flavour { family, element })).map(Some)
    }

    /// An operator with one operand, which is a scalar.
    pub(super) fn scalar_unary(
        &mut self,
        to: Reg,
        operator: Unary,
        leaf: Value,
        flavour: Flavour,
        instruction: &Instruction,
    ) -> Done<Flow> {
        let result = match (operator, flavour.element.sort()) {
            (Unary::Negative, Sort::Float) => self.op(Op::FNeg, &[leaf]),
            (Unary::Negative, Sort::Signed) => {
                let zero = self.build.int(0);
                let opposite = self.checked(Op::ISub, zero, leaf);
                if self.guard_within(flavour.element, opposite).is_none() {
                    return Ok(Flow::Ends);
                }
                opposite
            }
            (Unary::Positive, Sort::Float | Sort::Signed | Sort::Unsigned) => leaf,
            (Unary::Invert, Sort::Truth) => self.op(Op::BNot, &[leaf]),
            (Unary::Invert, Sort::Signed) => {
                let ones = self.build.int(-1);
                self.op(Op::IXor, &[leaf, ones])
            }
            _ => return self.perform(instruction),
        };
        self.set(to, Val::Scalar(result, flavour))
    }

    /// `abs` of a scalar; `None` if there is no rule for it.
    pub(super) fn scalar_abs(&mut self, leaf: Value, flavour: Flavour) -> Option<Val<Value>> {
        let result = match flavour.element.sort() {
            Sort::Float => self.op(Op::FAbs, &[leaf]),
            Sort::Unsigned => leaf,
            Sort::Truth => return None,
            Sort::Signed => {
                let zero = self.build.int(0);
                let opposite = self.checked(Op::ISub, zero, leaf);
                self.guard_within(flavour.element, opposite)?;
                let is_negative = self.op(Op::ILt, &[leaf, zero]);
                self.build.select(is_negative, opposite, leaf)
            }
        };
        Some(Val::Scalar(result, flavour))
    }
}

/// The type in which two operands meet, of which one at least is a scalar.
pub(super) fn common(x: Kind, y: Kind) -> Element {
    let beside = |element: Element, sort: Sort| match (element.sort(), sort) {
        (Sort::Truth, Sort::Signed | Sort::Unsigned) => Element::Int64,
        (Sort::Truth | Sort::Signed | Sort::Unsigned, Sort::Float) => Element::Float64,
        _ => element,
    };
    match (x.element, y.element) {
        (Some(x), Some(y)) => x.promoted(y),
        (Some(x), None) => beside(x, y.sort),
        (None, Some(y)) => beside(y, x.sort),
        (None, None) => Element::Float64,
    }
}

fn bool_op(operator: Binary) -> Option<Op> {
    match operator {
        Binary::And => Some(Op::BAnd),
        Binary::Or => Some(Op::BOr),
        Binary::Xor => Some(Op::BXor),
        _ => None,
    }
}

fn float_op(operator: Binary) -> Option<Op> {
    match operator {
        Binary::Add => Some(Op::FAdd),
        Binary::Subtract => Some(Op::FSub),
        Binary::Multiply => Some(Op::FMul),
        Binary::Divide => Some(Op::FDiv),
        _ => None,
    }
}
