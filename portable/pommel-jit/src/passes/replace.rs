//! Values that are replaced by others, all at once.

use crate::ir::{Function, Value};

/// What each value is replaced by.
pub(super) struct Replacements {
    to: Vec<Value>,
    is_empty: bool,
}

impl Replacements {
    /// None so far.
    pub(super) fn of(function: &Function) -> Replacements {
        let to = (0..function.types.len() as u32).map(Value).collect();
        Replacements { to, is_empty: true }
    }

    /// What a value is replaced by in the end: itself, if by nothing.
    pub(super) fn get(&self, mut value: Value) -> Value {
        // Values that are newer than the replacements are replaced by nothing.
        while let Some(next) = self.to.get(value.0 as usize).filter(|next| **next != value) {
            value = *next;
        }
        value
    }

    /// Replaces a value, unless it would be by itself. Whether it did.
    pub(super) fn set(&mut self, value: Value, by: Value) -> bool {
        let (value, by) = (self.get(value), self.get(by));
        if value == by {
            return false;
        }
        self.to[value.0 as usize] = by;
        self.is_empty = false;
        true
    }

    /// Puts the new values everywhere.
    pub(super) fn apply(&self, function: &mut Function) {
        if self.is_empty {
            return;
        }
        for block in &mut function.blocks {
            for inst in &mut block.insts {
                inst.each_use(|value| *value = self.get(*value));
            }
            block.end.each_use(|value| *value = self.get(*value));
        }
    }
}
