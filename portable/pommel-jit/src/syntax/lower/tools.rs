//! Calls of what `itertools` has, and of its kin, whose items are used where they stand: they are followed as
//! loops, and no iterator is made.
//!
//! Whether a name means that function shows when it runs, and so does whether its arguments are such as the
//! loops are for. If not, what is called gives the items, or the error.

use super::call::is_quiet;
use super::consume::Use;
use super::generators::Items;
use super::name::Variable;
use super::{Lowering, Result};
use crate::code::{Argument, BlockId, Constant, Instruction, Reg, Span, Special, Terminator, Tool};
use ruff_python_ast::{self as ast, Expr};

/// Items are tuples of so many at most, and so many iterators are chained: what is done with an item stands
/// behind each.
pub(super) const MOST_PARTS: usize = 4;

/// A call that can be followed.
#[derive(Clone, Copy)]
pub(super) struct Used<'a> {
    pub(super) tool: Tool,
    pub(super) call: &'a ast::ExprCall,
}

/// An argument of a call that has begun.
pub(super) enum Part<'a> {
    /// An object.
    Object(Reg),
    /// What is followed itself.
    Followed(Items<'a>),
}

/// A call that has begun.
pub(super) struct Begun<'a> {
    pub(super) tool: Tool,
    pub(super) parts: Vec<Part<'a>>,
    /// What is given by keyword, or where that may stand.
    pub(super) named: Option<Reg>,
    /// How long the tuples are that it gives.
    pub(super) width: usize,
    pub(super) callee: Reg,
    pub(super) call: &'a ast::ExprCall,
    /// Whether it is what its name says, and its arguments are such as loops are for,
    pub(super) is_it: Reg,
    /// and if not, what the call gave.
    pub(super) given: Reg,
    pub(super) span: Span,
}

impl Items<'_> {
    /// Whether something is followed, and what the call gave if not.
    pub(super) fn is_it_or_given(&self) -> (Reg, Reg) {
        match self {
            Items::Iterator(iterator) => (*iterator, *iterator),
            Items::Call(begun) => begun.is_it_or_given(),
            Items::Used(begun) => (begun.is_it, begun.given),
        }
    }
}

impl Begun<'_> {
    /// An argument by position that is an object, and not the `None` of the source.
    pub(super) fn object(&self, index: usize) -> Option<Reg> {
        match self.parts.get(index)? {
            Part::Object(_) if self.call.arguments.args[index].is_none_literal_expr() => None,
            Part::Object(object) => Some(*object),
            Part::Followed(_) => None,
        }
    }
}

impl<'a> Lowering<'a> {
    /// The call, if an expression is one that can be followed.
    pub(super) fn used(&self, expression: &'a Expr) -> Option<Used<'a>> {
        match expression {
            Expr::Call(call) => self.used_as_call(call),
            _ => None,
        }
    }

    /// The same of a call.
    pub(super) fn used_as_call(&self, call: &'a ast::ExprCall) -> Option<Used<'a>> {
        let is_global = |name: &str| matches!(self.variable(name), Variable::Global);
        let name = match &*call.func {
            Expr::Name(name) if is_global(&name.id) => name.id.as_str(),
            Expr::Attribute(of) => match &*of.value {
                Expr::Name(module) if is_global(&module.id) => of.attr.as_str(),
                _ => return None,
            },
            _ => return None,
        };
        let tool = Tool::ALL.iter().copied().find(|tool| tool.place().1 == name)?;
        let used = Used { tool, call };
        (self.fits(used) && self.width(used).is_some()).then_some(used)
    }

    /// Whether arguments are as many as there are loops for.
    fn fits(&self, Used { tool, call }: Used<'a>) -> bool {
        let (given, named) = (&call.arguments.args, &call.arguments.keywords);
        if given.iter().any(Expr::is_starred_expr) {
            return false;
        }
        let followed =
            (0..given.len()).filter(|&i| self.is_followed(tool, &given[i], &given[i + 1..]));
        let followed = if takes_items(tool, 0) { followed.count() } else { 0 };
        let (counts, keyword) = match tool {
            Tool::Accumulate => (1..=2, Some("initial")),
            Tool::Chain => (1..=MOST_PARTS, None),
            Tool::Combinations | Tool::CombinationsAgain | Tool::Permutations => (2..=2, None),
            Tool::Count => (0..=2, None),
            // Others are followed as they are.
            Tool::Enumerate if followed == 0 => return false,
            Tool::Zip if followed != 1 => return false,
            Tool::Enumerate => (1..=2, Some("start")),
            Tool::Filter | Tool::Map | Tool::Takewhile => (2..=2, None),
            Tool::Islice => (2..=4, None),
            Tool::Pairwise => (1..=1, None),
            Tool::Product => (1..=MOST_PARTS, Some("repeat")),
            Tool::Reduce => (2..=3, None),
            Tool::Repeat => (1..=2, None),
            Tool::Zip => (2..=MOST_PARTS, None),
            Tool::ZipLongest => (2..=2, Some("fillvalue")),
        };
        let is_named = |one: &ast::Keyword| one.arg.as_ref().map(|name| name.as_str()) == keyword;
        let are_named = match &named[..] {
            [] => true,
            [one] => keyword.is_some() && is_named(one),
            _ => false,
        };
        let is_twice = tool == Tool::Enumerate && given.len() == 2 && !named.is_empty();
        counts.contains(&given.len()) && are_named && !is_twice
    }

    /// How long the tuples are that it gives; 0 if that is not said. `None` if it is not known, or too long.
    fn width(&self, Used { tool, call }: Used<'a>) -> Option<usize> {
        let arguments = &call.arguments;
        let literal = |expression: &Expr| match self.literal(expression).ok()?? {
            Constant::Int(number) => usize::try_from(number).ok(),
            _ => None,
        };
        let width = match (tool, &arguments.args[..]) {
            (Tool::Combinations | Tool::CombinationsAgain | Tool::Permutations, [_, count]) => {
                literal(count)?
            }
            (Tool::Product, pools) => {
                let times = arguments.keywords.first().map_or(Some(1), |one| literal(&one.value));
                pools.len().checked_mul(times?)?
            }
            _ => return Some(0),
        };
        (1..=MOST_PARTS).contains(&width).then_some(width)
    }

    /// Whether an argument, which others stand behind, comes from something that is followed. An iterator that
    /// is none of a generator is made before the others are computed, or before `chain` comes to it.
    fn is_followed(&self, tool: Tool, argument: &'a Expr, rest: &'a [Expr]) -> bool {
        let can_wait = tool != Tool::Chain && rest.iter().all(is_quiet);
        let is_used =
            |this: &Self| this.used(argument).is_some_and(|used| used.tool != Tool::Reduce);
        self.called_generator(argument).is_some() || can_wait && is_used(self)
    }

    /// Begins what an argument comes from, if that is followed, and only if a condition holds.
    fn begin_followed(
        &mut self,
        tool: Tool,
        argument: &'a Expr,
        rest: &'a [Expr],
        only_if: Reg,
    ) -> Result<Option<Items<'a>>> {
        if !self.is_followed(tool, argument, rest) {
            return Ok(None);
        }
        if let Some(called) = self.called_generator(argument) {
            let begun = self.begin_generator(called, Some(only_if), None)?;
            return Ok(Some(Items::Call(begun)));
        }
        let Some(used) = self.used(argument) else { return Ok(None) };
        self.begin_used(used, Some(only_if)).map(|begun| Some(Items::Used(begun)))
    }

    /// Begins a call whose items are asked for `at` a place.
    pub(super) fn begin_tool(&mut self, used: Used<'a>, at: Span) -> Result<Items<'a>> {
        let begun = self.begin_used(used, None)?;
        self.iterate_unless(begun.is_it, begun.given, at);
        Ok(Items::Used(begun))
    }

    /// What a call gave is iterated over, unless it is followed.
    pub(super) fn iterate_unless(&mut self, is_followed: Reg, given: Reg, at: Span) {
        self.unless(is_followed, at, |this| {
            this.emit(Instruction::Iterate { to: given, from: given }, at);
        });
    }

    /// Does something if a condition does not hold.
    pub(super) fn unless(&mut self, condition: Reg, span: Span, what: impl FnOnce(&mut Self)) {
        let [otherwise, on] = [self.block(), self.block()];
        self.terminate(Terminator::Branch { condition, then: on, otherwise }, span);
        self.enter(otherwise);
        what(self);
        self.jump(on, span);
        self.enter(on);
    }

    /// Lets a truth value hold only if another one does.
    pub(super) fn hold_if(&mut self, truth: Reg, other: Reg, span: Span) {
        self.unless(other, span, |this| {
            this.constant(Constant::Bool(false), Some(truth), span);
        });
    }

    /// Computes what a call needs. If it cannot be followed, what its name means is called.
    pub(super) fn begin_used(&mut self, used: Used<'a>, only_if: Option<Reg>) -> Result<Begun<'a>> {
        let Used { tool, call } = used;
        let span = self.call_span(call);
        let [is_it, given, callee] = [(); 3].map(|()| self.temporary());
        self.value_to(&call.func, callee)?;
        let operation = Special::IsTool(tool);
        self.emit(Instruction::Special { to: is_it, operation, operands: vec![callee] }, span);
        if let Some(other) = only_if {
            self.hold_if(is_it, other, span);
        }
        let mut parts = vec![];
        for (index, argument) in call.arguments.args.iter().enumerate() {
            let rest = &call.arguments.args[index + 1..];
            let followed = match takes_items(tool, index) {
                true => self.begin_followed(tool, argument, rest, is_it)?,
                false => None,
            };
            parts.push(match followed {
                Some(items) => Part::Followed(items),
                None => {
                    let to = self.temporary();
                    self.value_to(argument, to)?;
                    Part::Object(to)
                }
            });
        }
        let mut named = None;
        for keyword in &call.arguments.keywords {
            let to = self.temporary();
            self.value_to(&keyword.value, to)?;
            named = Some(to);
        }
        let width = self.width(used).unwrap_or_default();
        let begun = Begun { tool, parts, named, width, callee, call, is_it, given, span };
        self.look_at_arguments(&begun);
        self.call_others(&begun);
        Ok(begun)
    }

    /// Calls what is not followed. What is an argument and was to be followed is an object there.
    fn call_others(&mut self, begun: &Begun<'a>) {
        self.unless(begun.is_it, begun.span, |this| this.call_given(begun));
    }

    fn call_given(&mut self, begun: &Begun<'a>) {
        let &Begun { callee, call, given, span, .. } = begun;
        let mut arguments = vec![];
        for part in &begun.parts {
            arguments.push(Argument::Positional(match part {
                Part::Object(object) => *object,
                Part::Followed(items) => self.object_of(items, span),
            }));
        }
        let keyword = call.arguments.keywords.first().and_then(|one| one.arg.as_ref());
        if let (Some(name), Some(value)) = (keyword, begun.named) {
            arguments.push(Argument::Keyword(self.mangled(name), value));
        }
        self.emit(Instruction::Call { to: given, callee, arguments }, span);
    }

    /// What was to be followed, as an object: where it is not followed after all.
    fn object_of(&mut self, items: &Items<'a>, span: Span) -> Reg {
        let (is_it, given) = items.is_it_or_given();
        let [make, on] = [self.block(), self.block()];
        self.terminate(Terminator::Branch { condition: is_it, then: make, otherwise: on }, span);
        self.enter(make);
        match items {
            Items::Iterator(_) => {}
            Items::Call(begun) => self.emit(begun.as_call(), span),
            Items::Used(begun) => self.call_given(begun),
        }
        self.jump(on, span);
        self.enter(on);
        given
    }

    /// Looks whether arguments are such as there are loops for.
    fn look_at_arguments(&mut self, begun: &Begun<'a>) {
        let &Begun { tool, is_it, span, named, .. } = begun;
        // What the source says is `None` is left out.
        let all = |operation, range: core::ops::Range<usize>| {
            range.filter_map(|i| Some((operation, begun.object(i)?))).collect::<Vec<_>>()
        };
        let taken = (0..MOST_PARTS).filter(|i| takes_items(tool, *i) || takes_pools(tool, *i));
        let taken = taken.flat_map(|i| all(Special::IsIterable, i..i + 1)).collect::<Vec<_>>();
        let looks = match tool {
            Tool::Accumulate => all(Special::IsSome, 1..2),
            Tool::Filter => all(Special::IsSome, 0..1),
            Tool::Count => all(Special::IsNumber, 0..2),
            Tool::Repeat => all(Special::IsIndex, 1..2),
            Tool::Enumerate => match named {
                Some(start) => vec![(Special::IsIndex, start)],
                None => all(Special::IsIndex, 1..2),
            },
            Tool::Islice => {
                let mut looks = all(Special::IsIndex, 1..3);
                looks.extend(all(Special::IsStep, 3..4));
                looks
            }
            _ => vec![],
        };
        for (operation, part) in taken.into_iter().chain(looks) {
            self.look_at(is_it, operation, vec![part], span);
        }
        if let (Tool::Islice, Some(start), Some(stop)) = (tool, begun.object(1), begun.object(2)) {
            // What is not in order uses up more than it gives.
            self.look_at(is_it, Special::AreInOrder, vec![start, stop], span);
        }
    }

    /// Lets a truth value hold only if an operation says so.
    fn look_at(&mut self, truth: Reg, operation: Special, operands: Vec<Reg>, span: Span) {
        let to = self.temporary();
        self.emit(Instruction::Special { to, operation, operands }, span);
        self.hold_if(truth, to, span);
    }

    /// Does something with each item, which are asked for `at` a place. All end in `done`, which is not
    /// entered.
    pub(super) fn over(
        &mut self,
        items: &Items<'a>,
        at: Span,
        done: BlockId,
        each: &mut Use<'_, 'a>,
    ) -> Result<()> {
        match items {
            Items::Iterator(iterator) => self.over_iterator(*iterator, at, done, each),
            Items::Call(begun) => self.over_items(begun, at, done, each),
            Items::Used(begun) => {
                let [inline, as_it_is] = [self.block(), self.block()];
                let condition = begun.is_it;
                self.terminate(
                    Terminator::Branch { condition, then: inline, otherwise: as_it_is },
                    at,
                );
                self.enter(as_it_is);
                self.over_iterator(begun.given, at, done, each)?;
                self.enter(inline);
                self.follow_used(begun, at, done, each)
            }
        }
    }

    /// The same for an iterator in a register.
    pub(super) fn over_iterator(
        &mut self,
        iterator: Reg,
        at: Span,
        done: BlockId,
        each: &mut Use<'_, 'a>,
    ) -> Result<()> {
        let [head, body] = [self.block(), self.block()];
        let mark = self.next;
        self.jump(head, at);
        self.enter(head);
        let item = self.temporary();
        self.terminate(Terminator::Next { iterator, to: item, body, done }, at);
        self.enter(body);
        each(self, item, head, done)?;
        self.jump(head, at);
        self.next = mark;
        Ok(())
    }

    /// `for` over a call that is followed.
    pub(super) fn for_used(&mut self, statement: &'a ast::StmtFor, used: Used<'a>) -> Result<()> {
        let span = self.span(&*statement.iter);
        let mark = self.next;
        let [done, behind] = [self.block(), self.block()];
        let items = self.begin_tool(used, span)?;
        self.over(&items, span, done, &mut |this, item, next, _| {
            let mark = this.next;
            this.assign(&statement.target, item)?;
            this.next = mark;
            this.contexts.push(super::Context::Loop { next, behind });
            this.statements(&statement.body)?;
            this.contexts.pop();
            Ok(())
        })?;
        self.next = mark;
        self.enter(done);
        self.statements(&statement.orelse)?;
        self.jump(behind, span);
        self.enter(behind);
        Ok(())
    }
}

/// Whether an argument is one whose items are asked for one after the other.
fn takes_items(tool: Tool, index: usize) -> bool {
    match tool {
        Tool::Accumulate | Tool::Enumerate | Tool::Islice | Tool::Pairwise => index == 0,
        Tool::Filter | Tool::Map | Tool::Takewhile | Tool::Reduce => index == 1,
        Tool::Chain | Tool::Zip => true,
        _ => false,
    }
}

/// Whether an argument is one whose items are put in a list, or whose iterator nobody else may be.
fn takes_pools(tool: Tool, index: usize) -> bool {
    match tool {
        Tool::Combinations | Tool::CombinationsAgain | Tool::Permutations => index == 0,
        Tool::Product | Tool::ZipLongest => true,
        _ => false,
    }
}
