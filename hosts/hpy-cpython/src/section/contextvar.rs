//! Context variables.

use crate::capi::*;
use crate::host::{handle, members, obj};
use hpy_abi::*;

members! {
    fn ctx_ContextVar_New(ctx, name: Utf8, default_value: HPy) -> HPy {
        handle(PyContextVar_New(name.0, obj(default_value)))
    }
    fn ctx_ContextVar_Get(
        ctx, context_var: HPy, default_value: HPy, result: HandleOut
    ) -> Status {
        let mut value = core::ptr::null_mut();
        let status = PyContextVar_Get(obj(context_var), obj(default_value), &mut value);
        result.0.write(handle(value));
        Status(status)
    }
    fn ctx_ContextVar_Set(ctx, context_var: HPy, value: HPy) -> HPy {
        handle(PyContextVar_Set(obj(context_var), obj(value)))
    }
}
