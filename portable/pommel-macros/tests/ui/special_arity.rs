use pommel::prelude::*;

#[class]
struct Row {
    items: Vec<f64>,
}

#[methods]
impl Row {
    fn __getitem__(&self, row: usize, column: usize) -> f64 {
        self.items[row + column]
    }

    fn __len__(&self, of: usize) -> usize {
        of
    }
}

fn main() {}
