//! Arrays joined, and arrays taken apart.

use super::axes::{expand_dims, ravel};
use crate::array::Array;
use crate::dtype::{Casting, DType};
use crate::error::{Error, Result, Tuple};
use crate::index::Index;
use crate::layout::{Order, normal_axis};
use crate::raw::memory::{collected, room_for};

/// Arrays behind each other along an axis, or all their elements in one. Types meet in their common
/// type.
///
/// # Errors
/// There is no array, shapes differ on another axis, there is no such axis, or there is not enough
/// memory.
pub fn concat(arrays: &[Array], axis: Option<isize>) -> Result<Array> {
    let dtype = DType::common(arrays.iter().map(Array::dtype)).ok_or_else(nothing)?;
    let Some(axis) = axis else {
        let flat: Result<Vec<_>> = arrays.iter().map(|array| ravel(array, Order::C)).collect();
        return concat(&flat?, Some(0));
    };
    let first = &arrays[0];
    if first.ndim() == 0 {
        let value = "an array without dimensions".to_owned();
        let wanted = "of one or more dimensions, or axis None";
        return Err(Error::Argument { name: "arrays", value, wanted });
    }
    let axis = normal_axis(axis, first.ndim())?;
    for array in arrays {
        let fits = array.ndim() == first.ndim()
            && (0..array.ndim()).all(|i| i == axis || array.shape()[i] == first.shape()[i]);
        if !fits {
            return Err(unequal(
                first,
                array,
                "of equal shapes but for the axis to join them along",
            ));
        }
    }
    let parts: Result<Vec<_>> =
        arrays.iter().map(|array| array.cast(dtype, Casting::Unsafe)).collect();
    let parts = parts?;
    Array::joined(&parts[0], &parts[1..], axis)
}

fn nothing() -> Error {
    let value = "an empty list".to_owned();
    Error::Argument { name: "arrays", value, wanted: "one array or more" }
}

fn unequal(a: &Array, b: &Array, wanted: &'static str) -> Error {
    let value = format!("of the shapes {} and {}", Tuple(a.shape()), Tuple(b.shape()));
    Error::Argument { name: "arrays", value, wanted }
}

/// Arrays of one shape behind each other along a new axis.
///
/// # Errors
/// There is no array, shapes differ, there is no such place for an axis, or there is not enough
/// memory.
pub fn stack(arrays: &[Array], axis: isize) -> Result<Array> {
    let first = arrays.first().ok_or_else(nothing)?;
    if let Some(other) = arrays.iter().find(|array| array.shape() != first.shape()) {
        return Err(unequal(first, other, "of equal shapes"));
    }
    let axis = normal_axis(axis, first.ndim() + 1)? as isize;
    let parts: Result<Vec<_>> = arrays.iter().map(|array| expand_dims(array, &[axis])).collect();
    concat(&parts?, Some(axis))
}

/// The parts along an axis, which they do not have: views.
///
/// # Errors
/// There is no such axis, or not enough memory.
pub fn unstack(array: &Array, axis: isize) -> Result<Vec<Array>> {
    let axis = normal_axis(axis, array.ndim())?;
    let mut parts = room_for(array.shape()[axis] as usize)?;
    for i in 0..array.shape()[axis] {
        parts.push(array.with_layout(array.layout().at(axis, i)?));
    }
    Ok(parts)
}

/// Parts of an axis that begin and end at indices: views.
///
/// # Errors
/// There is no such axis, or not enough memory.
pub fn split_at(array: &Array, indices: &[isize], axis: isize) -> Result<Vec<Array>> {
    let axis = normal_axis(axis, array.ndim())?;
    let mut parts = room_for(indices.len() + 1)?;
    let mut start = 0;
    for stop in indices.iter().map(|&index| Some(index)).chain([None]) {
        parts.push(array.with_layout(array.layout().slice(axis, Some(start), stop, 1)?));
        start = stop.unwrap_or(start);
    }
    Ok(parts)
}

/// So many equal parts of an axis: views.
///
/// # Errors
/// There is no such axis, the number is not positive, it does not divide the extent, or there is not
/// enough memory.
pub fn split(array: &Array, parts: isize, axis: isize) -> Result<Vec<Array>> {
    let extent = array.shape()[normal_axis(axis, array.ndim())?];
    if parts < 1 || extent % parts != 0 {
        let value = parts.to_string();
        let wanted = "positive and a divisor of the axis's extent";
        return Err(Error::Argument { name: "indices_or_sections", value, wanted });
    }
    array_split(array, parts, axis)
}

/// So many parts of an axis, the first ones longer by one element if it does not divide: views.
///
/// # Errors
/// There is no such axis, the number is not positive, or there is not enough memory.
pub fn array_split(array: &Array, parts: isize, axis: isize) -> Result<Vec<Array>> {
    let extent = array.shape()[normal_axis(axis, array.ndim())?];
    if parts < 1 {
        let value = parts.to_string();
        return Err(Error::Argument { name: "indices_or_sections", value, wanted: "positive" });
    }
    let (each, longer) = (extent / parts, extent % parts);
    let ends = collected((1..parts).map(|i| i * each + i.min(longer)))?;
    split_at(array, &ends, axis)
}

/// A range of an axis: a view.
pub(super) fn part(array: &Array, axis: usize, start: isize, stop: isize) -> Result<Array> {
    let mut index = vec![crate::index::ALL; axis];
    index.push(Index::Slice(Some(start), Some(stop), 1));
    array.select(&index)
}
