//! `dict`.

use crate::capi::*;
use crate::host::{handle, members, obj, xincref};
use crate::layout::{Layout, flag};
use hpy_abi::*;

members! {
    fn ctx_Dict_Check(ctx, h: HPy) -> Flag {
        Flag::new(L::is_subclass(L::type_of(obj(h)), flag::DICT, api().PyDict_Type))
    }
    fn ctx_Dict_New(ctx) -> HPy { handle(PyDict_New()) }
    fn ctx_Dict_Keys(ctx, h: HPy) -> HPy { handle(PyDict_Keys(obj(h))) }
    fn ctx_Dict_Copy(ctx, h: HPy) -> HPy { handle(PyDict_Copy(obj(h))) }
}

/// See [`hpy_abi::ext::Extensions::dict_get`].
///
/// # Safety
/// The contract of the ABI; `dict` is a dict.
pub(crate) unsafe extern "C" fn dict_get<L: Layout>(
    _ctx: *mut HPyContext,
    dict: HPy,
    key: HPy,
) -> HPy {
    let (dict, key) = (obj(dict), obj(key));
    // SAFETY: the caller's promise. A borrowed value is safe where nobody else changes the dict
    // before it is counted; PyPy does not promise it even then.
    unsafe {
        if L::type_of(dict) != api().PyDict_Type {
            return get_in_two_steps(dict, key);
        }
        if L::SHARED_LISTS {
            return handle(value::<L>(dict, key));
        }
        let Some(get) = api().PyDict_GetItemRef else { return get_in_two_steps(dict, key) };
        let mut value = core::ptr::null_mut();
        get(dict, key, &mut value);
        handle(value)
    }
}

/// A value of an object that is exactly a dict, as a new reference; null, without an exception, if
/// the key is not there.
///
/// # Safety
/// `dict` is exactly a dict, and what is borrowed from it is safe: [`Layout::SHARED_LISTS`].
#[inline(always)]
pub(super) unsafe fn value<L: Layout>(dict: Obj, key: Obj) -> Obj {
    // SAFETY: the caller's promise.
    unsafe {
        let value = PyDict_GetItemWithError(dict, key);
        xincref::<L>(value);
        value
    }
}

/// [`dict_get`] by the methods of the dict, which a subclass may have changed.
///
/// # Safety
/// As for [`dict_get`].
#[cold]
unsafe fn get_in_two_steps(dict: Obj, key: Obj) -> HPy {
    // SAFETY: the caller's promise.
    unsafe {
        if PySequence_Contains(dict, key) <= 0 {
            return HPy::NULL;
        }
        handle(PyObject_GetItem(dict, key))
    }
}
