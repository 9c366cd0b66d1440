//! What classes say of their instances, for the specialiser.
//!
//! A class is looked at as the interpreter does: in the dicts of the class and of those that it is derived
//! from, without running code of theirs.

use super::known::{Fact, Inquiry};
use super::shapes::{class_of, item_kind};
use pommel::prelude::*;
use pommel::raw::{attribute_place, places};
use pommel_jit::specialise::{
    AttributePlace, Builtin, Description, Items, Known, Maker, Member, MemberKind, Way,
};
use std::ffi::CStr;

/// A class that was made when the program runs, as `__flags__` says.
const HEAP_TYPE: i64 = 1 << 9;

/// Whether a class was made when the program ran.
fn was_made_by_program(class: &Object<'_>) -> Result<bool> {
    Ok(class.get_attr(c"__flags__")?.extract::<i64>()? & HEAP_TYPE != 0)
}

/// What a class has by a name, or one that it is derived from: only those behind one of them, if that is
/// given.
pub(super) fn in_class<'c>(
    class: &Object<'c>,
    behind: Option<&Object<'c>>,
    name: &Object<'c>,
) -> Result<Option<Object<'c>>> {
    let mut is_behind = behind.is_none();
    for one in class.get_attr(c"__mro__")?.iter()? {
        let one = one?;
        if !is_behind {
            is_behind = behind.is_some_and(|behind| one.is(behind));
            continue;
        }
        let dict = one.get_attr(c"__dict__")?;
        if dict.contains(name)? {
            return dict.get_item(name).map(Some);
        }
    }
    Ok(None)
}

/// Whether one class is among those that another one is derived from.
pub(super) fn is_among<'c>(class: &Object<'c>, of: &Object<'c>) -> Result<bool> {
    for one in class.get_attr(c"__mro__")?.iter()? {
        if one?.is(of) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Where instances of a class have an attribute, by its name or by the descriptor of a slot.
pub(super) fn place_of(class: &Object<'_>, name: &Object<'_>) -> Option<AttributePlace> {
    let [kind, check, offset, unshared] = attribute_place(class, name)?;
    let way = match kind {
        places::MEMBER => Way::Member,
        places::INSIDE => Way::Inside,
        places::BEHIND_TAGGED => Way::BehindTagged,
        places::BEHIND => Way::Behind,
        _ => return None,
    };
    let offset = (offset != places::NOWHERE).then_some(offset);
    Some(AttributePlace { way, check, offset, unshared: (unshared != 0).then_some(unshared) })
}

/// The instance and the function of a method of an instance.
pub(super) fn parts_of_method<'c>(object: &Object<'c>) -> Result<Option<(Object<'c>, Object<'c>)>> {
    let method = object.ctx().import(c"types")?.get_attr(c"MethodType")?;
    if !object.type_().is(&method) {
        return Ok(None);
    }
    Ok(Some((object.get_attr(c"__self__")?, object.get_attr(c"__func__")?)))
}

impl<'c> Inquiry<'c> {
    /// Whether an object is a class of the simple kind: [`Description::Class`].
    pub(super) fn is_simple_class(&mut self, known: Known) -> Result<bool> {
        let ctx = self.ctx();
        let class = self.object(known);
        if self.layout_of_objects().is_none() || !class.type_().is(&ctx.builtin(c"type")?) {
            return Ok(false);
        }
        if !was_made_by_program(&class)? {
            return Ok(false);
        }
        let object = ctx.builtin(c"object")?;
        for name in [c"__getattribute__", c"__setattr__"] {
            let usual =
                object.get_attr(c"__dict__")?.get_item(name.to_str().unwrap_or_default())?;
            match self.found_in_class(known, name.to_str().unwrap_or_default())? {
                Some(found) if found.is(&usual) => {}
                _ => return Ok(false),
            }
        }
        Ok(true)
    }

    /// The first class of the interpreter's own that a class of exceptions is derived from, if that is all
    /// that makes one.
    pub(super) fn look_at_exception_class(&mut self, known: Known) -> Result<Option<Builtin>> {
        let ctx = self.ctx();
        let class = self.object(known);
        if !class.type_().is(&ctx.builtin(c"type")?) || !was_made_by_program(&class)? {
            return Ok(None);
        }
        let Some((base, builtin)) = self.exception_among(&class)? else { return Ok(None) };
        for name in ["__new__", "__init__", "__del__", "__str__", "args", "__getattribute__"] {
            let key = self.know_name(name)?;
            let usual = in_class(&base, None, &self.object(Known(key)))?;
            let found = self.found_in_class(known, name)?;
            let is_usual = match (&found, &usual) {
                (Some(found), Some(usual)) => found.is(usual),
                (found, usual) => found.is_none() && usual.is_none(),
            };
            if !is_usual {
                return Ok(None);
            }
        }
        Ok(Some(builtin))
    }

    /// The class of an object, if it is of the simple kind. The object is an example for its instances.
    pub(super) fn class_of_instance(&mut self, object: &Object<'c>) -> Option<Known> {
        let class: Object<'c> = (*object.type_()).clone();
        let is_ours = class_of(object).is_some();
        if is_ours || !was_made_by_program(&class).is_ok_and(|was_made| was_made) {
            return None;
        }
        let known = self.know(&class);
        if let Description::Class = self.described(known) {
            self.samples.entry(known).or_insert_with(|| object.clone());
            return Some(known);
        }
        None
    }

    /// What a class has by a name, which must stay so.
    pub(super) fn found_in_class(
        &mut self,
        class: Known,
        name: &str,
    ) -> Result<Option<Object<'c>>> {
        self.found_behind(class, None, name)
    }

    /// The same behind one of the classes that it is derived from.
    fn found_behind(
        &mut self,
        class: Known,
        behind: Option<Known>,
        name: &str,
    ) -> Result<Option<Object<'c>>> {
        let name = self.know_name(name)?;
        let one = behind.map(|behind| self.object(behind));
        let found = in_class(&self.object(class), one.as_ref(), &self.object(Known(name)))?;
        let value = found.as_ref().map(|found| self.know(found).0);
        let behind = behind.map(|behind| behind.0);
        self.take_for_granted(Fact::InClass { class: class.0, behind, name, value });
        Ok(found)
    }

    /// What those behind one of the classes have by a name that a class is derived from.
    pub(super) fn look_behind(
        &mut self,
        class: Known,
        behind: Known,
        name: &str,
    ) -> Result<Option<MemberKind>> {
        match self.found_behind(class, Some(behind), name)? {
            Some(found) => self.kind_of_member(class, &found).map(Some),
            None => Ok(None),
        }
    }

    pub(super) fn look_at_member(&mut self, class: Known, name: &str) -> Result<Option<Member>> {
        if !matches!(self.described(class), Description::Class) {
            return Ok(None);
        }
        let found = self.found_in_class(class, name)?;
        let kind = match &found {
            None => MemberKind::Nothing,
            Some(found) => self.kind_of_member(class, found)?,
        };
        let key = match (&kind, &found) {
            (MemberKind::Slot, Some(descriptor)) => descriptor.clone(),
            _ => {
                let name = self.know_name(name)?;
                self.object(Known(name))
            }
        };
        let place = place_of(&self.object(class), &key);
        if let Some(AttributePlace { offset: None, way, .. }) = place
            && way != Way::Member
        {
            let name = self.know_name(name)?;
            self.take_for_granted(Fact::Lacks { class: class.0, name });
        }
        let is_there = place.is_some_and(|place| place.offset.is_some());
        let sample = if is_there { self.sample(class, name)? } else { Items::Objects(None) };
        let is_open = self.object(class).get_attr(c"__dictoffset__")?.extract::<i64>()? != 0;
        Ok(Some(Member { kind, place, is_open, sample }))
    }

    /// What a class has by a name that its own class has not.
    pub(super) fn look_at_class(&mut self, class: Known, name: &str) -> Result<Option<MemberKind>> {
        if self.ctx().builtin(c"type")?.has_attr(name) {
            return Ok(None);
        }
        Ok(self.look_at_member(class, name)?.map(|member| member.kind))
    }

    /// What an attribute of the example of a class is.
    fn sample(&mut self, class: Known, name: &str) -> Result<Items> {
        let Some(instance) = self.samples.get(&class).cloned() else {
            return Ok(Items::Objects(None));
        };
        let get = self.ctx().builtin(c"object")?.get_attr(c"__getattribute__")?;
        match get.call((instance, name)) {
            Ok(value) => Ok(item_kind(&value, 0, &mut |object| self.class_of_instance(object))),
            // It has none.
            Err(_) => Ok(Items::Objects(None)),
        }
    }

    fn kind_of_member(&mut self, class: Known, found: &Object<'c>) -> Result<MemberKind> {
        let ctx = self.ctx();
        let of: Object<'c> = (*found.type_()).clone();
        if let Description::Function(_) = self.described_of(found) {
            return Ok(MemberKind::Function(self.know(found)));
        }
        let is = |name: &CStr| -> Result<bool> { Ok(ctx.builtin(name)?.is(&of)) };
        if is(c"property")? {
            let mut part = |name: &CStr| -> Result<Option<Known>> {
                let part = found.get_attr(name)?;
                Ok(if part.is_none() { None } else { Some(self.know(&part)) })
            };
            return Ok(MemberKind::Property(part(c"fget")?, part(c"fset")?));
        }
        if is(c"staticmethod")? || is(c"classmethod")? {
            let function = found.get_attr(c"__func__")?;
            let known = self.know(&function);
            let is_function = matches!(self.described(known), Description::Function(_));
            return Ok(match is_function {
                true if is(c"classmethod")? => MemberKind::OfClass(known),
                true => MemberKind::Static(known),
                false => MemberKind::Other,
            });
        }
        if attribute_place(&self.object(class), found).is_some() && !found.is_a::<Str>() {
            return Ok(MemberKind::Slot);
        }
        // Objects of classes of the interpreter's own stay what they are.
        let is_plain = class_of(found).is_some() || is(c"dict")? || is(c"set")?;
        Ok(if is_plain { MemberKind::Value(self.know(found)) } else { MemberKind::Other })
    }

    /// What making an instance of a class takes, if that is simple.
    pub(super) fn look_at_maker(&mut self, class: Known) -> Result<Option<Maker>> {
        if !matches!(self.described(class), Description::Class) {
            return Ok(None);
        }
        let object = self.ctx().builtin(c"object")?.get_attr(c"__dict__")?;
        let new = self.found_in_class(class, "__new__")?;
        if !new.is_some_and(|new| object.get_item("__new__").is_ok_and(|usual| new.is(&usual))) {
            return Ok(None);
        }
        for name in ["__del__", "__abstractmethods__"] {
            if self.found_in_class(class, name)?.is_some() {
                return Ok(None);
            }
        }
        let Some(init) = self.found_in_class(class, "__init__")? else { return Ok(None) };
        if init.is(&object.get_item("__init__")?) {
            return Ok(Some(Maker { init: None }));
        }
        let known = self.know(&init);
        let is_function = matches!(self.described(known), Description::Function(_));
        Ok(is_function.then_some(Maker { init: Some(known) }))
    }

    pub(super) fn look_whether_derived(&mut self, class: Known, from: Known) -> Result<bool> {
        let is_derived = is_among(&self.object(class), &self.object(from))?;
        self.take_for_granted(Fact::Derived { class: class.0, from: from.0, is_derived });
        Ok(is_derived)
    }
}
