//! Calls of functions in Python that go elsewhere.

use super::attach;
use crate::Object;
use hpy_abi::HPy;

/// Lets calls of a function in Python go to another callable, or to the function again: what
/// [`hpy_abi::ext::Extensions::redirect`] does. Whether the host can.
pub fn redirect(function: &Object<'_>, target: Option<&Object<'_>>) -> bool {
    let Some(redirect) = attach::extensions().and_then(|extensions| extensions.redirect) else {
        return false;
    };
    let target = target.map_or(HPy::NULL, Object::as_raw);
    // SAFETY: open handles, or null where there is no target.
    unsafe { redirect(function.ctx().as_raw(), function.as_raw(), target) != 0 }
}
