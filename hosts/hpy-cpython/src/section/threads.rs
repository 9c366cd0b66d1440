//! Leaving and re-entering Python, and coming from elsewhere.

use crate::capi::*;
use crate::host::members;
use core::ffi::c_int;
use hpy_abi::*;

members! {
    fn ctx_LeavePythonExecution(ctx) -> HPyThreadState { HPyThreadState(PyEval_SaveThread() as isize) }
    fn ctx_ReenterPythonExecution(ctx, state: HPyThreadState) {
        PyEval_RestoreThread(state.0 as *mut core::ffi::c_void)
    }
}

/// What [`attach`] gives for a thread that the interpreter did not know.
const UNKNOWN: usize = 2;

type Attach = unsafe extern "C" fn(*mut HPyContext) -> usize;
type Detach = unsafe extern "C" fn(*mut HPyContext, usize);

/// The members `attach_thread` and `detach_thread` of the extensions, where the C API has what they need.
pub(crate) fn attaching() -> Option<(Attach, Detach)> {
    let api = api();
    let parts = (api.PyGILState_GetThisThreadState, api.PyGILState_Ensure, api.PyGILState_Release);
    let (Some(_), Some(_), Some(_)) = parts else { return None };
    Some((attach, detach))
}

/// See [`hpy_abi::ext::Extensions::attach_thread`].
unsafe extern "C" fn attach(_: *mut HPyContext) -> usize {
    let (Some(state), Some(ensure)) =
        (api().PyGILState_GetThisThreadState, api().PyGILState_Ensure)
    else {
        return 0;
    };
    // SAFETY: both may be called by any thread while there is an interpreter.
    unsafe {
        let is_known = !state().is_null();
        let had_left = ensure() as usize;
        if is_known { had_left } else { UNKNOWN }
    }
}

/// See [`hpy_abi::ext::Extensions::detach_thread`].
unsafe extern "C" fn detach(_: *mut HPyContext, before: usize) {
    if let Some(release) = api().PyGILState_Release {
        // SAFETY: the number is one that `attach` gave, and stands for what the interpreter gave then: a
        // thread that it did not know was not attached.
        unsafe { release(c_int::from(before != 0)) }
    }
}
