//! The native struct of an instance, by the shape of its class.

use crate::host::{members, obj};
use crate::layout::payload;
use core::ffi::c_void;
use hpy_abi::*;

/// `ctx_AsStruct_X: SHAPE`
macro_rules! as_struct {
    ($($name:ident: $shape:ident,)*) => {
        members! {
            $(fn $name(ctx, h: HPy) -> *mut c_void { payload::<L>(obj(h), BuiltinShape::$shape) })*
        }
    };
}

as_struct! {
    ctx_AsStruct_Object: OBJECT,
    ctx_AsStruct_Legacy: LEGACY,
    ctx_AsStruct_Type: TYPE,
    ctx_AsStruct_Long: LONG,
    ctx_AsStruct_Float: FLOAT,
    ctx_AsStruct_Unicode: UNICODE,
    ctx_AsStruct_Tuple: TUPLE,
    ctx_AsStruct_List: LIST,
    ctx_AsStruct_Dict: DICT,
}
