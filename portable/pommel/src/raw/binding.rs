//! Classes of callables that become methods.

use super::attach;
use crate::Type;

/// Makes `instance.method(...)` a call with the instance in front, without a bound method, where `method` is an
/// instance of this class, which Python code derived from one of ours and which has its `__get__` and its
/// `__call__`: what [`hpy_abi::ext::Extensions::bind_directly`] does. Whether it is so from now on.
pub fn bind_directly(class: &Type<'_>) -> bool {
    let Some(bind) = attach::extensions().and_then(|extensions| extensions.bind_directly) else {
        return false;
    };
    // SAFETY: an open handle.
    unsafe { bind(class.ctx().as_raw(), class.as_raw()) != 0 }
}
