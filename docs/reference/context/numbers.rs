#[pommel::module]
mod numbers {
    use pommel::prelude::*;

    /// Half of an int that is even, or of a float.
    #[function]
    fn half<'c>(ctx: Ctx<'c>, value: &Object<'c>) -> Result<Object<'c>> {
        if value.is_instance(ctx.builtin(c"float")?.cast()?) {
            return ctx.object(value.extract::<f64>()? / 2.0);
        }
        let number: i64 = value.extract()?;
        if number % 2 != 0 {
            return Err(Error::value_error("an odd number"));
        }
        ctx.object(number / 2)
    }
}
