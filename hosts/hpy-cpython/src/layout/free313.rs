//! CPython 3.13 to 3.15 without the GIL: a header of 32 bytes, reference counts and lists through
//! functions only, since other threads change them at the same time.

use super::{Layout, flag, gil312::compact, read};
use crate::capi::*;

/// See the module.
pub(crate) struct Free313;

impl Layout for Free313 {
    const FREE_THREADED: bool = true;
    const INTS: u32 = hpy_abi::ext::ints::TAGGED;
    const HEADER: usize = 32;
    const SHARED_LISTS: bool = false;

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

    #[inline(always)]
    unsafe fn exact_small_int(o: Obj) -> Option<i64> {
        // SAFETY: only an exact `int` is read, and an `int` never changes.
        unsafe { if Self::type_of(o) == api().PyLong_Type { compact(o, 32) } else { None } }
    }

    #[inline(always)]
    unsafe fn item_count(o: Obj) -> usize {
        // SAFETY: the caller gives an `int` or a tuple.
        unsafe {
            if Self::type_flags(Self::type_of(o)) & flag::LONG != 0 {
                read::<usize>(o, 32) >> 3
            } else {
                read(o, 32)
            }
        }
    }
}
