//! Exceptions.

use crate::capi::*;
use crate::host::{handle, members, obj};
use crate::layout::Layout;
use hpy_abi::*;

members! {
    fn ctx_FatalError(ctx, message: Utf8) { Py_FatalError(message.0) }
    fn ctx_Err_SetString(ctx, h_type: HPy, utf8_message: Utf8) {
        PyErr_SetString(obj(h_type), utf8_message.0)
    }
    fn ctx_Err_SetObject(ctx, h_type: HPy, h_value: HPy) {
        PyErr_SetObject(obj(h_type), obj(h_value))
    }
    fn ctx_Err_SetFromErrnoWithFilename(ctx, h_type: HPy, filename_fsencoded: Utf8) -> HPy {
        handle(PyErr_SetFromErrnoWithFilename(obj(h_type), filename_fsencoded.0))
    }
    fn ctx_Err_SetFromErrnoWithFilenameObjects(ctx, h_type: HPy, filename1: HPy, filename2: HPy) {
        PyErr_SetFromErrnoWithFilenameObjects(obj(h_type), obj(filename1), obj(filename2));
    }
    fn ctx_Err_Occurred(ctx) -> Flag { Flag::new(!PyErr_Occurred().is_null()) }
    fn ctx_Err_ExceptionMatches(ctx, exc: HPy) -> Flag { Flag(PyErr_ExceptionMatches(obj(exc))) }
    fn ctx_Err_NoMemory(ctx) { PyErr_NoMemory(); }
    fn ctx_Err_Clear(ctx) { PyErr_Clear() }
    fn ctx_Err_NewException(ctx, utf8_name: Utf8, base: HPy, dict: HPy) -> HPy {
        handle(PyErr_NewException(utf8_name.0, obj(base), obj(dict)))
    }
    fn ctx_Err_NewExceptionWithDoc(
        ctx, utf8_name: Utf8, utf8_doc: Utf8, base: HPy, dict: HPy
    ) -> HPy {
        handle(PyErr_NewExceptionWithDoc(utf8_name.0, utf8_doc.0, obj(base), obj(dict)))
    }
    fn ctx_Err_WarnEx(ctx, category: HPy, utf8_message: Utf8, stack_level: Len) -> Status {
        Status(PyErr_WarnEx(obj(category), utf8_message.0, stack_level.0))
    }
    fn ctx_Err_WriteUnraisable(ctx, object: HPy) { PyErr_WriteUnraisable(obj(object)) }
}

/// `err_fetch` of the extensions: the exception that is set, as one object.
///
/// # Safety
/// The contract of the ABI, see [`crate::host`].
pub(crate) unsafe extern "C" fn err_fetch<L: Layout>(_: *mut HPyContext) -> HPy {
    // SAFETY: the three parts are new references, which the value takes over or which end here.
    unsafe {
        if let Some(get) = api().PyErr_GetRaisedException {
            return handle(get());
        }
        let mut parts = [core::ptr::null_mut(); 3];
        let [t, v, tb] = &mut parts;
        PyErr_Fetch(t, v, tb);
        if t.is_null() {
            return HPy::NULL;
        }
        PyErr_NormalizeException(t, v, tb);
        if !tb.is_null() && !v.is_null() {
            PyException_SetTraceback(*v, *tb);
        }
        let [t, v, tb] = parts;
        Py_DecRef(t);
        Py_DecRef(tb);
        handle(v)
    }
}

/// `err_restore` of the extensions: sets an exception object again.
///
/// # Safety
/// The contract of the ABI; the handle is an exception.
pub(crate) unsafe extern "C" fn err_restore<L: Layout>(_: *mut HPyContext, exception: HPy) {
    let exception = obj(exception);
    // SAFETY: both setters take over references that are made here.
    unsafe {
        L::incref(exception);
        if let Some(set) = api().PyErr_SetRaisedException {
            return set(exception);
        }
        let t = L::type_of(exception);
        L::incref(t);
        PyErr_Restore(t, exception, PyException_GetTraceback(exception));
    }
}
