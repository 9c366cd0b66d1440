//! Inverse trigonometric functions.

use super::arith::{Arith, Pair, Split, polynomial};
use super::coefficients::{ASIN, ASIN_SINGLE, ATAN, ATAN_SINGLE};
use super::exp::clamp;

/// Quarters and halves of a turn, as pairs.
const EIGHTH: Pair = Pair { high: std::f64::consts::FRAC_PI_4, low: 3.061616997868383e-17 };
const QUARTER: Pair = Pair { high: std::f64::consts::FRAC_PI_2, low: 6.123233995736766e-17 };
const THREE_EIGHTHS: Pair = Pair { high: 2.356194490192345, low: 9.184850993605148e-17 };
const HALF: Pair = Pair { high: std::f64::consts::PI, low: 1.2246467991473532e-16 };
const ZERO: Pair = Pair { high: 0.0, low: 0.0 };

/// The tangents of a sixteenth of a turn and of three.
const LOW_TANGENT: f64 = std::f64::consts::SQRT_2 - 1.0;
const HIGH_TANGENT: f64 = std::f64::consts::SQRT_2 + 1.0;

/// One pair or another.
#[inline(always)]
fn select(condition: bool, yes: Pair, no: Pair) -> Pair {
    Pair {
        high: if condition { yes.high } else { no.high },
        low: if condition { yes.low } else { no.low },
    }
}

/// `base + part`, where the base is zero or not the smaller.
#[inline(always)]
fn added(base: Pair, part: Pair) -> f64 {
    let sum = Pair::ordered(base.high, part.high);
    sum.high + (sum.low + (base.low + part.low))
}

/// The sine's inverse at `size`, halved and for the complement above a half.
#[inline(always)]
fn arc_sine<A: Arith>(size: f64) -> Pair {
    let near = size < 0.5;
    let square = if near { size * size } else { (1.0 - size) * 0.5 };
    let root = Pair::one(square).root::<A>();
    let side = select(near, Pair::one(size), root);
    let tail = A::mla(side.high * square, polynomial::<A, _>(square, &ASIN), side.low);
    Pair { high: side.high, low: tail }
}

#[inline(always)]
pub(super) fn asin<A: Arith>(x: f64) -> f64 {
    let size = x.abs();
    let part = arc_sine::<A>(size);
    let near = size < 0.5;
    let base = select(near, ZERO, QUARTER);
    added(base, part.scaled(if near { 1.0 } else { -2.0 })).copysign(x)
}

#[inline(always)]
pub(super) fn acos<A: Arith>(x: f64) -> f64 {
    let part = arc_sine::<A>(x.abs());
    let far = select(x < 0.0, HALF, ZERO);
    let base = select(x.abs() < 0.5, QUARTER, far);
    let factor = if x.abs() < 0.5 { 1.0 } else { 2.0 };
    added(base, part.scaled(if (x.abs() < 0.5) == (x < 0.0) { factor } else { -factor }))
}

/// `base + sign atan(above / below)` for the octant of `y / x`, both not negative; `left` is
/// whether the first coordinate was negative.
#[inline(always)]
fn angle<A: Arith>(y: f64, x: f64, left: bool) -> f64 {
    let low = y <= LOW_TANGENT * x;
    let high = y > HIGH_TANGENT * x;
    let above = select(low, Pair::one(y), select(high, Pair::one(-x), Pair::sum(y, -x)));
    let below = select(low, Pair::one(x), select(high, Pair::one(y), Pair::sum(y, x)));
    let straight = select(left, HALF, ZERO);
    let slanted = select(left, THREE_EIGHTHS, EIGHTH);
    let base = select(low, straight, select(high, QUARTER, slanted));
    let quotient = above.quotient::<A>(below);
    let square = quotient.high * quotient.high;
    let tail = A::mla(quotient.high * square, polynomial::<A, _>(square, &ATAN), quotient.low);
    let part = Pair { high: quotient.high, low: tail };
    added(base, part.scaled(if left { -1.0 } else { 1.0 }))
}

/// From here on the arc is a quarter turn, to double precision.
const VERTICAL: f64 = 1_152_921_504_606_846_976.0;

#[inline(always)]
pub(super) fn atan<A: Arith>(x: f64) -> f64 {
    angle::<A>(clamp(x.abs(), 0.0, VERTICAL), 1.0, false).copysign(x)
}

/// `2^900` and its inverse: between them no product or quotient below overflows or loses bits.
const WIDE: f64 = 8.452712498170644e270;
const NARROW: f64 = 1.1830521861667747e-271;

/// Whether a pair of coordinates needs [`atan2_rare`]: both are zero, or one is neither zero nor
/// between the limits.
#[inline(always)]
pub(super) fn rare(y: f64, x: f64) -> bool {
    let inside = |size: f64| (size == 0.0) | (NARROW..=WIDE).contains(&size);
    !(inside(y.abs()) & inside(x.abs()) & (y.abs() + x.abs() > 0.0))
}

#[inline(always)]
pub(super) fn atan2<A: Arith>(y: f64, x: f64) -> f64 {
    angle::<A>(y.abs(), x.abs(), x < 0.0).copysign(y)
}

/// [`atan2`] of any two numbers.
#[cold]
pub(super) fn atan2_rare(y: f64, x: f64) -> f64 {
    if y.is_nan() || x.is_nan() {
        return f64::NAN;
    }
    let left = x.is_sign_negative();
    let (rise, run) = (y.abs(), x.abs());
    let size = if rise == f64::INFINITY && run == f64::INFINITY {
        if left { THREE_EIGHTHS.high } else { EIGHTH.high }
    } else if rise == 0.0 || run == f64::INFINITY {
        if left { HALF.high } else { 0.0 }
    } else if run == 0.0 || rise == f64::INFINITY {
        QUARTER.high
    } else if rise / run < 1e-20 {
        // The arc of a small ratio is that ratio.
        if left { HALF.high } else { rise / run }
    } else if run / rise < 1e-20 {
        QUARTER.high
    } else {
        // Both are of about one size: scaled by it, they are in the middle of the range.
        let scale = if rise.max(run) > 1.0 { NARROW } else { WIDE };
        angle::<Split>(rise * scale, run * scale, left)
    };
    size.copysign(y)
}

/// The sine's inverse for results of single precision, as [`arc_sine`].
#[inline(always)]
fn arc_sine_single<A: Arith>(size: f64) -> f64 {
    let near = size < 0.5;
    let square = if near { size * size } else { (1.0 - size) * 0.5 };
    let side = if near { size } else { square.sqrt() };
    A::mla(side * square, polynomial::<A, _>(square, &ASIN_SINGLE), side)
}

#[inline(always)]
pub(super) fn asin_single<A: Arith>(x: f64) -> f64 {
    let part = arc_sine_single::<A>(x.abs());
    let value = if x.abs() < 0.5 { part } else { A::mla(part, -2.0, QUARTER.high) };
    value.copysign(x)
}

#[inline(always)]
pub(super) fn acos_single<A: Arith>(x: f64) -> f64 {
    let part = arc_sine_single::<A>(x.abs());
    let far = if x < 0.0 { A::mla(part, -2.0, HALF.high) } else { 2.0 * part };
    if x.abs() < 0.5 { QUARTER.high - part.copysign(x) } else { far }
}

/// [`angle`] for results of single precision.
#[inline(always)]
fn angle_single<A: Arith>(y: f64, x: f64, left: bool) -> f64 {
    let low = y <= LOW_TANGENT * x;
    let high = y > HIGH_TANGENT * x;
    let above = if low {
        y
    } else if high {
        -x
    } else {
        y - x
    };
    let below = if low {
        x
    } else if high {
        y
    } else {
        y + x
    };
    let straight = if left { HALF.high } else { 0.0 };
    let slanted = if left { THREE_EIGHTHS.high } else { EIGHTH.high };
    let base = if low {
        straight
    } else if high {
        QUARTER.high
    } else {
        slanted
    };
    let quotient = above / below;
    let square = quotient * quotient;
    let part = A::mla(quotient * square, polynomial::<A, _>(square, &ATAN_SINGLE), quotient);
    base + if left { -part } else { part }
}

#[inline(always)]
pub(super) fn atan_single<A: Arith>(x: f64) -> f64 {
    angle_single::<A>(clamp(x.abs(), 0.0, VERTICAL), 1.0, false).copysign(x)
}

/// Whether a pair of coordinates of single precision needs [`atan2_rare`].
#[inline(always)]
pub(super) fn rare_single(y: f64, x: f64) -> bool {
    let sum = y.abs() + x.abs();
    !(sum > 0.0 && sum < f64::INFINITY)
}

#[inline(always)]
pub(super) fn atan2_single<A: Arith>(y: f64, x: f64) -> f64 {
    angle_single::<A>(y.abs(), x.abs(), x < 0.0).copysign(y)
}
