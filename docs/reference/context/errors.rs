#[pommel::module]
mod errors {
    use pommel::prelude::*;

    /// `table[key]`, or None.
    #[function]
    fn lookup<'c>(
        ctx: Ctx<'c>,
        table: &Object<'c>,
        key: &Object<'c>,
    ) -> Result<Option<Object<'c>>> {
        match table.get_item(key) {
            Ok(value) => Ok(Some(value)),
            Err(error) if !error.is(ctx, exception::LookupError) => Err(error),
            Err(_) if key.is_none() => Err(Error::value_error("None cannot be a key")),
            Err(_) => Ok(None),
        }
    }
}
