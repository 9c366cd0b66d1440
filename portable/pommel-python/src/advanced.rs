//! Indices of arrays and truth values.

use crate::array::NdArray;
use pommel::prelude::*;

pub(crate) fn get<'c>(_ctx: Ctx<'c>, _array: &NdArray, _key: &Object<'c>) -> Result<Object<'c>> {
    Err(Error::index_error("indices of arrays are not there yet"))
}

pub(crate) fn set<'c>(
    _ctx: Ctx<'c>,
    _array: &NdArray,
    _key: &Object<'c>,
    _value: &Object<'c>,
) -> Result<()> {
    Err(Error::index_error("indices of arrays are not there yet"))
}
