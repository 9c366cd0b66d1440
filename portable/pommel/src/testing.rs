//! Testing an extension without Python.
//!
//! A test runs the extension on a host in memory; see the crate `hpy-mock`.

use crate::raw::{self, attach};
use crate::{Ctx, Module, Object, Result};
use hpy_abi::{HPy, HPyContext};

/// Lets the extension in this binary run on the host behind `ctx`.
///
/// # Safety
/// `ctx` is live for `'c`, and no other thread of the process uses the extension meanwhile.
pub unsafe fn enter<'c>(ctx: *mut HPyContext) -> Ctx<'c> {
    // SAFETY: the caller's promise.
    unsafe {
        attach::attach(ctx);
        Ctx::from_raw(ctx)
    }
}

/// Takes a handle that the host gave, such as that of an imported module.
///
/// # Safety
/// `raw` is null with an exception set, or a new handle.
pub unsafe fn take<'c>(ctx: Ctx<'c>, raw: HPy) -> Result<Object<'c>> {
    // SAFETY: the caller's promise.
    unsafe { raw::new_handle(ctx, raw) }
}

/// Views an object as a module.
pub fn module<'a, 'c>(object: &'a Object<'c>) -> Result<&'a Module<'c>> {
    object.cast()
}
