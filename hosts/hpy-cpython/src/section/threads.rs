//! Leaving and re-entering Python.

use crate::capi::*;
use crate::host::members;
use hpy_abi::*;

members! {
    fn ctx_LeavePythonExecution(ctx) -> HPyThreadState { HPyThreadState(PyEval_SaveThread() as isize) }
    fn ctx_ReenterPythonExecution(ctx, state: HPyThreadState) {
        PyEval_RestoreThread(state.0 as *mut core::ffi::c_void)
    }
}
