//! What is wrong with an argument of a random function, and what its arguments must be.

use core::fmt;

/// The result of what an argument can make fail.
pub type Result<T> = core::result::Result<T, Invalid>;

/// An argument that a function cannot use.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Invalid {
    name: &'static str,
    value: String,
    remedy: String,
}

impl Invalid {
    /// The error that an argument has a value, and what would do.
    pub fn new(name: &'static str, value: impl fmt::Display, remedy: impl fmt::Display) -> Invalid {
        Invalid { name, value: value.to_string(), remedy: remedy.to_string() }
    }

    /// The name of the argument.
    pub fn name(&self) -> &'static str {
        self.name
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is {}: {}", self.name, self.value, self.remedy)
    }
}

impl std::error::Error for Invalid {}

/// The largest mean of a Poisson distribution whose values fit an `i64`, as in NumPy:
/// `max - 10 sqrt(max)` for the largest `i64`.
pub const POISSON_MOST: f64 = 9.223_372_006_484_771e18;

/// What a number must be.
///
/// Where a rule lets NaN pass, numbers drawn with it are NaN.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Rule {
    /// Any number.
    Any,
    /// Not negative, and not the negative zero; or NaN.
    NotNegative,
    /// Above 0, or NaN.
    Positive,
    /// Above 0.
    PositiveNumber,
    /// From 0 to 1.
    Probability,
    /// Above 0, and at most 1.
    PositiveProbability,
    /// At least 0, and below 1.
    ProbabilityBelowOne,
    /// Above 1.
    AboveOne,
    /// The mean of a Poisson distribution.
    PoissonMean,
}

impl Rule {
    /// Whether a number keeps the rule, and what it must be.
    fn judge(self, x: f64) -> (bool, &'static str) {
        match self {
            Rule::Any => (true, "any number will do"),
            Rule::NotNegative => {
                (x.is_nan() || x.is_sign_positive(), "it must be 0 or a positive number")
            }
            Rule::Positive => (x.is_nan() || x > 0.0, "it must be a positive number"),
            Rule::PositiveNumber => (x > 0.0, "it must be a positive number"),
            Rule::Probability => ((0.0..=1.0).contains(&x), "it must be from 0 to 1"),
            Rule::PositiveProbability => (x > 0.0 && x <= 1.0, "it must be above 0 and at most 1"),
            Rule::ProbabilityBelowOne => {
                ((0.0..1.0).contains(&x), "it must be at least 0 and below 1")
            }
            Rule::AboveOne => (x > 1.0, "it must be above 1"),
            Rule::PoissonMean => {
                ((0.0..=POISSON_MOST).contains(&x), "it must be from 0 to about 9.22e18")
            }
        }
    }

    /// An error unless a number keeps the rule.
    pub fn check(self, name: &'static str, value: f64) -> Result<()> {
        match self.judge(value) {
            (true, _) => Ok(()),
            (false, remedy) => Err(Invalid::new(name, value, remedy)),
        }
    }
}
