//! Making type objects.

use super::description::Description;
use super::facts::{self, TypeFacts};
use super::referents;
use crate::capi::*;
use crate::host::{obj, xdecref};
use crate::layout::{Layout, TypeField, base_size, flag};
use core::ptr::null_mut;
use hpy_abi::*;

/// An exception is set.
pub(crate) struct Raised;

impl Raised {
    /// Raises a `TypeError`.
    pub(crate) fn type_error(message: &str) -> Raised {
        // SAFETY: types are made on a thread that is attached to the interpreter.
        unsafe { raise("PyExc_TypeError", message) };
        Raised
    }

    /// Raises a `SystemError`.
    pub(crate) fn system_error(message: &str) -> Raised {
        // SAFETY: as above.
        unsafe { raise("PyExc_SystemError", message) };
        Raised
    }

    /// Raises a `ValueError`.
    pub(crate) fn value_error(message: &str) -> Raised {
        // SAFETY: as above.
        unsafe { raise("PyExc_ValueError", message) };
        Raised
    }
}

/// What the parameters of a specification say.
struct Parameters<L: Layout> {
    /// A tuple of bases, owned, or null.
    bases: Obj,
    /// The metaclass, borrowed, or null.
    metaclass: Obj,
    _layout: core::marker::PhantomData<L>,
}

impl<L: Layout> Drop for Parameters<L> {
    fn drop(&mut self) {
        // SAFETY: the tuple is ours, and types are made on an attached thread.
        unsafe { xdecref::<L>(self.bases) }
    }
}

impl<L: Layout> Parameters<L> {
    /// # Safety
    /// `params` is null or ends with a zero kind.
    unsafe fn read(
        mut params: *mut HPyType_SpecParam,
        name: &str,
    ) -> Result<Parameters<L>, Raised> {
        let mut read = Parameters {
            bases: null_mut(),
            metaclass: null_mut(),
            _layout: core::marker::PhantomData,
        };
        let mut bases = Vec::new();
        let mut tuples = Vec::new();
        // SAFETY: the caller's promise.
        while let Some(p) = unsafe { params.as_ref() }.filter(|p| p.kind != ParamKind::END) {
            match p.kind {
                _ if p.object.is_null() => {
                    return Err(Raised::type_error(&format!(
                        "a parameter of '{name}' is HPy_NULL"
                    )));
                }
                ParamKind::BASE => bases.push(obj(p.object)),
                ParamKind::BASES_TUPLE => tuples.push(obj(p.object)),
                ParamKind::METACLASS => read.set_metaclass(obj(p.object))?,
                _ => {
                    return Err(Raised::type_error(&format!(
                        "unknown HPyType_SpecParam specification for '{name}'"
                    )));
                }
            }
            params = params.wrapping_add(1);
        }
        match (&bases[..], &tuples[..]) {
            ([], []) => {}
            // SAFETY: handles of parameters are open.
            ([], [tuple]) => unsafe {
                L::incref(*tuple);
                read.bases = *tuple;
            },
            ([], _) => {
                return Err(Raised::type_error(
                    "multiple specifications of HPyType_SpecParam_BasesTuple",
                ));
            }
            (_, []) => read.bases = Self::tuple(&bases)?,
            _ => {
                return Err(Raised::type_error(
                    "cannot specify both HPyType_SpecParam_Base and \
                     HPytype_SpecParam_BasesTuple",
                ));
            }
        }
        Ok(read)
    }

    /// Takes a metaclass, once.
    fn set_metaclass(&mut self, metaclass: Obj) -> Result<(), Raised> {
        if !self.metaclass.is_null() {
            return Err(Raised::value_error("metaclass was specified multiple times"));
        }
        // SAFETY: handles of parameters are open.
        if unsafe { !L::is_type(metaclass) } {
            return Err(Raised::type_error("a metaclass must be a subclass of 'type'"));
        }
        self.metaclass = metaclass;
        Ok(())
    }

    /// A tuple of objects.
    fn tuple(items: &[Obj]) -> Result<Obj, Raised> {
        // SAFETY: types are made on an attached thread; the items are objects.
        unsafe {
            let tuple = PyTuple_New(items.len() as isize);
            if tuple.is_null() {
                return Err(Raised);
            }
            for (i, item) in items.iter().enumerate() {
                L::incref(*item);
                PyTuple_SetItem(tuple, i as isize, *item);
            }
            Ok(tuple)
        }
    }

    /// The first base, borrowed; null without bases.
    fn first_base(&self) -> Result<Obj, Raised> {
        // SAFETY: types are made on an attached thread.
        unsafe {
            if self.bases.is_null() || PyTuple_Size(self.bases) < 1 {
                return if PyErr_Occurred().is_null() { Ok(null_mut()) } else { Err(Raised) };
            }
            let base = PyTuple_GetItem(self.bases, 0);
            if L::is_type(base) {
                Ok(base)
            } else {
                Err(Raised::type_error("a base of a class must be a type"))
            }
        }
    }
}

/// `ctx_Type_FromSpec`
///
/// # Safety
/// Spec and parameters follow the ABI, and the thread is attached to the interpreter.
pub(crate) unsafe fn from_spec<L: Layout>(
    spec: *mut HPyType_Spec,
    params: *mut HPyType_SpecParam,
) -> Result<Obj, Raised> {
    // SAFETY: the caller's promise.
    unsafe {
        let spec = &*spec;
        if spec.name.is_null() {
            return Err(Raised::system_error("Type spec does not define the name field."));
        }
        let name = core::ffi::CStr::from_ptr(spec.name).to_string_lossy();
        let params = Parameters::<L>::read(params, &name)?;
        let description = Description::read::<L>(spec, params.first_base()?)?;
        let facts = description.facts::<L>();
        if u64::from(facts.flags) & flag::HAVE_GC != 0 {
            referents::learn::<L>();
        }
        let t = make::<L>(facts, &params)?;
        check_bases::<L>(facts, spec.basicsize != 0, t).inspect_err(|_| L::decref(t))?;
        Ok(t)
    }
}

/// Makes the type object.
///
/// # Safety
/// As [`from_spec`].
unsafe fn make<L: Layout>(facts: &TypeFacts, params: &Parameters<L>) -> Result<Obj, Raised> {
    let Ok(basicsize) = i32::try_from(facts.basic_size) else {
        return Err(Raised::value_error("the native struct of a class is too big"));
    };
    let mut slots = facts.c_slots::<L>();
    let mut spec = PyTypeSpec {
        name: facts.name.as_ptr(),
        basicsize,
        itemsize: facts.item_size,
        flags: facts.flags,
        slots: slots.as_mut_ptr(),
    };
    // SAFETY: the arrays behind the slots are never freed.
    let t = unsafe {
        if let Some(from_metaclass) = api().PyType_FromMetaclass {
            from_metaclass(params.metaclass, null_mut(), &mut spec, params.bases)
        } else if params.metaclass.is_null() || params.metaclass == api().PyType_Type {
            PyType_FromSpecWithBases(&mut spec, params.bases)
        } else {
            with_metaclass::<L>(&mut spec, params)?
        }
    };
    if t.is_null() { Err(Raised) } else { Ok(t) }
}

/// Makes a type with a metaclass where the interpreter has no function for it (before 3.12): a
/// plain type first, and then, as `class T(plain, metaclass=M): __slots__ = ()` would, an empty
/// subclass that is an instance of the metaclass.
///
/// So the plain type stays visible among the bases; everything else is as it should be.
///
/// # Safety
/// As [`from_spec`].
unsafe fn with_metaclass<L: Layout>(
    spec: &mut PyTypeSpec,
    params: &Parameters<L>,
) -> Result<Obj, Raised> {
    // SAFETY: documented functions on objects that are checked for null, and given up again.
    unsafe {
        let type_ = api().PyType_Type;
        let meta = params.metaclass;
        let new = PyObject_GetAttrString(type_, c"__new__".as_ptr());
        let meta_new = PyObject_GetAttrString(meta, c"__new__".as_ptr());
        xdecref::<L>(meta_new);
        xdecref::<L>(new);
        if new.is_null() || meta_new.is_null() {
            return Err(Raised);
        }
        if new != meta_new {
            return Err(Raised::type_error("a metaclass with its own __new__ is not supported"));
        }
        spec.flags |= tpflags::BASETYPE as u32;
        let plain = PyType_FromSpecWithBases(spec, params.bases);
        if plain.is_null() {
            return Err(Raised);
        }
        let namespace = PyDict_New();
        let slots = PyTuple_New(0);
        let mut complete =
            !namespace.is_null() && set_item(namespace, c"__slots__", slots) && !slots.is_null();
        for name in [c"__module__", c"__qualname__", c"__doc__"] {
            let value = PyObject_GetAttrString(plain, name.as_ptr());
            complete = complete && set_item(namespace, name, value);
            xdecref::<L>(value);
        }
        let name = PyObject_GetAttrString(plain, c"__name__".as_ptr());
        let bases = Parameters::<L>::tuple(&[plain]).unwrap_or(null_mut());
        let args = [meta, name, bases, namespace];
        let t = if complete && args.iter().all(|a| !a.is_null()) {
            L::vectorcall(new, args.as_ptr(), args.len(), null_mut())
        } else {
            null_mut()
        };
        [plain, namespace, slots, name, bases].iter().for_each(|o| xdecref::<L>(*o));
        if t.is_null() { Err(Raised) } else { Ok(t) }
    }
}

/// `dict[key] = value`; false with an exception set on failure, also of making the value.
///
/// # Safety
/// `dict` is a dict, `value` null or an object.
unsafe fn set_item(dict: Obj, key: &core::ffi::CStr, value: Obj) -> bool {
    // SAFETY: the caller's promise.
    unsafe {
        let key = PyUnicode_FromString(key.as_ptr());
        let done = !key.is_null() && !value.is_null() && PyDict_SetItem(dict, key, value) == 0;
        if !key.is_null() {
            Py_DecRef(key);
        }
        done
    }
}

/// Refuses a native struct of its own that would lie on top of a base's.
///
/// # Safety
/// `t` is the type that was made from the description.
unsafe fn check_bases<L: Layout>(
    facts: &TypeFacts,
    own_struct: bool,
    t: Obj,
) -> Result<(), Raised> {
    // SAFETY: the caller's promise.
    unsafe {
        let base = L::type_base(t);
        let foreign = facts::foreign_base::<L>(t);
        let base_owner = facts::owner::<L>(base);
        let pure_base = base_owner.is_some_and(|f| f.shape != BuiltinShape::LEGACY);
        let is_legacy = facts.shape == BuiltinShape::LEGACY;
        if is_legacy && pure_base {
            return Err(Raised::type_error(
                "A legacy type should not inherit its memory layout from a pure type",
            ));
        }
        if own_struct && L::basic_size(base) > facts.basic_size {
            return Err(Raised::type_error(
                "the native struct of a class must begin with that of its base",
            ));
        }
        if is_legacy {
            return Ok(());
        }
        let room = base_size::<L>(facts.shape).unwrap_or(0);
        if own_struct && L::basic_size(foreign) > room {
            return Err(Raised::type_error(
                "the native struct of a class would overlap that of its base: \
                 its builtin_shape must be that of the base",
            ));
        }
        if facts.owns_dealloc && is_python_class::<L>(foreign)? {
            return Err(Raised::type_error(
                "a class with tp_destroy or tp_traverse cannot inherit from a class written in \
                 Python",
            ));
        }
        Ok(())
    }
}

/// Whether a type has the deallocator of classes written in Python, which cannot be called for a
/// part of an object.
///
/// # Safety
/// `t` is a type; the thread is attached to the interpreter.
unsafe fn is_python_class<L: Layout>(t: Obj) -> Result<bool, Raised> {
    // SAFETY: `type('x', (), {})`, whose result is given up again.
    unsafe {
        if L::type_flags(t) & flag::HEAPTYPE == 0 {
            return Ok(false);
        }
        let name = PyUnicode_FromString(c"x".as_ptr());
        let parts = [name, PyTuple_New(0), PyDict_New()];
        let complete = parts.iter().all(|p| !p.is_null());
        let sample = if complete {
            L::vectorcall(api().PyType_Type, parts.as_ptr(), 3, null_mut())
        } else {
            null_mut()
        };
        parts.iter().for_each(|p| xdecref::<L>(*p));
        if sample.is_null() {
            return Err(Raised);
        }
        let theirs = L::type_field(sample, TypeField::Dealloc);
        L::decref(sample);
        Ok(L::type_field(t, TypeField::Dealloc) == theirs)
    }
}
