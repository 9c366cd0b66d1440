//! Tuples that are items of lists in memory: records there, tuples in registers as soon as they are taken out.

use super::list_rules::is_sortable;
use super::value::{Contents, Items, Kinds, Tag, Thing, Val};
use super::world::Builtin;
use super::{Done, Flow, Specialiser};
use crate::code::{Argument, Instruction, Reg};
use crate::ir::lists::ListCall;
use crate::ir::op::Class;
use crate::ir::records::{self, Part};
use crate::ir::{Immediate, Op, Type, Value};
use std::sync::Arc;

impl Items {
    /// Whether lists in memory hold such items.
    pub(super) fn is_in_memory(&self) -> bool {
        match self {
            Items::Numbers(_) | Items::Characters | Items::Texts => true,
            Items::Lists(inner) => inner.is_in_memory(),
            Items::Tuples(parts) => {
                parts.iter().all(Items::is_in_memory) && record_kind(parts).is_some()
            }
            Items::Records(_) => true,
            Items::Objects(_) | Items::Instances(_) => false,
        }
    }

    /// The same where lists in memory have become objects.
    pub(super) fn of_objects(&self) -> Items {
        match self {
            Items::Records(record) => Items::Instances(record.class),
            Items::Lists(inner) => Items::Lists(inner.of_objects().into()),
            Items::Tuples(parts) => Items::Tuples(parts.iter().map(Items::of_objects).collect()),
            other => other.clone(),
        }
    }

    /// What items of a list in memory are that are of either kind, if one can hold both.
    pub(super) fn with_in_memory(&self, other: &Items) -> Option<Items> {
        self.with(other).filter(Items::is_in_memory)
    }

    /// Whether they are records that the runtime compares.
    pub(super) fn are_ordered_records(&self) -> bool {
        let kind = self.code();
        records::are_records(kind) && records::parts_of(kind).all(Part::is_ordered)
    }
}

/// The kind of lists of records with such parts, if there are such lists.
pub(super) fn record_kind(parts: &[Items]) -> Option<i64> {
    let mut all = Vec::new();
    add_parts(parts, &mut all)?;
    records::kind_of(&all)
}

fn add_parts(items: &[Items], parts: &mut Vec<Part>) -> Option<()> {
    for item in items {
        let part = match item {
            Items::Numbers(Kinds::NONE) => return None,
            Items::Numbers(kinds) => Part::Number(kinds.bits()),
            Items::Texts => Part::Text,
            Items::Lists(_) => Part::List,
            Items::Tuples(inner) => {
                parts.push(Part::Open);
                add_parts(inner, parts)?;
                Part::Close
            }
            Items::Characters | Items::Objects(_) | Items::Instances(_) | Items::Records(_) => {
                return None;
            }
        };
        parts.push(part);
    }
    Some(())
}

impl Specialiser<'_> {
    /// A tuple as one in a list in memory, and what its parts are: lists in it become such ones, strings
    /// become texts. `None` if there is no such tuple.
    pub(super) fn fitting_tuple(
        &mut self,
        parts: &Arc<[Val<Value>]>,
        items: &Items,
    ) -> Done<Option<(Val<Value>, Items)>> {
        // What one part becomes may be in another one: they are changed where all things are.
        let all = self.state.make(Contents::List(parts.to_vec()));
        let Val::Thing(all) = all else { return Ok(None) };
        while let Some(thing) = first_thing(self.state.contents(all)) {
            if self.list_of_thing(thing)?.is_none() {
                self.state.heap[all.0 as usize] = None;
                return Ok(None);
            }
        }
        let Some(Contents::List(parts)) = self.state.heap[all.0 as usize].take() else {
            return Ok(None);
        };
        let (mut values, mut kinds) = (Vec::new(), Vec::new());
        for (i, part) in parts.iter().enumerate() {
            let of = match items {
                Items::Tuples(of) if of.len() == parts.len() => of[i].clone(),
                _ => Items::NONE,
            };
            let Some((value, kind)) = self.fitting(part, &of)? else { return Ok(None) };
            if kind == Items::Characters && self.world.characters().is_none() {
                return Ok(None);
            }
            let value = if kind == Items::Characters { self.as_text(&value) } else { value };
            values.push(value);
            kinds.push(if kind == Items::Characters { Items::Texts } else { kind });
        }
        let kind = Items::Tuples(kinds.into());
        Ok(kind.is_in_memory().then(|| (Val::Tuple(values.into()), kind)))
    }

    /// A part of a tuple as a record has it.
    pub(super) fn as_part(&mut self, part: &Val<Value>, of: &Items) -> Val<Value> {
        match (part, of) {
            (Val::Char(_), Items::Texts) => self.as_text(part),
            (Val::Tuple(parts), Items::Tuples(of)) => {
                let parts = parts.iter().zip(of.iter());
                Val::Tuple(parts.map(|(part, of)| self.as_part(part, of)).collect())
            }
            _ => part.clone(),
        }
    }

    /// The address of a record with the parts of a tuple. Exits where a float is no number.
    pub(super) fn record_of(&mut self, parts: &[Val<Value>], of: &[Items]) -> Value {
        self.guard_numbers(parts);
        let address = self.new_record(record_kind(of).unwrap_or_default());
        let mut place = records::PARTS;
        self.write_parts(address, parts, of, &mut place);
        address
    }

    /// A record for lists of a kind: a free one, if there is one.
    pub(super) fn new_record(&mut self, kind: i64) -> Value {
        let place = Immediate::Int(records::POOL * records::words_of(kind) as i64);
        let pools = self.op(Op::Pools, &[]);
        let first = self.build.emit(Op::LoadI64, &[pools], place, None)[0];
        let zero = self.build.int(0);
        let is_some = self.op(Op::INe, &[first, zero]);
        let on = self.build.function.block();
        let record = self.build.function.param(on, Type::I64);
        let (some, none) = self.build.branch(is_some);
        self.build.block = none;
        let wanted = self.build.int(kind);
        let made = self.list_call(ListCall::Record, &[wanted], None);
        self.build.jump(on, vec![made]);
        self.build.block = some;
        let next = Immediate::Int(records::PARTS);
        let next = self.build.emit(Op::LoadI64, &[first], next, None)[0];
        self.build.emit(Op::StoreI64, &[pools, next], place, None);
        let head = self.build.int(records::head_of(kind));
        self.build.emit(Op::StoreI64, &[first, head], Immediate::Int(records::HEAD), None);
        self.build.jump(on, vec![first]);
        self.build.block = on;
        record
    }

    /// Lets a record be used again that nobody else has.
    pub(super) fn give_back_record(&mut self, record: Value, of: &[Items]) {
        let kind = record_kind(of).unwrap_or_default();
        let place = Immediate::Int(records::POOL * records::words_of(kind) as i64);
        let pools = self.op(Op::Pools, &[]);
        let first = self.build.emit(Op::LoadI64, &[pools], place, None)[0];
        let free = self.build.int(0);
        for (word, distance) in [(free, records::HEAD), (first, records::PARTS)] {
            self.build.emit(Op::StoreI64, &[record, word], Immediate::Int(distance), None);
        }
        self.build.emit(Op::StoreI64, &[pools, record], place, None);
    }

    /// Exits where a float is no number: whether it is equal to itself depends on whose object it is.
    fn guard_numbers(&mut self, parts: &[Val<Value>]) {
        for part in parts {
            let is_number = match part {
                Val::Tuple(inner) => {
                    self.guard_numbers(inner);
                    continue;
                }
                Val::Float(number) => self.op(Op::FEq, &[*number, *number]),
                Val::Number(tag, bits, kinds) if kinds.tags().any(|tag| tag == Tag::Float) => {
                    let float = self.build.int(Tag::Float.number());
                    let is_other = self.op(Op::INe, &[*tag, float]);
                    let number = self.op(Op::FOfBits, &[*bits]);
                    let is_number = self.op(Op::FEq, &[number, number]);
                    self.op(Op::BOr, &[is_other, is_number])
                }
                _ => continue,
            };
            if self.build.bool_constant(is_number) != Some(true) {
                let exit = self.exit();
                self.build.emit(Op::Guard, &[is_number], Immediate::None, Some(exit));
            }
        }
    }

    pub(super) fn write_parts(
        &mut self,
        address: Value,
        parts: &[Val<Value>],
        of: &[Items],
        place: &mut i64,
    ) {
        for (part, of) in parts.iter().zip(of) {
            let words = match (part, of) {
                (Val::Tuple(inner), Items::Tuples(of)) => {
                    self.write_parts(address, inner, of, place);
                    continue;
                }
                (Val::List(list, _), _) => vec![*list],
                (part, Items::Numbers(kinds)) if !has_tag(*kinds) => vec![self.bits(part).1],
                (part, _) => {
                    let (tag, bits) = self.bits(part);
                    vec![tag, bits]
                }
            };
            for word in words {
                self.build.emit(Op::StoreI64, &[address, word], Immediate::Int(*place), None);
                *place += 8;
            }
        }
    }

    /// The tuple that a record is.
    pub(super) fn tuple_of(&mut self, address: Value, of: &[Items]) -> Val<Value> {
        let mut place = records::PARTS;
        Val::Tuple(self.read_parts(address, of, &mut place).into())
    }

    pub(super) fn read_parts(
        &mut self,
        address: Value,
        of: &[Items],
        place: &mut i64,
    ) -> Vec<Val<Value>> {
        let mut parts = Vec::new();
        for of in of {
            let mut next = |this: &mut Self, op| {
                let distance = Immediate::Int(*place);
                *place += 8;
                this.build.emit(op, &[address], distance, None)[0]
            };
            parts.push(match of {
                Items::Tuples(inner) => Val::Tuple(self.read_parts(address, inner, place).into()),
                Items::Lists(inner) => Val::List(next(self, Op::LoadI64), (**inner).clone()),
                Items::Texts => Val::Text(next(self, Op::LoadI64), next(self, Op::LoadI64)),
                Items::Numbers(kinds) => match kinds.only().filter(|_| !has_tag(*kinds)) {
                    Some(Tag::Float) => Val::Float(next(self, Op::LoadF64)),
                    Some(Tag::Bool) => Val::Bool(next(self, Op::LoadBool)),
                    Some(_) => Val::Int(next(self, Op::LoadI64)),
                    None => {
                        let (tag, bits) = (next(self, Op::LoadI64), next(self, Op::LoadI64));
                        match kinds.only() {
                            Some(_) => Val::None,
                            None => Val::Number(tag, bits, *kinds),
                        }
                    }
                },
                Items::Characters | Items::Objects(_) | Items::Instances(_) | Items::Records(_) => {
                    Val::None
                }
            });
        }
        parts
    }

    /// Whether a method is `sort` of a list in memory, which a function, called item by item, cannot know:
    /// it would see a list without items. One that was there before does not, nor does one that has no
    /// variables of others.
    pub(super) fn is_sort_by(&self, method: &Val<Value>, key: &Val<Value>) -> bool {
        let Val::Method(list, name) = method else { return false };
        let cannot_know = match key {
            Val::Known(_) => true,
            Val::Thing(thing) => match self.state.contents(*thing) {
                Contents::Function { defaults, keyword_defaults, cells, .. } => {
                    defaults.is_empty() && keyword_defaults.is_empty() && cells.is_empty()
                }
                _ => false,
            },
            _ => false,
        };
        &**name == "sort" && self.is_listable(list) && cannot_know
    }

    /// A list of the items of what `sorted` is given.
    pub(super) fn new_list_of(
        &mut self,
        to: Reg,
        from: Reg,
        instruction: &Instruction,
    ) -> Done<Flow> {
        let value = self.get(from);
        let arguments = [Argument::Positional(from)];
        let entries = self.listed_entries(Builtin::List, core::slice::from_ref(&value));
        if let ([list @ Val::List(..)], Val::Dict(..) | Val::DictView(..)) = (&entries[..], &value)
        {
            return self.set(to, list.clone());
        }
        if let Some((made, items)) = self.collected(Builtin::List, &value, &arguments)? {
            return self.set(to, Val::List(made, items));
        }
        if !matches!(value, Val::ListObject(..) | Val::TupleObject(..))
            && let Some(list) = self.list_from(&value)?
        {
            return self.set(to, list);
        }
        let flow = self.perform(instruction)?;
        if let (Val::Object(handle, _), Val::ListObject(_, items) | Val::TupleObject(_, items)) =
            (self.get(to), &value)
            && flow == Flow::On
        {
            self.set(to, Val::ListObject(handle, items.clone()))?;
        }
        Ok(flow)
    }

    /// Sorts a list by keys.
    pub(super) fn sort_by_keys(
        &mut self,
        to: Reg,
        [list, keys, backwards]: [Reg; 3],
        instruction: &Instruction,
    ) -> Done<Flow> {
        let Val::Bool(backwards) = self.get(backwards) else { return self.perform(instruction) };
        let others = match self.get(list) {
            Val::ListObject(handle, _) => Some(handle),
            _ => None,
        };
        let can_be = others.is_some() || self.is_listable(&self.get(list));
        let can_be = can_be && self.is_listable(&self.get(keys));
        let kinds = match self.get(keys) {
            _ if !can_be => None,
            value => self.as_list(&value)?,
        };
        let Some((keys, kinds)) = kinds.filter(|(_, kinds)| is_sortable(kinds)) else {
            return self.perform(instruction);
        };
        if let Some(handle) = others {
            let object = self.op(Op::Address, &[handle]);
            let backwards = self.op(Op::BToI, &[backwards]);
            self.list_call(ListCall::SortOthersBy, &[object, keys, backwards], None);
            self.build.emit(Op::Keep, &[handle], Immediate::None, None);
            let list = self.get(list);
            return self.set(to, list);
        }
        let Some((address, items)) = self.as_list(&self.get(list))? else {
            return self.perform(instruction);
        };
        if kinds.layout().is_some() && items.layout().is_some() {
            let backwards = self.op(Op::BToI, &[backwards]);
            self.list_call(ListCall::SortBy, &[address, keys, backwards], None);
        }
        let list = self.get(list);
        self.set(to, list)
    }

    /// Whether a tuple is in a list of tuples in memory. `None` if there is no rule.
    pub(super) fn is_in_records(
        &mut self,
        item: &Val<Value>,
        list: &Val<Value>,
    ) -> Done<Option<Value>> {
        let Some(place) = self.search_records(ListCall::Find, item, list)? else {
            return Ok(None);
        };
        let zero = self.build.int(0);
        Ok(Some(self.op(Op::ILe, &[zero, place])))
    }

    /// The position of a tuple in a list of tuples, -1 if it is not there, or how often it is: as the call says.
    /// `None` if there is no rule.
    pub(super) fn search_records(
        &mut self,
        call: ListCall,
        item: &Val<Value>,
        list: &Val<Value>,
    ) -> Done<Option<Value>> {
        let (Val::Tuple(parts), Val::List(address, items)) = (item, list) else { return Ok(None) };
        let (address, items) = (*address, items.clone());
        let is_plain = |part: &Val<Value>| {
            part.shape().python_kinds().is_some() || part.class() == Some(Class::Str)
        };
        if !items.are_ordered_records() || !parts.iter().all(is_plain) {
            return Ok(None);
        }
        let Some((Val::Tuple(parts), kind)) = self.fitting_tuple(parts, &items)? else {
            return Ok(None);
        };
        let Items::Tuples(of) = &items else { return Ok(None) };
        if items.with_in_memory(&kind).as_ref() != Some(&items) {
            return Ok(None);
        }
        self.guard_kind(address, &items);
        let record = self.record_of(&parts, of);
        Ok(Some(self.list_call(call, &[address, record], None)))
    }
}

/// Whether numbers of some kinds have their tag in memory.
fn has_tag(kinds: Kinds) -> bool {
    Part::Number(kinds.bits()).has_tag()
}

fn first_thing(contents: &Contents<Value>) -> Option<Thing> {
    let mut first = None;
    contents.things(&mut |thing| {
        first.get_or_insert(thing);
    });
    first
}
