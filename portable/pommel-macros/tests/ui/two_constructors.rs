use pommel::prelude::*;

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
