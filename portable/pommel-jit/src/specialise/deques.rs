//! `collections.deque` of what lists in memory hold: a list in memory whose object is a deque.

use super::value::{Contents, Val};
use super::{Done, Flow, Specialiser};
use crate::code::Reg;
use crate::ir::Value;
use crate::ir::lists::ListCall;

/// Methods that machine code knows.
const METHODS: [&str; 6] = ["append", "appendleft", "clear", "extend", "pop", "popleft"];

/// Whether it has a rule for a method of deques.
pub(super) fn is_method_of_deque(name: &str) -> bool {
    METHODS.contains(&name)
}

impl Specialiser<'_> {
    /// `collections.deque(items)`
    pub(super) fn deque(&mut self, parts: &[Val<Value>]) -> Done<Option<Val<Value>>> {
        let list = match parts {
            [] => Some(self.state.make(Contents::List(vec![]))),
            [items] => self.list_from(items)?,
            _ => None,
        };
        let Some(list) = list else { return Ok(None) };
        let Some((address, items)) = self.as_list(&list)? else { return Ok(None) };
        self.list_call(ListCall::Deque, &[address], None);
        Ok(Some(Val::Deque(Box::new(Val::List(address, items)))))
    }

    /// How many items a deque has.
    pub(super) fn length_of_deque(&mut self, list: &Val<Value>) -> Value {
        match list {
            Val::List(address, items) => self.list_length(*address, items),
            _ => self.build.int(0),
        }
    }

    /// A method of a deque. `None` if there is no rule for it.
    pub(super) fn deque_method(
        &mut self,
        to: Reg,
        list: &Val<Value>,
        name: &str,
        given: &[Val<Value>],
    ) -> Done<Option<Flow>> {
        let Val::List(address, items) = list else { return Ok(None) };
        let list = (*address, items);
        match (name, given) {
            ("append", [_]) | ("clear" | "pop", []) => self.list_method(to, list, name, given),
            ("extend", [Val::Range(_) | Val::List(..) | Val::Tuple(_)]) => {
                self.list_method(to, list, name, given)
            }
            ("popleft", []) => {
                let first = self.build.int(0);
                self.pop(to, list, Some(first)).map(Some)
            }
            ("appendleft", [item]) => {
                let first = Val::Int(self.build.int(0));
                self.list_method(to, list, "insert", &[first, item.clone()])
            }
            _ => Ok(None),
        }
    }
}
