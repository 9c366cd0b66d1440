//! The host as a static library: what an extension in C or C++ links to be one binary for every
//! Python.
//!
//! Such an extension is compiled for the universal ABI with `HPY_ONE_BINARY` defined, so that
//! `HPy_MODINIT` also makes `PyInit_NAME`, which calls [`hpy_host_init_module`].
//! A crate of its own, because a static library carries everything that it uses, which no other
//! user of the host should build.

use core::ffi::{CStr, c_char};
use hpy_abi::{HPyContext, HPyModuleDef, cpy_PyObject};
use hpy_cpython::{ModuleEntry, module_init};

/// Does the work of `PyInit_NAME`; see `hpymodule.h`.
///
/// # Safety
/// Called by `PyInit_NAME`, once per import: `name` is a string literal, and the functions are those
/// that `HPy_MODINIT` made.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hpy_host_init_module(
    name: *const c_char,
    def: unsafe extern "C" fn() -> *mut HPyModuleDef,
    set_context: unsafe extern "C" fn(*mut HPyContext),
    uses_gil: bool,
) -> *mut cpy_PyObject {
    // SAFETY: a string literal, which lives as long as the shared object.
    let name: &'static CStr = unsafe { CStr::from_ptr(name) };
    // The host keeps the entry, a few words for each import of the module.
    let entry = Box::leak(Box::new(ModuleEntry { name, def, set_context, uses_gil }));
    // SAFETY: the caller's promise.
    unsafe { module_init(entry) }
}
