//! Sine, cosine and tangent: the rest of the argument by a quarter turn as a pair, and polynomials
//! for both functions, of which the quarter selects.

use super::arith::{Arith, Pair, ROUNDER, SIGN, Split, polynomial};
use super::coefficients::{COS, COS_SINGLE, SIN, SIN_SINGLE, SIN_TAIL};

/// A quarter turn in three parts.
const QUARTER: [f64; 3] =
    [std::f64::consts::FRAC_PI_2, 6.123233995736766e-17, -1.4973849048591698e-33];

/// Arguments up to here are reduced with the three parts; see [`reduced_large`] for the others.
///
/// Below `2^30` the first product and difference are exact, and what the three parts leave out,
/// `2^30` times `2^-162`, is small against the closest that a number of double precision comes to
/// a multiple of a quarter turn, which is more than `2^-62`.
const LIMIT: f64 = 1_073_741_824.0;

/// An argument as a number of quarter turns, in the low two bits, and a rest.
#[derive(Clone, Copy)]
struct Reduced {
    quarters: u64,
    rest: Pair,
}

/// Reduces a number that is not negative and at most [`LIMIT`].
#[inline(always)]
fn reduced<A: Arith>(x: f64) -> Reduced {
    let rounded = A::mla(x, std::f64::consts::FRAC_2_PI, ROUNDER);
    let count = rounded - ROUNDER;
    let first = A::residual(-count, QUARTER[0], x);
    let second = Pair::product::<A>(count, QUARTER[1]);
    let sum = Pair::sum(first, -second.high);
    let low = (sum.low - second.low) - count * QUARTER[2];
    Reduced { quarters: rounded.to_bits(), rest: Pair { high: sum.high, low } }
}

/// The bits of `2 / pi`, after 64 bits of zero.
const TWO_OVER_PI: [u64; 21] = [
    0,
    0xa2f9_836e_4e44_1529,
    0xfc27_57d1_f534_ddc0,
    0xdb62_9599_3c43_9041,
    0xfe51_63ab_debb_c561,
    0xb724_6e3a_424d_d2e0,
    0x0649_2eea_09d1_921c,
    0xfe1d_eb1c_b129_a73e,
    0xe882_35f5_2ebb_4484,
    0xe99c_7026_b45f_7e41,
    0x3991_d639_8353_39f4,
    0x9c84_5f8b_bdf9_283b,
    0x1ff8_97ff_de05_980f,
    0xef2f_118b_5a0a_6d1f,
    0x6d36_7ecf_27cb_09b7,
    0x4f46_3f66_9e5f_ea2d,
    0x7527_bac7_ebe5_f17b,
    0x3d07_39f7_8a52_92ea,
    0x6bfb_5fb1_1f8d_5d08,
    0x5603_3046_fc7b_6bab,
    0xf0cf_bc20_9af4_361d,
];

/// Reduces a finite number of at least `2^29` (Payne and Hanek, Radian reduction for
/// trigonometric functions, 1983): the product of its mantissa with 192 bits of `2 / pi`, from the
/// first on that is not a multiple of four quarter turns.
fn reduced_large(x: f64) -> Reduced {
    let bits = x.to_bits();
    let mantissa = (bits & 0x000f_ffff_ffff_ffff) | 0x0010_0000_0000_0000;
    let exponent = (bits >> 52) as i32 - 1075;
    // The place of the first bit, counted with the 64 zeros in front.
    let place = (exponent - 2 + 64) as usize;
    let window = |word: usize| {
        let (index, shift) = ((place / 64) + word, place % 64);
        let next = TWO_OVER_PI[index + 1].checked_shr(64 - shift as u32).unwrap_or(0);
        (TWO_OVER_PI[index] << shift) | next
    };
    // The product modulo 2^192, which stands for four quarter turns.
    let low = u128::from(window(2)) * u128::from(mantissa);
    let middle = u128::from(window(1)) * u128::from(mantissa) + (low >> 64);
    let top = window(0).wrapping_mul(mantissa).wrapping_add((middle >> 64) as u64);
    let mut quarters = top >> 62;
    // The fraction of a quarter turn in units of 2^-128, negative above a half.
    let fraction = (u128::from(top) << 66
        | u128::from(middle as u64) << 2
        | u128::from(low as u64) >> 62) as i128;
    if fraction < 0 {
        quarters += 1;
    }
    let high = fraction as f64;
    // A half itself does not come back as an integer of 128 bits.
    let low = fraction.wrapping_sub(high as i128) as f64;
    let unit = Pair { high, low }.scaled(2.0_f64.powi(-128));
    let rest = unit.times::<Split>(Pair { high: QUARTER[0], low: QUARTER[1] }).tidy();
    Reduced { quarters, rest }
}

/// The sine of a rest.
#[inline(always)]
fn sine<A: Arith>(rest: Pair) -> Pair {
    let square = rest.high * rest.high;
    let tail = A::mla(rest.high * square, polynomial::<A, _>(square, &SIN), rest.low);
    Pair { high: rest.high, low: tail }
}

/// The sine of a rest to about 58 bits, for quotients: the cubic term is a pair.
#[inline(always)]
fn sine_fine<A: Arith>(rest: Pair) -> Pair {
    const SIXTH: Pair = Pair { high: -1.0 / 6.0, low: -9.25185853854297e-18 };
    let r = rest.high;
    let square = Pair::product::<A>(r, r);
    let cube = Pair::product::<A>(r, square.high);
    let cube = Pair { high: cube.high, low: A::mla(r, square.low, cube.low) };
    let cubic = cube.times::<A>(SIXTH);
    let tail = polynomial::<A, _>(square.high, &SIN_TAIL);
    let sum = Pair::ordered(r, cubic.high);
    let low = A::mla(cube.high * square.high, tail, cubic.low + rest.low);
    Pair { high: sum.high, low: sum.low + low }.tidy()
}

/// The cosine of a rest.
#[inline(always)]
fn cosine<A: Arith>(rest: Pair) -> Pair {
    let square = rest.high * rest.high;
    let half = 0.5 * square;
    let one = Pair::ordered(1.0, -half);
    // What the square has lost, and the derivative times the low part.
    let lost = A::mla(-rest.high, rest.low, -0.5 * A::residual(rest.high, rest.high, -square));
    let tail = A::mla(square * square, polynomial::<A, _>(square, &COS), lost);
    Pair { high: one.high, low: one.low + tail }
}

/// The sine of a reduced argument.
#[inline(always)]
fn wave<A: Arith>(reduced: Reduced) -> f64 {
    let sine = sine::<A>(reduced.rest);
    let cosine = cosine::<A>(reduced.rest);
    let odd = reduced.quarters & 1 != 0;
    let high = if odd { cosine.high } else { sine.high };
    let low = if odd { cosine.low } else { sine.low };
    f64::from_bits((high + low).to_bits() ^ ((reduced.quarters << 62) & SIGN))
}

/// The tangent of a reduced argument.
#[inline(always)]
fn slope<A: Arith>(reduced: Reduced) -> f64 {
    let sine = sine_fine::<A>(reduced.rest);
    let cosine = cosine::<A>(reduced.rest).tidy();
    let odd = reduced.quarters & 1 != 0;
    let (above, below) = if odd { (cosine, sine) } else { (sine, cosine) };
    let quotient = above.quotient::<A>(below);
    let sign = if odd { SIGN } else { 0 };
    f64::from_bits((quotient.high + quotient.low).to_bits() ^ sign)
}

/// `y` with its sign turned where `x` is negative.
#[inline(always)]
fn turned(y: f64, x: f64) -> f64 {
    f64::from_bits(y.to_bits() ^ (x.to_bits() & SIGN))
}

/// Whether an argument needs [`reduced_large`].
#[inline(always)]
pub(super) fn large(x: f64) -> bool {
    let size = x.abs();
    size > LIMIT && size < f64::INFINITY
}

#[inline(always)]
pub(super) fn sin<A: Arith>(x: f64) -> f64 {
    turned(wave::<A>(reduced::<A>(x.abs())), x)
}

#[inline(always)]
pub(super) fn cos<A: Arith>(x: f64) -> f64 {
    wave::<A>(next(reduced::<A>(x.abs())))
}

/// [`sin`] and [`cos`].
#[inline(always)]
pub(super) fn sin_cos<A: Arith>(x: f64) -> (f64, f64) {
    let Reduced { quarters, rest } = reduced::<A>(x.abs());
    let (sine, cosine) = (sine::<A>(rest), cosine::<A>(rest));
    let (sine, cosine) = (sine.high + sine.low, cosine.high + cosine.low);
    let odd = quarters & 1 != 0;
    let (above, right) = if odd { (cosine, sine) } else { (sine, cosine) };
    let right_sign = (quarters.wrapping_add(1) << 62) & SIGN;
    let above = f64::from_bits(above.to_bits() ^ ((quarters << 62) & SIGN));
    (turned(above, x), f64::from_bits(right.to_bits() ^ right_sign))
}

#[inline(always)]
pub(super) fn tan<A: Arith>(x: f64) -> f64 {
    turned(slope::<A>(reduced::<A>(x.abs())), x)
}

/// A quarter turn further.
#[inline(always)]
fn next(reduced: Reduced) -> Reduced {
    Reduced { quarters: reduced.quarters.wrapping_add(1), ..reduced }
}

/// [`sin`] of a [`large`] number.
#[cold]
pub(super) fn sin_large(x: f64) -> f64 {
    turned(wave::<Split>(reduced_large(x.abs())), x)
}

/// [`cos`] of a [`large`] number.
#[cold]
pub(super) fn cos_large(x: f64) -> f64 {
    wave::<Split>(next(reduced_large(x.abs())))
}

/// [`tan`] of a [`large`] number.
#[cold]
pub(super) fn tan_large(x: f64) -> f64 {
    turned(slope::<Split>(reduced_large(x.abs())), x)
}

/// Quarters, sine and cosine of a size of single precision.
#[inline(always)]
fn parts_single<A: Arith>(x: f64) -> (u64, f64, f64) {
    let rounded = A::mla(x, std::f64::consts::FRAC_2_PI, ROUNDER);
    let count = rounded - ROUNDER;
    let rest = A::mla(-count, QUARTER[1], A::residual(-count, QUARTER[0], x));
    let square = rest * rest;
    let sine = A::mla(rest * square, polynomial::<A, _>(square, &SIN_SINGLE), rest);
    let one = A::mla(square, -0.5, 1.0);
    let cosine = A::mla(square * square, polynomial::<A, _>(square, &COS_SINGLE), one);
    (rounded.to_bits(), sine, cosine)
}

#[inline(always)]
fn wave_single(quarters: u64, sine: f64, cosine: f64) -> f64 {
    let value = if quarters & 1 != 0 { cosine } else { sine };
    f64::from_bits(value.to_bits() ^ ((quarters << 62) & SIGN))
}

#[inline(always)]
pub(super) fn sin_single<A: Arith>(x: f64) -> f64 {
    let (quarters, sine, cosine) = parts_single::<A>(x.abs());
    turned(wave_single(quarters, sine, cosine), x)
}

#[inline(always)]
pub(super) fn cos_single<A: Arith>(x: f64) -> f64 {
    let (quarters, sine, cosine) = parts_single::<A>(x.abs());
    wave_single(quarters.wrapping_add(1), sine, cosine)
}

#[inline(always)]
pub(super) fn tan_single<A: Arith>(x: f64) -> f64 {
    let (quarters, sine, cosine) = parts_single::<A>(x.abs());
    let odd = quarters & 1 != 0;
    let (above, below) = if odd { (-cosine, sine) } else { (sine, cosine) };
    turned(above / below, x)
}
