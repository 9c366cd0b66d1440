use pommel::prelude::*;

#[function(name = "not a name")]
fn nothing() {}

fn main() {}
