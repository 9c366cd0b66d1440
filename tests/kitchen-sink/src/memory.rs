//! Classes that let others at their memory.

use pommel::Buffer;
use pommel::prelude::*;

/// Numbers that are only read.
#[class]
pub struct Samples {
    values: Vec<f64>,
}

#[methods]
impl Samples {
    #[new]
    fn new(values: Vec<f64>) -> Samples {
        Samples { values }
    }

    fn __buffer__(&self) -> Buffer<'_> {
        Buffer::new(&self.values)
    }

    fn push(&mut self, value: f64) {
        self.values.push(value);
    }

    fn sum(&self) -> f64 {
        self.values.iter().sum()
    }
}

/// Numbers in rows and columns that may be written.
#[class]
pub struct Grid {
    cells: Vec<i32>,
    rows: usize,
    columns: usize,
}

#[methods]
impl Grid {
    #[new]
    fn new(rows: usize, columns: usize) -> Grid {
        Grid { cells: (0..(rows * columns) as i32).collect(), rows, columns }
    }

    fn __buffer__(&mut self) -> Result<Buffer<'_>> {
        if self.rows == 13 {
            return Err(Error::buffer_error("thirteen rows are not exported"));
        }
        Ok(Buffer::writable(&mut self.cells).with_shape(&[self.rows, self.columns]))
    }

    fn cell(&self, row: usize, column: usize) -> Result<i32> {
        let found = self.cells.get(row * self.columns + column);
        found.copied().ok_or_else(|| Error::index_error("no such cell"))
    }
}

/// Bytes of a class that nobody can change.
#[class]
pub struct Table {
    bytes: Box<[u8]>,
    shape: Vec<usize>,
}

#[methods]
impl Table {
    #[new]
    fn new(bytes: &[u8], shape: Vec<usize>) -> Table {
        Table { bytes: bytes.into(), shape }
    }

    /// A shape that does not fit the bytes is a bug of this class.
    fn __buffer__(&self) -> Buffer<'_> {
        Buffer::new(&self.bytes).with_shape(&self.shape)
    }
}
