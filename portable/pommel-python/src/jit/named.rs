//! Classes of named tuples, for the specialiser.

use super::known::Inquiry;
use pommel::prelude::*;
use pommel_jit::specialise::{Description, Known, NamedMember, NamedTuple, World};
use std::ffi::CStr;

/// What such a class has as every tuple has it, and what makes one.
const LOOKED_AT: [&str; 17] = [
    "__new__",
    "__init__",
    "__del__",
    "__getattribute__",
    "__getattr__",
    "__eq__",
    "__ne__",
    "__lt__",
    "__le__",
    "__gt__",
    "__ge__",
    "__iter__",
    "__len__",
    "__getitem__",
    "__contains__",
    "__bool__",
    "_fields",
];

impl<'c> Inquiry<'c> {
    /// The class of an object, if it is a named tuple that is known by its parts.
    pub(super) fn class_of_named(&mut self, object: &Object<'c>) -> Option<Known> {
        if !object.is_a::<Tuple>() {
            return None;
        }
        let class = self.know(&object.type_());
        self.named(class).map(|_| class)
    }

    /// What a class of named tuples is like, if making one takes no more than a tuple.
    pub(super) fn look_at_named(&mut self, class: Known) -> Result<Option<NamedTuple>> {
        let object = self.object(class);
        if !object.type_().is(&self.ctx().builtin(c"type")?) {
            return Ok(None);
        }
        let parts = helper(self.ctx(), c"named_tuple")?.call((object,))?;
        if parts.is_none() {
            return Ok(None);
        }
        // What was looked at must stay so.
        for name in LOOKED_AT {
            self.found_in_class(class, name)?;
        }
        let new = self.know(&parts.get_item(0_isize)?);
        self.fixed(new, c"__code__")?;
        self.fixed(new, c"__defaults__")?;
        let fields = parts.get_item(1_isize)?.iter_as::<String>()?;
        let fields = fields.map(|name| Ok(name?.into_boxed_str())).collect::<Result<_>>()?;
        let defaults = parts.get_item(2_isize)?.iter()?.collect::<Result<Vec<_>>>()?;
        let defaults = defaults.iter().map(|default| self.know(default)).collect();
        Ok(Some(NamedTuple { fields, defaults }))
    }

    /// What such a class says about an attribute.
    pub(super) fn look_at_named_member(
        &mut self,
        class: Known,
        name: &str,
    ) -> Result<Option<NamedMember>> {
        let Some(found) = self.found_in_class(class, name)? else { return Ok(None) };
        let kind = helper(self.ctx(), c"named_member")?.call((&found,))?;
        if let Ok(place) = kind.extract::<i64>() {
            return Ok(match usize::try_from(place) {
                Ok(place) => Some(NamedMember::Field(place)),
                Err(_) => Some(NamedMember::Replace),
            });
        }
        let function = if kind.is_none() { found } else { kind.clone() };
        Ok(match self.described_of(&function) {
            Description::Function(_) if kind.is_none() => {
                Some(NamedMember::Function(self.know(&function)))
            }
            Description::Function(_) => Some(NamedMember::Property(self.know(&function))),
            _ => None,
        })
    }
}

/// A function of the part that is written in Python.
fn helper<'c>(ctx: Ctx<'c>, name: &CStr) -> Result<Object<'c>> {
    ctx.import(c"pommel._compiled")?.get_attr(name)
}
