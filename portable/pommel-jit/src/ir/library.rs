//! Functions of Python's library that no C library has: the interpreter's own algorithms, which give its bits.
//!
//! All are defined for all operands, as an instruction may be done before the check that it is needed. What
//! they give where Python has an error is not finite, or means nothing.

use super::op::Math;
use std::f64::consts::{LN_2, PI};

/// How many degrees a radian is.
pub const DEGREES: f64 = 180.0 / PI;
/// How many radians a degree is.
pub const RADIANS: f64 = PI / 180.0;

/// A power of integers, if it fits.
pub fn power(base: i64, exponent: i64) -> Option<i64> {
    match u32::try_from(exponent) {
        Ok(exponent) => base.checked_pow(exponent),
        Err(_) if exponent < 0 => None,
        // Only these fit.
        Err(_) => match base {
            0 | 1 => Some(base),
            -1 => Some(if exponent & 1 == 0 { 1 } else { -1 }),
            _ => None,
        },
    }
}

/// What is left of a power divided by a number, of that one's sign.
pub fn power_modulo(base: i64, exponent: i64, of: i64) -> i64 {
    let size = u128::from(of.unsigned_abs());
    if size == 0 {
        return 0;
    }
    let mut square = i128::from(base).rem_euclid(size as i128) as u128;
    let mut result = 1 % size;
    let mut left = exponent.max(0);
    while left > 0 {
        if left & 1 == 1 {
            result = result * square % size;
        }
        square = square * square % size;
        left >>= 1;
    }
    let result = result as i128;
    (if of < 0 && result > 0 { result - size as i128 } else { result }) as i64
}

/// The functions of two floats that are here; none for others.
pub fn of_two(function: Math, x: f64, y: f64) -> Option<f64> {
    Some(match function {
        Math::HypotOfRatios => hypot_of_ratios(x, y),
        Math::HypotOfHalves => hypot_of_halves(x, y),
        Math::HypotOfPairs => hypot_of_pairs(x, y),
        Math::RoundTo => round_to(x, y),
        Math::Scale => scale(x, y),
        Math::LogOfLength => log_of_length(x, y),
        Math::RootOfLength => root_of_length(x, y),
        _ => return None,
    })
}

/// Powers of ten up to this are floats.
const EXACT_POWER: f64 = 22.0;
/// Integers up to this are floats.
const EXACT: f64 = (1u64 << 53) as f64;

/// `round(x, digits)`: the float next to the decimal number next to `x`, halves to even. Not a number if it
/// takes more than what is here.
pub fn round_to(x: f64, digits: f64) -> f64 {
    if !x.is_finite() || digits > 323.0 {
        return x;
    }
    if digits < -308.0 {
        return 0.0 * x;
    }
    if digits.abs() <= EXACT_POWER
        && let Some(rounded) = round_at_once(x, digits as i32)
    {
        return rounded;
    }
    if digits < 0.0 {
        return f64::NAN;
    }
    format!("{x:.0$}", digits as usize).parse().unwrap_or(f64::NAN)
}

/// The same where a product or a quotient of floats is far enough from a half to say which way it goes.
fn round_at_once(x: f64, digits: i32) -> Option<f64> {
    let power = TENS[digits.unsigned_abs() as usize];
    let scaled = if digits < 0 { x / power } else { x * power };
    let rounded = scaled.round_ties_even();
    let size = rounded.abs();
    if size >= EXACT {
        return None;
    }
    let from_half = ((scaled - rounded).abs() - 0.5).abs();
    let is_exact = digits == 0 || digits < 0 && x.abs() < EXACT && is_multiple(x, power);
    // A product is next to the true one: half a unit in its last place away at most.
    if from_half <= (size + 1.0) * f64::EPSILON && !is_exact {
        return None;
    }
    Some(if digits < 0 { rounded * power } else { rounded / power })
}

/// Whether twice an integer is a multiple of a power of ten, so that dividing it gives halves exactly.
fn is_multiple(x: f64, power: f64) -> bool {
    x.fract() == 0.0 && (2.0 * x) % power == 0.0
}

const TENS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

/// `math.ldexp(x, exponent)`
pub fn scale(x: f64, exponent: f64) -> f64 {
    /// The largest power of two, and the least normal one.
    const STEP: i32 = 1023;
    let power = |exponent: i32| f64::from_bits(((exponent + STEP) as u64) << 52);
    let mut left = exponent.clamp(-5000.0, 5000.0) as i32;
    let mut result = x;
    while left > STEP {
        result *= power(STEP);
        left -= STEP;
    }
    // What is less than normal is rounded once only: all steps but the last leave it normal.
    while left < 1 - STEP {
        result *= power(53 + 1 - STEP);
        left += STEP - 1 - 53;
    }
    result * power(left)
}

/// The exponent of the least power of two that is larger than a float, and the float by that power.
fn exponent_of(x: f64) -> i32 {
    let bits = |x: f64| (x.to_bits() >> 52 & 0x7ff) as i32;
    match bits(x) {
        0 => bits(x * EXACT) - 1022 - 53,
        bits => bits - 1022,
    }
}

/// What the lengths of vectors that are infinite, nothing or no number are.
fn special_length(x: f64, y: f64) -> Option<f64> {
    let largest = x.max(y);
    match () {
        () if x.is_infinite() || y.is_infinite() => Some(f64::INFINITY),
        () if x.is_nan() || y.is_nan() => Some(f64::NAN),
        () if largest == 0.0 => Some(0.0),
        () => None,
    }
}

/// `math.hypot` of CPython 3.8 and 3.9: what is left of sums of squares is added up by itself.
pub fn hypot_of_ratios(x: f64, y: f64) -> f64 {
    let (x, y) = (x.abs(), y.abs());
    special_length(x, y).unwrap_or_else(|| length_by_ratios(x, y))
}

fn length_by_ratios(x: f64, y: f64) -> f64 {
    let largest = x.max(y);
    let (mut sum, mut rest) = (1.0, 0.0);
    for part in [x, y] {
        let ratio = part / largest;
        add(&mut sum, &mut rest, ratio * ratio);
    }
    largest * (sum - 1.0 + rest).sqrt()
}

/// Adds a number to a larger one, and what is lost to a rest.
fn add(sum: &mut f64, rest: &mut f64, number: f64) {
    let before = *sum;
    *sum += number;
    *rest += (before - *sum) + number;
}

/// The halves of a float: 26 bits each.
fn halves(x: f64) -> (f64, f64) {
    let moved = x * ((1 << 27) + 1) as f64;
    let high = moved - (moved - x);
    (high, x - high)
}

/// `math.hypot` of CPython 3.10 and 3.11: squares by halves, and a step of Newton's method.
pub fn hypot_of_halves(x: f64, y: f64) -> f64 {
    let (x, y) = (x.abs(), y.abs());
    if let Some(length) = special_length(x, y) {
        return length;
    }
    let exponent = exponent_of(x.max(y));
    if exponent < -1023 {
        return length_by_ratios(x, y);
    }
    let by = scale(1.0, f64::from(-exponent));
    let (mut sum, mut rests) = (1.0, [0.0; 3]);
    let mut add_square = |part: f64, sign: f64| {
        let (high, low) = halves(part);
        add(&mut sum, &mut rests[0], sign * high * high);
        add(&mut sum, &mut rests[1], sign * 2.0 * high * low);
        match sign < 0.0 {
            true => add(&mut sum, &mut rests[2], -low * low),
            false => rests[2] += low * low,
        }
        sum - 1.0 + (rests[0] + rests[1] + rests[2])
    };
    add_square(x * by, 1.0);
    let length = add_square(y * by, 1.0).sqrt();
    let error = add_square(length, -1.0);
    (length + error / (2.0 * length)) / by
}

/// `math.hypot` since CPython 3.12: squares as pairs of floats, and a step of Newton's method.
pub fn hypot_of_pairs(x: f64, y: f64) -> f64 {
    let (x, y) = (x.abs(), y.abs());
    if let Some(length) = special_length(x, y) {
        return length;
    }
    let exponent = exponent_of(x.max(y));
    if exponent < -1023 {
        let least = f64::MIN_POSITIVE;
        return least * hypot_of_pairs(x / least, y / least);
    }
    let by = scale(1.0, f64::from(-exponent));
    let (mut sum, mut rest, mut other) = (1.0, 0.0, 0.0);
    let mut add_square = |part: f64, sign: f64| {
        let product = sign * part * part;
        let (high, low) = halves(part);
        rest += sign * (low * low - ((part * part - high * high) - 2.0 * high * low));
        let before = sum;
        sum += product;
        other += product - (sum - before);
        sum - 1.0 + (rest + other)
    };
    add_square(x * by, 1.0);
    let length = add_square(y * by, 1.0).sqrt();
    let error = add_square(length, -1.0);
    (length + error / (2.0 * length)) / by
}

/// The parameter of Lanczos's approximation, and it without a half.
const G: f64 = 6.02468004077673;
const G_LESS: f64 = 5.52468004077673;

/// The rational function of Lanczos's approximation for 13 terms: numerator and denominator from the
/// constant term on.
const NUMERATOR: [f64; 13] = [
    23531376880.41076,
    42919803642.6491,
    35711959237.35567,
    17921034426.03721,
    6039542586.352028,
    1439720407.3117216,
    248874557.86205417,
    31426415.585400194,
    2876370.6289353725,
    186056.26539522348,
    8071.672002365816,
    210.82427775157936,
    2.5066282746310002,
];
const DENOMINATOR: [f64; 13] = [
    0.0,
    39916800.0,
    120543840.0,
    150917976.0,
    105258076.0,
    45995730.0,
    13339535.0,
    2637558.0,
    357423.0,
    32670.0,
    1925.0,
    66.0,
    1.0,
];

fn lanczos(x: f64) -> f64 {
    let terms = NUMERATOR.iter().zip(&DENOMINATOR);
    let (mut above, mut below) = (0.0, 0.0);
    if x < 5.0 {
        for (a, b) in terms.rev() {
            above = above * x + a;
            below = below * x + b;
        }
    } else {
        for (a, b) in terms {
            above = above / x + a;
            below = below / x + b;
        }
    }
    above / below
}

/// The sine of a number by pi, which is not infinite.
fn sine_of_pi(x: f64) -> f64 {
    let y = x.abs() % 2.0;
    let size = match (2.0 * y).round() as i32 {
        0 => (PI * y).sin(),
        1 => (PI * (y - 0.5)).cos(),
        2 => (PI * (1.0 - y)).sin(),
        3 => -(PI * (y - 1.5)).cos(),
        _ => (PI * (y - 2.0)).sin(),
    };
    1f64.copysign(x) * size
}

/// `math.gamma`
pub fn gamma(x: f64) -> f64 {
    if !x.is_finite() {
        return if x > 0.0 { x } else { f64::NAN };
    }
    if x == x.floor() {
        if x <= 0.0 {
            return if x == 0.0 { 1.0 / x } else { f64::NAN };
        }
        if x <= 23.0 {
            return (1..x as u64).map(|factor| factor as f64).product();
        }
    }
    let size = x.abs();
    if size < 1e-20 {
        return 1.0 / x;
    }
    if size > 200.0 {
        return if x < 0.0 { 0.0 / sine_of_pi(x) } else { f64::INFINITY };
    }
    let y = size + G_LESS;
    let lost = if size > G_LESS { (y - size) - G_LESS } else { (y - G_LESS) - size };
    let lost = lost * G / y;
    let by = |value: f64, power: &dyn Fn(f64, f64) -> f64| match size < 140.0 {
        true => power(value, y.powf(size - 0.5)),
        false => {
            let root = y.powf(size / 2.0 - 0.25);
            power(power(value, root), root)
        }
    };
    if x < 0.0 {
        let value = -PI / sine_of_pi(size) / size * y.exp() / lanczos(size);
        return by(value - lost * value, &|a, b| a / b);
    }
    let value = lanczos(size) / y.exp();
    by(value + lost * value, &|a, b| a * b)
}

/// The logarithm of pi.
const LOG_OF_PI: f64 = 1.1447298858494002;

/// `math.lgamma`
pub fn log_gamma(x: f64) -> f64 {
    if !x.is_finite() {
        return if x.is_nan() { x } else { f64::INFINITY };
    }
    if x == x.floor() && x <= 2.0 {
        return if x <= 0.0 { f64::INFINITY } else { 0.0 };
    }
    let size = x.abs();
    if size < 1e-20 {
        return -size.ln();
    }
    let mut result = lanczos(size).ln() - G;
    result += (size - 0.5) * ((size + G - 0.5).ln() - 1.0);
    if x < 0.0 {
        return LOG_OF_PI - sine_of_pi(size).abs().ln() - size.ln() - result;
    }
    result
}

/// The real part of `cmath.log(complex(x, y))`.
pub fn log_of_length(x: f64, y: f64) -> f64 {
    let (x, y) = (x.abs(), y.abs());
    let least = f64::MIN_POSITIVE;
    if x > f64::MAX / 4.0 || y > f64::MAX / 4.0 {
        return (x / 2.0).hypot(y / 2.0).ln() + LN_2;
    }
    if x < least && y < least {
        return (x * EXACT).hypot(y * EXACT).ln() - 53.0 * LN_2;
    }
    let length = x.hypot(y);
    if (0.71..=1.73).contains(&length) {
        let (large, small) = if x > y { (x, y) } else { (y, x) };
        return ((large - 1.0) * (large + 1.0) + small * small).ln_1p() / 2.0;
    }
    length.ln()
}

/// The larger part of `cmath.sqrt(complex(x, y))`, without its sign.
pub fn root_of_length(x: f64, y: f64) -> f64 {
    let (x, y) = (x.abs(), y.abs());
    let least = f64::MIN_POSITIVE;
    if x < least && y < least && (x > 0.0 || y > 0.0) {
        let x = x * EXACT;
        return scale((x + x.hypot(y * EXACT)).sqrt(), -27.0);
    }
    let x = x / 8.0;
    2.0 * (x + x.hypot(y / 8.0)).sqrt()
}
