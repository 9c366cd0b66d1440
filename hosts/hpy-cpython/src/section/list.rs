//! `list`.

use crate::capi::*;
use crate::host::{handle, members, obj};
use crate::layout::flag;
use hpy_abi::*;

members! {
    fn ctx_List_Check(ctx, h: HPy) -> Flag {
        Flag::new(L::is_subclass(L::type_of(obj(h)), flag::LIST, api().PyList_Type))
    }
    fn ctx_List_New(ctx, len: Len) -> HPy { handle(new(len.0)) }
    fn ctx_List_Append(ctx, h_list: HPy, h_item: HPy) -> Status {
        Status(PyList_Append(obj(h_list), obj(h_item)))
    }
    fn ctx_List_Insert(ctx, h_list: HPy, index: Len, h_item: HPy) -> Status {
        Status(PyList_Insert(obj(h_list), index.0, obj(h_item)))
    }
}

/// No address space holds a list of so many items.
const TOO_MANY: isize = 1 << 44;

/// `PyList_New`, which crashes instead of raising `MemoryError` in free-threaded CPython 3.13.
///
/// # Safety
/// The thread is attached to the interpreter.
#[inline(always)]
pub(super) unsafe fn new(len: isize) -> Obj {
    // SAFETY: the caller's promise.
    unsafe { if len < TOO_MANY { PyList_New(len) } else { PyErr_NoMemory() } }
}
