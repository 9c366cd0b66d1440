//! The distributions: one table, and what is derived from it.
//!
//! A distribution is a struct of its parameters, which [`Distribution::NAME`] and
//! [`Distribution::PARAMETERS`] name as NumPy does; how it draws stands in `continuous`,
//! `discrete` and `hypergeometric`.

use super::Generator;
use super::bits::with_source;
use super::legacy::{Legacy, LegacyDraw};
use super::parameter::{Invalid, Result, Rule};
use super::pcg::Source;

/// Calls `$callback!` with a row per distribution: `Name "name" Value (parameter: type Rule, ...);`.
#[macro_export]
macro_rules! for_each_distribution {
    ($callback:path) => {
        $callback! {
            Beta "beta" f64 (a: f64 Positive, b: f64 Positive);
            Binomial "binomial" i64 (n: i64 NotNegative, p: f64 Probability);
            Chisquare "chisquare" f64 (df: f64 Positive);
            Exponential "exponential" f64 (scale: f64 NotNegative);
            F "f" f64 (dfnum: f64 Positive, dfden: f64 Positive);
            Gamma "gamma" f64 (shape: f64 NotNegative, scale: f64 NotNegative);
            Geometric "geometric" i64 (p: f64 PositiveProbability);
            Gumbel "gumbel" f64 (loc: f64 Any, scale: f64 NotNegative);
            Hypergeometric "hypergeometric" i64 (ngood: i64 NotNegative, nbad: i64 NotNegative, nsample: i64 NotNegative);
            Laplace "laplace" f64 (loc: f64 Any, scale: f64 NotNegative);
            Logistic "logistic" f64 (loc: f64 Any, scale: f64 NotNegative);
            Lognormal "lognormal" f64 (mean: f64 Any, sigma: f64 NotNegative);
            Logseries "logseries" i64 (p: f64 ProbabilityBelowOne);
            NegativeBinomial "negative_binomial" i64 (n: f64 PositiveNumber, p: f64 PositiveProbability);
            NoncentralChisquare "noncentral_chisquare" f64 (df: f64 Positive, nonc: f64 NotNegative);
            NoncentralF "noncentral_f" f64 (dfnum: f64 Positive, dfden: f64 Positive, nonc: f64 NotNegative);
            Normal "normal" f64 (loc: f64 Any, scale: f64 NotNegative);
            Pareto "pareto" f64 (a: f64 Positive);
            Poisson "poisson" i64 (lam: f64 PoissonMean);
            Power "power" f64 (a: f64 Positive);
            Rayleigh "rayleigh" f64 (scale: f64 NotNegative);
            StandardCauchy "standard_cauchy" f64 ();
            StandardT "standard_t" f64 (df: f64 Positive);
            Triangular "triangular" f64 (left: f64 Any, mode: f64 Any, right: f64 Any);
            Uniform "uniform" f64 (low: f64 Any, high: f64 Any);
            Vonmises "vonmises" f64 (mu: f64 Any, kappa: f64 NotNegative);
            Wald "wald" f64 (mean: f64 Positive, scale: f64 Positive);
            Weibull "weibull" f64 (a: f64 NotNegative);
            Zipf "zipf" i64 (a: f64 AboveOne);
        }
    };
}

/// Something that random numbers follow.
pub trait Distribution {
    /// What is drawn: `f64` or `i64`.
    type Value: Copy + Default;
    /// Its name, as in NumPy.
    const NAME: &'static str;
    /// The names of its parameters, as in NumPy.
    const PARAMETERS: &'static [&'static str];

    /// Draws a number.
    fn draw<S: Source>(&self, source: &mut S) -> Self::Value;

    /// Draws as many numbers as the slice has places.
    fn fill<S: Source>(&self, source: &mut S, out: &mut [Self::Value]);

    /// Draws a number as NumPy's older functions do.
    fn draw_legacy(&self, legacy: &mut Legacy<'_>) -> Self::Value;
}

/// How a distribution draws.
pub(super) trait Draw {
    /// What is drawn.
    type Value;

    /// An error unless the parameters agree with each other.
    fn check(&self) -> Result<()> {
        Ok(())
    }

    /// Draws a number.
    fn draw<S: Source>(&self, source: &mut S) -> Self::Value;

    /// Draws many numbers: for distributions that have something to compute before.
    #[inline(always)]
    fn fill<S: Source>(&self, source: &mut S, out: &mut [Self::Value]) {
        out.iter_mut().for_each(|value| *value = self.draw(source));
    }
}

macro_rules! define_distributions {
    ($($name:ident $text:literal $value:ident
        ($($parameter:ident: $ty:ident $rule:ident),*);)*) => {
        $(
            #[doc = concat!("The distribution that NumPy calls `", $text, "`.")]
            #[derive(Clone, Copy, Debug, PartialEq)]
            pub struct $name { $(pub(super) $parameter: $ty,)* }

            impl $name {
                /// The distribution with these parameters.
                ///
                /// # Errors
                /// A parameter is not what the table says it must be, or does not agree with
                /// another one.
                pub fn new($($parameter: $ty),*) -> Result<$name> {
                    $(Rule::$rule.check(stringify!($parameter), $parameter as f64)?;)*
                    let new = $name { $($parameter),* };
                    Draw::check(&new)?;
                    Ok(new)
                }
            }

            impl Distribution for $name {
                type Value = $value;
                const NAME: &'static str = $text;
                const PARAMETERS: &'static [&'static str] = &[$(stringify!($parameter)),*];

                #[inline(always)]
                fn draw<S: Source>(&self, source: &mut S) -> $value {
                    Draw::draw(self, source)
                }

                #[inline(always)]
                fn fill<S: Source>(&self, source: &mut S, out: &mut [$value]) {
                    Draw::fill(self, source, out);
                }

                fn draw_legacy(&self, legacy: &mut Legacy<'_>) -> $value {
                    LegacyDraw::draw(self, legacy)
                }
            }
        )*

        /// The names of all distributions.
        pub const NAMES: &[&str] = &[$($text),*];
    };
}
for_each_distribution!(define_distributions);

/// An error that a parameter does not go with another one.
pub(super) fn disagreement(name: &'static str, value: f64, remedy: String) -> Result<()> {
    Err(Invalid::new(name, value, remedy))
}

impl Generator {
    /// One number of a distribution.
    pub fn draw<D: Distribution>(&mut self, distribution: &D) -> D::Value {
        distribution.draw(&mut self.bits)
    }

    /// Numbers of a distribution.
    pub fn fill<D: Distribution>(&mut self, distribution: &D, out: &mut [D::Value]) {
        with_source!(&mut self.bits, out.len(), |source| distribution.fill(source, out));
    }
}
