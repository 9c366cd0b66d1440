//! Functions in Python that begin to run.

use super::attach;
use crate::{Ctx, Object};
use hpy_abi::HPy;

/// Tells an object of the functions that begin to run, or nobody any more: what
/// [`hpy_abi::ext::Extensions::observe`] does. Whether the host can.
pub fn observe(ctx: Ctx<'_>, observer: Option<&Object<'_>>) -> bool {
    let Some(observe) = attach::extensions().and_then(|extensions| extensions.observe) else {
        return false;
    };
    // SAFETY: an open handle, or null for nobody.
    unsafe { observe(ctx.as_raw(), observer.map_or(HPy::NULL, Object::as_raw)) != 0 }
}
