//! The context of each mode. They are made on first use and never freed: binaries keep them.

use core::ptr::null_mut;
use core::sync::atomic::{AtomicPtr, Ordering};
use hpy_abi::HPyContext;
use hpy_cpython::mode::Mode;

/// The host's own context.
static PLAIN: AtomicPtr<HPyContext> = AtomicPtr::new(null_mut());

/// Notes the host's own context, when the module is initialised.
pub(crate) fn set_plain(ctx: *mut HPyContext) {
    PLAIN.store(ctx, Ordering::Release);
}

/// The host's own context; null before the module is initialised.
pub(crate) fn plain() -> *mut HPyContext {
    PLAIN.load(Ordering::Acquire)
}

/// The context for a mode; `None` if this build does not have it.
pub(crate) fn of(mode: Mode) -> Option<*mut HPyContext> {
    match mode {
        Mode::Universal => Some(plain()),
        Mode::Debug => Some(crate::debug::context()),
        Mode::Trace => Some(crate::trace::context()),
    }
}
