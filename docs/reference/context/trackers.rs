#[pommel::module]
mod trackers {
    use pommel::prelude::*;

    /// `a[0] * b[0] + a[1] * b[1]`; handles close themselves.
    #[function]
    fn dot<'c>(a: &Object<'c>, b: &Object<'c>) -> Result<Object<'c>> {
        let product = |i| a.get_index(i)?.mul(b.get_index(i)?);
        product(0)?.add(product(1)?)
    }
}
