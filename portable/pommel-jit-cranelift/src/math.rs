//! Functions of the C library, by address: those of this process, which Python's `math` calls as well.

use pommel_jit::ir::compute;
use pommel_jit::ir::op::Math;

macro_rules! library {
    ($( $name:ident $function:ident ($($arg:ident)*); )*) => {
        unsafe extern "C" {
            $( fn $function($($arg: f64),*) -> f64; )*
        }

        /// Where a function is.
        pub(crate) fn address(of: Math) -> usize {
            match of {
                $( Math::$name => $function as *const () as usize, )*
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
}

/// What [`pommel_jit::ir::Op::IGcd`] is.
pub(crate) extern "C" fn gcd(x: i64, y: i64) -> i64 {
    compute::greatest_common_divisor(x, y)
}

/// What [`pommel_jit::ir::Op::ISqrt`] is.
pub(crate) extern "C" fn isqrt(x: i64) -> i64 {
    compute::square_root(x)
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
