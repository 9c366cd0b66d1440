//! Functions of the C library over slices, one element after the other.

use crate::kernels::isa::Isa;
use crate::kernels::math::{Binary, BinaryLoop, Unary, UnaryLoop};

macro_rules! loops {
    ($($which:ident => $method:ident,)*) => {
        /// The function; `None` where the standard library of Rust has one of its own.
        pub(super) fn unary(which: Unary) -> Option<UnaryLoop<f64>> {
            match which {
                $(Unary::$which => Some(|src, dst| {
                    src.iter().zip(dst).for_each(|(x, result)| *result = x.$method());
                }),)*
                _ => None,
            }
        }
    };
}

loops! {
    Exp => exp,
    Expm1 => exp_m1,
    Log => ln,
    Log2 => log2,
    Log10 => log10,
    Log1p => ln_1p,
    Sin => sin,
    Cos => cos,
    Tan => tan,
    Asin => asin,
    Acos => acos,
    Atan => atan,
    Sinh => sinh,
    Cosh => cosh,
    Tanh => tanh,
}

/// As [`unary`].
pub(super) fn binary(which: Binary) -> Option<BinaryLoop<f64>> {
    fn each(x: &[f64], y: &[f64], dst: &mut [f64], function: impl Fn(f64, f64) -> f64) {
        x.iter().zip(y).zip(dst).for_each(|((x, y), result)| *result = function(*x, *y));
    }
    match which {
        Binary::Pow => Some(|x, y, dst| each(x, y, dst, f64::powf)),
        Binary::Atan2 => Some(|x, y, dst| each(x, y, dst, f64::atan2)),
        _ => None,
    }
}

/// `pow(x, 2)`.
pub(super) fn square() -> UnaryLoop<f64> {
    #[cfg(all(
        target_arch = "x86_64",
        target_os = "linux",
        any(target_env = "gnu", target_env = "musl")
    ))]
    if Isa::best() >= Isa::Avx2 {
        return near::square;
    }
    let _ = Isa::best;
    |src, dst| src.iter().zip(dst).for_each(|(x, result)| *result = power(*x))
}

/// The C library's `pow(x, 2)`, which the compiler would make a product.
#[inline(never)]
fn power(x: f64) -> f64 {
    x.powf(std::hint::black_box(2.0))
}

#[cfg(all(
    target_arch = "x86_64",
    target_os = "linux",
    any(target_env = "gnu", target_env = "musl")
))]
mod near {
    //! Products where they are what `pow` gives: it errs by less than 0.515 units in the last place
    //! there, so that a product that is less than 0.485 units away from the square is its result.
    //! The compiler of functions reasons likewise (`squares.rs` of its back end).

    /// A product is near if it is still the same with so many times its rest added.
    const TIMES: f64 = 0.5 / 0.485;
    /// Between these powers the bound holds.
    const LEAST: f64 = f64::from_bits((1023 - 100) << 52);
    const MOST: f64 = f64::from_bits((1023 + 100) << 52);

    #[target_feature(enable = "avx2,fma")]
    fn products(src: &[f64], dst: &mut [f64]) {
        for (result, &x) in dst.iter_mut().zip(src) {
            let product = x * x;
            let rest = x.mul_add(x, -product);
            let is_near = product + rest * TIMES == product && (LEAST..MOST).contains(&product);
            // What is not near is told by a sign that no square has.
            *result = if is_near { product } else { -1.0 };
        }
    }

    pub(super) fn square(src: &[f64], dst: &mut [f64]) {
        // SAFETY: this is given away only where the processor has the features.
        unsafe { products(src, dst) };
        for (result, &x) in dst.iter_mut().zip(src) {
            if *result < 0.0 {
                *result = super::power(x);
            }
        }
    }
}
