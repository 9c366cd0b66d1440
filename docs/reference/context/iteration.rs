#[pommel::module]
mod iteration {
    use pommel::prelude::*;

    /// The sum of the numbers of an iterable.
    #[function]
    fn total(numbers: &Object<'_>) -> Result<f64> {
        numbers.iter_as::<f64>()?.sum()
    }
}
