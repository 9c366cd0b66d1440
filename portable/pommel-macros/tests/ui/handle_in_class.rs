use pommel::prelude::*;

#[class]
struct Callback {
    function: Object<'static>,
}

fn main() {}
