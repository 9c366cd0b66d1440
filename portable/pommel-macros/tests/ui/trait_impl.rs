use pommel::prelude::*;

struct Point;

#[methods]
impl Default for Point {
    fn default() -> Point {
        Point
    }
}

fn main() {}
