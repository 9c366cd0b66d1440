//! What is asked of all items of a list or tuple that others know as well: loops over the items where they
//! lie. A list whose items are taken is one in memory then.

use super::value::{Items, Tag, Val};
use super::{Done, Flow, Specialiser, ir};
use crate::code::{Compare, Reg};
use crate::ir::lists::Layout;
use crate::ir::{Op, Type, Value};

/// What a loop over items has of each round: the position, and what was found until then.
type Round<'r, 'w> = dyn FnMut(&mut Specialiser<'w>, Value, Val<Value>, &[Value]) -> Turn + 'r;

/// How a round ends.
enum Turn {
    /// With what was found until here.
    On(Vec<Value>),
    /// With that, and the end of the loop if the condition holds.
    EndIf(Value, Vec<Value>),
}

impl Specialiser<'_> {
    /// A list or tuple of others whose items are numbers of one kind that lie in words.
    fn numbers_of_others(&mut self, value: &Val<Value>) -> Option<(Value, Items, Layout)> {
        let (Val::ListObject(handle, items) | Val::TupleObject(handle, items)) = value else {
            return None;
        };
        let layout = items.layout().filter(|_| matches!(items, Items::Numbers(_)))?;
        let is_word = matches!(layout, Layout::Ints | Layout::Floats);
        (is_word && !self.is_refuted()).then(|| (*handle, items.clone(), layout))
    }
}

impl<'w> Specialiser<'w> {
    /// A loop over the items from a position on. Gives what was found at its end.
    fn each_item(
        &mut self,
        sequence: &Val<Value>,
        items: &Items,
        (from, start): (Value, Vec<Value>),
        round: &mut Round<'_, 'w>,
    ) -> Option<Vec<Value>> {
        let types: Vec<Type> = start.iter().map(|v| self.build.function.type_of(*v)).collect();
        let (head, on) = (self.build.function.block(), self.build.function.block());
        let at = self.build.function.param(head, Type::I64);
        let mut params = |block: ir::Block| -> Vec<Value> {
            types.iter().map(|of| self.build.function.param(block, *of)).collect()
        };
        let (inside, behind) = (params(head), params(on));
        let mut args = vec![from];
        args.extend(start);
        self.build.jump(head, args);
        self.build.block = head;
        let length = self.length_of_others(sequence)?;
        let is_more = self.op(Op::ILt, &[at, length]);
        let (more, end) = self.build.branch(is_more);
        self.build.block = end;
        self.build.jump(on, inside.clone());
        self.build.block = more;
        let item = self.item_of_others(sequence, items, at)?;
        let one = self.build.int(1);
        let next = self.op(Op::IAddWrap, &[at, one]);
        let found = match round(self, at, item, &inside) {
            Turn::On(found) => found,
            Turn::EndIf(condition, found) => {
                let (done, again) = self.build.branch(condition);
                self.build.block = done;
                self.build.jump(on, found.clone());
                self.build.block = again;
                found
            }
        };
        let mut args = vec![next];
        args.extend(found);
        self.build.jump(head, args);
        self.build.block = on;
        Some(behind)
    }

    fn is_same_number(&mut self, item: &Val<Value>, wanted: &Val<Value>) -> Value {
        let same = self.compare_numbers(Compare::Equal, item, wanted);
        same.unwrap_or_else(|| self.build.bool(false))
    }

    /// The position of the first item that is equal to a number; -1 if there is none.
    pub(super) fn find_in_others(
        &mut self,
        sequence: &Val<Value>,
        wanted: &Val<Value>,
    ) -> Option<Value> {
        let (_, items, _) = self.numbers_of_others(sequence)?;
        if !self.is_comparable_number(wanted) {
            return None;
        }
        let (zero, none) = (self.build.int(0), self.build.int(-1));
        let found =
            self.each_item(sequence, &items, (zero, vec![none]), &mut |this, at, item, _| {
                let same = this.is_same_number(&item, wanted);
                let none = this.build.int(-1);
                let found = this.build.select(same, at, none);
                Turn::EndIf(same, vec![found])
            })?;
        Some(found[0])
    }

    /// How many items are equal to a number.
    pub(super) fn count_in_others(
        &mut self,
        sequence: &Val<Value>,
        wanted: &Val<Value>,
    ) -> Option<Value> {
        let (_, items, _) = self.numbers_of_others(sequence)?;
        if !self.is_comparable_number(wanted) {
            return None;
        }
        let zero = self.build.int(0);
        let found =
            self.each_item(sequence, &items, (zero, vec![zero]), &mut |this, _, item, so_far| {
                let same = this.is_same_number(&item, wanted);
                let one = this.op(Op::BToI, &[same]);
                Turn::On(vec![this.op(Op::IAddWrap, &[so_far[0], one])])
            })?;
        Some(found[0])
    }

    /// The least or the greatest item: the first of those that are equal. Exits if there is none.
    pub(super) fn extreme_of_others(
        &mut self,
        is_max: bool,
        sequence: &Val<Value>,
    ) -> Option<Val<Value>> {
        let (_, items, layout) = self.numbers_of_others(sequence)?;
        let (zero, one) = (self.build.int(0), self.build.int(1));
        let length = self.length_of_others(sequence)?;
        let is_some = self.op(Op::ILt, &[zero, length]);
        self.require(is_some);
        let first = number_in(&self.item_of_others(sequence, &items, zero)?)?;
        let op = if layout == Layout::Floats { Op::FLt } else { Op::ILt };
        let found =
            self.each_item(sequence, &items, (one, vec![first]), &mut |this, _, item, best| {
                let item = number_in(&item).unwrap_or(best[0]);
                let (x, y) = if is_max { (best[0], item) } else { (item, best[0]) };
                let is_better = this.op(op, &[x, y]);
                Turn::On(vec![this.build.select(is_better, item, best[0])])
            })?;
        Some(if op == Op::FLt { Val::Float(found[0]) } else { Val::Int(found[0]) })
    }

    /// A list in memory with the items of a list or tuple of others.
    pub(super) fn taken_from_others(&mut self, sequence: &Val<Value>) -> Option<(Value, Items)> {
        let (_, items, layout) = self.numbers_of_others(sequence)?;
        let length = self.length_of_others(sequence)?;
        let made = self.new_list(&items, length, None);
        let zero = self.build.int(0);
        let first = self.word(made, ir::lists::ITEMS);
        self.each_item(sequence, &items, (zero, vec![]), &mut |this, at, item, _| {
            // Of what is no number it is asked which object it is.
            this.has_identity(&item);
            let size = this.build.int(layout.size() as i64);
            let distance = this.op(Op::IMulWrap, &[at, size]);
            let place = this.op(Op::IAddWrap, &[first, distance]);
            let op = if layout == Layout::Floats { Op::StoreF64 } else { Op::StoreI64 };
            if let Some(number) = number_in(&item) {
                this.build.emit(op, &[place, number], ir::Immediate::Int(0), None);
            }
            Turn::On(vec![])
        })?;
        Some((made, items))
    }

    /// Whether a list of others and a list have the same numbers.
    pub(super) fn are_equal_with_others(
        &mut self,
        a: &Val<Value>,
        b: &Val<Value>,
    ) -> Option<Value> {
        let (sequence, other) = if let Val::ListObject(..) = a { (a, b) } else { (b, a) };
        let (_, items, layout) = self.numbers_of_others(sequence)?;
        let length = match other {
            Val::List(address, of) if of.layout() == Some(layout) => self.list_length(*address, of),
            Val::ListObject(..) if self.numbers_of_others(other)?.2 == layout => {
                self.length_of_others(other)?
            }
            _ => return None,
        };
        let own = self.length_of_others(sequence)?;
        let is_as_long = self.op(Op::IEq, &[own, length]);
        let zero = self.build.int(0);
        let from = self.build.select(is_as_long, zero, own);
        let start = (from, vec![is_as_long]);
        let found = self.each_item(sequence, &items, start, &mut |this, at, item, _| {
            let beside = match other {
                Val::List(address, of) => this.read(*address, of, at),
                other => this.item_of_others(other, &items, at).unwrap_or(Val::None),
            };
            // What is no number is equal to itself if it is one object.
            let are_numbers = this.has_identity(&item) && this.has_identity(&beside);
            let same = this.compare_numbers(Compare::Equal, &item, &beside);
            let same = same.filter(|_| are_numbers).unwrap_or_else(|| this.build.bool(false));
            let differ = this.op(Op::BNot, &[same]);
            Turn::EndIf(differ, vec![same])
        })?;
        Some(found[0])
    }

    /// `sequence.index(number)` and `sequence.count(number)`
    pub(super) fn search_others(
        &mut self,
        to: Reg,
        sequence: &Val<Value>,
        name: &str,
        item: Reg,
    ) -> Done<Option<Flow>> {
        let item = self.get(item);
        if name == "count" {
            let Some(count) = self.count_in_others(sequence, &item) else { return Ok(None) };
            return self.set(to, Val::Int(count)).map(Some);
        }
        let Some(place) = self.find_in_others(sequence, &item) else { return Ok(None) };
        let zero = self.build.int(0);
        let is_there = self.op(Op::ILe, &[zero, place]);
        self.require(is_there);
        self.set(to, Val::Int(place)).map(Some)
    }

    /// Whether items can be compared with a number as they are.
    fn is_comparable_number(&mut self, wanted: &Val<Value>) -> bool {
        matches!(wanted, Val::Bool(_) | Val::Int(_) | Val::Float(_)) && self.has_identity(wanted)
    }

    /// The kind of an item of a list of others, as the only one.
    fn length_of_others(&mut self, sequence: &Val<Value>) -> Option<Value> {
        match sequence {
            Val::ListObject(handle, _) | Val::TupleObject(handle, _) => {
                Some(self.length_of_object(*handle))
            }
            _ => None,
        }
    }

    fn item_of_others(
        &mut self,
        sequence: &Val<Value>,
        items: &Items,
        at: Value,
    ) -> Option<Val<Value>> {
        let is_number = matches!(items, Items::Numbers(kinds) if kinds.only() != Some(Tag::None));
        let item = self.read_from_object(sequence, items, at, false).ok()?;
        is_number.then_some(item)
    }
}

/// The number that a value is.
fn number_in(value: &Val<Value>) -> Option<Value> {
    match value {
        Val::Int(number) | Val::Float(number) => Some(*number),
        _ => None,
    }
}
