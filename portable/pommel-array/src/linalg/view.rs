//! Transposition, diagonals and their sums.

use super::fault::Fault;
use crate::array::Array;
use crate::dtype::{Casting, DType, Element, Kind};
use crate::error::Result;
use crate::layout::Dims;
use crate::manipulation;
use num_complex::Complex;

/// Refuses arrays with fewer than two axes.
pub(super) fn check_matrix(function: &'static str, array: &Array) -> Result<()> {
    if array.ndim() < 2 {
        let shape = Dims::from_slice(array.shape());
        return Err(Fault::NoMatrix { function, shape }.into());
    }
    Ok(())
}

/// The matrices with rows and columns exchanged: a view of shape `(..., N, M)`.
///
/// # Errors
/// The array has fewer than two axes.
pub fn matrix_transpose(array: &Array) -> Result<Array> {
    check_matrix("matrix_transpose", array)?;
    manipulation::swapaxes(array, -2, -1)
}

/// The elements whose indices on two axes differ by `offset`, along a new last axis; the two are gone.
/// A view, which cannot be written, as in NumPy.
///
/// # Errors
/// The array has fewer than two axes, an axis does not exist, or both are the same.
pub fn diagonal(array: &Array, offset: isize, axis1: isize, axis2: isize) -> Result<Array> {
    check_matrix("diagonal", array)?;
    Ok(manipulation::diagonal(array, offset, axis1, axis2)?.into_readonly())
}

/// The sums of diagonals, as [`diagonal`] takes them.
///
/// Without a type, integers and truth values are summed in 64 bits, others in their own type.
///
/// # Errors
/// As [`diagonal`], or there is not enough memory.
pub fn trace(
    array: &Array,
    offset: isize,
    axis1: isize,
    axis2: isize,
    dtype: Option<DType>,
) -> Result<Array> {
    let summed = dtype.unwrap_or(match array.dtype().kind() {
        Kind::Bool | Kind::Int => DType::Int64,
        Kind::UInt => DType::UInt64,
        Kind::Float | Kind::Complex => array.dtype(),
    });
    let elements = diagonal(array, offset, axis1, axis2)?;
    // Integers wrap around at the end as they would on the way; `float16` is rounded once.
    let wide = match (summed.kind(), summed) {
        (Kind::Int, _) => DType::Int64,
        (Kind::UInt | Kind::Bool, _) => DType::UInt64,
        (_, DType::Float16) => DType::Float32,
        (_, other) => other,
    };
    let elements = elements.cast(wide, Casting::Unsafe)?;
    let sums = match wide {
        DType::Int64 => sum_last(&elements, |a: i64, b: i64| a.wrapping_add(b)),
        DType::UInt64 => sum_last(&elements, |a: u64, b: u64| a.wrapping_add(b)),
        DType::Float32 => sum_last(&elements, |a: f32, b: f32| a + b),
        DType::Float64 => sum_last(&elements, |a: f64, b: f64| a + b),
        DType::Complex64 => sum_last(&elements, |a: Complex<f32>, b| a + b),
        _ => sum_last(&elements, |a: Complex<f64>, b| a + b),
    }?;
    sums.cast(summed, Casting::Unsafe)
}

/// The sums along the last axis.
fn sum_last<T: Element>(array: &Array, plus: impl Fn(T, T) -> T) -> Result<Array> {
    let (&length, shape) = array.shape().split_last().expect("a diagonal has an axis");
    let length = length as usize;
    array.with_slice(|elements: &[T]| {
        Array::build(shape, |sums: &mut [T]| {
            for (i, sum) in sums.iter_mut().enumerate() {
                let row = &elements[i * length..(i + 1) * length];
                *sum = row.iter().fold(T::default(), |sum, &element| plus(sum, element));
            }
        })
    })?
}
