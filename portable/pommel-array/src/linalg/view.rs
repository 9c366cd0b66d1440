//! Transposition, diagonals and their sums.

use super::fault::Fault;
use crate::array::Array;
use crate::dtype::DType;
use crate::error::Result;
use crate::layout::Dims;
use crate::manipulation;
use crate::reduce::{Reduction, reduce};

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
    let elements = diagonal(array, offset, axis1, axis2)?;
    reduce(Reduction::Sum, &elements, Some(&[-1]), false, dtype)
}
