#[pommel::module]
mod modules {
    use pommel::prelude::*;

    /// `math.sqrt(x)`
    #[function]
    fn root<'c>(ctx: Ctx<'c>, x: &Object<'c>) -> Result<Object<'c>> {
        ctx.import(c"math")?.call_method(c"sqrt", (x,))
    }
}
