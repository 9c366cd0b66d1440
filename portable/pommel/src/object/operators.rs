//! Python's operators on objects, under Rust's names.

use super::Object;
use crate::raw::{self, calls};
use crate::{IntoPython, Result};
use hpy_abi::CmpOp;

/// One method per binary operator of the context.
macro_rules! binary {
    ($($name:ident $member:ident $text:literal;)*) => {$(
        #[doc = concat!("`self ", $text, " other`.")]
        pub fn $name(&self, other: impl IntoPython) -> Result<Object<'c>> {
            let ctx = self.ctx();
            // SAFETY: two open handles; the result is new.
            other.lend(ctx, |other| unsafe {
                raw::new_handle(ctx, calls::$member(ctx.as_raw(), self.as_raw(), other.as_raw()))
            })
        }
    )*};
}

/// One method per unary operator of the context.
macro_rules! unary {
    ($($name:ident $member:ident $text:literal;)*) => {$(
        #[doc = concat!("`", $text, "`.")]
        pub fn $name(&self) -> Result<Object<'c>> {
            let ctx = self.ctx();
            // SAFETY: an open handle; the result is new.
            unsafe { raw::new_handle(ctx, calls::$member(ctx.as_raw(), self.as_raw())) }
        }
    )*};
}

impl<'c> Object<'c> {
    binary! {
        add ctx_Add "+";
        sub ctx_Subtract "-";
        mul ctx_Multiply "*";
        matmul ctx_MatrixMultiply "@";
        floor_div ctx_FloorDivide "//";
        true_div ctx_TrueDivide "/";
        rem ctx_Remainder "%";
        lshift ctx_Lshift "<<";
        rshift ctx_Rshift ">>";
        bit_and ctx_And "&";
        bit_xor ctx_Xor "^";
        bit_or ctx_Or "|";
        iadd ctx_InPlaceAdd "+=";
        isub ctx_InPlaceSubtract "-=";
        imul ctx_InPlaceMultiply "*=";
        imatmul ctx_InPlaceMatrixMultiply "@=";
        ifloor_div ctx_InPlaceFloorDivide "//=";
        itrue_div ctx_InPlaceTrueDivide "/=";
        irem ctx_InPlaceRemainder "%=";
        ilshift ctx_InPlaceLshift "<<=";
        irshift ctx_InPlaceRshift ">>=";
        ibit_and ctx_InPlaceAnd "&=";
        ibit_xor ctx_InPlaceXor "^=";
        ibit_or ctx_InPlaceOr "|=";
    }
    unary! {
        neg ctx_Negative "-self";
        pos ctx_Positive "+self";
        abs ctx_Absolute "abs(self)";
        invert ctx_Invert "~self";
        index ctx_Index "operator.index(self)";
        to_int ctx_Long "int(self)";
        to_float ctx_Float "float(self)";
    }

    /// `self ** exponent`.
    pub fn pow(&self, exponent: impl IntoPython) -> Result<Object<'c>> {
        let ctx = self.ctx();
        // SAFETY: open handles, `None` for the modulus; the result is new.
        exponent.lend(ctx, |exponent| unsafe {
            let none = calls::h_None(ctx.as_raw());
            let (this, exponent) = (self.as_raw(), exponent.as_raw());
            raw::new_handle(ctx, calls::ctx_Power(ctx.as_raw(), this, exponent, none))
        })
    }

    /// `self **= exponent`.
    pub fn ipow(&self, exponent: impl IntoPython) -> Result<Object<'c>> {
        let ctx = self.ctx();
        // SAFETY: open handles, `None` for the modulus; the result is new.
        exponent.lend(ctx, |exponent| unsafe {
            let none = calls::h_None(ctx.as_raw());
            let (this, exponent) = (self.as_raw(), exponent.as_raw());
            raw::new_handle(ctx, calls::ctx_InPlacePower(ctx.as_raw(), this, exponent, none))
        })
    }

    /// `self op other` as an object, for one of [`CmpOp`]'s constants.
    pub fn rich_compare(&self, op: CmpOp, other: impl IntoPython) -> Result<Object<'c>> {
        let ctx = self.ctx();
        // SAFETY: two open handles; the result is new.
        other.lend(ctx, |other| unsafe {
            let (this, other) = (self.as_raw(), other.as_raw());
            raw::new_handle(ctx, calls::ctx_RichCompare(ctx.as_raw(), this, other, op))
        })
    }

    /// `self op other` as a truth value, for one of [`CmpOp`]'s constants; identity implies
    /// equality.
    pub fn compare(&self, op: CmpOp, other: impl IntoPython) -> Result<bool> {
        let ctx = self.ctx();
        other.lend(ctx, |other| {
            // SAFETY: two open handles.
            ctx.check_flag(unsafe {
                calls::ctx_RichCompareBool(ctx.as_raw(), self.as_raw(), other.as_raw(), op)
            })
        })
    }

    /// `self == other`.
    pub fn equals(&self, other: impl IntoPython) -> Result<bool> {
        self.compare(CmpOp::EQ, other)
    }
}
