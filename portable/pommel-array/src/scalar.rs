//! Single numbers: those of Python, whose type gives way to that of arrays, and elements.

use crate::array::Array;
use crate::dtype::{DType, Kind};
use crate::error::{Error, Result};
use crate::kernels::cast::Cast;
use crate::kernels::lane::{Lane, Truth, with_lane};
use core::fmt;
use half::f16;
use num_complex::Complex;

/// A number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scalar {
    /// A truth value.
    Bool(bool),
    /// An integer; larger ones are out of range for every integer type.
    Int(i128),
    /// A floating-point number.
    Float(f64),
    /// A complex number.
    Complex(Complex<f64>),
}

/// An element without its type: as it lies in memory, padded.
#[derive(Clone, Copy)]
pub(crate) struct Bits(pub(crate) [u8; 16]);

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scalar::Bool(true) => f.write_str("True"),
            Scalar::Bool(false) => f.write_str("False"),
            Scalar::Int(value) => write!(f, "{value}"),
            Scalar::Float(value) => write!(f, "{value:?}"),
            Scalar::Complex(value) => write!(f, "({:?}{:+?}j)", value.re, value.im),
        }
    }
}

impl Scalar {
    /// What kind of number it is.
    pub fn kind(self) -> Kind {
        match self {
            Scalar::Bool(_) => Kind::Bool,
            Scalar::Int(_) => Kind::Int,
            Scalar::Float(_) => Kind::Float,
            Scalar::Complex(_) => Kind::Complex,
        }
    }

    /// The type of an array made of it alone.
    pub fn dtype(self) -> DType {
        match self {
            Scalar::Bool(_) => DType::Bool,
            Scalar::Int(value) if value > i64::MAX as i128 && value <= u64::MAX as i128 => {
                DType::UInt64
            }
            Scalar::Int(_) => DType::Int64,
            Scalar::Float(_) => DType::Float64,
            Scalar::Complex(_) => DType::Complex128,
        }
    }

    /// The type in which it meets elements of a type: theirs, unless it is of a later kind.
    pub fn meet(self, dtype: DType) -> DType {
        match (self.kind(), dtype.kind()) {
            (Kind::Int, Kind::Bool) => DType::Int64,
            (Kind::Float, Kind::Bool | Kind::UInt | Kind::Int) => DType::Float64,
            (Kind::Complex, Kind::Float) => dtype.promote(DType::Complex64),
            (Kind::Complex, Kind::Bool | Kind::UInt | Kind::Int) => DType::Complex128,
            _ => dtype,
        }
    }

    /// Whether an integer type holds it without what is behind its point; every other type holds every
    /// number, perhaps as an infinity.
    pub fn fits(self, dtype: DType) -> bool {
        let value = match self {
            Scalar::Int(value) => value,
            Scalar::Float(value) if dtype.is_integer() => {
                if !value.is_finite() {
                    return false;
                }
                value as i128
            }
            _ => return true,
        };
        let bits = dtype.size() as u32 * 8;
        match dtype.kind() {
            Kind::UInt => (0..1i128 << bits).contains(&value),
            Kind::Int => (-(1i128 << (bits - 1))..1i128 << (bits - 1)).contains(&value),
            _ => true,
        }
    }

    /// As an element of a type.
    ///
    /// # Errors
    /// It is a number that the type, one of integers, does not hold.
    pub(crate) fn bits(self, dtype: DType) -> Result<Bits> {
        if !self.fits(dtype) {
            return Err(Error::ScalarRange { value: self, dtype });
        }
        Ok(with_lane!(dtype, To => {
            let value: To = match self {
                Scalar::Bool(value) => Truth(value as u8).cast(),
                Scalar::Int(value) => match i64::try_from(value) {
                    Ok(value) => value.cast(),
                    Err(_) => match u64::try_from(value) {
                        Ok(value) => value.cast(),
                        Err(_) => (value as f64).cast(),
                    },
                },
                Scalar::Float(value) => value.cast(),
                Scalar::Complex(value) => value.cast(),
            };
            Bits::of(value)
        }))
    }
}

impl Bits {
    pub(crate) fn of<T: Lane + Raw>(value: T) -> Bits {
        let mut bytes = [0; 16];
        value.store(&mut bytes);
        Bits(bytes)
    }
}

/// An element as bytes.
pub(crate) trait Raw: Sized {
    fn store(self, to: &mut [u8; 16]);
    fn scalar(from: &[u8]) -> Scalar;
}

macro_rules! raw_integers {
    ($($ty:ident)*) => {$(
        impl Raw for $ty {
            fn store(self, to: &mut [u8; 16]) {
                to[..size_of::<$ty>()].copy_from_slice(&self.to_ne_bytes());
            }
            fn scalar(from: &[u8]) -> Scalar {
                let mut bytes = [0; size_of::<$ty>()];
                bytes.copy_from_slice(&from[..size_of::<$ty>()]);
                Scalar::Int($ty::from_ne_bytes(bytes) as i128)
            }
        }
    )*};
}
raw_integers!(i8 i16 i32 i64 u8 u16 u32 u64);

macro_rules! raw_floats {
    ($($ty:ident $to_f64:ident)*) => {$(
        impl Raw for $ty {
            fn store(self, to: &mut [u8; 16]) {
                to[..size_of::<$ty>()].copy_from_slice(&self.to_ne_bytes());
            }
            fn scalar(from: &[u8]) -> Scalar {
                let mut bytes = [0; size_of::<$ty>()];
                bytes.copy_from_slice(&from[..size_of::<$ty>()]);
                Scalar::Float($ty::from_ne_bytes(bytes).into())
            }
        }
    )*};
}
raw_floats!(f16 into f32 into f64 into);

impl Raw for Truth {
    fn store(self, to: &mut [u8; 16]) {
        to[0] = self.0;
    }
    fn scalar(from: &[u8]) -> Scalar {
        Scalar::Bool(from[0] != 0)
    }
}

macro_rules! raw_complex {
    ($($ty:ident)*) => {$(
        impl Raw for Complex<$ty> {
            fn store(self, to: &mut [u8; 16]) {
                let half = size_of::<$ty>();
                to[..half].copy_from_slice(&self.re.to_ne_bytes());
                to[half..2 * half].copy_from_slice(&self.im.to_ne_bytes());
            }
            fn scalar(from: &[u8]) -> Scalar {
                let part = |from: &[u8]| match <$ty as Raw>::scalar(from) {
                    Scalar::Float(value) => value,
                    _ => unreachable!("a part is a floating-point number"),
                };
                Scalar::Complex(Complex::new(part(from), part(&from[size_of::<$ty>()..])))
            }
        }
    )*};
}
raw_complex!(f32 f64);

impl Array {
    /// An array without dimensions that holds a number.
    ///
    /// # Errors
    /// The type does not hold the number.
    pub fn from_scalar(value: Scalar, dtype: DType) -> Result<Array> {
        Array::full(&[], value, dtype)
    }

    /// The element at indices, which count from the end if they are negative.
    ///
    /// # Errors
    /// An index is out of bounds, or there is not enough memory to compute it.
    ///
    /// # Panics
    /// If there is not an index for each axis.
    pub fn item(&self, indices: &[isize]) -> Result<Scalar> {
        let place = self.layout.place(indices)?;
        let bytes = self.bytes_at(place)?;
        Ok(with_lane!(self.dtype, T => <T as Raw>::scalar(&bytes.0)))
    }

    /// The same as an array without axes, which is a copy.
    ///
    /// # Errors
    /// As [`Array::item`], or there is no memory.
    ///
    /// # Panics
    /// If there is not an index for each axis.
    pub fn element(&self, indices: &[isize]) -> Result<Array> {
        let place = self.layout.place(indices)?;
        Array::of_bits(&self.bytes_at(place)?, self.dtype)
    }

    /// Replaces the element at indices, which count from the end if they are negative.
    ///
    /// # Errors
    /// An index is out of bounds, the array is read-only, or its type does not hold the number.
    ///
    /// # Panics
    /// If there is not an index for each axis.
    pub fn set_item(&self, indices: &[isize], value: Scalar) -> Result<()> {
        let place = self.layout.place(indices)?;
        self.set_bytes_at(place, value.bits(self.dtype)?)
    }
}
