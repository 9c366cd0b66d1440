use pommel::prelude::*;

#[class]
struct Point;

#[methods]
impl Point {
    #[staticmethod]
    fn origin(&self) -> Point {
        Point
    }
}

fn main() {}
