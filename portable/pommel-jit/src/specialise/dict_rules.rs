//! What programs do with dicts and sets in memory by instructions and methods.

use super::dicts::{entries_of, items_of_dict};
use super::tables::{Part, Table};
use super::value::Val;
use super::world::Builtin;
use super::{Done, Flow, Specialiser};
use crate::code::{Instruction, Reg};
use crate::ir::Value;
use crate::ir::dicts::DictCall;
use crate::ir::lists::Layout;

impl Specialiser<'_> {
    /// An instruction that makes a dict or a set or adds to one that this code makes.
    pub(super) fn dict_instruction(&mut self, instruction: &Instruction) -> Done<Flow> {
        let done = match instruction {
            Instruction::MakeDict { to, .. } | Instruction::MakeSet { to, .. } => {
                match entries_of(instruction, |register| self.get(register)) {
                    Some((table, entries)) => self.make_table(*to, table, &entries)?,
                    None => None,
                }
            }
            Instruction::DictInsert { dict, key, value } => match self.get(*dict) {
                Val::Dict(address, table) => {
                    let (key, value) = (self.get(*key), self.get(*value));
                    self.store_to_dict((address, &table), &key, &value)?
                }
                _ => None,
            },
            Instruction::SetAdd { set, item } => match self.get(*set) {
                Val::Dict(address, table) => {
                    let item = self.get(*item);
                    self.add_to_set((address, &table), &item)?
                }
                _ => None,
            },
            _ => None,
        };
        match done {
            Some(flow) => Ok(flow),
            None => self.perform(instruction),
        }
    }

    /// A method of a dict or a set with positional arguments. `None` if there is no rule for it.
    pub(super) fn dict_method(
        &mut self,
        to: Reg,
        (address, table): (Value, &Table),
        name: &str,
        given: &[Val<Value>],
    ) -> Done<Option<Flow>> {
        let dict = (address, table);
        match (name, given, table.values) {
            ("get", [key], Some(_)) => self.get_from_dict(to, dict, key, &Val::None),
            ("get", [key, otherwise], Some(_)) => self.get_from_dict(to, dict, key, otherwise),
            ("setdefault", [key, value], Some(_)) => self.set_default(to, dict, key, value),
            ("pop", [key], Some(_)) => self.take_from_dict(to, dict, key, None),
            ("pop", [key, otherwise], Some(_)) => {
                self.take_from_dict(to, dict, key, Some(otherwise.clone()))
            }
            ("remove", [key], None) => self.take_from_dict(to, dict, key, None),
            ("discard", [key], None) => self.take_from_dict(to, dict, key, Some(Val::None)),
            ("add", [key], None) => match self.add_to_set(dict, key)? {
                Some(Flow::On) => self.set(to, Val::None).map(Some),
                other => Ok(other),
            },
            ("clear", [], _) => {
                if self.guard_not_iterated(address) == Flow::Ends {
                    return Ok(Some(Flow::Ends));
                }
                let kind = self.build.int(table.code());
                self.dict_call(DictCall::Clear, &[address, kind]);
                self.set(to, Val::None).map(Some)
            }
            (name, [], Some(_)) if let Some(part) = Part::named(name) => {
                let view = Val::DictView(Box::new(Val::Dict(address, *table)), part);
                self.set(to, view).map(Some)
            }
            _ => Ok(None),
        }
    }
}

/// Whether objects of class `dict` have a method whose calls are done at once.
pub(super) fn is_method_of_dict(name: &str) -> bool {
    let all = ["get", "setdefault", "pop", "popitem", "update", "clear", "copy"];
    all.contains(&name) || Part::named(name).is_some()
}

/// Whether dicts, or sets, have a method that there is a rule for.
pub(super) fn is_method_of_table(table: &Table, name: &str) -> bool {
    let dicts = ["get", "setdefault", "pop", "clear", "keys", "values", "items"];
    match table.values {
        Some(_) => dicts.contains(&name),
        None => ["add", "remove", "discard", "clear"].contains(&name),
    }
}

impl Specialiser<'_> {
    /// The arguments of a builtin that takes the keys or values of a dict one after the other, with a list of
    /// them in its place; of a set, if the order does not matter.
    pub(super) fn listed_entries(
        &mut self,
        builtin: Builtin,
        given: &[Val<Value>],
    ) -> Vec<Val<Value>> {
        let [value @ (Val::Dict(..) | Val::DictView(..))] = given else { return given.to_vec() };
        let is_set = matches!(value, Val::Dict(_, Table { values: None, .. }));
        let layout = items_of_dict(value).and_then(|items| items.layout());
        let has_rule = match (builtin, layout) {
            (Builtin::List, Some(_)) => !is_set,
            (Builtin::Sorted | Builtin::Sum, Some(Layout::Ints | Layout::Bools)) => true,
            (Builtin::Sorted, Some(Layout::Characters | Layout::Texts)) => true,
            (Builtin::Min | Builtin::Max, Some(Layout::Ints)) => true,
            (Builtin::Sorted | Builtin::Min | Builtin::Max, Some(Layout::Floats)) => !is_set,
            _ => false,
        };
        let list = if has_rule { self.list_of_dict(value) } else { None };
        list.map_or_else(|| given.to_vec(), |list| vec![list])
    }
}
