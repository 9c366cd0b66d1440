//! Views with other axes: reordered, added, left out, reversed, combined.

use super::refused;
use crate::array::Array;
use crate::error::{Error, Result};
use crate::index::Index;
use crate::layout::{Dims, Layout, Order, broadcast_shapes, normal_axes, normal_axis};

/// The axes in another order, reversed if none is given: a view.
///
/// # Errors
/// The axes are not all of the array's, each once.
pub fn permute_dims(array: &Array, axes: Option<&[isize]>) -> Result<Array> {
    match axes {
        Some(axes) => array.permuted(axes),
        None => Ok(array.transposed()),
    }
}

/// Two axes exchanged: a view.
///
/// # Errors
/// There is no such axis.
pub fn swapaxes(array: &Array, a: isize, b: isize) -> Result<Array> {
    let (a, b) = (normal_axis(a, array.ndim())?, normal_axis(b, array.ndim())?);
    let mut axes: Dims = (0..array.ndim() as isize).collect();
    axes.swap(a, b);
    array.permuted(&axes)
}

/// Axes moved to other places, the rest in order: a view.
///
/// # Errors
/// There is no such axis, one is named twice, or there are not as many places as axes.
pub fn moveaxis(array: &Array, from: &[isize], to: &[isize]) -> Result<Array> {
    if from.len() != to.len() {
        return Err(refused("destination", to, "as long as source"));
    }
    let (from, to) = (normal_axes(from, array.ndim())?, normal_axes(to, array.ndim())?);
    let mut rest = (0..array.ndim()).filter(|axis| !from.contains(axis));
    let axis = |place: usize| match to.iter().position(|&wanted| wanted == place) {
        Some(i) => from[i] as isize,
        None => rest.next().expect("as many places as axes are left") as isize,
    };
    let axes: Dims = (0..array.ndim()).map(axis).collect();
    array.permuted(&axes)
}

/// New axes of one element at places of the result: a view.
///
/// # Errors
/// There is no such place, or it is named twice.
pub fn expand_dims(array: &Array, places: &[isize]) -> Result<Array> {
    let mut places = normal_axes(places, array.ndim() + places.len())?;
    places.sort_unstable();
    let mut layout = array.layout().clone();
    for place in places {
        layout = layout.with_axis(place);
    }
    Ok(array.with_layout(layout))
}

/// Without axes of one element: those that are named, or all of them. A view.
///
/// # Errors
/// There is no such axis, it is named twice, or has another extent.
pub fn squeeze(array: &Array, axes: Option<&[isize]>) -> Result<Array> {
    let mut axes = match axes {
        Some(axes) => normal_axes(axes, array.ndim())?,
        None => (0..array.ndim()).filter(|&axis| array.shape()[axis] == 1).collect(),
    };
    axes.sort_unstable();
    for &axis in &axes {
        array.layout().without_axis(axis)?;
    }
    let mut layout = array.layout().clone();
    for &axis in axes.iter().rev() {
        layout = layout.without_axis(axis)?;
    }
    Ok(array.with_layout(layout))
}

/// Arrays stretched to one shape: views that cannot be written where elements repeat.
///
/// # Errors
/// The shapes do not fit.
pub fn broadcast_arrays(arrays: &[Array]) -> Result<Vec<Array>> {
    let shape = broadcast_shapes(arrays.iter().map(Array::shape))?;
    let stretched = |array: &Array| match array.shape() == &shape[..] {
        true => Ok(array.clone()),
        false => array.broadcast_to(&shape),
    };
    arrays.iter().map(stretched).collect()
}

/// The elements, read and placed in an order, under another shape, one of whose extents may be -1 for
/// what is left.
///
/// It is a copy if `copy` says so, a view if it says not so, and without a word a view if strides can
/// express it.
///
/// # Errors
/// The number of elements differs, a copy would be needed and is forbidden, or there is not enough
/// memory.
pub fn reshape(array: &Array, shape: &[isize], order: Order, copy: Option<bool>) -> Result<Array> {
    if order == Order::F {
        let backwards: Dims = shape.iter().rev().copied().collect();
        let turned = reshape(&array.transposed(), &backwards, Order::C, copy)
            .map_err(|error| turned_back(error, array, shape))?;
        return Ok(turned.transposed());
    }
    let view = array.layout().reshaped(shape)?;
    match (view, copy) {
        (Some(layout), Some(true)) => array.with_layout(layout).copied(Order::C),
        (Some(layout), _) => Ok(array.with_layout(layout)),
        (None, Some(false)) => Err(Error::Argument {
            name: "copy",
            value: "False".to_owned(),
            wanted: "True or None: no view has this shape",
        }),
        (None, _) => array.copied(Order::C)?.reshaped(shape),
    }
}

/// An error about a transposed array in terms of the array.
fn turned_back(error: Error, array: &Array, shape: &[isize]) -> Error {
    match error {
        Error::Reshape { .. } => {
            Error::Reshape { from: Dims::from_slice(array.shape()), to: shape.to_vec() }
        }
        other => other,
    }
}

/// All elements in one axis, a view if possible.
///
/// # Errors
/// There is not enough memory.
pub fn ravel(array: &Array, order: Order) -> Result<Array> {
    match reshape(array, &[-1], order, None) {
        // One after the other in memory, which is what who asks for this relies on.
        Ok(flat) if flat.layout().is_contiguous(Order::C) => Ok(flat),
        _ => flatten(array, order),
    }
}

/// All elements in one axis, a copy.
///
/// # Errors
/// There is not enough memory.
pub fn flatten(array: &Array, order: Order) -> Result<Array> {
    reshape(array, &[array.size() as isize], order, Some(true))
}

/// Some axes, or all, reversed: a view.
///
/// # Errors
/// There is no such axis, or it is named twice.
pub fn flip(array: &Array, axes: Option<&[isize]>) -> Result<Array> {
    let axes = match axes {
        Some(axes) => normal_axes(axes, array.ndim())?,
        None => (0..array.ndim()).collect(),
    };
    let mut layout = array.layout().clone();
    for axis in axes {
        layout = layout.slice(axis, None, None, -1)?;
    }
    Ok(array.with_layout(layout))
}

/// Turned by `k` right angles in the plane of two axes, from the first towards the second: a view.
///
/// # Errors
/// There is no such axis, or the two are one.
pub fn rot90(array: &Array, k: isize, axes: [isize; 2]) -> Result<Array> {
    let plane = normal_axes(&axes, array.ndim())?;
    let (first, second) = (plane[0] as isize, plane[1] as isize);
    match k.rem_euclid(4) {
        0 => Ok(array.clone()),
        1 => swapaxes(&flip(array, Some(&[second]))?, first, second),
        2 => flip(array, Some(&[first, second])),
        _ => flip(&swapaxes(array, first, second)?, Some(&[second])),
    }
}

/// A diagonal of the planes of two axes, as a new last axis: a view that cannot be written through
/// in NumPy, and can be here. Positive offsets lie above the main diagonal.
///
/// # Errors
/// There is no such axis, or the two are one.
pub fn diagonal(array: &Array, offset: isize, axis1: isize, axis2: isize) -> Result<Array> {
    let plane = normal_axes(&[axis1, axis2], array.ndim())?;
    let (mut rows, mut columns) = (array.shape()[plane[0]], array.shape()[plane[1]]);
    let mut view = array.layout().clone();
    // The part of the plane from where the diagonal begins.
    let (cut, begin) =
        if offset < 0 { (plane[0], offset.saturating_neg()) } else { (plane[1], offset) };
    let begin = begin.min(array.shape()[cut]);
    view = view.slice(cut, Some(begin), None, 1)?;
    if offset < 0 {
        rows -= begin
    } else {
        columns -= begin
    }
    let step = view.strides()[plane[0]] + view.strides()[plane[1]];
    let kept = (0..array.ndim()).filter(|axis| !plane.contains(axis));
    let mut shape: Dims = kept.clone().map(|axis| view.shape()[axis]).collect();
    let mut strides: Dims = kept.map(|axis| view.strides()[axis]).collect();
    shape.push(rows.min(columns));
    strides.push(step);
    restrided(array, &view, &shape, &strides)
}

/// Windows that slide along axes, all of them if none is named, as new last axes: a view that cannot
/// be written, since windows share elements.
///
/// # Errors
/// There is not an extent for each axis, one is negative or larger than the array's, or there is no
/// such axis.
pub fn sliding_window_view(
    array: &Array,
    window: &[isize],
    axes: Option<&[isize]>,
) -> Result<Array> {
    let all: Dims = (0..array.ndim() as isize).collect();
    let axes = axes.unwrap_or(&all);
    if axes.len() != window.len() {
        return Err(refused("window_shape", window, "an extent for each axis"));
    }
    let layout = array.layout();
    let (mut shape, mut strides) =
        (Dims::from_slice(layout.shape()), Dims::from_slice(layout.strides()));
    for (&axis, &extent) in axes.iter().zip(window) {
        let axis = normal_axis(axis, array.ndim())?;
        let left = shape[axis] - extent + 1;
        if extent < 0 || left < 1 {
            return Err(refused("window_shape", window, "positive and within the array's shape"));
        }
        shape[axis] = left;
        shape.push(extent);
        strides.push(layout.strides()[axis]);
    }
    Ok(restrided(array, layout, &shape, &strides)?.into_readonly())
}

/// A view in other strides, from the first element of a layout of the array on.
fn restrided(array: &Array, from: &Layout, shape: &[isize], strides: &[isize]) -> Result<Array> {
    let (offset, end) = (from.offset(), array.layout().bytes().end);
    let layout =
        Layout::foreign(shape, strides, offset, array.dtype().size(), end.max(offset as usize))?;
    Ok(array.with_layout(layout))
}

/// At least so many axes, at most three, with new ones of one element where NumPy's `atleast_1d`,
/// `atleast_2d` and `atleast_3d` put them: a view.
///
/// # Errors
/// More than three are asked for.
pub fn atleast(array: &Array, ndim: usize) -> Result<Array> {
    let extent = array.shape().first().copied().unwrap_or(1);
    match (ndim, array.ndim()) {
        (4.., _) => Err(refused("ndim", &[ndim as isize], "3 or less")),
        (wanted, have) if have >= wanted => Ok(array.clone()),
        (3, 2) => expand_dims(array, &[2]),
        (3, _) => array.reshaped(&[1, extent, 1]),
        (2, _) => array.reshaped(&[1, extent]),
        _ => array.select(&[Index::NewAxis]),
    }
}
