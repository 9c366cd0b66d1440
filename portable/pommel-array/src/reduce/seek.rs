//! Where the smallest and the largest element are.

use crate::array::Array;
use crate::error::{Error, Result};
use crate::kernels::reduce::seek::{self, Seeker};
use crate::layout::Dims;

/// The index of the first smallest element along an axis (`None`: in C order), `int64`. What is not a
/// number is smallest.
///
/// # Errors
/// There is no such axis; there are no elements along it; there is not enough memory.
pub fn argmin(array: &Array, axis: Option<isize>, keepdims: bool) -> Result<Array> {
    along("argmin", &seek::min(array.dtype()), array, axis, keepdims)
}

/// The index of the first largest element along an axis (`None`: in C order), `int64`. What is not a
/// number is largest.
///
/// # Errors
/// As [`argmin`].
pub fn argmax(array: &Array, axis: Option<isize>, keepdims: bool) -> Result<Array> {
    along("argmax", &seek::max(array.dtype()), array, axis, keepdims)
}

fn along(
    function: &'static str,
    seeker: &Seeker,
    array: &Array,
    axis: Option<isize>,
    keepdims: bool,
) -> Result<Array> {
    let mut shape = Dims::from_slice(array.shape());
    let (flat, at) = match axis {
        Some(axis) => (array.clone(), array.layout().axis(axis)?),
        None => (array.reshaped(&[array.size() as isize])?, 0),
    };
    match axis {
        Some(_) => shape[at] = 1,
        None => shape.fill(1),
    }
    if flat.shape()[at] == 0 {
        return Err(Error::Empty {
            function,
            shape: Dims::from_slice(array.shape()),
            axes: axis.map(|axis| Dims::from_slice(&[axis])),
        });
    }
    let found = if flat.size() == 0 {
        Array::zeros(crate::DType::Int64, &shape)?
    } else {
        seeker.along(&flat, at)?
    };
    if keepdims {
        return found.reshaped(&shape);
    }
    match axis {
        Some(_) => {
            shape.remove(at);
            found.reshaped(&shape)
        }
        None => found.reshaped(&[]),
    }
}
