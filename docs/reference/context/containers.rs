#[pommel::module]
mod containers {
    use pommel::prelude::*;

    /// `[0, 1, 4, ...]`, and how many there are.
    #[function]
    fn squares(count: usize) -> (Vec<usize>, usize) {
        ((0..count).map(|i| i * i).collect(), count)
    }
}
