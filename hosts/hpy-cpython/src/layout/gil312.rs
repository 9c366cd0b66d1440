//! CPython 3.12 to 3.15 with the GIL: immortal objects, `int` with a tag.

use super::{Layout, flag, read};
use crate::capi::*;

/// See the module.
pub(crate) struct Gil312;

/// The reference count: the low half of the first word in 3.12 and 3.13, whose high half is zero
/// for a mortal object; since 3.14 the high half holds flags and must be left alone.
#[inline(always)]
fn count(o: Obj) -> *mut i32 {
    const LOW_HALF: usize = if cfg!(target_endian = "big") { 4 } else { 0 };
    o.wrapping_byte_add(LOW_HALF).cast()
}

impl Layout for Gil312 {
    const INTS: u32 = hpy_abi::ext::ints::TAGGED;
    const COUNTS: u32 = match cfg!(target_endian = "little") {
        true => hpy_abi::ext::counts::IMMORTAL_HALF,
        false => hpy_abi::ext::counts::UNKNOWN,
    };
    const TEXT_OFFSET: u32 = 40;
    const HEADER: usize = 16;
    const FUNCTION_WORDS: &'static [[usize; 3]] = &[[32, 40, 48]];
    // 3.12, and 3.15.
    const CLASS_KEYS: &'static [usize] = &[880, 888];

    #[inline(always)]
    unsafe fn incref(o: Obj) {
        // SAFETY: the GIL is held; a negative count is that of an immortal object.
        unsafe {
            let count = count(o);
            if *count >= 0 {
                *count = (*count).wrapping_add(1);
            }
        }
    }

    #[inline(always)]
    unsafe fn decref(o: Obj) {
        // SAFETY: as above; the last reference ends the object.
        unsafe {
            let count = count(o);
            if *count >= 0 {
                *count -= 1;
                if *count == 0 {
                    _Py_Dealloc(o);
                }
            }
        }
    }

    #[inline(always)]
    unsafe fn exact_small_int(o: Obj) -> Option<i64> {
        // SAFETY: only an exact `int` is read.
        unsafe { if Self::type_of(o) == api().PyLong_Type { compact(o, 16) } else { None } }
    }

    #[inline(always)]
    unsafe fn item_count(o: Obj) -> usize {
        // SAFETY: the caller gives an `int` or a tuple.
        unsafe {
            if Self::type_flags(Self::type_of(o)) & flag::LONG != 0 {
                read::<usize>(o, 16) >> 3
            } else {
                read(o, 16)
            }
        }
    }
}

/// The value of an `int` of at most one digit, whose tag lies at an offset.
///
/// The tag holds the number of digits above bit 3, and 1 minus the sign in the lowest two bits.
///
/// # Safety
/// `o` is an exact `int`.
#[inline(always)]
pub(super) unsafe fn compact(o: Obj, offset: usize) -> Option<i64> {
    // SAFETY: tag and first digit are always there.
    unsafe {
        let tag: usize = read(o, offset);
        let digit: u32 = read(o, offset + 8);
        (tag < 2 << 3).then(|| (1 - (tag & 3) as i64) * i64::from(digit))
    }
}
