//! CPython 3.9 to 3.11: plain reference counts, `int` with its sign in the size.

use super::{Layout, TypeField, flag, read};
use crate::capi::*;

/// See the module.
pub(crate) struct Gil39;

impl Layout for Gil39 {
    const INTS: u32 = hpy_abi::ext::ints::SIGNED_SIZE;
    const COUNTS: u32 = hpy_abi::ext::counts::WORD;
    const TEXT_OFFSET: u32 = 48;
    const HEADER: usize = 16;
    const DICT_VERSION: Option<usize> = Some(24);
    // 3.9, and 3.10 and later.
    const FUNCTION_WORDS: &'static [[usize; 3]] = &[[0, 16, 24], [32, 40, 48]];
    // From 3.11 on.
    const CLASS_KEYS: &'static [usize] = &[872];
    const STALE_VERSIONS: bool = true;
    const IS_OLD: bool = true;

    #[inline(always)]
    unsafe fn incref(o: Obj) {
        // SAFETY: the count is the first word, and the GIL is held.
        unsafe { *o.cast::<isize>() += 1 }
    }

    #[inline(always)]
    unsafe fn decref(o: Obj) {
        // SAFETY: as above; the last reference ends the object.
        unsafe {
            let count = o.cast::<isize>();
            *count -= 1;
            if *count == 0 {
                _Py_Dealloc(o);
            }
        }
    }

    #[inline(always)]
    unsafe fn exact_small_int(o: Obj) -> Option<i64> {
        // SAFETY: an `int` has its signed number of digits behind the header, then the digits of
        // 30 bits; zero has no digit, but room for one.
        unsafe {
            if Self::type_of(o) != api().PyLong_Type {
                return None;
            }
            let size: i64 = read(o, 16);
            let digit: u32 = read(o, 24);
            (-1..=1).contains(&size).then(|| size * i64::from(digit))
        }
    }

    /// As the headers of 3.9 and 3.10 do it, which have no function for it.
    #[inline(always)]
    unsafe fn vectorcall(o: Obj, args: *const Obj, nargs: usize, kwnames: Obj) -> Obj {
        // SAFETY: an object whose type has the flag stores a function at the type's offset.
        unsafe {
            let t = Self::type_of(o);
            if Self::type_flags(t) & flag::HAVE_VECTORCALL != 0 {
                let offset = Self::type_field(t, TypeField::VectorcallOffset);
                if let Some(call) = read::<Option<Vectorcall>>(o, offset) {
                    return call(o, args, nargs, kwnames);
                }
            }
            crate::section::call::by_dict::<Self>(o, args, nargs, kwnames)
        }
    }

    #[inline(always)]
    unsafe fn item_count(o: Obj) -> usize {
        // SAFETY: an `int` or a tuple has its size behind the header.
        unsafe { read::<isize>(o, 16).unsigned_abs() }
    }
}
