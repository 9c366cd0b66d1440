//! Slices.

use crate::capi::*;
use crate::host::{handle, members, obj};
use hpy_abi::*;

members! {
    fn ctx_Slice_New(ctx, start: HPy, stop: HPy, step: HPy) -> HPy {
        handle(PySlice_New(obj(start), obj(stop), obj(step)))
    }
    fn ctx_Slice_Unpack(
        ctx, slice: HPy, start: *mut Len, stop: *mut Len, step: *mut Len
    ) -> Status {
        Status(PySlice_Unpack(obj(slice), start.cast(), stop.cast(), step.cast()))
    }
    fn ctx_GetSlice(ctx, object: HPy, start: Len, end: Len) -> HPy {
        handle(PySequence_GetSlice(obj(object), start.0, end.0))
    }
    fn ctx_SetSlice(ctx, object: HPy, start: Len, end: Len, value: HPy) -> Status {
        Status(PySequence_SetSlice(obj(object), start.0, end.0, obj(value)))
    }
    fn ctx_DelSlice(ctx, object: HPy, start: Len, end: Len) -> Status {
        Status(PySequence_DelSlice(obj(object), start.0, end.0))
    }
}
