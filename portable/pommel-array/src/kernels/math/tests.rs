//! Every function, on every instruction set that the machine has, against true values.
//!
//! Double precision: `golden.bin`, made by `scripts/golden.py` with MPFR. Single precision: the
//! platform's functions of double precision, which are right to far beyond it.

use super::{Binary, InstructionSet, Pole, Unary};
use super::{binary_f32_for, binary_f64_for, unary_f32_for, unary_f64_for};

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

fn available() -> Vec<InstructionSet> {
    InstructionSet::ALL.into_iter().filter(|set| set.is_available()).collect()
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

/// The error of `got` for the true value `value + rest`, in units of double precision.
fn error_f64(got: f64, value: f64, rest: f64) -> f64 {
    let unit = unit(value, 53, -1074);
    if got.is_infinite() {
        return if value.abs() == f64::MAX { 1.0 } else { f64::INFINITY };
    }
    ((got - value) / unit - rest / unit).abs()
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

/// The standard library's own three are not accurate for small and large arguments.
fn asinh(x: f64) -> f64 {
    let size = x.abs();
    (size + size * size / (1.0 + size.hypot(1.0))).min(f64::MAX).ln_1p().copysign(if x.is_nan() {
        f64::NAN
    } else {
        x
    }) * if x.is_finite() { 1.0 } else { x.abs() }
}

fn acosh(x: f64) -> f64 {
    let offset = x - 1.0;
    (offset + (offset * (x + 1.0)).sqrt()).ln_1p()
}

fn atanh(x: f64) -> f64 {
    let size = x.abs();
    ((2.0 * size / (1.0 - size)).ln_1p() / 2.0).copysign(x)
}

fn platform_binary(which: Binary, x: f64, y: f64) -> f64 {
    match which {
        Binary::Pow => x.powf(y),
        Binary::Atan2 => x.atan2(y),
        Binary::Hypot => x.hypot(y),
        Binary::Logaddexp => {
            let (large, small) = (x.max(y), x.min(y));
            let sum = if x.is_nan() || y.is_nan() {
                f64::NAN
            } else {
                large + (small - large).exp().ln_1p()
            };
            if x == y || large.is_infinite() {
                large
                    + if x == y { 2.0_f64.ln() } else { 0.0 }
                    + (x + y) * 0.0_f64.min(if (x + y).is_nan() { f64::NAN } else { 0.0 })
            } else {
                sum
            }
        }
    }
}

/// Fails with the operands unless every result is within a unit.
fn check_single(
    name: &str,
    set: InstructionSet,
    got: &[f32],
    value: impl Fn(usize) -> (f64, String),
) {
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

/// All 2^32 numbers: `cargo test --release -p pommel-array exhaustive -- --ignored --nocapture`.
#[test]
#[ignore = "half a minute for each function in release mode; run by hand when one changes"]
fn exhaustive_single_precision() {
    let set = InstructionSet::best();
    for &which in Unary::ALL {
        for high in 0..1_u32 << 12 {
            let x: Vec<f32> =
                (0..1_u32 << 20).map(|low| f32::from_bits(high << 20 | low)).collect();
            let mut got = vec![0.0; x.len()];
            unary_f32_for(which, set)(&x, &mut got);
            for (&x, &result) in x.iter().zip(&got) {
                let error = error_f32(result, platform_unary(which, x.into()));
                assert!(error <= 1.0, "{} of {x:e}: {result}, {error} units off", which.name());
            }
        }
        println!("{} is within a unit", which.name());
    }
}
