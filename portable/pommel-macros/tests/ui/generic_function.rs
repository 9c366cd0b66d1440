use pommel::prelude::*;

#[function]
fn first<T: FromPython>(items: Vec<T>) -> usize {
    items.len()
}

fn main() {}
