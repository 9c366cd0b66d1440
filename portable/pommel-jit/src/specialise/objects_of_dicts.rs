//! Objects of class `dict` that others know as well: what comes out of them is taken to be such as their first
//! entries were. Where that was wrong, the next specialisation leaves it an object.

use super::items::Alternatives;
use super::join::Incoming;
use super::tables::Part;
use super::value::{Items, Val};
use super::{Done, Flow, Specialiser};
use crate::code::{Instruction, Point, Reg, Terminator};
use crate::ir::op::Class;
use crate::ir::{Immediate, Op, Value};

impl Specialiser<'_> {
    /// An instruction that gives what is taken to be one of some values: `dict[key]`.
    pub(super) fn perform_as_taken(
        &mut self,
        to: Reg,
        values: &Items,
        instruction: &Instruction,
    ) -> Done<Flow> {
        if self.perform(instruction)? == Flow::Ends {
            return Ok(Flow::Ends);
        }
        self.taken(to, values)
    }

    /// `dict[key]` for a key that is a string. `None` if there is no rule for it.
    pub(super) fn load_by_string(
        &mut self,
        to: Reg,
        (dict, values): (Value, &Items),
        key: &Val<Value>,
    ) -> Done<Option<Flow>> {
        let Some(key) = self.string_as_object(key) else { return Ok(None) };
        let exit = self.exit_raised();
        let found = self.build.emit(Op::DictItem, &[dict, key], Immediate::None, Some(exit))[0];
        self.set(to, Val::Object(found, None))?;
        // Other keys with the same hash may be of classes of others.
        self.revalidate()?;
        self.taken(to, values).map(Some)
    }

    /// `key in dict` for a key that is a string. `None` if there is no rule for it.
    pub(super) fn has_string(
        &mut self,
        to: Reg,
        key: &Val<Value>,
        dict: &Val<Value>,
        is_in: bool,
    ) -> Done<Option<Flow>> {
        let Val::DictObject(dict, _) = dict else { return Ok(None) };
        let Some(key) = self.string_as_object(key) else { return Ok(None) };
        let exit = self.exit_raised();
        let found = self.build.emit(Op::DictHas, &[*dict, key], Immediate::None, Some(exit))[0];
        self.set_truth(to, found, is_in)?;
        // Other keys with the same hash may be of classes of others.
        self.revalidate()?;
        Ok(Some(Flow::On))
    }

    /// The object of a string.
    fn string_as_object(&mut self, value: &Val<Value>) -> Option<Value> {
        match value {
            Val::Object(handle, Some(Class::Str)) => Some(*handle),
            Val::Char(_) | Val::Text(..) => match self.as_text(value) {
                Val::Text(address, length) => Some(self.object_of_text([address, length])),
                _ => None,
            },
            _ => None,
        }
    }

    /// Takes an object in a register for one of some values.
    fn taken(&mut self, to: Reg, values: &Items) -> Done<Flow> {
        // It is done: where its value is another one, what follows goes on on objects.
        let point = self.state.top().point;
        self.state.top_mut().point.index += 1;
        if let Val::Object(handle, None) = self.get(to)
            && let Items::Numbers(_) | Items::Lists(_) | Items::Objects(Some(Class::Str)) = values
        {
            let value = self.as_taken(handle, values)?;
            self.set(to, value)?;
        }
        self.state.top_mut().point = point;
        Ok(Flow::On)
    }

    /// What the object of a handle is taken to be.
    fn as_taken(&mut self, handle: Value, items: &Items) -> Done<Val<Value>> {
        let Some(layout) = self.world.layout() else { return Ok(Val::Object(handle, None)) };
        let items = self.taken_for(items);
        if let Items::Objects(None) = items {
            return Ok(Val::Object(handle, None));
        }
        let address = self.op(Op::Address, &[handle]);
        if let Items::Lists(inner) = items {
            self.expect_class(address, &layout, layout.list_class);
            return Ok(Val::ListObject(handle, (*inner).clone()));
        }
        if let Items::Objects(Some(Class::Str)) = items {
            self.expect_class(address, &layout, layout.text_class);
            return Ok(Val::Object(handle, Some(Class::Str)));
        }
        let value = self.value_at(address, &items, &layout);
        self.build.emit(Op::Keep, &[handle], Immediate::None, None);
        Ok(value)
    }

    /// An object that iterates over a part of the entries of a dict.
    pub(super) fn entry_iterator(
        &mut self,
        dict: &Val<Value>,
        part: Part,
        items: &[Items; 2],
    ) -> Done<Val<Value>> {
        let start = self.build.int(0);
        let handle = self.made(&Val::DictIterator(Box::new(dict.clone()), part, start))?;
        let items = match part {
            Part::Keys => items[0].clone(),
            Part::Values => items[1].clone(),
            Part::Items => Items::Tuples(items.to_vec().into()),
        };
        Ok(Val::EntryIterator(handle, items))
    }

    /// The next of what such an iterator gives.
    pub(super) fn next_entry(
        &mut self,
        (iterator, to): (Reg, Reg),
        handle: Value,
        items: &Items,
    ) -> Done<Alternatives> {
        let exit = self.exit_raised();
        let results = self.build.emit(Op::Next, &[handle], Immediate::None, Some(exit));
        let (yes, no) = self.build.branch(results[1]);
        let done = Incoming { block: no, state: self.state.clone() };
        self.build.block = yes;
        let is_taken_apart = self.is_taken_apart(to);
        self.set(iterator, Val::EntryIterator(handle, items.clone()))?;
        self.set(to, Val::Object(results[0], None))?;
        // The iterator has gone on: where an entry is another one, the loop's body does so on objects.
        let frame = self.state.top();
        let point = frame.point;
        if let Terminator::Next { body, .. } = frame.code.block(point.block).terminator {
            self.state.top_mut().point = Point { block: body, index: 0 };
            let items = match items {
                // A tuple that somebody may keep stays the one that it is.
                Items::Tuples(_) if !is_taken_apart => Items::Objects(Some(Class::Tuple)),
                other => other.clone(),
            };
            let value = self.as_taken(results[0], &items)?;
            self.set(to, value)?;
            self.state.top_mut().point = point;
        }
        let item = Incoming { block: self.build.block, state: core::mem::take(&mut self.state) };
        Ok(Alternatives { item: Some(item), done: Some(done) })
    }
}
