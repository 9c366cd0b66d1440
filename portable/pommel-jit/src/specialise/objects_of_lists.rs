//! Objects of class `list` that others know as well: their items are read where they lie, as long as no
//! code of others runs between looking and reading.
//!
//! What the items are is taken for granted from what the first ones were; where that was wrong, the next
//! specialisation leaves it to the interpreter.

use super::classes::Check;
use super::in_place::Slot;
use super::value::{Items, Kinds, Tag, Val};
use super::world::ObjectLayout;
use super::{Done, Flow, Specialiser};
use crate::code::{Instruction, Point, Reg, Terminator};
use crate::ir::op::Class;
use crate::ir::{End, Immediate, Op, Type, Value};

/// An integer has one digit if its word is less than this.
pub(super) const MORE_DIGITS: i64 = 2 << 3;

impl Specialiser<'_> {
    /// What the items of a list are taken to be at this place: any objects, if something else has turned out
    /// to be wrong.
    pub(super) fn taken_for(&mut self, items: &Items) -> Items {
        let is_some = |kinds: &Kinds| *kinds != Kinds::NONE && kinds.only() != Some(Tag::None);
        let tuples = self.world.layout().is_some_and(|layout| layout.tuple != 0);
        match items {
            _ if self.is_refuted() => Items::Objects(None),
            Items::Numbers(kinds) if !is_some(kinds) => Items::Objects(None),
            Items::Tuples(_) if !tuples => Items::Objects(None),
            Items::Tuples(parts) => {
                Items::Tuples(parts.iter().map(|part| self.taken_for(part)).collect())
            }
            items => items.clone(),
        }
    }

    pub(super) fn word_of(&mut self, address: Value, distance: i64) -> Value {
        self.build.emit(Op::LoadI64, &[address], Immediate::Int(distance), None)[0]
    }

    /// Exits if something that was taken for granted is not so.
    pub(super) fn expect(&mut self, truth: Value) {
        self.expect_so(truth, true);
    }

    /// How many items a list has. There is a layout.
    pub(super) fn length_of_object(&mut self, handle: Value) -> Value {
        let distance = self.world.layout().map_or(0, |layout| layout.length);
        let address = self.op(Op::Address, &[handle]);
        let length = self.word_of(address, distance);
        self.build.emit(Op::Keep, &[handle], Immediate::None, None);
        length
    }

    /// The position that an index stands for. Exits if there is no item.
    pub(super) fn position_in_object(&mut self, handle: Value, index: Value) -> Value {
        let length = self.length_of_object(handle);
        self.position_within(index, length)
    }

    /// `list[index]`, and the same of a tuple.
    pub(super) fn load_from_object(
        &mut self,
        to: Reg,
        sequence: &Val<Value>,
        key: &Val<Value>,
    ) -> Done<Option<Flow>> {
        let (Val::ListObject(handle, items) | Val::TupleObject(handle, items)) = sequence else {
            return Ok(None);
        };
        let handle = *handle;
        if let Val::Slice(parts) = key {
            if parts.iter().any(|part| !is_end(part)) || matches!(sequence, Val::TupleObject(..)) {
                return Ok(None);
            }
            let Some((address, items)) = self.taken_from_others(sequence) else { return Ok(None) };
            let Some(made) = self.slice(address, &items, parts) else { return Ok(None) };
            return self.set(to, made).map(Some);
        }
        let Some(index) = self.index_in_list(key) else { return Ok(None) };
        let position = self.position_in_object(handle, index);
        if let Items::Lists(inner) = items
            && !self.is_refuted()
            && self.is_used_at_once(to)
        {
            let Some(layout) = self.world.layout() else { return Ok(None) };
            let item = self.item_of(sequence, position, &layout);
            self.expect_class(item, &layout, layout.list_class);
            let lent = self.op(Op::Lent, &[item]);
            return self.set(to, Val::ListObject(lent, (**inner).clone())).map(Some);
        }
        let is_taken_apart = self.is_taken_apart(to);
        let item = self.read_from_object(sequence, items, position, is_taken_apart)?;
        self.set(to, item).map(Some)
    }

    /// The item at a position which is inside.
    pub(super) fn read_from_object(
        &mut self,
        sequence: &Val<Value>,
        items: &Items,
        position: Value,
        is_taken_apart: bool,
    ) -> Done<Val<Value>> {
        let Some(layout) = self.world.layout() else { return self.refused("no layout") };
        let item = self.item_of(sequence, position, &layout);
        let items = self.taken_for(items);
        let value = if is_taken_apart {
            self.value_at(item, &items, &layout)
        } else {
            self.value_to_keep(item, &items, &layout)
        };
        if let Val::ListObject(handle, _) | Val::TupleObject(handle, _) = sequence {
            self.build.emit(Op::Keep, &[*handle], Immediate::None, None);
        }
        Ok(value)
    }

    /// The same where somebody may keep it: a tuple stays the one that it is, and is taken apart when that is
    /// wanted.
    pub(super) fn value_to_keep(
        &mut self,
        item: Value,
        of: &Items,
        layout: &ObjectLayout,
    ) -> Val<Value> {
        let Items::Tuples(parts) = of else { return self.value_at(item, of, layout) };
        self.expect_class(item, layout, layout.tuple_class);
        let handle = self.handle_of(item);
        self.parts.insert(handle, parts.clone());
        Val::Object(handle, Some(Class::Tuple))
    }

    /// The object at an address as what it is taken to be.
    pub(super) fn value_at(
        &mut self,
        item: Value,
        of: &Items,
        layout: &ObjectLayout,
    ) -> Val<Value> {
        let kinds = match of {
            Items::Lists(inner) => {
                self.expect_class(item, layout, layout.list_class);
                return Val::ListObject(self.handle_of(item), (**inner).clone());
            }
            Items::Tuples(parts) => return self.tuple_at(item, parts, layout),
            Items::Records(record) => {
                return self.value_at(item, &Items::Instances(record.class), layout);
            }
            Items::Instances(class) => {
                self.expect_instance(item, *class, layout);
                let handle = self.handle_of(item);
                self.state.checked.push(Check::Class(handle, *class));
                return Val::Instance(handle, *class);
            }
            Items::Characters | Items::Texts => {
                let string = Items::Objects(Some(Class::Str));
                return self.value_at(item, &string, layout);
            }
            Items::Objects(class) => {
                match class {
                    Some(Class::Str) => self.expect_class(item, layout, layout.text_class),
                    Some(Class::Tuple) => self.expect_class(item, layout, layout.tuple_class),
                    _ => {}
                }
                return Val::Object(self.handle_of(item), *class);
            }
            Items::Numbers(kinds) => kinds,
        };
        match kinds.only() {
            Some(Tag::Float) => {
                self.expect_class(item, layout, layout.float_class);
                self.float_at(item, layout)
            }
            None => self.number_at(item, *kinds, layout),
            Some(Tag::Bool) => {
                let (is_true, is_either) = self.truth_at(item, layout);
                self.expect(is_either);
                Val::Bool(is_true)
            }
            _ => {
                self.expect_class(item, layout, layout.int_class);
                Val::Int(self.int_at(item, layout, true))
            }
        }
    }

    /// The object at an address as a number of some kinds, or `None` if that is one of them.
    fn number_at(&mut self, item: Value, kinds: Kinds, layout: &ObjectLayout) -> Val<Value> {
        let on = self.build.function.block();
        let [tag, bits] = [(); 2].map(|()| self.build.function.param(on, Type::I64));
        let class = self.word_of(item, layout.class);
        for kind in kinds.tags() {
            let (is_true, is_truth) = self.truth_at(item, layout);
            let (found, wanted) = match kind {
                Tag::None => (item, layout.none_object),
                Tag::Float => (class, layout.float_class),
                _ => (class, layout.int_class),
            };
            let wanted = self.build.int(wanted);
            let is_equal = self.op(Op::IEq, &[found, wanted]);
            let is_it = if kind == Tag::Bool { is_truth } else { is_equal };
            let (yes, no) = self.build.branch(is_it);
            self.build.block = yes;
            let read = match kind {
                Tag::None => self.build.int(0),
                Tag::Bool => self.op(Op::BToI, &[is_true]),
                Tag::Float => self.word_of(item, layout.float),
                _ => self.int_at(item, layout, true),
            };
            let number = self.build.int(kind.number());
            self.build.jump(on, vec![number, read]);
            self.build.block = no;
        }
        let exit = self.exit_refuted();
        let block = self.build.block;
        self.build.function[block].end = End::Exit(exit);
        self.build.block = on;
        Val::Number(tag, bits, kinds)
    }

    fn handle_of(&mut self, item: Value) -> Value {
        self.build.emit(Op::HandleOf, &[item], Immediate::None, None)[0]
    }

    fn tuple_at(&mut self, item: Value, parts: &[Items], layout: &ObjectLayout) -> Val<Value> {
        self.expect_class(item, layout, layout.tuple_class);
        let (length, count) =
            (self.word_of(item, layout.length), self.build.int(parts.len() as i64));
        let fits = self.op(Op::IEq, &[length, count]);
        self.expect(fits);
        let mut values = Vec::new();
        for (i, part) in parts.iter().enumerate() {
            let place = self.word_of(item, layout.tuple + 8 * i as i64);
            values.push(self.value_to_keep(place, part, layout));
        }
        Val::Tuple(values.into())
    }

    fn float_at(&mut self, item: Value, layout: &ObjectLayout) -> Val<Value> {
        let distance = Immediate::Int(layout.float);
        Val::Float(self.build.emit(Op::LoadF64, &[item], distance, None)[0])
    }

    /// Whether the object at an address, which is of a class, is a float, an integer or a truth value.
    pub(super) fn is_number_at(
        &mut self,
        object: Value,
        class: Value,
        layout: &ObjectLayout,
    ) -> Value {
        let (float, int) = (self.build.int(layout.float_class), self.build.int(layout.int_class));
        let is_float = self.op(Op::IEq, &[class, float]);
        let is_int = self.op(Op::IEq, &[class, int]);
        let (_, is_bool) = self.truth_at(object, layout);
        let is_number = self.op(Op::BOr, &[is_float, is_int]);
        self.op(Op::BOr, &[is_number, is_bool])
    }

    /// Whether the object at an address is `True`, and whether it is a truth value.
    pub(super) fn truth_at(&mut self, item: Value, layout: &ObjectLayout) -> (Value, Value) {
        let (yes, no) = (self.build.int(layout.true_object), self.build.int(layout.false_object));
        let is_true = self.op(Op::IEq, &[item, yes]);
        let is_false = self.op(Op::IEq, &[item, no]);
        (is_true, self.op(Op::BOr, &[is_true, is_false]))
    }

    /// What a number has in it, if it may be read where it lies. Exits unless it is of the class.
    pub(super) fn unbox_here(
        &mut self,
        handle: Value,
        class: Class,
        is_guess: bool,
    ) -> Option<Val<Value>> {
        let layout = self.world.layout()?;
        let item = self.op(Op::Address, &[handle]);
        let (found, wanted) = match class {
            Class::Bool => {
                let (is_true, is_either) = self.truth_at(item, &layout);
                self.expect_so(is_either, is_guess);
                return Some(Val::Bool(is_true));
            }
            Class::Float => (self.word_of(item, layout.class), layout.float_class),
            Class::Int => (self.word_of(item, layout.class), layout.int_class),
            _ => return None,
        };
        let wanted = self.build.int(wanted);
        let is_it = self.op(Op::IEq, &[found, wanted]);
        self.expect_so(is_it, is_guess);
        let value = match class {
            Class::Float => self.float_at(item, &layout),
            _ => Val::Int(self.int_at(item, &layout, is_guess)),
        };
        self.build.emit(Op::Keep, &[handle], Immediate::None, None);
        Some(value)
    }

    fn expect_so(&mut self, truth: Value, is_guess: bool) {
        let exit = if is_guess { self.exit_refuted() } else { self.exit() };
        self.build.emit(Op::Guard, &[truth], Immediate::None, Some(exit));
    }

    /// Takes an object apart that is taken to be a tuple of so many items. `None` if there is no rule.
    pub(super) fn unpack_tuple(&mut self, handle: Value, to: &[Reg]) -> Done<Option<Flow>> {
        let layout = self.world.layout().filter(|layout| layout.tuple != 0);
        let Some(layout) = layout.filter(|_| !self.is_refuted()) else { return Ok(None) };
        let item = self.op(Op::Address, &[handle]);
        let known = self.parts.get(&handle).filter(|parts| parts.len() == to.len()).cloned();
        let parts: Vec<Items> = match known {
            Some(parts) => parts.iter().map(|part| self.taken_for(part)).collect(),
            None => to.iter().map(|_| Items::Objects(None)).collect(),
        };
        let tuple = self.tuple_at(item, &parts, &layout);
        self.build.emit(Op::Keep, &[handle], Immediate::None, None);
        let Val::Tuple(values) = tuple else { return Ok(None) };
        for (register, value) in to.iter().zip(values.iter()) {
            self.set(*register, value.clone())?;
        }
        Ok(Some(Flow::On))
    }

    /// The address of the item at a position which is inside.
    fn item_of(&mut self, sequence: &Val<Value>, position: Value, layout: &ObjectLayout) -> Value {
        let size = self.build.int(8);
        let distance = self.op(Op::IMulWrap, &[position, size]);
        match sequence {
            Val::TupleObject(handle, _) => {
                let tuple = self.op(Op::Address, &[*handle]);
                let place = self.op(Op::IAddWrap, &[tuple, distance]);
                self.word_of(place, layout.tuple)
            }
            Val::ListObject(handle, _) => {
                let place = self.place_in_list(*handle, distance, layout);
                self.word_of(place, 0)
            }
            _ => self.build.int(0),
        }
    }

    /// Where the item of a list is that lies so many bytes behind the first one.
    fn place_in_list(&mut self, list: Value, distance: Value, layout: &ObjectLayout) -> Value {
        let list = self.op(Op::Address, &[list]);
        let first = self.word_of(list, layout.items);
        self.op(Op::IAddWrap, &[first, distance])
    }

    /// Whether what comes into a register is only taken apart by what follows at once: nobody can tell then
    /// whether it was the same object.
    pub(super) fn is_taken_apart(&self, register: Reg) -> bool {
        let frame = self.state.top();
        let block = frame.code.block(frame.point.block);
        let index = frame.point.index as usize + 1;
        let mut behind = match (block.instructions.get(index), &block.terminator) {
            (Some(_), _) => Point { index: index as u32, ..frame.point },
            (None, Terminator::Next { body, .. }) if index > block.instructions.len() => {
                Point { block: *body, index: 0 }
            }
            _ => return false,
        };
        let next = frame.code.block(behind.block).instructions.get(behind.index as usize);
        let Some((Instruction::Unpack { to, from }, _)) = next else { return false };
        behind.index += 1;
        *from == register
            && (to.contains(&register)
                || !frame.code.liveness().at(&frame.code, behind).contains(register))
    }

    /// `tuple[index]` of an object
    pub(super) fn load_from_tuple(
        &mut self,
        to: Reg,
        handle: Value,
        key: &Val<Value>,
    ) -> Done<Option<Flow>> {
        let layout = self.world.layout().filter(|layout| layout.tuple != 0);
        let (Some(layout), Some(index)) = (layout, self.index_of(key)) else { return Ok(None) };
        let position = self.position_in_object(handle, index);
        let (item, size) = (self.op(Op::Address, &[handle]), self.build.int(8));
        let distance = self.op(Op::IMulWrap, &[position, size]);
        let place = self.op(Op::IAddWrap, &[item, distance]);
        let item = self.word_of(place, layout.tuple);
        let known = self.parts.get(&handle).filter(|_| !self.is_refuted());
        let at = self.build.int_constant(index);
        let part = known.zip(at).and_then(|(parts, at)| {
            let at = if at < 0 { at + parts.len() as i64 } else { at };
            parts.get(usize::try_from(at).ok()?).cloned()
        });
        let part = self.taken_for(&part.unwrap_or(Items::Objects(None)));
        let value = self.value_to_keep(item, &part, &layout);
        self.build.emit(Op::Keep, &[handle], Immediate::None, None);
        self.set(to, value).map(Some)
    }

    /// Whether what comes into a register is only looked into by the very next instruction: it needs no
    /// handle of its own then.
    fn is_used_at_once(&self, register: Reg) -> bool {
        let frame = self.state.top();
        let mut point = frame.point;
        point.index += 1;
        let block = frame.code.block(point.block);
        let Some((next, _)) = block.instructions.get(point.index as usize) else { return false };
        let is_overwritten = match next {
            Instruction::LoadItem { to, object, key }
                if *object == register && *key != register =>
            {
                *to == register
            }
            Instruction::StoreItem { object, key, value }
                if *object == register && *key != register && *value != register =>
            {
                false
            }
            _ => return false,
        };
        point.index += 1;
        is_overwritten || !frame.code.liveness().at(&frame.code, point).contains(register)
    }

    pub(super) fn expect_class(&mut self, item: Value, layout: &ObjectLayout, class: i64) {
        let (found, wanted) = (self.word_of(item, layout.class), self.build.int(class));
        let is_it = self.op(Op::IEq, &[found, wanted]);
        self.expect(is_it);
    }

    /// The value of an integer: of one digit as a rule.
    fn int_at(&mut self, item: Value, layout: &ObjectLayout, is_guess: bool) -> Value {
        let word = self.word_of(item, layout.int);
        let distance = Immediate::Int(layout.int + 8);
        let digit = self.build.emit(Op::LoadU32, &[item], distance, None)[0];
        let one = self.build.int(1);
        let (is_small, sign) = match layout.is_tagged {
            true => {
                let (more, mask) = (self.build.int(MORE_DIGITS), self.build.int(3));
                let tag = self.op(Op::IAnd, &[word, mask]);
                (self.op(Op::ULt, &[word, more]), self.op(Op::ISubWrap, &[one, tag]))
            }
            false => {
                let (moved, three) = (self.op(Op::IAddWrap, &[word, one]), self.build.int(3));
                (self.op(Op::ULt, &[moved, three]), word)
            }
        };
        let small = self.op(Op::IMulWrap, &[digit, sign]);
        let (yes, no) = self.build.branch(is_small);
        let on = self.build.function.block();
        let result = self.build.function.param(on, Type::I64);
        self.build.block = yes;
        self.build.jump(on, vec![small]);
        self.build.block = no;
        let exit = if is_guess { self.exit_refuted() } else { self.exit() };
        let large = self.build.emit(Op::IntOf, &[item], Immediate::None, Some(exit))[0];
        self.build.jump(on, vec![large]);
        self.build.block = on;
        result
    }

    /// `list[index] = number`
    pub(super) fn store_to_object(
        &mut self,
        (handle, items): (Value, &Items),
        key: &Val<Value>,
        item: &Val<Value>,
    ) -> Done<Option<Flow>> {
        let is_number = matches!(items, Items::Numbers(_)) && item.shape().python_kinds().is_some();
        if !is_number || self.is_refuted() {
            return Ok(None);
        }
        let Some(index) = self.index_in_list(key) else { return Ok(None) };
        let position = self.position_in_object(handle, index);
        // Nobody notices the end of a number.
        let Some(layout) = self.world.layout() else { return Ok(None) };
        let size = self.build.int(8);
        let distance = self.op(Op::IMulWrap, &[position, size]);
        let place = self.place_in_list(handle, distance, &layout);
        let old = self.word_of(place, 0);
        let class = self.word_of(old, layout.class);
        let is_number = self.is_number_at(old, class, &layout);
        self.expect(is_number);
        let slot = Slot { place, old, class };
        let in_place = self.stored_in_place(slot, item, &layout);
        let (tag, bits) = self.bits(item);
        let exit = self.exit_raised();
        let args = [handle, position, tag, bits];
        self.build.emit(Op::StoreItem, &args, Immediate::None, Some(exit));
        if let Some(on) = in_place {
            self.build.jump(on, vec![]);
            self.build.block = on;
        }
        Ok(Some(Flow::On))
    }

    /// `list.append(number)`
    pub(super) fn append_to_object(
        &mut self,
        to: Reg,
        handle: Value,
        item: &Val<Value>,
    ) -> Done<Option<Flow>> {
        if item.shape().python_kinds().is_none() {
            return Ok(None);
        }
        let (tag, bits) = self.bits(item);
        let exit = self.exit_raised();
        self.build.emit(Op::AppendItem, &[handle, tag, bits], Immediate::None, Some(exit));
        self.set(to, Val::None).map(Some)
    }

    /// Just so many items of a list.
    pub(super) fn unpack_object(&mut self, to: &[Reg], from: Reg) -> Done<Flow> {
        let sequence = self.get(from);
        let (Val::ListObject(handle, items) | Val::TupleObject(handle, items)) = &sequence else {
            return self.leave_for_good();
        };
        let (handle, items) = (*handle, items.clone());
        let (length, count) = (self.length_of_object(handle), self.build.int(to.len() as i64));
        let fits = self.op(Op::IEq, &[length, count]);
        if self.guard(fits) == Flow::Ends {
            return Ok(Flow::Ends);
        }
        let mut values = Vec::new();
        for i in 0..to.len() {
            let position = self.build.int(i as i64);
            values.push(self.read_from_object(&sequence, &items, position, false)?);
        }
        for (register, value) in to.iter().zip(values) {
            self.set(*register, value)?;
        }
        Ok(Flow::On)
    }
}

/// Whether a slice may have this for an end: `None` or a number.
fn is_end(part: &Val<Value>) -> bool {
    matches!(part, Val::None | Val::Bool(_) | Val::Int(_))
}
