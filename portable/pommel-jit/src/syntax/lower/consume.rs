//! Generator expressions whose items are used where they stand, by a builtin or a loop: they are followed
//! as parts of the function, item by item, and no generator is made.
//!
//! Whether a name means the builtin shows when it runs. If it does not, or if its items go anywhere else,
//! the generator expression is a function as Python has it.

use super::generators::Called;
use super::name::Variable;
use super::tools::Used;
use super::{Lowering, Result};
use crate::code::{
    Argument, BlockId, Compare, Constant, Consumer, Inlined, Instruction, Reg, Span, Special,
    Terminator, Tool,
};
use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::{Ranged, TextRange};

/// What is done with an item: it is in the register, the next one is asked for in the first block, and
/// all end in the second.
pub(super) type Use<'u, 'a> =
    dyn FnMut(&mut Lowering<'a>, Reg, BlockId, BlockId) -> Result<()> + 'u;

/// Where the items of a builtin come from.
#[derive(Clone, Copy)]
pub(super) enum Source<'a> {
    /// A generator expression.
    Expression(&'a ast::ExprGenerator),
    /// A call of a generator function.
    Call(Called<'a>, &'a Expr),
    /// A call of something that makes iterators.
    Used(Used<'a>, &'a Expr),
}

/// Where a generator expression stands: without parentheses of its own it has those of the call.
fn range(call: &ast::ExprCall, generator: &ast::ExprGenerator) -> TextRange {
    if generator.parenthesized { generator.range() } else { call.arguments.range }
}

/// A builtin that takes items: what it was called as, where, and where its result goes.
#[derive(Clone, Copy)]
struct Taker {
    consumer: Consumer,
    callee: Reg,
    result: Reg,
    /// Room for what it has meanwhile.
    state: [Reg; 3],
    span: Span,
}

impl<'a> Lowering<'a> {
    /// The builtin that a call may give a generator expression to as the only argument, and that.
    pub(super) fn consumer(&self, call: &'a ast::ExprCall) -> Option<(Consumer, Source<'a>)> {
        let [argument] = &call.arguments.args[..] else { return None };
        let source = match argument {
            Expr::Generator(generator) => Source::Expression(generator),
            other => match self.called_generator(other) {
                Some(called) => Source::Call(called, other),
                None => {
                    let used = self.used(other).filter(|used| used.tool != Tool::Reduce);
                    Source::Used(used?, other)
                }
            },
        };
        let (consumer, is_global) = match &*call.func {
            Expr::Name(name) => {
                let named = |one: &Consumer| one.name() == name.id.as_str();
                let consumer = Consumer::ALL.into_iter().find(named)?;
                let is_global = matches!(self.variable(&name.id), Variable::Global);
                (consumer, is_global && consumer != Consumer::Join)
            }
            Expr::Attribute(method) if method.attr.as_str() == Consumer::Join.name() => {
                (Consumer::Join, true)
            }
            _ => return None,
        };
        let is_alone = call.arguments.keywords.is_empty();
        let is_async = match source {
            Source::Expression(g) => g.generators.iter().any(|generator| generator.is_async),
            Source::Call(..) | Source::Used(..) => false,
        };
        (is_global && is_alone && !is_async).then_some((consumer, source))
    }

    /// A call of a builtin, if the name means that, with a generator expression.
    pub(super) fn consume(
        &mut self,
        call: &'a ast::ExprCall,
        consumer: Consumer,
        source: Source<'a>,
    ) -> Result<Reg> {
        let span = self.call_span(call);
        let result = self.temporary();
        let mark = self.next;
        let callee = self.temporary();
        self.value_to(&call.func, callee)?;
        let state = [self.temporary(), self.temporary(), self.temporary()];
        let operation = Special::Is(consumer);
        self.emit(Instruction::Special { to: state[0], operation, operands: vec![callee] }, span);
        let [inline, as_it_is, end] = [self.block(), self.block(), self.block()];
        let condition = state[0];
        self.terminate(Terminator::Branch { condition, then: inline, otherwise: as_it_is }, span);
        let kept = self.next;
        self.enter(as_it_is);
        let argument = match source {
            Source::Expression(generator) => {
                self.generator(generator, range(call, generator), None)?
            }
            Source::Call(_, expression) | Source::Used(_, expression) => self.value(expression)?,
        };
        let arguments = vec![Argument::Positional(argument)];
        self.emit(Instruction::Call { to: result, callee, arguments }, span);
        self.jump(end, span);
        self.next = kept;
        self.enter(inline);
        let taker = Taker { consumer, callee, result, state, span };
        self.begin(taker);
        let each: &mut Use<'_, 'a> = &mut |this, item, next, done| {
            this.take(taker, item, next, done);
            Ok(())
        };
        match source {
            Source::Expression(generator) => {
                self.follow(generator, range(call, generator), span, each)?;
            }
            Source::Call(called, _) => {
                let done = self.block();
                self.over_call(called, span, done, each)?;
                self.enter(done);
            }
            Source::Used(used, _) => {
                let done = self.block();
                let items = self.begin_tool(used, span)?;
                self.over(&items, span, done, each)?;
                self.enter(done);
            }
        }
        self.conclude(taker);
        self.jump(end, span);
        self.enter(end);
        self.next = mark;
        Ok(result)
    }

    /// What a builtin has before the first item.
    fn begin(&mut self, taker: Taker) {
        let Taker { consumer, result, state: [first, ..], span, .. } = taker;
        let nothing = |to| Instruction::MakeList { to, items: vec![] };
        match consumer {
            Consumer::Sum => {
                let start = vec![Constant::Int(0), Constant::Bool(false)];
                self.constant(Constant::Tuple(start), Some(first), span);
            }
            Consumer::Any | Consumer::All => {
                self.constant(Constant::Bool(consumer == Consumer::All), Some(result), span);
            }
            Consumer::Min | Consumer::Max => {
                self.constant(Constant::Bool(false), Some(first), span);
                self.emit(Instruction::Unbind { register: result }, span);
            }
            Consumer::List => self.emit(nothing(result), span),
            Consumer::Tuple | Consumer::Sorted | Consumer::Join => {
                self.emit(nothing(first), span);
            }
            Consumer::Set => {
                self.emit(Instruction::MakeSet { to: result, items: vec![] }, span);
            }
            Consumer::Map => {}
        }
    }

    /// What a builtin does with an item. Behind it the next one is asked for.
    fn take(&mut self, taker: Taker, item: Reg, next: BlockId, done: BlockId) {
        let Taker { consumer, result, state, span, .. } = taker;
        let [first, second, third] = state;
        match consumer {
            Consumer::Sum => {
                self.emit(Instruction::Unpack { to: vec![second, third], from: first }, span);
                let (operation, operands) = (Special::SumStep, vec![second, third, item]);
                self.emit(Instruction::Special { to: first, operation, operands }, span);
            }
            Consumer::Any | Consumer::All => {
                let found = self.block();
                let is_any = consumer == Consumer::Any;
                let (then, otherwise) = if is_any { (found, next) } else { (next, found) };
                self.terminate(Terminator::Branch { condition: item, then, otherwise }, span);
                self.enter(found);
                self.constant(Constant::Bool(is_any), Some(result), span);
                self.jump(done, span);
                self.enter_unreachable();
            }
            Consumer::Min | Consumer::Max => self.take_better(taker, item, next),
            Consumer::List => self.emit(Instruction::ListAppend { list: result, item }, span),
            Consumer::Tuple | Consumer::Sorted | Consumer::Join => {
                self.emit(Instruction::ListAppend { list: first, item }, span);
            }
            Consumer::Set => self.emit(Instruction::SetAdd { set: result, item }, span),
            Consumer::Map => {}
        }
    }

    /// `min` and `max`: the first item, or one that is better than the best so far.
    fn take_better(&mut self, taker: Taker, item: Reg, next: BlockId) {
        let Taker { consumer, result, state: [has_one, is_better, _], span, .. } = taker;
        let [compare, better] = [self.block(), self.block()];
        let branch = |condition, then, otherwise| Terminator::Branch { condition, then, otherwise };
        self.terminate(branch(has_one, compare, better), span);
        self.enter(compare);
        // It is bound, which is to be said.
        self.emit(Instruction::CheckBound { local: result }, span);
        let operator = if consumer == Consumer::Min { Compare::Less } else { Compare::Greater };
        let (to, left, right) = (is_better, item, result);
        self.emit(Instruction::Compare { to, operator, left, right }, span);
        self.terminate(branch(is_better, better, next), span);
        self.enter(better);
        self.emit_move(result, item, span);
        self.constant(Constant::Bool(true), Some(has_one), span);
    }

    /// The result of a builtin behind the last item.
    fn conclude(&mut self, taker: Taker) {
        let Taker { consumer, callee, result, state: [first, second, third], span } = taker;
        match consumer {
            Consumer::Any | Consumer::All | Consumer::List | Consumer::Set | Consumer::Map => {}
            Consumer::Sum => {
                self.emit(Instruction::Unpack { to: vec![second, third], from: first }, span);
                let (operation, operands) = (Special::SumEnd, vec![second, third]);
                self.emit(Instruction::Special { to: result, operation, operands }, span);
            }
            Consumer::Min | Consumer::Max => {
                let [empty, some] = [self.block(), self.block()];
                let branch = Terminator::Branch { condition: first, then: some, otherwise: empty };
                self.terminate(branch, span);
                self.enter(empty);
                // The builtin itself says that there is none.
                self.emit(Instruction::MakeTuple { to: second, items: vec![] }, span);
                let arguments = vec![Argument::Positional(second)];
                self.emit(Instruction::Call { to: result, callee, arguments }, span);
                self.jump(some, span);
                self.enter(some);
                self.emit(Instruction::CheckBound { local: result }, span);
            }
            Consumer::Tuple => {
                self.emit(Instruction::ListToTuple { to: result, list: first }, span);
            }
            Consumer::Sorted | Consumer::Join => {
                let arguments = vec![Argument::Positional(first)];
                self.emit(Instruction::Call { to: result, callee, arguments }, span);
            }
        }
    }

    /// Follows a generator expression where it stands: `range` is where, with its parentheses, and items
    /// are asked for `at` a place. It goes on behind it when there are no more.
    pub(super) fn follow(
        &mut self,
        generator: &'a ast::ExprGenerator,
        range: TextRange,
        at: Span,
        each: &mut Use<'_, 'a>,
    ) -> Result<()> {
        let span = self.span(&range);
        let Some(scope) = self.module.scopes.at(generator.range()) else {
            return self.cannot("a generator expression that was not looked at", &range);
        };
        let mark = self.next;
        let nested = self.nested_generator(generator, range)?;
        let outside = self.inside;
        self.code.inlined.push(Inlined { nested, at, around: outside });
        let inside = Some(self.code.inlined.len() as u32 - 1);
        let items = self.items_of(&generator.generators[0])?;
        let done = self.block();
        let outer = core::mem::replace(&mut self.scope, scope);
        self.parts.push(scope);
        self.go_inside(inside, span);
        self.begin_variables(scope, generator.generators.len() > 1, span);
        self.rounds(&generator.generators, items, done, &mut |this, next| {
            let item = this.value(&generator.elt)?;
            this.scope = outer;
            this.parts.pop();
            this.go_inside(outside, at);
            each(this, item, next, done)?;
            (this.scope, this.inside) = (scope, inside);
            this.parts.push(scope);
            Ok(())
        })?;
        self.inside = outside;
        self.enter(done);
        for register in self.variables_of(scope) {
            self.emit(Instruction::Unbind { register }, span);
        }
        self.scope = outer;
        self.parts.pop();
        self.next = mark;
        Ok(())
    }
}
