//! Functions that give arrays another shape, join and take them apart.

use super::argument::{Arrays, In, Lay, Number, Several, axes, out, tuple};
use crate::array::NdArray;
use crate::error::raised;
use crate::value::Shape;
use pommel::prelude::*;
use pommel_array::manipulation::{self, PadMode};
use pommel_array::{Array, Order, Scalar};

/// The elements under another shape, one of whose extents may be -1; a view unless a copy is needed
/// or asked for.
///
/// >>> import pommel as pm
/// >>> pm.reshape(pm.arange(6), (2, -1))
/// array([[0, 1, 2],
///        [3, 4, 5]])
#[function(signature = (x, /, shape, order = None, *, copy = None))]
pub fn reshape(x: In, shape: Shape, order: Option<Lay>, copy: Option<bool>) -> Result<NdArray> {
    let order = order.and_then(|order| order.0).unwrap_or(Order::C);
    out(manipulation::reshape(&x.0, &shape.0, order, copy))
}

/// The axes in another order, or in reverse: a view.
///
/// >>> import pommel as pm
/// >>> pm.permute_dims([[1, 2, 3], [4, 5, 6]])
/// array([[1, 4],
///        [2, 5],
///        [3, 6]])
/// >>> pm.permute_dims(pm.zeros((2, 3, 4)), (1, 2, 0)).shape
/// (3, 4, 2)
#[function(signature = (x, /, axes = None))]
pub fn permute_dims(x: In, axes: Option<Shape>) -> Result<NdArray> {
    out(manipulation::permute_dims(&x.0, super::argument::axes(&axes)))
}

/// The axes in another order, or in reverse: a view.
///
/// >>> import pommel as pm
/// >>> pm.transpose([[1, 2, 3], [4, 5, 6]])
/// array([[1, 4],
///        [2, 5],
///        [3, 6]])
/// >>> pm.transpose(pm.zeros((2, 3, 4)), (1, 2, 0)).shape
/// (3, 4, 2)
#[function(signature = (a, axes = None))]
pub fn transpose(a: In, axes: Option<Shape>) -> Result<NdArray> {
    out(manipulation::permute_dims(&a.0, super::argument::axes(&axes)))
}

/// The array with its last two axes exchanged: a view.
///
/// >>> import pommel as pm
/// >>> pm.matrix_transpose([[1, 2], [3, 4]])
/// array([[1, 3],
///        [2, 4]])
#[function(signature = (x, /))]
pub fn matrix_transpose(x: In) -> Result<NdArray> {
    matrices_transposed("matrix_transpose()", &x.0)
}

/// The last two axes exchanged, for what asks under a name.
pub(crate) fn matrices_transposed(name: &str, x: &Array) -> Result<NdArray> {
    if x.ndim() < 2 {
        return Err(Error::value_error(format!(
            "{name} needs at least 2 dimensions, and the array has {}",
            x.ndim()
        )));
    }
    out(manipulation::swapaxes(x, -1, -2))
}

/// Two axes exchanged: a view.
///
/// >>> import pommel as pm
/// >>> pm.swapaxes(pm.zeros((2, 3, 4)), 0, 2).shape
/// (4, 3, 2)
#[function(signature = (a, axis1, axis2))]
pub fn swapaxes(a: In, axis1: isize, axis2: isize) -> Result<NdArray> {
    out(manipulation::swapaxes(&a.0, axis1, axis2))
}

/// Axes moved to other places: a view.
///
/// >>> import pommel as pm
/// >>> pm.moveaxis(pm.zeros((2, 3, 4)), 0, -1).shape
/// (3, 4, 2)
#[function(signature = (a, source, destination))]
pub fn moveaxis(a: In, source: Shape, destination: Shape) -> Result<NdArray> {
    out(manipulation::moveaxis(&a.0, &source.0, &destination.0))
}

/// New axes of one element at places: a view.
///
/// >>> import pommel as pm
/// >>> pm.expand_dims([1, 2], 1)
/// array([[1],
///        [2]])
/// >>> pm.expand_dims([1, 2], (0, 2)).shape
/// (1, 2, 1)
#[function(signature = (x, /, axis = None))]
pub fn expand_dims(x: In, axis: Option<Shape>) -> Result<NdArray> {
    let axis = axis.unwrap_or(Shape(vec![0]));
    manipulation::expand_dims(&x.0, &axis.0).map(|inner| NdArray { inner }).map_err(raised)
}

/// The array without axes of one element: a view.
///
/// >>> import pommel as pm
/// >>> pm.squeeze([[[1, 2, 3]]])
/// array([1, 2, 3])
/// >>> pm.squeeze(pm.zeros((1, 3, 1)), axis=0).shape
/// (3, 1)
#[function(signature = (x, /, axis = None))]
pub fn squeeze(x: In, axis: Option<Shape>) -> Result<NdArray> {
    out(manipulation::squeeze(&x.0, axes(&axis)))
}

/// The array repeated to a shape: a view that is not written.
///
/// >>> import pommel as pm
/// >>> pm.broadcast_to([1, 2], (3, 2))
/// array([[1, 2],
///        [1, 2],
///        [1, 2]])
#[function(signature = (x, /, shape))]
pub fn broadcast_to(x: In, shape: Shape) -> Result<NdArray> {
    out(x.0.broadcast_to(&shape.0))
}

/// The elements in one dimension; a view if that is possible.
///
/// >>> import pommel as pm
/// >>> pm.ravel([[1, 2], [3, 4]])
/// array([1, 2, 3, 4])
/// >>> pm.ravel([[1, 2], [3, 4]], order="F")
/// array([1, 3, 2, 4])
#[function(signature = (a, order = None))]
pub fn ravel(a: In, order: Option<Lay>) -> Result<NdArray> {
    out(manipulation::ravel(&a.0, order.and_then(|order| order.0).unwrap_or(Order::C)))
}

/// The order of the elements reversed along axes: a view.
///
/// >>> import pommel as pm
/// >>> pm.flip([[1, 2], [3, 4]])
/// array([[4, 3],
///        [2, 1]])
/// >>> pm.flip([[1, 2], [3, 4]], axis=1)
/// array([[2, 1],
///        [4, 3]])
#[function(signature = (x, /, axis = None))]
pub fn flip(x: In, axis: Option<Shape>) -> Result<NdArray> {
    out(manipulation::flip(&x.0, axes(&axis)))
}

/// The rows in reverse order: a view.
///
/// >>> import pommel as pm
/// >>> pm.flipud([[1, 2], [3, 4]])
/// array([[3, 4],
///        [1, 2]])
#[function(signature = (m))]
pub fn flipud(m: In) -> Result<NdArray> {
    out(manipulation::flip(&m.0, Some(&[0])))
}

/// The columns in reverse order: a view.
///
/// >>> import pommel as pm
/// >>> pm.fliplr([[1, 2], [3, 4]])
/// array([[2, 1],
///        [4, 3]])
#[function(signature = (m))]
pub fn fliplr(m: In) -> Result<NdArray> {
    out(manipulation::flip(&m.0, Some(&[1])))
}

/// Turned by 90 degrees, k times, in the plane of two axes.
///
/// >>> import pommel as pm
/// >>> pm.rot90([[1, 2], [3, 4]])
/// array([[2, 4],
///        [1, 3]])
#[function(signature = (m, k = 1, axes = None))]
pub fn rot90(m: In, k: isize, axes: Option<(isize, isize)>) -> Result<NdArray> {
    let (first, second) = axes.unwrap_or((0, 1));
    out(manipulation::rot90(&m.0, k, [first, second]))
}

/// A diagonal of two axes: a view.
///
/// >>> import pommel as pm
/// >>> pm.diagonal([[1, 2, 3], [4, 5, 6]])
/// array([1, 5])
/// >>> pm.diagonal([[1, 2, 3], [4, 5, 6]], 1)
/// array([2, 6])
#[function(signature = (a, offset = 0, axis1 = 0, axis2 = 1))]
pub fn diagonal(a: In, offset: isize, axis1: isize, axis2: isize) -> Result<NdArray> {
    out(manipulation::diagonal(&a.0, offset, axis1, axis2))
}

/// Windows that slide over axes: a view with an axis more for each, which is not written.
///
/// >>> import pommel as pm
/// >>> pm.sliding_window_view([1, 2, 3, 4], 3)
/// array([[1, 2, 3],
///        [2, 3, 4]])
#[function(signature = (x, window_shape, axis = None))]
pub fn sliding_window_view(x: In, window_shape: Shape, axis: Option<Shape>) -> Result<NdArray> {
    out(manipulation::sliding_window_view(&x.0, &window_shape.0, axes(&axis)))
}

/// The array with at least one dimension.
///
/// >>> import pommel as pm
/// >>> pm.atleast_1d(3)
/// array([3])
#[function(signature = (array, /))]
pub fn atleast_1d(array: In) -> Result<NdArray> {
    out(manipulation::atleast(&array.0, 1))
}

/// The array with at least two dimensions.
///
/// >>> import pommel as pm
/// >>> pm.atleast_2d([1, 2])
/// array([[1, 2]])
#[function(signature = (array, /))]
pub fn atleast_2d(array: In) -> Result<NdArray> {
    out(manipulation::atleast(&array.0, 2))
}

/// The array with at least three dimensions.
///
/// >>> import pommel as pm
/// >>> pm.atleast_3d([1, 2]).shape
/// (1, 2, 1)
#[function(signature = (array, /))]
pub fn atleast_3d(array: In) -> Result<NdArray> {
    out(manipulation::atleast(&array.0, 3))
}

/// Elements shifted along axes, or in C order; those that leave come back at the other end.
///
/// >>> import pommel as pm
/// >>> pm.roll([1, 2, 3, 4], 1)
/// array([4, 1, 2, 3])
/// >>> pm.roll([[1, 2, 3], [4, 5, 6]], -1, axis=1)
/// array([[2, 3, 1],
///        [5, 6, 4]])
#[function(signature = (x, /, shift, axis = None))]
pub fn roll(x: In, shift: Shape, axis: Option<Shape>) -> Result<NdArray> {
    let mut shifts = shift.0;
    if let (Some(axis), [shift]) = (&axis, &shifts[..]) {
        shifts = vec![*shift; axis.0.len()];
    }
    out(manipulation::roll(&x.0, &shifts, axes(&axis)))
}

/// Elements repeated, each or by counts, along an axis or in C order.
///
/// >>> import pommel as pm
/// >>> pm.repeat([1, 2], 2)
/// array([1, 1, 2, 2])
/// >>> pm.repeat([[1, 2], [3, 4]], [1, 2], axis=0)
/// array([[1, 2],
///        [3, 4],
///        [3, 4]])
#[function(signature = (a, repeats, axis = None))]
pub fn repeat(a: In, repeats: In, axis: Option<isize>) -> Result<NdArray> {
    let repeats = repeats.0;
    if !repeats.dtype().is_integer() {
        return Err(Error::type_error(format!(
            "argument 'repeats' must be integers, not {}",
            repeats.dtype()
        )));
    }
    let counts = repeats.cast(pommel_array::DType::Int64, pommel_array::Casting::Unsafe);
    let counts = counts.and_then(|counts| counts.to_vec::<i64>()).map_err(raised)?;
    let counts: Vec<isize> = counts.into_iter().map(|count| count as isize).collect();
    out(manipulation::repeat(&a.0, &counts, axis))
}

/// The whole array repeated, by a number for each axis.
///
/// >>> import pommel as pm
/// >>> pm.tile([1, 2], 2)
/// array([1, 2, 1, 2])
/// >>> pm.tile([1, 2], (2, 1))
/// array([[1, 2],
///        [1, 2]])
#[function(signature = (a, reps))]
pub fn tile(a: In, reps: Shape) -> Result<NdArray> {
    out(manipulation::tile(&a.0, &reps.0))
}

/// Matrices with zeros above a diagonal.
///
/// >>> import pommel as pm
/// >>> pm.tril([[1, 2], [3, 4]])
/// array([[1, 0],
///        [3, 4]])
#[function(signature = (x, /, k = 0))]
pub fn tril(x: In, k: isize) -> Result<NdArray> {
    out(manipulation::tril(&x.0, k))
}

/// Matrices with zeros below a diagonal.
///
/// >>> import pommel as pm
/// >>> pm.triu([[1, 2], [3, 4]])
/// array([[1, 2],
///        [0, 4]])
/// >>> pm.triu([[1, 2], [3, 4]], k=1)
/// array([[0, 2],
///        [0, 0]])
#[function(signature = (x, /, k = 0))]
pub fn triu(x: In, k: isize) -> Result<NdArray> {
    out(manipulation::triu(&x.0, k))
}

/// Arrays joined along an axis, or, without one, all elements in one dimension.
///
/// >>> import pommel as pm
/// >>> pm.concat([[1, 2], [3.5]])
/// array([1. , 2. , 3.5])
/// >>> pm.concat([[[1, 2]], [[3, 4]]], axis=1)
/// array([[1, 2, 3, 4]])
#[function(signature = (arrays, /, axis = Some(0), *, dtype = None))]
pub fn concat(
    arrays: Several,
    axis: Option<isize>,
    dtype: Option<crate::dtype::DType>,
) -> Result<NdArray> {
    let joined = manipulation::concat(&arrays.0, axis).map_err(raised)?;
    match dtype {
        Some(dtype) => out(joined.cast(dtype.inner, pommel_array::Casting::SameKind)),
        None => Ok(NdArray { inner: joined }),
    }
}

/// Arrays of one shape, side by side along a new axis.
///
/// >>> import pommel as pm
/// >>> pm.stack([[1, 2], [3, 4]])
/// array([[1, 2],
///        [3, 4]])
/// >>> pm.stack([[1, 2], [3, 4]], axis=1)
/// array([[1, 3],
///        [2, 4]])
#[function(signature = (arrays, /, axis = 0))]
pub fn stack(arrays: Several, axis: isize) -> Result<NdArray> {
    out(manipulation::stack(&arrays.0, axis))
}

/// Arrays on top of each other.
///
/// >>> import pommel as pm
/// >>> pm.vstack([[1, 2], [3, 4]])
/// array([[1, 2],
///        [3, 4]])
#[function(signature = (tup))]
pub fn vstack(tup: Several) -> Result<NdArray> {
    let rows: pommel_array::Result<Vec<Array>> =
        tup.0.iter().map(|array| manipulation::atleast(array, 2)).collect();
    out(rows.and_then(|rows| manipulation::concat(&rows, Some(0))))
}

/// Arrays side by side.
///
/// >>> import pommel as pm
/// >>> pm.hstack([[1, 2], [3]])
/// array([1, 2, 3])
/// >>> pm.hstack([[[1], [2]], [[3], [4]]])
/// array([[1, 3],
///        [2, 4]])
#[function(signature = (tup))]
pub fn hstack(tup: Several) -> Result<NdArray> {
    let parts: pommel_array::Result<Vec<Array>> =
        tup.0.iter().map(|array| manipulation::atleast(array, 1)).collect();
    let parts = parts.map_err(raised)?;
    let axis = if parts.first().is_some_and(|first| first.ndim() == 1) { 0 } else { 1 };
    out(manipulation::concat(&parts, Some(axis)))
}

/// The parts of an array along an axis, which is gone: a tuple of views.
///
/// >>> import pommel as pm
/// >>> first, second = pm.unstack([[1, 2], [3, 4]])
/// >>> second
/// array([3, 4])
#[function(signature = (x, /, *, axis = 0))]
pub fn unstack<'c>(ctx: Ctx<'c>, x: In, axis: isize) -> Result<Arrays<'c>> {
    tuple(ctx, manipulation::unstack(&x.0, axis))
}

/// An array cut into equal parts, or before indices: a list of views.
///
/// >>> import pommel as pm
/// >>> pm.split(pm.arange(6), 3)
/// [array([0, 1]), array([2, 3]), array([4, 5])]
/// >>> pm.split(pm.arange(6), [1, 4])
/// [array([0]), array([1, 2, 3]), array([4, 5])]
#[function(signature = (ary, indices_or_sections, axis = 0))]
pub fn split(ary: In, indices_or_sections: &Object<'_>, axis: isize) -> Result<Vec<NdArray>> {
    cut(ary.0, indices_or_sections, axis, manipulation::split)
}

/// As split; the parts need not be equal.
///
/// >>> import pommel as pm
/// >>> pm.array_split(pm.arange(5), 2)
/// [array([0, 1, 2]), array([3, 4])]
#[function(signature = (ary, indices_or_sections, axis = 0))]
pub fn array_split(ary: In, indices_or_sections: &Object<'_>, axis: isize) -> Result<Vec<NdArray>> {
    cut(ary.0, indices_or_sections, axis, manipulation::array_split)
}

/// The parts that a number of them or indices ask for; by a number in one of two ways.
fn cut(
    array: Array,
    places: &Object<'_>,
    axis: isize,
    into: fn(&Array, isize, isize) -> pommel_array::Result<Vec<Array>>,
) -> Result<Vec<NdArray>> {
    let parts = match places.extract::<isize>() {
        Ok(parts) => into(&array, parts, axis),
        Err(error) => {
            drop(error);
            manipulation::split_at(&array, &places.extract::<Vec<isize>>()?, axis)
        }
    };
    Ok(parts.map_err(raised)?.into_iter().map(|inner| NdArray { inner }).collect())
}

/// Elements behind those of an array, along an axis or in one dimension.
///
/// >>> import pommel as pm
/// >>> pm.append([1, 2], [[3], [4]])
/// array([1, 2, 3, 4])
/// >>> pm.append([[1, 2]], [[3, 4]], axis=0)
/// array([[1, 2],
///        [3, 4]])
#[function(signature = (arr, values, axis = None))]
pub fn append(arr: In, values: In, axis: Option<isize>) -> Result<NdArray> {
    out(manipulation::append(&arr.0, &values.0, axis))
}

/// An array without the elements at indices of an axis, or of all.
///
/// >>> import pommel as pm
/// >>> pm.delete([10, 20, 30, 40], [1, -1])
/// array([10, 30])
/// >>> pm.delete([[1, 2], [3, 4]], 0, axis=1)
/// array([[2],
///        [4]])
#[function(signature = (arr, obj, axis = None))]
pub fn delete(arr: In, obj: Shape, axis: Option<isize>) -> Result<NdArray> {
    out(manipulation::delete(&arr.0, &obj.0, axis))
}

/// An array with elements put in before indices of an axis, or of all.
///
/// >>> import pommel as pm
/// >>> pm.insert([1, 2, 3], 1, 9)
/// array([1, 9, 2, 3])
/// >>> pm.insert([[1, 2], [3, 4]], 1, [8, 9], axis=1)
/// array([[1, 8, 9, 2],
///        [3, 8, 9, 4]])
#[function(signature = (arr, obj, values, axis = None))]
pub fn insert(arr: In, obj: Shape, values: In, axis: Option<isize>) -> Result<NdArray> {
    out(manipulation::insert(&arr.0, &obj.0, &values.0, axis))
}

/// An array with margins: 'constant', 'edge', 'reflect', 'symmetric' or 'wrap'.
///
/// >>> import pommel as pm
/// >>> pm.pad([1, 2, 3], 1)
/// array([0, 1, 2, 3, 0])
/// >>> pm.pad([1, 2, 3], (0, 2), mode="edge")
/// array([1, 2, 3, 3, 3])
#[function(signature = (array, pad_width, mode = "constant".into(), *, constant_values = None))]
pub fn pad(
    array: In,
    pad_width: In,
    mode: String,
    constant_values: Option<Number>,
) -> Result<NdArray> {
    let mode = match mode.as_str() {
        "constant" => PadMode::Constant(constant_values.map_or(Scalar::Int(0), |value| value.0)),
        "edge" => PadMode::Edge,
        "reflect" => PadMode::Reflect,
        "symmetric" => PadMode::Symmetric,
        "wrap" => PadMode::Wrap,
        _ => {
            return Err(Error::value_error(format!(
                "argument 'mode' must be 'constant', 'edge', 'reflect', 'symmetric' or 'wrap', not \
                 '{mode}'"
            )));
        }
    };
    let widths = pad_width.0.broadcast_to(&[array.0.ndim() as isize, 2]).map_err(raised)?;
    let widths = widths.cast(pommel_array::DType::Int64, pommel_array::Casting::SameKind);
    let widths = widths.and_then(|widths| widths.to_vec::<i64>()).map_err(raised)?;
    let pairs: Vec<(isize, isize)> =
        widths.chunks_exact(2).map(|pair| (pair[0] as isize, pair[1] as isize)).collect();
    out(manipulation::pad(&array.0, &pairs, mode))
}
