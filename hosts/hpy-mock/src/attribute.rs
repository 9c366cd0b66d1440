//! Attributes: of objects, types and modules, and the descriptors between them.

use crate::errors::raise;
use crate::object::*;
use crate::state::State;
use crate::types::unsigned;
use hpy_abi::*;
use std::ffi::{c_char, c_int, c_long, c_longlong, c_schar, c_short, c_uchar, c_uint, c_ulong};
use std::ffi::{c_ulonglong, c_ushort, c_void};

impl State {
    /// `getattr(object, name)`
    pub fn attribute(&self, object: &Obj, name: &str) -> Res<Obj> {
        if let Kind::Type(data) = &object.kind {
            if let Some(value) = find(object, name) {
                return Ok(self.bind_to_class(&value, object));
            }
            if let Some(value) = self.type_attribute(object, data, name) {
                return Ok(value);
            }
        }
        let in_class = find(&self.class_of(object), name);
        if let Some(descriptor) = &in_class
            && let Some(value) = self.read(descriptor, object)
        {
            return value;
        }
        let own = object.attributes.as_ref().and_then(|attributes| attributes.get(name));
        if let Some(value) = own {
            return Ok(value);
        }
        match in_class {
            Some(value) => Ok(self.bind(&value, object)),
            None => self.builtin_attribute(object, name).ok_or_else(|| self.lacks(object, name)),
        }
    }

    /// A method of the object's class, bound to it, as operators look it up.
    pub fn special(&self, object: &Obj, name: &str) -> Option<Obj> {
        Some(self.bind(&find(&self.class_of(object), name)?, object))
    }

    /// What a value in a class is when it is read from an instance.
    pub fn bind(&self, value: &Obj, object: &Obj) -> Obj {
        match &value.kind {
            Kind::Function(Function { module: None, .. }) | Kind::Native(..) => {
                self.instance("method", Kind::Method(object.clone(), value.clone()))
            }
            Kind::ClassMethod(f) => {
                self.instance("method", Kind::Method(self.class_of(object), f.clone()))
            }
            Kind::StaticMethod(f) => f.clone(),
            _ => value.clone(),
        }
    }

    fn bind_to_class(&self, value: &Obj, class: &Obj) -> Obj {
        match &value.kind {
            Kind::ClassMethod(f) => self.instance("method", Kind::Method(class.clone(), f.clone())),
            Kind::StaticMethod(f) => f.clone(),
            _ => value.clone(),
        }
    }

    fn type_attribute(&self, ty: &Obj, data: &TypeData, name: &str) -> Option<Obj> {
        Some(match name {
            "__name__" | "__qualname__" => self.str(data.name()),
            "__module__" => self.str(data.module.as_deref().unwrap_or("builtins")),
            "__doc__" => self.none(),
            "__base__" => data.base.clone().unwrap_or_else(|| self.none()),
            "__bases__" => self.tuple(data.base.iter().cloned().collect()),
            "__mro__" => self.tuple(ty.mro().collect()),
            _ => return None,
        })
    }

    fn builtin_attribute(&self, object: &Obj, name: &str) -> Option<Obj> {
        let doc = |doc: &Option<String>| doc.as_ref().map_or_else(|| self.none(), |d| self.str(d));
        Some(match (name, &object.kind) {
            ("__class__", _) => self.class_of(object),
            ("__doc__", Kind::Function(f)) => doc(&f.doc),
            ("__doc__", Kind::Method(_, f)) => self.attribute(f, "__doc__").ok()?,
            (
                "__doc__",
                Kind::GetSet(GetSet { doc: d, .. }) | Kind::Member(Member { doc: d, .. }),
            ) => {
                // SAFETY: by the ABI a docstring is null or a string.
                doc(&unsafe { text(*d) })
            }
            ("__doc__", _) => find(&self.class_of(object), name).unwrap_or_else(|| self.none()),
            ("__name__" | "__qualname__", Kind::Function(f)) => self.str(&f.name),
            ("__name__" | "__qualname__", Kind::Native(name, _)) => self.str(name),
            ("__name__" | "__qualname__", Kind::Method(_, f)) => self.attribute(f, name).ok()?,
            ("__self__", Kind::Method(receiver, _)) => receiver.clone(),
            ("__func__", Kind::Method(_, f)) => f.clone(),
            ("__cause__" | "__context__" | "__traceback__", Kind::Exception(_)) => self.none(),
            ("args", Kind::Exception(args)) => self.tuple(args.clone()),
            ("value", Kind::Exception(args)) => {
                args.first().cloned().unwrap_or_else(|| self.none())
            }
            ("start", Kind::Slice(parts)) => parts[0].clone(),
            ("stop", Kind::Slice(parts)) => parts[1].clone(),
            ("step", Kind::Slice(parts)) => parts[2].clone(),
            ("__dict__", _) => {
                let dict = self.dict();
                for (key, value) in object.attributes.as_ref()?.entries() {
                    self.dict_set(&dict, &self.str(&key), value).ok()?;
                }
                dict
            }
            _ => return None,
        })
    }

    fn lacks(&self, object: &Obj, name: &str) -> Obj {
        let message = match &object.kind {
            Kind::Type(data) => format!("type object '{}' has no attribute '{name}'", data.name()),
            Kind::Module => {
                let own = object.attributes.as_ref().and_then(|a| a.get("__name__"));
                let own = own.map_or(String::new(), |own| self.describe_text(&own));
                format!("module '{own}' has no attribute '{name}'")
            }
            _ => format!("'{}' object has no attribute '{name}'", self.class_name(object)),
        };
        self.error("AttributeError", message)
    }

    /// `setattr(object, name, value)`, or `delattr` without a value.
    pub fn set_attribute(&self, object: &Obj, name: &str, value: Option<Obj>) -> Res<()> {
        if let Kind::Type(data) = &object.kind {
            if !data.mutable {
                let ty = data.full_name();
                return raise!(
                    self,
                    TypeError,
                    "cannot set '{name}' attribute of immutable type '{ty}'"
                );
            }
            return self.store(object, &data.dict, name, value);
        }
        if let Some(descriptor) = find(&self.class_of(object), name)
            && let Some(done) = self.write(&descriptor, object, name, value.as_ref())
        {
            return done;
        }
        match &object.attributes {
            Some(attributes) => self.store(object, attributes, name, value),
            None => Err(self.lacks(object, name)),
        }
    }

    fn store(&self, object: &Obj, to: &Attributes, name: &str, value: Option<Obj>) -> Res<()> {
        let deletes = value.is_none();
        let existed = to.set(name, value);
        if deletes && !existed { Err(self.lacks(object, name)) } else { Ok(()) }
    }

    /// Reads through a descriptor that goes before the instance's own attributes.
    fn read(&self, descriptor: &Obj, object: &Obj) -> Option<Res<Obj>> {
        Some(match &descriptor.kind {
            Kind::Member(member) => self.read_member(member, object),
            Kind::GetSet(getset) => {
                // SAFETY: a property's getter has this signature.
                let get: func::GETTER = unsafe { cast(getset.getter_impl) };
                self.invoke("a getter", &[Some(object)], |ctx, h| unsafe {
                    // SAFETY: as above.
                    get(ctx, h[0], getset.closure)
                })
            }
            Kind::Property(get, _) if self.is_none(get) => {
                raise!(self, AttributeError, "property has no getter")
            }
            Kind::Property(get, _) => self.call(get, std::slice::from_ref(object), &[]),
            _ => return None,
        })
    }

    /// Writes through a descriptor that goes before the instance's own attributes.
    fn write(&self, to: &Obj, object: &Obj, name: &str, value: Option<&Obj>) -> Option<Res<()>> {
        let class = || self.class_name(object);
        Some(match (&to.kind, value) {
            (Kind::Member(member), Some(_)) if member.readonly == 0 => {
                self.write_member(member, object, value)
            }
            (Kind::Member(_), Some(_)) => raise!(self, AttributeError, "readonly attribute"),
            (Kind::Member(member), None) => self.write_member(member, object, None),
            (Kind::GetSet(getset), _) if getset.setter_impl.is_none() => raise!(
                self,
                AttributeError,
                "attribute '{name}' of '{}' objects is not writable",
                class()
            ),
            (Kind::GetSet(getset), _) => {
                // SAFETY: a property's setter has this signature.
                let set: func::SETTER = unsafe { cast(getset.setter_impl) };
                let done = self.invoke("a setter", &[Some(object), value], |ctx, h| unsafe {
                    // SAFETY: as above.
                    set(ctx, h[0], h[1], getset.closure)
                });
                done.map(drop)
            }
            (Kind::Property(_, set), Some(value)) if !self.is_none(set) => {
                self.call(set, &[object.clone(), value.clone()], &[]).map(drop)
            }
            (Kind::Property(..), _) => raise!(
                self,
                AttributeError,
                "property '{name}' of '{}' object has no setter",
                class()
            ),
            _ => return None,
        })
    }

    fn member_place(&self, member: &HPyMember, object: &Obj) -> Res<*mut c_void> {
        let Some(native) = &object.native else {
            return Err(self.fault("a member was read from an object without a struct".into()));
        };
        Ok(native.data().wrapping_byte_add(unsigned(member.offset)))
    }
}

use HPyGetSet as GetSet;
use HPyMember as Member;

/// A value in the dicts of a type and its bases.
fn find(class: &Obj, name: &str) -> Option<Obj> {
    class.mro().find_map(|ty| ty.ty()?.dict.get(name))
}

/// The members that are integers in C, by type.
macro_rules! integer_members {
    ($($name:ident $ty:ty;)*) => {
        impl State {
            fn read_member(&self, member: &HPyMember, object: &Obj) -> Res<Obj> {
                let place = self.member_place(member, object)?;
                // SAFETY: by the ABI the definition's offset and type are those of a member of
                // the native struct.
                unsafe {
                    Ok(match member.type_ {
                        $(MemberType::$name => self.int(*place.cast::<$ty>() as i128),)*
                        MemberType::FLOAT => self.float((*place.cast::<f32>()).into()),
                        MemberType::DOUBLE => self.float(*place.cast()),
                        MemberType::BOOL => self.boolean(*place.cast::<c_uchar>() != 0),
                        MemberType::NONE => self.none(),
                        MemberType::STRING => match text(*place.cast::<*const c_char>()) {
                            Some(text) => self.str(&text),
                            None => self.none(),
                        },
                        MemberType::STRING_INPLACE => {
                            self.str(&text(place.cast::<c_char>()).unwrap_or_default())
                        }
                        MemberType::CHAR => {
                            self.str(&char::from(*place.cast::<u8>()).to_string())
                        }
                        MemberType::OBJECT | MemberType::OBJECT_EX => {
                            return self.read_object(member, object, *place.cast::<HPyField>());
                        }
                        MemberType(other) => {
                            return Err(self.fault(format!("there is no member type {other}")));
                        }
                    })
                }
            }

            fn write_member(
                &self,
                member: &HPyMember,
                object: &Obj,
                value: Option<&Obj>,
            ) -> Res<()> {
                let place = self.member_place(member, object)?;
                if matches!(member.type_, MemberType::OBJECT | MemberType::OBJECT_EX) {
                    self.ctx_Field_Store(object.clone(), place.cast(), value.cloned());
                    return Ok(());
                }
                let Some(value) = value else {
                    return raise!(self, TypeError, "can't delete numeric/char attribute");
                };
                // SAFETY: as for reading.
                unsafe {
                    match member.type_ {
                        $(MemberType::$name => *place.cast() = self.index(value)? as $ty,)*
                        MemberType::FLOAT => *place.cast() = self.as_double(value)? as f32,
                        MemberType::DOUBLE => *place.cast() = self.as_double(value)?,
                        MemberType::BOOL if self.is_instance(value, &self.named("bool")) => {
                            *place.cast() = self.index(value)? as c_uchar;
                        }
                        MemberType::BOOL => {
                            return raise!(self, TypeError, "attribute value type must be bool");
                        }
                        _ => return raise!(self, TypeError, "readonly attribute"),
                    }
                }
                Ok(())
            }
        }
    };
}
integer_members! {
    SHORT c_short; INT c_int; LONG c_long; BYTE c_schar; UBYTE c_uchar; USHORT c_ushort;
    UINT c_uint; ULONG c_ulong; LONGLONG c_longlong; ULONGLONG c_ulonglong; HPYSSIZET isize;
}

impl State {
    fn read_object(&self, member: &HPyMember, object: &Obj, field: HPyField) -> Res<Obj> {
        if field != HPyField::NULL {
            let value = self.ctx_Field_Load(object.clone(), field);
            return Ok(value.unwrap_or_else(|| self.none()));
        }
        if member.type_ == MemberType::OBJECT {
            return Ok(self.none());
        }
        // SAFETY: by the ABI a member's name is a string.
        let name = unsafe { text(member.name) }.unwrap_or_default();
        Err(self.lacks(object, &name))
    }
}

#[allow(non_snake_case)]
impl State {
    pub(crate) fn ctx_GetAttr(&self, object: Obj, name: Obj) -> Res<Obj> {
        self.attribute(&object, &self.attribute_name(&name)?)
    }
    pub(crate) fn ctx_GetAttr_s(&self, object: Obj, name: String) -> Res<Obj> {
        self.attribute(&object, &name)
    }
    pub(crate) fn ctx_HasAttr(&self, object: Obj, name: Obj) -> bool {
        self.ctx_GetAttr(object, name).is_ok()
    }
    pub(crate) fn ctx_HasAttr_s(&self, object: Obj, name: String) -> bool {
        self.attribute(&object, &name).is_ok()
    }
    pub(crate) fn ctx_SetAttr(&self, object: Obj, name: Obj, value: Option<Obj>) -> Res<()> {
        self.set_attribute(&object, &self.attribute_name(&name)?, value)
    }
    pub(crate) fn ctx_SetAttr_s(&self, object: Obj, name: String, value: Option<Obj>) -> Res<()> {
        self.set_attribute(&object, &name, value)
    }
    fn attribute_name(&self, name: &Obj) -> Res<String> {
        match &name.kind {
            Kind::Str(text) => Ok(text.str().to_string()),
            _ => {
                let class = self.class_name(name);
                raise!(self, TypeError, "attribute name must be string, not '{class}'")
            }
        }
    }
}
