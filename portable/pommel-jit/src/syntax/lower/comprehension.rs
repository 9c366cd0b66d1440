//! Comprehensions, which are loops, and generator expressions, which are functions.

use super::generators::Items;
use super::{Lowering, Result};
use crate::code::{Argument, BlockId, Instruction, Reg, Span, Terminator, Tool};
use crate::syntax::scope::ScopeId;
use ruff_python_ast::{self as ast, Comprehension, Expr};
use ruff_text_size::{Ranged, TextRange};

/// What is made of every round.
#[derive(Clone, Copy)]
enum Element<'a> {
    List(&'a Expr),
    Set(&'a Expr),
    Dict(&'a Expr, &'a Expr),
}

impl<'a> Lowering<'a> {
    pub(super) fn list_comprehension(&mut self, c: &'a ast::ExprListComp) -> Result<Reg> {
        self.comprehension(c.range(), &c.generators, Element::List(&c.elt))
    }

    pub(super) fn set_comprehension(&mut self, c: &'a ast::ExprSetComp) -> Result<Reg> {
        self.comprehension(c.range(), &c.generators, Element::Set(&c.elt))
    }

    pub(super) fn dict_comprehension(&mut self, c: &'a ast::ExprDictComp) -> Result<Reg> {
        match &c.key {
            Some(key) => self.comprehension(c.range(), &c.generators, Element::Dict(key, &c.value)),
            None => self.cannot("`**` in a comprehension", c),
        }
    }

    /// The first iterable is computed outside; the variables are those of the comprehension.
    fn comprehension(
        &mut self,
        range: TextRange,
        generators: &'a [Comprehension],
        element: Element<'a>,
    ) -> Result<Reg> {
        let span = self.span(&range);
        let Some(scope) = self.module.scopes.at(range) else {
            return self.cannot("a comprehension that was not looked at", &range);
        };
        let collection = self.temporary();
        let mark = self.next;
        let items = self.items_of(&generators[0])?;
        self.emit(
            match element {
                Element::List(_) => Instruction::MakeList { to: collection, items: vec![] },
                Element::Set(_) => Instruction::MakeSet { to: collection, items: vec![] },
                Element::Dict(..) => Instruction::MakeDict { to: collection, items: vec![] },
            },
            span,
        );
        let outer = core::mem::replace(&mut self.scope, scope);
        self.begin_variables(scope, generators.len() > 1, span);
        let end = self.block();
        self.rounds(generators, items, end, &mut |this, _| this.element(collection, element))?;
        self.enter(end);
        for register in self.variables_of(scope) {
            self.emit(Instruction::Unbind { register }, span);
        }
        self.scope = outer;
        self.next = mark;
        Ok(collection)
    }

    pub(super) fn variables_of(&self, scope: ScopeId) -> Vec<Reg> {
        let variables = self.module.scopes.get(scope).variables();
        let registers = variables.map(|symbol| (scope, symbol.name.clone()));
        registers.filter_map(|key| self.variables.get(&key).copied()).collect()
    }

    /// The variables of a comprehension are unbound when it begins, whatever an exception left there
    /// before; those that functions capture are in new cells. With one loop, all are bound before anybody
    /// looks.
    pub(super) fn begin_variables(&mut self, scope: ScopeId, is_nested: bool, span: Span) {
        let is_captured = |symbol: &crate::syntax::scope::Symbol| symbol.captured;
        if is_nested || self.module.scopes.get(scope).variables().any(is_captured) {
            for register in self.variables_of(scope) {
                self.emit(Instruction::Unbind { register }, span);
            }
        }
        self.make_cells(scope, span);
    }

    pub(super) fn iterator(&mut self, generator: &'a Comprehension) -> Result<Reg> {
        if generator.is_async {
            return self.cannot("an asynchronous comprehension", generator);
        }
        let mark = self.next;
        let from = self.value(&generator.iter)?;
        self.next = mark;
        let to = self.temporary();
        let span = self.span(&generator.iter);
        self.emit(Instruction::Iterate { to, from }, span);
        Ok(to)
    }

    /// Where the items of a loop of a comprehension come from.
    pub(super) fn items_of(&mut self, generator: &'a Comprehension) -> Result<Items<'a>> {
        match self.called_generator(&generator.iter) {
            Some(called) if !generator.is_async => {
                let at = self.span(&generator.iter);
                self.begin_call(called, at).map(Items::Call)
            }
            None if !generator.is_async
                && let Some(used) = self.used(&generator.iter)
                && used.tool != Tool::Reduce =>
            {
                let at = self.span(&generator.iter);
                self.begin_tool(used, at)
            }
            _ => self.iterator(generator).map(Items::Iterator),
        }
    }

    /// The loops of a comprehension, of which the first has its iterator already. `each` is what is done in
    /// every round; the next round begins in the block that it is given.
    pub(super) fn rounds(
        &mut self,
        generators: &'a [Comprehension],
        items: Items<'a>,
        end: BlockId,
        each: &mut dyn FnMut(&mut Self, BlockId) -> Result<()>,
    ) -> Result<()> {
        let Some((generator, inner)) = generators.split_first() else { return Ok(()) };
        let mark = self.next;
        let span = self.span(&generator.iter);
        let iterator = match items {
            Items::Iterator(iterator) => iterator,
            others => {
                self.over(&others, span, end, &mut |this, item, next, _| {
                    this.assign(&generator.target, item)?;
                    this.round((generator, inner), next, each)
                })?;
                self.next = mark;
                return Ok(());
            }
        };
        let [head, body] = [self.block(), self.block()];
        self.jump(head, span);
        self.enter(head);
        let to = self.item_register(&generator.target);
        self.terminate(Terminator::Next { iterator, to, body, done: end }, span);
        self.enter(body);
        self.assign_item(&generator.target, to)?;
        self.round((generator, inner), head, each)?;
        self.jump(head, span);
        self.next = mark;
        Ok(())
    }

    /// What is done in a round of a loop with an item that is assigned. The next round begins in a block.
    fn round(
        &mut self,
        (generator, inner): (&'a Comprehension, &'a [Comprehension]),
        head: BlockId,
        each: &mut dyn FnMut(&mut Self, BlockId) -> Result<()>,
    ) -> Result<()> {
        for condition in &generator.ifs {
            let then = self.block();
            self.condition(condition, then, head)?;
            self.enter(then);
        }
        match inner.first() {
            Some(next) => {
                let items = self.items_of(next)?;
                let behind = self.block();
                self.rounds(inner, items, behind, each)?;
                self.enter(behind);
                Ok(())
            }
            None => each(self, head),
        }
    }

    fn element(&mut self, collection: Reg, element: Element<'a>) -> Result<()> {
        let mark = self.next;
        match element {
            Element::List(item) => {
                let span = self.span(item);
                let item = self.value(item)?;
                self.emit(Instruction::ListAppend { list: collection, item }, span);
            }
            Element::Set(item) => {
                let span = self.span(item);
                let item = self.value(item)?;
                self.emit(Instruction::SetAdd { set: collection, item }, span);
            }
            Element::Dict(key, value) => {
                let span = Span { start: self.span(key).start, end: self.span(value).end };
                let key = self.value(key)?;
                let value = self.value(value)?;
                self.emit(Instruction::DictInsert { dict: collection, key, value }, span);
            }
        }
        self.next = mark;
        Ok(())
    }

    /// A generator expression, with its parentheses: a function that is called with the iterator of its
    /// first iterable.
    pub(super) fn generator(
        &mut self,
        generator: &'a ast::ExprGenerator,
        range: TextRange,
        want: Option<Reg>,
    ) -> Result<Reg> {
        let mark = self.next;
        let span = self.span(&range);
        let callee = self.temporary();
        let nested = self.nested_generator(generator, range)?;
        let cells = self.cells(nested);
        self.emit(
            Instruction::MakeFunction {
                to: callee,
                nested,
                defaults: vec![],
                keyword_defaults: vec![],
                cells,
            },
            span,
        );
        let iterator = self.iterator(&generator.generators[0])?;
        self.next = mark;
        let to = self.target(want);
        let arguments = vec![Argument::Positional(iterator)];
        self.emit(Instruction::Call { to, callee, arguments }, span);
        Ok(to)
    }
}
