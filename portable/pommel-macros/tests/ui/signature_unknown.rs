use pommel::prelude::*;

#[function(signature = (a, c = 2))]
fn add(a: i64, b: i64) -> i64 {
    a + b
}

fn main() {}
