//! The arithmetic that the functions are written in: what a fused multiply-add is on this
//! instruction set, and numbers that are the sum of two.
//!
//! Everything is branchless scalar code that the compiler's loop vectoriser turns into vector
//! code: sums, products, selects and operations on bits, and no conversion between integers and
//! floating-point numbers, which AVX2 does not have for 64 bits.

/// Twice the distance that a number must have from the next integers so that adding it rounds to
/// an integer: the low bits of `x + ROUNDER` are that integer in two's complement.
pub(super) const ROUNDER: f64 = 6_755_399_441_055_744.0;

/// The bits of the sign.
pub(super) const SIGN: u64 = 1 << 63;

/// How products are added.
pub(super) trait Arith: Copy {
    /// `a * b + c` with one rounding or two: for sums whose own error does not matter.
    fn mla(a: f64, b: f64, c: f64) -> f64;

    /// `a * b + c` where `a * b` is close to `-c`, without the rounding error of the product.
    fn residual(a: f64, b: f64, c: f64) -> f64;
}

/// Instruction sets with a fused multiply-add.
#[derive(Clone, Copy)]
pub(super) struct Fused;

impl Arith for Fused {
    #[inline(always)]
    fn mla(a: f64, b: f64, c: f64) -> f64 {
        a.mul_add(b, c)
    }

    #[inline(always)]
    fn residual(a: f64, b: f64, c: f64) -> f64 {
        a.mul_add(b, c)
    }
}

/// Instruction sets without: `f64::mul_add` would call a function there.
#[derive(Clone, Copy)]
pub(super) struct Split;

impl Arith for Split {
    #[inline(always)]
    fn mla(a: f64, b: f64, c: f64) -> f64 {
        a * b + c
    }

    /// Dekker's product (A floating-point technique for extending the available precision, 1971).
    #[inline(always)]
    fn residual(a: f64, b: f64, c: f64) -> f64 {
        let product = a * b;
        let (a_high, a_low) = halves(a);
        let (b_high, b_low) = halves(b);
        let error = ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low;
        (product + c) + error
    }
}

/// A number as two of 26 bits.
#[inline(always)]
fn halves(a: f64) -> (f64, f64) {
    let scaled = a * 134_217_729.0;
    let high = scaled - (scaled - a);
    (high, a - high)
}

/// The sum of two numbers of which the second is small against the first.
#[derive(Clone, Copy)]
pub(super) struct Pair {
    pub(super) high: f64,
    pub(super) low: f64,
}

impl Pair {
    /// A number of ordinary precision.
    #[inline(always)]
    pub(super) fn one(high: f64) -> Pair {
        Pair { high, low: 0.0 }
    }

    /// The exact sum of any two numbers (Knuth).
    #[inline(always)]
    pub(super) fn sum(a: f64, b: f64) -> Pair {
        let high = a + b;
        let b_part = high - a;
        let a_part = high - b_part;
        Pair { high, low: (a - a_part) + (b - b_part) }
    }

    /// The exact sum of two numbers of which the first is zero or not the smaller (Dekker).
    #[inline(always)]
    pub(super) fn ordered(a: f64, b: f64) -> Pair {
        let high = a + b;
        Pair { high, low: (a - high) + b }
    }

    /// The exact product.
    #[inline(always)]
    pub(super) fn product<A: Arith>(a: f64, b: f64) -> Pair {
        let high = a * b;
        Pair { high, low: A::residual(a, b, -high) }
    }

    /// The quotient, to about twice the precision.
    #[inline(always)]
    pub(super) fn quotient<A: Arith>(self, divisor: Pair) -> Pair {
        let inverse = 1.0 / divisor.high;
        let high = self.high * inverse;
        let rest = A::residual(-high, divisor.high, self.high) + (self.low - high * divisor.low);
        Pair { high, low: rest * inverse }
    }

    /// The square root, to about twice the precision; zero has the root zero.
    #[inline(always)]
    pub(super) fn root<A: Arith>(self) -> Pair {
        let high = self.high.sqrt();
        let rest = A::residual(-high, high, self.high) + self.low;
        Pair { high, low: if high == 0.0 { 0.0 } else { rest * 0.5 / high } }
    }

    /// The product with a number, to about twice the precision.
    #[inline(always)]
    pub(super) fn times<A: Arith>(self, factor: Pair) -> Pair {
        let product = Pair::product::<A>(self.high, factor.high);
        let cross = A::mla(self.high, factor.low, self.low * factor.high);
        Pair { high: product.high, low: product.low + cross }
    }

    /// The same sum with the parts as far apart as they can be.
    #[inline(always)]
    pub(super) fn tidy(self) -> Pair {
        Pair::ordered(self.high, self.low)
    }

    /// Both parts scaled by a power of two.
    #[inline(always)]
    pub(super) fn scaled(self, factor: f64) -> Pair {
        Pair { high: self.high * factor, low: self.low * factor }
    }
}

/// A polynomial, its even and its odd terms apart so that their chains run side by side.
#[inline(always)]
pub(super) fn polynomial<A: Arith, const N: usize>(x: f64, coefficients: &[f64; N]) -> f64 {
    let square = x * x;
    let last_even = (N - 1) & !1;
    let mut even = coefficients[last_even];
    let mut term = last_even;
    while term >= 2 {
        term -= 2;
        even = A::mla(even, square, coefficients[term]);
    }
    if N < 2 {
        return even;
    }
    let last_odd = (N - 2) | 1;
    let mut odd = coefficients[last_odd];
    let mut term = last_odd;
    while term >= 3 {
        term -= 2;
        odd = A::mla(odd, square, coefficients[term]);
    }
    A::mla(odd, x, even)
}
