//! Functions of the C library, by address: those of this process, which Python's `math` calls as well.

use pommel_jit::ir::op::Math;
use pommel_jit::ir::{compute, library};

/// The address of a function of ours, as one of C.
macro_rules! in_c {
    ($function:path, $($arg:ident)*) => {{
        extern "C" fn in_c($($arg: f64),*) -> f64 {
            $function($($arg),*)
        }
        in_c as *const () as usize
    }};
}

macro_rules! library {
    ($( $name:ident $function:ident ($($arg:ident)*); )*) => {
        unsafe extern "C" {
            $( fn $function($($arg: f64),*) -> f64; )*
        }

        /// Where a function is.
        pub(crate) fn address(of: Math) -> usize {
            match of {
                $( Math::$name => $function as *const () as usize, )*
                Math::Degrees => in_c!(degrees, x),
                Math::Radians => in_c!(radians, x),
                Math::Gamma => in_c!(library::gamma, x),
                Math::LogGamma => in_c!(library::log_gamma, x),
                Math::RoundTo => in_c!(library::round_to, x y),
                Math::Scale => in_c!(library::scale, x y),
                Math::HypotOfRatios => in_c!(library::hypot_of_ratios, x y),
                Math::HypotOfHalves => in_c!(library::hypot_of_halves, x y),
                Math::HypotOfPairs => in_c!(library::hypot_of_pairs, x y),
                Math::LogOfLength => in_c!(library::log_of_length, x y),
                Math::RootOfLength => in_c!(library::root_of_length, x y),
            }
        }
    };
}

library! {
    Sin sin(x);
    Cos cos(x);
    Tan tan(x);
    Asin asin(x);
    Acos acos(x);
    Atan atan(x);
    Sinh sinh(x);
    Cosh cosh(x);
    Tanh tanh(x);
    Asinh asinh(x);
    Acosh acosh(x);
    Atanh atanh(x);
    Exp exp(x);
    Exp2 exp2(x);
    Expm1 expm1(x);
    Log log(x);
    Log2 log2(x);
    Log10 log10(x);
    Log1p log1p(x);
    Cbrt cbrt(x);
    Erf erf(x);
    Erfc erfc(x);
    Pow pow(x y);
    Atan2 atan2(x y);
    Fmod fmod(x y);
    Hypot hypot(x y);
    Remainder remainder(x y);
}

fn degrees(x: f64) -> f64 {
    x * library::DEGREES
}

fn radians(x: f64) -> f64 {
    x * library::RADIANS
}

/// What [`pommel_jit::ir::Op::IGcd`] is.
pub(crate) extern "C" fn gcd(x: i64, y: i64) -> i64 {
    compute::greatest_common_divisor(x, y)
}

/// What [`pommel_jit::ir::Op::ISqrt`] is.
pub(crate) extern "C" fn isqrt(x: i64) -> i64 {
    compute::square_root(x)
}

/// What [`pommel_jit::ir::Op::IPow`] is: whether it fits, and where it goes then.
pub(crate) extern "C" fn power(x: i64, y: i64, to: &mut i64) -> u8 {
    match library::power(x, y) {
        Some(result) => {
            *to = result;
            1
        }
        None => 0,
    }
}

/// What [`pommel_jit::ir::Op::IPowMod`] is.
pub(crate) extern "C" fn power_modulo(x: i64, y: i64, of: i64) -> i64 {
    library::power_modulo(x, y, of)
}

/// `sincos`, where it gives the bits of `sin` and of `cos`: in the GNU C library.
pub(crate) fn sincos() -> Option<usize> {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        unsafe extern "C" {
            fn sincos(x: f64, sine: *mut f64, cosine: *mut f64);
        }
        Some(sincos as *const () as usize)
    }
    #[cfg(not(all(target_os = "linux", target_env = "gnu")))]
    None
}

/// A way to round to an integer, for processors that have no instruction for it.
#[derive(Clone, Copy)]
pub(crate) enum Rounding {
    Floor,
    Ceil,
    Trunc,
    Nearest,
}

impl Rounding {
    /// Where a function that rounds is.
    pub(crate) fn address(self) -> usize {
        extern "C" fn floor(x: f64) -> f64 {
            x.floor()
        }
        extern "C" fn ceil(x: f64) -> f64 {
            x.ceil()
        }
        extern "C" fn trunc(x: f64) -> f64 {
            x.trunc()
        }
        extern "C" fn nearest(x: f64) -> f64 {
            x.round_ties_even()
        }
        let function: extern "C" fn(f64) -> f64 = match self {
            Rounding::Floor => floor,
            Rounding::Ceil => ceil,
            Rounding::Trunc => trunc,
            Rounding::Nearest => nearest,
        };
        function as usize
    }
}
