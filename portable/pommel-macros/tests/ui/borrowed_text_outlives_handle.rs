use pommel::prelude::*;

#[function]
fn name(ctx: Ctx<'_>) -> Result<usize> {
    let text = {
        let name = ctx.str("name")?;
        name.to_str()?
    };
    Ok(text.len())
}

fn main() {}
