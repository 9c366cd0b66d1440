//! Objects of built-in types.

use pommel::prelude::*;

/// A list of what the iterator gives, and one more.
#[function]
pub fn make_list<'c>(ctx: Ctx<'c>, upto: u32) -> Result<List<'c>> {
    let list = ctx.list((0..upto).map(|n| n * n))?;
    list.append("end")?;
    Ok(list)
}

#[function]
pub fn make_tuple<'c>(ctx: Ctx<'c>, a: &Object<'c>, b: &Object<'c>) -> Result<Tuple<'c>> {
    ctx.tuple(&[a, b, a])
}

/// Length, first and last, after a change.
#[function]
pub fn list_facts<'c>(list: &List<'c>) -> Result<(usize, Object<'c>, Object<'c>)> {
    list.append(3)?;
    list.set_item(0, "first")?;
    Ok((list.len()?, list.get_index(0)?, list.get_index(-1)?))
}

#[function]
pub fn tuple_facts<'c>(tuple: Tuple<'c>) -> Result<(usize, Object<'c>)> {
    Ok((tuple.len()?, tuple.get_index(0)?))
}

/// The dict from values to keys.
#[function]
pub fn invert<'c>(ctx: Ctx<'c>, dict: &Dict<'c>) -> Result<Dict<'c>> {
    let inverted = ctx.dict()?;
    for key in dict.keys()?.iter()? {
        let key = key?;
        inverted.set_item(dict.get_item(&key)?, &key)?;
    }
    Ok(inverted)
}

#[function]
pub fn dict_facts<'c>(dict: &Dict<'c>) -> Result<(Option<Object<'c>>, Option<Object<'c>>)> {
    Ok((dict.get("here")?, dict.get("missing")?))
}

/// Upper case, in bytes.
#[function]
pub fn bytes_upper<'c>(data: &Bytes<'c>) -> Result<Bytes<'c>> {
    data.ctx().bytes(&data.as_slice().to_ascii_uppercase())
}

/// The text twice: once through Rust's `format!`, once through Python's own operator.
#[function]
pub fn text_facts<'c>(text: &Str<'c>) -> Result<(String, Object<'c>, usize)> {
    let rust = text.to_str()?;
    Ok((format!("{rust}{text}"), text.add(text)?, rust.len()))
}

/// What `range(len)[slice]` visits.
#[function]
pub fn slice_facts(slice: &Slice<'_>, len: usize) -> Result<Vec<isize>> {
    let (start, _stop, step, count) = slice.indices(len)?;
    Ok((0..count as isize).map(|i| start + i * step).collect())
}
