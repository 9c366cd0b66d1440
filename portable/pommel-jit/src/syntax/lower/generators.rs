//! Calls of generator functions whose items are used where they stand: the function is followed as a part of
//! the one that calls it, and what is done with an item stands where it is yielded.
//!
//! The function has to be one of the same module. Whether the name still means it shows when it runs; if
//! not, what is called gives the items.

use super::consume::Use;
use super::function::heading;
use super::name::Variable;
use super::{Function, Lowering, Result};
use crate::code::{
    Argument, BlockId, Code, Constant, Inlined, Instruction, Reg, Span, Special, Terminator,
    Unsupported,
};
use crate::syntax::Module;
use crate::syntax::scope::ScopeId;
use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_text_size::Ranged;

/// So many generator functions are followed within a function at most,
const MOST_FUNCTIONS: usize = 8;
/// which yield at so many places: what is done with an item stands at each.
const MOST_YIELDS: usize = 4;

/// A call of a generator function that can be followed.
#[derive(Clone, Copy)]
pub(super) struct Called<'a> {
    call: &'a ast::ExprCall,
    function: &'a ast::StmtFunctionDef,
    scope: ScopeId,
}

/// A call of a generator function that has begun.
pub(super) struct Begun<'a> {
    called: Called<'a>,
    /// Which of [`Code::nested`] the function is.
    nested: u32,
    callee: Reg,
    arguments: Vec<Reg>,
    /// Whether it is that function which is called,
    is_it: Reg,
    /// and if not, an iterator of what was called.
    iterator: Reg,
}

/// Where the items of a loop come from.
pub(super) enum Items<'a> {
    /// An iterator in a register.
    Iterator(Reg),
    /// A call of a generator function.
    Call(Begun<'a>),
    /// A call of something that makes iterators.
    Used(super::tools::Begun<'a>),
}

impl Begun<'_> {
    /// Whether it is the generator function that is called, and what the call gave if not.
    pub(super) fn is_it_or_given(&self) -> (Reg, Reg) {
        (self.is_it, self.iterator)
    }

    /// What makes the generator.
    pub(super) fn as_call(&self) -> Instruction {
        let arguments = self.arguments.iter().copied().map(Argument::Positional).collect();
        Instruction::Call { to: self.iterator, callee: self.callee, arguments }
    }
}

/// A generator function that is being followed.
pub(super) struct Generating {
    /// How many parts of functions are around it.
    depth: usize,
    /// Where it ends.
    ended: BlockId,
    yields: Vec<Yield>,
}

/// Where it yields an item.
struct Yield {
    /// The block at whose end.
    block: BlockId,
    item: Reg,
    /// Where it goes on.
    next: BlockId,
    /// The next temporary that is free.
    free: u32,
    span: Span,
}

impl<'a> Lowering<'a> {
    /// Gives registers to the variables of generator functions that are followed as parts of a function.
    pub(super) fn declare_generators(&mut self, function: Function<'a>) {
        let Function::Def(function) = function else { return };
        let mut open = vec![function];
        while let Some(function) = open.pop() {
            for name in called_in(&function.body) {
                if self.generators.len() == MOST_FUNCTIONS {
                    break;
                }
                let Some((function, scope)) = generator_named(self.module, name) else { continue };
                if self.generators.contains(&scope) || !can_be_followed(self.module, function) {
                    continue;
                }
                self.generators.push(scope);
                self.declare(scope);
                for inner in self.module.scopes.parts_of(scope) {
                    self.declare(inner);
                }
                open.push(function);
            }
        }
        self.next = (self.code.locals.len() + self.code.free.len()) as u32;
        self.code.registers = self.next;
    }

    /// The call, if an expression is one of a generator function that can be followed.
    pub(super) fn called_generator(&self, iterable: &'a Expr) -> Option<Called<'a>> {
        let Expr::Call(call) = iterable else { return None };
        let Expr::Name(name) = &*call.func else { return None };
        let (function, scope) = generator_named(self.module, &name.id)?;
        let is_global = matches!(self.variable(&name.id), Variable::Global);
        let is_free = self.generators.contains(&scope) && !self.followed.contains(&scope);
        let arguments = &call.arguments;
        let fits = arguments.keywords.is_empty()
            && !arguments.args.iter().any(Expr::is_starred_expr)
            && (arguments.args.len() == parameters(function).count()
                || (required(function)..required(function) + defaults(self, function).len())
                    .contains(&arguments.args.len()));
        (is_global && is_free && fits).then_some(Called { call, function, scope })
    }

    /// `for` over a call of a generator function.
    pub(super) fn for_called(
        &mut self,
        statement: &'a ast::StmtFor,
        called: Called<'a>,
    ) -> Result<()> {
        let span = self.span(&*statement.iter);
        let [done, behind] = [self.block(), self.block()];
        self.over_call(called, span, done, &mut |this, item, next, _| {
            let mark = this.next;
            this.assign(&statement.target, item)?;
            this.next = mark;
            this.contexts.push(super::Context::Loop { next, behind });
            this.statements(&statement.body)?;
            this.contexts.pop();
            Ok(())
        })?;
        self.enter(done);
        self.statements(&statement.orelse)?;
        self.jump(behind, span);
        self.enter(behind);
        // `break` leaves what it had.
        self.forget_generator(called.scope, span);
        Ok(())
    }

    /// Does something with each item that a generator function yields, which are asked for `at` a place. All
    /// end in `done`, which is not entered.
    pub(super) fn over_call(
        &mut self,
        called: Called<'a>,
        at: Span,
        done: BlockId,
        each: &mut Use<'_, 'a>,
    ) -> Result<()> {
        let mark = self.next;
        let begun = self.begin_call(called, at)?;
        self.over_items(&begun, at, done, each)?;
        self.next = mark;
        Ok(())
    }

    /// Computes what a call needs. If the name does not mean the generator function, what it means is called.
    pub(super) fn begin_call(&mut self, called: Called<'a>, at: Span) -> Result<Begun<'a>> {
        self.begin_generator(called, None, Some(at))
    }

    /// The same, only if a condition holds. Without a place for that, what is called is not iterated over yet.
    pub(super) fn begin_generator(
        &mut self,
        called: Called<'a>,
        only_if: Option<Reg>,
        at: Option<Span>,
    ) -> Result<Begun<'a>> {
        let Called { call, function, scope } = called;
        let span = self.call_span(call);
        let callee = self.temporary();
        self.value_to(&call.func, callee)?;
        let mut arguments = vec![];
        for argument in &call.arguments.args {
            let to = self.temporary();
            self.value_to(argument, to)?;
            arguments.push(to);
        }
        let nested = self.outside_function(function, scope);
        let [is_it, iterator] = [self.temporary(), self.temporary()];
        let (operation, operands) = (Special::IsGenerator(nested), vec![callee]);
        self.emit(Instruction::Special { to: is_it, operation, operands }, span);
        if let Some(other) = only_if {
            self.hold_if(is_it, other, span);
        }
        let [begun, as_it_is] = [self.block(), self.block()];
        let branch = Terminator::Branch { condition: is_it, then: begun, otherwise: as_it_is };
        self.terminate(branch, span);
        self.enter(as_it_is);
        let given = arguments.iter().copied().map(Argument::Positional).collect();
        self.emit(Instruction::Call { to: iterator, callee, arguments: given }, span);
        if let Some(at) = at {
            self.emit(Instruction::Iterate { to: iterator, from: iterator }, at);
        }
        self.jump(begun, at.unwrap_or(span));
        self.enter(begun);
        let left_out = parameters(function).count() - arguments.len();
        let defaults = defaults(self, function);
        for default in defaults.into_iter().rev().take(left_out).rev() {
            arguments.push(self.constant(default, None, span));
        }
        Ok(Begun { called, nested, callee, arguments, is_it, iterator })
    }

    /// Does something with each item of a call that has begun.
    pub(super) fn over_items(
        &mut self,
        begun: &Begun<'a>,
        at: Span,
        done: BlockId,
        each: &mut Use<'_, 'a>,
    ) -> Result<()> {
        let (condition, iterator) = (begun.is_it, begun.iterator);
        let [inline, head, body] = [(); 3].map(|()| self.block());
        self.terminate(Terminator::Branch { condition, then: inline, otherwise: head }, at);
        self.enter(head);
        let item = self.temporary();
        self.terminate(Terminator::Next { iterator, to: item, body, done }, at);
        self.enter(body);
        each(self, item, head, done)?;
        self.jump(head, at);
        self.enter(inline);
        self.follow_call(begun, (at, done), each)
    }

    /// Follows a generator function with its arguments.
    fn follow_call(
        &mut self,
        begun: &Begun<'a>,
        (at, done): (Span, BlockId),
        each: &mut Use<'_, 'a>,
    ) -> Result<()> {
        let Begun { called: Called { function, scope, .. }, nested, ref arguments, .. } = *begun;
        let span = self.span(function);
        let outside = self.inside;
        self.code.inlined.push(Inlined { nested, at, around: outside });
        let inside = Some(self.code.inlined.len() as u32 - 1);
        self.go_inside(inside, span);
        let outer = core::mem::replace(&mut self.scope, scope);
        let parts = core::mem::take(&mut self.parts);
        self.forget_generator(scope, span);
        for (name, from) in parameters(function).zip(arguments) {
            self.store(name, *from, span);
        }
        let ended = self.block();
        self.followed.push(scope);
        let generating = Generating { depth: self.contexts.len(), ended, yields: vec![] };
        let around = self.generating.replace(generating);
        self.statements(&function.body)?;
        self.jump(ended, span);
        let yields = core::mem::replace(&mut self.generating, around).map(|g| g.yields);
        (self.scope, self.parts, self.inside) = (outer, parts, outside);
        for Yield { block, item, next, free, span } in yields.unwrap_or_default() {
            let start = self.block();
            self.enter(block);
            self.jump(start, span);
            self.enter(start);
            let mark = self.next;
            self.next = mark.max(free);
            each(self, item, next, done)?;
            self.jump(next, at);
            self.next = mark;
        }
        self.followed.pop();
        self.enter(ended);
        self.forget_generator(scope, span);
        self.jump(done, span);
        Ok(())
    }

    /// The variables of a generator function are unbound.
    fn forget_generator(&mut self, scope: ScopeId, span: Span) {
        for register in self.variables_of(scope) {
            self.emit(Instruction::Unbind { register }, span);
        }
    }

    /// The number of a function that stands elsewhere in the module.
    fn outside_function(&mut self, function: &'a ast::StmtFunctionDef, scope: ScopeId) -> u32 {
        let range = function.range();
        if let Some(&made) = self.made.get(&range) {
            return made;
        }
        let reason = "yield".into();
        let code = Code {
            unsupported: Some(Unsupported { reason, span: self.span(function) }),
            is_outside: true,
            // Of a function elsewhere these are the defaults that it has to have.
            constants: defaults(self, function),
            ..heading(self.module, Function::Def(function), scope)
        };
        self.add_nested(range, code)
    }

    /// `yield value`
    pub(super) fn yielded(&mut self, one: &'a ast::ExprYield, want: Option<Reg>) -> Result<Reg> {
        let span = self.span(one);
        let mark = self.next;
        let item = match &one.value {
            Some(value) => self.value(value)?,
            None => self.constant(Constant::None, None, span),
        };
        self.give(item, span)?;
        self.next = mark;
        Ok(self.constant(Constant::None, want, span))
    }

    /// `yield from iterable`, whose value nobody wants.
    pub(super) fn yielded_from(
        &mut self,
        all: &'a ast::ExprYieldFrom,
        want: Option<Reg>,
    ) -> Result<Reg> {
        let span = self.span(all);
        let mark = self.next;
        let done = self.block();
        if let Some(called) = self.called_generator(&all.value) {
            self.over_call(called, span, done, &mut |this, item, _, _| this.give(item, span))?;
        } else {
            let from = self.value(&all.value)?;
            let [iterator, item] = [self.temporary(), self.temporary()];
            let [head, body] = [self.block(), self.block()];
            self.emit(Instruction::Iterate { to: iterator, from }, span);
            self.jump(head, span);
            self.enter(head);
            self.terminate(Terminator::Next { iterator, to: item, body, done }, span);
            self.enter(body);
            self.give(item, span)?;
            self.jump(head, span);
        }
        self.enter(done);
        self.next = mark;
        Ok(self.constant(Constant::None, want, span))
    }

    /// Yields an item.
    fn give(&mut self, item: Reg, span: Span) -> Result<()> {
        let next = self.block();
        let (block, free) = (self.current, self.next);
        let Some(generating) = &mut self.generating else {
            return Err(Unsupported { reason: "yield".into(), span });
        };
        generating.yields.push(Yield { block, item, next, free, span });
        self.enter(next);
        Ok(())
    }

    /// `return` in a generator function that is followed. False in others.
    pub(super) fn return_from_generator(&mut self, span: Span) -> Result<bool> {
        let Some(Generating { depth, ended, .. }) = self.generating else { return Ok(false) };
        let left = self.leave(depth, span)?;
        self.jump(ended, span);
        self.stay(left);
        Ok(true)
    }
}

/// The parameters of a function that has no others than such for one argument each.
fn parameters(function: &ast::StmtFunctionDef) -> impl Iterator<Item = &str> {
    let all = function.parameters.posonlyargs.iter().chain(&function.parameters.args);
    all.map(|parameter| parameter.parameter.name.as_str())
}

/// How many arguments such a function needs: all for which there is no default that a call may leave out.
fn required(function: &ast::StmtFunctionDef) -> usize {
    let all = function.parameters.posonlyargs.iter().chain(&function.parameters.args);
    all.filter(|parameter| parameter.default.is_none()).count()
}

/// The defaults of such a function, if they are spelled out.
fn defaults(lowering: &Lowering<'_>, function: &ast::StmtFunctionDef) -> Vec<Constant> {
    let all = function.parameters.posonlyargs.iter().chain(&function.parameters.args);
    let given = all.filter_map(|parameter| parameter.default.as_deref());
    let all: Option<Vec<_>> = given.map(|default| lowering.literal(default).ok()?).collect();
    all.unwrap_or_default()
}

/// The function of a name in a module, if it is one that yields.
fn generator_named<'a>(
    module: &'a Module,
    name: &str,
) -> Option<(&'a ast::StmtFunctionDef, ScopeId)> {
    let mut statements = module.tree.body.iter().rev();
    let function = statements.find_map(|statement| match statement {
        Stmt::FunctionDef(function) if function.name.as_str() == name => Some(function),
        _ => None,
    })?;
    let mut looked = Looked::default();
    looked.visit_body(&function.body);
    let scope = module.scopes.at(function.range())?;
    (looked.yields > 0).then_some((function, scope))
}

/// Whether a generator function can be a part of others: nobody sees its frame or has its variables, and
/// nothing is to be done if it is left where it yields.
fn can_be_followed(module: &Module, function: &ast::StmtFunctionDef) -> bool {
    let mut looked = Looked::default();
    looked.visit_body(&function.body);
    let Some(id) = module.scopes.at(function.range()) else { return false };
    let scope = module.scopes.get(id);
    let parameters = &function.parameters;
    let is_plain = !function.is_async
        && function.type_params.is_none()
        && parameters.vararg.is_none()
        && parameters.kwarg.is_none()
        && parameters.kwonlyargs.is_empty()
        && !scope.incomplete
        && scope.free.is_empty()
        && !scope.variables().any(|symbol| symbol.captured);
    if !is_plain || looked.has_others || looked.yields > MOST_YIELDS {
        return false;
    }
    let code = heading(module, Function::Def(function), id);
    let mut trial = Lowering::new(module, id, code);
    trial.begin_code();
    let ended = trial.block();
    trial.generating = Some(Generating { depth: 0, ended, yields: vec![] });
    trial.statements(&function.body).is_ok()
}

/// The names of what is called in statements.
fn called_in(body: &[Stmt]) -> Vec<&str> {
    struct Names<'a>(Vec<&'a str>);
    impl<'a> Visitor<'a> for Names<'a> {
        fn visit_expr(&mut self, expression: &'a Expr) {
            if let Expr::Call(call) = expression
                && let Expr::Name(name) = &*call.func
            {
                self.0.push(&name.id);
            }
            visitor::walk_expr(self, expression);
        }
    }
    let mut names = Names(vec![]);
    names.visit_body(body);
    names.0
}

/// What is in the body of a function.
#[derive(Default)]
struct Looked {
    yields: usize,
    /// Functions, or places where it yields in the middle of something that is to be ended.
    has_others: bool,
    /// How many such things are around.
    depth: usize,
}

impl<'a> Visitor<'a> for Looked {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) => self.has_others = true,
            Stmt::Expr(one) if one.value.is_yield_from_expr() => {
                // Its value is not wanted.
                self.yields += 1;
                self.has_others |= self.depth > 0;
                if let Expr::YieldFrom(all) = &*one.value {
                    visitor::walk_expr(self, &all.value);
                }
            }
            Stmt::Try(_) | Stmt::With(_) => {
                self.depth += 1;
                visitor::walk_stmt(self, statement);
                self.depth -= 1;
            }
            _ => visitor::walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Lambda(_) | Expr::Generator(_) | Expr::YieldFrom(_) => self.has_others = true,
            Expr::Yield(_) => {
                self.yields += 1;
                self.has_others |= self.depth > 0;
            }
            _ => {}
        }
        visitor::walk_expr(self, expression);
    }
}
