//! Means, variances and ranges, in terms of sums.

use crate::array::Array;
use crate::dtype::{Casting, DType, Kind};
use crate::elementwise::{Operand, apply};
use crate::error::Result;
use crate::function::Function;
use crate::reduce::{Plan, Reduction, reduce, squares};
use crate::scalar::Scalar;

/// The type in which a mean is computed, and that which it has.
fn mean_types(dtype: DType, wanted: Option<DType>) -> (DType, DType) {
    let result = wanted.unwrap_or(match dtype.kind() {
        Kind::Bool | Kind::UInt | Kind::Int => DType::Float64,
        Kind::Float | Kind::Complex => dtype,
    });
    let exact = if result == DType::Float16 { DType::Float32 } else { result };
    (exact, result)
}

/// The mean along axes (`None`: all). Of no elements it is not a number, and that is reported.
///
/// Integers and truth values are converted to `float64`; `float16` is added as `float32`.
///
/// # Errors
/// There is no such axis, or it is named twice; there is not enough memory.
pub fn mean(
    array: &Array,
    axes: Option<&[isize]>,
    keepdims: bool,
    dtype: Option<DType>,
) -> Result<Array> {
    let count = Plan::new(array, axes, keepdims)?.count(array);
    let (exact, result) = mean_types(array.dtype(), dtype);
    let sum = reduce(Reduction::Sum, array, axes, keepdims, Some(exact))?;
    let mean = divided(&sum, count as f64)?;
    mean.cast(result, Casting::Unsafe)
}

/// A quotient by a number.
fn divided(array: &Array, by: f64) -> Result<Array> {
    apply(Function::Divide, &[Operand::Array(array), Operand::Scalar(Scalar::Float(by))])
}

/// The variance along axes (`None`: all): the mean square of the distance from the mean, where the
/// sum is divided by the number of elements less `correction`.
///
/// Two passes: the mean, and the squares. Of complex numbers the squares are those of the absolute
/// value, and the result is real. If no degree of freedom is left, it is not a number or infinite, and
/// that is reported.
///
/// # Errors
/// As [`mean`].
pub fn variance(
    array: &Array,
    axes: Option<&[isize]>,
    correction: f64,
    keepdims: bool,
    dtype: Option<DType>,
) -> Result<Array> {
    let (exact, result) = mean_types(array.dtype(), dtype);
    let plan = Plan::new(array, axes, keepdims)?;
    let count = plan.count(array);
    let array = array.cast(exact, Casting::Unsafe)?;
    let center = mean(&array, axes, true, None)?;
    let sum = match squares(&array, &center, &plan)? {
        Some(sum) => sum,
        None => squares_along(&array, &center, axes, keepdims)?,
    };
    let variance = divided(&sum, (count as f64 - correction).max(0.0))?;
    variance.cast(result.real(), Casting::Unsafe)
}

/// The sums of the squared distances from centers along axes.
fn squares_along(
    array: &Array,
    center: &Array,
    axes: Option<&[isize]>,
    keepdims: bool,
) -> Result<Array> {
    let distance = apply(Function::Subtract, &[Operand::Array(array), Operand::Array(center)])?;
    let square = |array: &Array| apply(Function::Square, &[Operand::Array(array)]);
    let squares = if array.dtype().is_complex() {
        let (re, im) = (distance.real(), distance.imag()?);
        apply(Function::Add, &[Operand::Array(&square(&re)?), Operand::Array(&square(&im)?)])?
    } else {
        square(&distance)?
    };
    reduce(Reduction::Sum, &squares, axes, keepdims, None)
}

/// The standard deviation along axes (`None`: all): the square root of the [`variance`].
///
/// # Errors
/// As [`mean`].
pub fn deviation(
    array: &Array,
    axes: Option<&[isize]>,
    correction: f64,
    keepdims: bool,
    dtype: Option<DType>,
) -> Result<Array> {
    let (exact, result) = mean_types(array.dtype(), dtype);
    let variance = variance(array, axes, correction, keepdims, Some(exact))?;
    let root = apply(Function::Sqrt, &[Operand::Array(&variance)])?;
    root.cast(result.real(), Casting::Unsafe)
}

/// The largest element less the smallest one, along axes (`None`: all).
///
/// # Errors
/// There is no such axis, or it is named twice; there is no element; the elements are truth values,
/// which are not subtracted; there is not enough memory.
pub fn ptp(array: &Array, axes: Option<&[isize]>, keepdims: bool) -> Result<Array> {
    let high = reduce(Reduction::Max, array, axes, keepdims, None)?;
    let low = reduce(Reduction::Min, array, axes, keepdims, None)?;
    apply(Function::Subtract, &[Operand::Array(&high), Operand::Array(&low)])
}
