//! What programs do with lists in memory besides reading, writing and adding items: methods, operators,
//! builtins.

use super::value::{Contents, Items, Kinds, Tag, Val};
use super::world::Builtin;
use super::{Done, Flow, Specialiser};
use crate::code::{Argument, Instruction, Reg};
use crate::ir::lists::{self, Layout, ListCall};
use crate::ir::op::Class;
use crate::ir::{Immediate, Op, Value};

impl Specialiser<'_> {
    /// `list.pop()` and `list.pop(index)`
    pub(super) fn pop(
        &mut self,
        to: Reg,
        (address, items): (Value, &Items),
        index: Option<Value>,
    ) -> Done<Flow> {
        let last = self.build.int(-1);
        let found = self.position_in_list(address, items, index.unwrap_or(last));
        let Some((layout, position)) = found else { return Ok(Flow::Ends) };
        let item = self.read(address, items, position);
        match index {
            None => {
                self.build.emit(
                    Op::SetListWord,
                    &[address, position],
                    Immediate::Int(layout.length()),
                    None,
                );
            }
            Some(index) if self.build.int_constant(index) == Some(0) && layout.size() >= 8 => {
                self.take_first(address, layout);
            }
            Some(_) => {
                self.list_call(ListCall::Delete, &[address, position], None);
            }
        }
        self.set(to, item)
    }

    /// Takes the first item out of a list that has one: its items begin one further.
    fn take_first(&mut self, address: Value, layout: Layout) {
        let size = layout.size() as i64;
        for (place, by) in [(lists::ITEMS, size), (lists::ROOM, -1), (layout.length(), -1)] {
            let (old, by) = (self.word(address, place), self.build.int(by));
            let new = self.op(Op::IAddWrap, &[old, by]);
            self.build.emit(Op::SetListWord, &[address, new], Immediate::Int(place), None);
        }
    }

    /// `del list[index]`
    pub(super) fn delete_item(
        &mut self,
        object: Reg,
        key: Reg,
        instruction: &Instruction,
    ) -> Done<Flow> {
        let (list, key) = (self.get(object), self.get(key));
        if let Val::Slice(parts) = &key
            && let Some(flow) = self.splice(object, parts, None)?
        {
            return Ok(flow);
        }
        if let Some(flow) = self.delete_from_dict(&list, &key)? {
            return Ok(flow);
        }
        if let (Val::List(address, _), Some(index)) = (&list, self.index_of(&key)) {
            self.list_call(ListCall::Delete, &[*address, index], None);
            return Ok(Flow::On);
        }
        self.perform(instruction)
    }

    /// A method of a list with positional arguments. `None` if there is no rule for it.
    pub(super) fn list_method(
        &mut self,
        to: Reg,
        (address, items): (Value, &Items),
        name: &str,
        given: &[Val<Value>],
    ) -> Done<Option<Flow>> {
        match (name, given) {
            ("append", [item]) => match self.append_to_list((address, items), item)? {
                Some(_) => {}
                None => return Ok(None),
            },
            ("pop", []) => return self.pop(to, (address, items), None).map(Some),
            ("pop", [index]) => {
                let Some(index) = self.index_of(index) else { return Ok(None) };
                return self.pop(to, (address, items), Some(index)).map(Some);
            }
            ("extend", [other]) => {
                let other = other.clone();
                if !self.extend(address, items, &other)? {
                    return Ok(None);
                }
            }
            ("insert", [index, item]) => {
                let Some(index) = self.index_of(index) else { return Ok(None) };
                let Some((item, kind)) = self.fitting(item, items)? else { return Ok(None) };
                let Some(items) = self.widen(address, items, &kind) else { return Ok(None) };
                let item = self.as_item(&item, &items);
                let (tag, bits) = self.bits(&item);
                let operands = [address, index, tag, bits];
                self.list_call(ListCall::Insert, &operands, Some(&items));
            }
            ("reverse", []) => drop(self.list_call(ListCall::Reverse, &[address], None)),
            ("clear", []) => drop(self.list_call(ListCall::Clear, &[address], None)),
            ("copy", []) => {
                let whole = [Val::None, Val::None, Val::None];
                let Some(made) = self.slice(address, items, &whole) else { return Ok(None) };
                return self.set(to, made).map(Some);
            }
            ("index" | "count", [Val::Char(number)]) if *items == Items::Characters => {
                let number = Val::Int(*number);
                return self.search(to, address, name == "index", &number).map(Some);
            }
            ("index" | "count", [number @ (Val::Int(_) | Val::Bool(_))]) if are_ints(items) => {
                return self.search(to, address, name == "index", number).map(Some);
            }
            ("index" | "count", [item @ Val::Tuple(_)]) => {
                let call = if name == "index" { ListCall::Find } else { ListCall::Count };
                let list = Val::List(address, items.clone());
                let Some(found) = self.search_records(call, item, &list)? else {
                    return Ok(None);
                };
                return self.found(to, name == "index", found).map(Some);
            }
            _ => return Ok(None),
        }
        self.set(to, Val::None).map(Some)
    }

    /// A function of `heapq` for a list of numbers of one kind.
    pub(super) fn heap(
        &mut self,
        builtin: Builtin,
        parts: &[Val<Value>],
    ) -> Done<Option<Val<Value>>> {
        let name = builtin.place().1;
        let Some(which) = lists::HEAP.iter().position(|other| *other == name) else {
            return Ok(None);
        };
        let (list, item) = match (name, parts) {
            ("heapify" | "heappop", [list]) => (list, None),
            ("heappush" | "heapreplace" | "heappushpop", [list, item]) => (list, Some(item)),
            _ => return Ok(None),
        };
        let Some((address, items)) = self.as_list(list)? else { return Ok(None) };
        let mut bits = self.build.int(0);
        let mut all = items.clone();
        if let Some(item) = item {
            let Some((item, kind)) = self.fitting(item, &items)? else { return Ok(None) };
            match items.with_in_memory(&kind) {
                Some(wider) if is_in_words(&wider) => all = wider,
                _ => return Ok(None),
            }
            if name == "heappush" && self.append_to_list((address, &items), &item)?.is_none() {
                return Ok(None);
            }
            if name != "heappush" {
                if all != items {
                    return Ok(None);
                }
                let item = self.as_item(&item, &all);
                bits = self.bits(&item).1;
            }
        }
        if !is_in_words(&all) {
            return Ok(None);
        }
        let which = self.build.int(which as i64);
        let found = self.list_call(ListCall::Heap, &[address, which, bits], Some(&all));
        Ok(Some(match (name, all.layout()) {
            ("heappush" | "heapify", _) => Val::None,
            (_, Some(layout)) => self.of_bits(found, layout, &all),
            (_, None) => Val::None,
        }))
    }

    /// An item of a list whose items are words.
    fn of_bits(&mut self, bits: Value, layout: Layout, items: &Items) -> Val<Value> {
        match (layout, items) {
            (Layout::Floats, _) => Val::Float(self.op(Op::FOfBits, &[bits])),
            (_, Items::Tuples(parts)) => self.tuple_of(bits, parts),
            _ => Val::Int(bits),
        }
    }

    fn search(&mut self, to: Reg, address: Value, is_index: bool, of: &Val<Value>) -> Done<Flow> {
        let Some(number) = self.index_of(of) else { return self.leave_for_good() };
        let call = if is_index { ListCall::Find } else { ListCall::Count };
        let found = self.list_call(call, &[address, number], None);
        self.found(to, is_index, found)
    }

    /// What a search for an item came to: its position, which has to be one, or how often it is there.
    fn found(&mut self, to: Reg, is_index: bool, found: Value) -> Done<Flow> {
        if is_index {
            let zero = self.build.int(0);
            let is_there = self.op(Op::ILe, &[zero, found]);
            if self.guard_item(is_there, Builtin::ValueError)? == Flow::Ends {
                return Ok(Flow::Ends);
            }
        }
        self.set(to, Val::Int(found))
    }

    /// Whether `reverse=` is the only argument by keyword, and what it is: 1 for the other way round.
    pub(super) fn backwards(&mut self, named: &[(Box<str>, Val<Value>)]) -> Option<Value> {
        match named {
            [] => Some(self.build.int(0)),
            [(name, Val::Bool(truth))] if &**name == "reverse" => {
                Some(self.op(Op::BToI, &[*truth]))
            }
            _ => None,
        }
    }

    /// `list.sort()` of numbers, which may be told to do it the other way round.
    pub(super) fn sort_method(
        &mut self,
        to: Reg,
        list: &Val<Value>,
        arguments: &[Argument],
    ) -> Done<Option<Flow>> {
        let Some(given) = self.given(arguments) else { return Ok(None) };
        let Some(backwards) = self.backwards(&given.named) else { return Ok(None) };
        if !given.positional.is_empty() {
            return Ok(None);
        }
        if let Val::ListObject(handle, items) = list {
            let is_word = matches!(items.layout(), Some(Layout::Ints | Layout::Floats));
            if !is_word || self.is_refuted() {
                return Ok(None);
            }
            let list = self.op(Op::Address, &[*handle]);
            self.list_call(ListCall::SortOthers, &[list, backwards], None);
            self.build.emit(Op::Keep, &[*handle], Immediate::None, None);
            return self.set(to, Val::None).map(Some);
        }
        let Some((address, items)) = self.as_list(list)? else { return Ok(None) };
        if !is_sortable(&items) {
            return Ok(None);
        }
        self.sort(address, backwards);
        self.set(to, Val::None).map(Some)
    }

    pub(super) fn sort(&mut self, address: Value, backwards: Value) {
        self.list_call(ListCall::Sort, &[address, backwards], None);
    }

    /// Adds the items of another list, range or tuple to a list. Whether there is a rule for it.
    pub(super) fn extend(
        &mut self,
        address: Value,
        items: &Items,
        other: &Val<Value>,
    ) -> Done<bool> {
        let Some((other, kind)) = self.listed(other)? else { return Ok(false) };
        if self.widen(address, items, &kind).is_none() {
            return Ok(false);
        }
        self.list_call(ListCall::Extend, &[address, other], None);
        Ok(true)
    }

    /// Adds the items of an iterable to a list that this code made.
    pub(super) fn list_extend(
        &mut self,
        list: Reg,
        items: Reg,
        instruction: &Instruction,
    ) -> Done<Flow> {
        let other = self.get(items);
        let is_known = self.is_listable(&other) || matches!(other, Val::Range(_) | Val::Tuple(_));
        if is_known
            && let Some((address, said)) = self.as_list(&self.get(list))?
            && self.extend(address, &said, &self.get(items))?
        {
            return Ok(Flow::On);
        }
        self.perform(instruction)
    }

    /// A list in memory with the items of a list, a range or a tuple: a new one, unless it is a list.
    pub(super) fn listed(&mut self, value: &Val<Value>) -> Done<Option<(Value, Items)>> {
        Ok(match value {
            Val::Range(parts) => {
                let parts = **parts;
                let items = Items::Numbers(Kinds::one(Tag::Int));
                Some((self.list_call(ListCall::Range, &parts, None), items))
            }
            Val::Tuple(items) => {
                let thing = self.state.make(Contents::List(items.to_vec()));
                self.as_list(&thing)?
            }
            Val::ListObject(..) | Val::TupleObject(..) => self.taken_from_others(value),
            list => self.as_list(list)?,
        })
    }

    /// `list(value)`
    pub(super) fn list_from(&mut self, value: &Val<Value>) -> Done<Option<Val<Value>>> {
        Ok(match value {
            Val::List(address, items) => {
                self.slice(*address, items, &[Val::None, Val::None, Val::None])
            }
            text if text.class() == Some(Class::Str) => self.list_of_text(text),
            Val::Range(_) | Val::ListObject(..) | Val::TupleObject(..) => {
                self.listed(value)?.map(|(address, items)| Val::List(address, items))
            }
            other => {
                let items = self.items_of(other);
                items.map(|items| self.state.make(Contents::List(items)))
            }
        })
    }

    /// `sorted(list)`, for numbers.
    pub(super) fn sorted(
        &mut self,
        value: &Val<Value>,
        backwards: Value,
    ) -> Done<Option<Val<Value>>> {
        if value.class() == Some(Class::Str) {
            let Some(Val::List(made, items)) = self.list_of_text(value) else { return Ok(None) };
            self.sort(made, backwards);
            return Ok(Some(Val::List(made, items)));
        }
        if let Val::ListObject(..) | Val::TupleObject(..) | Val::Range(_) = value {
            let Some((made, items)) = self.listed(value)? else { return Ok(None) };
            self.sort(made, backwards);
            return Ok(Some(Val::List(made, items)));
        }
        let Some((address, items)) = self.as_list(value)? else { return Ok(None) };
        if !is_sortable(&items) {
            return Ok(None);
        }
        let made = self.slice(address, &items, &[Val::None, Val::None, Val::None]);
        if let Some(Val::List(made, _)) = &made {
            self.sort(*made, backwards);
        }
        Ok(made)
    }

    /// `sum(list)` of integers.
    pub(super) fn sum(&mut self, value: &Val<Value>) -> Option<Val<Value>> {
        match value {
            Val::List(address, items) if are_ints(items) => {
                Some(Val::Int(self.list_call(ListCall::Sum, &[*address], None)))
            }
            _ => None,
        }
    }

    /// `min(list)` and `max(list)` of numbers.
    pub(super) fn extreme_of_list(
        &mut self,
        is_max: bool,
        value: &Val<Value>,
    ) -> Option<Val<Value>> {
        let Val::List(address, items) = value else { return None };
        let layout = items.layout().filter(|_| is_in_words(items))?;
        self.guard_kind(*address, items);
        let is_max = self.build.int(is_max.into());
        let bits = self.list_call(ListCall::Extreme, &[*address, is_max], None);
        Some(self.of_bits(bits, layout, items))
    }

    /// A sum of lists, or an addition of one to another in place. `None` if there is no rule for it.
    pub(super) fn add_lists(
        &mut self,
        to: Reg,
        in_place: bool,
        [left, right]: [Reg; 2],
    ) -> Done<Option<Flow>> {
        let other = self.get(right);
        let is_known = match in_place {
            true => self.is_listable(&other) || matches!(other, Val::Range(_) | Val::Tuple(_)),
            false => self.is_listable(&other),
        };
        if !is_known || !self.is_listable(&self.get(left)) {
            return Ok(None);
        }
        // What one of them becomes may change what the other one is.
        let Some((x, _)) = self.as_list(&self.get(left))? else { return Ok(None) };
        if in_place {
            let (items, other) = (self.items_said(left), self.get(right));
            if !self.extend(x, &items, &other)? {
                return Ok(None);
            }
            let list = self.get(left);
            return self.set(to, list).map(Some);
        }
        let Some((y, y_items)) = self.as_list(&self.get(right))? else { return Ok(None) };
        let Some(items) = self.items_said(left).with_in_memory(&y_items) else { return Ok(None) };
        let kind = self.build.int(items.code());
        let made = self.list_call(ListCall::Concatenate, &[kind, x, y], None);
        self.set(to, Val::List(made, items)).map(Some)
    }

    /// `list * number`
    pub(super) fn repeat_list(&mut self, to: Reg, [left, right]: [Reg; 2]) -> Done<Option<Flow>> {
        let (a, b) = (self.get(left), self.get(right));
        let (list, number) = match (&a, &b) {
            (list @ (Val::Thing(_) | Val::List(..)), number)
            | (number, list @ (Val::Thing(_) | Val::List(..))) => (list, self.index_of(number)),
            _ => return Ok(None),
        };
        let Some(number) = number.filter(|_| self.is_listable(list)) else { return Ok(None) };
        if let Val::Thing(thing) = list
            && let Contents::List(items) = self.state.contents(*thing).clone()
            && let [item] = &items[..]
        {
            let Some((item, kind)) = self.fitting(item, &Items::NONE)? else { return Ok(None) };
            let made = self.new_list(&kind, number, Some(&item));
            return self.set(to, Val::List(made, kind)).map(Some);
        }
        let Some((address, items)) = self.as_list(list)? else { return Ok(None) };
        let kind = self.build.int(items.code());
        let made = self.list_call(ListCall::Repeat, &[kind, address, number], None);
        self.set(to, Val::List(made, items)).map(Some)
    }

    /// Whether an integer is in a list of integers.
    pub(super) fn is_in_list(&mut self, item: &Val<Value>, list: &Val<Value>) -> Option<Value> {
        let Val::List(address, items) = list else { return None };
        let number = match item {
            Val::Int(_) | Val::Bool(_) if are_ints(items) => self.index_of(item)?,
            Val::Char(number) if *items == Items::Characters => *number,
            _ => return None,
        };
        let found = self.list_call(ListCall::Find, &[*address, number], None);
        let zero = self.build.int(0);
        Some(self.op(Op::ILe, &[zero, found]))
    }

    /// Whether two lists are equal, in memory or of others.
    pub(super) fn are_lists_equal(&mut self, a: &Val<Value>, b: &Val<Value>) -> Option<Value> {
        match (a, b) {
            (Val::ListObject(..), Val::ListObject(..) | Val::List(..))
            | (Val::List(..), Val::ListObject(..)) => self.are_equal_with_others(a, b),
            _ => self.are_equal_lists(a, b),
        }
    }

    /// Whether two lists in memory are equal.
    fn are_equal_lists(&mut self, a: &Val<Value>, b: &Val<Value>) -> Option<Value> {
        let (Val::List(x, of), Val::List(y, other)) = (a, b) else { return None };
        if !is_comparable(of) || !is_comparable(other) || of.layout() != other.layout() {
            return None;
        }
        let equal = self.list_call(ListCall::Equal, &[*x, *y], None);
        let zero = self.build.int(0);
        Some(self.op(Op::INe, &[equal, zero]))
    }

    /// Just so many items of a list.
    pub(super) fn unpack_list(
        &mut self,
        to: &[Reg],
        (address, items): (Value, &Items),
    ) -> Done<Flow> {
        let (length, count) = (self.list_length(address, items), self.build.int(to.len() as i64));
        let fits = self.op(Op::IEq, &[length, count]);
        if self.guard(fits) == Flow::Ends {
            return Ok(Flow::Ends);
        }
        let mut values = Vec::new();
        for i in 0..to.len() {
            let position = self.build.int(i as i64);
            values.push(self.read(address, items, position));
        }
        for (register, value) in to.iter().zip(values) {
            self.set(*register, value)?;
        }
        Ok(Flow::On)
    }
}

/// Whether a list holds integers or truth values only.
fn are_ints(items: &Items) -> bool {
    matches!(items.layout(), Some(Layout::Ints | Layout::Bools))
}

/// Whether the items are numbers of one kind of 64 bits, or records, which the runtime compares.
fn is_in_words(items: &Items) -> bool {
    matches!(items.layout(), Some(Layout::Ints | Layout::Floats)) || items.are_ordered_records()
}

/// Whether the runtime compares such items.
fn is_comparable(items: &Items) -> bool {
    match items {
        Items::Numbers(_) => items.layout() != Some(Layout::Tagged),
        Items::Characters | Items::Texts => true,
        Items::Lists(inner) => is_comparable(inner),
        Items::Tuples(_) => items.are_ordered_records(),
        Items::Objects(_) | Items::Instances(_) | Items::Records(_) => false,
    }
}

/// Whether the runtime sorts such items.
pub(super) fn is_sortable(items: &Items) -> bool {
    matches!(
        items.layout(),
        Some(Layout::Ints | Layout::Floats | Layout::Bools | Layout::Characters | Layout::Texts)
    ) || items.are_ordered_records()
}
