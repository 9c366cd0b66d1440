//! `for` loops over `map(function, items)`: the function is called where the next item is asked for, and no
//! iterator is made of it. Whether `map` means the builtin shows when it runs; if it does not, what is called
//! gives the items.

use super::name::Variable;
use super::{Lowering, Result};
use crate::code::{
    Argument, BlockId, Consumer, Handler, Instruction, Reg, Span, Special, Terminator,
};
use ruff_python_ast::{self as ast, Expr};

/// What a loop has of a call of `map`.
#[derive(Clone, Copy)]
struct Mapped {
    /// Whether it is the builtin.
    is_map: Reg,
    function: Reg,
    /// An item of what it is given.
    item: Reg,
    span: Span,
}

impl<'a> Lowering<'a> {
    /// The call, if an expression is one of `map` with a function and one iterable.
    pub(super) fn mapped(&self, iterable: &'a Expr) -> Option<&'a ast::ExprCall> {
        let Expr::Call(call) = iterable else { return None };
        let (Expr::Name(name), [function, items]) = (&*call.func, &call.arguments.args[..]) else {
            return None;
        };
        let is_global = matches!(self.variable(&name.id), Variable::Global);
        let is_plain = !function.is_starred_expr() && !items.is_starred_expr();
        (name.id.as_str() == Consumer::Map.name()
            && is_global
            && is_plain
            && call.arguments.keywords.is_empty())
        .then_some(call)
    }

    pub(super) fn for_mapped(
        &mut self,
        statement: &'a ast::StmtFor,
        call: &'a ast::ExprCall,
    ) -> Result<()> {
        let span = self.span(call);
        let mark = self.next;
        let [callee, function, from, is_map, iterator, item] = [(); 6].map(|()| self.temporary());
        self.value_to(&call.func, callee)?;
        self.value_to(&call.arguments.args[0], function)?;
        self.value_to(&call.arguments.args[1], from)?;
        let operation = Special::Is(Consumer::Map);
        self.emit(Instruction::Special { to: is_map, operation, operands: vec![callee] }, span);
        let [called, begin, head, body, done, behind] = [(); 6].map(|()| self.block());
        let branch = |then, otherwise| Terminator::Branch { condition: is_map, then, otherwise };
        self.terminate(branch(begin, called), span);
        self.enter(called);
        let arguments = vec![Argument::Positional(function), Argument::Positional(from)];
        self.emit(Instruction::Call { to: from, callee, arguments }, span);
        self.jump(begin, span);
        self.enter(begin);
        self.emit(Instruction::Iterate { to: iterator, from }, span);
        self.jump(head, span);
        self.enter(head);
        self.terminate(Terminator::Next { iterator, to: item, body, done }, span);
        self.enter(body);
        let kept = self.next;
        let to = self.item_register(&statement.target);
        self.call_mapped(Mapped { is_map, function, item, span }, to, done)?;
        self.assign_item(&statement.target, to)?;
        self.next = kept;
        self.loop_body(statement, head, done, behind)?;
        self.next = mark;
        Ok(())
    }

    /// Calls the function with an item. If it says that there are no more, as `next` does, there are none.
    fn call_mapped(&mut self, mapped: Mapped, to: Reg, done: BlockId) -> Result<()> {
        let Mapped { is_map, function, item, span } = mapped;
        let outside = self.handler;
        let exception = self.temporary();
        let [call, as_it_is, caught, behind] = [(); 4].map(|()| self.block());
        let branch = |condition, then, otherwise| Terminator::Branch { condition, then, otherwise };
        self.terminate(branch(is_map, call, as_it_is), span);
        self.enter(as_it_is);
        self.emit_move(to, item, span);
        self.jump(behind, span);
        self.enter(call);
        self.protect(Some(Handler { block: caught, exception }), span);
        let arguments = vec![Argument::Positional(item)];
        self.emit(Instruction::Call { to, callee: function, arguments }, span);
        self.protect(outside, span);
        self.jump(behind, span);
        self.enter(caught);
        let cleanup = self.begin_handling(exception, span);
        let class = self.temporary();
        let name = self.intern("StopIteration");
        self.emit(Instruction::LoadBuiltin { to: class, name }, span);
        self.emit(Instruction::MatchException { to: class, exception, class }, span);
        let [ends, other] = [self.block(), self.block()];
        self.terminate(branch(class, ends, other), span);
        self.enter(other);
        self.go_on(exception, exception, outside, span);
        self.handler = Some(cleanup);
        self.enter(ends);
        self.protect(outside, span);
        self.emit(Instruction::LeaveHandler { exception }, span);
        self.jump(done, span);
        self.end_handling(exception, cleanup, outside, span);
        self.enter(behind);
        Ok(())
    }
}
