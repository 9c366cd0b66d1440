//! What may stand where a name is expected.

use super::{Object, Sealed};
use crate::{Ctx, Result};
use core::ffi::CStr;
use hpy_abi::{HPy, Utf8};

/// The name of an attribute or method: a `c"literal"` (the cheapest), a `&str` or a `&Object`.
pub trait Name: Sealed {
    /// Calls one of the two with the name in the form at hand.
    #[doc(hidden)]
    fn with<'c, R>(
        self,
        ctx: Ctx<'c>,
        utf8: impl FnOnce(Utf8) -> Result<R>,
        handle: impl FnOnce(HPy) -> Result<R>,
    ) -> Result<R>;

    /// The name as a `str`.
    #[doc(hidden)]
    fn to_handle(self, ctx: Ctx<'_>) -> Result<Object<'_>>;
}

impl Sealed for &CStr {}
impl Name for &CStr {
    #[inline]
    fn with<'c, R>(
        self,
        _ctx: Ctx<'c>,
        utf8: impl FnOnce(Utf8) -> Result<R>,
        _handle: impl FnOnce(HPy) -> Result<R>,
    ) -> Result<R> {
        utf8(Utf8(self.as_ptr()))
    }

    fn to_handle(self, ctx: Ctx<'_>) -> Result<Object<'_>> {
        ctx.str(self.to_str()?).map(Into::into)
    }
}

impl Sealed for &str {}
impl Name for &str {
    fn with<'c, R>(
        self,
        ctx: Ctx<'c>,
        _utf8: impl FnOnce(Utf8) -> Result<R>,
        handle: impl FnOnce(HPy) -> Result<R>,
    ) -> Result<R> {
        handle(ctx.str(self)?.as_raw())
    }

    fn to_handle(self, ctx: Ctx<'_>) -> Result<Object<'_>> {
        ctx.str(self).map(Into::into)
    }
}

impl Sealed for &Object<'_> {}
impl Name for &Object<'_> {
    fn with<'c, R>(
        self,
        _ctx: Ctx<'c>,
        _utf8: impl FnOnce(Utf8) -> Result<R>,
        handle: impl FnOnce(HPy) -> Result<R>,
    ) -> Result<R> {
        handle(self.as_raw())
    }

    fn to_handle(self, ctx: Ctx<'_>) -> Result<Object<'_>> {
        crate::IntoPython::into_python(self, ctx)
    }
}
