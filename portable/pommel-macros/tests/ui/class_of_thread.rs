use pommel::prelude::*;
use std::rc::Rc;

#[class]
struct Shared {
    data: Rc<Vec<f64>>,
}

#[methods]
impl Shared {
    fn __len__(&self) -> usize {
        self.data.len()
    }
}

fn main() {}
