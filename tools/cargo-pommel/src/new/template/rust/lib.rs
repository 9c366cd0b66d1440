//! The native part of `{module}`.

/// Statistics of numbers that come one by one.
#[pommel::module(name = "_{module}")]
pub mod extension {
    use pommel::prelude::*;

    /// The arithmetic mean of some numbers.
    #[function]
    fn mean(values: Vec<f64>) -> Result<f64> {
        let mut all = Running::new();
        values.into_iter().for_each(|value| all.push(value));
        all.mean()
    }

    /// Count and mean of the numbers so far.
    #[class]
    pub struct Running {
        count: usize,
        mean: f64,
    }

    #[methods]
    impl Running {
        #[new]
        fn new() -> Running {
            Running { count: 0, mean: 0.0 }
        }

        /// Takes one more number into account.
        fn push(&mut self, value: f64) {
            self.count += 1;
            self.mean += (value - self.mean) / self.count as f64;
        }

        /// The arithmetic mean.
        #[getter]
        fn mean(&self) -> Result<f64> {
            match self.count {
                0 => Err(Error::value_error("the mean of no numbers is not defined")),
                _ => Ok(self.mean),
            }
        }

        fn __len__(&self) -> usize {
            self.count
        }

        fn __repr__(&self) -> String {
            format!("<Running: {} numbers>", self.count)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::extension;
    use hpy_mock::Interpreter;
    use pommel::testing;

    /// Runs the extension in memory; a handle that is not closed fails the test.
    #[test]
    fn both_ways_agree() {
        testing::run!(Interpreter::new(), extension, |module| {
            let running = module.call_method(c"Running", ())?;
            for value in [1.0, 2.0, 6.0] {
                running.call_method(c"push", (value,))?;
            }
            let mean = module.call_method(c"mean", (vec![1.0, 2.0, 6.0],))?;
            assert_eq!(mean.extract::<f64>()?, 3.0);
            assert!(running.get_attr(c"mean")?.equals(&mean)?);
            Ok(())
        });
    }
}
