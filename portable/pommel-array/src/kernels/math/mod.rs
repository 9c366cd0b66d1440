//! Vector math: elementary functions over slices, at most one unit in the last place from the
//! true value, for every argument.
//!
//! | module | functions |
//! |---|---|
//! | `exp` | exp, exp2, expm1, sinh, cosh, tanh |
//! | `log` | log, log2, log10, log1p, asinh, acosh, atanh, logaddexp |
//! | `pow` | pow |
//! | `trig` | sin, cos, tan |
//! | `arc` | asin, acos, atan, atan2 |
//! | `root` | cbrt, hypot |
//! | [`complex`] | the functions of a complex number |
//!
//! Laws:
//!
//! * Every instruction set gives results within the bound; two of them may differ in the last bit.
//!   On one of them the result for an element does not depend on its place or its neighbours.
//! * NaN, infinities, zeros and their signs are those of C99, annex F.
//! * The status flags of the processor mean nothing afterwards. What NumPy warns of is found from
//!   the results: a NaN where no operand is one is an invalid operation; an infinite result of
//!   finite operands is what [`Pole`] says.

mod arc;
mod arith;
mod both;
mod coefficients;
pub mod complex;
#[cfg(test)]
mod complex_tests;
mod exp;
mod log;
mod pow;
mod root;
mod run;
mod table;
#[cfg(test)]
mod tests;
mod trig;

use super::isa::Isa;
pub use both::{BothLoop, sin_cos_for};
use run::{BinaryKernel, UnaryKernel, rare};
use table::for_each_math;

/// A function over a slice: `dst[i] = f(src[i])`.
///
/// It panics unless both have one length.
pub type UnaryLoop<T> = fn(&[T], &mut [T]);

/// A function over two slices: `dst[i] = f(x[i], y[i])`.
///
/// It panics unless all have one length.
pub type BinaryLoop<T> = fn(&[T], &[T], &mut [T]);

/// What it means that the result is infinite and all operands are finite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pole {
    /// It does not happen.
    None,
    /// The result was too large.
    Overflow,
    /// The function has a pole there: NumPy's "divide by zero".
    Divide,
    /// [`Pole::Divide`] where the first operand is zero, else [`Pole::Overflow`].
    Power,
}

macro_rules! define {
    (
        unary { $($unary:ident, $unary_name:ident, $um:ident::$ud:ident, $um1:ident::$us:ident,
            $ur:ident::$urd:ident, $ur1:ident::$urs:ident, $ur2:ident::$urare:ident, $unary_pole:ident, $unary_doc:literal;)* }
        binary { $($binary:ident, $binary_name:ident, $bm:ident::$bd:ident, $bm1:ident::$bs:ident,
            $br:ident::$brd:ident, $br1:ident::$brs:ident, $br2:ident::$brare:ident, $binary_pole:ident, $binary_doc:literal;)* }
    ) => {
        /// The functions of one operand.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Unary { $(#[doc = $unary_doc] $unary,)* }

        /// The functions of two operands.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Binary { $(#[doc = $binary_doc] $binary,)* }

        impl Unary {
            /// All of them.
            pub const ALL: &[Unary] = &[$(Unary::$unary,)*];

            /// The name, as NumPy has it.
            pub fn name(self) -> &'static str {
                match self { $(Unary::$unary => stringify!($unary_name),)* }
            }

            /// What an infinite result of finite operands is.
            pub fn pole(self) -> Pole {
                match self { $(Unary::$unary => Pole::$unary_pole,)* }
            }
        }

        impl Binary {
            /// All of them.
            pub const ALL: &[Binary] = &[$(Binary::$binary,)*];

            /// The name, as NumPy has it.
            pub fn name(self) -> &'static str {
                match self { $(Binary::$binary => stringify!($binary_name),)* }
            }

            /// What an infinite result of finite operands is.
            pub fn pole(self) -> Pole {
                match self { $(Binary::$binary => Pole::$binary_pole,)* }
            }
        }

        /// A type for each function, that the loops are compiled for.
        mod kernel {
            $(pub(super) struct $unary;)*
            $(pub(super) struct $binary;)*
        }

        $(impl UnaryKernel for kernel::$unary {
            #[inline(always)]
            fn double<A: arith::Arith>(x: f64) -> f64 { $um::$ud::<A>(x) }
            #[inline(always)]
            fn single<A: arith::Arith>(x: f64) -> f64 { $um1::$us::<A>(x) }
            #[inline(always)]
            fn is_rare(x: f64) -> bool { $ur::$urd(x) }
            #[inline(always)]
            fn is_rare_single(x: f64) -> bool { $ur1::$urs(x) }
            fn rare(x: f64) -> f64 { $ur2::$urare(x) }
        })*

        $(impl BinaryKernel for kernel::$binary {
            #[inline(always)]
            fn double<A: arith::Arith>(x: f64, y: f64) -> f64 { $bm::$bd::<A>(x, y) }
            #[inline(always)]
            fn single<A: arith::Arith>(x: f64, y: f64) -> f64 { $bm1::$bs::<A>(x, y) }
            #[inline(always)]
            fn is_rare(x: f64, y: f64) -> bool { $br::$brd(x, y) }
            #[inline(always)]
            fn is_rare_single(x: f64, y: f64) -> bool { $br1::$brs(x, y) }
            fn rare(x: f64, y: f64) -> f64 { $br2::$brare(x, y) }
        })*

        /// The function for double precision, compiled for `set`, or for the baseline where the
        /// processor lacks that.
        pub fn unary_f64_for(which: Unary, set: Isa) -> UnaryLoop<f64> {
            match which { $(Unary::$unary => run::double::unary::<kernel::$unary>(set),)* }
        }

        /// As [`unary_f64_for`], for single precision.
        pub fn unary_f32_for(which: Unary, set: Isa) -> UnaryLoop<f32> {
            match which { $(Unary::$unary => run::single::unary::<kernel::$unary>(set),)* }
        }

        /// As [`unary_f64_for`], for two operands.
        pub fn binary_f64_for(which: Binary, set: Isa) -> BinaryLoop<f64> {
            match which { $(Binary::$binary => run::double::binary::<kernel::$binary>(set),)* }
        }

        /// As [`binary_f64_for`], for single precision.
        pub fn binary_f32_for(which: Binary, set: Isa) -> BinaryLoop<f32> {
            match which { $(Binary::$binary => run::single::binary::<kernel::$binary>(set),)* }
        }
    };
}

for_each_math!(define);

/// The function for double precision and this processor.
pub fn unary_f64(which: Unary) -> UnaryLoop<f64> {
    unary_f64_for(which, Isa::best())
}

/// The function for single precision and this processor.
pub fn unary_f32(which: Unary) -> UnaryLoop<f32> {
    unary_f32_for(which, Isa::best())
}

/// The function of two operands for double precision and this processor.
pub fn binary_f64(which: Binary) -> BinaryLoop<f64> {
    binary_f64_for(which, Isa::best())
}

/// The function of two operands for single precision and this processor.
pub fn binary_f32(which: Binary) -> BinaryLoop<f32> {
    binary_f32_for(which, Isa::best())
}
