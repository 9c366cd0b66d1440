//! Iteration.

use crate::capi::*;
use crate::host::{handle, members, obj};
use hpy_abi::*;

members! {
    fn ctx_GetIter(ctx, object: HPy) -> HPy { handle(PyObject_GetIter(obj(object))) }
    fn ctx_Iter_Next(ctx, object: HPy) -> HPy { handle(PyIter_Next(obj(object))) }
    fn ctx_Iter_Check(ctx, object: HPy) -> Flag { Flag(PyIter_Check(obj(object))) }
}
