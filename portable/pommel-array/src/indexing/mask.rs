//! Truth values as indices, and the indices of what is not zero.

use crate::array::Array;
use crate::dtype::{Casting, DType};
use crate::error::{Error, Result};
use crate::kernels::compress;
use crate::raw::memory::room_for;

/// Truth values in C order without gaps; of numbers, whether they are not zero.
fn truths(array: &Array) -> Result<Array> {
    array.cast(DType::Bool, Casting::Unsafe)?.contiguous()
}

/// The elements at which truth values of the same shape are true.
pub(super) fn selected(array: &Array, which: &Array) -> Result<Array> {
    compress::selected(&array.contiguous()?, &truths(which)?)
}

/// Writes one element wherever truth values of the same shape are true.
pub(super) fn fill(array: &Array, which: &Array, value: &Array) -> Result<()> {
    let own = |other: &Array| {
        if other.may_share_memory(array) {
            other.copied(crate::layout::Order::C)
        } else {
            Ok(other.clone())
        }
    };
    compress::fill(array, &own(which)?, &own(value)?)
}

/// The indices of the elements that are not zero, or true, in C order, as if the array had one
/// dimension: `int64`.
///
/// # Errors
/// There is not enough memory.
pub fn flatnonzero(array: &Array) -> Result<Array> {
    compress::places(&truths(array)?)
}

/// The indices of the elements that are not zero, or true, in C order: an array of `int64` for each
/// axis.
///
/// # Errors
/// The array has no dimensions, or there is not enough memory.
pub fn nonzero(array: &Array) -> Result<Vec<Array>> {
    if array.ndim() == 0 {
        let (value, wanted) =
            ("one without dimensions".to_owned(), "an array with an axis or more");
        return Err(Error::Argument { name: "x", value, wanted });
    }
    let mut rest = flatnonzero(array)?;
    let mut found = Vec::with_capacity(array.ndim());
    for &extent in array.shape()[1..].iter().rev() {
        let (rows, columns) = divided(&rest, extent as i64)?;
        found.push(columns);
        rest = rows;
    }
    found.push(rest);
    found.reverse();
    Ok(found)
}

/// Ascending numbers divided by one, and what is left of them; without a division for each.
fn divided(numbers: &Array, by: i64) -> Result<(Array, Array)> {
    let mut quotients = room_for(numbers.size())?;
    let rests = numbers.with_slice(|numbers: &[i64]| {
        Array::build(&[numbers.len() as isize], |rests: &mut [i64]| {
            let (mut row, mut start) = (0, 0);
            for (rest, &number) in rests.iter_mut().zip(numbers) {
                if number - start >= by {
                    let rows = (number - start) / by;
                    (row, start) = (row + rows, start + rows * by);
                }
                *rest = number - start;
                quotients.push(row);
            }
        })
    })??;
    Ok((Array::from_slice(&quotients, numbers.shape())?, rests))
}

/// The indices of the elements that are not zero, or true, in C order: a row of `int64` for each.
///
/// # Errors
/// There is not enough memory.
pub fn argwhere(array: &Array) -> Result<Array> {
    if array.ndim() == 0 {
        let count = flatnonzero(array)?.size() as isize;
        return Array::zeros(DType::Int64, &[count, 0]);
    }
    let columns = nonzero(array)?;
    let (n, width) = (columns[0].size(), columns.len());
    let rows = Array::zeros(DType::Int64, &[width as isize, n as isize])?;
    for (axis, column) in columns.iter().enumerate() {
        rows.select(&[crate::index::Index::At(axis as isize)])?.assign(column, Casting::No)?;
    }
    rows.transposed().contiguous()
}

/// The elements of an array at which a condition is not zero, or true; both are read in C order as if
/// they had one dimension.
///
/// # Errors
/// The condition is true behind the end of the array, or there is not enough memory.
pub fn extract(condition: &Array, array: &Array) -> Result<Array> {
    let (condition, array) = (condition.reshaped(&[-1])?, array.reshaped(&[-1])?);
    if condition.size() == array.size() {
        return selected(&array, &condition);
    }
    super::get(&array, &[flatnonzero(&condition)?.into()])
}
