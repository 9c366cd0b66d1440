//! The element-wise functions: one table, from which kernels, type rules, names and documentation
//! follow.

/// Calls `$callback!` with a row per element-wise function:
///
/// `/// doc` `Variant "name" (parameters) rule note [class body] ...;`
///
/// * The name is the array API's, or NumPy's where the standard has none.
/// * The rule says what type the result has: `same` as the parameters, `truth` (bool), `real` (the
///   real type of a complex one), or `quotient` (as `same`, and integers are divided as `float64`).
/// * The note says where errors of arithmetic are seen: `quiet` (there are none), `plain` (the
///   processor notes them), `divisor` (the same, and an integer must not be divided by zero), `pole`
///   and `range` (an infinite result of finite parameters is a division by zero, or an overflow).
/// * A class of element types has a body, an expression of the parameters; `float` is computed in
///   `f32` for `float16`, and `bool` is `bool`. The class `vector` names a function of
///   [`kernels::math`](crate::kernels::math) for floating-point numbers. Types without a class of their own are converted to
///   the first type in the order of the table of types that has one and holds their values.
#[macro_export]
macro_rules! for_each_function {
    ($callback:path) => {
        $callback! {
            /// The sum. Of truth values: whether one is true.
            Add "add" (a, b) same plain
                [bool a | b] [int a.wrapping_add(b)] [float a + b] [complex a + b];
            /// The difference.
            Subtract "subtract" (a, b) same plain
                [int a.wrapping_sub(b)] [float a - b] [complex a - b];
            /// The product. Of truth values: whether both are true.
            Multiply "multiply" (a, b) same plain
                [bool a & b] [int a.wrapping_mul(b)] [float a * b]
                [complex scalar::complex_product(a, b)];
            /// The quotient, a floating-point number.
            Divide "divide" (a, b) quotient plain
                [float a / b] [complex scalar::complex_quotient(a, b)];
            /// The largest integer that is not above the quotient.
            FloorDivide "floor_divide" (a, b) same divisor
                [int a.floor_quotient(b)] [float a.floor_quotient(b)];
            /// What is left of the first after division by the second, with the second's sign.
            Remainder "remainder" (a, b) same divisor
                [int a.floor_remainder(b)] [float a.floor_remainder(b)];
            /// What is left of the first after division by the second, with the first's sign.
            Fmod "fmod" (a, b) same divisor
                [int a.remainder(b)] [float a % b];
            /// The first to the power of the second.
            Power "pow" (a, b) same range
                [int a.power(b)] [vector math::Binary::Pow] [complex scalar::through2(a, b, complex::pow)];

            /// The larger one; not a number if either is none.
            Maximum "maximum" (a, b) same quiet
                [bool a | b] [int if a > b { a } else { b }]
                [float if a > b || a.is_nan() { a } else { b }]
                [complex if scalar::complex_is_nan(a) || scalar::complex_less(b, a) && !scalar::complex_is_nan(b) { a } else { b }];
            /// The smaller one; not a number if either is none.
            Minimum "minimum" (a, b) same quiet
                [bool a & b] [int if a < b { a } else { b }]
                [float if a < b || a.is_nan() { a } else { b }]
                [complex if scalar::complex_is_nan(a) || scalar::complex_less(a, b) && !scalar::complex_is_nan(b) { a } else { b }];
            /// The larger one, or the one that is a number.
            Fmax "fmax" (a, b) same quiet
                [bool a | b] [int if a > b { a } else { b }]
                [float if a >= b || b.is_nan() { a } else { b }]
                [complex if scalar::complex_is_nan(b) || !scalar::complex_is_nan(a) && !scalar::complex_less(a, b) { a } else { b }];
            /// The smaller one, or the one that is a number.
            Fmin "fmin" (a, b) same quiet
                [bool a & b] [int if a < b { a } else { b }]
                [float if a <= b || b.is_nan() { a } else { b }]
                [complex if scalar::complex_is_nan(b) || !scalar::complex_is_nan(a) && !scalar::complex_less(b, a) { a } else { b }];

            /// Whether both are equal.
            Equal "equal" (a, b) truth quiet
                [bool a == b] [int a == b] [float a == b] [complex a == b];
            /// Whether both differ.
            NotEqual "not_equal" (a, b) truth quiet
                [bool a != b] [int a != b] [float a != b] [complex a != b];
            /// Whether the first is smaller.
            Less "less" (a, b) truth quiet
                [bool !a & b] [int a < b] [float a < b] [complex scalar::complex_less(a, b)];
            /// Whether the first is smaller or both are equal.
            LessEqual "less_equal" (a, b) truth quiet
                [bool !a | b] [int a <= b] [float a <= b]
                [complex scalar::complex_less(a, b) || a == b];
            /// Whether the first is larger.
            Greater "greater" (a, b) truth quiet
                [bool a & !b] [int a > b] [float a > b] [complex scalar::complex_less(b, a)];
            /// Whether the first is larger or both are equal.
            GreaterEqual "greater_equal" (a, b) truth quiet
                [bool a | !b] [int a >= b] [float a >= b]
                [complex scalar::complex_less(b, a) || a == b];

            /// Whether both are true.
            LogicalAnd "logical_and" (a, b) truth quiet
                [bool a & b] [int (a != 0) & (b != 0)] [float (a != 0.0) & (b != 0.0)]
                [complex scalar::complex_is_true(a) & scalar::complex_is_true(b)];
            /// Whether one is true.
            LogicalOr "logical_or" (a, b) truth quiet
                [bool a | b] [int (a | b) != 0] [float (a != 0.0) | (b != 0.0)]
                [complex scalar::complex_is_true(a) | scalar::complex_is_true(b)];
            /// Whether exactly one is true.
            LogicalXor "logical_xor" (a, b) truth quiet
                [bool a ^ b] [int (a != 0) ^ (b != 0)] [float (a != 0.0) ^ (b != 0.0)]
                [complex scalar::complex_is_true(a) ^ scalar::complex_is_true(b)];
            /// Whether it is false.
            LogicalNot "logical_not" (a) truth quiet
                [bool !a] [int a == 0] [float a == 0.0] [complex !scalar::complex_is_true(a)];
            /// The bits that are set in both.
            BitwiseAnd "bitwise_and" (a, b) same quiet [bool a & b] [int a & b];
            /// The bits that are set in one.
            BitwiseOr "bitwise_or" (a, b) same quiet [bool a | b] [int a | b];
            /// The bits that are set in exactly one.
            BitwiseXor "bitwise_xor" (a, b) same quiet [bool a ^ b] [int a ^ b];
            /// The bits that are not set.
            BitwiseInvert "bitwise_invert" (a) same quiet [bool !a] [int !a];
            /// The first, shifted to the left by as many bits as the second says.
            LeftShift "bitwise_left_shift" (a, b) same quiet [int a.shifted_left(b)];
            /// The first, shifted to the right by as many bits as the second says.
            RightShift "bitwise_right_shift" (a, b) same quiet [int a.shifted_right(b)];
            /// The greatest common divisor.
            Gcd "gcd" (a, b) same quiet [int a.gcd(b)];
            /// The least common multiple.
            Lcm "lcm" (a, b) same quiet [int a.lcm(b)];

            /// The number itself.
            Positive "positive" (a) same quiet [int a] [float a] [complex a];
            /// The number with the other sign.
            Negative "negative" (a) same quiet [int a.wrapping_neg()] [float -a] [complex -a];
            /// The distance from zero.
            Abs "abs" (a) real quiet
                [bool a] [int a.distance()] [float a.abs()] [complex scalar::length(a)];
            /// -1, 0 or 1; of a complex number that of length one in its direction.
            Sign "sign" (a) same quiet
                [int a.sign()]
                [float if a > 0.0 { 1.0 } else if a < 0.0 { -1.0 } else { a + 0.0 }]
                [complex scalar::through(a, complex::sign)];
            /// The square.
            Square "square" (a) same plain
                [int a.wrapping_mul(a)] [float a * a] [complex scalar::complex_product(a, a)];
            /// One divided by it.
            Reciprocal "reciprocal" (a) same plain
                [int a.reciprocal()] [float 1.0 / a]
                [complex scalar::complex_quotient(num_complex::Complex::new(1.0, 0.0), a)];
            /// The square root.
            Sqrt "sqrt" (a) same plain [float a.sqrt()] [complex scalar::through(a, complex::sqrt)];
            /// The cube root.
            Cbrt "cbrt" (a) same range [vector math::Unary::Cbrt];
            /// The largest integer that is not above it.
            Floor "floor" (a) same quiet [bool a] [int a] [float a.floor()];
            /// The smallest integer that is not below it.
            Ceil "ceil" (a) same quiet [bool a] [int a] [float a.ceil()];
            /// The integer next to it towards zero.
            Trunc "trunc" (a) same quiet [bool a] [int a] [float a.trunc()];
            /// The nearest integer; of two, the even one.
            Round "round" (a) same quiet
                [int a] [float a.round_ties_even()]
                [complex num_complex::Complex::new(a.re.round_ties_even(), a.im.round_ties_even())];
            /// The number with the imaginary part's sign reversed.
            Conj "conj" (a) same quiet [int a] [float a] [complex a.conj()];

            /// Whether it is not a number.
            IsNan "isnan" (a) truth quiet
                [bool false & a] [int a != a] [float a.is_nan()] [complex scalar::complex_is_nan(a)];
            /// Whether it is infinite.
            IsInf "isinf" (a) truth quiet
                [bool false & a] [int a != a] [float a.is_infinite()]
                [complex a.re.is_infinite() | a.im.is_infinite()];
            /// Whether it is neither infinite nor not a number.
            IsFinite "isfinite" (a) truth quiet
                [bool true | a] [int a == a] [float a.is_finite()]
                [complex a.re.is_finite() & a.im.is_finite()];
            /// Whether its sign bit is set.
            SignBit "signbit" (a) truth quiet [int a.is_below_zero()] [float a.is_sign_negative()];
            /// The first with the sign of the second.
            CopySign "copysign" (a, b) same quiet [float a.copysign(b)];
            /// The next number after the first in the direction of the second.
            NextAfter "nextafter" (a, b) same range [half a.next_after(b)];
            /// 0, the second, or 1: as the first is below, at, or above zero.
            Heaviside "heaviside" (a, b) same quiet
                [float if a < 0.0 { 0.0 } else if a > 0.0 { 1.0 } else if a == 0.0 { b } else { a }];

            /// e to its power.
            Exp "exp" (a) same range [vector math::Unary::Exp] [complex scalar::through(a, complex::exp)];
            /// 2 to its power.
            Exp2 "exp2" (a) same range [vector math::Unary::Exp2];
            /// e to its power, less 1, precise near zero.
            Expm1 "expm1" (a) same range [vector math::Unary::Expm1] [complex scalar::through(a, complex::expm1)];
            /// The natural logarithm.
            Log "log" (a) same pole [vector math::Unary::Log] [complex scalar::through(a, complex::log)];
            /// The logarithm to the base 2.
            Log2 "log2" (a) same pole [vector math::Unary::Log2] [complex scalar::through(a, complex::log2)];
            /// The logarithm to the base 10.
            Log10 "log10" (a) same pole [vector math::Unary::Log10] [complex scalar::through(a, complex::log10)];
            /// The natural logarithm of 1 more, precise near zero.
            Log1p "log1p" (a) same pole [vector math::Unary::Log1p] [complex scalar::through(a, complex::log1p)];
            /// The logarithm of the sum of e to both powers.
            LogAddExp "logaddexp" (a, b) same range [vector math::Binary::Logaddexp];
            /// The sine.
            Sin "sin" (a) same range [vector math::Unary::Sin] [complex scalar::through(a, complex::sin)];
            /// The cosine.
            Cos "cos" (a) same range [vector math::Unary::Cos] [complex scalar::through(a, complex::cos)];
            /// The tangent.
            Tan "tan" (a) same range [vector math::Unary::Tan] [complex scalar::through(a, complex::tan)];
            /// The angle between -pi/2 and pi/2 whose sine it is.
            Asin "asin" (a) same range [vector math::Unary::Asin] [complex scalar::through(a, complex::asin)];
            /// The angle between 0 and pi whose cosine it is.
            Acos "acos" (a) same range [vector math::Unary::Acos] [complex scalar::through(a, complex::acos)];
            /// The angle between -pi/2 and pi/2 whose tangent it is.
            Atan "atan" (a) same range [vector math::Unary::Atan] [complex scalar::through(a, complex::atan)];
            /// The angle of the point whose coordinates are the second and the first.
            Atan2 "atan2" (a, b) same range [vector math::Binary::Atan2];
            /// The hyperbolic sine.
            Sinh "sinh" (a) same range [vector math::Unary::Sinh] [complex scalar::through(a, complex::sinh)];
            /// The hyperbolic cosine.
            Cosh "cosh" (a) same range [vector math::Unary::Cosh] [complex scalar::through(a, complex::cosh)];
            /// The hyperbolic tangent.
            Tanh "tanh" (a) same range [vector math::Unary::Tanh] [complex scalar::through(a, complex::tanh)];
            /// The number whose hyperbolic sine it is.
            Asinh "asinh" (a) same range [vector math::Unary::Asinh] [complex scalar::through(a, complex::asinh)];
            /// The number whose hyperbolic cosine it is.
            Acosh "acosh" (a) same range [vector math::Unary::Acosh] [complex scalar::through(a, complex::acosh)];
            /// The number whose hyperbolic tangent it is.
            Atanh "atanh" (a) same pole [vector math::Unary::Atanh] [complex scalar::through(a, complex::atanh)];
            /// The length of the hypotenuse over two sides.
            Hypot "hypot" (a, b) same range [vector math::Binary::Hypot];
        }
    };
}

/// What type a result has.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[allow(missing_docs, reason = "the table says it")]
pub enum Rule {
    Same,
    Truth,
    Real,
    Quotient,
}

/// Where errors of arithmetic are seen.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[allow(missing_docs, reason = "the table says it")]
pub enum Note {
    Quiet,
    Plain,
    Divisor,
    Pole,
    Range,
}

macro_rules! rule {
    (same) => {
        Rule::Same
    };
    (truth) => {
        Rule::Truth
    };
    (real) => {
        Rule::Real
    };
    (quotient) => {
        Rule::Quotient
    };
}

macro_rules! note {
    (quiet) => {
        Note::Quiet
    };
    (plain) => {
        Note::Plain
    };
    (divisor) => {
        Note::Divisor
    };
    (pole) => {
        Note::Pole
    };
    (range) => {
        Note::Range
    };
}

macro_rules! define_functions {
    ($(#[doc = $doc:literal] $variant:ident $name:literal ($($parameter:ident),+) $rule:ident
        $note:ident $([$($class:tt)*])*;)*) => {
        /// An element-wise function.
        #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
        pub enum Function {
            $(#[doc = $doc] $variant,)*
        }

        impl Function {
            /// All of them, in the order of the table.
            pub const ALL: &[Function] = &[$(Function::$variant),*];

            /// The name.
            pub const fn name(self) -> &'static str {
                match self { $(Function::$variant => $name,)* }
            }

            /// What it computes, as a sentence.
            pub const fn doc(self) -> &'static str {
                match self { $(Function::$variant => $doc.trim_ascii(),)* }
            }

            /// How many parameters it has.
            pub const fn arity(self) -> usize {
                match self { $(Function::$variant => [$(stringify!($parameter)),+].len(),)* }
            }

            /// What type the result has.
            pub const fn rule(self) -> Rule {
                match self { $(Function::$variant => rule!($rule),)* }
            }

            /// Where errors of arithmetic are seen.
            pub const fn note(self) -> Note {
                match self { $(Function::$variant => note!($note),)* }
            }
        }
    };
}
for_each_function!(define_functions);

impl Function {
    /// The function of a name.
    pub fn from_name(name: &str) -> Option<Function> {
        Function::ALL.iter().copied().find(|function| function.name() == name)
    }
}
