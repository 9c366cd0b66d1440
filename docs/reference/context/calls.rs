#[pommel::module]
mod calls {
    use pommel::prelude::*;

    /// `function(function(value, step=step))`
    #[function]
    fn twice<'c>(
        function: &Object<'c>,
        value: &Object<'c>,
        step: &Object<'c>,
    ) -> Result<Object<'c>> {
        let inner = function.call_with((value,), &[("step", step)])?;
        function.call((inner,))
    }
}
