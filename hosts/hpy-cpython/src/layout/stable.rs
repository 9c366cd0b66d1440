//! An interpreter of which only the stable ABI is known: functions for everything.

use super::{Layout, TypeField, flag, sizes};
use crate::capi::*;
use core::ffi::{CStr, c_int, c_ulong};

/// See the module.
pub(crate) struct Stable;

impl Layout for Stable {
    /// Not known; [`Stable::head`] asks the interpreter.
    const HEADER: usize = 0;
    const SHARED_LISTS: bool = false;

    #[inline(always)]
    fn head() -> usize {
        super::align16(sizes::OBJECT.get())
    }

    #[inline(always)]
    unsafe fn incref(o: Obj) {
        // SAFETY: the caller gives an object.
        unsafe { Py_IncRef(o) }
    }

    #[inline(always)]
    unsafe fn decref(o: Obj) {
        // SAFETY: the caller gives an object.
        unsafe { Py_DecRef(o) }
    }

    #[inline]
    unsafe fn type_of(o: Obj) -> Obj {
        // SAFETY: the object keeps its type alive after we gave our reference up.
        unsafe {
            let t = PyObject_Type(o);
            Py_DecRef(t);
            t
        }
    }

    #[inline(always)]
    unsafe fn exact_float(_: Obj) -> Option<f64> {
        None
    }

    unsafe fn item_count(o: Obj) -> usize {
        // SAFETY: the caller gives an `int` or a tuple; `__sizeof__` of an `int` counts its digits.
        unsafe {
            if PyType_IsSubtype(Self::type_of(o), api().PyTuple_Type) != 0 {
                return PyTuple_Size(o).unsigned_abs();
            }
            let size = attribute(o, c"__sizeof__", true);
            size.saturating_sub(Self::basic_size(Self::type_of(o))) / 4
        }
    }

    #[inline(always)]
    unsafe fn tuple_items(_: Obj) -> *mut Obj {
        core::ptr::null_mut()
    }

    #[inline(always)]
    unsafe fn list_items(_: Obj) -> *mut Obj {
        core::ptr::null_mut()
    }

    #[inline(always)]
    unsafe fn var_size(_: Obj) -> isize {
        -1
    }

    unsafe fn type_field(t: Obj, field: TypeField) -> usize {
        let slot: c_int = match field {
            // SAFETY: the caller gives a type.
            TypeField::BasicSize => return unsafe { attribute(t, c"__basicsize__", false) },
            // SAFETY: the caller gives a type.
            TypeField::Flags => return unsafe { flags(t) as usize },
            // Not to be had.
            TypeField::Name | TypeField::VectorcallOffset => return 0,
            TypeField::Alloc => 47,
            TypeField::Base => 48,
            TypeField::Clear => 51,
            TypeField::Dealloc => 52,
            TypeField::Methods => 64,
            TypeField::New => 65,
            TypeField::Traverse => 71,
            TypeField::Free => 74,
            TypeField::Finalize => 80,
        };
        // SAFETY: the slot numbers are those of the stable ABI. An interpreter that refuses to
        // tell a slot of a static type raises, which must not disturb an exception that is set.
        unsafe {
            let had_error = !PyErr_Occurred().is_null();
            let value = PyType_GetSlot(t, slot);
            if value.is_null() && !had_error {
                PyErr_Clear();
            }
            value as usize
        }
    }

    unsafe fn is_subclass(t: Obj, _: c_ulong, builtin: Obj) -> bool {
        // SAFETY: the caller gives types.
        unsafe { t == builtin || PyType_IsSubtype(t, builtin) != 0 }
    }
}

/// `tp_flags`, by function or by attribute.
///
/// # Safety
/// `t` is a type.
unsafe fn flags(t: Obj) -> c_ulong {
    // SAFETY: the caller's promise.
    unsafe {
        match api().PyType_GetFlags {
            Some(get) => get(t),
            None => attribute(t, c"__flags__", false) as c_ulong | flag::HEAPTYPE,
        }
    }
}

/// An integer attribute, or what the method of that name gives; 0 if there is none.
///
/// # Safety
/// `o` is an object.
unsafe fn attribute(o: Obj, name: &CStr, call: bool) -> usize {
    // SAFETY: only documented functions on new references, which are given up again; an exception
    // that was set before is put back.
    unsafe {
        let mut saved = [core::ptr::null_mut(); 3];
        let [t, v, tb] = &mut saved;
        PyErr_Fetch(t, v, tb);
        let mut value = PyObject_GetAttrString(o, name.as_ptr());
        if call && !value.is_null() {
            let method = value;
            value = PyObject_CallObject(method, core::ptr::null_mut());
            Py_DecRef(method);
        }
        let number = if value.is_null() { 0 } else { PyLong_AsSize_t(value) };
        Py_DecRef(value);
        PyErr_Clear();
        PyErr_Restore(saved[0], saved[1], saved[2]);
        number
    }
}
