use pommel::prelude::*;

struct Point;

#[methods]
impl Point {
    #[getter]
    #[staticmethod]
    fn origin() -> Point {
        Point
    }
}

fn main() {}
