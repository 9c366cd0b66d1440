use pommel::prelude::*;

#[function(signature = (a))]
fn add(a: i64, b: i64) -> i64 {
    a + b
}

fn main() {}
