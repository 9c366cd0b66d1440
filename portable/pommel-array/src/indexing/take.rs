//! Elements along one axis, by their indices.

use super::select::{Plan, get, set};
use super::{Part, mask};
use crate::array::Array;
use crate::dtype::{Casting, DType};
use crate::error::{Error, Result};
use crate::layout::Dims;
use crate::raw::memory::collected;

/// What an index behind the end of its axis means.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Mode {
    /// An error. Negative indices count from the end.
    Raise,
    /// It counts on from the other end.
    Wrap,
    /// The first or last element. Negative indices are behind the first.
    Clip,
}

/// The elements at indices of an axis, or of all elements in C order. The shape of the indices takes the
/// place of the axis.
///
/// # Errors
/// There is no such axis, the indices are no integers, one is out of bounds and that is an error or the
/// axis is empty, or there is not enough memory.
pub fn take(array: &Array, indices: &Array, axis: Option<isize>, mode: Mode) -> Result<Array> {
    let Some(axis) = axis else {
        return take(&array.reshaped(&[-1])?, indices, Some(0), mode);
    };
    let axis = array.layout().axis(axis)?;
    if !indices.dtype().is_integer() {
        return Err(Error::IndexType { dtype: indices.dtype() });
    }
    let shape = indices.shape();
    // The axis of one index is left out at the end.
    let indices = if shape.is_empty() { indices.reshaped(&[1])? } else { indices.clone() };
    let indices = within(&indices, array.shape()[axis], mode)?;
    let taken = Plan::along(array, axis, &indices)?.read(array)?;
    if shape.is_empty() {
        Ok(taken.with_layout(taken.layout().without_axis(axis)?))
    } else {
        Ok(taken)
    }
}

/// Indices, moved to where the mode wants them.
fn within(indices: &Array, extent: isize, mode: Mode) -> Result<Array> {
    if mode == Mode::Raise || extent == 0 {
        return Ok(indices.clone());
    }
    let extent = extent as i64;
    if indices.dtype() == DType::UInt64 {
        // Larger than the indices of 64 bits with a sign.
        let moved = |index: &u64| match mode {
            Mode::Wrap => (index % extent as u64) as i64,
            _ => (*index).min(extent as u64 - 1) as i64,
        };
        let moved = indices.with_slice(|all: &[u64]| collected(all.iter().map(moved)))??;
        return Array::from_slice(&moved, indices.shape());
    }
    let indices = indices.cast(DType::Int64, Casting::Unsafe)?;
    let shape = Dims::from_slice(indices.shape());
    indices.with_slice(|indices: &[i64]| {
        Array::build(&shape, |moved: &mut [i64]| {
            for (moved, &index) in moved.iter_mut().zip(indices) {
                *moved = match mode {
                    Mode::Wrap if (0..extent).contains(&index) => index,
                    Mode::Wrap => index.rem_euclid(extent),
                    _ => index.clamp(0, extent - 1),
                };
            }
        })
    })?
}

/// The index that takes an element of each line along an axis for each of the indices there.
fn along(array: &Array, indices: &Array, axis: isize) -> Result<Vec<Part>> {
    let axis = array.layout().axis(axis)?;
    if indices.ndim() != array.ndim() {
        let value = format!("an array of {} dimensions", indices.ndim());
        let wanted = "an array of as many dimensions as the first one";
        return Err(Error::Argument { name: "indices", value, wanted });
    }
    if !indices.dtype().is_integer() {
        return Err(Error::IndexType { dtype: indices.dtype() });
    }
    let part = |at: usize| {
        if at == axis {
            return Ok(Part::Array(indices.clone()));
        }
        let extent = array.shape()[at];
        let mut shape = Dims::from_elem(1, array.ndim());
        shape[at] = extent;
        Ok(Part::Array(Array::generated(&shape, |i| i as i64)?))
    };
    (0..array.ndim()).map(part).collect()
}

/// For each line along an axis, the elements at the indices that the same line of another array has.
///
/// # Errors
/// There is no such axis, the arrays do not have as many dimensions, their other axes do not fit each
/// other, the indices are no integers or out of bounds, or there is not enough memory.
pub fn take_along_axis(array: &Array, indices: &Array, axis: isize) -> Result<Array> {
    get(array, &along(array, indices, axis)?)
}

/// For each line along an axis, writes elements at the indices that the same line of another array has.
///
/// # Errors
/// As [`take_along_axis`] and [`set`].
pub fn put_along_axis(array: &Array, indices: &Array, values: &Array, axis: isize) -> Result<()> {
    set(array, &along(array, indices, axis)?, values, Casting::Unsafe)
}

/// What is along an axis, or of all elements in C order, where a condition is not zero, or true. The
/// condition may be shorter than the axis.
///
/// # Errors
/// The condition has not one dimension or is true behind the end of the axis, there is no such axis, or
/// there is not enough memory.
pub fn compress(condition: &Array, array: &Array, axis: Option<isize>) -> Result<Array> {
    if condition.ndim() != 1 {
        let value = format!("an array of {} dimensions", condition.ndim());
        return Err(Error::Argument {
            name: "condition",
            value,
            wanted: "an array of one dimension",
        });
    }
    let flat = match axis {
        None => array.reshaped(&[-1])?,
        Some(_) => array.clone(),
    };
    if flat.shape() == condition.shape() {
        flat.layout().axis(axis.unwrap_or(0))?;
        return mask::selected(&flat, condition);
    }
    take(&flat, &mask::flatnonzero(condition)?, Some(axis.unwrap_or(0)), Mode::Raise)
}
