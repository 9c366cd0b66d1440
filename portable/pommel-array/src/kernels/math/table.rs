//! The table of functions, from which enumerations, names and dispatch are derived.

/// Calls `$callback!` with every function: its name in Rust and in Python, the code for double
/// and for single precision, the test whether operands need rare code (of both precisions), the
/// rare code, what a pole is, and what the function is.
macro_rules! for_each_math {
    ($callback:ident) => {
        $callback! {
            unary {
                Exp, exp, exp::exp, exp::exp_single, rare::never, rare::never, rare::none, Overflow,
                    "`e` to the power of `x`.";
                Exp2, exp2, exp::exp2, exp::exp2_single, rare::never, rare::never, rare::none, Overflow,
                    "2 to the power of `x`.";
                Expm1, expm1, exp::expm1, exp::expm1_single, rare::never, rare::never, rare::none, Overflow,
                    "`e` to the power of `x`, less one.";
                Log, log, log::log, log::log_single, rare::never, rare::never, rare::none, Divide,
                    "The natural logarithm.";
                Log2, log2, log::log2, log::log2_single, rare::never, rare::never, rare::none, Divide,
                    "The logarithm to the base 2.";
                Log10, log10, log::log10, log::log10_single, rare::never, rare::never, rare::none, Divide,
                    "The logarithm to the base 10.";
                Log1p, log1p, log::log1p, log::log1p_single, rare::never, rare::never, rare::none, Divide,
                    "The natural logarithm of `1 + x`.";
                Sin, sin, trig::sin, trig::sin_single, trig::large, trig::large, trig::sin_large, None,
                    "The sine.";
                Cos, cos, trig::cos, trig::cos_single, trig::large, trig::large, trig::cos_large, None,
                    "The cosine.";
                Tan, tan, trig::tan, trig::tan_single, trig::large, trig::large, trig::tan_large, None,
                    "The tangent.";
                Asin, asin, arc::asin, arc::asin_single, rare::never, rare::never, rare::none, None,
                    "The inverse sine.";
                Acos, acos, arc::acos, arc::acos_single, rare::never, rare::never, rare::none, None,
                    "The inverse cosine.";
                Atan, atan, arc::atan, arc::atan_single, rare::never, rare::never, rare::none, None,
                    "The inverse tangent.";
                Sinh, sinh, exp::sinh, exp::sinh_single, rare::never, rare::never, rare::none, Overflow,
                    "The hyperbolic sine.";
                Cosh, cosh, exp::cosh, exp::cosh_single, rare::never, rare::never, rare::none, Overflow,
                    "The hyperbolic cosine.";
                Tanh, tanh, exp::tanh, exp::tanh_single, rare::never, rare::never, rare::none, None,
                    "The hyperbolic tangent.";
                Asinh, asinh, log::asinh, log::asinh_single, rare::never, rare::never, rare::none, None,
                    "The inverse hyperbolic sine.";
                Acosh, acosh, log::acosh, log::acosh_single, rare::never, rare::never, rare::none, None,
                    "The inverse hyperbolic cosine.";
                Atanh, atanh, log::atanh, log::atanh_single, rare::never, rare::never, rare::none, Divide,
                    "The inverse hyperbolic tangent.";
                Cbrt, cbrt, root::cbrt, root::cbrt_single, rare::never, rare::never, rare::none, None,
                    "The cube root.";
            }
            binary {
                Pow, pow, pow::pow, pow::pow_single, pow::rare, pow::rare, pow::pow_rare, Power,
                    "`x` to the power of `y`.";
                Atan2, atan2, arc::atan2, arc::atan2_single, arc::rare, arc::rare_single, arc::atan2_rare, None,
                    "The angle of the point with abscissa `y` and ordinate `x`, whose tangent is `x / y`.";
                Hypot, hypot, root::hypot, root::hypot_single, rare::never2, rare::never2, rare::none2, Overflow,
                    "The root of the sum of the squares.";
                Logaddexp, logaddexp, log::logaddexp, log::logaddexp_single, rare::never2, rare::never2, rare::none2, None,
                    "The logarithm of the sum of the exponentials.";
            }
        }
    };
}

pub(crate) use for_each_math;
