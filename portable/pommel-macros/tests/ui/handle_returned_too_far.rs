use pommel::prelude::*;

fn keep<'long>(_ctx: Ctx<'long>, object: &Object<'_>) -> Object<'long> {
    object.clone()
}

#[function]
fn same<'c>(ctx: Ctx<'c>, object: &Object<'_>) -> Object<'c> {
    keep(ctx, object)
}

fn main() {}
