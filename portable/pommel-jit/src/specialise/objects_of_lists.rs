//! Objects of class `list` that others know as well: their items are read where they lie, as long as no
//! code of others runs between looking and reading.
//!
//! What the items are is taken for granted from what the first ones were; where that was wrong, the next
//! specialisation leaves it to the interpreter.

use super::value::{Items, Kinds, Tag, Val};
use super::world::ObjectLayout;
use super::{Done, Flow, Specialiser};
use crate::code::{Instruction, Reg};
use crate::ir::{Immediate, Op, Type, Value};

/// An integer has one digit if its word is less than this.
const MORE_DIGITS: i64 = 2 << 3;

impl Specialiser<'_> {
    /// Whether items of such a kind are read.
    pub(super) fn is_read(&self, items: &Items) -> bool {
        let is_one =
            |kinds: &Kinds| matches!(kinds.only(), Some(Tag::Bool | Tag::Int | Tag::Float));
        !self.is_refuted()
            && match items {
                Items::Numbers(kinds) => is_one(kinds),
                Items::Lists(_) => true,
            }
    }

    fn word_of(&mut self, address: Value, distance: i64) -> Value {
        self.build.emit(Op::LoadI64, &[address], Immediate::Int(distance), None)[0]
    }

    /// Exits if something that was taken for granted is not so.
    fn expect(&mut self, truth: Value) {
        let exit = self.exit_refuted();
        self.build.emit(Op::Guard, &[truth], Immediate::None, Some(exit));
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
    fn position_in_object(&mut self, handle: Value, index: Value) -> Value {
        let length = self.length_of_object(handle);
        let zero = self.build.int(0);
        let position = match self.build.int_constant(index) {
            Some(index) if index >= 0 => self.build.int(index),
            _ => {
                let from_end = self.op(Op::IAddWrap, &[index, length]);
                let negative = self.op(Op::ILt, &[index, zero]);
                self.build.select(negative, from_end, index)
            }
        };
        let inside = self.op(Op::ULt, &[position, length]);
        self.guard(inside);
        position
    }

    /// `list[index]`
    pub(super) fn load_from_object(
        &mut self,
        to: Reg,
        (handle, items): (Value, &Items),
        key: &Val<Value>,
    ) -> Done<Option<Flow>> {
        if !self.is_read(items) {
            return Ok(None);
        }
        let Some(index) = self.index_in_list(key) else { return Ok(None) };
        let position = self.position_in_object(handle, index);
        if let Items::Lists(inner) = items
            && self.is_used_at_once(to)
        {
            let Some(layout) = self.world.layout() else { return Ok(None) };
            let item = self.item_of(handle, position, &layout);
            self.expect_class(item, &layout, layout.list_class);
            let lent = self.op(Op::Lent, &[item]);
            return self.set(to, Val::ListObject(lent, (**inner).clone())).map(Some);
        }
        let item = self.read_from_object(handle, items, position)?;
        self.set(to, item).map(Some)
    }

    /// The item at a position which is inside.
    pub(super) fn read_from_object(
        &mut self,
        handle: Value,
        items: &Items,
        position: Value,
    ) -> Done<Val<Value>> {
        let Some(layout) = self.world.layout() else { return self.refused("no layout") };
        let item = self.item_of(handle, position, &layout);
        let value = match items {
            Items::Lists(inner) => {
                self.expect_class(item, &layout, layout.list_class);
                let inner = (**inner).clone();
                Val::ListObject(
                    self.build.emit(Op::HandleOf, &[item], Immediate::None, None)[0],
                    inner,
                )
            }
            Items::Numbers(kinds) => match kinds.only() {
                Some(Tag::Float) => {
                    self.expect_class(item, &layout, layout.float_class);
                    let distance = Immediate::Int(layout.float);
                    Val::Float(self.build.emit(Op::LoadF64, &[item], distance, None)[0])
                }
                Some(Tag::Bool) => {
                    let (yes, no) =
                        (self.build.int(layout.true_object), self.build.int(layout.false_object));
                    let is_true = self.op(Op::IEq, &[item, yes]);
                    let is_false = self.op(Op::IEq, &[item, no]);
                    let is_either = self.op(Op::BOr, &[is_true, is_false]);
                    self.expect(is_either);
                    Val::Bool(is_true)
                }
                _ => {
                    self.expect_class(item, &layout, layout.int_class);
                    Val::Int(self.int_at(item, &layout))
                }
            },
        };
        self.build.emit(Op::Keep, &[handle], Immediate::None, None);
        Ok(value)
    }

    /// The address of the item at a position which is inside.
    fn item_of(&mut self, handle: Value, position: Value, layout: &ObjectLayout) -> Value {
        let list = self.op(Op::Address, &[handle]);
        let first = self.word_of(list, layout.items);
        let size = self.build.int(8);
        let distance = self.op(Op::IMulWrap, &[position, size]);
        let place = self.op(Op::IAddWrap, &[first, distance]);
        self.word_of(place, 0)
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

    fn expect_class(&mut self, item: Value, layout: &ObjectLayout, class: i64) {
        let (found, wanted) = (self.word_of(item, layout.class), self.build.int(class));
        let is_it = self.op(Op::IEq, &[found, wanted]);
        self.expect(is_it);
    }

    /// The value of an integer: of one digit as a rule.
    fn int_at(&mut self, item: Value, layout: &ObjectLayout) -> Value {
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
        let exit = self.exit_refuted();
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
        let is_number = matches!(items, Items::Numbers(_)) && item.shape().kinds().is_some();
        if !is_number || self.is_refuted() {
            return Ok(None);
        }
        let Some(index) = self.index_in_list(key) else { return Ok(None) };
        let position = self.position_in_object(handle, index);
        let (tag, bits) = self.bits(item);
        let exit = self.exit_refuted();
        let args = [handle, position, tag, bits];
        self.build.emit(Op::StoreItem, &args, Immediate::None, Some(exit));
        Ok(Some(Flow::On))
    }

    /// `list.append(number)`
    pub(super) fn append_to_object(
        &mut self,
        to: Reg,
        handle: Value,
        item: &Val<Value>,
    ) -> Done<Option<Flow>> {
        if item.shape().kinds().is_none() {
            return Ok(None);
        }
        let (tag, bits) = self.bits(item);
        let exit = self.exit_raised();
        self.build.emit(Op::AppendItem, &[handle, tag, bits], Immediate::None, Some(exit));
        self.set(to, Val::None).map(Some)
    }

    /// Just so many items of a list.
    pub(super) fn unpack_object(&mut self, to: &[Reg], from: Reg) -> Done<Flow> {
        let Val::ListObject(handle, items) = self.get(from) else {
            return self.leave_for_good();
        };
        if !self.is_read(&items) {
            return self.leave_for_good();
        }
        let (length, count) = (self.length_of_object(handle), self.build.int(to.len() as i64));
        let fits = self.op(Op::IEq, &[length, count]);
        if self.guard(fits) == Flow::Ends {
            return Ok(Flow::Ends);
        }
        let mut values = Vec::new();
        for i in 0..to.len() {
            let position = self.build.int(i as i64);
            values.push(self.read_from_object(handle, &items, position)?);
        }
        for (register, value) in to.iter().zip(values) {
            self.set(*register, value)?;
        }
        Ok(Flow::On)
    }
}
