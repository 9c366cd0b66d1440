//! From C into Rust. Every function that Python calls passes here: a panic becomes a
//! `RuntimeError`, an error becomes the exception that is set, and the C result says so.

use crate::raw::{self, NewHandle};
use crate::{Ctx, Error, Object, Output, Result};
use core::any::Any;
use hpy_abi::{FlagOrErr, HPy, HPyContext, Hash, LenOrErr, Status};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The C results of functions that Python calls.
pub trait CResult {
    /// What says that an exception is set.
    const FAILED: Self;
}

macro_rules! c_results {
    ($($ty:ident = $failed:expr;)*) => {$(
        impl CResult for $ty {
            const FAILED: $ty = $failed;
        }
    )*};
}
c_results! {
    HPy = HPy::NULL;
    Status = Status::ERR;
    FlagOrErr = FlagOrErr::ERR;
    LenOrErr = LenOrErr(-1);
    Hash = Hash(-1);
}
impl CResult for () {
    const FAILED: () = ();
}

/// Runs the body of a function that Python called.
///
/// # Safety
/// `ctx` is the context of the call.
#[inline(always)]
pub unsafe fn enter<R: CResult>(
    ctx: *mut HPyContext,
    body: impl for<'c> FnOnce(Ctx<'c>) -> Result<R>,
) -> R {
    // SAFETY: the context of a call is live for the call.
    let call = AssertUnwindSafe(|| body(unsafe { Ctx::from_raw(ctx) }));
    match catch_unwind(call) {
        Ok(Ok(result)) => result,
        Ok(Err(error)) => {
            error.set(ctx);
            R::FAILED
        }
        Err(panic) => {
            panicked(panic).set(ctx);
            R::FAILED
        }
    }
}

/// The exception for a panic.
#[cold]
pub(crate) fn panicked(panic: Box<dyn Any + Send>) -> Error {
    let text = match panic.downcast_ref::<&str>() {
        Some(text) => text,
        None => panic.downcast_ref::<String>().map_or("no message", String::as_str),
    };
    Error::runtime_error(format!(
        "the extension panicked: {text} (a bug in the extension; standard error says where)"
    ))
}

/// What a method returned, after the borrow of its receiver.
#[inline(always)]
pub fn ended<T, R>(returned: T, receiver: R) -> T {
    drop(receiver);
    returned
}

/// Turns what a function returned into the C result.
#[inline(always)]
pub fn object_result(ctx: Ctx<'_>, output: impl Output) -> Result<HPy> {
    output.into_raw_object(ctx).map(NewHandle::into_bits)
}

/// The same for an object that is there already.
#[inline(always)]
pub(crate) fn raw_result(object: Result<Object<'_>>) -> Result<HPy> {
    object.map(raw::give_up)
}
