#[pommel::module]
mod points {
    use pommel::prelude::*;

    #[class]
    pub struct Point {
        x: f64,
        y: f64,
    }

    #[methods]
    impl Point {
        #[new]
        fn new(x: f64, y: f64) -> Point {
            Point { x, y }
        }

        fn norm(&self) -> f64 {
            self.x * self.x + self.y * self.y
        }

        #[getter]
        fn x(&self) -> f64 {
            self.x
        }

        #[setter]
        fn set_x(&mut self, x: f64) {
            self.x = x;
        }
    }
}
