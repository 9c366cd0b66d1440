#[pommel::module]
mod operators {
    use pommel::CmpOp;
    use pommel::prelude::*;

    /// The larger of `a + b` and `low`.
    #[function]
    fn clip<'c>(a: &Object<'c>, b: &Object<'c>, low: Object<'c>) -> Result<Object<'c>> {
        let sum = a.add(b)?;
        Ok(if sum.compare(CmpOp::LT, &low)? { low } else { sum })
    }
}
