//! Exponential functions: `e^x = 2^k e^r` with `|r| <= ln(2) / 2`, and what is made of it.
//!
//! The sum `1 + r + r^2 q(r)` is kept as a number and a correction, so that only its last addition
//! rounds.

use super::arith::{Arith, Pair, ROUNDER, polynomial};
use super::coefficients::{EXP, EXP_CUBE, EXP_SINGLE, SINH};

const LOG2_E: f64 = std::f64::consts::LOG2_E;
pub(super) const LN_2: Pair = Pair { high: std::f64::consts::LN_2, low: 2.3190468138462996e-17 };

/// `2^exponent (1 + lead + tail)`.
#[derive(Clone, Copy)]
pub(super) struct Power {
    /// The exponent in two's complement in the low bits.
    bits: u64,
    /// The same as a number.
    exponent: f64,
    lead: f64,
    tail: f64,
}

/// An argument as `exponent log(2) + lead + low`; the low part is zero but for rounding.
struct Reduced {
    bits: u64,
    exponent: f64,
    lead: f64,
    low: f64,
}

/// Reduces a number that is not beyond a few thousands.
#[inline(always)]
fn reduced<A: Arith>(x: Pair) -> Reduced {
    let rounded = A::mla(x.high, LOG2_E, ROUNDER);
    let exponent = rounded - ROUNDER;
    let rest = A::residual(-exponent, LN_2.high, x.high);
    let fine = A::mla(-exponent, LN_2.low, x.low);
    let lead = rest + fine;
    let low = (rest - lead) + fine;
    Reduced { bits: rounded.to_bits(), exponent, lead, low }
}

/// `e^x`; `x` must not be beyond a few thousands.
#[inline(always)]
pub(super) fn power<A: Arith>(x: Pair) -> Power {
    let Reduced { bits, exponent, lead, low } = reduced::<A>(x);
    let tail = A::mla(lead * lead, polynomial::<A, _>(lead, &EXP), A::mla(low, lead, low));
    Power { bits, exponent, lead, tail }
}

/// `e^x` for results of single precision; `x` must not be beyond a few thousands.
#[inline(always)]
fn power_single<A: Arith>(x: f64) -> Power {
    let rounded = A::mla(x, LOG2_E, ROUNDER);
    let exponent = rounded - ROUNDER;
    let lead = A::mla(-exponent, LN_2.high, x);
    let tail = lead * lead * polynomial::<A, _>(lead, &EXP_SINGLE);
    Power { bits: rounded.to_bits(), exponent, lead, tail }
}

/// `2^exponent` for an exponent in the low bits, -1022 to 1023.
#[inline(always)]
fn power_of_two(bits: u64) -> f64 {
    f64::from_bits(bits.wrapping_add(1023) << 52)
}

/// A number held between two limits; NaN stays.
#[inline(always)]
pub(super) fn clamp(x: f64, low: f64, high: f64) -> f64 {
    let x = if x < low { low } else { x };
    if x > high { high } else { x }
}

impl Power {
    /// The factor beside the power of two.
    #[inline(always)]
    fn factor(self) -> Pair {
        let one = Pair::ordered(1.0, self.lead);
        Pair::ordered(one.high, one.low + self.tail)
    }

    /// The value: exponents from -1076 (where it underflows) to 1024 are right.
    #[inline(always)]
    pub(super) fn value(self) -> f64 {
        let one = Pair::ordered(1.0, self.lead);
        let factor = one.high + (one.low + self.tail);
        // One step of two powers reaches beyond both ends of the exponent.
        let tiny = self.exponent < -1000.0;
        let (shift, rest) = if tiny { (128_u64, SMALL) } else { (u64::MAX, 2.0) };
        factor * power_of_two(self.bits.wrapping_add(shift)) * rest
    }

    /// The value, of single precision: exponents of double precision do not end.
    #[inline(always)]
    fn value_single(self) -> f64 {
        (1.0 + (self.lead + self.tail)) * power_of_two(self.bits)
    }

    /// The value as a pair, for exponents -1022 to 1023.
    #[inline(always)]
    pub(super) fn pair(self) -> Pair {
        self.factor().scaled(power_of_two(self.bits))
    }
}

/// Half of `e^x - 1`; x must not be below -40.
///
/// The sum of one and the offset may cancel, so the square is kept as a pair too.
#[inline(always)]
fn half_less_one<A: Arith>(x: f64) -> Pair {
    let Reduced { bits, lead, low, .. } = reduced::<A>(Pair::one(x));
    let square = lead * lead;
    let square_low = A::residual(lead, lead, -square);
    let cube =
        A::mla(lead * square, polynomial::<A, _>(lead, &EXP_CUBE), A::mla(square_low, 0.5, low));
    let sum = Pair::ordered(lead, 0.5 * square);
    let half = power_of_two(bits.wrapping_sub(1));
    let offset = half - 0.5;
    let offset_low = (half - offset) - 0.5;
    let total = Pair::sum(offset, half * sum.high);
    Pair { high: total.high, low: total.low + (offset_low + half * (sum.low + cube)) }
}

/// `2^-128`.
const SMALL: f64 = 2.938735877055719e-39;

/// The exponent of the result at which it is zero, and the one at which it is infinite.
const LOWEST: f64 = -746.0;
const HIGHEST: f64 = 709.9;

#[inline(always)]
pub(super) fn exp<A: Arith>(x: f64) -> f64 {
    power::<A>(Pair::one(clamp(x, LOWEST, HIGHEST))).value()
}

#[inline(always)]
pub(super) fn exp_single<A: Arith>(x: f64) -> f64 {
    power_single::<A>(clamp(x, -200.0, 200.0)).value_single()
}

/// `e^x` of a pair, clamped: for powers.
#[inline(always)]
pub(super) fn exp_pair<A: Arith>(x: Pair) -> f64 {
    let high = clamp(x.high, LOWEST, HIGHEST);
    let low = if high == x.high { x.low } else { 0.0 };
    power::<A>(Pair { high, low }).value()
}

/// `2^x` as a power of e.
#[inline(always)]
pub(super) fn exp2<A: Arith>(x: f64) -> f64 {
    let x = clamp(x, -1076.0, 1024.5);
    let rounded = x + ROUNDER;
    let exponent = rounded - ROUNDER;
    let rest = x - exponent;
    let lead = rest * LN_2.high;
    let low = A::mla(rest, LN_2.low, A::residual(rest, LN_2.high, -lead));
    let tail = A::mla(lead * lead, polynomial::<A, _>(lead, &EXP), low);
    let value = Power { bits: rounded.to_bits(), exponent, lead, tail }.value();
    if x >= 1024.0 { f64::INFINITY } else { value }
}

#[inline(always)]
pub(super) fn exp2_single<A: Arith>(x: f64) -> f64 {
    let x = clamp(x, -300.0, 300.0);
    let rounded = x + ROUNDER;
    let exponent = rounded - ROUNDER;
    let lead = (x - exponent) * LN_2.high;
    let tail = lead * lead * polynomial::<A, _>(lead, &EXP_SINGLE);
    Power { bits: rounded.to_bits(), exponent, lead, tail }.value_single()
}

#[inline(always)]
pub(super) fn expm1<A: Arith>(x: f64) -> f64 {
    let half = half_less_one::<A>(clamp(x, -40.0, HIGHEST));
    // Half of a subnormal number may not be a number.
    if x.abs() < TINY { x } else { (half.high + half.low) * 2.0 }
}

/// `2^-54`: below it, odd functions with slope one are their argument.
pub(super) const TINY: f64 = 5.551115123125783e-17;

/// `e^x - 1` for results of single precision.
#[inline(always)]
fn less_one_single<A: Arith>(x: f64) -> f64 {
    let power = power_single::<A>(x);
    let scale = power_of_two(power.bits);
    A::mla(scale, power.lead + power.tail, scale - 1.0)
}

#[inline(always)]
pub(super) fn expm1_single<A: Arith>(x: f64) -> f64 {
    less_one_single::<A>(clamp(x, -40.0, 200.0)).copysign(x)
}

/// `(e^x + sign e^-x) / 4` over a power of two, and that power; `x` not negative.
#[inline(always)]
fn hyperbola<A: Arith>(x: f64, sign: f64) -> f64 {
    let power = power::<A>(Pair::one(clamp(x, 0.0, 711.0)));
    let factor = power.factor();
    let inverse = Pair::one(1.0).quotient::<A>(factor);
    // 2^-2k, which no longer counts from k = 60 on.
    let limited = clamp(power.exponent, 0.0, 100.0) + ROUNDER;
    let small = power_of_two(0_u64.wrapping_sub(limited.to_bits() << 1)) * sign;
    let sum = Pair::ordered(factor.high, small * inverse.high);
    let value = sum.high + (sum.low + (factor.low + small * inverse.low));
    value * power_of_two(power.bits.wrapping_sub(2)) * 2.0
}

#[inline(always)]
pub(super) fn sinh<A: Arith>(x: f64) -> f64 {
    let size = x.abs();
    let square = size * size;
    let near = A::mla(size * square, polynomial::<A, _>(square, &SINH), size);
    let value = if size < 1.0 { near } else { hyperbola::<A>(size, -1.0) };
    value.copysign(x)
}

#[inline(always)]
pub(super) fn cosh<A: Arith>(x: f64) -> f64 {
    hyperbola::<A>(x.abs(), 1.0)
}

/// `(e^2x - 1) / (e^2x + 1)`.
#[inline(always)]
pub(super) fn tanh<A: Arith>(x: f64) -> f64 {
    let size = x.abs();
    // Halves of numerator and denominator.
    let above = half_less_one::<A>(clamp(size, 0.0, 22.0) * 2.0).tidy();
    let below = Pair::sum(1.0, above.high);
    let quotient = above.quotient::<A>(Pair { high: below.high, low: below.low + above.low });
    let value = quotient.high + quotient.low;
    (if size < TINY { size } else { value }).copysign(x)
}

#[inline(always)]
pub(super) fn sinh_single<A: Arith>(x: f64) -> f64 {
    let less_one = less_one_single::<A>(clamp(x.abs(), 0.0, 200.0));
    (0.5 * (less_one + less_one / (1.0 + less_one))).copysign(x)
}

#[inline(always)]
pub(super) fn cosh_single<A: Arith>(x: f64) -> f64 {
    let power = power_single::<A>(clamp(x.abs(), 0.0, 200.0)).value_single();
    0.5 * (power + 1.0 / power)
}

#[inline(always)]
pub(super) fn tanh_single<A: Arith>(x: f64) -> f64 {
    let less_one = less_one_single::<A>(clamp(x.abs(), 0.0, 22.0) * 2.0);
    (less_one / (less_one + 2.0)).copysign(x)
}
