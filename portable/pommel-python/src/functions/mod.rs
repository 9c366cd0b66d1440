//! Functions of the package, by what they are about.

use crate::array::NdArray;
use crate::dtype::DType;
use crate::value;
use pommel::prelude::*;

/// An array of a number, of a nested sequence of numbers, or of another array's elements: a copy
/// unless `copy` says otherwise.
#[function(signature = (object, /, dtype = None, *, copy = None, ndmin = 0))]
pub fn array(
    ctx: Ctx<'_>,
    object: &Object<'_>,
    dtype: Option<DType>,
    copy: Option<bool>,
    ndmin: usize,
) -> Result<NdArray> {
    let copy = if copy.is_none() { Some(true) } else { copy };
    let mut array = value::array(ctx, object, dtype.map(|dtype| dtype.inner), copy)?;
    while array.inner.ndim() < ndmin {
        array.inner =
            array.inner.select(&[pommel_array::Index::NewAxis]).map_err(crate::error::raised)?;
    }
    Ok(array)
}

/// An array of a number, of a nested sequence of numbers, or the array itself, without a copy where
/// that is possible.
#[function(signature = (object, /, *, dtype = None, device = None, copy = None))]
pub fn asarray(
    ctx: Ctx<'_>,
    object: &Object<'_>,
    dtype: Option<DType>,
    device: Option<&str>,
    copy: Option<bool>,
) -> Result<NdArray> {
    check_device(device)?;
    value::array(ctx, object, dtype.map(|dtype| dtype.inner), copy)
}

/// There is one device.
pub(crate) fn check_device(device: Option<&str>) -> Result<()> {
    match device {
        None | Some("cpu") => Ok(()),
        Some(other) => Err(Error::value_error(format!(
            "argument 'device' must be 'cpu', the only device there is, not '{other}'"
        ))),
    }
}
