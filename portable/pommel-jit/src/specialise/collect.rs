//! `list` and `sorted` of what iterates without being a list: `zip`, `enumerate`, entries of dicts. The items
//! go into a list in memory, in a loop of their own.

use super::calls::Given;
use super::join::leaf_types;
use super::list_rules::is_sortable;
use super::tables::{Part, Table};
use super::value::{Contents, Items, Kinds, Tag, Val, infallible};
use super::world::{Builtin, Description};
use super::{Done, Flow, Specialiser};
use crate::code::{Argument, Instruction, Reg, Special};
use crate::ir::Value;
use crate::ir::dicts::{Keys, MOST_WORDS};

impl Specialiser<'_> {
    /// What a builtin gives for a class, for what iterates, or for nothing. `None` if there is no rule.
    pub(super) fn asked_of_items(
        &mut self,
        to: Reg,
        builtin: Builtin,
        (given, arguments): (&Given, &[Argument]),
        instruction: &Instruction,
    ) -> Done<Option<Flow>> {
        if let Some(flow) = self.asked_of_class(to, builtin, (given, arguments), instruction)? {
            return Ok(Some(flow));
        }
        match (builtin, &given.positional[..]) {
            // An error, always.
            (Builtin::Min | Builtin::Max, [Val::Tuple(items)])
                if items.is_empty() && given.named.is_empty() =>
            {
                self.leave();
                Ok(Some(Flow::Ends))
            }
            (Builtin::List | Builtin::Sorted, [value])
                if given.named.is_empty() || builtin == Builtin::Sorted =>
            {
                let Some(backwards) = self.backwards(&given.named) else { return Ok(None) };
                let Some((made, items)) = self.collected(builtin, value, arguments)? else {
                    return Ok(None);
                };
                if builtin == Builtin::Sorted {
                    self.sort(made, backwards);
                }
                self.set(to, Val::List(made, items)).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// A list in memory of what an argument iterates over, which nobody iterates over behind that. `None` if
    /// there is no rule.
    pub(super) fn collected(
        &mut self,
        builtin: Builtin,
        value: &Val<Value>,
        arguments: &[Argument],
    ) -> Done<Option<(Value, Items)>> {
        let can_be =
            matches!(value, Val::Zip(_) | Val::Enumerate(..) | Val::DictView(_, Part::Items));
        let can_be = can_be && !self.is_refuted();
        let Some(Argument::Positional(register)) = arguments.first().filter(|_| can_be) else {
            return Ok(None);
        };
        if matches!(value, Val::Zip(_) | Val::Enumerate(..)) && !self.is_last_use(*register) {
            return Ok(None);
        }
        let Some(iterator) = self.iterator(value)? else { return Ok(None) };
        let kind = items_of_iterator(&iterator).filter(Items::is_in_memory);
        match kind.filter(|kind| builtin == Builtin::List || is_sortable(kind)) {
            Some(kind) => self.collect(&iterator, &kind).map(Some),
            None => Ok(None),
        }
    }

    /// Whether an instruction may make a list of the items that an iterator has left, which nobody asks for
    /// more: nobody else has it, as it would be an object then.
    pub(super) fn is_collected(&mut self, instruction: &Instruction, iterator: Reg) -> bool {
        let takes = match instruction {
            Instruction::Special { operation, .. } => *operation == Special::ToList,
            Instruction::Call { callee, arguments, .. } => match self.get(*callee) {
                Val::Known(known) if matches!(arguments[..], [Argument::Positional(_), ..]) => {
                    matches!(
                        self.world.describe(known),
                        Description::Builtin(Builtin::List | Builtin::Sorted)
                    )
                }
                _ => false,
            },
            _ => false,
        };
        let items = items_of_iterator(&self.get(iterator)).filter(Items::is_in_memory);
        takes && items.is_some() && !self.is_refuted() && self.is_last_use(iterator)
    }

    /// Whether a register is not read any more behind the instruction.
    fn is_last_use(&self, register: Reg) -> bool {
        let frame = self.state.top();
        let mut behind = frame.point;
        behind.index += 1;
        !frame.code.liveness().at(&frame.code, behind).contains(register)
    }

    fn collect(&mut self, iterator: &Val<Value>, kind: &Items) -> Done<(Value, Items)> {
        let zero = self.build.int(0);
        let made = self.new_list(&Items::NONE, zero, None);
        let list = Val::List(made, kind.clone());
        self.for_each(iterator, list, &mut |this, item| {
            Ok(this.append_to_list((made, kind), item)?.is_some())
        })?;
        Ok((made, kind.clone()))
    }

    /// `set` of a list in memory or a range. `None` if there is no rule for it: of what is an object, the
    /// interpreter makes one faster.
    pub(super) fn set_from(&mut self, value: &Val<Value>) -> Done<Option<Val<Value>>> {
        if !matches!(value, Val::List(..) | Val::Range(_)) || self.is_refuted() {
            return Ok(None);
        }
        let Some(iterator) = self.iterator(value)? else { return Ok(None) };
        let keys = items_of_iterator(&iterator).and_then(|items| keys_of(&items));
        let Some(keys) = keys else { return Ok(None) };
        let table = Table { keys, ..Table::SET };
        let Val::Dict(address, _) = self.new_dict(table) else { return Ok(None) };
        let set = Val::Dict(address, table);
        self.for_each(&iterator, set.clone(), &mut |this, item| {
            Ok(this.add_to_set((address, &table), item)?.is_some())
        })?;
        Ok(Some(set))
    }

    /// Does something with each item of an iterator, to something that is in use as long as items come.
    /// Whether there is a rule for that is said by what is done.
    fn for_each(
        &mut self,
        iterator: &Val<Value>,
        to: Val<Value>,
        each: &mut dyn FnMut(&mut Self, &Val<Value>) -> Done<bool>,
    ) -> Done {
        let Val::Thing(holder) = self.state.make(Contents::Cell(to)) else {
            return self.refused("no holder");
        };
        let head = self.build.function.block();
        let mut leaves = Vec::new();
        infallible(iterator.map(&mut |leaf| {
            leaves.push(*leaf);
            Ok(())
        }));
        self.build.jump(head, leaves);
        let types = leaf_types(&iterator.shape()).into_iter();
        let params: Vec<Value> = types.map(|of| self.build.function.param(head, of)).collect();
        let mut params = params.into_iter();
        let inside = infallible(iterator.map(&mut |_| Ok(params.next().expect("one for each"))));
        self.build.block = head;
        self.state.forget_instances();
        let Some(step) = self.step(&inside)? else { return self.refused("no iterator") };
        let (body, behind) = self.build.branch(step.has_item);
        self.build.block = body;
        let item = self.item(step.item)?;
        if !each(self, &item)? {
            return self.refused("an item that there is no rule for");
        }
        let mut leaves = Vec::new();
        infallible(step.rest.map(&mut |leaf| {
            leaves.push(*leaf);
            Ok(())
        }));
        self.build.jump(head, leaves);
        self.build.block = behind;
        self.state.heap[holder.0 as usize] = None;
        // What is known of the last round is not known where there is none.
        self.state.forget_instances();
        Ok(())
    }
}

/// What items are as keys of a set, if they can be.
fn keys_of(items: &Items) -> Option<Keys> {
    let is_int =
        |items: &Items| matches!(items, Items::Numbers(kinds) if kinds.only() == Some(Tag::Int));
    Some(match items {
        items if is_int(items) => Keys::Ints,
        Items::Numbers(kinds) if kinds.only() == Some(Tag::Float) => Keys::Floats,
        Items::Characters => Keys::Chars,
        Items::Texts => Keys::Texts,
        Items::Tuples(parts) if parts.len() <= MOST_WORDS && parts.iter().all(is_int) => {
            Keys::Tuples(parts.len() as u8)
        }
        _ => return None,
    })
}

/// What an iterator gives, if that is known and such as lists in memory hold.
fn items_of_iterator(iterator: &Val<Value>) -> Option<Items> {
    let number = |tag| Items::Numbers(Kinds::one(tag));
    Some(match iterator {
        Val::RangeIterator(..) | Val::SteppingIterator(_) => number(Tag::Int),
        Val::ListIterator(list, _) | Val::ReverseIterator(list, _) => match &**list {
            Val::List(_, items) => items.clone(),
            Val::ListObject(_, items @ Items::Numbers(_)) if items.layout().is_some() => {
                items.clone()
            }
            _ => return None,
        },
        Val::DictIterator(dict, part, _) => {
            let Val::Dict(_, table) = &**dict else { return None };
            let keys = match table.keys {
                Keys::None => return None,
                Keys::Ints => number(Tag::Int),
                Keys::Floats => number(Tag::Float),
                Keys::Chars => Items::Characters,
                Keys::Texts => Items::Texts,
                Keys::Tuples(count) => {
                    Items::Tuples((0..count).map(|_| number(Tag::Int)).collect())
                }
            };
            match part {
                Part::Keys => keys,
                Part::Values => Items::Numbers(table.values?),
                Part::Items => Items::Tuples([as_part(keys), Items::Numbers(table.values?)].into()),
            }
        }
        Val::Enumerate(inner, _) => {
            Items::Tuples([number(Tag::Int), as_part(items_of_iterator(inner)?)].into())
        }
        Val::Zip(inner) => {
            let parts = inner.iter().map(|inner| items_of_iterator(inner).map(as_part));
            Items::Tuples(parts.collect::<Option<_>>()?)
        }
        _ => return None,
    })
}

/// Characters in tuples are texts.
fn as_part(items: Items) -> Items {
    if items == Items::Characters { Items::Texts } else { items }
}
