use pommel::prelude::*;

#[class]
struct Point;

#[methods]
impl Point {
    #[new]
    fn new() -> Point {
        Point
    }

    #[new]
    fn origin() -> Point {
        Point
    }
}

fn main() {}
