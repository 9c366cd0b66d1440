//! Powers: `x^y = e^(y log(x))` with a logarithm of 66 bits, since the exponent of the largest
//! results takes ten bits of it.

use super::arith::{Arith, Pair, SIGN, Split};
use super::exp::{LN_2, exp_pair, exp_single};
use super::log::{log_fine, log_wide};

/// From here on every number is even.
const EVEN: f64 = 9_007_199_254_740_992.0;

/// Whether two operands need [`pow_rare`]: one that is zero, subnormal or not finite, or a `y` of
/// `2^51` and more.
#[inline(always)]
pub(super) fn rare(x: f64, y: f64) -> bool {
    let ordinary = x.abs() >= f64::MIN_POSITIVE && x.abs() < f64::INFINITY && y.abs() < EVEN / 4.0;
    !ordinary
}

/// The sign of a power of a negative number to `y`, below `2^51`, in the highest bit, and whether
/// there is such a power.
#[inline(always)]
fn parity(y: f64) -> (u64, bool) {
    const SHIFT: f64 = EVEN / 2.0;
    let size = y.abs();
    let shifted = size + SHIFT;
    (shifted.to_bits() << 63, shifted - SHIFT == size)
}

/// The size of a power with the sign that `x` and `y` give it.
#[inline(always)]
fn signed(x: f64, y: f64, size: f64) -> f64 {
    let (sign, whole) = parity(y);
    let negative = f64::from_bits(size.to_bits() | (sign & SIGN));
    let negative = if whole { negative } else { f64::NAN };
    if x < 0.0 { negative } else { size }
}

/// `|x|^y` of a finite, normal x.
#[inline(always)]
fn size<A: Arith>(x: f64, y: f64) -> f64 {
    let log = log_fine::<A>(x.abs());
    exp_pair::<A>(log.times::<A>(Pair::one(y)))
}

#[inline(always)]
pub(super) fn pow<A: Arith>(x: f64, y: f64) -> f64 {
    signed(x, y, size::<A>(x, y))
}

#[inline(always)]
pub(super) fn pow_single<A: Arith>(x: f64, y: f64) -> f64 {
    signed(x, y, exp_single::<A>(y * log_wide::<A>(x.abs())))
}

/// [`pow`] of any two numbers (C99, F.9.4.4).
#[cold]
pub(super) fn pow_rare(x: f64, y: f64) -> f64 {
    if y == 0.0 || x == 1.0 {
        return 1.0;
    }
    if x.is_nan() || y.is_nan() {
        return f64::NAN;
    }
    let whole = y.abs() >= EVEN || y.trunc() == y;
    let odd = whole && y.abs() < EVEN && y.abs() % 2.0 == 1.0;
    let base = x.abs();
    let size = if y.abs() == f64::INFINITY {
        match (base > 1.0) == (y > 0.0) {
            _ if base == 1.0 => 1.0,
            true => f64::INFINITY,
            false => 0.0,
        }
    } else if base == 0.0 || base == f64::INFINITY {
        if (base == 0.0) == (y > 0.0) { 0.0 } else { f64::INFINITY }
    } else {
        if x < 0.0 && !whole {
            return f64::NAN;
        }
        size_rare(base, y)
    };
    if odd && x.is_sign_negative() { -size } else { size }
}

/// `x^y` of a positive finite number and a finite one.
fn size_rare(x: f64, y: f64) -> f64 {
    // Beyond 2^65 the power of every number but one is zero or infinite; this keeps the products
    // of large exponents finite.
    let y = y.clamp(-4e19, 4e19);
    if x >= f64::MIN_POSITIVE {
        return size::<Split>(x, y);
    }
    let log = log_fine::<Split>(x * 18_014_398_509_481_984.0);
    let shift = LN_2.times::<Split>(Pair::one(-54.0));
    let sum = Pair::sum(log.high, shift.high);
    let log = Pair { high: sum.high, low: sum.low + (log.low + shift.low) }.tidy();
    exp_pair::<Split>(log.times::<Split>(Pair::one(y)))
}
