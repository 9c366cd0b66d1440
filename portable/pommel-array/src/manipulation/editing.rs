//! Elements repeated, moved around, left out or put in: copies.

use super::axes::ravel;
use super::joining::{concat, part};
use super::refused;
use crate::array::Array;
use crate::dtype::{Casting, DType};
use crate::elementwise::{Operand, choose};
use crate::error::{Error, Result};
use crate::layout::{Dims, Order, normal_axis};
use crate::raw::memory::room_for;

/// Elements moved along axes by shifts, those that leave one end coming in at the other. One shift
/// serves all axes; an axis may be named several times. Without axes the elements in C order are
/// moved.
///
/// # Errors
/// There is no such axis, or there are not as many shifts as axes.
pub fn roll(array: &Array, shifts: &[isize], axes: Option<&[isize]>) -> Result<Array> {
    let Some(axes) = axes else {
        let flat = ravel(array, Order::C)?;
        let total = shifts.iter().fold(0isize, |sum, &shift| sum.wrapping_add(shift));
        return roll(&flat, &[total], Some(&[0]))?.reshaped(array.shape());
    };
    if shifts.len() != axes.len() && shifts.len() != 1 && axes.len() != 1 {
        return Err(refused("shift", shifts, "one number, or as many as there are axes"));
    }
    let mut by_axis = Dims::from_elem(0, array.ndim());
    for i in 0..axes.len().max(shifts.len()).min(axes.len() * shifts.len()) {
        let axis = normal_axis(axes[if axes.len() == 1 { 0 } else { i }], array.ndim())?;
        let shift = shifts[if shifts.len() == 1 { 0 } else { i }];
        if array.shape()[axis] > 0 {
            let extent = array.shape()[axis];
            by_axis[axis] = (by_axis[axis] + shift.rem_euclid(extent)) % extent;
        }
    }
    let mut result = array.clone();
    for (axis, &shift) in by_axis.iter().enumerate().filter(|(_, shift)| **shift != 0) {
        let extent = result.shape()[axis];
        let tail = part(&result, axis, extent - shift, extent)?;
        let head = part(&result, axis, 0, extent - shift)?;
        result = Array::joined(&tail, &[head], axis)?;
    }
    if by_axis.iter().all(|&shift| shift == 0) { array.copied(Order::C) } else { Ok(result) }
}

/// Each element, or each part along an axis, so many times behind itself. One count serves all.
/// Without an axis the elements in C order are repeated.
///
/// # Errors
/// There is no such axis, a count is negative, there are not as many counts as elements, or there is
/// not enough memory.
pub fn repeat(array: &Array, counts: &[isize], axis: Option<isize>) -> Result<Array> {
    let Some(axis) = axis else {
        return repeat(&ravel(array, Order::C)?, counts, Some(0));
    };
    let axis = normal_axis(axis, array.ndim())?;
    let extent = array.shape()[axis];
    if counts.iter().any(|&count| count < 0) {
        return Err(refused("repeats", counts, "0 or more"));
    }
    let too_large = || Error::TooLarge {
        shape: Dims::from_slice(array.shape()),
        item_size: array.dtype().size(),
    };
    if let [count] = *counts {
        let mut shape = Dims::from_slice(array.shape());
        shape.insert(axis + 1, count);
        let layout = array.layout().with_axis(axis + 1).broadcast_to(&shape)?;
        shape.remove(axis + 1);
        shape[axis] = shape[axis].checked_mul(count).ok_or_else(too_large)?;
        return array.with_layout(layout).copied(Order::C)?.reshaped(&shape);
    }
    if counts.len() as isize != extent {
        return Err(refused("repeats", counts, "one number, or one for each element of the axis"));
    }
    let total = counts.iter().try_fold(0, |sum: isize, &count| sum.checked_add(count));
    let mut indices = room_for(total.ok_or_else(too_large)? as usize)?;
    for (i, &count) in counts.iter().enumerate() {
        indices.extend(core::iter::repeat_n(i, count as usize));
    }
    array.picked(axis, &indices)
}

/// The array so many times behind itself along each axis. If there are fewer numbers than axes they
/// are for the last ones; if there are more, the array gets new axes in front.
///
/// # Errors
/// A number is negative, or there is not enough memory.
pub fn tile(array: &Array, times: &[isize]) -> Result<Array> {
    if times.iter().any(|&count| count < 0) {
        return Err(refused("reps", times, "0 or more"));
    }
    let ndim = array.ndim().max(times.len());
    let (new, given) = (ndim - array.ndim(), ndim - times.len());
    // Each axis in two: how often, and what.
    let (mut single, mut twofold, mut shape) = (Dims::new(), Dims::new(), Dims::new());
    for axis in 0..ndim {
        let extent = if axis < new { 1 } else { array.shape()[axis - new] };
        let count = if axis < given { 1 } else { times[axis - given] };
        single.extend([1, extent]);
        twofold.extend([count, extent]);
        shape.push(extent.checked_mul(count).ok_or_else(|| Error::TooLarge {
            shape: Dims::from_slice(times),
            item_size: array.dtype().size(),
        })?);
    }
    let places: Dims = (0..ndim as isize).map(|axis| 2 * axis).collect();
    let mut whole = Dims::from_elem(1, new);
    whole.extend_from_slice(array.shape());
    let spread = super::axes::expand_dims(&array.reshaped(&whole)?, &places)?;
    debug_assert!(spread.shape() == &single[..]);
    spread.broadcast_to(&twofold)?.copied(Order::C)?.reshaped(&shape)
}

/// Matrices (of the last two axes) with zeros above a diagonal.
///
/// # Errors
/// There are fewer than two axes, or there is not enough memory.
pub fn tril(array: &Array, k: isize) -> Result<Array> {
    triangle(array, k, true)
}

/// Matrices (of the last two axes) with zeros below a diagonal.
///
/// # Errors
/// There are fewer than two axes, or there is not enough memory.
pub fn triu(array: &Array, k: isize) -> Result<Array> {
    triangle(array, k.saturating_sub(1), false)
}

/// What lies on and below a diagonal, or above it; zeros elsewhere.
fn triangle(array: &Array, k: isize, lower: bool) -> Result<Array> {
    let &[.., rows, columns] = array.shape() else {
        return Err(refused("x", array.shape(), "of a shape with two axes or more"));
    };
    let mask = crate::creation::tri(rows, columns, k, DType::Bool)?;
    let zero = Array::zeros(array.dtype(), &[])?;
    let (array, zero) = (Operand::Array(array), Operand::Array(&zero));
    if lower { choose(&mask, array, zero) } else { choose(&mask, zero, array) }
}

/// Values behind an array along an axis, or all elements of both in one: [`concat()`] of the two.
///
/// # Errors
/// As [`concat()`].
pub fn append(array: &Array, values: &Array, axis: Option<isize>) -> Result<Array> {
    concat(&[array.clone(), values.clone()], axis)
}

/// Without the parts at indices of an axis, which count from the end if they are negative and may
/// repeat; without an axis, of the elements in C order.
///
/// # Errors
/// An index is out of bounds, there is no such axis, or there is not enough memory.
pub fn delete(array: &Array, indices: &[isize], axis: Option<isize>) -> Result<Array> {
    let Some(axis) = axis else {
        return delete(&ravel(array, Order::C)?, indices, Some(0));
    };
    let axis = normal_axis(axis, array.ndim())?;
    let extent = array.shape()[axis];
    let mut gone: Vec<isize> = room_for(indices.len())?;
    for &index in indices {
        let normal = if index < 0 { index.wrapping_add(extent) } else { index };
        if !(0..extent).contains(&normal) {
            return Err(Error::OutOfBounds { index, axis, extent });
        }
        gone.push(normal);
    }
    gone.sort_unstable();
    gone.dedup();
    // What stays between one that goes and the next.
    let left = extent as usize - gone.len();
    let mut kept = room_for(left.min(gone.len() + 1))?;
    let mut begin = 0;
    for end in gone.into_iter().chain([extent]) {
        if end > begin {
            kept.push(begin..end);
        }
        begin = end + 1;
    }
    if kept.len() > FEW_RANGES {
        let mut all: Vec<usize> = room_for(left)?;
        all.extend(kept.into_iter().flatten().map(|i| i as usize));
        return array.picked(axis, &all);
    }
    let mut parts = vec![part(array, axis, 0, 0)?];
    for range in kept {
        parts.push(part(array, axis, range.start, range.end)?);
    }
    Array::joined(&parts[0], &parts[1..], axis)
}

/// Up to so many ranges of an axis are copied as views; of more each index is looked up.
const FEW_RANGES: usize = 16;

/// With values before indices of an axis, which are those of the array as it was; without an axis, of
/// the elements in C order.
///
/// The values are converted to the type of the array. Before one index as many parts come as the
/// values have along the axis; several indices get one part each, to which the values are stretched.
///
/// # Errors
/// An index is out of bounds, the values do not fit, there is no such axis, or there is not enough
/// memory.
pub fn insert(
    array: &Array,
    indices: &[isize],
    values: &Array,
    axis: Option<isize>,
) -> Result<Array> {
    let Some(axis) = axis else {
        return insert(&ravel(array, Order::C)?, indices, values, Some(0));
    };
    let axis = normal_axis(axis, array.ndim())?;
    let extent = array.shape()[axis];
    let single = indices.len() == 1;
    let mut shape = Dims::from_slice(array.shape());
    let from_end = array.ndim() - axis;
    let given = values.ndim().checked_sub(from_end).map_or(1, |i| values.shape()[i]);
    shape[axis] = if single { given } else { indices.len() as isize };
    let added = values.broadcast_to(&shape)?.cast(array.dtype(), Casting::Unsafe)?;
    // Before which element each part comes: by index, then in the order given.
    let mut places: Vec<(isize, usize)> = room_for(shape[axis] as usize)?;
    for i in 0..shape[axis] as usize {
        let index = indices[if single { 0 } else { i }];
        let normal = if index < 0 { index.wrapping_add(extent) } else { index };
        if !(0..=extent).contains(&normal) {
            return Err(Error::OutOfBounds { index, axis, extent });
        }
        places.push((normal, i));
    }
    places.sort_unstable();
    let mut order = room_for(extent as usize + places.len())?;
    let mut next = places.into_iter().peekable();
    for i in 0..=extent {
        while let Some((_, which)) = next.next_if(|&(place, _)| place == i) {
            order.push(extent as usize + which);
        }
        if i < extent {
            order.push(i as usize);
        }
    }
    Array::joined(array, &[added], axis)?.picked(axis, &order)
}
