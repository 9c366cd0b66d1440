//! What is asked before a call is followed that makes an iterator: what is called, and what its arguments
//! are.

use super::value::{Contents, Val};
use super::world::Description;
use super::{Done, Flow, Specialiser};
use crate::code::{Instruction, Reg, Special, Tool};
use crate::ir::op::Class;
use crate::ir::{Op, Value};

/// What counts something is less.
const END_OF_INDICES: i64 = 1 << 62;

impl Specialiser<'_> {
    /// An operation that asks for one of these things, or how long a list is.
    pub(super) fn special_of_tools(
        &mut self,
        to: Reg,
        operation: Special,
        operands: &[Reg],
        instruction: &Instruction,
    ) -> Done<Flow> {
        let values: Vec<_> = operands.iter().map(|operand| self.get(*operand)).collect();
        let truth = match (operation, &values[..]) {
            (Special::IsTool(tool), [callee]) => self.is_tool(callee, tool),
            (Special::IsIterable, [value]) => self.is_iterable(value),
            (Special::IsIndex, [value]) => self.counts_from(0, value),
            (Special::IsStep, [value]) => self.counts_from(1, value),
            (Special::IsNumber, [Val::Int(_) | Val::Float(_)]) => Some(self.build.bool(true)),
            (Special::IsSome, [value]) => self.is_some(value),
            (Special::AreInOrder, [Val::Int(a), Val::Int(b)]) => {
                let truth = self.op(Op::ILe, &[*a, *b]);
                Some(self.taken_as_true(truth))
            }
            (Special::Length, [value]) => match self.length(value) {
                Some(length) => return self.set(to, length),
                None => None,
            },
            _ => None,
        };
        match truth {
            Some(truth) => self.set(to, Val::Bool(truth)),
            None => self.perform(instruction),
        }
    }

    /// Whether a value is the function or class, if that is known.
    fn is_tool(&mut self, callee: &Val<Value>, tool: Tool) -> Option<Value> {
        let is_it = match callee {
            Val::Known(known) => match self.world.describe(*known) {
                Description::Builtin(builtin) => builtin.place() == tool.place(),
                _ => false,
            },
            Val::Thing(_) | Val::Method(..) | Val::Bound(..) => false,
            _ => return None,
        };
        Some(self.build.bool(is_it))
    }

    /// Whether a value is one that can be iterated over without anybody noticing when that begins, if that is
    /// known.
    fn is_iterable(&mut self, value: &Val<Value>) -> Option<Value> {
        let is_it = match value {
            Val::List(..) | Val::ListObject(..) | Val::TupleObject(..) | Val::Tuple(_) => true,
            Val::Range(_) | Val::Char(_) | Val::Text(..) => true,
            Val::Dict(..) | Val::DictView(..) | Val::DictObject(..) | Val::Deque(_) => true,
            Val::RangeIterator(..) | Val::SteppingIterator(_) | Val::TupleIterator(..) => true,
            Val::ListIterator(..) | Val::ReverseIterator(..) | Val::DictIterator(..) => true,
            Val::Enumerate(..) | Val::Zip(_) | Val::ArrayIterator(..) => true,
            Val::Array(_, view, _) => view.rank > 0,
            Val::Object(_, Some(Class::Str | Class::List | Class::Tuple | Class::Dict)) => true,
            Val::Thing(thing) => match self.state.contents(*thing) {
                Contents::List(_) => true,
                _ => return None,
            },
            _ => return None,
        };
        Some(self.build.bool(is_it))
    }

    /// What is true for the most part is taken to be so, unless it was not before.
    fn taken_as_true(&mut self, truth: Value) -> Value {
        if self.build.bool_constant(truth).is_some() || self.is_refuted() {
            return truth;
        }
        self.expect(truth);
        self.build.bool(true)
    }

    /// Whether a value is an integer that counts something from a number, if its kind is known.
    fn counts_from(&mut self, least: i64, value: &Val<Value>) -> Option<Value> {
        match value {
            Val::Int(number) => {
                let (least, end) = (self.build.int(least), self.build.int(END_OF_INDICES - least));
                let number = self.op(Op::ISubWrap, &[*number, least]);
                let truth = self.op(Op::ULt, &[number, end]);
                Some(self.taken_as_true(truth))
            }
            Val::None | Val::Bool(_) | Val::Float(_) => Some(self.build.bool(false)),
            _ => None,
        }
    }

    /// Whether a value is not `None`, if that is known.
    fn is_some(&mut self, value: &Val<Value>) -> Option<Value> {
        let is_some = match value {
            Val::None => false,
            Val::Known(known) => !matches!(self.world.describe(*known), Description::None),
            Val::Bound(..) | Val::Method(..) | Val::Thing(_) => true,
            Val::Object(_, Some(class)) => *class != Class::None,
            _ => return None,
        };
        Some(self.build.bool(is_some))
    }
}
