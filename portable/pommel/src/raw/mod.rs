//! The unsafe ground floor: single calls through the context, and the four doors by which a raw
//! handle becomes a safe one.
//!
//! Laws of this module:
//! 1. A raw handle that a member returned is owned by whoever received it; it becomes safe through
//!    [`new_handle`] or [`new_handle_or_end`].
//! 2. A raw handle that Python passed as an argument is borrowed; it becomes safe through
//!    [`borrowed`].
//! 3. A safe handle that goes back to Python is given up through [`give_up`].
//! 4. Nobody outside this module makes an [`Object`] from bits.
//! 5. Bits on their way to Python, without the context beside them, are a [`NewHandle`], so that
//!    safe code cannot make them up.

pub mod attach;
mod binding;
pub mod calls;
pub(crate) mod exceptions;
mod observe;
mod redirect;
mod threads;
mod watch;

use crate::{Ctx, Error, Object, Result};
pub use binding::bind_directly;
use core::mem::ManuallyDrop;
pub use hpy_abi::HPy;
pub use hpy_abi::ext::{SMALL_INT_MAX, SMALL_INT_MIN, counts, ints, places};
pub use observe::observe;
pub use redirect::redirect;
pub use threads::{can_attach, enter_from_c};
pub use watch::{Watch, attribute_place};

/// Whether a member returned a handle and not null. PyPy's own HPy returns -1 in place of null where
/// its stack is full.
#[inline(always)]
pub(crate) fn is_handle(raw: HPy) -> bool {
    raw.0.wrapping_add(1) as usize > 1
}

/// Takes ownership of a handle that a member returned; null means that an exception is set.
///
/// # Safety
/// `raw` is null or a new handle that nobody else will close.
#[inline(always)]
pub unsafe fn new_handle<'c>(ctx: Ctx<'c>, raw: HPy) -> Result<Object<'c>> {
    if is_handle(raw) { Ok(Object::from_parts(raw, ctx)) } else { Err(Error::pending()) }
}

/// Like [`new_handle`] for members whose null may also mean "nothing more", without an exception.
///
/// # Safety
/// As for [`new_handle`].
#[inline]
pub unsafe fn new_handle_or_end<'c>(ctx: Ctx<'c>, raw: HPy) -> Result<Option<Object<'c>>> {
    if is_handle(raw) {
        Ok(Some(Object::from_parts(raw, ctx)))
    } else if ctx.error_is_set() {
        Err(Error::pending())
    } else {
        Ok(None)
    }
}

/// A safe view of a handle that somebody else will close.
///
/// # Safety
/// `raw` is not null and stays open as long as the result is used.
#[inline(always)]
pub unsafe fn borrowed<'c>(ctx: Ctx<'c>, raw: HPy) -> ManuallyDrop<Object<'c>> {
    ManuallyDrop::new(Object::from_parts(raw, ctx))
}

/// Gives a handle to the caller, who must close it or pass it on.
#[inline(always)]
pub fn give_up(object: Object<'_>) -> HPy {
    ManuallyDrop::new(object).as_raw()
}

/// A handle that belongs to whoever has it, as bare bits: a result in one register.
#[repr(transparent)]
#[must_use = "nobody else closes it"]
pub struct NewHandle(HPy);

impl NewHandle {
    /// Takes ownership of a handle.
    ///
    /// # Safety
    /// `raw` is a new handle that nobody else will close.
    #[inline(always)]
    pub unsafe fn new(raw: HPy) -> NewHandle {
        NewHandle(raw)
    }

    /// The bits of an object's handle.
    #[inline(always)]
    pub fn of(object: Object<'_>) -> NewHandle {
        NewHandle(give_up(object))
    }

    /// The bits, for the caller to close or to pass on.
    #[inline(always)]
    pub fn into_bits(self) -> HPy {
        self.0
    }

    /// The object, in the call at hand.
    #[inline(always)]
    pub fn into_object<'c>(self, ctx: Ctx<'c>) -> Object<'c> {
        Object::from_parts(self.0, ctx)
    }
}
