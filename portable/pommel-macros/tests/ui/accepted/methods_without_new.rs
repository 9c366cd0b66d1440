use pommel::prelude::*;

#[class]
struct Constant {
    value: i64,
}

#[methods]
impl Constant {
    #[getter]
    fn value(&self) -> i64 {
        self.value
    }
}

fn main() {
    assert_eq!(Constant { value: 42 }.value(), 42);
}
