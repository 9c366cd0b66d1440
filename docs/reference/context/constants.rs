#[pommel::module]
mod constants {
    use pommel::prelude::*;

    /// -1, 0 or 1; None for what is not a float.
    #[function]
    fn sign<'c>(ctx: Ctx<'c>, value: &Object<'c>) -> Result<Object<'c>> {
        if !value.is_instance(ctx.builtin(c"float")?.cast()?) {
            return Ok(ctx.none());
        }
        let number: f64 = value.extract()?;
        ctx.object(i64::from(number > 0.0) - i64::from(number < 0.0))
    }
}
