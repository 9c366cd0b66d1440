//! Attributes, items, iterators: what is taken out of things and put into them.

use super::arrays::Elements;
use super::characters::METHODS;
use super::deques::is_method_of_deque;
use super::dict_rules::{is_method_of_dict, is_method_of_table};
use super::element::{Element, Family, Flavour};
use super::join::Incoming;
use super::named::as_tuple;
use super::protocols::is_method_of_number;
use super::tables::Part;
use super::texts::is_method_of_text;
use super::value::{Contents, Items, Shape, Val, View, infallible};
use super::world::Description;
use super::{Done, Flow, Specialiser};
use crate::code::{Instruction, Name, Reg};
use crate::ir::op::Class;
use crate::ir::{Immediate, Op, Value};
use std::sync::Arc;

/// Of so many values one can be chosen at most.
const MOST_ITEMS: usize = 16;

/// The ways on from the next item of an iterator.
#[derive(Default)]
pub(super) struct Alternatives {
    pub(super) item: Option<Incoming>,
    pub(super) done: Option<Incoming>,
}

/// What comes out of an iterator: whether there is an item, which one, and the iterator behind it.
pub(super) struct Step {
    pub(super) has_item: Value,
    pub(super) item: Item,
    pub(super) rest: Val<Value>,
}

/// An item, which may be looked at only where it is known to be there.
pub(super) enum Item {
    Value(Val<Value>),
    Element(View, Value),
    /// A row of an array.
    Row(Val<Value>, Value),
    /// The item of a list in memory at a position.
    Listed(Val<Value>, Value),
    /// A part of the entry of a dict in memory at a position.
    Entry(Val<Value>, Part, Value),
    /// One of some values that are alike.
    One(Arc<[Val<Value>]>, Value),
    Tuple(Vec<Item>),
}

/// Whether something of the interpreter's own has a method that machine code knows.
fn is_method_of_builtin(value: &Val<Value>, name: &str) -> bool {
    match value {
        Val::Char(_) if METHODS.contains(&name) => true,
        Val::Char(_) | Val::Text(..) | Val::Object(_, Some(Class::Str)) => is_method_of_text(name),
        Val::List(..) | Val::ListObject(..) | Val::Object(_, Some(Class::List)) => {
            is_method_of_list(name)
        }
        Val::DictObject(..) => is_method_of_dict(name),
        Val::Dict(_, table) => is_method_of_table(table, name),
        Val::Deque(_) => is_method_of_deque(name),
        _ => false,
    }
}

impl Specialiser<'_> {
    pub(super) fn load_attribute(
        &mut self,
        to: Reg,
        object: Reg,
        name: Name,
        instruction: &Instruction,
    ) -> Done<Flow> {
        let text = self.name(name);
        if let "bit_length" | "is_integer" = &*text
            && let Some(flow) = self.by_kind(object, &mut |this| this.instruction(instruction))?
        {
            return Ok(flow);
        }
        let value = self.get(object);
        if let Some(found) = self.attribute_of_exception(&value, &text) {
            return self.set(to, found);
        }
        if is_method_of_number(&value, &text) {
            return self.set(to, Val::Method(Box::new(value), (&*text).into()));
        }
        if let Some(flow) = self.load_of_named(to, &value, &text, instruction)? {
            return Ok(flow);
        }
        if let Some(flow) = self.load_of_instance(to, &value, &text, instruction)? {
            return Ok(flow);
        }
        match &value {
            Val::Known(known) if let Description::Module = self.world.describe(*known) => {
                if let Some(found) = self.world.attribute(*known, &text) {
                    return self.set_known(to, found);
                }
            }
            Val::Known(known) if let Description::Class = self.world.describe(*known) => {
                if let Some(flow) = self.load_of_class(to, *known, &text)? {
                    return Ok(flow);
                }
            }
            // Methods of our own classes and of the interpreter's are always there.
            Val::Thing(thing) => {
                let contents = self.state.contents(*thing);
                let is_method = match contents {
                    Contents::List(_) => is_method_of_list(&text),
                    Contents::Vector(..) => &*text == "copy",
                    _ => false,
                };
                if is_method {
                    return self.set(to, Val::Method(Box::new(value), (&*text).into()));
                }
            }
            value if is_method_of_builtin(value, &text) => {
                return self.set(to, Val::Method(Box::new(value.clone()), (&*text).into()));
            }
            _ => {}
        }
        if let Some(found) = self.attribute_of_array(&value, &text) {
            return self.set(to, found);
        }
        if let Some(found) = self.part_of_number(&value, &text) {
            return self.set(to, found);
        }
        self.perform(instruction)
    }

    pub(super) fn list_append(
        &mut self,
        list: Reg,
        item: Reg,
        instruction: &Instruction,
    ) -> Done<Flow> {
        if let Val::Thing(thing) = self.get(list)
            && let Contents::List(items) = self.state.contents(thing)
        {
            let mut items = items.clone();
            items.push(self.get(item));
            self.state.heap[thing.0 as usize] = Some(Contents::List(items));
            return Ok(Flow::On);
        }
        if let Val::List(address, items) = self.get(list)
            && let Some(flow) = self.append_to_list((address, &items), &self.get(item))?
        {
            return Ok(flow);
        }
        self.perform(instruction)
    }

    /// The items of a sequence in registers.
    pub(super) fn items_of(&self, value: &Val<Value>) -> Option<Vec<Val<Value>>> {
        Some(match value {
            Val::Tuple(items) => items.to_vec(),
            Val::Named(tuple, _) => return self.items_of(tuple),
            Val::Thing(thing) => match self.state.contents(*thing) {
                Contents::List(items) => items.clone(),
                Contents::Vector(Family::Pommel, items) => {
                    items.iter().map(|item| Val::Float(*item)).collect()
                }
                Contents::Vector(family, items) => {
                    let flavour = Flavour { family: *family, element: Element::Float64 };
                    items.iter().map(|item| Val::Scalar(*item, flavour)).collect()
                }
                _ => return None,
            },
            _ => return None,
        })
    }

    /// The position that a constant index stands for.
    fn position(&mut self, key: &Val<Value>, length: usize) -> Option<usize> {
        let index = match key {
            Val::Int(value) => self.build.int_constant(*value)?,
            _ => return None,
        };
        let index = if index < 0 { index + length as i64 } else { index };
        usize::try_from(index).ok().filter(|index| *index < length)
    }

    /// An item of a tuple, a list or an array in registers at a place that is known when it runs.
    fn item_at(&mut self, items: &[Val<Value>], key: &Val<Value>) -> Done<Option<Val<Value>>> {
        let Val::Int(index) = *key else { return Ok(None) };
        if items.is_empty() || !are_alike(items) {
            return Ok(None);
        }
        let (zero, length) = (self.build.int(0), self.build.int(items.len() as i64));
        let from_end = self.op(Op::IAddWrap, &[index, length]);
        let negative = self.op(Op::ILt, &[index, zero]);
        let place = self.build.select(negative, from_end, index);
        let inside = self.op(Op::ULt, &[place, length]);
        if self.build.bool_constant(inside).is_some() {
            return Ok(None);
        }
        self.require(inside);
        self.one_of(items, place).map(Some)
    }

    /// An item of a string or of a deque.
    fn load_from_one(
        &mut self,
        to: Reg,
        value: &Val<Value>,
        index: &Val<Value>,
    ) -> Done<Option<Flow>> {
        if let Val::Deque(list) = value
            && let (Val::List(address, items), Val::Int(_)) = (&**list, index)
        {
            return self.load_from_list(to, (*address, items), index);
        }
        match self.load_character(to, value, index)? {
            Some(flow) => Ok(Some(flow)),
            None => self.load_from_text(to, value, index),
        }
    }

    pub(super) fn load_item(
        &mut self,
        to: Reg,
        object: Reg,
        key: Reg,
        instruction: &Instruction,
    ) -> Done<Flow> {
        let (value, index) = (self.get(object), self.get(key));
        let given = vec![value.clone(), index.clone()];
        if let Some(flow) = self.item_of_instance(to, "__getitem__", given, instruction)? {
            return Ok(flow);
        }
        if let Val::List(..) | Val::ListObject(..) | Val::TupleObject(..) | Val::Dict(..) = value {
            let mut again = |this: &mut Self| this.load_item(to, object, key, instruction);
            if let Some(flow) = self.by_kind(key, &mut again)? {
                return Ok(flow);
            }
        }
        if let (Val::Tuple(items), Val::Slice(parts)) = (&value, &index)
            && let Some(part) = self.part_of_tuple(items, parts)
        {
            return self.set(to, part);
        }
        if let Some(flow) = self.load_named(to, &value, &index)? {
            return Ok(flow);
        }
        if let Some(items) = self.items_of(&value) {
            if let Some(i) = self.position(&index, items.len()) {
                return self.set(to, items[i].clone());
            }
            if let Some(item) = self.item_at(&items, &index)? {
                return self.set(to, item);
            }
            if let Val::Int(_) | Val::Bool(_) | Val::Slice(_) = index
                && let Some((address, items)) = self.as_list(&value)?
                && let Some(flow) = self.load_from_list(to, (address, &items), &index)?
            {
                return Ok(flow);
            }
        }
        // It may have become a list in memory meanwhile.
        let value = self.get(object);
        if let Some(flow) = self.load_from_one(to, &value, &index)? {
            return Ok(flow);
        }
        if let Val::DictObject(handle, items) = &value {
            self.character_as_object(key);
            let index = self.get(key);
            if let Some(flow) = self.load_by_string(to, (*handle, &items[1]), &index)? {
                return Ok(flow);
            }
            return self.perform_as_taken(to, &items[1], instruction);
        }
        let done = match &value {
            Val::Object(handle, Some(Class::Tuple)) => self.load_from_tuple(to, *handle, &index)?,
            Val::Dict(address, table) => self.load_from_dict(to, (*address, table), &index)?,
            Val::ListObject(..) | Val::TupleObject(..) => {
                self.load_from_object(to, &value, &index)?
            }
            Val::List(address, items) => self.load_from_list(to, (*address, items), &index)?,
            _ => self.load_of_array(to, object, &value, &index)?,
        };
        match done {
            Some(flow) => Ok(flow),
            None => self.perform(instruction),
        }
    }

    pub(super) fn store_item(
        &mut self,
        object: Reg,
        key: Reg,
        value: Reg,
        instruction: &Instruction,
    ) -> Done<Flow> {
        let mut again = |this: &mut Self| this.store_item(object, key, value, instruction);
        if self.elements(&self.get(object)).is_some()
            && let Some(flow) = self.by_kind(value, &mut again)?
        {
            return Ok(flow);
        }
        let (target, index, item) = (self.get(object), self.get(key), self.get(value));
        let given = vec![target.clone(), index.clone(), item.clone()];
        if let Some(flow) = self.item_of_instance(Reg(0), "__setitem__", given, instruction)? {
            return Ok(flow);
        }
        if let Val::List(..) | Val::ListObject(..) | Val::Dict(..) = target {
            let mut again = |this: &mut Self| this.store_item(object, key, value, instruction);
            if let Some(flow) = self.by_kind(key, &mut again)? {
                return Ok(flow);
            }
        }
        if let Val::Thing(thing) = &target {
            match self.state.contents(*thing).clone() {
                Contents::Vector(family, mut items) => {
                    if let (Some(i), Some(number)) =
                        (self.position(&index, items.len()), self.float_of(&self.as_python(&item)))
                    {
                        items[i] = number;
                        self.state.heap[thing.0 as usize] = Some(Contents::Vector(family, items));
                        return Ok(Flow::On);
                    }
                }
                Contents::List(mut items) => {
                    if let Some(i) = self.position(&index, items.len()) {
                        items[i] = item;
                        self.state.heap[thing.0 as usize] = Some(Contents::List(items));
                        return Ok(Flow::On);
                    }
                }
                _ => {}
            }
        }
        if let Val::Dict(address, table) = &target
            && let Some(flow) = self.store_to_dict((*address, table), &index, &item)?
        {
            return Ok(flow);
        }
        if let Val::ListObject(handle, items) = &target
            && let Some(flow) = self.store_to_object((*handle, items), &index, &item)?
        {
            return Ok(flow);
        }
        if let Some(flow) = self.store_to_array(object, &target, &index, &item)? {
            return Ok(flow);
        }
        if let Some(flow) = self.store_to_list(object, key, value)? {
            return Ok(flow);
        }
        self.perform(instruction)
    }

    pub(super) fn unpack(
        &mut self,
        to: &[Reg],
        from: Reg,
        instruction: &Instruction,
    ) -> Done<Flow> {
        if let Val::List(address, items) = self.get(from) {
            return self.unpack_list(to, (address, &items));
        }
        if let Val::ListObject(..) | Val::TupleObject(..) = self.get(from) {
            return self.unpack_object(to, from);
        }
        if let Val::Object(handle, None | Some(Class::Tuple)) = self.get(from)
            && let Some(flow) = self.unpack_tuple(handle, to)?
        {
            return Ok(flow);
        }
        let Some(items) = self.items_of(&self.get(from)) else { return self.perform(instruction) };
        if items.len() != to.len() {
            return self.leave_for_good();
        }
        for (register, item) in to.iter().zip(items) {
            self.set(*register, item)?;
        }
        Ok(Flow::On)
    }

    pub(super) fn iterate(&mut self, to: Reg, from: Reg, instruction: &Instruction) -> Done<Flow> {
        let value = self.get(from);
        if let Some(flow) = self.iterate_instance(to, &value, instruction)? {
            return Ok(flow);
        }
        let value = as_tuple(value);
        if let Val::Range(parts) = &value
            && self.guard_range(parts[1], parts[2]) == Flow::Ends
        {
            return Ok(Flow::Ends);
        }
        // A list that nobody has any more does not change.
        if let Some(items) = self.only_here(from)
            && (are_alike(&items) || self.is_unrolled_next(to, items.len()))
        {
            let start = self.build.int(0);
            return self.set(to, Val::TupleIterator(items.into(), start));
        }
        if let Val::Tuple(items) = &value
            && self.is_unrolled_next(to, items.len())
        {
            let start = self.build.int(0);
            return self.set(to, Val::TupleIterator(items.clone(), start));
        }
        match self.iterator(&value)? {
            Some(iterator) => self.set(to, iterator),
            None => self.perform(instruction),
        }
    }

    /// The items of a list in registers that only a register has which nobody reads any more.
    fn only_here(&self, register: Reg) -> Option<Vec<Val<Value>>> {
        let Val::Thing(thing) = self.get(register) else { return None };
        let Contents::List(items) = self.state.contents(thing) else { return None };
        let (code, mut point) = (&self.state.top().code, self.state.top().point);
        point.index += 1;
        let is_alive = code.liveness().at(code, point).contains(register);
        let mut names = 0;
        let mut count = |other| names += usize::from(other == thing);
        for register in self.state.frames.iter().flat_map(|frame| &frame.registers) {
            register.things(&mut count);
        }
        self.state.heap.iter().flatten().for_each(|contents| contents.things(&mut count));
        (!is_alive && names == 1).then(|| items.clone())
    }

    /// Exits if what is behind the last number of a range might not fit.
    fn guard_range(&mut self, stop: Value, step: Value) -> Flow {
        match self.build.int_constant(step) {
            Some(step) if step > 1 => {
                let last = self.build.int(i64::MAX - step);
                let fits = self.op(Op::ILe, &[stop, last]);
                self.guard(fits)
            }
            Some(step) if step < -1 => {
                let last = self.build.int(i64::MIN.saturating_sub(step));
                let fits = self.op(Op::ILe, &[last, stop]);
                self.guard(fits)
            }
            _ => Flow::On,
        }
    }

    /// Makes an object of an iterator in a register that another register may have as well: where one goes
    /// on, so does the other.
    pub(super) fn share_iterators(&mut self, instruction: &Instruction) -> Done {
        let mut reads = Vec::new();
        instruction.reads(&mut |register| reads.push(register));
        for register in reads {
            let value = self.get(register);
            if !value.is_iterator() {
                continue;
            }
            if let Instruction::Iterate { to, .. } = instruction {
                let frame = self.state.top();
                let (code, mut point) = (frame.code.clone(), frame.point);
                point.index += 1;
                if *to == register || !code.liveness().at(&code, point).contains(register) {
                    continue;
                }
            }
            if self.takes_rest(instruction, register) || self.is_next(instruction, register) {
                continue;
            }
            self.publish_all(register)?;
            let handle = self.object(&self.get(register))?;
            self.set(register, Val::Object(handle, None))?;
        }
        Ok(())
    }

    /// Whether an instruction takes all items that an iterator has left, and nobody asks it for more.
    fn takes_rest(&mut self, instruction: &Instruction, iterator: Reg) -> bool {
        if self.is_collected(instruction, iterator) {
            return true;
        }
        let Instruction::Call { callee, .. } = instruction else { return false };
        let Val::Method(object, name) = self.get(*callee) else { return false };
        let frame = self.state.top();
        let (code, mut point) = (&frame.code, frame.point);
        point.index += 1;
        object.class() == Some(Class::Str)
            && &*name == "join"
            && matches!(self.get(iterator), Val::ReverseIterator(..))
            && !code.liveness().at(code, point).contains(iterator)
    }

    /// An iterator in registers over a value, if there is such a one.
    pub(super) fn iterator(&mut self, value: &Val<Value>) -> Done<Option<Val<Value>>> {
        Ok(Some(match value {
            Val::Range(parts) => {
                let [start, stop, step] = **parts;
                match self.build.int_constant(step) {
                    Some(0) => return Ok(None),
                    Some(step) => Val::RangeIterator(Arc::new([start, stop]), step),
                    None => {
                        // What is behind the last number must fit.
                        let (most, zero) = (self.build.int(i64::MAX), self.build.int(0));
                        let last = self.op(Op::ISubWrap, &[most, step]);
                        let (fits, is_positive) =
                            (self.op(Op::ILe, &[stop, last]), self.op(Op::ILt, &[zero, step]));
                        self.require(is_positive);
                        self.require(fits);
                        Val::SteppingIterator(parts.clone())
                    }
                }
            }
            Val::ListObject(..) | Val::TupleObject(..) | Val::Object(_, Some(Class::Str))
                if self.has_characters(value) =>
            {
                let start = self.build.int(0);
                Val::ListIterator(Box::new(value.clone()), start)
            }
            Val::Text(..) => {
                let start = self.build.int(0);
                Val::ListIterator(Box::new(value.clone()), start)
            }
            Val::Thing(_) if self.elements(value).is_some_and(|part| part.view.rank == 1) => {
                let start = self.build.int(0);
                Val::ArrayIterator(Box::new(value.clone()), start)
            }
            Val::Thing(thing) if matches!(self.state.contents(*thing), Contents::Vector(..)) => {
                let start = self.build.int(0);
                Val::ArrayIterator(Box::new(value.clone()), start)
            }
            Val::List(..) | Val::Thing(_) => {
                let Some((address, items)) = self.as_list(value)? else { return Ok(None) };
                let start = self.build.int(0);
                Val::ListIterator(Box::new(Val::List(address, items)), start)
            }
            Val::Tuple(items) if are_alike(items) => {
                let start = self.build.int(0);
                Val::TupleIterator(items.clone(), start)
            }
            Val::Array(_, view, _) if view.rank == 1 || view.owner.has_axes() => {
                let start = self.build.int(0);
                Val::ArrayIterator(Box::new(value.clone()), start)
            }
            Val::RangeIterator(..)
            | Val::SteppingIterator(_)
            | Val::TupleIterator(..)
            | Val::ArrayIterator(..)
            | Val::ListIterator(..)
            | Val::DictIterator(..)
            | Val::ReverseIterator(..) => value.clone(),
            Val::Dict(..) | Val::DictView(..) | Val::DictObject(..) => {
                return self.dict_iterator(value);
            }
            Val::Enumerate(..) | Val::Zip(_) => value.clone(),
            _ => return Ok(None),
        }))
    }

    /// The next item of an iterator.
    pub(super) fn next(&mut self, iterator: Reg, to: Reg) -> Done<Alternatives> {
        let value = self.get(iterator);
        if let Val::EntryIterator(handle, items) = &value {
            return self.next_entry((iterator, to), *handle, items);
        }
        if let Some(alternatives) = self.next_of_instance(&value, to)? {
            return Ok(alternatives);
        }
        let step = match self.step(&value)? {
            Some(step) => step,
            None => return self.next_of_object(iterator, to),
        };
        let mut alternatives = Alternatives::default();
        let truth = self.build.bool_constant(step.has_item);
        let start = self.state.clone();
        let (yes, no) = match truth {
            Some(_) => (self.build.block, self.build.block),
            None => self.build.branch(step.has_item),
        };
        if truth != Some(false) {
            self.build.block = yes;
            let item = match step.item {
                Item::Listed(list @ (Val::ListObject(..) | Val::TupleObject(..)), position) => {
                    let is_taken_apart = self.is_taken_apart(to);
                    let items = list.items_of_others();
                    self.read_from_object(&list, &items, position, is_taken_apart)?
                }
                other => self.item(other)?,
            };
            self.keep_iterated(&value);
            self.set(iterator, step.rest)?;
            self.set(to, item)?;
            let state = core::mem::take(&mut self.state);
            alternatives.item = Some(Incoming { block: self.build.block, state });
        }
        if truth != Some(true) {
            alternatives.done = Some(Incoming { block: no, state: start });
        }
        Ok(alternatives)
    }

    /// The arrays of an iterator are there until here.
    fn keep_iterated(&mut self, iterator: &Val<Value>) {
        match iterator {
            Val::ArrayIterator(array, _) => {
                if let Some(elements) = self.elements(array) {
                    self.keep(&elements.keeper);
                }
            }
            Val::Enumerate(inner, _) => self.keep_iterated(inner),
            Val::Zip(inner) => inner.iter().for_each(|inner| self.keep_iterated(inner)),
            _ => {}
        }
    }

    fn next_of_object(&mut self, iterator: Reg, to: Reg) -> Done<Alternatives> {
        self.publish_all(iterator)?;
        let value = self.get(iterator);
        let class = value.class();
        if class != Some(Class::Iterator) {
            self.enter_handlers()?;
        }
        let handle = self.object(&value)?;
        self.set(iterator, Val::Object(handle, class))?;
        let exit = self.exit_raised();
        self.is_doubtful = class != Some(Class::Iterator);
        let results = self.build.emit(Op::Next, &[handle], Immediate::None, Some(exit));
        self.set(iterator, Val::Object(handle, class))?;
        let (yes, no) = self.build.branch(results[1]);
        let done = Incoming { block: no, state: self.state.clone() };
        self.build.block = yes;
        self.set(to, Val::Object(results[0], None))?;
        let item = Incoming { block: yes, state: core::mem::take(&mut self.state) };
        Ok(Alternatives { item: Some(item), done: Some(done) })
    }

    /// Takes an item out of an iterator, as if there were one.
    pub(super) fn step(&mut self, iterator: &Val<Value>) -> Done<Option<Step>> {
        Ok(Some(match iterator {
            Val::RangeIterator(parts, step) => {
                let [next, stop] = **parts;
                let has_item = match *step > 0 {
                    true => self.op(Op::ILt, &[next, stop]),
                    false => self.op(Op::ILt, &[stop, next]),
                };
                let by = self.build.int(*step);
                let rest = self.op(Op::IAddWrap, &[next, by]);
                let rest = Val::RangeIterator(Arc::new([rest, stop]), *step);
                Step { has_item, item: Item::Value(Val::Int(next)), rest }
            }
            Val::SteppingIterator(parts) => {
                let [next, stop, step] = **parts;
                let has_item = self.op(Op::ILt, &[next, stop]);
                let rest = self.op(Op::IAddWrap, &[next, step]);
                let rest = Val::SteppingIterator(Arc::new([rest, stop, step]));
                Step { has_item, item: Item::Value(Val::Int(next)), rest }
            }
            Val::TupleIterator(items, next) => {
                let (length, one) = (self.build.int(items.len() as i64), self.build.int(1));
                let rest = self.op(Op::IAddWrap, &[*next, one]);
                Step {
                    has_item: self.op(Op::ILt, &[*next, length]),
                    item: Item::One(items.clone(), *next),
                    rest: Val::TupleIterator(items.clone(), rest),
                }
            }
            Val::ArrayIterator(array, next) => return Ok(self.step_in_array(array, *next)),
            Val::ListIterator(list, next) => {
                let Some(length) = self.length_within(list) else { return Ok(None) };
                let one = self.build.int(1);
                let rest = self.op(Op::IAddWrap, &[*next, one]);
                Step {
                    has_item: self.op(Op::ILt, &[*next, length]),
                    item: Item::Listed((**list).clone(), *next),
                    rest: Val::ListIterator(list.clone(), rest),
                }
            }
            Val::DictIterator(dict, part, next) => {
                let Val::Dict(address, table) = &**dict else { return Ok(None) };
                let (length, one) = (self.dict_length(*address, table), self.build.int(1));
                let rest = self.op(Op::IAddWrap, &[*next, one]);
                Step {
                    has_item: self.op(Op::ILt, &[*next, length]),
                    item: Item::Entry((**dict).clone(), *part, *next),
                    rest: Val::DictIterator(dict.clone(), *part, rest),
                }
            }
            Val::ReverseIterator(list, next) => {
                let Some(length) = self.length_within(list) else { return Ok(None) };
                let one = self.build.int(1);
                let rest = self.op(Op::ISubWrap, &[*next, one]);
                Step {
                    // A position before the first item is a large one without a sign.
                    has_item: self.op(Op::ULt, &[*next, length]),
                    item: Item::Listed((**list).clone(), *next),
                    rest: Val::ReverseIterator(list.clone(), rest),
                }
            }
            Val::Enumerate(inner, count) => return self.counted_step(inner, *count),
            Val::Zip(inner) => return self.zip_step(inner),
            _ => return Ok(None),
        }))
    }

    /// The same of an iterator whose items are counted.
    fn counted_step(&mut self, inner: &Val<Value>, count: Value) -> Done<Option<Step>> {
        let Some(step) = self.step(inner)? else { return Ok(None) };
        let one = self.build.int(1);
        let next = self.op(Op::IAddWrap, &[count, one]);
        let item = Item::Tuple(vec![Item::Value(Val::Int(count)), step.item]);
        let rest = Val::Enumerate(Box::new(step.rest), next);
        Ok(Some(Step { has_item: step.has_item, item, rest }))
    }

    /// How many items a list, tuple or string has that is iterated over.
    pub(super) fn length_within(&mut self, list: &Val<Value>) -> Option<Value> {
        match list {
            Val::List(address, items) => Some(self.list_length(*address, items)),
            Val::ListObject(handle, _) | Val::TupleObject(handle, _) => {
                Some(self.length_of_object(*handle))
            }
            Val::Object(handle, _) if !self.is_refuted() => Some(self.length_of_text(*handle)),
            Val::Text(_, length) => Some(*length),
            _ => None,
        }
    }

    /// `reversed(value)`
    pub(super) fn reversed(&mut self, to: Reg, value: &Val<Value>) -> Done<Option<Val<Value>>> {
        Ok(match value {
            Val::Range(parts) => self.reversed_range(**parts),
            // Nobody sees of which class an iterator is that is used up at once.
            Val::Tuple(items) if are_alike(items) && self.is_iterated_at_once(to) => {
                let start = self.build.int(0);
                Some(Val::TupleIterator(items.iter().rev().cloned().collect(), start))
            }
            _ => {
                let Some(Val::ListIterator(list, _)) = self.iterator(value)? else {
                    return Ok(None);
                };
                if matches!(value, Val::ListIterator(..)) {
                    return Ok(None);
                }
                let one = self.build.int(1);
                let length = self.length_within(&list);
                length.map(|length| {
                    let last = self.op(Op::ISubWrap, &[length, one]);
                    Val::ReverseIterator(list, last)
                })
            }
        })
    }

    /// A range the other way round, if it has a step of 1.
    fn reversed_range(&mut self, [start, stop, step]: [Value; 3]) -> Option<Val<Value>> {
        if self.build.int_constant(step) != Some(1) {
            return None;
        }
        // What is before the first number must fit.
        let (least, one) = (self.build.int(i64::MIN + 1), self.build.int(1));
        for end in [start, stop] {
            let fits = self.op(Op::ILe, &[least, end]);
            if self.build.bool_constant(fits) == Some(false) {
                return None;
            }
            self.require(fits);
        }
        let (first, end) =
            (self.op(Op::ISubWrap, &[stop, one]), self.op(Op::ISubWrap, &[start, one]));
        Some(Val::RangeIterator(Arc::new([first, end]), -1))
    }

    /// Whether the next instruction iterates over what comes into a register.
    fn is_iterated_at_once(&self, register: Reg) -> bool {
        let frame = self.state.top();
        let block = frame.code.block(frame.point.block);
        let next = block.instructions.get(frame.point.index as usize + 1);
        matches!(next, Some((Instruction::Iterate { from, .. }, _)) if *from == register)
    }

    /// The same in an array: an element, or a row.
    fn step_in_array(&mut self, array: &Val<Value>, next: Value) -> Option<Step> {
        let one = self.build.int(1);
        let rest = self.op(Op::IAddWrap, &[next, one]);
        let rest = Val::ArrayIterator(Box::new(array.clone()), rest);
        // What an array in registers has now: it may have been written to since the last round.
        if let Some(items) = self.items_of(array) {
            let length = self.build.int(items.len() as i64);
            let has_item = self.op(Op::ILt, &[next, length]);
            return Some(Step { has_item, item: Item::One(items.into(), next), rest });
        }
        let Elements { view, words, .. } = self.elements(array)?;
        let has_item = self.op(Op::ILt, &[next, words[1]]);
        if view.rank > 1 {
            return Some(Step { has_item, item: Item::Row(array.clone(), next), rest });
        }
        let stride = match view.packed {
            true => self.build.int(i64::from(view.element.size())),
            false => words[2],
        };
        let distance = self.op(Op::IMulWrap, &[next, stride]);
        let address = self.op(Op::IAddWrap, &[words[0], distance]);
        Some(Step { has_item, item: Item::Element(view, address), rest })
    }

    /// An item that is there.
    pub(super) fn item(&mut self, item: Item) -> Done<Val<Value>> {
        Ok(match item {
            Item::Value(value) => value,
            Item::One(items, place) => self.one_of(&items, place)?,
            Item::Element(view, address) => match self.load(view, address) {
                Some(item) => item,
                None => return self.refused("an element that is never one"),
            },
            Item::Row(array, position) => self.row(&array, position),
            Item::Listed(Val::List(address, items), position) => {
                self.read(address, &items, position)
            }
            Item::Listed(list @ (Val::ListObject(..) | Val::TupleObject(..)), position) => {
                let items = list.items_of_others();
                self.read_from_object(&list, &items, position, false)?
            }
            Item::Listed(Val::Object(handle, _), position) => self.character(handle, position),
            Item::Listed(Val::Text(address, _), position) => {
                Val::Char(self.character_of_text(address, position))
            }
            Item::Listed(..) => Val::None,
            Item::Entry(dict, part, position) => self.part_at(&dict, part, position),
            Item::Tuple(items) => {
                Val::Tuple(items.into_iter().map(|item| self.item(item)).collect::<Done<_>>()?)
            }
        })
    }

    /// The one of some values that are alike at a place, which is one of theirs.
    pub(super) fn one_of(&mut self, items: &[Val<Value>], place: Value) -> Done<Val<Value>> {
        if let Some(place) = self.build.int_constant(place)
            && let Some(item) = usize::try_from(place).ok().and_then(|place| items.get(place))
        {
            return Ok(item.clone());
        }
        let Some(shape) = shape_of_all(items) else { return Ok(Val::None) };
        let mut leaves = Vec::new();
        let mut like = Val::None;
        for item in items {
            like = self.convert(item.clone(), &shape)?;
            let mut of_item = Vec::new();
            infallible(like.map(&mut |leaf| {
                of_item.push(*leaf);
                Ok(())
            }));
            leaves.push(of_item);
        }
        let mut chosen = leaves.pop().unwrap_or_default();
        for (i, of_item) in leaves.iter().enumerate().rev() {
            let number = self.build.int(i as i64);
            let is_here = self.op(Op::IEq, &[place, number]);
            for (chosen, leaf) in chosen.iter_mut().zip(of_item) {
                *chosen = self.build.select(is_here, *leaf, *chosen);
            }
        }
        let mut chosen = chosen.into_iter();
        Ok(infallible(like.map(&mut |_| Ok(chosen.next().expect("as many leaves")))))
    }

    /// `zip` ends with the first iterator that does. Those before that one are an item further then, which
    /// nobody can see who has no other name for them: iterators in registers have none.
    fn zip_step(&mut self, inner: &[Val<Value>]) -> Done<Option<Step>> {
        let mut has_item = self.build.bool(!inner.is_empty());
        let (mut items, mut rest) = (Vec::new(), Vec::new());
        for iterator in inner {
            let Some(step) = self.step(iterator)? else { return Ok(None) };
            has_item = self.op(Op::BAnd, &[has_item, step.has_item]);
            items.push(step.item);
            rest.push(step.rest);
        }
        let item = Item::Tuple(items);
        Ok(Some(Step { has_item, item, rest: Val::Zip(rest.into()) }))
    }
}

impl<L> Val<L> {
    /// What the items of a list or tuple of others are taken to be.
    fn items_of_others(&self) -> Items {
        match self {
            Val::ListObject(_, items) | Val::TupleObject(_, items) => items.clone(),
            _ => Items::Objects(None),
        }
    }

    pub(super) fn is_iterator(&self) -> bool {
        matches!(
            self,
            Val::RangeIterator(..)
                | Val::SteppingIterator(_)
                | Val::TupleIterator(..)
                | Val::ArrayIterator(..)
                | Val::ListIterator(..)
                | Val::ReverseIterator(..)
                | Val::DictIterator(..)
                | Val::EntryIterator(..)
                | Val::Enumerate(..)
                | Val::Zip(_)
        )
    }
}

/// The shape of each of some values.
fn shape_of_all(items: &[Val<Value>]) -> Option<Shape> {
    items.iter().map(Val::shape).reduce(|a, b| a.merged(&b))
}

/// Whether one of some values can be chosen without making objects of them.
pub(super) fn are_alike(items: &[Val<Value>]) -> bool {
    fn is_plain(shape: &Shape) -> bool {
        match shape {
            Val::Tuple(items) => items.iter().all(is_plain),
            shape => shape.kinds().is_some(),
        }
    }
    items.len() <= MOST_ITEMS && shape_of_all(items).as_ref().is_none_or(is_plain)
}

/// Whether lists have a method that there is a rule for.
fn is_method_of_list(name: &str) -> bool {
    let all =
        ["append", "pop", "extend", "insert", "reverse", "clear", "sort", "copy", "index", "count"];
    all.contains(&name)
}
