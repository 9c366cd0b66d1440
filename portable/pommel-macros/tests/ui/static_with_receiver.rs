use pommel::prelude::*;

struct Point;

#[methods]
impl Point {
    #[staticmethod]
    fn origin(&self) -> Point {
        Point
    }
}

fn main() {}
