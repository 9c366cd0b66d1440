//! Exceptions: `raise` and `try`.
//!
//! What `finally` does is there for every way out of its `try`: for the end, for exceptions, and for every
//! `return`, `break` and `continue`. While an exception is handled, others go by a block which says
//! that it is not handled any more.

use super::{Context, Lowering, Result};
use crate::code::{BlockId, Handler, Instruction, Reg, Span, Terminator};
use ruff_python_ast::{self as ast, ExceptHandler, ExceptHandlerExceptHandler};

impl<'a> Lowering<'a> {
    /// `raise exception from cause`
    pub(super) fn raise(&mut self, statement: &'a ast::StmtRaise) -> Result<()> {
        let span = self.span(statement);
        let exception = statement.exc.as_deref().map(|e| self.value(e)).transpose()?;
        let cause = statement.cause.as_deref().map(|e| self.value(e)).transpose()?;
        let handled = self.contexts.iter().rev().find_map(|context| match context {
            Context::Handling { exception, .. } => Some(*exception),
            _ => None,
        });
        let terminator = match (exception, handled) {
            (None, Some(exception)) => Terminator::Reraise { exception },
            _ => Terminator::Raise { exception, cause },
        };
        self.terminate(terminator, span);
        self.enter_unreachable();
        Ok(())
    }

    pub(super) fn try_statement(&mut self, statement: &'a ast::StmtTry) -> Result<()> {
        if statement.is_star {
            return self.cannot("except*", statement);
        }
        if statement.finalbody.is_empty() {
            return self.try_except(statement);
        }
        let span = self.span(statement);
        let outside = self.handler;
        let exception = self.temporary();
        let [caught, behind] = [self.block(), self.block()];
        self.contexts.push(Context::Finally { body: &statement.finalbody, outside });
        self.protect(Some(Handler { block: caught, exception }), span);
        if statement.handlers.is_empty() {
            self.statements(&statement.body)?;
            self.statements(&statement.orelse)?;
        } else {
            self.try_except(statement)?;
        }
        self.contexts.pop();
        self.protect(outside, span);
        self.statements(&statement.finalbody)?;
        self.jump(behind, span);
        self.enter(caught);
        let cleanup = self.begin_handling(exception, span);
        self.contexts.push(Context::Handling { exception, name: None, outside });
        self.statements(&statement.finalbody)?;
        self.contexts.pop();
        self.go_on(exception, exception, outside, span);
        self.end_handling(exception, cleanup, outside, span);
        self.enter(behind);
        Ok(())
    }

    /// An exception is handled from here on. What others go by is to be ended by [`Self::end_handling`].
    pub(super) fn begin_handling(&mut self, exception: Reg, span: Span) -> Handler {
        self.emit(Instruction::EnterHandler { exception }, span);
        let cleanup = Handler { block: self.block(), exception: self.temporary() };
        self.protect(Some(cleanup), span);
        cleanup
    }

    pub(super) fn end_handling(
        &mut self,
        handled: Reg,
        cleanup: Handler,
        outside: Option<Handler>,
        span: Span,
    ) {
        self.handler = outside;
        self.enter(cleanup.block);
        self.go_on(handled, cleanup.exception, outside, span);
    }

    /// An exception is not handled any more, and it or another one goes on its way.
    pub(super) fn go_on(
        &mut self,
        handled: Reg,
        exception: Reg,
        outside: Option<Handler>,
        span: Span,
    ) {
        self.protect(outside, span);
        self.emit(Instruction::LeaveHandler { exception: handled }, span);
        self.terminate(Terminator::Reraise { exception }, span);
    }

    fn try_except(&mut self, statement: &'a ast::StmtTry) -> Result<()> {
        let span = self.span(statement);
        let outside = self.handler;
        let exception = self.temporary();
        let [caught, behind] = [self.block(), self.block()];
        self.protect(Some(Handler { block: caught, exception }), span);
        self.statements(&statement.body)?;
        self.protect(outside, span);
        self.statements(&statement.orelse)?;
        self.jump(behind, span);
        self.enter(caught);
        let cleanup = self.begin_handling(exception, span);
        let mut others = None;
        for ExceptHandler::ExceptHandler(clause) in &statement.handlers {
            others = self.clause(clause, exception, outside, behind)?;
            self.handler = Some(cleanup);
            match others {
                Some(next) => self.enter(next),
                None => break,
            }
        }
        if others.is_some() {
            self.go_on(exception, exception, outside, span);
        }
        self.end_handling(exception, cleanup, outside, span);
        self.enter(behind);
        Ok(())
    }

    /// `except class as name`. Gives the block for exceptions that are not of the class.
    fn clause(
        &mut self,
        clause: &'a ExceptHandlerExceptHandler,
        exception: Reg,
        outside: Option<Handler>,
        behind: BlockId,
    ) -> Result<Option<BlockId>> {
        let span = self.span(clause);
        let mark = self.next;
        let mut others = None;
        if let Some(class) = &clause.type_ {
            let class = self.value(class)?;
            self.next = mark;
            let to = self.temporary();
            self.emit(Instruction::MatchException { to, exception, class }, span);
            let [then, otherwise] = [self.block(), self.block()];
            self.terminate(Terminator::Branch { condition: to, then, otherwise }, span);
            self.enter(then);
            self.next = mark;
            others = Some(otherwise);
        }
        let name = clause.name.as_ref();
        self.contexts.push(Context::Handling { exception, name, outside });
        match name {
            Some(name) => self.named_clause(clause, name, exception)?,
            None => self.statements(&clause.body)?,
        }
        self.contexts.pop();
        self.protect(outside, span);
        self.emit(Instruction::LeaveHandler { exception }, span);
        if let Some(name) = name {
            self.unname(name)?;
        }
        self.jump(behind, span);
        self.next = mark;
        Ok(others)
    }

    /// The body of a handler where the exception has a name, which is unbound whatever happens.
    fn named_clause(
        &mut self,
        clause: &'a ExceptHandlerExceptHandler,
        name: &'a ast::Identifier,
        exception: Reg,
    ) -> Result<()> {
        let span = self.span(clause);
        let around = self.handler;
        self.store(name, exception, span);
        let unname = Handler { block: self.block(), exception: self.temporary() };
        self.protect(Some(unname), span);
        self.statements(&clause.body)?;
        let end = self.current;
        let inside = core::mem::replace(&mut self.handler, around);
        self.enter(unname.block);
        self.unname(name)?;
        self.terminate(Terminator::Reraise { exception: unname.exception }, span);
        self.handler = inside;
        self.enter(end);
        Ok(())
    }
}
