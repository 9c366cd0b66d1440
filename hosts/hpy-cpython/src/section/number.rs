//! Operators on numbers: each is the C API's function of the same name.

use crate::capi::*;
use crate::host::{handle, members, obj};
use hpy_abi::*;

/// `ctx_X = C function` for the operators, by number of operands.
macro_rules! operators {
    (1: $($unary:ident = $unary_fn:ident),*; 2: $($binary:ident = $binary_fn:ident),*;
     3: $($ternary:ident = $ternary_fn:ident),*;) => {
        members! {
            $(fn $unary(ctx, h1: HPy) -> HPy { handle($unary_fn(obj(h1))) })*
            $(fn $binary(ctx, h1: HPy, h2: HPy) -> HPy { handle($binary_fn(obj(h1), obj(h2))) })*
            $(fn $ternary(ctx, h1: HPy, h2: HPy, h3: HPy) -> HPy {
                handle($ternary_fn(obj(h1), obj(h2), obj(h3)))
            })*
        }
    };
}

operators! {
    1:
    ctx_Negative = PyNumber_Negative, ctx_Positive = PyNumber_Positive,
    ctx_Absolute = PyNumber_Absolute, ctx_Invert = PyNumber_Invert,
    ctx_Index = PyNumber_Index, ctx_Long = PyNumber_Long, ctx_Float = PyNumber_Float;
    2:
    ctx_Add = PyNumber_Add, ctx_Subtract = PyNumber_Subtract, ctx_Multiply = PyNumber_Multiply,
    ctx_MatrixMultiply = PyNumber_MatrixMultiply, ctx_FloorDivide = PyNumber_FloorDivide,
    ctx_TrueDivide = PyNumber_TrueDivide, ctx_Remainder = PyNumber_Remainder,
    ctx_Divmod = PyNumber_Divmod, ctx_Lshift = PyNumber_Lshift, ctx_Rshift = PyNumber_Rshift,
    ctx_And = PyNumber_And, ctx_Xor = PyNumber_Xor, ctx_Or = PyNumber_Or,
    ctx_InPlaceAdd = PyNumber_InPlaceAdd, ctx_InPlaceSubtract = PyNumber_InPlaceSubtract,
    ctx_InPlaceMultiply = PyNumber_InPlaceMultiply,
    ctx_InPlaceMatrixMultiply = PyNumber_InPlaceMatrixMultiply,
    ctx_InPlaceFloorDivide = PyNumber_InPlaceFloorDivide,
    ctx_InPlaceTrueDivide = PyNumber_InPlaceTrueDivide,
    ctx_InPlaceRemainder = PyNumber_InPlaceRemainder, ctx_InPlaceLshift = PyNumber_InPlaceLshift,
    ctx_InPlaceRshift = PyNumber_InPlaceRshift, ctx_InPlaceAnd = PyNumber_InPlaceAnd,
    ctx_InPlaceXor = PyNumber_InPlaceXor, ctx_InPlaceOr = PyNumber_InPlaceOr;
    3:
    ctx_Power = PyNumber_Power, ctx_InPlacePower = PyNumber_InPlacePower;
}

members! {
    fn ctx_Number_Check(ctx, h: HPy) -> Flag { Flag(PyNumber_Check(obj(h))) }
}
