//! Cube root and hypotenuse.

use super::arith::{Arith, Pair, ROUNDER, polynomial};
use super::coefficients::CBRT;

/// `2^exponent mantissa` with an exponent that three divides and a mantissa from a half to four.
#[inline(always)]
fn thirds(size: f64) -> (u64, f64) {
    let bits = size.to_bits();
    let exponent =
        f64::from_bits((bits >> 52) | 0x4330_0000_0000_0000) - (4_503_599_627_370_496.0 + 1023.0);
    let rounded = exponent * (1.0 / 3.0) + ROUNDER;
    let third = rounded - ROUNDER;
    let rest = exponent - 3.0 * third;
    let low = if rest < 0.0 { 0.5 } else { 1.0 };
    let factor = if rest > 0.0 { 2.0 } else { low };
    let one = f64::from_bits((bits & 0x000f_ffff_ffff_ffff) | 0x3ff0_0000_0000_0000);
    (rounded.to_bits(), one * factor)
}

/// The cube root of a number from a half to four, to 30 bits: a polynomial and a step of Halley's.
#[inline(always)]
fn coarse<A: Arith>(mantissa: f64) -> f64 {
    let guess = polynomial::<A, _>(mantissa, &CBRT);
    let cube = guess * guess * guess;
    guess * ((cube + 2.0 * mantissa) / (2.0 * cube + mantissa))
}

/// A cube root times a power of two, with the sign of `x`; zero, infinities and NaN stay.
#[inline(always)]
fn finished(x: f64, root: f64, exponent: u64, unscale: f64) -> f64 {
    let value = root * f64::from_bits(exponent.wrapping_add(1023) << 52) * unscale;
    let size = x.abs();
    if size > 0.0 && size < f64::INFINITY { value.copysign(x) } else { x }
}

#[inline(always)]
pub(super) fn cbrt<A: Arith>(x: f64) -> f64 {
    let size = x.abs();
    let subnormal = size < f64::MIN_POSITIVE;
    // 2^54 and the inverse of its cube root.
    let (scale, unscale) =
        if subnormal { (18_014_398_509_481_984.0, 1.0 / 262_144.0) } else { (1.0, 1.0) };
    let (exponent, mantissa) = thirds(size * scale);
    // With 26 bits the square is exact.
    let root = f64::from_bits(coarse::<A>(mantissa).to_bits() & !0x07ff_ffff);
    let square = root * root;
    let excess = A::residual(square, root, -mantissa);
    // A second step of Halley's, for the difference.
    let step = excess * root / (3.0 * (square * root) - excess);
    finished(x, root - step, exponent, unscale)
}

#[inline(always)]
pub(super) fn cbrt_single<A: Arith>(x: f64) -> f64 {
    let (exponent, mantissa) = thirds(x.abs());
    finished(x, coarse::<A>(mantissa), exponent, 1.0)
}

#[inline(always)]
pub(super) fn hypot<A: Arith>(x: f64, y: f64) -> f64 {
    let (x, y) = (x.abs(), y.abs());
    let (large, small) = if x > y { (x, y) } else { (y, x) };
    // 2^600 either way keeps the squares in range.
    let (low, low_inverse) = if large < 3.054936363499605e-151 { (UP, DOWN) } else { (1.0, 1.0) };
    let (scale, inverse) =
        if large > 3.273390607896142e150 { (DOWN, UP) } else { (low, low_inverse) };
    let first = Pair::product::<A>(large * scale, large * scale);
    let second = Pair::product::<A>(small * scale, small * scale);
    let sum = Pair::ordered(first.high, second.high);
    let root = Pair { high: sum.high, low: sum.low + (first.low + second.low) }.root::<A>();
    let value = (root.high + root.low) * inverse;
    let endless = x == f64::INFINITY || y == f64::INFINITY;
    if endless {
        f64::INFINITY
    } else {
        if large.is_nan() || small.is_nan() { f64::NAN } else { value }
    }
}

/// `2^600` and its inverse.
const UP: f64 = 4.149515568880993e180;
const DOWN: f64 = 2.409919865102884e-181;

#[inline(always)]
pub(super) fn hypot_single<A: Arith>(x: f64, y: f64) -> f64 {
    let value = A::mla(x, x, y * y).sqrt();
    let endless = x.abs() == f64::INFINITY || y.abs() == f64::INFINITY;
    if endless { f64::INFINITY } else { value }
}
