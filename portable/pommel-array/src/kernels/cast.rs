//! Conversions between element types.
//!
//! Integers keep their low bits, as in NumPy. A floating-point number is cut off to an integer of 64
//! bits (the nearest one if it is out of range, 0 if it is not a number), whose low bits are kept;
//! NumPy leaves open what it makes of numbers out of range. Complex numbers lose their imaginary
//! parts.

use crate::dtype::DType;
use crate::kernels::Loop;
use crate::kernels::elementwise::{Kernel, Meaning};
use crate::kernels::isa::versions;
use crate::kernels::lane::{Lane, Truth, half, with_lane};
use core::mem::MaybeUninit;
use half::f16;
use num_complex::Complex;

/// An element that is converted to another type.
pub(crate) trait Cast<To> {
    fn cast(self) -> To;
}

macro_rules! integers_from {
    ($from:ty => $($to:ty)*) => {$(
        impl Cast<$to> for $from {
            #[inline(always)]
            fn cast(self) -> $to {
                self as $to
            }
        }
    )*};
}

macro_rules! integers {
    ($($ty:ty)*) => {$(
        integers_from!($ty => i8 i16 i32 i64 u8 u16 u32 u64 f32 f64);
        impl Cast<Truth> for $ty {
            #[inline(always)]
            fn cast(self) -> Truth {
                Truth((self != 0) as u8)
            }
        }
        impl Cast<f16> for $ty {
            #[inline(always)]
            fn cast(self) -> f16 {
                // What `float16` can hold is exact in between.
                half(self as f32)
            }
        }
        complex_from!($ty);
    )*};
}

macro_rules! complex_from {
    ($ty:ty) => {
        impl Cast<Complex<f32>> for $ty {
            #[inline(always)]
            fn cast(self) -> Complex<f32> {
                Complex::new(self.cast(), 0.0)
            }
        }
        impl Cast<Complex<f64>> for $ty {
            #[inline(always)]
            fn cast(self) -> Complex<f64> {
                Complex::new(self.cast(), 0.0)
            }
        }
    };
}
integers!(i8 i16 i32 i64 u8 u16 u32 u64);

macro_rules! floats_to {
    ($from:ty => $($to:ty)*) => {$(
        impl Cast<$to> for $from {
            #[inline(always)]
            fn cast(self) -> $to {
                self as i64 as $to
            }
        }
    )*};
}

macro_rules! floats {
    ($($ty:ident)*) => {$(
        floats_to!($ty => i8 i16 i32 i64 u8 u16 u32);
        impl Cast<u64> for $ty {
            #[inline(always)]
            fn cast(self) -> u64 {
                if self < 0.0 { self as i64 as u64 } else { self as u64 }
            }
        }
        impl Cast<Truth> for $ty {
            #[inline(always)]
            fn cast(self) -> Truth {
                Truth((self != 0.0) as u8)
            }
        }
        impl Cast<f32> for $ty {
            #[inline(always)]
            fn cast(self) -> f32 {
                self as f32
            }
        }
        impl Cast<f64> for $ty {
            #[inline(always)]
            fn cast(self) -> f64 {
                self as f64
            }
        }
        complex_from!($ty);
    )*};
}
floats!(f32 f64);

impl Cast<f16> for f32 {
    #[inline(always)]
    fn cast(self) -> f16 {
        half(self)
    }
}
impl Cast<f16> for f64 {
    #[inline(always)]
    fn cast(self) -> f16 {
        // `half` rounds the upper half of the bits, which is wrong near the middle of two numbers. In
        // between, an odd last bit says that something was cut off, so that nothing is rounded twice.
        let near = self as f32;
        let back = near as f64;
        let cut = near.to_bits().wrapping_sub((back.abs() > self.abs()) as u32) | 1;
        let exact = back == self || self.is_nan();
        half(if exact { near } else { f32::from_bits(cut) })
    }
}

macro_rules! through {
    ($from:ty, |$value:ident| $step:expr => $($to:ty)*) => {$(
        impl Cast<$to> for $from {
            #[inline(always)]
            fn cast(self) -> $to {
                let $value = self;
                $step.cast()
            }
        }
    )*};
}
through!(f16, |x| x.to_f32() => Truth i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 Complex<f32> Complex<f64>);
through!(Truth, |x| ((x.0 != 0) as u8) =>
    Truth i8 i16 i32 i64 u8 u16 u32 u64 f16 f32 f64 Complex<f32> Complex<f64>);
through!(Complex<f32>, |x| x.re => i8 i16 i32 i64 u8 u16 u32 u64 f16 f32 f64);
through!(Complex<f64>, |x| x.re => i8 i16 i32 i64 u8 u16 u32 u64 f16 f32 f64);

impl Cast<f16> for f16 {
    #[inline(always)]
    fn cast(self) -> f16 {
        self
    }
}

macro_rules! complex {
    ($($ty:ty)*) => {$(
        impl Cast<Truth> for Complex<$ty> {
            #[inline(always)]
            fn cast(self) -> Truth {
                Truth(((self.re != 0.0) | (self.im != 0.0)) as u8)
            }
        }
        impl Cast<Complex<f32>> for Complex<$ty> {
            #[inline(always)]
            fn cast(self) -> Complex<f32> {
                Complex::new(self.re as f32, self.im as f32)
            }
        }
        impl Cast<Complex<f64>> for Complex<$ty> {
            #[inline(always)]
            fn cast(self) -> Complex<f64> {
                Complex::new(self.re as f64, self.im as f64)
            }
        }
    )*};
}
complex!(f32 f64);

/// The kernel that converts elements of one type to another.
pub(crate) fn conversion(from: DType, to: DType) -> Kernel {
    let (versions, meaning) = (convert(from, to), Meaning::Conversion);
    Kernel { versions, inputs: [from; 3], output: to, meaning }
}

/// The kernel that takes elements from its second or third parameter as the first, of truth values,
/// says.
pub(crate) fn choice(dtype: DType) -> Kernel {
    let (versions, meaning) = (choose(dtype), Meaning::Choice);
    Kernel { versions, inputs: [DType::Bool, dtype, dtype], output: dtype, meaning }
}

fn convert(from: DType, to: DType) -> [Loop; 3] {
    with_lane!(from, From => with_lane!(to, To => versions!(
        fn(inputs: *const *const u8, out: *mut u8, n: usize) {
            // SAFETY: the contract of `Loop`.
            let (input, out) = unsafe {
                (
                    core::slice::from_raw_parts((*inputs).cast::<From>(), n),
                    core::slice::from_raw_parts_mut(out.cast::<MaybeUninit<To>>(), n),
                )
            };
            for (value, out) in input.iter().zip(out) {
                out.write((*value).cast());
            }
        }
    )))
}

fn choose(dtype: DType) -> [Loop; 3] {
    macro_rules! sized {
        ($ty:ty, |$which:ident, $a:ident, $b:ident| $choice:expr) => {
            versions!(fn(inputs: *const *const u8, out: *mut u8, n: usize) {
                // SAFETY: the contract of `Loop`.
                let (which, a, b, out) = unsafe {
                    (
                        core::slice::from_raw_parts((*inputs).cast::<Truth>(), n),
                        core::slice::from_raw_parts((*inputs.add(1)).cast::<$ty>(), n),
                        core::slice::from_raw_parts((*inputs.add(2)).cast::<$ty>(), n),
                        core::slice::from_raw_parts_mut(out.cast::<MaybeUninit<$ty>>(), n),
                    )
                };
                for (((which, &$a), &$b), out) in which.iter().zip(a).zip(b).zip(out) {
                    let $which = which.up();
                    out.write($choice);
                }
            })
        };
    }
    // By their bits, since a branch on random truth values is mostly taken wrongly.
    macro_rules! bits {
        ($ty:ty) => {
            sized!($ty, |which, a, b| {
                let taken = <$ty>::from(which).wrapping_neg();
                a & taken | b & !taken
            })
        };
    }
    match dtype.size() {
        1 => bits!(u8),
        2 => bits!(u16),
        4 => bits!(u32),
        8 if !dtype.is_complex() => bits!(u64),
        8 => sized!(Complex<f32>, |which, a, b| if which { a } else { b }),
        _ => sized!(Complex<f64>, |which, a, b| if which { a } else { b }),
    }
}
