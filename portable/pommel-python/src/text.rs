//! What people see of an array.

use crate::error::Raise;
use pommel::prelude::*;
use pommel_array::Array;

pub(crate) fn repr(array: &Array) -> Result<String> {
    Ok(format!("array({})", str(array)?))
}

pub(crate) fn str(array: &Array) -> Result<String> {
    if array.ndim() == 0 {
        return Ok(array.item(&[]).raise()?.to_string());
    }
    let mut parts = Vec::new();
    for i in 0..array.shape()[0] {
        parts.push(str(&array.select(&[pommel_array::Index::At(i)]).raise()?)?);
    }
    Ok(format!("[{}]", parts.join(", ")))
}
