//! PicoNumpy's `array`, with exactly the scope of the original
//! (<https://github.com/paugier/piconumpy>): what an ODE solver with small callbacks needs.
//!
//! One shared object, made of this file, imports on every Python.

use pommel::prelude::*;

/// A tiny NumPy: one-dimensional arrays of floats.
#[pommel::module]
pub mod piconumpy {
    use super::*;

    /// A one-dimensional array of floats.
    ///
    /// Made from a sequence of numbers; supports `a + b` with an array of the same length,
    /// `a * x`, `x * a` and `a / x` with a number, indexing and `len`.
    #[class(name = "array")]
    pub struct Array {
        data: Box<[f64]>,
    }

    #[methods]
    impl Array {
        #[new]
        fn new(data: Vec<f64>) -> Array {
            Array { data: data.into() }
        }

        /// The number of items.
        #[getter]
        fn size(&self) -> usize {
            self.data.len()
        }

        /// The items as a list of floats.
        fn tolist(&self) -> Vec<f64> {
            self.data.to_vec()
        }

        fn __len__(&self) -> usize {
            self.data.len()
        }

        fn __getitem__(&self, index: isize) -> Result<f64> {
            Ok(self.data[self.position(index)?])
        }

        fn __setitem__(&mut self, index: isize, value: f64) -> Result<()> {
            let position = self.position(index)?;
            self.data[position] = value;
            Ok(())
        }

        fn __add__(&self, other: &Array) -> Result<Array> {
            let (n, m) = (self.data.len(), other.data.len());
            if n != m {
                let text = format!("operands could not be broadcast together: {n} and {m} items");
                return Err(Error::value_error(text));
            }
            Ok(Array { data: self.data.iter().zip(&other.data).map(|(a, b)| a + b).collect() })
        }

        fn __mul__(&self, factor: f64) -> Array {
            self.map(|a| a * factor)
        }

        fn __rmul__(&self, factor: f64) -> Array {
            self.__mul__(factor)
        }

        fn __truediv__(&self, divisor: f64) -> Array {
            self.map(|a| a / divisor)
        }

        fn __repr__(&self) -> String {
            format!("array({:?})", self.data)
        }

        #[skip]
        fn map(&self, function: impl Fn(f64) -> f64) -> Array {
            Array { data: self.data.iter().map(|a| function(*a)).collect() }
        }

        /// Python counts from the end when an index is negative.
        #[skip]
        fn position(&self, index: isize) -> Result<usize> {
            let size = self.data.len();
            let from_start = if index < 0 { index.saturating_add_unsigned(size) } else { index };
            let found = usize::try_from(from_start).ok().filter(|position| *position < size);
            found.ok_or_else(|| {
                Error::index_error(format!("index {index} is out of bounds for size {size}"))
            })
        }
    }

    /// An array of `size` zeros.
    #[function]
    fn zeros(size: isize) -> Result<Array> {
        let size = usize::try_from(size)
            .map_err(|_| Error::value_error(format!("size must not be negative, not {size}")))?;
        let mut data = Vec::new();
        data.try_reserve_exact(size)
            .map_err(|_| Error::memory_error(format!("cannot allocate {size} items")))?;
        data.resize(size, 0.0);
        Ok(Array { data: data.into() })
    }

    /// An array of `size` items whose values do not matter (they are zeros here).
    #[function]
    fn empty(size: isize) -> Result<Array> {
        zeros(size)
    }
}

/// `cargo test` needs no Python: the module is imported into an interpreter in memory, which also
/// finds every handle that is not closed.
#[cfg(test)]
mod tests {
    use super::piconumpy;
    use hpy_mock::Interpreter;
    use pommel::{exception, testing};

    #[test]
    fn arrays_are_added() {
        testing::run!(Interpreter::new(), piconumpy, |module| {
            let array = module.call_method(c"array", (vec![1.0, 2.5],))?;
            assert_eq!(array.add(&array)?.repr()?, "array([2.0, 5.0])");
            Ok(())
        });
    }

    #[test]
    fn an_index_beyond_the_end_is_refused() {
        testing::run!(Interpreter::new(), piconumpy, |module| {
            let zeros = module.call_method(c"zeros", (3,))?;
            let error = zeros.get_item(3).expect_err("there are three items");
            assert!(error.is(module.ctx(), exception::IndexError));
            Ok(())
        });
    }
}
