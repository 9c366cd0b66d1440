//! `with`: the methods of an object are called before its body and behind it, whichever way control goes.

use super::{Context, Lowering, Result};
use crate::code::{Constant, Handler, Instruction, Reg, Span, Special, Terminator};
use ruff_python_ast::{self as ast, Stmt, WithItem};

impl<'a> Lowering<'a> {
    pub(super) fn with_statement(&mut self, statement: &'a ast::StmtWith) -> Result<()> {
        if statement.is_async {
            return self.cannot("async with", statement);
        }
        self.with_items(&statement.items, &statement.body)
    }

    /// Several objects are as one `with` within the other.
    fn with_items(&mut self, items: &'a [WithItem], body: &'a [Stmt]) -> Result<()> {
        let Some((item, others)) = items.split_first() else { return self.statements(body) };
        let mark = self.next;
        let at = self.span(&item.context_expr);
        let manager = self.value(&item.context_expr)?;
        let [pair, enter, exit] = [self.temporary(), self.temporary(), self.temporary()];
        let (operation, operands) = (Special::ContextMethods, vec![manager]);
        self.emit(Instruction::Special { to: pair, operation, operands }, at);
        self.emit(Instruction::Unpack { to: vec![enter, exit], from: pair }, at);
        self.emit(Instruction::Call { to: pair, callee: enter, arguments: vec![] }, at);
        let outside = self.handler;
        let exception = self.temporary();
        let [caught, behind] = [self.block(), self.block()];
        self.contexts.push(Context::With { exit, at, outside });
        self.protect(Some(Handler { block: caught, exception }), at);
        if let Some(target) = &item.optional_vars {
            self.assign(target, pair)?;
        }
        self.with_items(others, body)?;
        self.contexts.pop();
        self.protect(outside, at);
        self.exit_context(exit, at);
        self.jump(behind, at);
        self.enter(caught);
        let cleanup = self.begin_handling(exception, at);
        let (operation, operands) = (Special::ExitContext, vec![exit, exception]);
        self.emit(Instruction::Special { to: pair, operation, operands }, at);
        let [then, otherwise] = [self.block(), self.block()];
        self.terminate(Terminator::Branch { condition: pair, then, otherwise }, at);
        self.enter(otherwise);
        self.go_on(exception, exception, outside, at);
        self.handler = Some(cleanup);
        self.enter(then);
        self.protect(outside, at);
        self.emit(Instruction::LeaveHandler { exception }, at);
        self.jump(behind, at);
        self.end_handling(exception, cleanup, outside, at);
        self.enter(behind);
        self.next = mark;
        Ok(())
    }

    /// Calls `__exit__` where there is no exception.
    pub(super) fn exit_context(&mut self, exit: Reg, at: Span) {
        let mark = self.next;
        let none = self.constant(Constant::None, None, at);
        let arguments = vec![crate::code::Argument::Positional(none); 3];
        let to = self.temporary();
        self.emit(Instruction::Call { to, callee: exit, arguments }, at);
        self.next = mark;
    }
}
