#[pommel::module]
mod threads {
    use pommel::prelude::*;

    /// `1 + 1/2 + ... + 1/count`
    #[function]
    fn harmonic(ctx: Ctx<'_>, count: u32) -> f64 {
        ctx.detach(|| (1..=count).map(|i| 1.0 / f64::from(i)).sum())
    }
}
