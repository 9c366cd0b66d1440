//! Frequencies of transforms, and their order.

use crate::array::Array;
use crate::dtype::Casting;
use crate::error::{Error, Result};
use crate::index::{ALL, Index};
use crate::layout::normal_axis;

fn check_count(n: isize) -> Result<()> {
    if n < 1 {
        return Err(Error::Argument {
            name: "n",
            value: n.to_string(),
            wanted: "at least 1 (the number of elements of a transform)",
        });
    }
    Ok(())
}

/// The frequencies of the elements of a transform of `n` elements that are `d` apart, `float64`: from zero
/// up, then the negative ones.
///
/// # Errors
/// `n` is below 1.
pub fn fftfreq(n: isize, d: f64) -> Result<Array> {
    check_count(n)?;
    let unit = 1.0 / (n as f64 * d);
    Array::build(&[n], |out: &mut [f64]| {
        for (k, out) in out.iter_mut().enumerate() {
            let k = k as isize;
            *out = if k <= (n - 1) / 2 { k } else { k - n } as f64 * unit;
        }
    })
}

/// The frequencies of the elements of a transform of `n` real numbers that are `d` apart, `float64`.
///
/// # Errors
/// `n` is below 1.
pub fn rfftfreq(n: isize, d: f64) -> Result<Array> {
    check_count(n)?;
    let unit = 1.0 / (n as f64 * d);
    Array::build(&[n / 2 + 1], |out: &mut [f64]| {
        for (k, out) in out.iter_mut().enumerate() {
            *out = k as f64 * unit;
        }
    })
}

/// A copy with the frequency zero in the middle of axes, all of them if none are named.
///
/// # Errors
/// An axis does not exist, or there is not enough memory.
pub fn fftshift(array: &Array, axes: Option<&[isize]>) -> Result<Array> {
    rolled(array, axes, |extent| extent / 2)
}

/// What [`fftshift`] does, undone.
///
/// # Errors
/// As [`fftshift`].
pub fn ifftshift(array: &Array, axes: Option<&[isize]>) -> Result<Array> {
    rolled(array, axes, |extent| extent - extent / 2)
}

/// A copy with the elements of axes moved on, those at the end to the start.
fn rolled(array: &Array, axes: Option<&[isize]>, steps: impl Fn(isize) -> isize) -> Result<Array> {
    let all: Vec<isize> = (0..array.ndim() as isize).collect();
    let mut result = array.clone();
    for &axis in axes.unwrap_or(&all) {
        let axis = normal_axis(axis, array.ndim())?;
        let extent = array.shape()[axis];
        let shift = if extent > 0 { steps(extent) % extent } else { 0 };
        let part = |array: &Array, start: Option<isize>, stop: Option<isize>| {
            let mut index = vec![ALL; array.ndim()];
            index[axis] = Index::Slice(start, stop, 1);
            array.select(&index)
        };
        let moved = Array::zeros(array.dtype(), array.shape())?;
        let (front, back) = (Some(extent - shift), Some(shift));
        part(&moved, back, None)?.assign(&part(&result, None, front)?, Casting::No)?;
        part(&moved, None, back)?.assign(&part(&result, front, None)?, Casting::No)?;
        result = moved;
    }
    if axes.is_some_and(<[isize]>::is_empty) || array.ndim() == 0 {
        return array.copied_as_it_lies();
    }
    Ok(result)
}
