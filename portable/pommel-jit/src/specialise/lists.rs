//! Lists in memory: those that this code made and nobody else knows, whose length or whose places are
//! known only when it runs. Items are read and written by machine code; what is more than that, the runtime
//! does ([`ListCall`]).
//!
//! What a value says of the items of its list is checked wherever they are touched: a list that got items
//! of another kind by another name, or became an object, has no items for whoever takes it for what it
//! was, and the instruction is done on objects.

use super::value::{Contents, Items, Kinds, Tag, Thing, Val};
use super::{Done, Flow, Specialiser};
use crate::code::Reg;
use crate::ir::lists::{self, Layout, ListCall};
use crate::ir::op::Class;
use crate::ir::{Immediate, Op, Value};

/// Lists within lists within lists are looked through so deep.
const DEPTH: usize = 4;

/// What the items of a list in registers are, if a list in memory can hold them.
pub(super) fn items_of_list<'h, L: Clone + 'h>(
    thing: Thing,
    heap: &dyn Fn(Thing) -> Option<&'h Contents<L>>,
) -> Option<Items> {
    items_within(thing, heap, DEPTH)
}

fn items_within<'h, L: Clone + 'h>(
    thing: Thing,
    heap: &dyn Fn(Thing) -> Option<&'h Contents<L>>,
    depth: usize,
) -> Option<Items> {
    let Contents::List(items) = heap(thing)? else { return None };
    let depth = depth.checked_sub(1)?;
    let mut all = Items::NONE;
    for item in items {
        let kind = match item {
            Val::Thing(inner) => Items::Lists(items_within(*inner, heap, depth)?.into()),
            Val::List(_, inner) => Items::Lists(inner.clone().into()),
            Val::Record(_, record) => Items::Records(record.clone()),
            Val::Char(_) => Items::Characters,
            Val::Text(..) | Val::Object(_, Some(Class::Str)) => Items::Texts,
            Val::Tuple(parts) => tuple_within(parts, heap, depth)?,
            number => Items::Numbers(number.shape().python_kinds()?),
        };
        all = all.with_in_memory(&kind)?;
    }
    Some(all)
}

/// What a tuple in registers is as an item.
fn tuple_within<'h, L: Clone + 'h>(
    parts: &[Val<L>],
    heap: &dyn Fn(Thing) -> Option<&'h Contents<L>>,
    depth: usize,
) -> Option<Items> {
    let part = |part: &Val<L>| {
        Some(match part {
            Val::Thing(inner) => Items::Lists(items_within(*inner, heap, depth)?.into()),
            Val::List(_, inner) => Items::Lists(inner.clone().into()),
            part if part.class() == Some(Class::Str) => Items::Texts,
            Val::Tuple(parts) => tuple_within(parts, heap, depth)?,
            number => Items::Numbers(number.shape().python_kinds()?),
        })
    };
    let kind = Items::Tuples(parts.iter().map(part).collect::<Option<_>>()?);
    kind.is_in_memory().then_some(kind)
}

impl Items {
    /// The same where lists of items of one kind are taken for lists of another.
    fn with_guess(&self, old: &Items, new: &Items) -> Items {
        match self {
            Items::Lists(inner) if **inner == *old => Items::Lists(new.clone().into()),
            Items::Lists(inner) => Items::Lists(inner.with_guess(old, new).into()),
            Items::Tuples(parts) => {
                Items::Tuples(parts.iter().map(|part| part.with_guess(old, new)).collect())
            }
            other => other.clone(),
        }
    }
}

impl Specialiser<'_> {
    /// Lets the runtime do something with lists. A kind goes behind the first operand. Exits if it cannot.
    pub(super) fn list_call(
        &mut self,
        call: ListCall,
        operands: &[Value],
        kind: Option<&Items>,
    ) -> Value {
        let mut args = operands.to_vec();
        if let Some(kind) = kind {
            let code = self.build.int(kind.code());
            args.insert(1.min(args.len()), code);
        }
        if matches!(
            call,
            ListCall::New
                | ListCall::Record
                | ListCall::Range
                | ListCall::Slice
                | ListCall::Concatenate
                | ListCall::Repeat
        ) {
            args.extend(self.lists_in_use());
        }
        let exit = self.exit();
        self.build.emit(Op::List, &args, Immediate::Int(call as i64), Some(exit))[0]
    }

    /// The addresses of all lists that somebody may need from here on, and those of instances, marked.
    pub(super) fn lists_in_use(&mut self) -> Vec<Value> {
        let mut found = self.in_use(|part| match part {
            Val::List(address, _) => Some(*address),
            _ => None,
        });
        let records = self.in_use(|part| match part {
            Val::Record(address, _) => Some(*address),
            _ => None,
        });
        found.extend(records.into_iter().map(|address| self.marked(address)));
        found
    }

    /// The addresses of some things in memory that somebody may need from here on.
    pub(super) fn in_use(&self, address: impl Fn(&Val<Value>) -> Option<Value>) -> Vec<Value> {
        let mut found = Vec::new();
        self.each_part(|part| {
            if let Some(address) = address(part)
                && !found.contains(&address)
            {
                found.push(address);
            }
        });
        found
    }

    /// Looks at all parts of what registers and things hold.
    pub(super) fn each_part(&self, mut look: impl FnMut(&Val<Value>)) {
        let mut look = |part: &Val<Value>| {
            look(part);
            None
        };
        for register in self.state.frames.iter().flat_map(|frame| &frame.registers) {
            register.with_parts(&mut look);
        }
        for contents in self.state.heap.iter().flatten() {
            contents.with_parts(&mut look);
        }
    }

    /// Puts other values in place of parts, for all who have them.
    pub(super) fn replace_parts(&mut self, to: &mut dyn FnMut(&Val<Value>) -> Option<Val<Value>>) {
        let mut to = |part: &Val<Value>| to(part);
        for register in self.state.frames.iter_mut().flat_map(|frame| &mut frame.registers) {
            *register = register.with_parts(&mut to);
        }
        for contents in self.state.heap.iter_mut().flatten() {
            *contents = contents.with_parts(&mut to);
        }
    }

    /// A thing that is none any more where its value gets a shape: a list in memory if the shape has such
    /// ones and it can be one, else an object.
    pub(super) fn place(&mut self, thing: Thing, has_lists: bool) -> Done {
        if has_lists && self.list_of_thing(thing)?.is_some() {
            return Ok(());
        }
        self.publish(thing)
    }

    /// A value as a list in memory has it: a string as a text.
    fn in_list(&mut self, value: &Val<Value>) -> Val<Value> {
        match value {
            Val::Object(_, Some(Class::Str)) => self.as_text(value),
            Val::Tuple(parts) => Val::Tuple(parts.iter().map(|part| self.in_list(part)).collect()),
            other => other.clone(),
        }
    }

    /// Makes a list in memory of one in registers, for all who have it. `None` if that cannot be.
    pub(super) fn list_of_thing(&mut self, thing: Thing) -> Done<Option<Val<Value>>> {
        self.settle_records(thing);
        let state = &self.state;
        let Some(items) = items_of_list(thing, &|thing| Some(state.contents(thing))) else {
            return Ok(None);
        };
        // Those within it first: they are replaced in it.
        let mut inner = Vec::new();
        self.state.contents(thing).things(&mut |thing| inner.push(thing));
        for thing in inner {
            if self.state.heap[thing.0 as usize].is_some() {
                self.list_of_thing(thing)?;
            }
        }
        let Contents::List(values) = self.state.contents(thing).clone() else { return Ok(None) };
        let values: Vec<_> = values.iter().map(|value| self.in_list(value)).collect();
        let is_object = |value: &Val<Value>| {
            let mut found = false;
            value.with_parts(&mut |part| {
                found |= matches!(part, Val::Object(..));
                None
            });
            found
        };
        if values.iter().any(is_object) {
            return Ok(None);
        }
        let length = self.build.int(values.len() as i64);
        let address = self.new_list(&items, length, None);
        for (i, value) in values.iter().enumerate() {
            let place = self.build.int(i as i64);
            self.write(address, &items, place, value);
        }
        let list = Val::List(address, items);
        self.state.replace(thing, &list);
        Ok(Some(list))
    }

    /// A list in memory of a length, all items of which are the same one, or nothing so far.
    pub(super) fn new_list(
        &mut self,
        items: &Items,
        length: Value,
        item: Option<&Val<Value>>,
    ) -> Value {
        let item = item.map(|item| self.as_item(item, items));
        let (tag, bits) = match &item {
            Some(item) => self.bits(item),
            None => (self.build.int(0), self.build.int(0)),
        };
        let kind = self.build.int(items.code());
        self.list_call(ListCall::New, &[kind, length, tag, bits], None)
    }

    /// The tag and the bits of an item.
    pub(super) fn bits(&mut self, item: &Val<Value>) -> (Value, Value) {
        match item {
            Val::List(address, _) | Val::Record(address, _) | Val::Char(address) => {
                return (self.build.int(0), *address);
            }
            Val::Text(address, length) => return (*address, *length),
            _ => {}
        }
        let all = Tag::ALL.into_iter().map(Kinds::one).reduce(Kinds::with);
        match self.tagged(item, all.unwrap_or(Kinds::one(Tag::None))) {
            Val::Number(tag, bits, _) => (tag, bits),
            _ => (self.build.int(0), self.build.int(0)),
        }
    }

    pub(super) fn word(&mut self, address: Value, distance: i64) -> Value {
        self.build.emit(Op::ListWord, &[address], Immediate::Int(distance), None)[0]
    }

    /// Exits unless a list is of a kind. One without items may be taken for any.
    pub(super) fn guard_kind(&mut self, address: Value, items: &Items) -> Flow {
        let kind = self.word(address, lists::KIND);
        let [is_it, is_empty] = [items.code(), lists::NO_ITEMS].map(|code| {
            let code = self.build.int(code);
            self.op(Op::IEq, &[kind, code])
        });
        let fits = self.op(Op::BOr, &[is_it, is_empty]);
        self.guard(fits)
    }

    /// How many items a list has. Exits if it is of another kind.
    pub(super) fn list_length(&mut self, address: Value, items: &Items) -> Value {
        self.guard_kind(address, items);
        match items.layout() {
            Some(layout) => self.word(address, layout.length()),
            None => self.build.int(0),
        }
    }

    /// The address of the item at a position which is inside.
    fn item_address(&mut self, address: Value, layout: Layout, position: Value) -> Value {
        let first = self.word(address, lists::ITEMS);
        let distance = match layout.size() {
            1 => position,
            size => {
                let size = self.build.int(size as i64);
                self.op(Op::IMulWrap, &[position, size])
            }
        };
        self.op(Op::IAddWrap, &[first, distance])
    }

    /// An index: an object of unknown class is taken to be an integer.
    pub(super) fn index_in_list(&mut self, key: &Val<Value>) -> Option<Value> {
        match key {
            Val::Object(handle, class @ (None | Some(Class::Int))) => {
                let is_guess = class.is_none();
                if is_guess && self.is_refuted() {
                    return None;
                }
                match self.unbox(*handle, Class::Int, is_guess) {
                    Val::Int(index) => Some(index),
                    _ => None,
                }
            }
            key => self.index_of(key),
        }
    }

    /// The position that an index stands for. Exits if there is no item. `None` if there is never one.
    pub(super) fn position_in_list(
        &mut self,
        address: Value,
        items: &Items,
        index: Value,
    ) -> Option<(Layout, Value)> {
        let Some(layout) = items.layout() else {
            self.leave();
            return None;
        };
        if let Layout::Tagged | Layout::Records = layout {
            self.guard_kind(address, items);
        }
        let length = self.word(address, layout.length());
        Some((layout, self.position_within(index, length)))
    }

    /// The position that an index stands for in a list of a length. Exits if there is no item.
    pub(super) fn position_within(&mut self, index: Value, length: Value) -> Value {
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
        self.require(inside);
        position
    }

    /// The item at a position which is inside.
    pub(super) fn read(&mut self, address: Value, items: &Items, position: Value) -> Val<Value> {
        let Some(layout) = items.layout() else { return Val::None };
        let place = self.item_address(address, layout, position);
        let mut load =
            |op, distance| self.build.emit(op, &[place], Immediate::Int(distance), None)[0];
        match (layout, items) {
            (Layout::Bools, _) => Val::Bool(load(Op::LoadBool, 0)),
            (Layout::Ints, _) => Val::Int(load(Op::LoadI64, 0)),
            (Layout::Floats, _) => Val::Float(load(Op::LoadF64, 0)),
            (Layout::Lists, Items::Lists(inner)) => {
                Val::List(load(Op::LoadI64, 0), (**inner).clone())
            }
            (Layout::Characters, _) => Val::Char(load(Op::LoadU8, 0)),
            (Layout::Texts, _) => Val::Text(load(Op::LoadI64, 0), load(Op::LoadI64, 8)),
            (Layout::Records, Items::Records(record)) => {
                Val::Record(load(Op::LoadI64, 0), record.clone())
            }
            (Layout::Records, Items::Tuples(parts)) => {
                let record = load(Op::LoadI64, 0);
                self.tuple_of(record, parts)
            }
            (_, Items::Numbers(kinds)) if kinds.only() != Some(Tag::None) => {
                Val::Number(load(Op::LoadI64, 0), load(Op::LoadI64, 8), *kinds)
            }
            _ => Val::None,
        }
    }

    /// Does something if a condition does not hold, and goes on in either case.
    pub(super) fn unless(&mut self, condition: Value, otherwise: impl FnOnce(&mut Self)) {
        let (yes, no) = self.build.branch(condition);
        self.build.block = no;
        otherwise(self);
        self.build.jump(yes, vec![]);
        self.build.block = yes;
    }

    /// An item as what is in lists of such items: a character among texts is one, and a tuple is the address
    /// of a record.
    pub(super) fn as_item(&mut self, item: &Val<Value>, items: &Items) -> Val<Value> {
        match (item, items) {
            (Val::Char(_), Items::Texts) => self.as_text(item),
            (Val::Tuple(parts), Items::Tuples(of)) => {
                let parts: Vec<_> =
                    parts.iter().zip(of.iter()).map(|(part, of)| self.as_part(part, of)).collect();
                Val::Int(self.record_of(&parts, of))
            }
            _ => item.clone(),
        }
    }

    /// Writes an item at a position which is inside.
    pub(super) fn write(
        &mut self,
        address: Value,
        items: &Items,
        position: Value,
        item: &Val<Value>,
    ) {
        let Some(layout) = items.layout() else { return };
        let item = &self.as_item(item, items);
        if let (Layout::Tagged | Layout::Texts, (tag, bits)) = (layout, self.bits(item)) {
            let place = self.item_address(address, layout, position);
            self.build.emit(Op::StoreI64, &[place, tag], Immediate::Int(0), None);
            self.build.emit(Op::StoreI64, &[place, bits], Immediate::Int(8), None);
            return;
        }
        let place = self.item_address(address, layout, position);
        let (op, value) = match item {
            Val::Bool(truth) => (Op::StoreBool, *truth),
            Val::Int(number) | Val::List(number, _) | Val::Record(number, _) => {
                (Op::StoreI64, *number)
            }
            Val::Float(number) => (Op::StoreF64, *number),
            Val::Char(number) => (Op::StoreI8, *number),
            _ => return,
        };
        self.build.emit(op, &[place, value], Immediate::Int(0), None);
    }

    /// An item that goes into a list, and its kind: an object of unknown class is taken to be what the
    /// items are. `None` if a list in memory cannot hold it.
    pub(super) fn fitting(
        &mut self,
        item: &Val<Value>,
        items: &Items,
    ) -> Done<Option<(Val<Value>, Items)>> {
        let item = match item {
            Val::Thing(thing) => match self.list_of_thing(*thing)? {
                Some(list) => list,
                None => match self.record_of_thing(*thing) {
                    Some(record) => record,
                    None => return Ok(None),
                },
            },
            Val::Tuple(parts) => return self.fitting_tuple(parts, items),
            Val::Object(_, Some(Class::Str)) => self.as_text(item),
            Val::Object(handle, class) => {
                let wanted = match (class, items) {
                    (Some(class @ (Class::Int | Class::Float | Class::Bool)), _) => *class,
                    (None, Items::Numbers(kinds)) if !self.is_refuted() => match kinds.only() {
                        Some(Tag::Int) => Class::Int,
                        Some(Tag::Float) => Class::Float,
                        _ => return Ok(None),
                    },
                    _ => return Ok(None),
                };
                self.unbox(*handle, wanted, class.is_none())
            }
            other => other.clone(),
        };
        Ok(match &item {
            Val::List(_, inner) => {
                let kind = Items::Lists(inner.clone().into());
                Some((item, kind))
            }
            Val::Record(_, record) => {
                let kind = Items::Records(record.clone());
                Some((item, kind))
            }
            Val::Char(_) => Some((item, Items::Characters)),
            Val::Text(..) => Some((item, Items::Texts)),
            number => number.shape().python_kinds().map(|kinds| (item, Items::Numbers(kinds))),
        })
    }

    /// Makes room in what a list is said to hold for items of a kind as well. The items that it holds from
    /// here on; `None` if it cannot.
    pub(super) fn widen(&mut self, address: Value, items: &Items, kind: &Items) -> Option<Items> {
        let wider = items.with_in_memory(kind)?;
        if wider == *items {
            return Some(wider);
        }
        if wider.code() != items.code() {
            self.list_call(ListCall::Become, &[address], Some(&wider));
        }
        self.replace_parts(&mut |part| match part {
            Val::List(other, _) if *other == address => Some(Val::List(address, wider.clone())),
            Val::List(other, of) => Some(Val::List(*other, of.with_guess(items, &wider))),
            _ => None,
        });
        Some(wider)
    }

    /// A list as one in memory, if it is one or can be.
    pub(super) fn as_list(&mut self, value: &Val<Value>) -> Done<Option<(Value, Items)>> {
        Ok(match value {
            Val::List(address, items) => Some((*address, items.clone())),
            Val::Thing(thing) => match self.list_of_thing(*thing)? {
                Some(Val::List(address, items)) => Some((address, items)),
                _ => None,
            },
            _ => None,
        })
    }

    /// The item of a list at an index.
    pub(super) fn load_from_list(
        &mut self,
        to: Reg,
        (address, items): (Value, &Items),
        key: &Val<Value>,
    ) -> Done<Option<Flow>> {
        if let Val::Slice(parts) = key {
            let parts = parts.clone();
            let Some(made) = self.slice(address, items, &parts) else { return Ok(None) };
            return self.set(to, made).map(Some);
        }
        if let Val::None | Val::Float(_) = key {
            return self.leave_for_good().map(Some);
        }
        let Some(index) = self.index_in_list(key) else { return Ok(None) };
        let Some((_, position)) = self.position_in_list(address, items, index) else {
            return Ok(Some(Flow::Ends));
        };
        let item = self.read(address, items, position);
        self.set(to, item).map(Some)
    }

    /// Start, stop and step of a slice for the runtime, and which of them are meant, as bits.
    pub(super) fn numbers_of_slice(
        &mut self,
        parts: &[Val<Value>; 3],
    ) -> Option<(Vec<Value>, i64)> {
        let mut numbers = Vec::new();
        let mut meant = 0;
        for (i, part) in parts.iter().enumerate() {
            numbers.push(match part {
                Val::None => self.build.int(1),
                number => {
                    meant |= 1 << i;
                    self.index_of(number)?
                }
            });
        }
        Some((numbers, meant))
    }

    pub(super) fn slice(
        &mut self,
        address: Value,
        items: &Items,
        parts: &[Val<Value>; 3],
    ) -> Option<Val<Value>> {
        let (numbers, meant) = self.numbers_of_slice(parts)?;
        let meant = self.build.int(meant & 3);
        let operands = [address, numbers[0], numbers[1], numbers[2], meant];
        let made = self.list_call(ListCall::Slice, &operands, Some(items));
        Some(Val::List(made, items.clone()))
    }

    /// `list[start:stop] = items`, and `del list[start:stop]` without items.
    pub(super) fn splice(
        &mut self,
        list: Reg,
        parts: &[Val<Value>; 3],
        by: Option<Reg>,
    ) -> Done<Option<Flow>> {
        let mut ends = Vec::new();
        let mut meant = 0;
        for (i, part) in parts.iter().enumerate() {
            match (part, self.index_of(part)) {
                (Val::None, _) => ends.push(self.build.int(0)),
                (_, Some(number)) if i < 2 => {
                    meant |= 1 << i;
                    ends.push(number);
                }
                _ => return Ok(None),
            }
        }
        let Val::List(address, items) = self.get(list) else { return Ok(None) };
        let other = match by {
            Some(by) => {
                let Some((other, kind)) = self.listed(&self.get(by))? else { return Ok(None) };
                if self.widen(address, &items, &kind).is_none() {
                    return Ok(None);
                }
                other
            }
            None => self.build.int(0),
        };
        let meant = self.build.int(meant);
        self.list_call(ListCall::Splice, &[address, other, ends[0], ends[1], meant], None);
        Ok(Some(Flow::On))
    }

    /// `list[index] = item`
    pub(super) fn store_to_list(&mut self, list: Reg, key: Reg, item: Reg) -> Done<Option<Flow>> {
        let key = self.get(key);
        if let Val::Slice(parts) = &key {
            return self.splice(list, parts, Some(item));
        }
        if let Val::None | Val::Float(_) = key {
            return self.leave_for_good().map(Some);
        }
        if self.fits_nowhere(&self.get(list), &self.get(item)) {
            return Ok(None);
        }
        // What one of them becomes may change what the other one is.
        let Some((address, _)) = self.as_list(&self.get(list))? else { return Ok(None) };
        let items = self.items_said(list);
        let Some((item, kind)) = self.fitting(&self.get(item), &items)? else { return Ok(None) };
        let Some(index) = self.index_in_list(&key) else { return Ok(None) };
        let items = self.items_said(list);
        let Some(items) = self.widen(address, &items, &kind) else { return Ok(None) };
        let Some((_, position)) = self.position_in_list(address, &items, index) else {
            return Ok(Some(Flow::Ends));
        };
        self.write(address, &items, position, &item);
        Ok(Some(Flow::On))
    }

    /// What the items of the list in a register are said to be.
    pub(super) fn items_said(&self, list: Reg) -> Items {
        match self.get(list) {
            Val::List(_, items) => items,
            _ => Items::NONE,
        }
    }

    /// Whether a value is a list in memory or can be one.
    pub(super) fn is_listable(&self, value: &Val<Value>) -> bool {
        let state = &self.state;
        match value {
            Val::List(..) => true,
            Val::Thing(thing) => {
                items_of_list(*thing, &|thing| Some(state.contents(thing))).is_some()
                    || self.holds_records(*thing)
            }
            _ => false,
        }
    }

    /// Whether an item is certainly none for a list in memory.
    fn fits_nowhere(&self, list: &Val<Value>, item: &Val<Value>) -> bool {
        let can_be = |value: &Val<Value>| match value {
            Val::Thing(thing) if self.record_of_instance(*thing).is_some() => true,
            list @ (Val::Thing(_) | Val::List(..)) => self.is_listable(list),
            Val::Object(_, None) | Val::Record(..) => true,
            Val::Object(_, Some(class)) => {
                matches!(class, Class::Int | Class::Float | Class::Bool | Class::Str)
            }
            Val::Char(_) | Val::Text(..) | Val::Tuple(_) => true,
            number => number.shape().python_kinds().is_some(),
        };
        !self.is_listable(list) || !can_be(item)
    }

    /// `list.append(item)`
    pub(super) fn append_to_list(
        &mut self,
        (address, items): (Value, &Items),
        item: &Val<Value>,
    ) -> Done<Option<Flow>> {
        let Some((item, kind)) = self.fitting(item, items)? else { return Ok(None) };
        let Some(items) = self.widen(address, items, &kind) else { return Ok(None) };
        let Some(layout) = items.layout() else { return Ok(None) };
        let (kind, wanted) = (self.word(address, lists::KIND), self.build.int(items.code()));
        let is_kind = self.op(Op::IEq, &[kind, wanted]);
        let (length, room) = (self.word(address, layout.length()), self.word(address, lists::ROOM));
        let is_free = self.op(Op::ILt, &[length, room]);
        let fits = self.op(Op::BAnd, &[is_kind, is_free]);
        self.unless(fits, |this| {
            this.list_call(ListCall::Grow, &[address], Some(&items));
        });
        self.write(address, &items, length, &item);
        let one = self.build.int(1);
        let longer = self.op(Op::IAddWrap, &[length, one]);
        let place = Immediate::Int(layout.length());
        self.build.emit(Op::SetListWord, &[address, longer], place, None);
        Ok(Some(Flow::On))
    }

    /// The handle of the object that a list becomes, for all who have it.
    pub(super) fn object_of_list(&mut self, address: Value) -> Value {
        let exit = self.exit_raised();
        let handle = self.build.emit(Op::ListObject, &[address], Immediate::None, Some(exit))[0];
        let is_readable = self.world.layout().is_some();
        // Instances in it are objects now.
        self.state.forget_instances();
        self.replace_parts(&mut |part| match part {
            Val::Deque(list) if matches!(**list, Val::List(other, _) if other == address) => {
                Some(Val::Object(handle, None))
            }
            Val::List(other, items) if *other == address => Some(match is_readable {
                true => Val::ListObject(handle, items.of_objects()),
                false => Val::Object(handle, Some(Class::List)),
            }),
            _ => None,
        });
        handle
    }

    /// Makes objects of all lists and dicts in a value, and gives it with these.
    pub(super) fn with_objects(&mut self, value: &Val<Value>) -> Done<Val<Value>> {
        let mut value = value.clone();
        loop {
            let mut first = None;
            value.with_parts(&mut |part| {
                if let Val::List(..) | Val::Dict(..) | Val::Text(..) | Val::Record(..) = part {
                    first.get_or_insert_with(|| part.clone());
                }
                None
            });
            let (address, handle) = match first {
                Some(Val::Text(address, length)) => {
                    let handle = self.object_of_text([address, length]);
                    let object = Val::Object(handle, Some(Class::Str));
                    value = value.with_parts(&mut |part| match part {
                        Val::Text(a, l) if [*a, *l] == [address, length] => Some(object.clone()),
                        _ => None,
                    });
                    continue;
                }
                None => return Ok(value),
                Some(Val::Record(address, record)) => {
                    let handle = self.object_of_record(address, &record);
                    value = value.with_parts(&mut |part| match part {
                        Val::Record(other, of) if *other == address => {
                            Some(Val::Instance(handle, of.class))
                        }
                        _ => None,
                    });
                    continue;
                }
                Some(Val::Dict(address, _)) => (address, self.object_of_dict(address)?),
                Some(Val::List(address, _)) => (address, self.object_of_list(address)),
                Some(_) => return self.refused("no list and no dict"),
            };
            value = value.with_parts(&mut |part| match part {
                Val::Deque(list) if matches!(**list, Val::List(other, _) if other == address) => {
                    Some(Val::Object(handle, None))
                }
                Val::List(other, _) | Val::Dict(other, _) if *other == address => {
                    Some(Val::Object(handle, part.class()))
                }
                _ => None,
            });
        }
    }

    /// The same value with copies of its lists, for whoever only looks at their items.
    pub(super) fn with_copies(&mut self, value: &Val<Value>) -> Val<Value> {
        match value {
            Val::List(address, _) => {
                let exit = self.exit_raised();
                let copy =
                    self.build.emit(Op::ListCopy, &[*address], Immediate::None, Some(exit))[0];
                Val::Object(copy, Some(Class::List))
            }
            other => other.clone(),
        }
    }
}
