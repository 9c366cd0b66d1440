//! Functions that take elements at indices and find them.

use super::argument::{Arrays, In, delivered, made, out, tuple};
use crate::array::{Computed, NdArray};
use crate::error::raised;
use pommel::prelude::*;
use pommel_array::Array;
use pommel_array::indexing::{self, Mode};

/// The elements at indices of an axis, or in C order; `mode` says what an index out of bounds means:
/// 'raise', 'wrap' or 'clip'.
///
/// >>> import pommel as pm
/// >>> pm.take([10, 20, 30], [2, 0])
/// array([30, 10])
/// >>> pm.take([[1, 2], [3, 4]], [1], axis=1)
/// array([[2],
///        [4]])
/// >>> pm.take([10, 20, 30], [3, -1], mode="wrap")
/// array([10, 30])
#[function(signature = (a, indices, axis = None, out = None, mode = "raise".into()))]
pub fn take<'c>(
    ctx: Ctx<'c>,
    a: In,
    indices: In,
    axis: Option<isize>,
    out: Option<Object<'c>>,
    mode: String,
) -> Result<Computed<'c>> {
    delivered(ctx, taken(&a.0, &indices.0, axis, &mode)?, out)
}

/// The elements at indices, by the name of a mode.
pub(crate) fn taken(
    x: &Array,
    indices: &Array,
    axis: Option<isize>,
    mode: &str,
) -> Result<NdArray> {
    let mode = match mode {
        "raise" => Mode::Raise,
        "wrap" => Mode::Wrap,
        "clip" => Mode::Clip,
        _ => {
            return Err(Error::value_error(format!(
                "argument 'mode' must be 'raise', 'wrap' or 'clip', not '{mode}'"
            )));
        }
    };
    made(indexing::take(x, indices, axis, mode))
}

/// The elements at indices along an axis, for each line of the others.
///
/// >>> import pommel as pm
/// >>> x = pm.array([[3, 1], [0, 2]])
/// >>> pm.take_along_axis(x, pm.argsort(x, axis=1), axis=1)
/// array([[1, 3],
///        [0, 2]])
#[function(signature = (arr, indices, axis = -1))]
pub fn take_along_axis(arr: In, indices: In, axis: isize) -> Result<NdArray> {
    out(indexing::take_along_axis(&arr.0, &indices.0, axis))
}

/// Writes values to indices along an axis, for each line of the others.
///
/// >>> import pommel as pm
/// >>> x = pm.array([[1, 5], [7, 3]])
/// >>> pm.put_along_axis(x, pm.argmax(x, axis=1, keepdims=True), 0, axis=1)
/// >>> x
/// array([[1, 0],
///        [0, 3]])
#[function(signature = (arr, indices, values, axis))]
pub fn put_along_axis(arr: &NdArray, indices: In, values: In, axis: isize) -> Result<()> {
    indexing::put_along_axis(&arr.inner, &indices.0, &values.0, axis).map_err(raised)
}

/// The indices of the elements that are not zero: a tuple with an array for each axis.
///
/// >>> import pommel as pm
/// >>> pm.nonzero([[0, 4], [5, 0]])
/// (array([0, 1]), array([1, 0]))
#[function(signature = (x, /))]
pub fn nonzero<'c>(ctx: Ctx<'c>, x: In) -> Result<Arrays<'c>> {
    tuple(ctx, indexing::nonzero(&x.0))
}

/// The indices of the elements that are not zero, a row for each.
///
/// >>> import pommel as pm
/// >>> pm.argwhere([[0, 4], [5, 0]])
/// array([[0, 1],
///        [1, 0]])
#[function(signature = (a))]
pub fn argwhere(a: In) -> Result<NdArray> {
    out(indexing::argwhere(&a.0))
}

/// The indices in C order of the elements that are not zero.
///
/// >>> import pommel as pm
/// >>> pm.flatnonzero([[0, 4], [5, 0]])
/// array([1, 2])
#[function(signature = (a))]
pub fn flatnonzero(a: In) -> Result<NdArray> {
    out(indexing::flatnonzero(&a.0))
}

/// The parts along an axis, or the elements in C order, for which a condition holds.
///
/// >>> import pommel as pm
/// >>> pm.compress([True, False], [[1, 2], [3, 4]], axis=1)
/// array([[1],
///        [3]])
#[function(signature = (condition, a, axis = None))]
pub fn compress(condition: In, a: In, axis: Option<isize>) -> Result<NdArray> {
    out(indexing::compress(&condition.0, &a.0, axis))
}

/// The elements in C order for which a condition holds.
///
/// >>> import pommel as pm
/// >>> x = pm.arange(6)
/// >>> pm.extract(x % 2 == 1, x)
/// array([1, 3, 5])
#[function(signature = (condition, arr))]
pub fn extract(condition: In, arr: In) -> Result<NdArray> {
    out(indexing::extract(&condition.0, &arr.0))
}
