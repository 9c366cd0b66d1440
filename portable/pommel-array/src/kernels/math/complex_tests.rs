//! The complex functions against true values (`golden_complex.bin`, made by
//! `scripts/golden_complex.py` with mpmath) and the special values of the standards.

use super::Unary;
use super::complex;
use num_complex::Complex;

type Number = Complex<f64>;

/// The function of a name.
fn function(name: &str) -> fn(Number) -> Number {
    match name {
        "sqrt" => complex::sqrt,
        "sign" => complex::sign,
        "square" => complex::square,
        "reciprocal" => complex::reciprocal,
        _ => {
            let which = Unary::ALL.iter().find(|which| which.name() == name).unwrap();
            complex::unary(*which).unwrap()
        }
    }
}

/// Takes bytes off the front.
fn take<'a>(bytes: &mut &'a [u8], count: usize) -> &'a [u8] {
    let (taken, rest) = bytes.split_at(count);
    *bytes = rest;
    taken
}

fn take_f64(bytes: &mut &[u8]) -> f64 {
    f64::from_le_bytes(take(bytes, 8).try_into().unwrap())
}

/// The distance in units of double precision at the size of `value`.
fn units(distance: f64, value: f64) -> f64 {
    distance.abs() / (value.abs() * f64::EPSILON)
}

#[test]
fn values_are_within_a_few_units() {
    let mut bytes: &[u8] = include_bytes!("golden_complex.bin");
    let mut functions = 0;
    while !bytes.is_empty() {
        let length = take(&mut bytes, 1)[0] as usize;
        let name = std::str::from_utf8(take(&mut bytes, length)).unwrap();
        let count = u32::from_le_bytes(take(&mut bytes, 4).try_into().unwrap());
        assert!(count > 50, "{name}: {count} true values");
        functions += 1;
        for _ in 0..count {
            let z = Number::new(take_f64(&mut bytes), take_f64(&mut bytes));
            let want = Number::new(take_f64(&mut bytes), take_f64(&mut bytes));
            let got = function(name)(z);
            let size = want.re.hypot(want.im);
            let whole = units((got.re - want.re).hypot(got.im - want.im), size);
            assert!(whole < 4.0, "{name} of {z}: {got} instead of {want}, {whole} units off");
            let parts = units(got.re - want.re, want.re).max(units(got.im - want.im, want.im));
            assert!(parts < 5.0 || name == "expm1", "{name} of {z}: {got} instead of {want}");
        }
    }
    assert_eq!(functions, 22);
}

const INF: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;
const PI: f64 = std::f64::consts::PI;

/// Operand and result; a NaN stands for any, and where the standards leave the sign of a zero or
/// infinity open, the row has what the code gives.
const SPECIAL: &[(&str, [f64; 2], [f64; 2])] = &[
    ("exp", [0.0, 0.0], [1.0, 0.0]),
    ("exp", [-0.0, -0.0], [1.0, -0.0]),
    ("exp", [1.0, INF], [NAN, NAN]),
    ("exp", [INF, 0.0], [INF, 0.0]),
    ("exp", [-INF, 1.0], [0.0, 0.0]),
    ("exp", [INF, 2.0], [-INF, INF]),
    ("exp", [-INF, INF], [0.0, 0.0]),
    ("exp", [INF, INF], [INF, NAN]),
    ("exp", [-INF, NAN], [0.0, 0.0]),
    ("exp", [INF, NAN], [INF, NAN]),
    ("exp", [NAN, 0.0], [NAN, 0.0]),
    ("exp", [NAN, 1.0], [NAN, NAN]),
    ("exp", [800.0, 1.0], [INF, INF]),
    ("expm1", [0.0, 0.0], [0.0, 0.0]),
    ("expm1", [-INF, INF], [-1.0, 0.0]),
    ("expm1", [INF, INF], [INF, NAN]),
    ("expm1", [-INF, 1.0], [-1.0, 0.0]),
    ("expm1", [1.0, INF], [NAN, NAN]),
    ("log", [-0.0, 0.0], [-INF, PI]),
    ("log", [0.0, -0.0], [-INF, -0.0]),
    ("log", [1.0, INF], [INF, PI / 2.0]),
    ("log", [-INF, 1.0], [INF, PI]),
    ("log", [-INF, INF], [INF, 3.0 * PI / 4.0]),
    ("log", [INF, NAN], [INF, NAN]),
    ("log", [NAN, -INF], [INF, NAN]),
    ("log", [1.0, NAN], [NAN, NAN]),
    ("log1p", [-1.0, 0.0], [-INF, 0.0]),
    ("log1p", [1.0, INF], [INF, PI / 2.0]),
    ("log1p", [0.0, -0.0], [0.0, -0.0]),
    ("sqrt", [-0.0, -0.0], [0.0, -0.0]),
    ("sqrt", [NAN, INF], [INF, INF]),
    ("sqrt", [-INF, 1.0], [0.0, INF]),
    ("sqrt", [INF, -1.0], [INF, -0.0]),
    ("sqrt", [-INF, NAN], [NAN, INF]),
    ("sqrt", [INF, NAN], [INF, NAN]),
    ("sqrt", [-4.0, 0.0], [0.0, 2.0]),
    ("sqrt", [-4.0, -0.0], [0.0, -2.0]),
    ("sinh", [0.0, INF], [0.0, NAN]),
    ("sinh", [0.0, NAN], [0.0, NAN]),
    ("sinh", [1.0, INF], [NAN, NAN]),
    ("sinh", [INF, 0.0], [INF, 0.0]),
    ("sinh", [INF, 2.0], [-INF, INF]),
    ("sinh", [INF, INF], [INF, NAN]),
    ("sinh", [NAN, 0.0], [NAN, 0.0]),
    ("cosh", [0.0, 0.0], [1.0, 0.0]),
    ("cosh", [0.0, INF], [NAN, 0.0]),
    ("cosh", [INF, 2.0], [-INF, INF]),
    ("cosh", [INF, INF], [INF, NAN]),
    ("cosh", [INF, NAN], [INF, NAN]),
    ("cosh", [NAN, 0.0], [NAN, 0.0]),
    ("tanh", [0.0, INF], [0.0, NAN]),
    ("tanh", [1.0, INF], [NAN, NAN]),
    ("tanh", [INF, 1.0], [1.0, 0.0]),
    ("tanh", [500.0, NAN], [NAN, NAN]),
    // The array API standard: C has the sign of the sine of twice the imaginary part.
    ("tanh", [INF, 2.0], [1.0, 0.0]),
    ("tanh", [-INF, 2.0], [-1.0, 0.0]),
    ("tanh", [INF, INF], [1.0, 0.0]),
    ("tanh", [INF, NAN], [1.0, 0.0]),
    ("tanh", [NAN, 0.0], [NAN, 0.0]),
    ("sin", [0.0, 0.0], [0.0, 0.0]),
    ("cos", [0.0, 0.0], [1.0, -0.0]),
    ("tan", [0.0, -0.0], [0.0, -0.0]),
    ("acos", [0.0, 0.0], [PI / 2.0, -0.0]),
    ("acos", [-0.0, NAN], [PI / 2.0, NAN]),
    ("acos", [1.0, INF], [PI / 2.0, -INF]),
    ("acos", [-INF, 1.0], [PI, -INF]),
    ("acos", [INF, 1.0], [0.0, -INF]),
    ("acos", [-INF, INF], [3.0 * PI / 4.0, -INF]),
    ("acos", [NAN, INF], [NAN, -INF]),
    ("acos", [2.0, NAN], [NAN, NAN]),
    ("acosh", [0.0, 0.0], [0.0, PI / 2.0]),
    ("acosh", [0.0, NAN], [NAN, PI / 2.0]),
    ("acosh", [-INF, INF], [INF, 3.0 * PI / 4.0]),
    ("acosh", [INF, NAN], [INF, NAN]),
    ("acosh", [NAN, INF], [INF, NAN]),
    ("asinh", [0.0, 0.0], [0.0, 0.0]),
    ("asinh", [1.0, INF], [INF, PI / 2.0]),
    ("asinh", [INF, 1.0], [INF, 0.0]),
    ("asinh", [INF, INF], [INF, PI / 4.0]),
    ("asinh", [INF, NAN], [INF, NAN]),
    ("asinh", [NAN, 0.0], [NAN, 0.0]),
    ("asinh", [NAN, INF], [INF, NAN]),
    ("atanh", [0.0, 0.0], [0.0, 0.0]),
    ("atanh", [0.0, NAN], [0.0, NAN]),
    ("atanh", [1.0, 0.0], [INF, 0.0]),
    ("atanh", [1.0, INF], [0.0, PI / 2.0]),
    ("atanh", [INF, 1.0], [0.0, PI / 2.0]),
    ("atanh", [INF, INF], [0.0, PI / 2.0]),
    ("atanh", [INF, NAN], [0.0, NAN]),
    ("atanh", [NAN, INF], [0.0, PI / 2.0]),
    ("atanh", [2.0, NAN], [NAN, NAN]),
    ("sign", [1e308, 0.0], [1.0, 0.0]),
    ("sign", [0.0, -5e-324], [0.0, -1.0]),
];

/// Whether two numbers are equal, with equal signs of zero, or both NaN.
fn same(a: f64, b: f64) -> bool {
    a.is_nan() && b.is_nan() || a == b && a.is_sign_negative() == b.is_sign_negative()
}

#[test]
fn special_values_are_those_of_the_standards() {
    let mut wrong = Vec::new();
    for &(name, [x, y], [re, im]) in SPECIAL {
        // All of these commute with reflection in the real axis; a NaN has no side of it.
        let signs: &[f64] = if y.is_nan() { &[1.0] } else { &[1.0, -1.0] };
        for &sign in signs {
            let got = function(name)(Number::new(x, sign * y));
            if !(same(got.re, re) && same(got.im, sign * im)) {
                wrong.push(format!("{name} of {x:?}, {:?}: {:?}, {:?}", sign * y, got.re, got.im));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn powers_are_those_of_numpy() {
    let z = Number::new(1.5, -2.0);
    assert_eq!(complex::pow(z, Number::new(0.0, 0.0)), Number::new(1.0, 0.0));
    assert_eq!(complex::pow(z, Number::new(2.0, 0.0)), Number::new(-1.75, -6.0));
    let inverse = complex::pow(z, Number::new(-1.0, 0.0));
    assert_eq!(inverse, complex::reciprocal(z));
    assert_eq!(complex::pow(Number::new(0.0, 0.0), Number::new(2.5, 1.0)), Number::new(0.0, 0.0));
    assert!(complex::pow(Number::new(0.0, 0.0), Number::new(-1.0, 0.0)).re.is_nan());
    // i^i = e^(-pi / 2)
    let i = Number::new(0.0, 1.0);
    let got = complex::pow(i, i);
    assert!((got.re - 0.20787957635076193).abs() < 1e-16 && got.im.abs() < 1e-16, "{got}");
}

#[test]
fn single_precision_rounds_double() {
    let got = complex::single(complex::exp, Complex::new(1.0_f32, 1.0));
    assert_eq!(got, Complex::new(1.468_694_f32, 2.287_355_3));
    assert_eq!(complex::abs(Number::new(3.0, -4.0)), 5.0);
    assert_eq!(complex::sign(Number::new(0.0, 0.0)), Number::new(0.0, 0.0));
}
