#[pommel::module]
mod handles {
    use pommel::prelude::*;

    /// The first argument that is not None.
    #[function(signature = (*values))]
    fn first<'c>(ctx: Ctx<'c>, values: Args<'_, 'c>) -> Object<'c> {
        match values.iter().find(|value| !value.is_none()) {
            Some(value) => value.to_owned_handle(),
            None => ctx.none(),
        }
    }
}
