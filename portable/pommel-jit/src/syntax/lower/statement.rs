//! Statements.

use super::{Context, Lowering, Result};
use crate::code::{Argument, BlockId, Constant, Instruction, Reg, Span, Terminator, Tool};
use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_text_size::Ranged;

impl<'a> Lowering<'a> {
    /// Statements one after the other.
    pub(super) fn statements(&mut self, statements: &'a [Stmt]) -> Result<()> {
        for statement in statements {
            let mark = self.next;
            self.deeper(statement, |this| this.statement(statement))?;
            self.next = mark;
        }
        Ok(())
    }

    fn statement(&mut self, statement: &'a Stmt) -> Result<()> {
        let span = self.span(statement);
        match statement {
            Stmt::Expr(e) if e.value.is_literal_expr() => Ok(()),
            Stmt::Expr(e) => self.value(&e.value).map(|_| ()),
            Stmt::Assign(s) => self.assignment(s),
            Stmt::AugAssign(s) => self.augmented(s),
            Stmt::AnnAssign(s) => self.annotated(s),
            Stmt::Return(s) => self.return_statement(s),
            Stmt::If(s) => self.if_statement(s),
            Stmt::While(s) => self.while_statement(s),
            Stmt::For(s) => self.for_statement(s),
            Stmt::Break(_) => self.leave_loop(true, statement),
            Stmt::Continue(_) => self.leave_loop(false, statement),
            Stmt::Pass(_) | Stmt::Global(_) | Stmt::Nonlocal(_) => Ok(()),
            Stmt::Delete(s) => s.targets.iter().try_for_each(|target| self.remove(target)),
            Stmt::Assert(s) => self.assertion(s, span),
            Stmt::Raise(s) => self.raise(s),
            Stmt::Try(s) => self.try_statement(s),
            Stmt::FunctionDef(s) => self.definition(s),
            Stmt::Import(s) => self.import(s),
            Stmt::ImportFrom(s) => self.import_from(s),
            Stmt::ClassDef(s) => self.class_definition(s),
            Stmt::With(s) => self.with_statement(s),
            Stmt::Match(s) => self.match_statement(s),
            Stmt::TypeAlias(_) => self.cannot("a type alias", statement),
            Stmt::IpyEscapeCommand(_) => self.cannot("a command of a notebook", statement),
        }
    }

    fn return_statement(&mut self, statement: &'a ast::StmtReturn) -> Result<()> {
        let span = self.span(statement);
        let mut value = match &statement.value {
            Some(value) => self.value(value)?,
            None => self.constant(Constant::None, None, span),
        };
        if self.return_from_generator(span)? {
            return Ok(());
        }
        let is_variable = value.0 < self.code.locals.len() as u32;
        if is_variable && self.contexts.iter().any(|c| !matches!(c, Context::Loop { .. })) {
            // What is done on the way out may bind it to something else.
            let kept = self.temporary();
            self.emit_move(kept, value, span);
            value = kept;
        }
        let left = self.leave(0, span)?;
        self.terminate(Terminator::Return(value), span);
        self.stay(left);
        Ok(())
    }

    fn if_statement(&mut self, statement: &'a ast::StmtIf) -> Result<()> {
        let span = self.span(statement);
        let end = self.block();
        self.branch(&statement.test, &statement.body, end)?;
        for clause in &statement.elif_else_clauses {
            match &clause.test {
                Some(test) => self.branch(test, &clause.body, end)?,
                None => self.statements(&clause.body)?,
            }
        }
        self.jump(end, span);
        self.enter(end);
        Ok(())
    }

    /// Does statements if a condition is true and goes on at the end; goes on here if it is not.
    fn branch(
        &mut self,
        test: &'a Expr,
        body: &'a [Stmt],
        end: crate::code::BlockId,
    ) -> Result<()> {
        let [then, otherwise] = [self.block(), self.block()];
        self.condition(test, then, otherwise)?;
        self.enter(then);
        self.statements(body)?;
        let span = self.end_of(body);
        self.jump(end, span);
        self.enter(otherwise);
        Ok(())
    }

    /// Where the last of some statements stands.
    fn end_of(&self, body: &[Stmt]) -> Span {
        body.last().map_or(self.code.span, |last| self.span(last))
    }

    fn while_statement(&mut self, statement: &'a ast::StmtWhile) -> Result<()> {
        let span = self.span(&*statement.test);
        let [head, body, done, behind] = [self.block(), self.block(), self.block(), self.block()];
        self.jump(head, span);
        self.enter(head);
        self.condition(&statement.test, body, done)?;
        self.enter(body);
        self.contexts.push(Context::Loop { next: head, behind });
        self.statements(&statement.body)?;
        self.contexts.pop();
        let span = self.end_of(&statement.body);
        self.jump(head, span);
        self.enter(done);
        self.statements(&statement.orelse)?;
        self.jump(behind, span);
        self.enter(behind);
        Ok(())
    }

    fn for_statement(&mut self, statement: &'a ast::StmtFor) -> Result<()> {
        if statement.is_async {
            return self.cannot("an asynchronous loop", statement);
        }
        if let Expr::Generator(generator) = &*statement.iter
            && !generator.generators.iter().any(|generator| generator.is_async)
        {
            return self.for_generator(statement, generator);
        }
        if let Some(call) = self.mapped(&statement.iter) {
            return self.for_mapped(statement, call);
        }
        if let Some(called) = self.called_generator(&statement.iter) {
            return self.for_called(statement, called);
        }
        if let Some(used) = self.used(&statement.iter).filter(|used| used.tool != Tool::Reduce) {
            return self.for_used(statement, used);
        }
        let mark = self.next;
        let span = self.span(&*statement.iter);
        let from = self.value(&statement.iter)?;
        self.next = mark;
        let iterator = self.temporary();
        self.emit(Instruction::Iterate { to: iterator, from }, span);
        let [head, body, done, behind] = [self.block(), self.block(), self.block(), self.block()];
        self.jump(head, span);
        self.enter(head);
        let item = self.next;
        let to = self.item_register(&statement.target);
        self.terminate(Terminator::Next { iterator, to, body, done }, span);
        self.enter(body);
        self.assign_item(&statement.target, to)?;
        self.next = item;
        self.loop_body(statement, head, done, behind)
    }

    /// What a `for` loop does with an item that is assigned, and where it ends.
    pub(super) fn loop_body(
        &mut self,
        statement: &'a ast::StmtFor,
        head: BlockId,
        done: BlockId,
        behind: BlockId,
    ) -> Result<()> {
        let span = self.span(&*statement.iter);
        self.contexts.push(Context::Loop { next: head, behind });
        self.statements(&statement.body)?;
        self.contexts.pop();
        self.jump(head, span);
        self.enter(done);
        self.statements(&statement.orelse)?;
        self.jump(behind, span);
        self.enter(behind);
        Ok(())
    }

    /// `for` over a generator expression, which is followed where it stands.
    fn for_generator(
        &mut self,
        statement: &'a ast::StmtFor,
        generator: &'a ast::ExprGenerator,
    ) -> Result<()> {
        let span = self.span(&*statement.iter);
        let behind = self.block();
        self.follow(generator, generator.range(), span, &mut |this, item, next, _| {
            let mark = this.next;
            this.assign(&statement.target, item)?;
            this.next = mark;
            this.contexts.push(Context::Loop { next, behind });
            this.statements(&statement.body)?;
            this.contexts.pop();
            Ok(())
        })?;
        self.statements(&statement.orelse)?;
        self.jump(behind, span);
        self.enter(behind);
        Ok(())
    }

    /// `break` and `continue`
    fn leave_loop(&mut self, is_break: bool, statement: &'a Stmt) -> Result<()> {
        let span = self.span(statement);
        let found = self.contexts.iter().rposition(|c| matches!(c, Context::Loop { .. }));
        let Some((depth, Context::Loop { next, behind })) =
            found.map(|depth| (depth, self.contexts[depth]))
        else {
            return self.cannot("break or continue without a loop", statement);
        };
        let left = self.leave(depth + 1, span)?;
        self.jump(if is_break { behind } else { next }, span);
        self.stay(left);
        Ok(())
    }

    fn assertion(&mut self, statement: &'a ast::StmtAssert, span: Span) -> Result<()> {
        let [failed, end] = [self.block(), self.block()];
        self.condition(&statement.test, end, failed)?;
        self.enter(failed);
        let mut exception: Reg = self.temporary();
        let name = self.intern("AssertionError");
        self.emit(Instruction::LoadBuiltin { to: exception, name }, span);
        if let Some(message) = &statement.msg {
            let message = self.value(message)?;
            let callee = exception;
            exception = self.temporary();
            let arguments = vec![Argument::Positional(message)];
            self.emit(Instruction::Call { to: exception, callee, arguments }, span);
        }
        let span = self.span(&*statement.test);
        self.terminate(Terminator::Raise { exception: Some(exception), cause: None }, span);
        self.enter(end);
        Ok(())
    }
}
