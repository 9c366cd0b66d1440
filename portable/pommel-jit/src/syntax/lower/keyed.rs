//! `sorted`, `min`, `max` and the method `sort` of lists with `key=`: the function is called item by item where
//! the call stands. Whether a name means the builtin shows when it runs; if it does not, it is a call.

use super::name::Variable;
use super::{Lowering, Result};
use crate::code::{
    Argument, BlockId, Compare, Constant, Consumer, Instruction, Reg, Span, Special, Terminator,
};
use ruff_python_ast::{self as ast, Expr};

/// What is done with the items.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Taker {
    /// `sorted`, `min` or `max`.
    Builtin(Consumer),
    /// The method `sort`.
    Sort,
}

/// A call with `key=`.
pub(super) struct Keyed<'a> {
    taker: Taker,
    call: &'a ast::ExprCall,
    key: &'a Expr,
    backwards: bool,
}

/// Where its parts are.
#[derive(Clone, Copy)]
struct Places {
    taker: Taker,
    callee: Reg,
    from: Reg,
    function: Reg,
    result: Reg,
    span: Span,
}

/// A loop over items.
struct Loop {
    item: Reg,
    head: BlockId,
    done: BlockId,
}

impl<'a> Lowering<'a> {
    /// What a call does, if it is one of these as far as the source says.
    pub(super) fn keyed(&self, call: &'a ast::ExprCall) -> Option<Keyed<'a>> {
        let (taker, count) = match &*call.func {
            Expr::Name(name) => {
                let all = [Consumer::Sorted, Consumer::Min, Consumer::Max];
                let consumer = all.into_iter().find(|one| one.name() == name.id.as_str())?;
                let is_global = matches!(self.variable(&name.id), Variable::Global);
                is_global.then_some((Taker::Builtin(consumer), 1))?
            }
            Expr::Attribute(method) if method.attr.as_str() == "sort" => (Taker::Sort, 0),
            _ => return None,
        };
        let args = &call.arguments.args;
        if args.len() != count || args.iter().any(Expr::is_starred_expr) {
            return None;
        }
        let may_turn = matches!(taker, Taker::Sort | Taker::Builtin(Consumer::Sorted));
        let (mut key, mut backwards) = (None, false);
        for keyword in &call.arguments.keywords {
            match (keyword.arg.as_deref(), &keyword.value) {
                (Some("key"), Expr::NoneLiteral(_)) => return None,
                (Some("key"), value) => key = Some(value),
                (Some("reverse"), Expr::BooleanLiteral(truth)) if may_turn => {
                    backwards = truth.value;
                }
                _ => return None,
            }
        }
        Some(Keyed { taker, call, key: key?, backwards })
    }

    pub(super) fn call_keyed(&mut self, keyed: &Keyed<'a>) -> Result<Reg> {
        let Keyed { taker, call, key, backwards } = *keyed;
        let span = self.call_span(call);
        let result = self.temporary();
        let mark = self.next;
        let [callee, from, function, truth] = [(); 4].map(|()| self.temporary());
        match (&*call.func, &call.arguments.args[..]) {
            (Expr::Attribute(method), _) => {
                self.value_to(&method.value, from)?;
                let (object, name) = (from, self.mangled(&method.attr));
                let load = Instruction::LoadAttribute { to: callee, object, name };
                self.emit(load, self.attribute_span(method));
            }
            (func, [items]) => {
                self.value_to(func, callee)?;
                self.value_to(items, from)?;
            }
            _ => return self.cannot("a call of nothing", call),
        }
        self.value_to(key, function)?;
        let [inline, as_it_is, end] = [(); 3].map(|()| self.block());
        let operation = match taker {
            Taker::Builtin(consumer) => Special::Is(consumer),
            Taker::Sort => Special::IsSort,
        };
        let mut operands = vec![callee];
        operands.extend((taker == Taker::Sort).then_some(function));
        self.emit(Instruction::Special { to: truth, operation, operands }, span);
        let branch = |then, otherwise| Terminator::Branch { condition: truth, then, otherwise };
        if !key.is_lambda_expr() {
            let some = self.block();
            self.terminate(branch(some, as_it_is), span);
            self.enter(some);
            let none = self.constant(Constant::None, None, span);
            let (to, left, right) = (truth, function, none);
            let operator = Compare::IsNot;
            self.emit(Instruction::Compare { to, operator, left, right }, span);
        }
        self.terminate(branch(inline, as_it_is), span);
        self.enter(as_it_is);
        self.call_as_it_is(keyed, Places { taker, callee, from, function, result, span });
        self.jump(end, span);
        self.enter(inline);
        let places = Places { taker, callee, from, function, result, span };
        match taker {
            Taker::Builtin(Consumer::Min) => self.best(places, Compare::Less),
            Taker::Builtin(Consumer::Max) => self.best(places, Compare::Greater),
            _ => self.in_order(places, backwards),
        }
        self.jump(end, span);
        self.enter(end);
        self.next = mark;
        Ok(result)
    }

    fn call_as_it_is(&mut self, keyed: &Keyed<'a>, places: Places) {
        let Places { taker, callee, from, function, result, span } = places;
        let mut arguments = vec![];
        arguments.extend((taker != Taker::Sort).then_some(Argument::Positional(from)));
        for keyword in &keyed.call.arguments.keywords {
            let Some(name) = &keyword.arg else { continue };
            let value = match name.as_str() {
                "key" => function,
                _ => self.constant(Constant::Bool(keyed.backwards), None, span),
            };
            arguments.push(Argument::Keyword(self.mangled(name), value));
        }
        self.emit(Instruction::Call { to: result, callee, arguments }, span);
    }

    /// Begins a loop over the items of something.
    fn begin_items(&mut self, from: Reg, span: Span) -> Loop {
        let [iterator, item] = [(); 2].map(|()| self.temporary());
        self.emit(Instruction::Iterate { to: iterator, from }, span);
        let [head, body, done] = [(); 3].map(|()| self.block());
        self.jump(head, span);
        self.enter(head);
        self.terminate(Terminator::Next { iterator, to: item, body, done }, span);
        self.enter(body);
        Loop { item, head, done }
    }

    /// All items in the order of what the function says of each.
    fn in_order(&mut self, places: Places, backwards: bool) {
        let Places { taker, from, function, result, span, .. } = places;
        let [list, keys] = [(); 2].map(|()| self.temporary());
        if taker == Taker::Sort {
            self.emit_move(list, from, span);
        } else {
            let (operation, operands) = (Special::ToList, vec![from]);
            self.emit(Instruction::Special { to: list, operation, operands }, span);
        }
        self.emit(Instruction::MakeList { to: keys, items: vec![] }, span);
        let all = self.begin_items(list, span);
        let key = self.temporary();
        let arguments = vec![Argument::Positional(all.item)];
        self.emit(Instruction::Call { to: key, callee: function, arguments }, span);
        self.emit(Instruction::ListAppend { list: keys, item: key }, span);
        self.jump(all.head, span);
        self.enter(all.done);
        let backwards = self.constant(Constant::Bool(backwards), None, span);
        let (operation, operands) = (Special::SortByKeys, vec![list, keys, backwards]);
        self.emit(Instruction::Special { to: result, operation, operands }, span);
        if taker == Taker::Sort {
            self.constant(Constant::None, Some(result), span);
        }
    }

    /// The first item of which the function says the least or the most.
    fn best(&mut self, places: Places, operator: Compare) {
        let Places { callee, from, function, result, span, .. } = places;
        let [has_one, best, key, is_better] = [(); 4].map(|()| self.temporary());
        let branch = |condition, then, otherwise| Terminator::Branch { condition, then, otherwise };
        self.constant(Constant::Bool(false), Some(has_one), span);
        self.emit(Instruction::Unbind { register: result }, span);
        self.emit(Instruction::Unbind { register: best }, span);
        let all = self.begin_items(from, span);
        let arguments = vec![Argument::Positional(all.item)];
        self.emit(Instruction::Call { to: key, callee: function, arguments }, span);
        let [compare, better] = [self.block(), self.block()];
        self.terminate(branch(has_one, compare, better), span);
        self.enter(compare);
        self.emit(Instruction::CheckBound { local: best }, span);
        let (to, left, right) = (is_better, key, best);
        self.emit(Instruction::Compare { to, operator, left, right }, span);
        self.terminate(branch(is_better, better, all.head), span);
        self.enter(better);
        self.emit_move(result, all.item, span);
        self.emit_move(best, key, span);
        self.constant(Constant::Bool(true), Some(has_one), span);
        self.jump(all.head, span);
        self.enter(all.done);
        let [empty, some] = [self.block(), self.block()];
        self.terminate(branch(has_one, some, empty), span);
        self.enter(empty);
        // The builtin itself says that there is none.
        self.emit(Instruction::MakeTuple { to: key, items: vec![] }, span);
        let arguments = vec![Argument::Positional(key)];
        self.emit(Instruction::Call { to: result, callee, arguments }, span);
        self.jump(some, span);
        self.enter(some);
        self.emit(Instruction::CheckBound { local: result }, span);
    }
}
