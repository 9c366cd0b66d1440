//! Every function, on every instruction set that the machine has, against true values.
//!
//! Double precision: `golden.bin`, made by `scripts/golden.py` with MPFR. Single precision: the
//! platform's functions of double precision, which are right to far beyond it.

use super::{Binary, Pole, Unary};
use super::{binary_f32_for, binary_f64_for, unary_f32_for, unary_f64_for};
use crate::kernels::isa::Isa;

/// The true values of one function in double precision.
struct Golden {
    name: String,
    operands: Vec<Vec<f64>>,
    values: Vec<f64>,
    rests: Vec<f64>,
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

fn golden() -> Vec<Golden> {
    let mut bytes: &[u8] = include_bytes!("golden.bin");
    let mut all = Vec::new();
    while !bytes.is_empty() {
        let length = take(&mut bytes, 1)[0] as usize;
        let name = String::from_utf8(take(&mut bytes, length).to_vec()).unwrap();
        let arity = take(&mut bytes, 1)[0] as usize;
        let count = u32::from_le_bytes(take(&mut bytes, 4).try_into().unwrap());
        let mut golden = Golden {
            name,
            operands: vec![Vec::new(); arity],
            values: Vec::new(),
            rests: Vec::new(),
        };
        for _ in 0..count {
            for column in &mut golden.operands {
                column.push(take_f64(&mut bytes));
            }
            golden.values.push(take_f64(&mut bytes));
            golden.rests.push(take_f64(&mut bytes));
        }
        all.push(golden);
    }
    all
}

fn available() -> Vec<Isa> {
    Isa::ALL.into_iter().filter(|set| set.is_available()).collect()
}

/// The unit in the last place of a finite number with `digits` bits and a least exponent.
fn unit(value: f64, digits: i32, least: i32) -> f64 {
    let exponent = if value == 0.0 { least } else { exponent(value) + 1 - digits };
    // In two steps, since the least of them has no inverse in range.
    let exponent = exponent.max(least);
    2.0_f64.powi(exponent / 2) * 2.0_f64.powi(exponent - exponent / 2)
}

/// The exponent of the leading bit.
fn exponent(value: f64) -> i32 {
    let (scaled, shift) =
        if value.abs() < f64::MIN_POSITIVE { (value * 2.0_f64.powi(60), 60) } else { (value, 0) };
    ((scaled.to_bits() >> 52) & 0x7ff) as i32 - 1023 - shift
}

/// The error of `got` for the true value `value`, and `rest` units more, in units of double
/// precision.
fn error_f64(got: f64, value: f64, rest: f64) -> f64 {
    let unit = unit(value, 53, -1074);
    if got.is_infinite() {
        return if value.abs() == f64::MAX { 1.0 } else { f64::INFINITY };
    }
    ((got - value) / unit - rest).abs()
}

/// The error of `got` for the true value `value`, in units of single precision.
fn error_f32(got: f32, value: f64) -> f64 {
    if value.is_nan() || got.is_nan() {
        return if value.is_nan() && got.is_nan() { 0.0 } else { f64::INFINITY };
    }
    let limit = 2.0_f64.powi(128);
    if got.is_infinite() || value.abs() >= limit {
        let unit = 2.0_f64.powi(104);
        let size = if got.is_infinite() { limit } else { f64::from(got.abs()) };
        let same = (got < 0.0) == (value < 0.0);
        return if same { (size - value.abs().min(limit)).abs() / unit } else { f64::INFINITY };
    }
    (f64::from(got) - value).abs() / unit(value, 24, -149)
}

#[test]
fn double_precision_is_within_a_unit() {
    for golden in golden() {
        let count = golden.values.len();
        assert!(count > 100, "{}: {count} true values", golden.name);
        for set in available() {
            let mut got = vec![0.0; count];
            if let Some(&which) = Unary::ALL.iter().find(|which| which.name() == golden.name) {
                unary_f64_for(which, set)(&golden.operands[0], &mut got);
            } else {
                let which = Binary::ALL.iter().find(|which| which.name() == golden.name).unwrap();
                binary_f64_for(*which, set)(&golden.operands[0], &golden.operands[1], &mut got);
            }
            let mut worst = (0.0, 0);
            for (index, &result) in got.iter().enumerate() {
                let error = error_f64(result, golden.values[index], golden.rests[index]);
                if error.is_nan() || error > worst.0 {
                    worst = (error, index);
                }
            }
            let (error, index) = worst;
            let operands: Vec<f64> = golden.operands.iter().map(|column| column[index]).collect();
            println!("{:10} {set:?}: {error:.3} at {operands:?}", golden.name);
            assert!(
                error <= 1.0,
                "{} {set:?} of {operands:?}: {}, {error} units off",
                golden.name,
                got[index]
            );
        }
    }
}

#[test]
fn every_function_has_true_values() {
    let names: Vec<String> = golden().into_iter().map(|golden| golden.name).collect();
    let table = Unary::ALL
        .iter()
        .map(|which| which.name())
        .chain(Binary::ALL.iter().map(|which| which.name()));
    assert_eq!(names, table.collect::<Vec<_>>());
}

/// A generator of bits (Vigna's splitmix64), the same at each run.
struct Random(u64);

impl Random {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From minus to plus the limit.
    fn within(&mut self, limit: f64) -> f64 {
        ((self.bits() >> 11) as f64 / 2.0_f64.powi(52) - 1.0) * limit
    }

    /// A number of single precision: any, or of a size where functions are interesting.
    fn single(&mut self, index: usize) -> f32 {
        match index % 4 {
            0 => f32::from_bits(self.bits() as u32),
            1 => self.within(2.0) as f32,
            2 => self.within(110.0) as f32,
            _ => 2.0_f64.powf(self.within(25.0)) as f32,
        }
    }
}

/// The function of double precision that the platform has.
fn platform_unary(which: Unary, x: f64) -> f64 {
    match which {
        Unary::Exp => x.exp(),
        Unary::Exp2 => x.exp2(),
        Unary::Expm1 => x.exp_m1(),
        Unary::Log => x.ln(),
        Unary::Log2 => x.log2(),
        Unary::Log10 => x.log10(),
        Unary::Log1p => x.ln_1p(),
        Unary::Sin => x.sin(),
        Unary::Cos => x.cos(),
        Unary::Tan => x.tan(),
        Unary::Asin => x.asin(),
        Unary::Acos => x.acos(),
        Unary::Atan => x.atan(),
        Unary::Sinh => x.sinh(),
        Unary::Cosh => x.cosh(),
        Unary::Tanh => x.tanh(),
        Unary::Asinh => asinh(x),
        Unary::Acosh => acosh(x),
        Unary::Atanh => atanh(x),
        Unary::Cbrt => x.cbrt(),
    }
}

/// The standard library's own inverses are not accurate for small and large arguments.
fn asinh(x: f64) -> f64 {
    let size = x.abs();
    let value = (size + size * size / (1.0 + size.hypot(1.0))).ln_1p();
    if x.is_finite() { value.copysign(x) } else { x }
}

fn acosh(x: f64) -> f64 {
    let offset = x - 1.0;
    if x < 1.0 { f64::NAN } else { (offset + (offset * (x + 1.0)).sqrt()).ln_1p() }
}

fn atanh(x: f64) -> f64 {
    let size = x.abs();
    ((2.0 * size / (1.0 - size)).ln_1p() / 2.0).copysign(x)
}

fn logaddexp(x: f64, y: f64) -> f64 {
    if x.is_nan() || y.is_nan() {
        f64::NAN
    } else if x == y {
        x + 2.0_f64.ln()
    } else {
        x.max(y) + (x.min(y) - x.max(y)).exp().ln_1p()
    }
}

fn platform_binary(which: Binary, x: f64, y: f64) -> f64 {
    match which {
        Binary::Pow => x.powf(y),
        Binary::Atan2 => x.atan2(y),
        Binary::Hypot => x.hypot(y),
        Binary::Logaddexp => logaddexp(x, y),
    }
}

/// Fails with the operands unless every result is within a unit.
fn check_single(name: &str, set: Isa, got: &[f32], value: impl Fn(usize) -> (f64, String)) {
    let mut worst = 0.0;
    for (index, &result) in got.iter().enumerate() {
        let (value, operands) = value(index);
        let error = error_f32(result, value);
        assert!(error <= 1.0, "{name} {set:?} of {operands}: {result}, {error} units off {value}");
        worst = error.max(worst);
    }
    println!("{name:10} {set:?}: {worst:.3}");
}

const SINGLES: usize = 8_000;

#[test]
fn single_precision_is_within_a_unit() {
    let mut random = Random(1);
    let x: Vec<f32> = (0..SINGLES).map(|index| random.single(index)).collect();
    let y: Vec<f32> = (0..SINGLES).map(|index| random.single(index / 4)).collect();
    let mut got = vec![0.0; SINGLES];
    for set in available() {
        for &which in Unary::ALL {
            unary_f32_for(which, set)(&x, &mut got);
            let value =
                |index: usize| (platform_unary(which, x[index].into()), format!("{:e}", x[index]));
            check_single(which.name(), set, &got, value);
        }
        for &which in Binary::ALL {
            binary_f32_for(which, set)(&x, &y, &mut got);
            let value = |index: usize| {
                let value = platform_binary(which, x[index].into(), y[index].into());
                (value, format!("{:e}, {:e}", x[index], y[index]))
            };
            check_single(which.name(), set, &got, value);
        }
    }
}

type UnaryRow = (Unary, &'static [(f64, f64)]);
type BinaryRow = (Binary, &'static [(f64, f64, f64)]);

/// Operands and results that C99 prescribes (annex F), and their reflections.
const SPECIAL_UNARY: &[UnaryRow] = {
    const INF: f64 = f64::INFINITY;
    const NAN: f64 = f64::NAN;
    const PI: f64 = std::f64::consts::PI;
    &[
        (
            Unary::Exp,
            &[(0.0, 1.0), (-0.0, 1.0), (INF, INF), (-INF, 0.0), (1e300, INF), (-1e300, 0.0)],
        ),
        (
            Unary::Exp2,
            &[
                (0.0, 1.0),
                (-0.0, 1.0),
                (INF, INF),
                (-INF, 0.0),
                (1024.0, INF),
                (-1e300, 0.0),
                (10.0, 1024.0),
            ],
        ),
        (
            Unary::Expm1,
            &[(0.0, 0.0), (-0.0, -0.0), (INF, INF), (-INF, -1.0), (1e300, INF), (-1e300, -1.0)],
        ),
        (
            Unary::Log,
            &[
                (0.0, -INF),
                (-0.0, -INF),
                (1.0, 0.0),
                (-1.0, NAN),
                (INF, INF),
                (-INF, NAN),
                (-1e-310, NAN),
            ],
        ),
        (
            Unary::Log2,
            &[
                (0.0, -INF),
                (-0.0, -INF),
                (1.0, 0.0),
                (-1.0, NAN),
                (INF, INF),
                (-INF, NAN),
                (8.0, 3.0),
            ],
        ),
        (
            Unary::Log10,
            &[
                (0.0, -INF),
                (-0.0, -INF),
                (1.0, 0.0),
                (-1.0, NAN),
                (INF, INF),
                (-INF, NAN),
                (1000.0, 3.0),
            ],
        ),
        (
            Unary::Log1p,
            &[(0.0, 0.0), (-0.0, -0.0), (-1.0, -INF), (-2.0, NAN), (INF, INF), (-INF, NAN)],
        ),
        (Unary::Sin, &[(0.0, 0.0), (-0.0, -0.0), (INF, NAN), (-INF, NAN)]),
        (Unary::Cos, &[(0.0, 1.0), (-0.0, 1.0), (INF, NAN), (-INF, NAN)]),
        (Unary::Tan, &[(0.0, 0.0), (-0.0, -0.0), (INF, NAN), (-INF, NAN)]),
        (
            Unary::Asin,
            &[
                (0.0, 0.0),
                (-0.0, -0.0),
                (1.0, PI / 2.0),
                (-1.0, -PI / 2.0),
                (1.5, NAN),
                (-1.5, NAN),
                (INF, NAN),
            ],
        ),
        (
            Unary::Acos,
            &[
                (1.0, 0.0),
                (-1.0, PI),
                (0.0, PI / 2.0),
                (-0.0, PI / 2.0),
                (1.5, NAN),
                (-1.5, NAN),
                (INF, NAN),
                (-INF, NAN),
            ],
        ),
        (
            Unary::Atan,
            &[
                (0.0, 0.0),
                (-0.0, -0.0),
                (INF, PI / 2.0),
                (-INF, -PI / 2.0),
                (1.0, PI / 4.0),
                (1e300, PI / 2.0),
            ],
        ),
        (
            Unary::Sinh,
            &[(0.0, 0.0), (-0.0, -0.0), (INF, INF), (-INF, -INF), (1e300, INF), (-1e300, -INF)],
        ),
        (
            Unary::Cosh,
            &[(0.0, 1.0), (-0.0, 1.0), (INF, INF), (-INF, INF), (1e300, INF), (-1e300, INF)],
        ),
        (
            Unary::Tanh,
            &[(0.0, 0.0), (-0.0, -0.0), (INF, 1.0), (-INF, -1.0), (1e300, 1.0), (-1e300, -1.0)],
        ),
        (Unary::Asinh, &[(0.0, 0.0), (-0.0, -0.0), (INF, INF), (-INF, -INF)]),
        (Unary::Acosh, &[(1.0, 0.0), (0.5, NAN), (-1.0, NAN), (0.0, NAN), (INF, INF), (-INF, NAN)]),
        (
            Unary::Atanh,
            &[
                (0.0, 0.0),
                (-0.0, -0.0),
                (1.0, INF),
                (-1.0, -INF),
                (1.5, NAN),
                (-1.5, NAN),
                (INF, NAN),
                (-INF, NAN),
            ],
        ),
        (
            Unary::Cbrt,
            &[(0.0, 0.0), (-0.0, -0.0), (INF, INF), (-INF, -INF), (27.0, 3.0), (-8.0, -2.0)],
        ),
    ]
};

/// The same for two operands.
const SPECIAL_BINARY: &[BinaryRow] = {
    const INF: f64 = f64::INFINITY;
    const NAN: f64 = f64::NAN;
    const PI: f64 = std::f64::consts::PI;
    &[
        (
            Binary::Pow,
            &[
                (0.0, -3.0, INF),
                (-0.0, -3.0, -INF),
                (0.0, -2.0, INF),
                (-0.0, -2.0, INF),
                (-0.0, -2.5, INF),
                (0.0, -INF, INF),
                (-0.0, -INF, INF),
                (0.0, 3.0, 0.0),
                (-0.0, 3.0, -0.0),
                (-0.0, 2.0, 0.0),
                (-0.0, 2.5, 0.0),
                (-1.0, INF, 1.0),
                (-1.0, -INF, 1.0),
                (1.0, NAN, 1.0),
                (1.0, INF, 1.0),
                (NAN, 0.0, 1.0),
                (NAN, -0.0, 1.0),
                (INF, 0.0, 1.0),
                (0.0, 0.0, 1.0),
                (NAN, 1.0, NAN),
                (2.0, NAN, NAN),
                (-8.0, 1.5, NAN),
                (-1e-310, 0.5, NAN),
                (0.5, -INF, INF),
                (-0.5, -INF, INF),
                (2.0, -INF, 0.0),
                (0.5, INF, 0.0),
                (-2.0, INF, INF),
                (-INF, -3.0, -0.0),
                (-INF, -2.0, 0.0),
                (-INF, -2.5, 0.0),
                (-INF, 3.0, -INF),
                (-INF, 2.0, INF),
                (-INF, 2.5, INF),
                (INF, -1.0, 0.0),
                (INF, 1.0, INF),
                (2.0, 3.0, 8.0),
                (-2.0, 3.0, -8.0),
                (-2.0, 2.0, 4.0),
                (10.0, 5.0, 100_000.0),
                (2.0, 1e30, INF),
                (2.0, -1e30, 0.0),
                (-2.0, 1e30, INF),
                (-3.0, -1e30, 0.0),
                (-1.0, 1e30, 1.0),
                (4.0, 0.5, 2.0),
            ],
        ),
        (
            Binary::Atan2,
            &[
                (0.0, -0.0, PI),
                (-0.0, -0.0, -PI),
                (0.0, 0.0, 0.0),
                (-0.0, 0.0, -0.0),
                (0.0, -1.0, PI),
                (-0.0, -1.0, -PI),
                (0.0, 1.0, 0.0),
                (-0.0, 1.0, -0.0),
                (-1.0, 0.0, -PI / 2.0),
                (1.0, 0.0, PI / 2.0),
                (1.0, -0.0, PI / 2.0),
                (1.0, -INF, PI),
                (-1.0, -INF, -PI),
                (1.0, INF, 0.0),
                (-1.0, INF, -0.0),
                (INF, 1.0, PI / 2.0),
                (-INF, -1.0, -PI / 2.0),
                (INF, -INF, 3.0 * PI / 4.0),
                (-INF, -INF, -3.0 * PI / 4.0),
                (INF, INF, PI / 4.0),
                (-INF, INF, -PI / 4.0),
                (NAN, 1.0, NAN),
                (1.0, NAN, NAN),
                (1.0, 1.0, PI / 4.0),
                (1.0, -1.0, 3.0 * PI / 4.0),
            ],
        ),
        (
            Binary::Hypot,
            &[
                (INF, NAN, INF),
                (NAN, -INF, INF),
                (-INF, 1.0, INF),
                (NAN, 1.0, NAN),
                (1.0, NAN, NAN),
                (0.0, -0.0, 0.0),
                (-0.0, -0.0, 0.0),
                (3.0, -4.0, 5.0),
                (0.0, -7.0, 7.0),
            ],
        ),
        (
            Binary::Logaddexp,
            &[
                (INF, 1.0, INF),
                (INF, -INF, INF),
                (INF, INF, INF),
                (-INF, -INF, -INF),
                (-INF, 2.0, 2.0),
                (NAN, 1.0, NAN),
                (1.0, NAN, NAN),
                (NAN, INF, NAN),
                (-INF, NAN, NAN),
                (0.0, 0.0, std::f64::consts::LN_2),
                (1e300, 1e300, 1e300),
                (-1e300, 1.0, 1.0),
            ],
        ),
    ]
};

/// Fails unless both are NaN, or equal with equal signs of zero.
fn check_special(name: &str, set: Isa, operands: &[f64], got: f64, want: f64) {
    let same = (got.is_nan() && want.is_nan())
        || (got == want && got.is_sign_negative() == want.is_sign_negative());
    assert!(same, "{name} {set:?} of {operands:?}: {got} instead of {want}");
}

/// Whether a number is of about the same size in single precision.
fn is_single(x: f64) -> bool {
    !x.is_finite() || x == 0.0 || (x.abs() > 1e-30 && x.abs() < 1e30)
}

#[test]
fn special_values_are_those_of_annex_f() {
    assert_eq!(SPECIAL_UNARY.len(), Unary::ALL.len());
    for set in available() {
        for &(which, rows) in SPECIAL_UNARY {
            for &(x, want) in rows.iter().chain(&[(f64::NAN, f64::NAN)]) {
                // In the middle of a vector, and at the end.
                let mut got = [0.0; 7];
                unary_f64_for(which, set)(&[1.0, x, 0.5, 2.0, 1.0, 0.5, x], &mut got);
                check_special(which.name(), set, &[x], got[1], want);
                check_special(which.name(), set, &[x], got[6], want);
                let mut got = [0.0; 9];
                unary_f32_for(which, set)(&[x as f32; 9], &mut got);
                if is_single(x) {
                    check_special(which.name(), set, &[x], got[0].into(), (want as f32).into());
                    check_special(which.name(), set, &[x], got[8].into(), (want as f32).into());
                }
            }
        }
    }
}

#[test]
fn special_values_of_two_operands_are_those_of_annex_f() {
    assert_eq!(SPECIAL_BINARY.len(), Binary::ALL.len());
    for set in available() {
        for &(which, rows) in SPECIAL_BINARY {
            for &(x, y, want) in rows {
                let mut got = [0.0; 7];
                binary_f64_for(which, set)(&[x; 7], &[y; 7], &mut got);
                check_special(which.name(), set, &[x, y], got[1], want);
                check_special(which.name(), set, &[x, y], got[6], want);
                let mut got = [0.0; 9];
                binary_f32_for(which, set)(&[x as f32; 9], &[y as f32; 9], &mut got);
                if is_single(x) && is_single(y) {
                    check_special(which.name(), set, &[x, y], got[0].into(), (want as f32).into());
                    check_special(which.name(), set, &[x, y], got[8].into(), (want as f32).into());
                }
            }
        }
    }
}

#[test]
fn conditions_are_found_from_results() {
    // What a result that is infinite means: a row for every function with such a result.
    for &which in Unary::ALL {
        let x = [0.0, -0.0, 1.0, -1.0, f64::MAX, -f64::MAX, 1e-320, 710.5];
        let mut got = [0.0; 8];
        super::unary_f64(which)(&x, &mut got);
        let infinite = got.iter().any(|value| value.is_infinite());
        assert_eq!(infinite, which.pole() != Pole::None, "{}: {got:?}", which.name());
    }
    let mut got = [0.0; 2];
    super::binary_f64(Binary::Pow)(&[0.0, 10.0], &[-1.0, 400.0], &mut got);
    assert_eq!(got, [f64::INFINITY; 2]);
    assert_eq!(Binary::Pow.pole(), Pole::Power);
}

#[test]
fn results_do_not_depend_on_place_or_length() {
    let mut random = Random(2);
    let x: Vec<f64> = (0..600).map(|_| random.within(40.0)).collect();
    for set in available() {
        for &which in Unary::ALL {
            let mut whole = vec![0.0; x.len()];
            unary_f64_for(which, set)(&x, &mut whole);
            for (start, length) in [(1, 1), (3, 2), (5, 7), (250, 13), (257, 300), (0, 0)] {
                let mut part = vec![0.0; length];
                unary_f64_for(which, set)(&x[start..start + length], &mut part);
                let same = part
                    .iter()
                    .zip(&whole[start..])
                    .all(|(a, b)| a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan());
                assert!(same, "{} {set:?} from {start}", which.name());
            }
        }
    }
}

#[test]
#[should_panic(expected = "one length")]
fn lengths_must_agree() {
    super::unary_f64(Unary::Exp)(&[1.0, 2.0], &mut [0.0]);
}
