//! Classes whose instances become methods without a call of their `__get__`.

use crate::capi::Obj;
use crate::host::obj;
use crate::layout::{Layout, TypeField, flag};
use core::ffi::c_ulong;
use core::sync::atomic::{AtomicUsize, Ordering};
use hpy_abi::{HPy, HPyContext};

/// The bit of a class in `tp_flags` by which the interpreter knows functions, too: it puts the instance in
/// front of the arguments where it would make a method only to call it.
const METHOD_DESCRIPTOR: c_ulong = 1 << 17;

/// See [`hpy_abi::ext::Extensions::bind_directly`].
///
/// The interpreter sets the bit only for classes in C. Neither does it, up to 3.11, let classes of Python have
/// the call protocol of the class that they are derived from, although their instances have the function.
///
/// # Safety
/// The contract of the ABI.
pub(crate) unsafe extern "C" fn bind_directly<L: Layout>(
    _ctx: *mut HPyContext,
    class: HPy,
) -> usize {
    let class = obj(class);
    // SAFETY: the fields and flags of a type are read where they are known to be. A type that was made when
    // the program runs can be written, and its flags are one word, which others only read.
    unsafe {
        if !L::OWN_TYPES || !L::is_type(class) || L::type_flags(class) & flag::HEAPTYPE == 0 {
            return 0;
        }
        let base = L::type_base(class);
        let is_inherited =
            |field| L::type_field(class, field) != 0 && shares::<L>(class, base, field);
        if base.is_null() || !is_inherited(TypeField::DescrGet) {
            return 0;
        }
        let is_called_alike =
            is_inherited(TypeField::VectorcallOffset) && shares::<L>(class, base, TypeField::Call);
        let call = if is_called_alike { L::type_flags(base) & flag::HAVE_VECTORCALL } else { 0 };
        let flags = class.byte_add(L::HEADER - 16 + TypeField::Flags as usize);
        let bits = (METHOD_DESCRIPTOR | call) as usize;
        (*flags.cast::<AtomicUsize>()).fetch_or(bits, Ordering::Relaxed);
    }
    1
}

/// Whether two classes have the same in a field.
///
/// # Safety
/// Two types of CPython.
unsafe fn shares<L: Layout>(class: Obj, base: Obj, field: TypeField) -> bool {
    // SAFETY: the caller's promise.
    unsafe { L::type_field(class, field) == L::type_field(base, field) }
}
