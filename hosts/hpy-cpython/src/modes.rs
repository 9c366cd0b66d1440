//! The context that an import gets when the environment variable `HPY` asks for another than the
//! host's own.
//!
//! The contexts of debug and trace mode are not in every extension: they are in the Python package
//! `hpy`, once, so that release binaries pay nothing and one place knows all handles.
//! The price of the question is one `getenv` at import.

use crate::capi::*;
use crate::host;
use crate::mode::{CAPSULE, Mode};
use core::ffi::CStr;
use core::ptr::null_mut;
use hpy_abi::HPyContext;

/// The module that offers the contexts.
const PROVIDER: &CStr = c"hpy.universal";
/// Its function that takes a mode's number and gives a capsule.
const OFFER: &CStr = c"_get_context";

/// The context for a module; the error says what is wrong and what to do.
///
/// # Safety
/// The API is loaded, the context filled, and the thread attached to the interpreter.
pub(crate) unsafe fn context_for(module: &CStr) -> Result<*mut HPyContext, String> {
    // SAFETY: a C string; the value is copied before anybody can change the environment.
    let value = unsafe {
        let value = libc::getenv(c"HPY".as_ptr());
        if value.is_null() {
            return Ok(host::context());
        }
        CStr::from_ptr(value).to_string_lossy().into_owned()
    };
    match Mode::requested(&module.to_string_lossy(), &value) {
        Ok(Mode::Universal) => Ok(host::context()),
        // SAFETY: the caller's promise.
        Ok(mode) => unsafe { fetch(mode, &value) },
        Err(invalid) => Err(invalid.to_string()),
    }
}

/// Asks the provider for its context of a mode.
///
/// # Safety
/// As [`context_for`].
#[cold]
unsafe fn fetch(mode: Mode, value: &str) -> Result<*mut HPyContext, String> {
    // SAFETY: documented functions on new references; the provider's contexts are never freed.
    unsafe {
        let provider = PyImport_ImportModule(PROVIDER.as_ptr());
        if provider.is_null() {
            PyErr_Clear();
            return Err(format!(
                "HPY={value} asks for {} mode, which Pommel's Python package hpy provides, and it \
                 cannot be imported here; install pommel-hpy (from a checkout of Pommel: `python \
                 -m pip install ./python/hpy`), or unset HPY",
                mode.name()
            ));
        }
        let offer = PyObject_GetAttrString(provider, OFFER.as_ptr());
        Py_DecRef(provider);
        let mut capsule = null_mut();
        if !offer.is_null() {
            let number = PyLong_FromLong(mode as _);
            capsule = PyObject_VectorcallDict(offer, &raw const number, 1, null_mut());
            Py_DecRef(number);
            Py_DecRef(offer);
        }
        let mut context = null_mut();
        if !capsule.is_null() {
            context = PyCapsule_GetPointer(capsule, CAPSULE.as_ptr());
            Py_DecRef(capsule);
        }
        if context.is_null() {
            PyErr_Clear();
            return Err(format!(
                "HPY={value} asks for {} mode, and the Python package hpy that is installed here \
                 does not provide it to this extension; install one of the same version as the \
                 extension's host (hpy-cpython {}), or unset HPY",
                mode.name(),
                env!("CARGO_PKG_VERSION"),
            ));
        }
        Ok(context.cast())
    }
}
