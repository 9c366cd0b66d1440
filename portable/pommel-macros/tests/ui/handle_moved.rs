use pommel::prelude::*;

#[function]
fn both<'c>(ctx: Ctx<'c>) -> Result<(Object<'c>, Object<'c>)> {
    let list = Object::from(ctx.list([1, 2, 3])?);
    let first = list;
    Ok((first, list))
}

fn main() {}
