//! Numbers that are put into lists of others: in the object that is there already if nobody else has it, as
//! nobody can tell then that it is no other one, or as an integer that is always there.

use super::objects_of_lists::MORE_DIGITS;
use super::value::Val;
use super::world::{Counts, ObjectLayout};
use super::{Specialiser, ir};
use crate::ir::{Immediate, Op, Value};

/// An integer of one digit is less than this.
const DIGIT: i64 = 1 << 30;

/// An item of a list: where it is, its address, and its class.
#[derive(Clone, Copy)]
pub(super) struct Slot {
    pub(super) place: Value,
    pub(super) old: Value,
    pub(super) class: Value,
}

impl Specialiser<'_> {
    /// Puts a number in place of an item that is a number as well, where that takes no call, and goes on in
    /// the block that this gives. Where it takes a call nothing was done.
    pub(super) fn stored_in_place(
        &mut self,
        slot: Slot,
        item: &Val<Value>,
        layout: &ObjectLayout,
    ) -> Option<ir::Block> {
        if layout.counts == Counts::Unknown {
            return None;
        }
        match item {
            Val::Float(number) => {
                let is_ours = self.is_only_ours(slot, layout.float_class, layout);
                let (yes, no) = self.build.branch(is_ours);
                let on = self.build.function.block();
                self.build.block = yes;
                let distance = Immediate::Int(layout.float);
                self.build.emit(Op::StoreF64, &[slot.old, *number], distance, None);
                self.build.jump(on, vec![]);
                self.build.block = no;
                Some(on)
            }
            Val::Int(number) => Some(self.int_in_place(slot, *number, layout)),
            _ => None,
        }
    }

    /// Whether an object is of a class and only the list has it.
    fn is_only_ours(&mut self, slot: Slot, class: i64, layout: &ObjectLayout) -> Value {
        let (class, one) = (self.build.int(class), self.build.int(1));
        let is_class = self.op(Op::IEq, &[slot.class, class]);
        let count = self.count_of(slot.old, layout);
        let is_alone = self.op(Op::IEq, &[count, one]);
        self.op(Op::BAnd, &[is_class, is_alone])
    }

    /// How often an object is referred to.
    fn count_of(&mut self, object: Value, layout: &ObjectLayout) -> Value {
        let op = if layout.counts == Counts::Half { Op::LoadI32 } else { Op::LoadI64 };
        self.build.emit(op, &[object], Immediate::Int(0), None)[0]
    }

    fn int_in_place(&mut self, slot: Slot, number: Value, layout: &ObjectLayout) -> ir::Block {
        let on = self.build.function.block();
        let zero = self.build.int(0);
        let is_negative = self.op(Op::ILt, &[number, zero]);
        let opposite = self.op(Op::ISubWrap, &[zero, number]);
        let size = self.build.select(is_negative, opposite, number);
        // Integers that are always there stay the only ones of their value.
        let (least, most) = (self.build.int(layout.small_ints.1 + 1), self.build.int(DIGIT));
        let (is_large, fits) = (self.op(Op::ILe, &[least, size]), self.op(Op::ILt, &[size, most]));
        let fits = self.op(Op::BAnd, &[is_large, fits]);
        let is_ours = self.is_only_ours(slot, layout.int_class, layout);
        let fits = self.op(Op::BAnd, &[fits, is_ours]);
        let (yes, no) = self.build.branch(fits);
        self.build.block = yes;
        let signs = match layout.is_tagged {
            true => [MORE_DIGITS / 2 + 2, MORE_DIGITS / 2],
            false => [-1, 1],
        };
        let [minus, plus] = signs.map(|word| self.build.int(word));
        let word = self.build.select(is_negative, minus, plus);
        let (first, digit) = (Immediate::Int(layout.int), Immediate::Int(layout.int + 8));
        self.build.emit(Op::StoreI64, &[slot.old, word], first, None);
        self.build.emit(Op::StoreI32, &[slot.old, size], digit, None);
        self.build.jump(on, vec![]);
        self.build.block = no;
        self.small_int_in_place(slot, number, on, layout);
        on
    }

    /// The same for an integer that is always there, if the object in its place has other owners.
    fn small_int_in_place(
        &mut self,
        slot: Slot,
        number: Value,
        on: ir::Block,
        layout: &ObjectLayout,
    ) {
        let (table, _, Some((least, most))) = layout.small_ints else { return };
        let (first, length) = (self.build.int(least), self.build.int(most - least + 1));
        let index = self.op(Op::ISubWrap, &[number, first]);
        let is_small = self.op(Op::ULt, &[index, length]);
        let (count, one) = (self.count_of(slot.old, layout), self.build.int(1));
        let has_others = self.op(Op::INe, &[count, one]);
        let fits = self.op(Op::BAnd, &[is_small, has_others]);
        let (yes, no) = self.build.branch(fits);
        self.build.block = yes;
        let (size, table) = (self.build.int(8), self.build.int(table));
        let distance = self.op(Op::IMulWrap, &[index, size]);
        let place = self.op(Op::IAddWrap, &[table, distance]);
        let new = self.word(place, 0);
        self.count_again(new, 1, layout);
        self.build.emit(Op::StoreI64, &[slot.place, new], Immediate::Int(0), None);
        self.count_again(slot.old, -1, layout);
        self.build.jump(on, vec![]);
        self.build.block = no;
    }

    /// Counts more or fewer references to an object, of which there are others.
    fn count_again(&mut self, object: Value, by: i64, layout: &ObjectLayout) {
        let count = self.count_of(object, layout);
        let by = self.build.int(by);
        let new = self.op(Op::IAddWrap, &[count, by]);
        if layout.counts == Counts::Word {
            self.build.emit(Op::StoreI64, &[object, new], Immediate::Int(0), None);
            return;
        }
        let zero = self.build.int(0);
        let is_for_good = self.op(Op::ILt, &[count, zero]);
        let new = self.build.select(is_for_good, count, new);
        self.build.emit(Op::StoreI32, &[object, new], Immediate::Int(0), None);
    }
}
