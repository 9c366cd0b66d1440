use pommel::prelude::*;

#[function]
fn count(ctx: Ctx<'_>, items: &Object<'_>) -> usize {
    ctx.detach(|| items.len().unwrap_or(0))
}

fn main() {}
