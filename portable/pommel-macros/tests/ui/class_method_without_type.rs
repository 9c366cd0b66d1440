use pommel::prelude::*;

#[class]
struct Point;

#[methods]
impl Point {
    #[classmethod]
    fn origin(name: &str) -> Point {
        let _ = name;
        Point
    }
}

fn main() {}
