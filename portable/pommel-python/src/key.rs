//! What stands between the brackets.

use crate::array::{NdArray, evaluated};
use crate::error::Raise;
use crate::value;
use pommel::prelude::*;
use pommel_array::{Array, Index, Order, Scalar};
use smallvec::SmallVec;
use std::sync::atomic::{AtomicBool, Ordering};

/// A basic index, or that it is not one.
pub(crate) enum Key {
    Basic(Vec<Index>),
    Advanced,
}

/// The index of each axis, if the key says nothing else.
#[inline]
pub(crate) fn place(key: &Object<'_>, ndim: usize) -> Result<Option<SmallVec<[isize; 4]>>> {
    let mut indices = SmallVec::new();
    if let Some(index) = small(key) {
        indices.push(index);
    } else if key.is_a::<Tuple>() && key.len()? == ndim {
        for axis in 0..ndim {
            let Some(index) = small(&key.get_index(axis as isize)?) else { return Ok(None) };
            indices.push(index);
        }
    }
    Ok((indices.len() == ndim && ndim > 0).then_some(indices))
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
    if let Some(slice) = key.as_a::<Slice>() {
        let (start, stop, step) = slice.parts()?;
        return Ok(Some(Index::Slice(Some(start), Some(stop), step)));
    }
    if key.is_a::<Bool>() {
        return Ok(None);
    }
    if key.is_a::<Int>() {
        return at(key).map(Some);
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
        return at(key).map(Some);
    }
    Err(Error::index_error(format!(
        "an index is an integer, a slice, an ellipsis, None, or an array of integers or truth values, \
         not {}",
        key.describe()
    )))
}

/// An integer as an index, which no array has if it is too large for one.
fn at(key: &Object<'_>) -> Result<Index> {
    key.extract().map(Index::At).map_err(|error| {
        if !error.is(key.ctx(), pommel::exception::OverflowError) {
            return error;
        }
        drop(error);
        Error::index_error("an index is too large: no axis has so many elements")
    })
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

/// The element or view that a basic index selects. An element is a number of Python where Python has
/// the type, else an array without axes that nobody writes.
pub(crate) fn read<'c>(ctx: Ctx<'c>, array: &Array, parts: &[Index]) -> Result<Object<'c>> {
    let view = array.select(parts).raise()?;
    let named = parts.iter().filter(|part| matches!(part, Index::At(_))).count();
    if view.ndim() > 0 || parts.iter().any(|part| matches!(part, Index::Ellipsis)) {
        return ctx.object(NdArray { inner: view });
    }
    // An element is not a view: who exchanges two of them keeps what was there.
    evaluated(ctx, &view)?;
    if named > 0 && has_number(&view) {
        return value::give(ctx, view.item(&[]).raise()?);
    }
    ctx.object(NdArray::made(view.copied(Order::C).raise()?))
}

/// Whether an element is given as a number of Python and loses nothing.
pub(crate) fn has_number(array: &Array) -> bool {
    use pommel_array::DType::{Bool, Complex128, Float64, Int64};
    matches!(array.dtype(), Bool | Int64 | Float64 | Complex128) && elements_are_numbers()
}

/// Whether elements are given as numbers of Python where that is possible.
#[inline]
pub(crate) fn elements_are_numbers() -> bool {
    !ELEMENTS_ARE_ARRAYS.load(Ordering::Relaxed)
}

/// An integer as the index of one axis; `None` if it is too large for one, which [`part`] refuses.
#[inline(always)]
pub(crate) fn small(key: &Object<'_>) -> Option<isize> {
    key.at_once().or_else(|| small_by_calls(key))
}

/// The same of an integer that cannot be read at once.
#[inline(never)]
fn small_by_calls(key: &Object<'_>) -> Option<isize> {
    (key.is_a::<Int>() && !key.is_a::<Bool>()).then(|| key.extract().ok()).flatten()
}

/// Whether all elements are arrays without dimensions, as the array API standard has it.
static ELEMENTS_ARE_ARRAYS: AtomicBool = AtomicBool::new(false);

/// Says what an element is given as; once, when the package is imported.
const VARIABLE: &str = "POMMEL_ELEMENTS";

/// Takes what the environment says.
///
/// # Errors
/// The variable holds another word than `numbers` and `arrays`.
pub(crate) fn read_environment() -> Result<()> {
    let given = std::env::var(VARIABLE).unwrap_or_default();
    match given.as_str() {
        "" | "numbers" => {}
        "arrays" => ELEMENTS_ARE_ARRAYS.store(true, Ordering::Relaxed),
        _ => {
            return Err(Error::value_error(format!(
                "{VARIABLE} is {given:?}: set it to numbers or arrays, or unset it"
            )));
        }
    }
    Ok(())
}
