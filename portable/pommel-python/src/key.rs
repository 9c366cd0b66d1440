//! What stands between the brackets.

use crate::array::NdArray;
use crate::error::Raise;
use crate::value;
use pommel::prelude::*;
use pommel_array::{Array, Index, Scalar};

/// A basic index, or that it is not one.
pub(crate) enum Key {
    Basic(Vec<Index>),
    Advanced,
}

/// Reads an index of integers, slices, new axes and ellipses.
pub(crate) fn basic(key: &Object<'_>) -> Result<Key> {
    let mut parts = Vec::new();
    if key.is_a::<Tuple>() {
        for item in key.iter()? {
            match part(&item?)? {
                Some(index) => parts.push(index),
                None => return Ok(Key::Advanced),
            }
        }
        return Ok(Key::Basic(parts));
    }
    Ok(match part(key)? {
        Some(index) => {
            parts.push(index);
            Key::Basic(parts)
        }
        None => Key::Advanced,
    })
}

pub(crate) fn part(key: &Object<'_>) -> Result<Option<Index>> {
    if key.is_none() {
        return Ok(Some(Index::NewAxis));
    }
    if key.is_a::<Slice>() {
        let bound = |name: &std::ffi::CStr| -> Result<Option<isize>> {
            let value = key.get_attr(name)?;
            if value.is_none() { Ok(None) } else { clipped(&value).map(Some) }
        };
        let step = bound(c"step")?.unwrap_or(1);
        return Ok(Some(Index::Slice(bound(c"start")?, bound(c"stop")?, step)));
    }
    if key.is_a::<Bool>() {
        return Ok(None);
    }
    if key.is_a::<Int>() {
        return key.extract().map(|index| Some(Index::At(index)));
    }
    if key.is_ellipsis() {
        return Ok(Some(Index::Ellipsis));
    }
    if let Some(array) = Instance::<NdArray>::of(key) {
        let array = array.borrow()?;
        if array.inner.ndim() == 0
            && array.inner.dtype().is_integer()
            && let Scalar::Int(index) = array.inner.item(&[]).raise()?
        {
            return Ok(Some(Index::At(index as isize)));
        }
        return Ok(None);
    }
    if key.is_a::<List>() || key.has_attr(c"__array_interface__") {
        return Ok(None);
    }
    if key.has_attr(c"__index__") {
        return key.extract().map(|index| Some(Index::At(index)));
    }
    Err(Error::index_error(format!(
        "an index is an integer, a slice, an ellipsis, None, or an array of integers or truth values, \
         not {}",
        key.describe()
    )))
}

/// A bound of a slice, of any size.
pub(crate) fn clipped(value: &Object<'_>) -> Result<isize> {
    let exact = value.extract::<isize>();
    match exact {
        Ok(bound) => Ok(bound),
        Err(error) if error.is(value.ctx(), pommel::exception::OverflowError) => {
            drop(error);
            let negative = value.index()?.repr()?.starts_with('-');
            Ok(if negative { isize::MIN } else { isize::MAX })
        }
        Err(error) => Err(error),
    }
}

/// The element or view that a basic index selects: a number where it names a single element of a
/// type that Python has.
pub(crate) fn read<'c>(ctx: Ctx<'c>, array: &Array, parts: &[Index]) -> Result<Object<'c>> {
    let view = array.select(parts).raise()?;
    let named = parts.iter().filter(|part| matches!(part, Index::At(_))).count();
    if view.ndim() == 0 && named > 0 && named == parts.len() && has_number(&view) {
        return value::give(ctx, view.item(&[]).raise()?);
    }
    ctx.object(NdArray { inner: view })
}

/// Whether an element is given as a number of Python and loses nothing.
pub(crate) fn has_number(array: &Array) -> bool {
    use pommel_array::DType::{Bool, Complex128, Float64, Int64};
    matches!(array.dtype(), Bool | Int64 | Float64 | Complex128)
}
