//! What functions take and give besides numbers and texts.

use crate::array::{Computed, NdArray};
use crate::dtype::DType;
use crate::value::{Shape, Value};
use pommel::Annotation;
use pommel::prelude::*;
use pommel_array::{Array, Casting, Order, Scalar};
use std::borrow::Cow;

/// An array, or what can be made one.
pub struct In(pub(crate) Array);

impl FromPython for In {
    fn expected() -> Cow<'static, str> {
        "an array".into()
    }

    fn from_python(object: &Object<'_>) -> Result<In> {
        if let Some(array) = Instance::<NdArray>::of(object) {
            return array.borrow()?.given().map(In);
        }
        match Value::of(object)? {
            Some(value) => value.into_array().map(In),
            None => Err(Error::type_error(format!(
                "must be an array, a number, or a nested sequence of numbers, not {}",
                object.describe()
            ))),
        }
    }
}
pommel::argument!(In);

/// Several arrays: a sequence of them, or an array, whose parts along the first axis they are.
pub struct Several(pub(crate) Vec<Array>);

impl FromPython for Several {
    fn expected() -> Cow<'static, str> {
        "a sequence of arrays".into()
    }

    fn from_python(object: &Object<'_>) -> Result<Several> {
        let items = object.iter()?;
        items
            .map(|item| In::from_python(&item?).map(|array| array.0))
            .collect::<Result<_>>()
            .map(Several)
    }
}
pommel::argument!(Several);

/// A number.
pub struct Number(pub(crate) Scalar);

impl FromPython for Number {
    fn expected() -> Cow<'static, str> {
        "a number".into()
    }

    fn from_python(object: &Object<'_>) -> Result<Number> {
        if let Some(number) = crate::value::number(object)? {
            return Ok(Number(number));
        }
        let array = In::from_python(object)?.0;
        if array.size() != 1 {
            return Err(Error::type_error(format!("must be a number, not {}", object.repr()?)));
        }
        array.item(&vec![0; array.ndim()]).map(Number).map_err(crate::error::raised)
    }
}
pommel::argument!(Number);

/// An order of elements: 'C' or 'F'; 'A' and 'K' mean the one that is there.
pub struct Lay(pub(crate) Option<Order>);

impl FromPython for Lay {
    fn expected() -> Cow<'static, str> {
        "'C', 'F', 'A' or 'K'".into()
    }

    fn from_python(object: &Object<'_>) -> Result<Lay> {
        let text: String = object.extract()?;
        match text.as_str() {
            "C" => Ok(Lay(Some(Order::C))),
            "F" => Ok(Lay(Some(Order::F))),
            "A" | "K" => Ok(Lay(None)),
            _ => Err(Error::value_error(format!("must be 'C', 'F', 'A' or 'K', not '{text}'"))),
        }
    }
}
pommel::argument!(Lay);

/// One number of repetitions, shifts or places, or several.
pub(crate) fn axes(axis: &Option<Shape>) -> Option<&[isize]> {
    axis.as_ref().map(|axes| &axes.0[..])
}

/// The engine's type of a type.
pub(crate) fn plain(dtype: Option<DType>) -> Option<pommel_array::DType> {
    dtype.map(|dtype| dtype.inner)
}

/// An array of the class.
pub(crate) fn out(result: pommel_array::Result<Array>) -> Result<NdArray> {
    match result {
        Ok(inner) => Ok(NdArray { inner }),
        Err(error) => Err(crate::error::raised(error)),
    }
}

/// An array of the class with what has been computed.
pub(crate) fn made(result: pommel_array::Result<Array>) -> Result<NdArray> {
    result.map(NdArray::made).map_err(crate::error::raised)
}

/// A result, or the array that was given to take it.
pub(crate) fn delivered<'c>(
    ctx: Ctx<'c>,
    result: NdArray,
    out: Option<Object<'c>>,
) -> Result<Computed<'c>> {
    let Some(out) = out.filter(|out| !out.is_none()) else {
        return ctx.object(result).map(Computed);
    };
    let target = Instance::<NdArray>::of(&out).map(|out| out.borrow()).transpose()?;
    let target = target.ok_or_else(|| crate::ufunc::not_an_output(&out))?;
    fits(&result.inner, &target.inner)?;
    target.inner.assign(&result.inner, Casting::SameKind).map_err(crate::error::raised)?;
    drop(target);
    Ok(Computed(out))
}

/// Whether an array has the shape to take a result.
pub(crate) fn fits(result: &Array, out: &Array) -> Result<()> {
    if result.shape() == out.shape() {
        return Ok(());
    }
    Err(crate::error::raised(pommel_array::Error::OutputShape {
        result: result.shape().iter().copied().collect(),
        out: out.shape().iter().copied().collect(),
    }))
}

/// A tuple of arrays.
pub struct Arrays<'c>(pub(crate) Object<'c>);

impl IntoPython for Arrays<'_> {
    const GIVES: Annotation =
        Annotation::Generic("tuple", &[NdArray::GIVES, Annotation::Name("...")]);

    fn into_python(self, ctx: Ctx<'_>) -> Result<Object<'_>> {
        self.0.into_python(ctx)
    }
}

/// Arrays of the class, as a tuple.
pub(crate) fn tuple<'c>(
    ctx: Ctx<'c>,
    result: pommel_array::Result<Vec<Array>>,
) -> Result<Arrays<'c>> {
    let arrays = result.map_err(crate::error::raised)?;
    let objects: Vec<Object<'c>> =
        arrays.into_iter().map(|inner| ctx.object(NdArray::made(inner))).collect::<Result<_>>()?;
    let objects: Vec<&Object<'_>> = objects.iter().collect();
    ctx.tuple(&objects).map(|tuple| Arrays(tuple.into()))
}
