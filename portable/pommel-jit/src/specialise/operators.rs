//! The functions of `operator` that do what operators do.

use super::world::Builtin;
use super::{Done, Flow, Specialiser};
use crate::code::{Argument, Binary, Compare, Instruction, Reg, Unary};

/// What such a function does.
enum Operator {
    Unary(Unary),
    Binary(Binary),
    Compare(Compare),
}

fn operator_of(builtin: Builtin) -> Option<Operator> {
    use Builtin as B;
    Some(match builtin {
        B::OperatorAdd => Operator::Binary(Binary::Add),
        B::OperatorAnd => Operator::Binary(Binary::And),
        B::OperatorFloordiv => Operator::Binary(Binary::FloorDivide),
        B::OperatorLshift => Operator::Binary(Binary::ShiftLeft),
        B::OperatorMod => Operator::Binary(Binary::Remainder),
        B::OperatorMul => Operator::Binary(Binary::Multiply),
        B::OperatorOr => Operator::Binary(Binary::Or),
        B::OperatorPow => Operator::Binary(Binary::Power),
        B::OperatorRshift => Operator::Binary(Binary::ShiftRight),
        B::OperatorSub => Operator::Binary(Binary::Subtract),
        B::OperatorTruediv => Operator::Binary(Binary::Divide),
        B::OperatorXor => Operator::Binary(Binary::Xor),
        B::OperatorEq => Operator::Compare(Compare::Equal),
        B::OperatorGe => Operator::Compare(Compare::GreaterEqual),
        B::OperatorGt => Operator::Compare(Compare::Greater),
        B::OperatorLe => Operator::Compare(Compare::LessEqual),
        B::OperatorLt => Operator::Compare(Compare::Less),
        B::OperatorNe => Operator::Compare(Compare::NotEqual),
        B::OperatorNeg => Operator::Unary(Unary::Negative),
        B::OperatorNot => Operator::Unary(Unary::Not),
        B::OperatorPos => Operator::Unary(Unary::Positive),
        _ => return None,
    })
}

impl Specialiser<'_> {
    /// A call of such a function. `None` for others.
    pub(super) fn operator_as_function(
        &mut self,
        to: Reg,
        builtin: Builtin,
        arguments: &[Argument],
        instruction: &Instruction,
    ) -> Done<Option<Flow>> {
        let Some(operator) = operator_of(builtin) else { return Ok(None) };
        match (operator, arguments) {
            (Operator::Unary(operator), [Argument::Positional(operand)]) => {
                self.unary(to, operator, *operand, instruction).map(Some)
            }
            (
                Operator::Binary(operator),
                [Argument::Positional(left), Argument::Positional(right)],
            ) => self.binary(to, operator, *left, *right, instruction).map(Some),
            (
                Operator::Compare(operator),
                [Argument::Positional(left), Argument::Positional(right)],
            ) => self.compare(to, operator, *left, *right, instruction).map(Some),
            _ => Ok(None),
        }
    }
}
