//! What is known of dicts and sets in memory, and what their keys and values are in registers.

use super::value::{Kinds, Tag, Val};
use crate::ir::dicts::{self, Keys};
use crate::ir::op::Class;

/// What the entries of a dict or a set in memory are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Table {
    /// What the keys are.
    pub keys: Keys,
    /// What the values are; nothing for a set.
    pub values: Option<Kinds>,
    /// What the value of a missing key is, for `collections.defaultdict`: a zero of this kind.
    pub default: Option<Tag>,
}

impl Table {
    /// A dict without entries.
    pub const DICT: Table = Table { keys: Keys::None, values: Some(Kinds::NONE), default: None };
    /// A set without entries.
    pub const SET: Table = Table { keys: Keys::None, values: None, default: None };

    /// The kind as a number, which the dict itself has.
    pub fn code(&self) -> i64 {
        let values = match self.values {
            Some(kinds) => kinds.bits(),
            None => dicts::IS_SET,
        };
        let default = self.default.map_or(0, Tag::number);
        values | default << dicts::DEFAULT_SHIFT | self.keys.code() << dicts::KEYS_SHIFT
    }

    /// What entries are that are of either kind, if a dict can hold both.
    pub fn with(&self, other: &Table) -> Option<Table> {
        let keys = match (self.keys, other.keys) {
            (Keys::None, keys) | (keys, Keys::None) => keys,
            (keys, others) if keys == others => keys,
            (Keys::Chars | Keys::Texts, Keys::Chars | Keys::Texts) => Keys::Texts,
            _ => return None,
        };
        if self.default != other.default {
            return None;
        }
        let values = match (self.values, other.values) {
            (Some(values), Some(others)) => Some(values.with(others)),
            (None, None) => None,
            _ => return None,
        };
        Some(Table { keys, values, default: self.default })
    }
}

/// What is taken out of a dict, entry by entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Its keys.
    Keys,
    /// Its values.
    Values,
    /// Tuples of both.
    Items,
}

impl Table {
    /// It with such keys and values only.
    pub(super) fn of(&self, keys: Keys, values: Option<Kinds>) -> Table {
        Table { keys, values, default: self.default }
    }

    /// The class of the object that it becomes, if it is one that the runtime knows.
    pub(super) fn class(&self) -> Option<Class> {
        match (self.values, self.default) {
            (Some(_), Some(_)) => None,
            (Some(_), None) => Some(Class::Dict),
            (None, _) => Some(Class::Set),
        }
    }
}

impl Part {
    /// The part that a method gives.
    pub fn named(name: &str) -> Option<Part> {
        [Part::Keys, Part::Values, Part::Items].into_iter().find(|part| part.name() == name)
    }

    /// The name of the method that gives it.
    pub fn name(self) -> &'static str {
        match self {
            Part::Keys => "keys",
            Part::Values => "values",
            Part::Items => "items",
        }
    }
}

impl<L> Val<L> {
    /// What keys such a value can be one of, as it is.
    pub(super) fn keys(&self) -> Option<Keys> {
        Some(match self {
            Val::Int(_) | Val::Bool(_) => Keys::Ints,
            Val::Float(_) => Keys::Floats,
            Val::Char(_) => Keys::Chars,
            Val::Text(..) => Keys::Texts,
            Val::Tuple(items) if (1..=dicts::MOST_WORDS).contains(&items.len()) => {
                let are_ints = items.iter().all(|item| matches!(item, Val::Int(_)));
                are_ints.then_some(Keys::Tuples(items.len() as u8))?
            }
            _ => return None,
        })
    }
}

/// The kind of value that all values of a dict are, if they are of one.
pub(super) fn only_value(table: &Table) -> Option<Tag> {
    table.values.and_then(Kinds::only)
}
