//! Elements as kernels see them: how they lie in memory, and as what they are computed.

use crate::dtype::DType;
use crate::kernels::status::{self, Status};
use half::f16;
use num_complex::Complex;

/// A truth value in memory. Any byte but 0 is true, whoever wrote it.
#[derive(Clone, Copy, Debug, Default)]
#[repr(transparent)]
pub(crate) struct Truth(pub u8);

/// The nearest `float16`. It is computed, not converted by the processor, so that what the processor
/// would note of the conversion is noted here.
#[inline(always)]
pub(crate) fn half(value: f32) -> f16 {
    let near = f16::from_f32(value);
    let exponent = near.to_bits() & 0x7c00;
    if exponent == 0x7c00 || exponent == 0 && value != 0.0 {
        note_edge(value, near);
    }
    near
}

/// Notes what a number has lost that became an infinity, a zero or a number next to it.
#[inline(never)]
fn note_edge(value: f32, near: f16) {
    let noted = if near.is_infinite() && value.is_finite() {
        Status::OVERFLOW
    } else if near.to_bits() & 0x7c00 == 0 && near.to_f32() != value {
        Status::UNDERFLOW
    } else {
        return;
    };
    status::write(status::read() | noted);
}

/// An element in memory. Every pattern of bits is one.
pub(crate) trait Lane: Copy + Send + Sync + 'static {
    /// As what it is computed.
    type Work: Copy;
    /// Its type's name.
    const DTYPE: DType;
    fn up(self) -> Self::Work;
    fn down(work: Self::Work) -> Self;
}

impl Lane for Truth {
    type Work = bool;
    const DTYPE: DType = DType::Bool;
    #[inline(always)]
    fn up(self) -> bool {
        self.0 != 0
    }
    #[inline(always)]
    fn down(work: bool) -> Truth {
        Truth(work as u8)
    }
}

impl Lane for f16 {
    type Work = f32;
    const DTYPE: DType = DType::Float16;
    #[inline(always)]
    fn up(self) -> f32 {
        self.to_f32()
    }
    #[inline(always)]
    fn down(work: f32) -> f16 {
        half(work)
    }
}

macro_rules! plain {
    ($($ty:ty, $dtype:ident;)*) => {$(
        impl Lane for $ty {
            type Work = $ty;
            const DTYPE: DType = DType::$dtype;
            #[inline(always)]
            fn up(self) -> $ty {
                self
            }
            #[inline(always)]
            fn down(work: $ty) -> $ty {
                work
            }
        }
    )*};
}
plain! {
    i8, Int8;
    i16, Int16;
    i32, Int32;
    i64, Int64;
    u8, UInt8;
    u16, UInt16;
    u32, UInt32;
    u64, UInt64;
    f32, Float32;
    f64, Float64;
    Complex<f32>, Complex64;
    Complex<f64>, Complex128;
}

/// Evaluates `$body` with `$lane` standing for the lane type of a `DType`.
macro_rules! with_lane {
    ($dtype:expr, $lane:ident => $body:expr) => {{
        use $crate::dtype::DType;
        use $crate::kernels::lane::Truth;
        match $dtype {
            DType::Bool => {
                type $lane = Truth;
                $body
            }
            DType::Int8 => {
                type $lane = i8;
                $body
            }
            DType::Int16 => {
                type $lane = i16;
                $body
            }
            DType::Int32 => {
                type $lane = i32;
                $body
            }
            DType::Int64 => {
                type $lane = i64;
                $body
            }
            DType::UInt8 => {
                type $lane = u8;
                $body
            }
            DType::UInt16 => {
                type $lane = u16;
                $body
            }
            DType::UInt32 => {
                type $lane = u32;
                $body
            }
            DType::UInt64 => {
                type $lane = u64;
                $body
            }
            DType::Float16 => {
                type $lane = half::f16;
                $body
            }
            DType::Float32 => {
                type $lane = f32;
                $body
            }
            DType::Float64 => {
                type $lane = f64;
                $body
            }
            DType::Complex64 => {
                type $lane = num_complex::Complex<f32>;
                $body
            }
            DType::Complex128 => {
                type $lane = num_complex::Complex<f64>;
                $body
            }
        }
    }};
}
pub(crate) use with_lane;
