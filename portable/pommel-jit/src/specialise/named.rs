//! Named tuples: tuples that know their class. They are taken apart as tuples are, and their fields are read
//! by name.

use super::calls::Given;
use super::state::Gives;
use super::value::{Known, Val};
use super::{Done, Flow, Specialiser};
use crate::code::{Instruction, Reg};
use crate::ir::Value;

/// A class of named tuples.
#[derive(Debug)]
pub struct NamedTuple {
    /// The names of the fields.
    pub fields: Vec<Box<str>>,
    /// The defaults of the last ones.
    pub defaults: Vec<Known>,
}

/// What a class of named tuples says about an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamedMember {
    /// One of the fields.
    Field(usize),
    /// A function in Python: a method.
    Function(Known),
    /// A property, and the function that reads it.
    Property(Known),
    /// `_replace`, as all classes of named tuples have it.
    Replace,
}

/// A named tuple as the tuple that it is; others as they are.
pub(super) fn as_tuple(value: Val<Value>) -> Val<Value> {
    match value {
        Val::Named(tuple, _) => *tuple,
        other => other,
    }
}

impl Specialiser<'_> {
    /// What a class of named tuples makes. `None` if it is none, or does not take what is given.
    pub(super) fn named_tuple(&mut self, class: Known, given: &Given) -> Option<Val<Value>> {
        let named = self.world.named(class)?;
        let mut items: Vec<Option<Val<Value>>> =
            given.positional.iter().cloned().map(Some).collect();
        if items.len() > named.fields.len() {
            return None;
        }
        items.resize(named.fields.len(), None);
        for (name, value) in &given.named {
            let place = named.fields.iter().position(|field| field == name)?;
            if items[place].replace(value.clone()).is_some() {
                return None;
            }
        }
        let first = named.fields.len().checked_sub(named.defaults.len())?;
        let mut made = Vec::new();
        for (place, item) in items.into_iter().enumerate() {
            made.push(match item {
                Some(item) => item,
                None => {
                    let default = *named.defaults.get(place.checked_sub(first)?)?;
                    self.known(default)
                }
            });
        }
        Some(Val::Named(Box::new(Val::Tuple(made.into())), class))
    }

    /// An attribute of a named tuple. `None` if there is no rule.
    pub(super) fn load_of_named(
        &mut self,
        to: Reg,
        value: &Val<Value>,
        name: &str,
        instruction: &Instruction,
    ) -> Done<Option<Flow>> {
        let Val::Named(tuple, class) = value else { return Ok(None) };
        let (Val::Tuple(items), Some(member)) = (&**tuple, self.world.named_member(*class, name))
        else {
            return Ok(None);
        };
        match member {
            NamedMember::Field(place) => match items.get(place) {
                Some(item) => self.set(to, item.clone()).map(Some),
                None => Ok(None),
            },
            NamedMember::Function(function) => {
                self.set(to, Val::Bound(Box::new(value.clone()), function)).map(Some)
            }
            NamedMember::Property(get) => {
                self.follow_method(to, get, vec![value.clone()], Gives::Result, instruction)
            }
            NamedMember::Replace => {
                self.set(to, Val::Method(Box::new(value.clone()), name.into())).map(Some)
            }
        }
    }

    /// What the method `_replace` of a named tuple gives. `None` if it is not that, or an error.
    pub(super) fn replaced(
        &mut self,
        object: &Val<Value>,
        name: &str,
        given: &Given,
    ) -> Option<Val<Value>> {
        let Val::Named(tuple, class) = object else { return None };
        let Val::Tuple(items) = &**tuple else { return None };
        if self.world.named_member(*class, name) != Some(NamedMember::Replace)
            || !given.positional.is_empty()
        {
            return None;
        }
        let named = self.world.named(*class)?;
        let mut items = items.to_vec();
        for (name, value) in &given.named {
            let place = named.fields.iter().position(|field| field == name)?;
            *items.get_mut(place)? = value.clone();
        }
        Some(Val::Named(Box::new(Val::Tuple(items.into())), *class))
    }
}
