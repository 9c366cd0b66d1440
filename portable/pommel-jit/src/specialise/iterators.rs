//! `iter` and `next`: an iterator that only one register has stays in registers.

use super::items::Alternatives;
use super::join::Incoming;
use super::state::Gives;
use super::value::Val;
use super::world::{Builtin, Description, Operand};
use super::{DEPTH, Done, Flow, Specialiser, Stop};
use crate::code::{Argument, Instruction, Reg};
use crate::ir::Value;
use crate::ir::op::Class;
use std::sync::Arc;

impl Specialiser<'_> {
    /// `iter(instance)`, where `__iter__` gives an instance with `__next__` or an iterator in registers.
    pub(super) fn iterate_instance(
        &mut self,
        to: Reg,
        value: &Val<Value>,
        instruction: &Instruction,
    ) -> Done<Option<Flow>> {
        let place = (self.state.top().context, self.state.top().point);
        let Some(function) = self.method_of_class(value, "__iter__") else { return Ok(None) };
        if self.undecided.contains(&place) {
            return Ok(None);
        }
        let given = vec![value.clone()];
        let done = self.follow_method(to, function, given, Gives::Result, instruction)?;
        if done != Some(Flow::On) {
            return Ok(done);
        }
        let found = self.get(to);
        if !found.is_iterator() && self.method_of_class(&found, "__next__").is_none() {
            self.undecided.insert(place);
            return Err(Stop::Again);
        }
        Ok(done)
    }

    /// The next item of an instance with a method `__next__`, where a block ends.
    pub(super) fn next_of_instance(
        &mut self,
        value: &Val<Value>,
        to: Reg,
    ) -> Done<Option<Alternatives>> {
        let frame = self.state.top();
        let block = frame.code.block(frame.point.block);
        let is_end = frame.point.index as usize == block.instructions.len();
        let Some(function) = self.method_of_class(value, "__next__").filter(|_| is_end) else {
            return Ok(None);
        };
        let Description::Function(described) = self.world.describe(function) else {
            return Ok(None);
        };
        let parameters = &described.code.parameters;
        let is_one = (parameters.positional, parameters.keyword_only) == (1, 0)
            && !parameters.variadic
            && !parameters.keywords;
        let mut frames = self.state.frames.iter();
        let is_new = !frames.any(|frame| Arc::ptr_eq(&frame.code, &described.code));
        let is_followed = described.code.unsupported.is_none() && is_one && is_new;
        if !is_followed || self.state.frames.len() >= DEPTH || self.handles() {
            return Ok(None);
        }
        // Nobody does it: the function is followed for certain.
        let instruction = Instruction::Unbind { register: to };
        let given = vec![value.clone()];
        let flow = self.follow_method(to, function, given, Gives::Result, &instruction)?;
        if flow.is_none() {
            return Ok(None);
        }
        let state = core::mem::take(&mut self.state);
        let block = self.build.block;
        let item = (flow == Some(Flow::On)).then_some(Incoming { block, state });
        Ok(Some(Alternatives { item, done: None }))
    }

    /// `iter(value)`
    pub(super) fn iterator_of(&mut self, value: &Val<Value>) -> Done<Option<Val<Value>>> {
        match value {
            Val::Range(_) | Val::Tuple(_) | Val::List(..) | Val::Thing(_) | Val::Text(..) => {}
            Val::ListObject(..) | Val::TupleObject(..) => {}
            _ => return Ok(None),
        }
        let found = self.iterator(value)?;
        let is_one = |found: &Val<Value>| goes_on(found) || matches!(found, Val::RangeIterator(..));
        Ok(found.filter(is_one))
    }

    /// Whether an instruction asks an iterator in a register for an item, and nothing else.
    pub(super) fn is_next(&mut self, instruction: &Instruction, iterator: Reg) -> bool {
        let Instruction::Call { callee, arguments, .. } = instruction else { return false };
        let [Argument::Positional(first), others @ ..] = &arguments[..] else { return false };
        let Val::Known(known) = self.get(*callee) else { return false };
        let is_next = matches!(self.world.describe(known), Description::Builtin(Builtin::Next));
        let value = self.get(iterator);
        is_next
            && *first == iterator
            && others.iter().all(|other| other.register() != iterator)
            && (goes_on(&value) || matches!(value, Val::RangeIterator(..)))
    }

    /// `next(iterator)` and `next(iterator, otherwise)`
    pub(super) fn next_item(
        &mut self,
        to: Reg,
        arguments: &[Argument],
        instruction: &Instruction,
    ) -> Done<Flow> {
        let (iterator, otherwise) = match arguments {
            [Argument::Positional(iterator)] => (*iterator, None),
            [Argument::Positional(iterator), Argument::Positional(otherwise)] => {
                (*iterator, Some(self.get(*otherwise)))
            }
            _ => return self.perform(instruction),
        };
        if !self.is_next(instruction, iterator) {
            return self.perform(instruction);
        }
        let point = self.state.top().point;
        let before = self.get(iterator);
        let alternatives = self.next(iterator, to)?;
        let mut ways = Vec::new();
        if let Some(Incoming { block, state }) = alternatives.done {
            (self.build.block, self.state) = (block, state);
            match otherwise {
                Some(value) => {
                    self.end_iterator(iterator, before)?;
                    self.set(to, value)?;
                    ways.push(self.way_behind());
                }
                None if self.goes_somewhere(Builtin::StopIteration) => {
                    self.end_iterator(iterator, before)?;
                    let operands = [None, Some(Operand::Iterator)];
                    self.raise_with(Builtin::StopIteration, &operands)?;
                }
                None => self.leave(),
            }
        }
        if let Some(Incoming { block, state }) = alternatives.item {
            (self.build.block, self.state) = (block, state);
            ways.push(self.way_behind());
        }
        if ways.is_empty() {
            return Ok(Flow::Ends);
        }
        self.join(ways)?;
        self.state.top_mut().point = point;
        Ok(Flow::On)
    }

    /// An iterator that had no more items has none for good, also if its list gets some.
    fn end_iterator(&mut self, register: Reg, iterator: Val<Value>) -> Done {
        if let Val::ListIterator(list, _) = iterator {
            let end = self.build.int(i64::MAX);
            self.set(register, Val::ListIterator(list, end))?;
        }
        Ok(())
    }
}

/// Whether an iterator of items one after the other is such that its object is known.
fn goes_on(iterator: &Val<Value>) -> bool {
    match iterator {
        Val::TupleIterator(..) => true,
        Val::ListIterator(list, _) => {
            matches!(
                **list,
                Val::List(..) | Val::ListObject(..) | Val::TupleObject(..) | Val::Text(..)
            ) || list.class() == Some(Class::Str)
        }
        _ => false,
    }
}
