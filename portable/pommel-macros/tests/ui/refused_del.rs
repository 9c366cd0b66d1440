use pommel::prelude::*;

#[class]
struct File;

#[methods]
impl File {
    fn __del__(&self) {}
}

fn main() {}
