use pommel::prelude::*;

#[class(frozen)]
struct Point;

#[function(text_signature = "()")]
fn nothing() {}

fn main() {}
