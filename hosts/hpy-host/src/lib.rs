//! Contexts that wrap another context: debug mode and trace mode.
//!
//! An extension reaches Python through nothing but its context, so that whoever hands it another
//! one sees all that it does, without compiling it again and without knowing the interpreter.
//! Both modes are such contexts. They are derived from the tables in `hpy-abi`, row by row: the
//! types of a row say what to do with its arguments and its result, and a function is written by
//! hand only where it means more than its types.
//!
//! * [`debug`] — handles that know where they were made and whether they are still open.
//! * [`trace`] — which functions are called, how often and for how long.
//!
//! It may use: `hpy-abi`, and crates that know no Python. It must never know: an interpreter, or
//! the host that made the context it wraps.
#![allow(non_snake_case)]

pub mod debug;
mod extensions;
mod registry;
pub mod trace;
mod trampoline;

/// Ends the process through the wrapped context, as `HPy_FatalError` does.
///
/// # Safety
/// `inner` is a context of this thread.
#[cold]
unsafe fn fatal(inner: *mut hpy_abi::HPyContext, message: &str) -> ! {
    let text = std::ffi::CString::new(message).unwrap_or_default();
    // SAFETY: the caller's promise; the text is NUL-terminated.
    unsafe { ((*inner).ctx_FatalError)(inner, hpy_abi::Utf8(text.as_ptr())) };
    // A host that comes back from that has not understood.
    std::process::abort()
}
