//! `list`.

use crate::capi::*;
use crate::host::{handle, members, obj};
use crate::layout::{Layout, flag};
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

/// See [`hpy_abi::ext::Extensions::list_of`].
///
/// # Safety
/// The contract of the ABI; `items` has `n` open handles.
pub(crate) unsafe extern "C" fn list_of<L: Layout>(
    _ctx: *mut HPyContext,
    items: Handles,
    n: Len,
) -> HPy {
    // SAFETY: the caller's promise; the new list has room for `n` references and holds none yet.
    unsafe {
        let list = new(n.0);
        if list.is_null() || n.0 == 0 {
            return handle(list);
        }
        let (source, target) = (items.0.cast::<Obj>(), L::list_items(list));
        if target.is_null() {
            for i in 0..n.0 {
                PyList_SetItem(list, i, *source.offset(i));
            }
        } else {
            target.copy_from_nonoverlapping(source, n.0 as usize);
        }
        handle(list)
    }
}
