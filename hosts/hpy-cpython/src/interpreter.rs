//! Which interpreter of a process an extension works for: the main one, and no other.
//!
//! A binary keeps its context, its `HPyGlobal`s and its classes in static variables: the ABI has
//! one of each for the process. A second interpreter would be given the first one's built-ins and
//! classes, and whichever of them ends first takes those away from the other. CPython asks a module
//! only about interpreters that are isolated (3.12 and later), and what it says to the user then
//! names neither reason nor remedy; so modules say that they may be loaded everywhere, and refuse
//! by themselves.
//!
//! CPython 3.13 and later run `PyInit_NAME` in the main interpreter, whoever imports, and older ones
//! where the import is: so it is asked there, before anything is filled from the wrong interpreter,
//! and once more when the module is run.

use crate::capi::*;
use core::ffi::{CStr, c_int};
use core::ptr::null_mut;

/// Why a module is not imported.
pub(crate) const REFUSAL: &str = "extensions for HPy work in the main interpreter of a process and \
    in no subinterpreter, because they have one context and one set of classes; import it in the \
    main interpreter, or use processes (concurrent.futures.ProcessPoolExecutor) where you would use \
    subinterpreters";

/// Whether the thread is in the main interpreter. There is no other where nobody can ask.
///
/// # Safety
/// The API is loaded; the thread is attached to an interpreter.
pub(crate) unsafe fn is_main() -> bool {
    // SAFETY: the caller's promise.
    unsafe {
        match (api().PyInterpreterState_Get, api().PyInterpreterState_GetID) {
            (Some(get), Some(id)) => id(get()) == 0,
            _ => true,
        }
    }
}

/// The first `Py_mod_exec` slot of every module: refuses where the module does not work.
///
/// # Safety
/// Called by the interpreter with a module of ours.
pub(crate) unsafe extern "C" fn check(module: Obj) -> c_int {
    // SAFETY: the caller's promise; a module has been made of a definition, so the API is loaded.
    unsafe {
        if is_main() {
            return 0;
        }
        let name = PyObject_GetAttrString(module, c"__name__".as_ptr());
        let mut text = null_mut();
        if !name.is_null() {
            text = PyUnicode_AsUTF8AndSize(name, null_mut()).cast_mut();
        }
        let shown = if text.is_null() { c"an extension" } else { CStr::from_ptr(text) };
        raise_import_error(&format!("cannot import {}: {REFUSAL}", shown.to_string_lossy()));
        if !name.is_null() {
            Py_DecRef(name);
        }
        -1
    }
}
