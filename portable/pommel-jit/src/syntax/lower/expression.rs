//! Expressions.

use super::{Lowering, Result};
use crate::code::{Binary, BlockId, Compare, Constant, Instruction, Reg, Span, Terminator, Unary};
use ruff_python_ast::{self as ast, BoolOp, CmpOp, Expr, Operator, UnaryOp};
use ruff_text_size::Ranged;

impl<'a> Lowering<'a> {
    /// Computes an expression. The register that has it is as it was until something else is computed
    /// there.
    pub(super) fn value(&mut self, expression: &'a Expr) -> Result<Reg> {
        self.value_into(expression, None)
    }

    /// Computes an expression into a register.
    pub(super) fn value_to(&mut self, expression: &'a Expr, to: Reg) -> Result<()> {
        let value = self.value_into(expression, Some(to))?;
        let span = self.span(expression);
        self.emit_move(to, value, span);
        Ok(())
    }

    /// Computes an expression, into the register that is wanted if it is as easy. That register is
    /// written last, when all is computed.
    pub(super) fn value_into(&mut self, expression: &'a Expr, want: Option<Reg>) -> Result<Reg> {
        self.deeper(expression, |this| match this.load_literal(expression, want)? {
            Some(constant) => Ok(constant),
            None => this.computed(expression, want),
        })
    }

    fn computed(&mut self, expression: &'a Expr, want: Option<Reg>) -> Result<Reg> {
        let mark = self.next;
        let span = self.span(expression);
        match expression {
            Expr::Name(name) => self.load(name, want),
            Expr::BinOp(e) => {
                let left = self.value(&e.left)?;
                let right = self.value(&e.right)?;
                self.next = mark;
                let to = self.target(want);
                let operator = binary(e.op);
                self.emit(Instruction::Binary { to, operator, left, right, in_place: false }, span);
                Ok(to)
            }
            Expr::UnaryOp(e) => {
                let operand = self.value(&e.operand)?;
                self.next = mark;
                let to = self.target(want);
                self.emit(Instruction::Unary { to, operator: unary(e.op), operand }, span);
                Ok(to)
            }
            Expr::Attribute(e) => {
                let object = match &*e.value {
                    // In tracebacks `super()` is all of `super().name`.
                    Expr::Call(call) if self.is_bare_super(call) => {
                        let span = self.attribute_span(e);
                        self.bare_super(call, span, None)?
                    }
                    value => self.value(value)?,
                };
                self.next = mark;
                let (to, name) = (self.target(want), self.mangled(&e.attr));
                let span = self.attribute_span(e);
                self.emit(Instruction::LoadAttribute { to, object, name }, span);
                Ok(to)
            }
            Expr::Subscript(e) => {
                let object = self.value(&e.value)?;
                let key = self.value(&e.slice)?;
                self.next = mark;
                let to = self.target(want);
                self.emit(Instruction::LoadItem { to, object, key }, span);
                Ok(to)
            }
            Expr::Slice(e) => self.slice(e, want),
            Expr::Call(e) => self.call(e, want),
            Expr::Compare(e) if e.ops.len() == 1 => {
                let left = self.value(&e.left)?;
                let right = self.value(&e.comparators[0])?;
                self.next = mark;
                let to = self.target(want);
                let operator = compare(e.ops[0]);
                self.emit(Instruction::Compare { to, operator, left, right }, span);
                Ok(to)
            }
            Expr::Named(e) => self.named(e, want),
            Expr::Lambda(e) => self.lambda(e, want),
            _ => self.composed(expression, want),
        }
    }

    /// Expressions whose result is there before they are done: it is never in a variable meanwhile.
    fn composed(&mut self, expression: &'a Expr, want: Option<Reg>) -> Result<Reg> {
        match expression {
            Expr::BoolOp(e) => self.bool_op(e),
            Expr::Compare(e) => self.comparisons(e),
            Expr::If(e) => self.conditional(e),
            Expr::Tuple(e) => self.tuple(e, want),
            Expr::List(e) => self.list(e, want),
            Expr::Set(e) => self.set(e, want),
            Expr::Dict(e) => self.dict(e, want),
            Expr::ListComp(e) => self.list_comprehension(e),
            Expr::SetComp(e) => self.set_comprehension(e),
            Expr::DictComp(e) => self.dict_comprehension(e),
            Expr::Generator(e) => self.generator(e, e.range(), want),
            Expr::FString(e) => self.f_string(e, want),
            Expr::TString(_) => self.cannot("a template string", expression),
            Expr::Await(_) => self.cannot("await", expression),
            Expr::Yield(e) if self.generating.is_some() => self.yielded(e, want),
            Expr::YieldFrom(e) if self.generating.is_some() => self.yielded_from(e, want),
            Expr::Yield(_) | Expr::YieldFrom(_) => self.cannot("yield", expression),
            Expr::Starred(_) => self.cannot("a starred expression here", expression),
            _ => self.cannot("an expression of this kind", expression),
        }
    }

    /// Where an attribute stands in tracebacks: if the expression goes over several lines, only its name.
    pub(super) fn attribute_span(&self, attribute: &ast::ExprAttribute) -> Span {
        let whole = self.span(attribute);
        match self.module.slice(attribute.range()).contains('\n') {
            true => Span { start: self.span(&attribute.attr).start, end: whole.end },
            false => whole,
        }
    }

    fn slice(&mut self, slice: &'a ast::ExprSlice, want: Option<Reg>) -> Result<Reg> {
        let mark = self.next;
        let span = self.span(slice);
        let mut parts = [Reg(0); 3];
        for (part, to) in [&slice.lower, &slice.upper, &slice.step].into_iter().zip(&mut parts) {
            *to = match part {
                Some(part) => self.value(part)?,
                None => self.constant(Constant::None, None, span),
            };
        }
        self.next = mark;
        let to = self.target(want);
        self.emit(Instruction::MakeSlice { to, parts }, span);
        Ok(to)
    }

    fn named(&mut self, named: &'a ast::ExprNamed, want: Option<Reg>) -> Result<Reg> {
        let Expr::Name(name) = &*named.target else {
            return self.cannot("an assignment expression to no name", named);
        };
        let span = self.span(&*named.target);
        if let Some(variable) = self.register(&name.id) {
            self.value_to(&named.value, variable)?;
            let to = self.target(want);
            self.emit_move(to, variable, span);
            return Ok(to);
        }
        let value = self.value_into(&named.value, want)?;
        self.store(&name.id, value, span);
        Ok(value)
    }

    fn bool_op(&mut self, expression: &'a ast::ExprBoolOp) -> Result<Reg> {
        let to = self.temporary();
        let end = self.block();
        let span = self.span(expression);
        for (index, value) in expression.values.iter().enumerate() {
            let mark = self.next;
            self.value_to(value, to)?;
            self.next = mark;
            if index + 1 == expression.values.len() {
                self.jump(end, span);
                break;
            }
            let next = self.block();
            let (then, otherwise) = match expression.op {
                BoolOp::And => (next, end),
                BoolOp::Or => (end, next),
            };
            self.terminate(Terminator::Branch { condition: to, then, otherwise }, span);
            self.enter(next);
        }
        self.enter(end);
        Ok(to)
    }

    /// `a < b < c`
    fn comparisons(&mut self, expression: &'a ast::ExprCompare) -> Result<Reg> {
        let to = self.temporary();
        let mark = self.next;
        let end = self.block();
        let span = self.span(expression);
        self.each_comparison(expression, to, end)?;
        self.jump(end, span);
        self.enter(end);
        self.next = mark;
        Ok(to)
    }

    /// Compares one after the other; if one is false, it goes on in a block. The result of the last one
    /// is in `to`.
    fn each_comparison(
        &mut self,
        expression: &'a ast::ExprCompare,
        to: Reg,
        otherwise: BlockId,
    ) -> Result<()> {
        let span = self.span(expression);
        let mut left = self.value(&expression.left)?;
        let last = expression.ops.len() - 1;
        for (index, (op, right)) in expression.ops.iter().zip(&expression.comparators).enumerate() {
            let right = self.value(right)?;
            self.emit(Instruction::Compare { to, operator: compare(*op), left, right }, span);
            if index < last {
                let then = self.block();
                self.terminate(Terminator::Branch { condition: to, then, otherwise }, span);
                self.enter(then);
            }
            left = right;
        }
        Ok(())
    }

    fn conditional(&mut self, expression: &'a ast::ExprIf) -> Result<Reg> {
        let to = self.temporary();
        let [then, otherwise, end] = [self.block(), self.block(), self.block()];
        self.condition(&expression.test, then, otherwise)?;
        for (block, value) in [(then, &expression.body), (otherwise, &expression.orelse)] {
            let mark = self.next;
            self.enter(block);
            self.value_to(value, to)?;
            self.next = mark;
            let span = self.span(&**value);
            self.jump(end, span);
        }
        self.enter(end);
        Ok(to)
    }

    /// Computes a condition and goes on in one of two blocks.
    pub(super) fn condition(
        &mut self,
        expression: &'a Expr,
        then: BlockId,
        otherwise: BlockId,
    ) -> Result<()> {
        let mark = self.next;
        self.deeper(expression, |this| this.condition_of(expression, then, otherwise))?;
        self.next = mark;
        Ok(())
    }

    fn condition_of(
        &mut self,
        expression: &'a Expr,
        then: BlockId,
        otherwise: BlockId,
    ) -> Result<()> {
        let span = self.span(expression);
        if let Some(truth) = self.known_truth(expression)? {
            self.jump(if truth { then } else { otherwise }, span);
            return Ok(());
        }
        match expression {
            Expr::UnaryOp(e) if e.op == UnaryOp::Not => {
                return self.condition(&e.operand, otherwise, then);
            }
            Expr::BoolOp(e) => return self.conditions(e, then, otherwise),
            Expr::If(e) => {
                let [first, second] = [self.block(), self.block()];
                self.condition(&e.test, first, second)?;
                self.enter(first);
                self.condition(&e.body, then, otherwise)?;
                self.enter(second);
                return self.condition(&e.orelse, then, otherwise);
            }
            _ => {}
        }
        let condition = match expression {
            Expr::Compare(e) if e.ops.len() > 1 => {
                let to = self.temporary();
                self.each_comparison(e, to, otherwise)?;
                to
            }
            _ => self.value(expression)?,
        };
        self.terminate(Terminator::Branch { condition, then, otherwise }, span);
        Ok(())
    }

    /// `a and b`, `a or b`
    fn conditions(
        &mut self,
        expression: &'a ast::ExprBoolOp,
        then: BlockId,
        otherwise: BlockId,
    ) -> Result<()> {
        let Some((last, others)) = expression.values.split_last() else { return Ok(()) };
        for value in others {
            let next = self.block();
            match expression.op {
                BoolOp::And => self.condition(value, next, otherwise)?,
                BoolOp::Or => self.condition(value, then, next)?,
            }
            self.enter(next);
        }
        self.condition(last, then, otherwise)
    }

    /// Whether a constant is true: `while True`.
    fn known_truth(&self, expression: &Expr) -> Result<Option<bool>> {
        if matches!(expression, Expr::Name(name) if name.id.as_str() == "__debug__") {
            return Ok(Some(true));
        }
        Ok(self.literal(expression)?.map(|constant| match constant {
            Constant::None => false,
            Constant::Ellipsis | Constant::BigInt(_) => true,
            Constant::Bool(value) => value,
            Constant::Int(value) => value != 0,
            Constant::Float(value) | Constant::Imaginary(value) => value != 0.0,
            Constant::Str(text) => !text.is_empty(),
            Constant::Bytes(bytes) => !bytes.is_empty(),
            Constant::Tuple(items) => !items.is_empty(),
        }))
    }
}

/// An operator with two operands.
pub(super) fn binary(operator: Operator) -> Binary {
    match operator {
        Operator::Add => Binary::Add,
        Operator::Sub => Binary::Subtract,
        Operator::Mult => Binary::Multiply,
        Operator::MatMult => Binary::MatrixMultiply,
        Operator::Div => Binary::Divide,
        Operator::Mod => Binary::Remainder,
        Operator::Pow => Binary::Power,
        Operator::LShift => Binary::ShiftLeft,
        Operator::RShift => Binary::ShiftRight,
        Operator::BitOr => Binary::Or,
        Operator::BitXor => Binary::Xor,
        Operator::BitAnd => Binary::And,
        Operator::FloorDiv => Binary::FloorDivide,
    }
}

fn unary(operator: UnaryOp) -> Unary {
    match operator {
        UnaryOp::Invert => Unary::Invert,
        UnaryOp::Not => Unary::Not,
        UnaryOp::UAdd => Unary::Positive,
        UnaryOp::USub => Unary::Negative,
    }
}

fn compare(operator: CmpOp) -> Compare {
    match operator {
        CmpOp::Eq => Compare::Equal,
        CmpOp::NotEq => Compare::NotEqual,
        CmpOp::Lt => Compare::Less,
        CmpOp::LtE => Compare::LessEqual,
        CmpOp::Gt => Compare::Greater,
        CmpOp::GtE => Compare::GreaterEqual,
        CmpOp::Is => Compare::Is,
        CmpOp::IsNot => Compare::IsNot,
        CmpOp::In => Compare::In,
        CmpOp::NotIn => Compare::NotIn,
    }
}
