//! NumPy's `__array_interface__`: a dict that says where elements lie.

use super::{Place, format, over, unknown};
use crate::error::Raise;
use crate::errstate;
use crate::value;
use pommel::held::Held;
use pommel::prelude::*;
use pommel_array::Array;

/// What the attribute of an array is. Nobody says when its reader is done: from now on others may
/// write the memory at any time.
pub(crate) fn interface<'c>(ctx: Ctx<'c>, array: &Array) -> Result<Object<'c>> {
    array.eval().raise()?;
    errstate::check(ctx, errstate::EVALUATION)?;
    if !array.is_readonly() {
        array.data().export_forever().raise()?;
    }
    let dict = ctx.dict()?;
    let address = array.address().raise()?.expose_provenance();
    dict.set_item("shape", value::tuple(ctx, array.shape())?)?;
    dict.set_item("typestr", crate::dtype::code(array.dtype()))?;
    dict.set_item("data", ctx.object((address, array.is_readonly()))?)?;
    dict.set_item("strides", value::tuple(ctx, array.layout().strides())?)?;
    dict.set_item("version", 3)?;
    Ok(dict.into())
}

/// An array over memory that an object describes; `None` if it has no such attribute, or one whose
/// memory is that of yet another object.
pub(super) fn import(object: &Object<'_>) -> Result<Option<Array>> {
    if !object.has_attr(c"__array_interface__") {
        return Ok(None);
    }
    let interface = object.get_attr(c"__array_interface__")?;
    let Ok(interface) = interface.cast::<Dict>() else { return Ok(None) };
    let (Some(code), Some(shape), Some(data)) =
        (interface.get("typestr")?, interface.get("shape")?, interface.get("data")?)
    else {
        return Ok(None);
    };
    let Ok(data) = data.cast::<Tuple>() else { return Ok(None) };
    let code: String = code.extract()?;
    let found = format::parse_code(&code).filter(|_| !interface.contains("mask").unwrap_or(true));
    let Some((dtype, swapped)) = found else { return Err(unknown(object, &code)) };
    let shape: Vec<isize> = shape.extract()?;
    let strides = match interface.get("strides")?.filter(|strides| !strides.is_none()) {
        Some(strides) => strides.extract()?,
        None => contiguous(&shape, dtype.size()),
    };
    if strides.len() != shape.len() {
        return Err(Error::value_error(
            "'__array_interface__' has another number of strides than of \
                                       extents",
        ));
    }
    let address: usize = data.get_index(0)?.extract()?;
    let place = Place {
        start: core::ptr::with_exposed_provenance_mut(address),
        dtype,
        swapped,
        shape: &shape,
        strides: &strides,
        readonly: data.get_index(1)?.is_true()?,
        constant: false,
    };
    // SAFETY: an object keeps the memory that it says to have as long as it lives, as the protocol
    // demands, and the dict may be what keeps it; the owner keeps both. Arrays are never dropped by a
    // thread's local variables.
    unsafe {
        let owner = (Held::new(object), Held::new(interface));
        over(&place, Box::new(owner)).map(Some)
    }
}

/// Strides of elements in C order. They wrap where no memory could have so many.
fn contiguous(shape: &[isize], size: usize) -> Vec<isize> {
    let mut stride = size as isize;
    let mut strides = vec![0; shape.len()];
    for (place, &extent) in strides.iter_mut().zip(shape).rev() {
        *place = stride;
        stride = stride.wrapping_mul(extent);
    }
    strides
}
