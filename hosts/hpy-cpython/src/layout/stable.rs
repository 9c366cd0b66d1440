//! An interpreter of which only the stable ABI is known: functions for everything.

use super::{Layout, TypeField, flag, sizes};
use crate::capi::*;
use core::ffi::{CStr, c_int, c_ulong};

/// See the module.
pub(crate) struct Stable;

impl Layout for Stable {
    /// Not known; [`Stable::head`] asks the interpreter.
    const CHECKED_SLOTS: bool = false;
    const OWN_TYPES: bool = false;
    const HEADER: usize = 0;
    const SHARED_LISTS: bool = false;
    /// Not known: rather lock once too often.
    const FREE_THREADED: bool = true;

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
        // SAFETY: the caller gives an `int` or a tuple.
        unsafe {
            if PyType_IsSubtype(Self::type_of(o), api().PyTuple_Type) != 0 {
                return PyTuple_Size(o).unsigned_abs();
            }
            let bits = number(|| {
                let method = PyObject_GetAttrString(api().PyLong_Type, c"bit_length".as_ptr());
                if method.is_null() {
                    return method;
                }
                let bits = PyObject_VectorcallDict(method, &o, 1, core::ptr::null_mut());
                Py_DecRef(method);
                bits
            });
            bits.div_ceil(sizes::DIGIT_BITS.get().max(1)) * sizes::DIGIT.get() / 4
        }
    }

    #[inline(always)]
    fn tuple_offset() -> usize {
        0
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
            TypeField::BasicSize => return unsafe { attribute(t, c"__basicsize__") },
            // SAFETY: the caller gives a type.
            TypeField::Flags => return unsafe { flags(t) as usize },
            // Not to be had.
            TypeField::Name
            | TypeField::VectorcallOffset
            | TypeField::DictOffset
            | TypeField::VersionTag => return 0,
            TypeField::Alloc => 47,
            TypeField::Base => 48,
            TypeField::Call => 50,
            TypeField::Clear => 51,
            TypeField::Dealloc => 52,
            TypeField::DescrGet => 54,
            TypeField::Methods => 64,
            TypeField::New => 65,
            TypeField::Traverse => 71,
            TypeField::Free => 74,
            TypeField::Finalize => 80,
            TypeField::GetSet => 73,
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
            None => attribute(t, c"__flags__") as c_ulong | flag::HEAPTYPE,
        }
    }
}

/// Asks the interpreter how it stores an `int`.
///
/// # Safety
/// The C API is loaded and the thread attached to the interpreter.
pub(super) unsafe fn measure_digits() {
    // SAFETY: the caller's promise.
    unsafe {
        let field = |name: &CStr| {
            number(|| {
                let sys = PyImport_ImportModule(c"sys".as_ptr());
                if sys.is_null() {
                    return sys;
                }
                let info = PyObject_GetAttrString(sys, c"int_info".as_ptr());
                Py_DecRef(sys);
                if info.is_null() {
                    return info;
                }
                let value = PyObject_GetAttrString(info, name.as_ptr());
                Py_DecRef(info);
                value
            })
        };
        sizes::DIGIT.set(field(c"sizeof_digit"));
        sizes::DIGIT_BITS.set(field(c"bits_per_digit"));
    }
}

/// An integer attribute; 0 if there is none.
///
/// # Safety
/// `o` is an object.
unsafe fn attribute(o: Obj, name: &CStr) -> usize {
    // SAFETY: the caller's promise.
    unsafe { number(|| PyObject_GetAttrString(o, name.as_ptr())) }
}

/// The value of an `int` that a function makes; 0 if it fails. An exception that was set before
/// stays set.
///
/// # Safety
/// The function gives a new reference, or null with an exception set.
unsafe fn number(make: impl FnOnce() -> Obj) -> usize {
    // SAFETY: the caller's promise.
    unsafe {
        let mut saved = [core::ptr::null_mut(); 3];
        let [t, v, tb] = &mut saved;
        PyErr_Fetch(t, v, tb);
        let value = make();
        let number = if value.is_null() { 0 } else { PyLong_AsSize_t(value) };
        Py_DecRef(value);
        PyErr_Clear();
        PyErr_Restore(saved[0], saved[1], saved[2]);
        number
    }
}
