//! Functions that C calls, on any thread.

use super::{attach, calls};
use crate::held::{Stay, arrive};
use crate::rt::entry::panicked;
use crate::{Ctx, Error, Result};
use hpy_abi::HPy;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What the host says of a thread that the interpreter did not know.
const UNKNOWN: usize = 2;

/// Whether the host lets any thread use Python.
pub fn can_attach() -> bool {
    attach::extensions().is_some_and(|e| e.attach_thread.is_some() && e.detach_thread.is_some())
}

/// Runs the body of a function that C calls, on a thread of which nothing is known, and gives `failed`
/// where that fails. The exception is set then, for whoever called the C code from Python; on a thread
/// that Python does not know, where nobody will ever see it, it is reported at once. While an exception
/// is set already nothing is run.
///
/// # Safety
/// The interpreter has not ended.
pub unsafe fn enter_from_c<R>(failed: R, body: impl for<'c> FnOnce(Ctx<'c>) -> Result<R>) -> R {
    let raw = attach::context();
    let both = attach::extensions().and_then(|e| e.attach_thread.zip(e.detach_thread));
    let Some((attach_thread, detach_thread)) = both else { return failed };
    // SAFETY: any thread may ask, and has Python from there until it gives it back; errors are set before
    // that. What ends meanwhile ends as in any call from Python.
    unsafe {
        let before = attach_thread(raw);
        let stay = Stay::outside();
        let result = match attempt(Ctx::from_raw(raw), body) {
            Some(Ok(result)) => result,
            Some(Err(error)) => {
                error.set(raw);
                if before == UNKNOWN {
                    calls::ctx_Err_WriteUnraisable(raw, HPy::NULL);
                }
                failed
            }
            None => failed,
        };
        drop(stay);
        detach_thread(raw, before);
        result
    }
}

/// Runs the body, if no exception is set.
fn attempt<'c, R>(ctx: Ctx<'c>, body: impl FnOnce(Ctx<'c>) -> Result<R>) -> Option<Result<R>> {
    if ctx.error_is_set() {
        return None;
    }
    arrive(ctx);
    let done = catch_unwind(AssertUnwindSafe(|| body(ctx)));
    Some(done.unwrap_or_else(|panic| Err::<R, Error>(panicked(panic))))
}
