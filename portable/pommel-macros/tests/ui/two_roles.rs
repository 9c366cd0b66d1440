use pommel::prelude::*;

#[class]
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
