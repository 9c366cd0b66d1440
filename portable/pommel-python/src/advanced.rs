//! Indices among which arrays are.

use crate::array::NdArray;
use crate::error::{Raise, raised};
use crate::functions::argument::In;
use crate::key;
use crate::value::Value;
use pommel::prelude::*;
use pommel_array::indexing::{self, Part};
use pommel_array::{Array, Casting, DType};

/// The parts of an index.
fn parts(key: &Object<'_>) -> Result<Vec<Part>> {
    let mut parts = Vec::new();
    match key.as_a::<Tuple>() {
        Some(tuple) => {
            for item in tuple.iter()? {
                parts.push(part(&item?)?);
            }
        }
        None => parts.push(part(key)?),
    }
    Ok(parts)
}

fn part(key: &Object<'_>) -> Result<Part> {
    if let Some(index) = key::part(key)? {
        return Ok(Part::Basic(index));
    }
    let array = In::from_python(key)?.0;
    if array.size() == 0 && key.is_a::<List>() {
        // An empty list has no type of its own.
        return Array::zeros(DType::Int64, array.shape()).map(Part::Array).map_err(raised);
    }
    Ok(Part::Array(array))
}

pub(crate) fn get<'c>(ctx: Ctx<'c>, array: &NdArray, key: &Object<'c>) -> Result<Object<'c>> {
    let inner = indexing::get(&array.inner, &parts(key)?).raise()?;
    ctx.object(NdArray { inner })
}

pub(crate) fn set<'c>(
    ctx: Ctx<'c>,
    array: &NdArray,
    key: &Object<'c>,
    value: &Object<'c>,
) -> Result<()> {
    let value = match Value::expect(value, "value")? {
        Value::Array(array) => array,
        Value::Scalar(number) => Array::from_scalar(number, array.inner.dtype()).raise()?,
    };
    indexing::set(&array.inner, &parts(key)?, &value, Casting::Unsafe).raise()?;
    crate::errstate::check(ctx, "cast")
}
