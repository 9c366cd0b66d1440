//! Histograms: the module of the porting guide, in safe Rust. `../step0` is where it came from, and
//! `../test_histogram.py` is what both must pass.

#[pommel::module]
mod histogram {
    use pommel::prelude::*;

    // [class]
    /// Counts values in bins of equal width.
    #[class(subclass)]
    pub struct Histogram {
        low: f64,
        high: f64,
        counts: Vec<f64>,
        outliers: usize,
        on_outlier: Field,
    }

    #[methods]
    impl Histogram {
        #[new]
        #[signature(low, high, bins = 10)]
        fn new(low: f64, high: f64, bins: usize) -> Result<Histogram> {
            if low.partial_cmp(&high) != Some(std::cmp::Ordering::Less) || bins < 1 {
                let text = "there must be a bin, and low must be less than high";
                return Err(Error::value_error(text));
            }
            let mut counts = Vec::new();
            counts.try_reserve_exact(bins)?;
            counts.resize(bins, 0.0);
            Ok(Histogram { low, high, counts, outliers: 0, on_outlier: Field::empty() })
        }
        // [end]

        // [fill]
        /// Counts values, each with a weight.
        #[signature(values, *, weight = 1.0)]
        fn fill(this: &Instance<'_, Self>, values: &Object<'_>, weight: f64) -> Result<()> {
            for value in values.iter_as::<f64>()? {
                let value = value?;
                if !this.borrow_mut()?.put(value, weight) {
                    report(this, value)?;
                }
            }
            Ok(())
        }
        // [end]

        /// Forgets what was counted.
        fn reset(&mut self) {
            self.counts.fill(0.0);
            self.outliers = 0;
        }

        fn __len__(&self) -> usize {
            self.counts.len()
        }

        // [item]
        fn __getitem__(&self, bin: usize) -> Result<f64> {
            self.counts.get(bin).copied().ok_or_else(|| Error::index_error("there is no such bin"))
        }
        // [end]

        fn __repr__(&self) -> String {
            format!("<Histogram of {} bins, {} outliers>", self.counts.len(), self.outliers)
        }

        /// Where the first bin starts.
        #[getter]
        fn low(&self) -> f64 {
            self.low
        }

        /// Where the last bin ends.
        #[getter]
        fn high(&self) -> f64 {
            self.high
        }

        /// How many were outside.
        #[getter]
        fn outliers(&self) -> usize {
            self.outliers
        }

        // [property]
        /// Called with each value outside.
        #[getter]
        fn on_outlier<'c>(this: &Instance<'c, Self>) -> Result<Option<Object<'c>>> {
            this.borrow()?.on_outlier.load(this)
        }

        #[setter]
        fn set_on_outlier(this: &Instance<'_, Self>, value: Option<&Object<'_>>) -> Result<()> {
            if value.is_some_and(|value| !value.is_callable()) {
                return Err(Error::type_error("on_outlier must be callable or None"));
            }
            this.borrow()?.on_outlier.store(this, value)
        }
        // [end]
    }

    impl Histogram {
        /// Counts a value, if it is not outside.
        fn put(&mut self, value: f64, weight: f64) -> bool {
            let is_inside = self.low <= value && value < self.high;
            if is_inside {
                let width = (self.high - self.low) / self.counts.len() as f64;
                let bin = ((value - self.low) / width) as usize;
                let last = self.counts.len() - 1;
                self.counts[bin.min(last)] += weight;
            }
            is_inside
        }
    }

    // [report]
    /// The callback may do anything, so the histogram is not borrowed while it runs.
    fn report(this: &Instance<'_, Histogram>, value: f64) -> Result<()> {
        this.borrow_mut()?.outliers += 1;
        let callback = this.borrow()?.on_outlier.load(this)?;
        callback.map_or(Ok(()), |callback| callback.call((value,)).map(drop))
    }
    // [end]

    // [merge]
    /// Adds the counts of the second histogram to the first.
    #[function]
    fn merge(ctx: Ctx<'_>, into: &mut Histogram, from: &Histogram) -> Result<()> {
        let (bins, others) = (into.counts.len(), from.counts.len());
        if (into.low, into.high, bins) != (from.low, from.high, others) {
            let error = ctx.import(c"histogram")?.get_attr(c"BinsError")?;
            let text = format!("the bins differ: {bins} and {others}");
            return Err(Error::raise(error.cast::<Type>()?, text));
        }
        into.counts.iter_mut().zip(&from.counts).for_each(|(count, other)| *count += other);
        into.outliers += from.outliers;
        Ok(())
    }
    // [end]

    /// Where bins begin and end.
    #[function]
    fn edges(low: f64, high: f64, bins: usize) -> Vec<f64> {
        (0..=bins).map(|edge| low + (high - low) * edge as f64 / bins as f64).collect()
    }

    // [module]
    #[init]
    fn init(module: &Module<'_>) -> Result<()> {
        let ctx = module.ctx();
        let base = exception::ValueError.type_object(ctx);
        module.add(c"BinsError", Type::new_exception(ctx, c"histogram.BinsError", &base)?)
    }
    // [end]
}
