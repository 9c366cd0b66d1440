//! Logarithms: `x = 2^k m` with `m` between the roots of a half and of two, and
//! `log(m) = 2 atanh(s)` with `s = (m - 1) / (m + 1)`, of which `s` is kept as a pair.

use super::arith::{Arith, Pair, polynomial};
use super::coefficients::{LOG, LOG_SINGLE, LOG_TAIL};
use super::exp::{LN_2, TINY, clamp, power};

/// `log(2)` with 41 bits, so that its products with exponents are exact, and the rest.
const LN_2_TOP: Pair = Pair { high: 0.693147180559663, low: 2.8235290563031577e-13 };
const LOG2_E: Pair = Pair { high: std::f64::consts::LOG2_E, low: 2.0355273740931033e-17 };
const LOG10_E: Pair = Pair { high: std::f64::consts::LOG10_E, low: 1.098319650216765e-17 };
/// `log10(2)` with 40 bits, and the rest.
const LOG10_2: Pair = Pair { high: 0.30102999566361177, low: 3.694239077158931e-13 };

/// The bits of the root of a half, and of one.
const ROOT_HALF: u64 = 0x3fe6_a09e_667f_3bcd;
const ONE: u64 = 0x3ff0_0000_0000_0000;
const MANTISSA: u64 = 0x000f_ffff_ffff_ffff;

/// `2^exponent mantissa`.
struct Split2 {
    exponent: f64,
    mantissa: f64,
    /// `2^(1 - exponent)`, or zero for the largest exponent.
    unscale: f64,
}

/// Takes a positive, finite and normal number apart.
#[inline(always)]
fn apart(x: f64) -> Split2 {
    let bits = x.to_bits().wrapping_add(ONE - ROOT_HALF);
    let biased = bits >> 52;
    // The number 2^52 + biased.
    let exponent =
        f64::from_bits(biased | 0x4330_0000_0000_0000) - (4_503_599_627_370_496.0 + 1023.0);
    let mantissa = f64::from_bits((bits & MANTISSA).wrapping_add(ROOT_HALF));
    let unscale = f64::from_bits((2047_u64 << 52).wrapping_sub(bits & !MANTISSA));
    Split2 { exponent, mantissa, unscale }
}

/// The same of any positive finite number.
#[inline(always)]
fn apart_subnormal(x: f64) -> Split2 {
    let subnormal = x < f64::MIN_POSITIVE;
    let (scale, shift) = if subnormal { (18_014_398_509_481_984.0, 54.0) } else { (1.0, 0.0) };
    let parts = apart(x * scale);
    Split2 { exponent: parts.exponent - shift, ..parts }
}

/// `(m - 1) / (m + 1)` for `m = 1 + f`.
#[inline(always)]
fn ratio<A: Arith>(f: Pair) -> Pair {
    let below = Pair::ordered(2.0, f.high);
    f.quotient::<A>(Pair { high: below.high, low: below.low + f.low })
}

/// `log(1 + f)`.
#[inline(always)]
fn near_one<A: Arith>(f: Pair) -> Pair {
    let s = ratio::<A>(f);
    let square = s.high * s.high;
    let tail = A::mla(s.high * square, polynomial::<A, _>(square, &LOG), 2.0 * s.low);
    Pair { high: 2.0 * s.high, low: tail }
}

/// `log(1 + f)` to about 66 bits, for powers.
#[inline(always)]
fn near_one_fine<A: Arith>(f: Pair) -> Pair {
    let s = ratio::<A>(f).tidy();
    let square = Pair::product::<A>(s.high, s.high);
    let square = Pair { high: square.high, low: A::mla(2.0 * s.high, s.low, square.low) };
    // 2/3 + s^2 (2/5 + s^2 tail), of which the first two need two parts.
    let z = square.high;
    let inner = Pair::ordered(0.4, z * polynomial::<A, _>(z, &LOG_TAIL));
    let inner = Pair { high: inner.high, low: inner.low - 2.2204460492503132e-17 };
    let product = square.times::<A>(inner);
    let sum = Pair::ordered(2.0 / 3.0, product.high);
    let sum = Pair { high: sum.high, low: sum.low + (product.low + 3.700743415417188e-17) };
    let cube = square.times::<A>(s);
    let rest = cube.times::<A>(sum);
    let total = Pair::ordered(2.0 * s.high, rest.high);
    Pair { high: total.high, low: total.low + (rest.low + 2.0 * s.low) }
}

/// `exponent log(2) + part`, of which the exponent is an integer.
#[inline(always)]
fn assembled<A: Arith>(exponent: f64, part: Pair) -> Pair {
    let sum = Pair::ordered(exponent * LN_2_TOP.high, part.high);
    Pair { high: sum.high, low: sum.low + A::mla(exponent, LN_2_TOP.low, part.low) }
}

/// What a logarithm is of the numbers that have no finite one, else `value`.
#[inline(always)]
fn guarded(x: f64, value: f64) -> f64 {
    let outside = if x == 0.0 { f64::NEG_INFINITY } else { f64::NAN };
    let value = if x > 0.0 { value } else { outside };
    if x == f64::INFINITY { x } else { value }
}

#[inline(always)]
pub(super) fn log<A: Arith>(x: f64) -> f64 {
    let parts = apart_subnormal(x);
    let sum = assembled::<A>(parts.exponent, near_one::<A>(Pair::one(parts.mantissa - 1.0)));
    guarded(x, sum.high + sum.low)
}

/// `log(x)` of a positive, finite, normal number to about 66 bits.
#[inline(always)]
pub(super) fn log_fine<A: Arith>(x: f64) -> Pair {
    let parts = apart(x);
    let part = near_one_fine::<A>(Pair::one(parts.mantissa - 1.0)).tidy();
    assembled::<A>(parts.exponent, part).tidy()
}

/// `log(x)` of a positive, finite, normal number for powers of single precision.
#[inline(always)]
pub(super) fn log_wide<A: Arith>(x: f64) -> f64 {
    let parts = apart(x);
    let f = parts.mantissa - 1.0;
    let s = f / (2.0 + f);
    let square = s * s;
    let part = A::mla(s * square, polynomial::<A, _>(square, &LOG), 2.0 * s);
    A::mla(parts.exponent, LN_2.high, part)
}

/// `log(m)` over the logarithm of the base whose inverse is `factor`.
#[inline(always)]
fn rebased<A: Arith>(mantissa: f64, factor: Pair) -> Pair {
    near_one::<A>(Pair::one(mantissa - 1.0)).tidy().times::<A>(factor)
}

#[inline(always)]
pub(super) fn log2<A: Arith>(x: f64) -> f64 {
    let parts = apart_subnormal(x);
    let part = rebased::<A>(parts.mantissa, LOG2_E);
    let sum = Pair::ordered(parts.exponent, part.high);
    guarded(x, sum.high + (sum.low + part.low))
}

#[inline(always)]
pub(super) fn log10<A: Arith>(x: f64) -> f64 {
    let parts = apart_subnormal(x);
    let part = rebased::<A>(parts.mantissa, LOG10_E);
    let sum = Pair::ordered(parts.exponent * LOG10_2.high, part.high);
    guarded(x, sum.high + (sum.low + A::mla(parts.exponent, LOG10_2.low, part.low)))
}

/// `log(1 + x) + extra log(2)` for `1 + x` positive and finite.
#[inline(always)]
fn log1p_pair<A: Arith>(x: Pair, extra: f64) -> Pair {
    let one = Pair::sum(1.0, x.high);
    let parts = apart(one.high);
    let unscale = 0.5 * parts.unscale;
    let f = Pair::sum(parts.mantissa - 1.0, one.low * unscale);
    let f = Pair { high: f.high, low: f.low + x.low * unscale };
    assembled::<A>(parts.exponent + extra, near_one::<A>(f))
}

#[inline(always)]
pub(super) fn log1p<A: Arith>(x: f64) -> f64 {
    let sum = log1p_pair::<A>(Pair::one(x), 0.0);
    let value = guarded(1.0 + x, sum.high + sum.low);
    if x.abs() < TINY { x } else { value }
}

/// From here on `1 + x` and `x^2 + 1` are `x` and its square.
const LARGE: f64 = 1_152_921_504_606_846_976.0;

/// `log(x + sqrt(x^2 + 1))` as `log1p(x + x^2 / (1 + sqrt(x^2 + 1)))`.
#[inline(always)]
pub(super) fn asinh<A: Arith>(x: f64) -> f64 {
    let size = x.abs();
    let large = size > LARGE;
    let near = if large { 1.0 } else { size };
    let square = Pair::product::<A>(near, near);
    let one = Pair::sum(1.0, square.high);
    let root = Pair { high: one.high, low: one.low + square.low }.root::<A>();
    let below = Pair::sum(1.0, root.high);
    let quotient = square.quotient::<A>(Pair { high: below.high, low: below.low + root.low });
    let sum = Pair::sum(near, quotient.high);
    let argument = Pair { high: sum.high, low: sum.low + quotient.low };
    let argument = if large { Pair::one(size) } else { argument };
    let sum = log1p_pair::<A>(argument, if large { 1.0 } else { 0.0 });
    let value = guarded(1.0 + size, sum.high + sum.low);
    (if size < TINY { size } else { value }).copysign(x)
}

/// `log(x + sqrt(x^2 - 1))` as `log1p((x - 1) + sqrt(x^2 - 1))`.
#[inline(always)]
pub(super) fn acosh<A: Arith>(x: f64) -> f64 {
    let large = x > LARGE;
    let near = if large { 2.0 } else { x };
    let square = Pair::product::<A>(near, near);
    let less = Pair::sum(square.high, -1.0);
    let root = Pair::sum(less.high, less.low + square.low).root::<A>();
    let offset = Pair::sum(near, -1.0);
    let sum = Pair::sum(offset.high, root.high);
    let argument = Pair { high: sum.high, low: sum.low + (offset.low + root.low) };
    let argument = if large { Pair::one(x) } else { argument };
    let sum = log1p_pair::<A>(argument, if large { 1.0 } else { 0.0 });
    let value = guarded(x, sum.high + sum.low);
    if x < 1.0 { f64::NAN } else { value }
}

/// `log((1 + x) / (1 - x)) / 2` as `log1p(2 x / (1 - x)) / 2`.
#[inline(always)]
pub(super) fn atanh<A: Arith>(x: f64) -> f64 {
    let size = x.abs();
    let quotient = Pair::one(2.0 * size).quotient::<A>(Pair::sum(1.0, -size));
    let sum = log1p_pair::<A>(quotient, 0.0);
    let value = (sum.high + sum.low) * 0.5;
    let edge = if size == 1.0 { f64::INFINITY } else { f64::NAN };
    let value = if size < 1.0 { value } else { edge };
    (if size < TINY { size } else { value }).copysign(x)
}

/// The larger plus `log1p(e^(smaller - larger))`.
///
/// Where the two cancel, which they do for a larger one between `-log(2)` and zero, the error is
/// small against the larger one and not against the result.
#[inline(always)]
pub(super) fn logaddexp<A: Arith>(x: f64, y: f64) -> f64 {
    let (large, small) = if x > y { (x, y) } else { (y, x) };
    let gap = Pair::sum(small, -large);
    let clamped = clamp(gap.high, -746.0, 0.0);
    let far = clamped < -700.0;
    let low = if far { 0.0 } else { gap.low };
    let power = power::<A>(Pair { high: clamped, low });
    let part = log1p_pair::<A>(power.pair(), 0.0);
    let sum = Pair::sum(large, part.high);
    // Far away, the logarithm of one and a little is that little, and may be subnormal.
    let value = if far { large + power.value() } else { sum.high + (sum.low + part.low) };
    let value = if large.abs() == f64::INFINITY { large } else { value };
    if x == y {
        x + LN_2.high
    } else if x.is_nan() || y.is_nan() {
        x + y
    } else {
        value
    }
}

/// `log(1 + f)` for results of single precision.
#[inline(always)]
fn near_one_single<A: Arith>(f: f64) -> f64 {
    let s = f / (2.0 + f);
    let square = s * s;
    A::mla(s * square, polynomial::<A, _>(square, &LOG_SINGLE), 2.0 * s)
}

#[inline(always)]
pub(super) fn log_single<A: Arith>(x: f64) -> f64 {
    let parts = apart(x);
    guarded(x, A::mla(parts.exponent, LN_2.high, near_one_single::<A>(parts.mantissa - 1.0)))
}

#[inline(always)]
pub(super) fn log2_single<A: Arith>(x: f64) -> f64 {
    let parts = apart(x);
    guarded(x, A::mla(near_one_single::<A>(parts.mantissa - 1.0), LOG2_E.high, parts.exponent))
}

#[inline(always)]
pub(super) fn log10_single<A: Arith>(x: f64) -> f64 {
    let parts = apart(x);
    let part = near_one_single::<A>(parts.mantissa - 1.0) * LOG10_E.high;
    guarded(x, A::mla(parts.exponent, std::f64::consts::LOG10_2, part))
}

/// `log(1 + x)` for results of single precision.
#[inline(always)]
fn log1p_part<A: Arith>(x: f64) -> f64 {
    let one = Pair::sum(1.0, x);
    let parts = apart(one.high);
    let f = (parts.mantissa - 1.0) + one.low * (0.5 * parts.unscale);
    A::mla(parts.exponent, LN_2.high, near_one_single::<A>(f))
}

#[inline(always)]
pub(super) fn log1p_single<A: Arith>(x: f64) -> f64 {
    let value = guarded(1.0 + x, log1p_part::<A>(x));
    if x == 0.0 { x } else { value }
}

#[inline(always)]
pub(super) fn asinh_single<A: Arith>(x: f64) -> f64 {
    let size = x.abs();
    let square = size * size;
    let argument = size + square / (1.0 + (1.0 + square).sqrt());
    let value = log1p_part::<A>(argument);
    (if size < f64::INFINITY { value } else { size }).copysign(x)
}

#[inline(always)]
pub(super) fn acosh_single<A: Arith>(x: f64) -> f64 {
    let offset = x - 1.0;
    let value = log1p_part::<A>(offset + (offset * (offset + 2.0)).sqrt());
    let outside = if x == f64::INFINITY { x } else { f64::NAN };
    if (1.0..f64::INFINITY).contains(&x) { value } else { outside }
}

#[inline(always)]
pub(super) fn atanh_single<A: Arith>(x: f64) -> f64 {
    let size = x.abs();
    let value = 0.5 * log1p_part::<A>(2.0 * size / (1.0 - size));
    let edge = if size == 1.0 { f64::INFINITY } else { f64::NAN };
    (if size < 1.0 { value } else { edge }).copysign(x)
}

#[inline(always)]
pub(super) fn logaddexp_single<A: Arith>(x: f64, y: f64) -> f64 {
    logaddexp::<A>(x, y)
}
