//! Sums of two `f64` that stand for one number of about 106 bits, with `exp` and `ln` of them: what
//! the tables of the ziggurat are computed with, so that they do not depend on a mathematical
//! library.
//!
//! The error-free sum and product are those of Dekker (1971) and Knuth.

/// A number: the nearest `f64`, and what is missing.
#[derive(Clone, Copy, Debug)]
pub struct Precise {
    high: f64,
    low: f64,
}

/// `ln 2`.
const LN_2: Precise = Precise { high: std::f64::consts::LN_2, low: 2.319_046_813_846_299_6e-17 };

/// So often an argument is halved before the series of `exp`, and its value squared after it.
const HALVINGS: i32 = 8;

/// Terms of the series: an argument below `ln 2 / 2 / 256` leaves less than 2^-107.
const TERMS: i32 = 11;

impl Precise {
    /// A number from its nearest `f64` and the rest.
    pub const fn new(high: f64, low: f64) -> Precise {
        Precise { high, low }
    }

    /// The nearest `f64`.
    pub const fn nearest(self) -> f64 {
        self.high
    }

    /// The largest integer that is not larger; the number must not be negative, and must be below
    /// 2^63.
    pub fn floor(self) -> u64 {
        let whole = self.high.floor();
        if whole == self.high && self.low < 0.0 { whole as u64 - 1 } else { whole as u64 }
    }

    /// The exact sum of two `f64` of which the first is not the smaller one.
    fn sum_of_ordered(high: f64, low: f64) -> Precise {
        let sum = high + low;
        Precise { high: sum, low: low - (sum - high) }
    }

    /// The exact sum of two `f64`.
    fn sum_of(a: f64, b: f64) -> Precise {
        let sum = a + b;
        let of_b = sum - a;
        Precise { high: sum, low: (a - (sum - of_b)) + (b - of_b) }
    }

    /// The sum.
    pub fn plus(self, other: Precise) -> Precise {
        let high = Precise::sum_of(self.high, other.high);
        let low = Precise::sum_of(self.low, other.low);
        let sum = Precise::sum_of_ordered(high.high, high.low + low.high);
        Precise::sum_of_ordered(sum.high, sum.low + low.low)
    }

    /// The number with the other sign.
    pub fn negated(self) -> Precise {
        Precise { high: -self.high, low: -self.low }
    }

    /// The product.
    pub fn times(self, other: Precise) -> Precise {
        let high = self.high * other.high;
        let error = self.high.mul_add(other.high, -high);
        Precise::sum_of_ordered(high, error + (self.high * other.low + self.low * other.high))
    }

    /// The product with a power of two.
    pub fn scaled(self, power_of_two: f64) -> Precise {
        Precise { high: self.high * power_of_two, low: self.low * power_of_two }
    }

    /// The quotient.
    pub fn over(self, other: Precise) -> Precise {
        let mut quotient = Precise::from(self.high / other.high);
        // A step of Newton's doubles the digits; the second one is for the last bits.
        for _ in 0..2 {
            let rest = self.plus(quotient.times(other).negated());
            quotient = quotient.plus(Precise::from(rest.high / other.high));
        }
        quotient
    }

    /// `e` to this power.
    pub fn exp(self) -> Precise {
        let twos = (self.high / LN_2.high).round();
        let rest = self.plus(LN_2.times(Precise::from(twos)).negated());
        let small = rest.scaled(f64::powi(0.5, HALVINGS));
        let one = Precise::from(1.0);
        let mut sum = one;
        for n in (1..=TERMS).rev() {
            sum = one.plus(sum.times(small).over(Precise::from(f64::from(n))));
        }
        for _ in 0..HALVINGS {
            sum = sum.times(sum);
        }
        sum.scaled(f64::powi(2.0, twos as i32))
    }

    /// The natural logarithm.
    pub fn ln(self) -> Precise {
        // One step of Newton's from a value good to the precision of an `f64`, and one to be sure.
        let mut log = Precise::from(self.high.ln());
        for _ in 0..2 {
            let ratio = self.times(log.negated().exp());
            log = log.plus(ratio.plus(Precise::from(-1.0)));
        }
        log
    }
}

impl From<f64> for Precise {
    fn from(value: f64) -> Precise {
        Precise { high: value, low: 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::Precise;

    #[test]
    fn a_logarithm_undoes_a_power() {
        for i in 1..200 {
            let x = Precise::from(f64::from(i) / 16.0 - 7.0);
            let error = x.exp().ln().plus(x.negated());
            assert!(error.nearest().abs() < 1e-28, "{x:?} {error:?}");
        }
    }

    #[test]
    fn a_quotient_undoes_a_product() {
        let (a, b) = (Precise::new(1.5, 1e-17), Precise::new(7.697, -3e-17));
        let error = a.times(b).over(b).plus(a.negated());
        assert!(error.nearest().abs() < 1e-30, "{error:?}");
        assert_eq!(Precise::new(3.0, -1e-17).floor(), 2);
        assert_eq!(Precise::new(3.5, -1e-17).floor(), 3);
    }
}
