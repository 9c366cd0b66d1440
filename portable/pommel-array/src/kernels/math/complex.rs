//! Functions of a complex number, to a few units in the last place of each part; where the real
//! part of `expm1` cancels, to a few units of the whole number.
//!
//! Special values are those of C99, annex G, and of the Array API standard. Inverse functions
//! follow W. Kahan, Branch cuts for complex elementary functions (1987). Single precision is
//! computed in double. Scalar code: clarity first.

use super::arith::{Pair, Split};
use super::{Binary, Unary, arc, exp as real_exp, log as real_log, root, trig};
use num_complex::Complex;

type Number = Complex<f64>;

/// The functions of a real number that the others are made of.
mod real {
    use super::{Split, arc, real_exp, real_log, root, trig};

    pub(super) fn exp(x: f64) -> f64 {
        real_exp::exp::<Split>(x)
    }

    pub(super) fn expm1(x: f64) -> f64 {
        real_exp::expm1::<Split>(x)
    }

    pub(super) fn sinh(x: f64) -> f64 {
        real_exp::sinh::<Split>(x)
    }

    pub(super) fn cosh(x: f64) -> f64 {
        real_exp::cosh::<Split>(x)
    }

    pub(super) fn tanh(x: f64) -> f64 {
        real_exp::tanh::<Split>(x)
    }

    pub(super) fn log(x: f64) -> f64 {
        real_log::log::<Split>(x)
    }

    pub(super) fn log1p(x: f64) -> f64 {
        real_log::log1p::<Split>(x)
    }

    pub(super) fn asinh(x: f64) -> f64 {
        real_log::asinh::<Split>(x)
    }

    pub(super) fn hypot(x: f64, y: f64) -> f64 {
        root::hypot::<Split>(x, y)
    }

    pub(super) fn sin(x: f64) -> f64 {
        if trig::large(x) { trig::sin_large(x) } else { trig::sin::<Split>(x) }
    }

    pub(super) fn cos(x: f64) -> f64 {
        if trig::large(x) { trig::cos_large(x) } else { trig::cos::<Split>(x) }
    }

    pub(super) fn tan(x: f64) -> f64 {
        if trig::large(x) { trig::tan_large(x) } else { trig::tan::<Split>(x) }
    }

    pub(super) fn atan2(y: f64, x: f64) -> f64 {
        if arc::rare(y, x) { arc::atan2_rare(y, x) } else { arc::atan2::<Split>(y, x) }
    }
}

/// `i z`.
fn turned(z: Number) -> Number {
    Number::new(-z.im, z.re)
}

/// `-i z`.
fn turned_back(z: Number) -> Number {
    Number::new(z.im, -z.re)
}

/// Beyond it, hyperbolic functions are exponentials in double precision.
const STEEP: f64 = 40.0;

/// `factor e^x (cos(y) + i sin(y))`, with no overflow before the last product.
fn spiral(x: f64, y: f64, factor: f64) -> Number {
    // The difference is exact where the result is finite.
    let (first, second) =
        if x > 700.0 { (real::exp(x - 700.0), real::exp(700.0)) } else { (real::exp(x), 1.0) };
    let first = first * factor;
    Number::new(first * real::cos(y) * second, first * real::sin(y) * second)
}

/// The exponential.
pub fn exp(z: Number) -> Number {
    if z.im == 0.0 {
        return Number::new(real::exp(z.re), z.im);
    }
    if z.re.is_infinite() && !z.im.is_finite() {
        return if z.re < 0.0 {
            Number::new(0.0, 0.0_f64.copysign(z.im))
        } else {
            Number::new(z.re, f64::NAN)
        };
    }
    if z.re == f64::INFINITY {
        return Number::new(z.re * real::cos(z.im), z.re * real::sin(z.im));
    }
    spiral(z.re, z.im, 1.0)
}

/// The exponential less one.
pub fn expm1(z: Number) -> Number {
    if z.im == 0.0 {
        // Of either zero it is zero, as the array API standard has it.
        return Number::new(real::expm1(z.re) + 0.0, z.im);
    }
    if !z.re.is_finite() || z.re > STEEP {
        let power = exp(z);
        return Number::new(power.re - 1.0, power.im);
    }
    let half = real::sin(z.im / 2.0);
    let less_one = real::expm1(z.re);
    Number::new(less_one * real::cos(z.im) - 2.0 * half * half, real::exp(z.re) * real::sin(z.im))
}

/// `log(1 + s) / 2` of a sum of squares less one.
fn half_log(s: Pair) -> f64 {
    0.5 * real::log1p(s.high + s.low)
}

/// The logarithm of the distance from zero.
fn log_distance(z: Number) -> f64 {
    let (x, y) = (z.re.abs(), z.im.abs());
    let (large, small) = if x > y { (x, y) } else { (y, x) };
    if large > 0.5 && large < 1.5 {
        // Near one the logarithm is that of a small difference.
        let first = Pair::product::<Split>(large, large);
        let second = Pair::product::<Split>(small, small);
        let sum = Pair::sum(first.high - 1.0, second.high);
        return half_log(Pair { high: sum.high, low: sum.low + (first.low + second.low) });
    }
    if large > 1e300 && large < f64::INFINITY {
        return real::log(real::hypot(x / 4.0, y / 4.0)) + 2.0 * std::f64::consts::LN_2;
    }
    real::log(real::hypot(x, y))
}

/// The natural logarithm.
pub fn log(z: Number) -> Number {
    Number::new(log_distance(z), real::atan2(z.im, z.re))
}

/// The logarithm to the base 2.
pub fn log2(z: Number) -> Number {
    log(z) * std::f64::consts::LOG2_E
}

/// The logarithm to the base 10.
pub fn log10(z: Number) -> Number {
    log(z) * std::f64::consts::LOG10_E
}

/// The natural logarithm of `1 + z`.
pub fn log1p(z: Number) -> Number {
    let one = Number::new(1.0 + z.re, z.im);
    if !(z.re.abs() < 0.5 && z.im.abs() < 1.0) {
        return log(one);
    }
    // |1 + z|^2 - 1 = 2 x + x^2 + y^2
    let first = Pair::product::<Split>(z.re, z.re);
    let second = Pair::product::<Split>(z.im, z.im);
    let sum = Pair::sum(2.0 * z.re, first.high);
    let total = Pair::sum(sum.high, second.high);
    let low = total.low + (sum.low + (first.low + second.low));
    Number::new(half_log(Pair { high: total.high, low }), real::atan2(one.im, one.re))
}

/// The square root with a real part that is not negative.
pub fn sqrt(z: Number) -> Number {
    if z.im.is_infinite() {
        return Number::new(f64::INFINITY, z.im);
    }
    if z.re == 0.0 && z.im == 0.0 {
        return Number::new(0.0, z.im);
    }
    if z.re.is_infinite() {
        // The part that is not infinite is a zero with the sign of `y`, or NaN.
        let rest = if z.im.is_nan() { z.im } else { 0.0 };
        let parts = if z.re > 0.0 {
            (z.re, rest.copysign(z.im))
        } else {
            (rest, f64::INFINITY.copysign(z.im))
        };
        return Number::new(parts.0, parts.1);
    }
    let largest = z.re.abs().max(z.im.abs());
    // Powers of four and their roots.
    let (scale, root) = match largest {
        _ if largest > 1e300 => (0.0625, 4.0),
        _ if largest < 1e-280 => (2.0_f64.powi(120), 2.0_f64.powi(-60)),
        _ => (1.0, 1.0),
    };
    let (x, y) = (z.re * scale, z.im * scale);
    let main = ((x.abs() + real::hypot(x, y)) * 0.5).sqrt();
    let other = y.abs() / (2.0 * main);
    let (re, im) = if x >= 0.0 { (main, other) } else { (other, main) };
    Number::new(re * root, (im * root).copysign(z.im))
}

/// The hyperbolic sine.
pub fn sinh(z: Number) -> Number {
    let Number { re: x, im: y } = z;
    if y == 0.0 {
        return Number::new(real::sinh(x), y);
    }
    if !y.is_finite() && (x == 0.0 || x.is_infinite()) {
        return Number::new(x, f64::NAN);
    }
    if x.is_infinite() {
        return Number::new(x * real::cos(y), f64::INFINITY * real::sin(y));
    }
    if x.abs() > STEEP {
        let half = spiral(x.abs(), y, 0.5);
        return Number::new(half.re * 1.0_f64.copysign(x), half.im);
    }
    Number::new(real::sinh(x) * real::cos(y), real::cosh(x) * real::sin(y))
}

/// The hyperbolic cosine.
pub fn cosh(z: Number) -> Number {
    let Number { re: x, im: y } = z;
    if y == 0.0 {
        return Number::new(real::cosh(x), if x.is_sign_negative() { -y } else { y });
    }
    if x == 0.0 && !y.is_finite() {
        return Number::new(f64::NAN, 0.0_f64.copysign(if x.is_sign_negative() { -y } else { y }));
    }
    if x.is_infinite() {
        let size = f64::INFINITY;
        return if y.is_finite() {
            Number::new(size * real::cos(y), x * real::sin(y))
        } else {
            Number::new(size, f64::NAN)
        };
    }
    if x.abs() > STEEP {
        let half = spiral(x.abs(), y, 0.5);
        return Number::new(half.re, half.im * 1.0_f64.copysign(x));
    }
    Number::new(real::cosh(x) * real::cos(y), real::sinh(x) * real::sin(y))
}

/// The hyperbolic tangent.
pub fn tanh(z: Number) -> Number {
    let Number { re: x, im: y } = z;
    if y == 0.0 {
        return Number::new(real::tanh(x), y);
    }
    if x == 0.0 && !y.is_finite() {
        return Number::new(x, f64::NAN);
    }
    if x.is_finite() && !y.is_finite() {
        return Number::new(f64::NAN, f64::NAN);
    }
    if x.abs() > STEEP {
        let side =
            if x.is_finite() { 4.0 * real::sin(y) * real::cos(y) } else { 1.0_f64.copysign(y) };
        return Number::new(1.0_f64.copysign(x), side * real::exp(-2.0 * x.abs()));
    }
    // Kahan's: with t = tan(y), s = sinh(x), b = 1 + t^2, it is (b s cosh(x) + i t) / (1 + b s^2).
    let tangent = real::tan(y);
    let stretch = 1.0 + tangent * tangent;
    let sine = real::sinh(x);
    let below = 1.0 + stretch * sine * sine;
    Number::new(stretch * real::cosh(x) * sine / below, tangent / below)
}

/// The sine.
pub fn sin(z: Number) -> Number {
    turned_back(sinh(turned(z)))
}

/// The cosine.
pub fn cos(z: Number) -> Number {
    cosh(turned(z))
}

/// The tangent.
pub fn tan(z: Number) -> Number {
    turned_back(tanh(turned(z)))
}

/// From here on `1 + z^2` is the square, in double precision.
const FAR: f64 = 1e17;

/// Whether a number is far from zero; infinite ones are, whatever the other part.
fn is_far(z: Number) -> bool {
    z.re.abs() > FAR || z.im.abs() > FAR
}

/// `log(2 |z|)`.
fn log_double(z: Number) -> f64 {
    log_distance(z) + std::f64::consts::LN_2
}

/// The roots of `1 - z` and of `1 + z`.
fn roots(z: Number) -> (Number, Number) {
    (sqrt(Number::new(1.0 - z.re, -z.im)), sqrt(Number::new(1.0 + z.re, z.im)))
}

/// The inverse sine.
pub fn asin(z: Number) -> Number {
    if is_far(z) {
        return Number::new(real::atan2(z.re, z.im.abs()), log_double(z).copysign(z.im));
    }
    if z.re == 0.0 && z.im.is_nan() {
        return z;
    }
    let (minus, plus) = roots(z);
    let re = real::atan2(z.re, minus.re * plus.re - minus.im * plus.im);
    Number::new(re, real::asinh(minus.re * plus.im - minus.im * plus.re))
}

/// The inverse cosine.
pub fn acos(z: Number) -> Number {
    if is_far(z) {
        return Number::new(real::atan2(z.im.abs(), z.re), -log_double(z).copysign(z.im));
    }
    if z.re == 0.0 && z.im.is_nan() {
        return Number::new(std::f64::consts::FRAC_PI_2, z.im);
    }
    let (minus, plus) = roots(z);
    let re = 2.0 * real::atan2(minus.re, plus.re);
    Number::new(re, real::asinh(plus.re * minus.im - plus.im * minus.re))
}

/// The inverse hyperbolic sine.
pub fn asinh(z: Number) -> Number {
    turned_back(asin(turned(z)))
}

/// The inverse hyperbolic cosine.
pub fn acosh(z: Number) -> Number {
    if is_far(z) {
        return Number::new(log_double(z), real::atan2(z.im, z.re));
    }
    if z.re == 0.0 && z.im.is_nan() {
        return Number::new(f64::NAN, std::f64::consts::FRAC_PI_2);
    }
    let minus = sqrt(Number::new(z.re - 1.0, z.im));
    let plus = sqrt(Number::new(z.re + 1.0, z.im));
    let re = real::asinh(minus.re * plus.re + minus.im * plus.im);
    Number::new(re, 2.0 * real::atan2(minus.im, plus.re))
}

/// The inverse hyperbolic tangent.
pub fn atanh(z: Number) -> Number {
    let (x, y) = (z.re.abs(), z.im.abs());
    if x > FAR || y > FAR {
        // 1 / z and a quarter turn; an infinite part makes the real part zero.
        let endless = x == f64::INFINITY || y == f64::INFINITY;
        let re = if endless { 0.0 } else { (x / real::hypot(x, y)) / real::hypot(x, y) };
        let lost = y.is_nan() || x.is_nan() && y.is_finite();
        let im = if lost { f64::NAN } else { std::f64::consts::FRAC_PI_2 };
        return Number::new(re.copysign(z.re), im.copysign(z.im));
    }
    if x == 0.0 && y.is_nan() {
        return z;
    }
    let re = if x == 1.0 && y < 1e-100 {
        if y == 0.0 { f64::INFINITY } else { 0.5 * real::log(2.0 / y) }
    } else {
        let gap = 1.0 - x;
        0.25 * real::log1p(4.0 * x / (gap * gap + y * y))
    };
    // 1 - x^2 - y^2, which may cancel.
    let first = Pair::product::<Split>(x, x);
    let second = Pair::product::<Split>(y, y);
    let gap = Pair::sum(1.0, -first.high);
    let sum = Pair::sum(gap.high, -second.high);
    let below = sum.high + (sum.low + (gap.low - (first.low + second.low)));
    Number::new(re.copysign(z.re), 0.5 * real::atan2(2.0 * z.im, below))
}

/// The inverse tangent.
pub fn atan(z: Number) -> Number {
    turned_back(atanh(turned(z)))
}

/// The power `z^w`; whole exponents up to a hundred are products, as in NumPy.
pub fn pow(z: Number, w: Number) -> Number {
    if w.re == 0.0 && w.im == 0.0 {
        return Number::new(1.0, 0.0);
    }
    if z.re == 0.0 && z.im == 0.0 {
        let none = if w.re > 0.0 { 0.0 } else { f64::NAN };
        return Number::new(none, none);
    }
    if w.im == 0.0 && w.re.abs() <= 100.0 && w.re.trunc() == w.re {
        let power = whole_power(z, w.re.abs() as u32);
        return if w.re < 0.0 { reciprocal(power) } else { power };
    }
    let log = log(z);
    let re = w.re * log.re - w.im * log.im;
    exp(Number::new(re, w.re * log.im + w.im * log.re))
}

/// A power by squares.
fn whole_power(z: Number, mut exponent: u32) -> Number {
    let (mut base, mut power) = (z, None);
    loop {
        if exponent & 1 != 0 {
            power = Some(power.map_or(base, |power: Number| power * base));
        }
        exponent >>= 1;
        if exponent == 0 {
            return power.unwrap_or(Number::new(1.0, 0.0));
        }
        base = square(base);
    }
}

/// The distance from zero.
pub fn abs(z: Number) -> f64 {
    real::hypot(z.re, z.im)
}

/// `z / |z|`, and zero for zero.
pub fn sign(z: Number) -> Number {
    if z.re == 0.0 && z.im == 0.0 {
        return Number::new(0.0, 0.0);
    }
    // Scaled, so that the distance is finite and normal.
    let largest = z.re.abs().max(z.im.abs());
    let scale = if largest > 1.0 { 2.0_f64.powi(-600) } else { 2.0_f64.powi(600) };
    let z = if (1e-300..=1e300).contains(&largest) { z } else { z * scale };
    let distance = abs(z);
    Number::new(z.re / distance, z.im / distance)
}

/// The square.
pub fn square(z: Number) -> Number {
    Number::new((z.re - z.im) * (z.re + z.im), 2.0 * z.re * z.im)
}

/// One over the number (R. L. Smith, Algorithm 116: complex division, 1962).
pub fn reciprocal(z: Number) -> Number {
    if z.re.abs() >= z.im.abs() {
        let ratio = z.im / z.re;
        let below = z.re + z.im * ratio;
        Number::new(1.0 / below, -ratio / below)
    } else {
        let ratio = z.re / z.im;
        let below = z.re * ratio + z.im;
        Number::new(ratio / below, -1.0 / below)
    }
}

/// The complex function of the same name; the power of 2 and the cube root have none.
pub fn unary(which: Unary) -> Option<fn(Number) -> Number> {
    Some(match which {
        Unary::Exp => exp,
        Unary::Expm1 => expm1,
        Unary::Log => log,
        Unary::Log2 => log2,
        Unary::Log10 => log10,
        Unary::Log1p => log1p,
        Unary::Sin => sin,
        Unary::Cos => cos,
        Unary::Tan => tan,
        Unary::Asin => asin,
        Unary::Acos => acos,
        Unary::Atan => atan,
        Unary::Sinh => sinh,
        Unary::Cosh => cosh,
        Unary::Tanh => tanh,
        Unary::Asinh => asinh,
        Unary::Acosh => acosh,
        Unary::Atanh => atanh,
        Unary::Exp2 | Unary::Cbrt => return None,
    })
}

/// The complex function of the same name, of which only the power has one.
pub fn binary(which: Binary) -> Option<fn(Number, Number) -> Number> {
    match which {
        Binary::Pow => Some(pow),
        Binary::Atan2 | Binary::Hypot | Binary::Logaddexp => None,
    }
}

/// A function in single precision.
pub fn single(function: fn(Number) -> Number, z: Complex<f32>) -> Complex<f32> {
    let result = function(Number::new(z.re.into(), z.im.into()));
    Complex::new(result.re as f32, result.im as f32)
}
