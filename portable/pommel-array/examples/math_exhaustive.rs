//! Compares functions of single precision with the platform's of double precision, for all 2^32
//! operands: `cargo run --release -p pommel-array --example math_exhaustive -- exp sin`.
//!
//! It prints the largest error in units of the last place and fails if one is above one. A function
//! takes a minute or two.

use pommel_array::kernels::math::{Unary, unary_f32};

/// The platform's function, where that is good enough to judge by.
fn platform(which: Unary) -> Option<fn(f64) -> f64> {
    Some(match which {
        Unary::Exp => f64::exp,
        Unary::Exp2 => f64::exp2,
        Unary::Expm1 => f64::exp_m1,
        Unary::Log => f64::ln,
        Unary::Log2 => f64::log2,
        Unary::Log10 => f64::log10,
        Unary::Log1p => f64::ln_1p,
        Unary::Sin => f64::sin,
        Unary::Cos => f64::cos,
        Unary::Tan => f64::tan,
        Unary::Asin => f64::asin,
        Unary::Acos => f64::acos,
        Unary::Atan => f64::atan,
        Unary::Sinh => f64::sinh,
        Unary::Cosh => f64::cosh,
        Unary::Tanh => f64::tanh,
        Unary::Cbrt => f64::cbrt,
        // The standard library computes these from others, and not as accurately.
        Unary::Asinh | Unary::Acosh | Unary::Atanh => return None,
    })
}

/// The error of a result in units of the last place of the true value.
fn error(got: f32, value: f64) -> f64 {
    if value.is_nan() || got.is_nan() {
        return if value.is_nan() && got.is_nan() { 0.0 } else { f64::INFINITY };
    }
    // Infinity stands for the first number that is too large.
    let limit = 2.0_f64.powi(128);
    let got = f64::from(got).clamp(-limit, limit);
    let value = value.clamp(-limit, limit);
    let exponent = ((value.abs().to_bits() >> 52) as i32 - 1023).clamp(-126, 127);
    (got - value).abs() / f64::from_bits(((exponent - 23 + 1023) as u64) << 52)
}

fn main() {
    let names: Vec<String> = std::env::args().skip(1).collect();
    for &which in Unary::ALL.iter().filter(|which| names.iter().any(|name| name == which.name())) {
        let Some(platform) = platform(which) else {
            panic!("{} has no platform's function to be compared with", which.name());
        };
        let (mut worst, mut place) = (0.0, 0.0);
        let mut got = vec![0.0; 1 << 16];
        for high in 0..1_u32 << 16 {
            let x: Vec<f32> =
                (0..1_u32 << 16).map(|low| f32::from_bits(high << 16 | low)).collect();
            unary_f32(which)(&x, &mut got);
            for (&x, &result) in x.iter().zip(&got) {
                let error = error(result, platform(x.into()));
                if error > worst {
                    (worst, place) = (error, x);
                }
            }
        }
        println!("{:6} {worst:.4} units at {place:e}", which.name());
        assert!(worst <= 1.0, "{} is more than a unit off", which.name());
    }
}
