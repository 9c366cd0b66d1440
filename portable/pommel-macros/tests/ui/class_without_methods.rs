#[pommel::module]
mod shapes {
    use pommel::prelude::*;

    #[class]
    pub struct Circle {
        pub radius: f64,
    }
}

fn main() {}
