//! Arrays with margins.

use super::joining::part;
use super::refused;
use crate::array::Array;
use crate::dtype::Casting;
use crate::error::{Error, Result, Tuple};
use crate::layout::Dims;
use crate::raw::memory::collected;
use crate::scalar::Scalar;

/// What margins are filled with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PadMode {
    /// A number.
    Constant(Scalar),
    /// The element at the edge.
    Edge,
    /// The elements mirrored at the edge one, which is not repeated.
    Reflect,
    /// The elements mirrored behind the edge one, which is repeated.
    Symmetric,
    /// The elements from the other end.
    Wrap,
}

/// An array with margins of so many elements before and behind each axis. One pair serves all axes.
///
/// # Errors
/// There is not a pair for each axis, a width is negative, an empty axis is to be continued, the type
/// does not hold the number, or there is not enough memory.
pub fn pad(array: &Array, widths: &[(isize, isize)], mode: PadMode) -> Result<Array> {
    let ndim = array.ndim();
    if widths.len() != ndim && widths.len() != 1 {
        let all: Vec<isize> = widths.iter().flat_map(|&(a, b)| [a, b]).collect();
        return Err(refused("pad_width", &all, "a pair of numbers, or one for each axis"));
    }
    let width = |axis: usize| widths[if widths.len() == 1 { 0 } else { axis }];
    if let Some(&(a, b)) = widths.iter().find(|(a, b)| *a < 0 || *b < 0) {
        return Err(refused("pad_width", &[a, b], "0 or more"));
    }
    if let PadMode::Constant(value) = mode {
        return constant(array, width, value);
    }
    let mut result = array.clone();
    for axis in 0..ndim {
        let (before, behind) = width(axis);
        if before == 0 && behind == 0 {
            continue;
        }
        let extent = array.shape()[axis];
        if extent == 0 {
            let value = format!("an array of the shape {}", Tuple(array.shape()));
            let wanted = "not empty along an axis that is continued";
            return Err(Error::Argument { name: "array", value, wanted });
        }
        let from = |place: isize| source(mode, place, extent);
        let end = extent.checked_add(behind).ok_or_else(|| Error::TooLarge {
            shape: Dims::from_slice(array.shape()),
            item_size: array.dtype().size(),
        })?;
        let (head, tail) =
            (collected((-before..0).map(from))?, collected((extent..end).map(from))?);
        let (head, tail) = (result.picked(axis, &head)?, result.picked(axis, &tail)?);
        result = Array::joined(&head, &[result, tail], axis)?;
    }
    if widths.iter().all(|&pair| pair == (0, 0)) {
        return array.copied(crate::layout::Order::C);
    }
    Ok(result)
}

/// Which element stands at a place outside of an axis.
fn source(mode: PadMode, place: isize, extent: isize) -> usize {
    let found = match mode {
        PadMode::Wrap => place.rem_euclid(extent),
        // What is mirrored repeats after a way there and back.
        PadMode::Symmetric => {
            let place = place.rem_euclid(2 * extent);
            place.min(2 * extent - 1 - place)
        }
        PadMode::Reflect if extent > 1 => {
            let place = place.rem_euclid(2 * (extent - 1));
            place.min(2 * (extent - 1) - place)
        }
        _ => place.clamp(0, extent - 1),
    };
    found as usize
}

/// Margins of a number.
fn constant(
    array: &Array,
    width: impl Fn(usize) -> (isize, isize),
    value: Scalar,
) -> Result<Array> {
    let mut shape = Dims::from_slice(array.shape());
    for (axis, extent) in shape.iter_mut().enumerate() {
        let (before, behind) = width(axis);
        let sum = extent.checked_add(before).and_then(|sum| sum.checked_add(behind));
        *extent = sum.ok_or_else(|| Error::TooLarge {
            shape: Dims::from_slice(&[before, behind]),
            item_size: array.dtype().size(),
        })?;
    }
    let result = Array::full(&shape, value, array.dtype())?;
    let mut middle = result.clone();
    for axis in 0..array.ndim() {
        let before = width(axis).0;
        middle = part(&middle, axis, before, before + array.shape()[axis])?;
    }
    middle.assign(array, Casting::No)?;
    Ok(result)
}
