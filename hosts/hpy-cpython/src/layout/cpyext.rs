//! PyPy through its C API: a C struct stands in for each object that C code has seen, with a link
//! to the real one behind the reference count.
//!
//! `float` and `tuple` carry their values in that struct; `int` and `list` do not.

use super::{Layout, read};
use crate::capi::*;

/// See the module.
pub(crate) struct Cpyext;

impl Layout for Cpyext {
    const CHECKED_SLOTS: bool = false;
    const OWN_TYPES: bool = false;
    const HEADER: usize = 24;
    /// PyPy runs it before, as it runs `__del__`.
    const FINALIZE_IN_DEALLOC: bool = false;
    const SHARED_LISTS: bool = false;

    #[inline(always)]
    unsafe fn incref(o: Obj) {
        // SAFETY: the count is the first word, and the GIL is held.
        unsafe { *o.cast::<isize>() += 1 }
    }

    #[inline(always)]
    unsafe fn decref(o: Obj) {
        // SAFETY: as above; at zero PyPy decides what becomes of the object.
        unsafe {
            let count = o.cast::<isize>();
            *count -= 1;
            if *count == 0 {
                _Py_Dealloc(o);
            }
        }
    }

    /// Behind the size of a tuple's struct.
    #[inline(always)]
    fn tuple_offset() -> usize {
        Self::HEADER + 8
    }

    #[inline(always)]
    unsafe fn list_items(_: Obj) -> *mut Obj {
        core::ptr::null_mut()
    }

    #[inline(always)]
    unsafe fn item_count(o: Obj) -> usize {
        // SAFETY: a tuple has its size behind the header.
        unsafe { read(o, Self::HEADER) }
    }
}
