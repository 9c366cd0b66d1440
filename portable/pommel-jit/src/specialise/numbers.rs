//! Arithmetic and comparisons of numbers, with Python's meaning.

use super::element::{Element, Family};
use super::value::{Contents, Kinds, Operation, Tag, Val};
use super::{Done, Flow, Specialiser};
use crate::code::{Binary, Compare, Instruction, Reg, Unary};
use crate::ir::op::{Class, Math};
use crate::ir::{Op, Value};

/// Integers up to this size are floats without rounding.
const EXACT: i64 = 1 << 53;
/// Powers with a constant exponent up to this are products.
const LARGEST_PRODUCT: i64 = 8;

/// A number of a kind that is known.
#[derive(Clone, Copy)]
enum Number {
    Bool(Value),
    Int(Value),
    Float(Value),
}

impl Specialiser<'_> {
    /// Follows an instruction for each kind of number that an operand may be. `None` if it is no number of
    /// several kinds.
    pub(super) fn by_kind(
        &mut self,
        operand: Reg,
        follow: &mut dyn FnMut(&mut Self) -> Done<Flow>,
    ) -> Done<Option<Flow>> {
        let old = self.get(operand);
        let Val::Number(tag, bits, kinds) = old else { return Ok(None) };
        let point = self.state.top().point;
        let mut ways = Vec::new();
        let mut kinds = kinds.tags().peekable();
        while let Some(kind) = kinds.next() {
            let state = self.state.clone();
            let mut other = None;
            if kinds.peek().is_some() {
                let number = self.build.int(kind.number());
                let is_kind = self.op(Op::IEq, &[tag, number]);
                let (yes, no) = self.build.branch(is_kind);
                self.build.block = yes;
                other = Some(no);
            }
            let value = match kind {
                Tag::None => Val::None,
                Tag::Bool => {
                    let zero = self.build.int(0);
                    Val::Bool(self.op(Op::INe, &[bits, zero]))
                }
                Tag::Int => Val::Int(bits),
                Tag::Float => Val::Float(self.op(Op::FOfBits, &[bits])),
                Tag::Scalar(flavour) => self.scalar_of_bits(bits, flavour),
            };
            // Whoever has it knows now what it is.
            for register in &mut self.state.top_mut().registers {
                if *register == old {
                    *register = value.clone();
                }
            }
            if follow(self)? == Flow::On {
                // It may have gone on already, where it was followed for the kinds of another operand.
                self.state.top_mut().point = point;
                ways.push(self.way_behind());
            }
            self.state = state;
            if let Some(other) = other {
                self.build.block = other;
            }
        }
        if ways.is_empty() {
            return Ok(Some(Flow::Ends));
        }
        self.join(ways)?;
        Ok(Some(Flow::On))
    }

    /// The same for the operands of an operator.
    fn by_kinds(
        &mut self,
        operands: [Reg; 2],
        follow: &mut dyn FnMut(&mut Self) -> Done<Flow>,
    ) -> Done<Option<Flow>> {
        for operand in operands {
            if let Some(flow) = self.by_kind(operand, follow)? {
                return Ok(Some(flow));
            }
        }
        Ok(None)
    }

    fn number(&self, value: &Val<Value>) -> Option<Number> {
        Some(match value {
            Val::Bool(truth) => Number::Bool(*truth),
            Val::Int(number) => Number::Int(*number),
            Val::Float(number) => Number::Float(*number),
            _ => return None,
        })
    }

    fn as_int(&mut self, number: Number) -> Option<Value> {
        match number {
            Number::Bool(truth) => Some(self.op(Op::BToI, &[truth])),
            Number::Int(number) => Some(number),
            Number::Float(_) => None,
        }
    }

    fn as_float(&mut self, number: Number) -> Value {
        match number {
            Number::Bool(truth) => {
                let int = self.op(Op::BToI, &[truth]);
                self.op(Op::IToF, &[int])
            }
            Number::Int(number) => self.op(Op::IToF, &[number]),
            Number::Float(number) => number,
        }
    }

    /// An element of an array of floats, or a number beside one, as a float.
    pub(super) fn float_of(&mut self, value: &Val<Value>) -> Option<Value> {
        let number = self.number(value)?;
        Some(self.as_float(number))
    }

    /// An integer or truth value as an integer.
    pub(super) fn index_of(&mut self, value: &Val<Value>) -> Option<Value> {
        let number = self.number(value)?;
        self.as_int(number)
    }

    /// Makes a number of an object of unknown class beside a number, taking for granted that it is of the
    /// same kind.
    fn assume_number(&mut self, register: Reg, beside: &Val<Value>) -> Done {
        let Val::Object(handle, class) = self.get(register) else { return Ok(()) };
        let wanted = match class {
            Some(Class::Int) => Class::Int,
            Some(Class::Float) => Class::Float,
            Some(Class::Bool) => Class::Bool,
            Some(Class::Complex) => Class::Complex,
            Some(_) => return Ok(()),
            None if self.is_refuted() => return Ok(()),
            None => match beside {
                Val::Float(_) => Class::Float,
                Val::Int(_) => Class::Int,
                Val::Complex(..) => Class::Complex,
                Val::Thing(thing) => match self.state.contents(*thing) {
                    Contents::Vector(Family::Pommel, _) => Class::Float,
                    _ => return Ok(()),
                },
                _ => return Ok(()),
            },
        };
        let value = self.unbox(handle, wanted, class.is_none());
        let old = Val::Object(handle, class);
        for register in &mut self.state.top_mut().registers {
            if *register == old {
                *register = value.clone();
            }
        }
        Ok(())
    }

    /// The same for both operands of an operator.
    fn assume_numbers(&mut self, left: Reg, right: Reg) -> Done {
        let (beside_left, beside_right) = (self.get(right), self.get(left));
        self.assume_number(left, &beside_left)?;
        self.assume_number(right, &beside_right)
    }

    pub(super) fn unary(
        &mut self,
        to: Reg,
        operator: Unary,
        operand: Reg,
        instruction: &Instruction,
    ) -> Done<Flow> {
        if operator == Unary::Not {
            let truth = self.truth(operand)?;
            let not = self.op(Op::BNot, &[truth]);
            return self.set(to, Val::Bool(not));
        }
        let mut again = |this: &mut Self| this.unary(to, operator, operand, instruction);
        if let Some(flow) = self.by_kind(operand, &mut again)? {
            return Ok(flow);
        }
        let value = self.get(operand);
        let name = match operator {
            Unary::Negative => "__neg__",
            Unary::Positive => "__pos__",
            _ => "__invert__",
        };
        if let Some(flow) = self.item_of_instance(to, name, vec![value.clone()], instruction)? {
            return Ok(flow);
        }
        if let Val::Scalar(leaf, flavour) = value {
            return self.scalar_unary(to, operator, leaf, flavour, instruction);
        }
        if let Val::Complex(real, imag) = value {
            return self.complex_unary(to, operator, [real, imag], instruction);
        }
        let of_arrays = Operation::Unary(operator);
        if let Some(flow) =
            self.elementwise(to, of_arrays, core::slice::from_ref(&value), instruction)?
        {
            return Ok(flow);
        }
        let Some(number) = self.number(&value) else {
            if let (Val::Thing(thing), Unary::Negative) = (&value, operator)
                && let Contents::Vector(family, items) = self.state.contents(*thing).clone()
            {
                let items = items.iter().map(|item| self.op(Op::FNeg, &[*item])).collect();
                let made = self.state.make(Contents::Vector(family, items));
                return self.set(to, made);
            }
            return self.perform(instruction);
        };
        let result = match (operator, number, self.as_int(number)) {
            (Unary::Negative, _, Some(int)) => {
                let zero = self.build.int(0);
                Val::Int(self.checked(Op::ISub, zero, int))
            }
            // Python warns of truth values.
            (Unary::Invert, Number::Int(int), _) => {
                let ones = self.build.int(-1);
                Val::Int(self.op(Op::IXor, &[int, ones]))
            }
            (Unary::Positive, _, Some(int)) => Val::Int(int),
            (Unary::Negative, Number::Float(float), _) => Val::Float(self.op(Op::FNeg, &[float])),
            (Unary::Positive, Number::Float(float), _) => Val::Float(float),
            _ => return self.perform(instruction),
        };
        self.set(to, result)
    }

    /// Sum, difference or product of integers, if it fits.
    pub(super) fn checked(&mut self, op: Op, a: Value, b: Value) -> Value {
        if let Some(value) = self.build.checked_constant(op, a, b) {
            return value;
        }
        let exit = self.exit();
        self.build.emit(op, &[a, b], crate::ir::Immediate::None, Some(exit))[0]
    }

    pub(super) fn binary(
        &mut self,
        to: Reg,
        operator: Binary,
        left: Reg,
        right: Reg,
        instruction: &Instruction,
    ) -> Done<Flow> {
        let mut again = |this: &mut Self| this.binary(to, operator, left, right, instruction);
        if let Some(flow) = self.by_kinds([left, right], &mut again)? {
            return Ok(flow);
        }
        if let Some(flow) = self.binary_of_instances(to, operator, left, right, instruction)? {
            return Ok(flow);
        }
        self.assume_numbers(left, right)?;
        let (a, b) = (self.get(left), self.get(right));
        let in_place = matches!(instruction, Instruction::Binary { in_place: true, .. });
        if let Some(flow) = self.arrays_binary(to, operator, [&a, &b], instruction)? {
            return Ok(flow);
        }
        if let Some(flow) = self.vectors(to, operator, in_place, &a, &b)? {
            return Ok(flow);
        }
        if let Some(flow) = self.scalars_binary(to, operator, in_place, &a, &b)? {
            return Ok(flow);
        }
        if let Some(flow) = self.complex_binary(to, operator, &a, &b)? {
            return Ok(flow);
        }
        if is_error(&a, &b) {
            self.leave();
            return Ok(Flow::Ends);
        }
        let (Some(x), Some(y)) = (self.number(&a), self.number(&b)) else {
            return self.objects_binary(to, operator, &a, &b, instruction);
        };
        if let (Number::Bool(x), Number::Bool(y)) = (x, y)
            && let Some(op) = bool_op(operator)
        {
            let result = self.op(op, &[x, y]);
            return self.set(to, Val::Bool(result));
        }
        match (self.as_int(x), self.as_int(y)) {
            (Some(x), Some(y)) => self.ints(to, operator, x, y, instruction),
            _ => {
                let (x, y) = (self.as_float(x), self.as_float(y));
                self.floats(to, operator, x, y, instruction)
            }
        }
    }

    fn ints(
        &mut self,
        to: Reg,
        operator: Binary,
        a: Value,
        b: Value,
        instruction: &Instruction,
    ) -> Done<Flow> {
        let result = match operator {
            Binary::Add => self.checked(Op::IAdd, a, b),
            Binary::Subtract => self.checked(Op::ISub, a, b),
            Binary::Multiply => self.checked(Op::IMul, a, b),
            Binary::And => self.op(Op::IAnd, &[a, b]),
            Binary::Or => self.op(Op::IOr, &[a, b]),
            Binary::Xor => self.op(Op::IXor, &[a, b]),
            Binary::FloorDivide | Binary::Remainder => {
                let fits = self.is_divisor(b);
                if self.guard(fits) == Flow::Ends {
                    return Ok(Flow::Ends);
                }
                let op = if operator == Binary::Remainder { Op::IMod } else { Op::IFloorDiv };
                self.op(op, &[a, b])
            }
            Binary::Divide => return self.divide_ints(to, a, b),
            Binary::ShiftLeft | Binary::ShiftRight => {
                return self.shift(to, operator, a, b, instruction);
            }
            Binary::Power => return self.power_of_ints(to, a, b, instruction),
            Binary::MatrixMultiply => return self.perform(instruction),
        };
        self.set(to, Val::Int(result))
    }

    /// Whether an integer is neither 0, by which dividing is an error, nor -1, by which it may overflow.
    pub(super) fn is_divisor(&mut self, b: Value) -> Value {
        let (one, two) = (self.build.int(1), self.build.int(1));
        let above = self.op(Op::IAddWrap, &[b, one]);
        self.op(Op::ULt, &[two, above])
    }

    /// A quotient of integers is the float next to the true one: which dividing floats gives, where both
    /// are floats without rounding.
    fn divide_ints(&mut self, to: Reg, a: Value, b: Value) -> Done<Flow> {
        let zero = self.build.int(0);
        let mut fits = self.op(Op::INe, &[b, zero]);
        for value in [a, b] {
            let small = self.is_exact(value);
            fits = self.op(Op::BAnd, &[fits, small]);
        }
        if self.guard(fits) == Flow::Ends {
            return Ok(Flow::Ends);
        }
        let (a, b) = (self.op(Op::IToF, &[a]), self.op(Op::IToF, &[b]));
        let quotient = self.op(Op::FDiv, &[a, b]);
        self.set(to, Val::Float(quotient))
    }

    /// Whether an integer is a float without rounding, for certain.
    pub(super) fn is_exact(&mut self, value: Value) -> Value {
        let (offset, end) = (self.build.int(EXACT), self.build.int(2 * EXACT + 1));
        let moved = self.op(Op::IAddWrap, &[value, offset]);
        self.op(Op::ULt, &[moved, end])
    }

    fn shift(
        &mut self,
        to: Reg,
        operator: Binary,
        a: Value,
        b: Value,
        _: &Instruction,
    ) -> Done<Flow> {
        let bits = self.build.int(64);
        let fits = self.op(Op::ULt, &[b, bits]);
        if self.guard(fits) == Flow::Ends {
            return Ok(Flow::Ends);
        }
        if operator == Binary::ShiftRight {
            let result = self.op(Op::IShr, &[a, b]);
            return self.set(to, Val::Int(result));
        }
        let result = self.op(Op::IShl, &[a, b]);
        let back = self.op(Op::IShr, &[result, b]);
        let fits = self.op(Op::IEq, &[back, a]);
        if self.guard(fits) == Flow::Ends {
            return Ok(Flow::Ends);
        }
        self.set(to, Val::Int(result))
    }

    fn power_of_ints(
        &mut self,
        to: Reg,
        a: Value,
        b: Value,
        instruction: &Instruction,
    ) -> Done<Flow> {
        let exponent = self.build.int_constant(b);
        let is_negative = exponent.map_or_else(|| self.is_refuted(), |exponent| exponent < 0);
        if is_negative {
            return self.power_below_one(to, a, b, instruction);
        }
        let Some(exponent) = exponent.filter(|exponent| *exponent <= LARGEST_PRODUCT) else {
            return self.whole_power(to, a, b, exponent.is_some());
        };
        let mut result = self.build.int(1);
        let mut square = a;
        let mut left = exponent;
        while left > 0 {
            if left & 1 == 1 {
                result = self.checked(Op::IMul, result, square);
            }
            left >>= 1;
            if left > 0 {
                square = self.checked(Op::IMul, square, square);
            }
        }
        self.set(to, Val::Int(result))
    }

    /// A power with an exponent that is taken not to be negative, or is not.
    fn whole_power(&mut self, to: Reg, a: Value, b: Value, is_known: bool) -> Done<Flow> {
        if !is_known {
            let zero = self.build.int(0);
            let fits = self.op(Op::ILe, &[zero, b]);
            let exit = self.exit_refuted();
            self.build.emit(Op::Guard, &[fits], crate::ir::Immediate::None, Some(exit));
        }
        if self.build.int_constant(a) == Some(2) {
            let (one, bits) = (self.build.int(1), self.build.int(63));
            let fits = self.op(Op::ULt, &[b, bits]);
            if self.guard(fits) == Flow::Ends {
                return Ok(Flow::Ends);
            }
            let result = self.op(Op::IShl, &[one, b]);
            return self.set(to, Val::Int(result));
        }
        let exit = self.exit();
        let none = crate::ir::Immediate::None;
        let result = self.build.emit(Op::IPow, &[a, b], none, Some(exit))[0];
        self.set(to, Val::Int(result))
    }

    /// A power with an exponent that is taken to be negative: a float.
    fn power_below_one(
        &mut self,
        to: Reg,
        a: Value,
        b: Value,
        instruction: &Instruction,
    ) -> Done<Flow> {
        let zero = self.build.int(0);
        let fits = self.op(Op::ILt, &[b, zero]);
        if self.guard(fits) == Flow::Ends {
            return Ok(Flow::Ends);
        }
        let (a, b) = (self.op(Op::IToF, &[a]), self.op(Op::IToF, &[b]));
        self.floats(to, Binary::Power, a, b, instruction)
    }

    fn floats(
        &mut self,
        to: Reg,
        operator: Binary,
        a: Value,
        b: Value,
        instruction: &Instruction,
    ) -> Done<Flow> {
        let result = match operator {
            Binary::Add => self.op(Op::FAdd, &[a, b]),
            Binary::Subtract => self.op(Op::FSub, &[a, b]),
            Binary::Multiply => self.op(Op::FMul, &[a, b]),
            Binary::Divide | Binary::FloorDivide | Binary::Remainder => {
                let zero = self.build.float(0.0);
                let fits = self.op(Op::FNe, &[b, zero]);
                if self.guard(fits) == Flow::Ends {
                    return Ok(Flow::Ends);
                }
                match operator {
                    Binary::Divide => self.op(Op::FDiv, &[a, b]),
                    Binary::Remainder => self.float_remainder(a, b).0,
                    _ => self.float_floor_divide(a, b),
                }
            }
            Binary::Power => {
                let fits = self.has_power(a, b);
                if self.guard(fits) == Flow::Ends {
                    return Ok(Flow::Ends);
                }
                let result = self.build.math(Math::Pow, &[a, b]);
                // What is too large is an error.
                let fits = self.is_finite(result);
                if self.guard(fits) == Flow::Ends {
                    return Ok(Flow::Ends);
                }
                result
            }
            _ => return self.perform(instruction),
        };
        self.set(to, Val::Float(result))
    }

    /// Whether the power is a float: not so for zero to a negative one, nor a negative number to one that
    /// is not whole.
    pub(super) fn has_power(&mut self, a: Value, b: Value) -> Value {
        let zero = self.build.float(0.0);
        let positive = self.op(Op::FLt, &[zero, a]);
        let floor = self.op(Op::FFloor, &[b]);
        let whole = self.op(Op::FEq, &[floor, b]);
        let not_negative = self.op(Op::FLe, &[zero, b]);
        let not_zero = self.op(Op::FNe, &[a, zero]);
        let either = self.op(Op::BOr, &[not_negative, not_zero]);
        let fits = self.op(Op::BAnd, &[whole, either]);
        self.op(Op::BOr, &[positive, fits])
    }

    /// Whether a float is neither infinite nor not a number.
    pub(super) fn is_finite(&mut self, value: Value) -> Value {
        let nothing = self.op(Op::FSub, &[value, value]);
        self.op(Op::FEq, &[nothing, nothing])
    }

    /// As in CPython's `float_rem`: the remainder of the C library with the divisor's sign, and whether the
    /// sign had to be changed.
    pub(super) fn float_remainder(&mut self, a: Value, b: Value) -> (Value, Value, Value) {
        let zero = self.build.float(0.0);
        let rest = self.build.math(Math::Fmod, &[a, b]);
        let (b_negative, negative) =
            (self.op(Op::FLt, &[b, zero]), self.op(Op::FLt, &[rest, zero]));
        let differ = self.op(Op::BXor, &[b_negative, negative]);
        let moved = self.op(Op::FAdd, &[rest, b]);
        let signed = self.op(Op::FCopysign, &[zero, b]);
        let some = self.build.select(differ, moved, rest);
        let is_some = self.op(Op::FNe, &[rest, zero]);
        let result = self.build.select(is_some, some, signed);
        let moved = self.op(Op::BAnd, &[is_some, differ]);
        (result, rest, moved)
    }

    /// As in CPython's `_float_div_mod`.
    pub(super) fn float_floor_divide(&mut self, a: Value, b: Value) -> Value {
        let (_, rest, moved) = self.float_remainder(a, b);
        let (zero, half, one) =
            (self.build.float(0.0), self.build.float(0.5), self.build.float(1.0));
        let whole = self.op(Op::FSub, &[a, rest]);
        let quotient = self.op(Op::FDiv, &[whole, b]);
        let less = self.op(Op::FSub, &[quotient, one]);
        let quotient = self.build.select(moved, less, quotient);
        let floor = self.op(Op::FFloor, &[quotient]);
        let above = self.op(Op::FSub, &[quotient, floor]);
        let rounds_up = self.op(Op::FLt, &[half, above]);
        let up = self.op(Op::FAdd, &[floor, one]);
        let rounded = self.build.select(rounds_up, up, floor);
        let ratio = self.op(Op::FDiv, &[a, b]);
        let nothing = self.op(Op::FCopysign, &[zero, ratio]);
        let is_some = self.op(Op::FNe, &[quotient, zero]);
        self.build.select(is_some, rounded, nothing)
    }

    /// Arrays of floats in registers, with each other and with numbers. What would not be finite leaves it
    /// to the array, which may warn of it.
    fn vectors(
        &mut self,
        to: Reg,
        operator: Binary,
        in_place: bool,
        a: &Val<Value>,
        b: &Val<Value>,
    ) -> Done<Option<Flow>> {
        let op = match operator {
            Binary::Add => Op::FAdd,
            Binary::Subtract => Op::FSub,
            Binary::Multiply => Op::FMul,
            Binary::Divide => Op::FDiv,
            _ => return Ok(None),
        };
        let (family, x, y) = match (self.vector(a), self.vector(b)) {
            (Some((f, x)), Some((g, y))) if (f, x.len()) == (g, y.len()) => (f, x, y),
            (Some((family, x)), None) => match self.beside_vector(family, b) {
                Some(number) => (family, x.clone(), vec![number; x.len()]),
                None => return Ok(None),
            },
            (None, Some((family, y))) => match self.beside_vector(family, a) {
                Some(number) => (family, vec![number; y.len()], y),
                None => return Ok(None),
            },
            _ => return Ok(None),
        };
        let items: Vec<Value> = x.iter().zip(&y).map(|(x, y)| self.op(op, &[*x, *y])).collect();
        let fits = self.are_finite(&items);
        if self.guard(fits) == Flow::Ends {
            return Ok(Some(Flow::Ends));
        }
        // In place, the left one changes, for all who have it.
        if let (Val::Thing(thing), true) = (a, in_place) {
            self.state.heap[thing.0 as usize] = Some(Contents::Vector(family, items));
            return self.set(to, a.clone()).map(Some);
        }
        let made = self.state.make(Contents::Vector(family, items));
        self.set(to, made).map(Some)
    }

    fn vector(&self, value: &Val<Value>) -> Option<(Family, Vec<Value>)> {
        let Val::Thing(thing) = value else { return None };
        match self.state.contents(*thing) {
            Contents::Vector(family, items) => Some((*family, items.clone())),
            _ => None,
        }
    }

    /// A number beside an array of floats, as each element's other operand.
    fn beside_vector(&mut self, family: Family, number: &Val<Value>) -> Option<Value> {
        match number {
            Val::Scalar(leaf, flavour) if flavour.family == family => {
                (flavour.element == Element::Float64).then_some(*leaf)
            }
            number => self.float_of(number),
        }
    }

    fn are_finite(&mut self, items: &[Value]) -> Value {
        let Some((first, rest)) = items.split_first() else { return self.build.bool(true) };
        let mut nothing = self.op(Op::FSub, &[*first, *first]);
        for item in rest {
            let next = self.op(Op::FSub, &[*item, *item]);
            nothing = self.op(Op::FAdd, &[nothing, next]);
        }
        self.op(Op::FEq, &[nothing, nothing])
    }

    pub(super) fn compare(
        &mut self,
        to: Reg,
        operator: Compare,
        left: Reg,
        right: Reg,
        instruction: &Instruction,
    ) -> Done<Flow> {
        if let Compare::Is | Compare::IsNot = operator {
            return self.compare_identity(to, operator == Compare::Is, left, right, instruction);
        }
        let mut again = |this: &mut Self| this.compare(to, operator, left, right, instruction);
        if let Some(flow) = self.by_kinds([left, right], &mut again)? {
            return Ok(flow);
        }
        if let Some(flow) = self.compare_instances(to, operator, left, right, instruction)? {
            return Ok(flow);
        }
        let operands = (&self.get(left), &self.get(right));
        if let Compare::In | Compare::NotIn = operator
            && let Some(flow) = self.is_in_instance(to, operator, operands, instruction)?
        {
            return Ok(flow);
        }
        self.assume_numbers(left, right)?;
        let (a, b) = (self.get(left), self.get(right));
        if let Some(flow) = self.arrays_compare(to, operator, [&a, &b], instruction)? {
            return Ok(flow);
        }
        if let Some(truth) = self.compare_tuples(operator, &a, &b) {
            return self.set(to, Val::Bool(truth));
        }
        if matches!(operator, Compare::In | Compare::NotIn) {
            return self.compare_in(to, operator == Compare::In, [&a, &b], instruction);
        }
        if let Some(truth) = self.compare_texts(operator, &a, &b) {
            return self.set(to, Val::Bool(truth));
        }
        if let Compare::Equal | Compare::NotEqual = operator
            && let Some(same) = self.are_lists_equal(&a, &b)
        {
            return self.set_truth(to, same, operator == Compare::Equal);
        }
        if let Some(flow) = self.scalars_compare(to, operator, &a, &b)? {
            return Ok(flow);
        }
        if let Some(flow) = self.complex_compare(to, operator, &a, &b)? {
            return Ok(flow);
        }
        if let Compare::Equal | Compare::NotEqual = operator
            && (are_unlike(&a, &b) || matches!((&a, &b), (Val::None, Val::None)))
        {
            let same = matches!((&a, &b), (Val::None, Val::None));
            let truth = self.build.bool(same == (operator == Compare::Equal));
            return self.set(to, Val::Bool(truth));
        }
        if is_error(&a, &b) {
            self.leave();
            return Ok(Flow::Ends);
        }
        let (Some(x), Some(y)) = (self.number(&a), self.number(&b)) else {
            return self.perform(instruction);
        };
        match self.compared_numbers(operator, x, y) {
            Some(truth) => self.set(to, Val::Bool(truth)),
            None => Ok(Flow::Ends),
        }
    }

    /// Puts a truth value into a register, or the opposite.
    pub(super) fn set_truth(&mut self, to: Reg, truth: Value, as_it_is: bool) -> Done<Flow> {
        let not = self.op(Op::BNot, &[truth]);
        self.set(to, Val::Bool(if as_it_is { truth } else { not }))
    }

    /// Compares two numbers. `None` if machine code is always left.
    fn compared_numbers(&mut self, operator: Compare, x: Number, y: Number) -> Option<Value> {
        Some(match (self.as_int(x), self.as_int(y)) {
            (Some(x), Some(y)) => {
                self.compared(operator, [Op::IEq, Op::INe, Op::ILt, Op::ILe], x, y)
            }
            (x_int, y_int) => {
                // Numbers of both kinds are compared as they are, without rounding.
                for int in [x_int, y_int].into_iter().flatten() {
                    let fits = self.is_exact(int);
                    if self.guard(fits) == Flow::Ends {
                        return None;
                    }
                }
                let (x, y) = (self.as_float(x), self.as_float(y));
                self.compared(operator, [Op::FEq, Op::FNe, Op::FLt, Op::FLe], x, y)
            }
        })
    }

    /// `item in of`, or `not in`.
    fn compare_in(
        &mut self,
        to: Reg,
        is_in: bool,
        [item, of]: [&Val<Value>; 2],
        instruction: &Instruction,
    ) -> Done<Flow> {
        if let Some(flow) = self.has_string(to, item, of, is_in)? {
            return Ok(flow);
        }
        match self.is_in(item, of)? {
            Some(found) => self.set_truth(to, found, is_in),
            None => self.perform(instruction),
        }
    }

    /// Whether an item is in a list, a tuple or a string. `None` if there is no rule for it.
    fn is_in(&mut self, item: &Val<Value>, of: &Val<Value>) -> Done<Option<Value>> {
        if let Some(found) = self.is_in_records(item, of)? {
            return Ok(Some(found));
        }
        if let Some(found) = self.is_in_list(item, of) {
            return Ok(Some(found));
        }
        if let Some(found) = self.is_in_dict(item, of) {
            return Ok(Some(found));
        }
        if let Some(found) = self.is_in_text(item, of) {
            return Ok(Some(found));
        }
        if let Some(found) = self.is_part_of_text(item, of) {
            return Ok(Some(found));
        }
        let Some(place) = self.find_in_others(of, item) else { return Ok(None) };
        let zero = self.build.int(0);
        Ok(Some(self.op(Op::ILe, &[zero, place])))
    }

    pub(super) fn compared(
        &mut self,
        operator: Compare,
        ops: [Op; 4],
        a: Value,
        b: Value,
    ) -> Value {
        let [equal, different, less, less_equal] = ops;
        match operator {
            Compare::Equal => self.op(equal, &[a, b]),
            Compare::NotEqual => self.op(different, &[a, b]),
            Compare::Less => self.op(less, &[a, b]),
            Compare::LessEqual => self.op(less_equal, &[a, b]),
            Compare::Greater => self.op(less, &[b, a]),
            _ => self.op(less_equal, &[b, a]),
        }
    }

    /// `is`: what is no object yet is another one than any that is.
    fn compare_identity(
        &mut self,
        to: Reg,
        is: bool,
        left: Reg,
        right: Reg,
        instruction: &Instruction,
    ) -> Done<Flow> {
        let mut again = |this: &mut Self| this.compare_identity(to, is, left, right, instruction);
        if let Some(flow) = self.by_kinds([left, right], &mut again)? {
            return Ok(flow);
        }
        let (a, b) = (self.get(left), self.get(right));
        let same = match (&a, &b) {
            (Val::None, Val::None) => self.build.bool(true),
            (Val::Bool(x), Val::Bool(y)) => {
                let differ = self.op(Op::BXor, &[*x, *y]);
                self.op(Op::BNot, &[differ])
            }
            (Val::Thing(x), Val::Thing(y)) => self.build.bool(x == y),
            (Val::List(x, _), Val::List(y, _))
            | (Val::Dict(x, _), Val::Dict(y, _))
            | (Val::Record(x, _), Val::Record(y, _)) => self.op(Op::IEq, &[*x, *y]),
            (Val::Thing(_), Val::List(..)) | (Val::List(..), Val::Thing(_)) => {
                self.build.bool(false)
            }
            (Val::Known(x), Val::Known(y)) if x == y => self.build.bool(true),
            (Val::Known(x), Val::Known(y)) if self.are_other_builtins(*x, *y) => {
                self.build.bool(false)
            }
            // `None` and truth values are one object each; others are none of them.
            (Val::None | Val::Bool(_), other) | (other, Val::None | Val::Bool(_))
                if other.is_certainly_another() =>
            {
                self.build.bool(false)
            }
            // Which numbers are one object is the interpreter's business.
            _ if a.is_fleeting() || b.is_fleeting() => {
                return self.refused("`is` asks about the identity of a value that has none here");
            }
            _ => return self.perform(instruction),
        };
        let truth = if is { same } else { self.op(Op::BNot, &[same]) };
        self.set(to, Val::Bool(truth))
    }

    /// Whether what is in a register is true.
    pub(super) fn truth(&mut self, register: Reg) -> Done<Value> {
        let value = self.get(register);
        Ok(match &self.as_python(&value) {
            Val::None => self.build.bool(false),
            Val::Bool(truth) => *truth,
            Val::Int(number) => {
                let zero = self.build.int(0);
                self.op(Op::INe, &[*number, zero])
            }
            Val::Float(number) => {
                let zero = self.build.float(0.0);
                self.op(Op::FNe, &[*number, zero])
            }
            Val::Complex(real, imag) => self.complex_truth([*real, *imag]),
            Val::Number(tag, bits, kinds) => self.truth_of_number(*tag, *bits, *kinds),
            Val::Tuple(items) => self.build.bool(!items.is_empty()),
            Val::Char(_) => self.build.bool(true),
            Val::Text(_, length) => {
                let zero = self.build.int(0);
                self.op(Op::INe, &[*length, zero])
            }
            Val::ListObject(handle, _) | Val::TupleObject(handle, _) => {
                let (length, zero) = (self.length_of_object(*handle), self.build.int(0));
                self.op(Op::INe, &[length, zero])
            }
            Val::Deque(list) => {
                let (length, zero) = (self.length_of_deque(list), self.build.int(0));
                self.op(Op::INe, &[length, zero])
            }
            Val::List(address, items) => {
                let (length, zero) = (self.list_length(*address, items), self.build.int(0));
                self.op(Op::INe, &[length, zero])
            }
            Val::Dict(address, table) => {
                let (length, zero) = (self.dict_length(*address, table), self.build.int(0));
                self.op(Op::INe, &[length, zero])
            }
            Val::Thing(thing) if let Contents::List(items) = self.state.contents(*thing) => {
                let truth = !items.is_empty();
                self.build.bool(truth)
            }
            Val::Object(handle, Some(Class::Bool)) => match self.unbox(*handle, Class::Bool, false)
            {
                Val::Bool(truth) => truth,
                _ => return self.refused("a truth value that is none"),
            },
            _ => {
                self.enter_handlers()?;
                let handle = self.object(&value)?;
                let exit = self.exit_raised();
                // Only classes of the interpreter's own say it without code of others.
                self.is_doubtful |= !matches!(
                    value.class(),
                    Some(Class::List | Class::Dict | Class::Set | Class::Str)
                        | Some(Class::Tuple | Class::Complex | Class::Int)
                );
                self.build.emit(Op::Truth, &[handle], crate::ir::Immediate::None, Some(exit))[0]
            }
        })
    }

    fn truth_of_number(&mut self, tag: Value, bits: Value, kinds: Kinds) -> Value {
        // Both zeros have no bits but the sign.
        let one = self.build.int(1);
        let mut is_float = self.build.bool(false);
        for kind in kinds.tags().filter(|kind| kind.is_float()) {
            let kind = self.build.int(kind.number());
            let is_kind = self.op(Op::IEq, &[tag, kind]);
            is_float = self.op(Op::BOr, &[is_float, is_kind]);
        }
        let unsigned = self.op(Op::IShl, &[bits, one]);
        let bits = self.build.select(is_float, unsigned, bits);
        let zero = self.build.int(0);
        self.op(Op::INe, &[bits, zero])
    }
}

impl<L> Val<L> {
    /// Whether such a value is certainly neither `None` nor a truth value.
    fn is_certainly_another(&self) -> bool {
        match self {
            Val::Known(_) | Val::Maybe(..) | Val::Unbound | Val::Number(..) => false,
            Val::Object(_, class) => {
                class.is_some_and(|class| class != Class::None && class != Class::Bool)
            }
            Val::None | Val::Bool(_) => false,
            _ => true,
        }
    }

    /// Whether such values are made objects anew whenever one is needed.
    fn is_fleeting(&self) -> bool {
        !matches!(
            self,
            Val::None
                | Val::Bool(_)
                | Val::Known(_)
                | Val::Object(..)
                | Val::Array(..)
                | Val::List(..)
                | Val::ListObject(..)
                | Val::TupleObject(..)
                | Val::Dict(..)
                | Val::DictObject(..)
                | Val::EntryIterator(..)
                | Val::Char(_)
                | Val::Text(..)
                | Val::Instance(..)
                | Val::Record(..)
                | Val::Thing(_)
        )
    }
}

/// Whether one of two values is `None` and the other one a number of Python.
fn is_none_beside_number<L: Clone>(a: &Val<L>, b: &Val<L>) -> bool {
    let is_number = |value: &Val<L>| matches!(value, Val::Bool(_) | Val::Int(_) | Val::Float(_));
    matches!(a, Val::None) && is_number(b) || matches!(b, Val::None) && is_number(a)
}

/// Whether two values are of classes of the interpreter's own whose objects are never equal to each other.
fn are_unlike<L>(a: &Val<L>, b: &Val<L>) -> bool {
    let group = |value: &Val<L>| match value.class() {
        Some(Class::Bool | Class::Int | Class::Float | Class::Complex) => Some(Class::Int),
        class @ Some(Class::None | Class::Str | Class::Tuple | Class::List | Class::Dict) => class,
        _ => None,
    };
    matches!((group(a), group(b)), (Some(a), Some(b)) if a != b)
}

/// Whether there is no operator but `==` and `!=` for two values.
fn is_error<L: Clone>(a: &Val<L>, b: &Val<L>) -> bool {
    is_none_beside_number(a, b) || matches!((a, b), (Val::None, Val::None))
}

fn bool_op(operator: Binary) -> Option<Op> {
    match operator {
        Binary::And => Some(Op::BAnd),
        Binary::Or => Some(Op::BOr),
        Binary::Xor => Some(Op::BXor),
        _ => None,
    }
}
